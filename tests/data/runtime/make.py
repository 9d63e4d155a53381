#!/usr/bin/env python3
"""Makes the tiny models that the tests of runtime/ and verify/ run. Needs the onnx package; run it in this folder."""
import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.helper import make_node, make_tensor_value_info as value


def save(name, nodes, inputs, outputs, weights=(), opset=17, **options):
    graph = helper.make_graph(nodes, name, inputs, outputs, [numpy_helper.from_array(array, key) for key, array in weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name="make.py")
    onnx.save(model, f"{name}.onnx", **options)


F32, F16, BF16, I64, BOOL, TEXT = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING
weights = [("w", numpy.array([[1, 2], [3, 4], [5, 6]], numpy.float32)), ("b", numpy.array([0.5, -0.5], numpy.float32))]
affine = [make_node("MatMul", ["x", "w"], ["xw"]), make_node("Add", ["xw", "b"], ["y"])]
x, y = value("x", F32, ["batch", 3]), value("y", F32, ["batch", 2])

save("affine", affine, [x], [y], weights)
save("affine_fixed", affine, [value("x", F32, [1, 3])], [value("y", F32, [1, 2])], weights)
save("affine_other", affine, [x], [y], [weights[0], ("b", numpy.array([0.5, 0.5], numpy.float32))])
pathlib.Path("affine_external.data").unlink(missing_ok=True)  # the writer refuses to write over it
save("affine_external", affine, [x], [y], weights, save_as_external_data=True, location="affine_external.data", size_threshold=0)
save("future", [make_node("Abs", ["x"], ["y"])], [value("x", F32, [1])], [value("y", F32, [1])], opset=99)

kinds = [("half", F16, [2]), ("brain", BF16, [2]), ("flags", BOOL, ["n"]), ("counts", I64, []), ("words", TEXT, ["n"])]
save("kinds", [make_node("Identity", [name], [name + "_out"]) for name, _, _ in kinds],
     [value(*kind) for kind in kinds], [value(name + "_out", dtype, shape) for name, dtype, shape in kinds])
save("any_rank", [make_node("Abs", ["x"], ["y"])], [value("x", F32, None)], [value("y", F32, None)])
save("pair", [make_node("Add", ["a", "b"], ["y"])], [value("a", F32, ["n"]), value("b", F32, ["m"])], [value("y", F32, ["k"])])
save("sequence", [make_node("SequenceConstruct", ["x", "x"], ["list"]), make_node("Abs", ["x"], ["y"])],
     [value("x", F32, [1])], [helper.make_tensor_sequence_value_info("list", F32, None), value("y", F32, [1])])

save("centred", [make_node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1), make_node("Sub", ["x", "mean"], ["y"])], [x], [value("y", F32, ["batch", 3])])
save("nothing", [make_node("Sub", ["x", "x"], ["y"])], [x], [value("y", F32, ["batch", 3])])
save("dice", [make_node("RandomUniformLike", ["x"], ["noise"]), make_node("Add", ["x", "noise"], ["y"])], [x], [value("y", F32, ["batch", 3])])
save("state", [make_node("Add", ["state", "x"], ["y"])], [value("x", F32, [None, 3]), value("state", F32, [1, None, 3])], [value("y", F32, [1, None, 3])])


def branch(name, nodes, output):
    return helper.make_graph(nodes, name, [], [value(output, F32, None)])


total = [make_node("ReduceSum", ["x"], ["total"], keepdims=0), make_node("Constant", [], ["zero"], value=numpy_helper.from_array(numpy.array(0, numpy.float32)))]
inner = make_node("If", ["large"], ["inner_y"], name="size",
                  then_branch=branch("huge", [make_node("Abs", ["x"], ["h"])], "h"), else_branch=branch("small", [make_node("Neg", ["x"], ["s"])], "s"))
hundred = make_node("Constant", [], ["hundred"], value=numpy_helper.from_array(numpy.array(100, numpy.float32)))
save("choice", total + [make_node("Greater", ["total", "zero"], ["positive"]),
     make_node("If", ["positive"], ["y"], name="sign",
               then_branch=branch("up", [hundred, make_node("Greater", ["total", "hundred"], ["large"]), inner], "inner_y"),
               else_branch=branch("down", [make_node("Exp", ["x"], ["d"])], "d"))],
     [x], [value("y", F32, None)])
