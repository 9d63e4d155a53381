"""Exported programs (.pt2): archives whose pickles, configurations and expressions run when torch.export.load reads them.
Sources: PyTorch torch/export/pt2_archive/_package.py, torch/_export/serde/serialize.py."""
import json

from opcodes import *
from torch_files import DATA, checkpoint, dictionary, document, state, tensor
from zips import DEFLATED, Archive, Member

EXPRESSION = "__import__('os').mkdir('hullmark-was-here')"
PLAIN = "Symbol('s0', positive=True, integer=True)"


def program(size=PLAIN, stride=1, guards=(), inputs="builtins.tuple", metadata=None, target="torch.ops.aten.add.Tensor", constraint="s0"):
    value = {"dtype": 7, "sizes": [{"as_expr": {"expr_str": size, "hint": {"as_int": 4}}}], "requires_grad": False, "device": {"type": "cpu", "index": None}, "strides": [{"as_int": stride} if isinstance(stride, int) else {"as_expr": {"expr_str": stride, "hint": {"as_int": 1}}}], "storage_offset": {"as_int": 0}, "layout": 7}
    node = {"target": target, "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "x"}}, "kind": 1}, {"name": "other", "arg": {"as_int": 1}, "kind": 1}], "outputs": [{"as_tensor": {"name": "y"}}], "metadata": metadata or {}, "is_hop_single_tensor_return": None, "name": "y"}
    graph = {"inputs": [{"as_tensor": {"name": "x"}}], "outputs": [{"as_tensor": {"name": "y"}}], "nodes": [node], "tensor_values": {"x": value, "y": value}, "sym_int_values": {}, "sym_bool_values": {}, "is_single_tensor_return": False, "custom_obj_values": {}, "sym_float_values": {}}
    leaf = {"type": None, "context": None, "children_spec": []}
    taken = [1, {"type": "builtins.tuple", "context": "null", "children_spec": [{"type": inputs, "context": "null", "children_spec": [leaf]}, {"type": "builtins.dict", "context": "[]", "children_spec": []}]}]
    call_graph = [{"fqn": "", "signature": {"inputs": [], "outputs": [], "in_spec": json.dumps(taken), "out_spec": json.dumps([1, leaf]), "forward_arg_names": ["x"]}}]
    signature = {"input_specs": [{"user_input": {"arg": {"as_tensor": {"name": "x"}}}}], "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": "y"}}}}]}
    module = {"graph": graph, "signature": signature, "module_call_graph": call_graph, "metadata": {}, "treespec_namedtuple_fields": {}}
    return {"graph_module": module, "opset_version": {"aten": 10}, "range_constraints": {constraint: {"min_val": 0, "max_val": None}}, "schema_version": {"major": 8, "minor": 20}, "verifiers": ["TRAINING"], "torch_version": "2.13.0", "guards_code": list(guards)}


SAMPLE = checkpoint(items(items(tensor()), EMPTY_DICT))
CONFIG = b'{"config": {}}'


def archive(model=None, sample=SAMPLE, weights=CONFIG, constants=CONFIG, more=()):
    def packed(path, content):
        return Member(path, content, method=DEFLATED if len(content) > 500 else 0)

    model = json.dumps(program() if model is None else model).encode()
    return Archive([
        packed("m/data/weights/model_weights_config.json", weights),
        packed("m/data/constants/model_constants_config.json", constants),
        packed("m/models/model.json", model),
        packed("m/data/sample_inputs/model.pt", sample),
        Member("m/archive_format", b"pt2"),
        Member("m/archive_version", b"0"),
        Member("m/byteorder", b"little"),
        *(packed(f"m/{path}", content) for path, content in more),
        Member("m/.data/version", b"6\n"),
    ]).bytes()


def payloads(path, kind, pickled=True):
    meta = {"dtype": 7, "sizes": [{"as_int": 4}], "requires_grad": False, "device": {"type": "cpu", "index": None}, "strides": [{"as_int": 1}], "storage_offset": {"as_int": 0}, "layout": 7}
    return json.dumps({"config": {"w": {"path_name": path, "is_param": kind == "weight", "use_pickle": pickled, "tensor_meta": None if pickled else meta}}}).encode()


def pickles():
    attack = checkpoint(payload())
    yield "exported-sample-inputs-checkpoint.pt2", archive(sample=attack)
    yield "exported-sample-inputs-bare-pickle.pt2", archive(sample=document(payload()))
    yield "exported-sample-inputs-legacy.pt2", archive(sample=document(payload() + POP + b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"))
    yield "exported-sample-inputs-of-another-model.pt2", archive(more=[("data/sample_inputs/other.pt", attack)])
    yield "exported-weight-use-pickle.pt2", archive(weights=payloads("weight_0", "weight"), more=[("data/weights/weight_0", attack)])
    yield "exported-weight-use-pickle-bare.pt2", archive(weights=payloads("weight_0", "weight"), more=[("data/weights/weight_0", document(payload()))])
    yield "exported-weights-legacy.pt2", archive(more=[("data/weights/model.pt", attack)])
    yield "exported-constants-legacy.pt2", archive(more=[("data/constants/model.pt", attack)])
    yield "exported-constant-use-pickle.pt2", archive(constants=payloads("tensor_0", "constant"), more=[("data/constants/tensor_0", attack)])
    yield "exported-constant-custom-object.pt2", archive(constants=payloads("custom_obj_0", "constant"), more=[("data/constants/custom_obj_0", attack)])
    yield "exported-weight-unused-pickle.pt2", archive(more=[("data/weights/weight_9", attack)])
    yield "exported-weight-outside.pt2", archive(weights=payloads("../../models/model.json", "weight", False))
    yield "exported-extra-pickle.pt2", archive(more=[("extra/notes", document(payload()))])
    yield "exported-weight-short.pt2", archive(weights=payloads("weight_0", "weight", False), more=[("data/weights/weight_0", DATA[:7])])


def expressions():
    yield "exported-size-imports.pt2", archive(program(EXPRESSION))
    yield "exported-size-evaluates.pt2", archive(program(f'eval("{EXPRESSION}")'))
    yield "exported-size-by-attributes.pt2", archive(program("().__class__.__base__.__subclasses__()"))
    yield "exported-size-by-lambda.pt2", archive(program(f"(lambda: {EXPRESSION})()"))
    yield "exported-size-nested.pt2", archive(program("(" * 400 + "1" + ")" * 400))
    yield "exported-size-power.pt2", archive(program("9**9**9**9"))
    yield "exported-size-text.pt2", archive(program(f"Symbol({EXPRESSION})"))
    yield "exported-stride-imports.pt2", archive(program(stride=EXPRESSION))
    yield "exported-guard-imports.pt2", archive(program(guards=[EXPRESSION]))
    yield "exported-guard-statement.pt2", archive(program(guards=["x.size()[0] == 4 or " + EXPRESSION]))
    yield "exported-range-symbol-imports.pt2", archive(program(constraint=EXPRESSION))
    yield "exported-tree-type-unknown.pt2", archive(program(inputs="posix.system"))
    yield "exported-operator-is-python.pt2", archive(program(target="torch.ops.higher_order.call_torchbind"))
    yield "exported-operator-is-a-path.pt2", archive(program(target="torch._inductor.codecache.compile_file"))
    yield "exported-operator-saves.pt2", archive(program(target="torch.ops.aten.save.default"))


def libraries():
    elf = b"\x7fELF\x02\x01\x01" + b"\0" * 57
    yield "exported-library.pt2", archive(more=[("data/aotinductor/model/model.so", elf)])
    yield "exported-library-called-weights.pt2", archive(more=[("data/weights/weight_0", elf)])
    yield "exported-aotinductor-only.pt2", Archive([Member("m/archive_format", b"pt2"), Member("m/archive_version", b"0"), Member("m/data/aotinductor/model/model.wrapper.so", elf), Member("m/data/aotinductor/model/model.wrapper_metadata.json", b'{"AOTI_DEVICE_KEY": "cpu"}'), Member("m/.data/version", b"6\n")]).bytes()
    yield "exported-source-code.pt2", archive(more=[("data/aotinductor/model/model.cpp", b"int main() { return 0; }")])
    old = Archive([Member("m/serialized_exported_program.json", json.dumps(program(EXPRESSION)).encode(), method=DEFLATED), Member("m/serialized_state_dict.pt", checkpoint(payload()), method=DEFLATED), Member("m/serialized_constants.pt", checkpoint(EMPTY_DICT), method=DEFLATED), Member("m/serialized_example_inputs.pt", SAMPLE, method=DEFLATED), Member("m/version", b"8.20")]).bytes()
    yield "exported-old-layout-pickle.pt2", old
    yield "exported-not-json.pt2", archive("not a program")
    yield "exported-schema-99.pt2", archive({**program(), "schema_version": {"major": 99, "minor": 0}})


def named(name):
    return {"as_tensor": {"name": name}}


def called(target, inputs, outputs):
    return {"target": target, "inputs": [{"name": name, "arg": value, "kind": 1} for name, value in inputs], "outputs": [named(name) for name in outputs], "metadata": {}}


def graph_of(model):
    return model["graph_module"]["graph"]


def with_nodes(nodes):
    model = program(size="Integer(4)")
    graph_of(model)["nodes"] = nodes
    return model


def with_sizes(sizes, constraint="s0"):
    model = program(constraint=constraint)
    for value in graph_of(model)["tensor_values"].values():
        value["sizes"] = [{"as_int": size} if isinstance(size, int) else {"as_expr": {"expr_str": size}} for size in sizes]
    return model


def with_weight(path_name=None, size=4):
    """y = x + 1, and a parameter that the program takes without using it."""
    model = program(size="Integer(4)")
    graph_of(model)["inputs"].insert(0, named("p_w"))
    graph_of(model)["tensor_values"]["p_w"] = {**graph_of(model)["tensor_values"]["x"], "sizes": [{"as_int": size}]}
    model["graph_module"]["signature"]["input_specs"].insert(0, {"parameter": {"arg": {"name": "p_w"}, "parameter_name": "w"}})
    weights = payloads("weight_0", "weight", False) if path_name else CONFIG
    return archive(model, weights=weights, more=[("data/weights/weight_0", DATA[:16])])


def inner(inputs, outputs, nodes):
    return {"as_graph": {"name": "g", "graph": {"inputs": [named(name) for name in inputs], "outputs": [named(name) for name in outputs], "nodes": nodes, "tensor_values": {}, "sym_int_values": {}, "sym_bool_values": {}, "is_single_tensor_return": True}}}


def loops(depth):
    """A loop whose condition is a loop, and so on: each condition is evaluated twice."""
    condition = inner(["a"], ["a"], [])
    for _ in range(depth):
        tensors = {"as_tensors": [{"name": "a"}]}
        loop = called("torch.ops.higher_order.while_loop", [("", condition), ("", inner(["a"], ["a"], [])), ("", tensors), ("", {"as_tensors": []})], ["b"])
        condition = inner(["a"], ["b"], [loop])
    return with_nodes([called("torch.ops.higher_order.wrap", [("", condition), ("", named("x"))], ["y"])])


def branches(depth):
    branch = inner(["a"], ["a"], [])
    for _ in range(depth):
        branch = inner(["a"], ["b"], [called("torch.ops.higher_order.cond", [("", {"as_bool": True}), ("", branch), ("", branch), ("", {"as_tensors": [{"name": "a"}]})], ["b"])])
    return with_nodes([called("torch.ops.higher_order.wrap", [("", branch), ("", named("x"))], ["y"])])


def graphs():
    add = "torch.ops.aten.add.Tensor"
    one = ("other", {"as_int": 1})
    yield "exported-graph-cycle.pt2", archive(with_nodes([called(add, [("self", named("z")), one], ["y"]), called(add, [("self", named("y")), one], ["z"])]))
    yield "exported-graph-name-twice.pt2", archive(with_nodes([called(add, [("self", named("x")), one], ["y"]), called(add, [("self", named("y")), one], ["y"])]))
    yield "exported-graph-name-of-input.pt2", archive(with_nodes([called(add, [("self", named("x")), one], ["x"])]))
    yield "exported-graph-output-missing.pt2", archive(with_nodes([]))
    yield "exported-graph-of-graphs.pt2", archive(branches(7))
    yield "exported-graph-of-loops.pt2", archive(loops(24))
    yield "exported-graph-doubles.pt2", archive(with_nodes([called("torch.ops.aten.cat.default", [("tensors", {"as_tensors": [{"name": f"x{i}" if i else "x"}] * 2})], [f"x{i + 1}" if i < 69 else "y"]) for i in range(70)]))
    yield "exported-size-beyond-64-bits.pt2", archive(with_sizes(["Integer(99999999999999999999)"]))
    yield "exported-size-product.pt2", archive(with_sizes([2**40, 2**40]))
    yield "exported-size-negative.pt2", archive(with_sizes([-4]))
    yield "exported-size-unbound.pt2", archive(with_sizes([f"Mul({PLAIN}, {PLAIN.replace('s0', 's1')})"]))
    yield "exported-size-by-zero.pt2", archive(with_sizes([4, f"FloorDiv({PLAIN}, Integer(0))"]))
    yield "exported-weight-missing.pt2", with_weight()
    yield "exported-weight-of-another-size.pt2", with_weight("weight_0", size=5)


def cases():
    for family in (pickles, expressions, libraries, graphs):
        yield from family()
