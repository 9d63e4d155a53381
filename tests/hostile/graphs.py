"""ONNX: external data that leaves the folder, graphs that nest and grow, and protobuf that lies. Source: ONNX onnx.proto."""
import struct

FLOATS = struct.pack("<4f", 1, 2, 3, 4)
FLOAT, INT64 = 1, 7


def varint(value):
    value &= 2**64 - 1
    encoded = b""
    while value >= 0x80:
        encoded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return encoded + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def part(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def initializer(name="w", shape=(4,), content=FLOATS, element=FLOAT, external=None):
    tensor = b"".join(number(1, size) for size in shape) + number(2, element) + part(8, name)
    if external is None:
        return tensor + part(9, content)
    return tensor + b"".join(part(13, part(1, key) + part(2, str(value))) for key, value in external.items()) + number(14, 1)


def outside(location="../onnx-outside.bin", offset=0, length=16, **about):
    return initializer(external={"location": location, "offset": offset, "length": length}, **about)


def value(name, element=FLOAT, shape=(4,)):
    return part(1, name) + part(2, part(1, number(1, element) + part(2, b"".join(part(1, number(1, size)) for size in shape))))


def node(operator, inputs, outputs, attributes=b"", domain=""):
    return b"".join(part(1, name) for name in inputs) + b"".join(part(2, name) for name in outputs) + part(4, operator) + attributes + (part(7, domain) if domain else b"")


def tensor_attribute(name, tensor):
    return part(5, part(1, name) + part(5, tensor) + number(20, 4))


def graph_attribute(name, graph):
    return part(5, part(1, name) + part(6, graph) + number(20, 5))


ADD = node("Add", ["x", "w"], ["y"])


def graph(nodes=(ADD,), initializers=None, more=b"", inputs=None, outputs=None):
    initializers = [initializer()] if initializers is None else initializers
    inputs = [value("x")] if inputs is None else inputs
    outputs = [value("y")] if outputs is None else outputs
    return b"".join(part(1, n) for n in nodes) + part(2, "g") + b"".join(part(5, i) for i in initializers) + more + b"".join(part(11, i) for i in inputs) + b"".join(part(12, o) for o in outputs)


def model(content=None, opsets=(("", 17),), more=b"", version=8):
    return number(1, version) + b"".join(part(8, (part(1, domain) if domain else b"") + number(2, v)) for domain, v in opsets) + part(7, graph() if content is None else content) + more


def branch(tensor):
    constant = node("Constant", [], ["b"], tensor_attribute("value", tensor))
    return part(1, constant) + part(2, "branch") + part(12, value("b"))


def function(name, nodes, domain="own", inputs=("x",), outputs=("y",)):
    return part(25, part(1, name) + b"".join(part(4, i) for i in inputs) + b"".join(part(5, o) for o in outputs) + b"".join(part(7, n) for n in nodes) + part(9, number(2, 17)) + part(9, part(1, "own") + number(2, 1)) + part(10, domain))


OWN = (("", 17), ("own", 1))


def external_data():
    yield "onnx-outside.bin", FLOATS
    yield "onnx-external-dotdot/model.onnx", model(graph(initializers=[outside()]))
    yield "onnx-external-inner-dotdot/model.onnx", model(graph(initializers=[outside("a/../../onnx-outside.bin")]))
    yield "onnx-external-absolute/model.onnx", model(graph(initializers=[outside("/etc/hostname")]))
    yield "onnx-external-backslash/model.onnx", model(graph(initializers=[outside("..\\onnx-outside.bin")]))
    yield "onnx-external-empty-location/model.onnx", model(graph(initializers=[outside("")]))
    yield "onnx-external-newline/model.onnx", model(graph(initializers=[outside("a\nb")]))
    yield "onnx-external-itself/model.onnx", model(graph(initializers=[outside("model.onnx")]))
    yield "onnx-external-folder/model.onnx", model(graph(initializers=[outside(".")]))
    yield "onnx-external-missing/model.onnx", model(graph(initializers=[outside("nowhere.bin")]))
    constant = node("Constant", [], ["w"], tensor_attribute("value", outside()))
    yield "onnx-external-in-constant/model.onnx", model(graph([constant, ADD], []))
    condition = initializer("c", (), b"\1", 9)
    choice = node("If", ["c"], ["w"], graph_attribute("then_branch", branch(outside())) + graph_attribute("else_branch", branch(outside())))
    yield "onnx-external-in-branch/model.onnx", model(graph([choice, ADD], [condition]))
    sparse = part(1, outside(shape=(1,), length=4)) + part(2, initializer("", (1,), struct.pack("<q", 0), INT64)) + number(3, 4)
    yield "onnx-external-in-sparse-values/model.onnx", model(graph(initializers=[], more=part(15, sparse)))
    sparse = part(1, initializer("w", (1,), FLOATS[:4])) + part(2, outside(shape=(1,), length=8, element=INT64)) + number(3, 4)
    yield "onnx-external-in-sparse-indices/model.onnx", model(graph(initializers=[], more=part(15, sparse)))
    listed = node("Constant", [], ["w"], part(5, part(1, "values") + part(10, outside()) + number(20, 9)))
    yield "onnx-external-in-tensor-list/model.onnx", model(graph([listed, ADD], []))
    sparse = part(1, outside(shape=(1,), length=4)) + part(2, initializer("", (1,), struct.pack("<q", 0), INT64)) + number(3, 4)
    held = node("Constant", [], ["w"], part(5, part(1, "sparse_value") + part(22, sparse) + number(20, 11)))
    yield "onnx-external-in-sparse-attribute/model.onnx", model(graph([held, ADD], []))
    yield "onnx-external-location-twice/model.onnx", model(graph(initializers=[initializer(external={"location": "data.bin", "offset": 0, "length": 16}).replace(number(14, 1), part(13, part(1, "location") + part(2, "../onnx-outside.bin")) + number(14, 1))]))
    yield "onnx-external-location-twice/data.bin", FLOATS
    overlapping = [initializer("w", external={"location": "data.bin", "offset": 0, "length": 16}), initializer("v", external={"location": "data.bin", "offset": 8, "length": 16})]
    yield "onnx-external-into-another-tensor/model.onnx", model(graph(initializers=overlapping))
    yield "onnx-external-into-another-tensor/data.bin", FLOATS * 2
    yield "onnx-external-in-function/model.onnx", model(graph([node("f", ["x"], ["y"], domain="own")], []), OWN, function("f", [constant, ADD]))
    yield "onnx-external-in-training/model.onnx", model(more=part(20, part(1, graph(initializers=[outside()])) + part(2, graph())))
    for word, offset, length in (("offset-2-63", 2**63 - 1, 16), ("offset-negative", -16, 16), ("length-2-63", 0, 2**63 - 1), ("length-negative", 0, -1), ("beyond-end", 8, 16), ("offset-text", "0x0", 16), ("length-short", 0, 4)):
        yield f"onnx-external-{word}/model.onnx", model(graph(initializers=[outside("data.bin", offset, length)]))
        yield f"onnx-external-{word}/data.bin", FLOATS
    yield "onnx-external-and-raw/model.onnx", model(graph(initializers=[outside("data.bin") + part(9, FLOATS)]))
    yield "onnx-external-and-raw/data.bin", FLOATS
    for word in ("symlink", "symlinked-folder", "hard-link", "fifo", "device"):
        yield f"onnx-external-{word}/model.onnx", model(graph(initializers=[outside("folder/data.bin" if word == "symlinked-folder" else "data.bin")]))


def tensors():
    yield "onnx-initializer-2-40.onnx", model(graph(initializers=[initializer(shape=(2**40,))]))
    yield "onnx-initializer-overflow.onnx", model(graph(initializers=[initializer(shape=(2**32, 2**32))]))
    yield "onnx-initializer-overflow-to-zero.onnx", model(graph(initializers=[initializer(shape=(2**32, 2**32, 0), content=b"")]))
    yield "onnx-initializer-negative.onnx", model(graph(initializers=[initializer(shape=(-4,))]))
    yield "onnx-initializer-of-500-axes.onnx", model(graph(initializers=[initializer(shape=(1,) * 500, content=FLOATS[:4])]))
    yield "onnx-initializer-short.onnx", model(graph(initializers=[initializer(content=FLOATS[:-1])]))
    yield "onnx-initializer-unknown-dtype.onnx", model(graph(initializers=[initializer(element=999)]))
    yield "onnx-initializer-dtype-negative.onnx", model(graph(initializers=[initializer(element=-1)]))
    yield "onnx-initializer-twice.onnx", model(graph(initializers=[initializer(), initializer()]))
    yield "onnx-initializer-raw-and-floats.onnx", model(graph(initializers=[initializer() + part(4, FLOATS)]))
    sparse = part(1, initializer("w", (1,), FLOATS[:4])) + part(2, initializer("", (1,), struct.pack("<q", 2**60), INT64)) + number(3, 4)
    yield "onnx-sparse-index-outside.onnx", model(graph(initializers=[], more=part(15, sparse)))
    sparse = part(1, initializer("w", (1,), FLOATS[:4])) + part(2, initializer("", (1,), struct.pack("<q", 0), INT64)) + number(3, 2**40)
    yield "onnx-sparse-of-2-40.onnx", model(graph(initializers=[], more=part(15, sparse)))
    text = number(1, 3) + number(2, 8) + part(8, "w") + part(6, b"one")
    yield "onnx-texts-too-few.onnx", model(graph([node("Identity", ["x"], ["y"])], [text]))


def graphs():
    deep = b""
    for _ in range(330):
        deep = part(1, part(5, part(6, deep)))
    yield "onnx-deep-graph.onnx", model(deep)
    kind = number(1, FLOAT)
    kind = part(1, kind)
    for _ in range(400):
        kind = part(4, part(1, kind))
    yield "onnx-deep-type.onnx", model(graph(inputs=[part(1, "x") + part(2, kind)]))
    yield "onnx-custom-domain.onnx", model(graph([node("Run", ["x"], ["y"], domain="evil.ops")]), (("", 17), ("evil.ops", 1)))
    yield "onnx-python-operator.onnx", model(graph([node("PyOp", ["x"], ["y"], domain="ai.onnx.contrib")]), (("", 17), ("ai.onnx.contrib", 1)))
    yield "onnx-opset-99999.onnx", model(opsets=(("", 99999),))
    yield "onnx-opset-negative.onnx", model(opsets=(("", -1),))
    yield "onnx-opset-twice.onnx", model(opsets=(("", 17), ("", 11)))
    yield "onnx-opset-none.onnx", number(1, 8) + part(8, b"") + part(7, graph())
    yield "onnx-ir-version-2-63.onnx", model(version=2**63)
    yield "onnx-function-shadows-add.onnx", model(None, OWN, function("Add", [node("Mul", ["a", "b"], ["c"])], "", ("a", "b"), ("c",)))
    yield "onnx-function-calls-itself.onnx", model(graph([node("f", ["x"], ["y"], domain="own")], []), OWN, function("f", [node("f", ["x"], ["y"], domain="own")]))
    calls = [node(f"f{i}", ["x"], ["a"], domain="own") for i in range(40)]
    doubling = b"".join(function(f"f{i + 1}", [calls[i], node(f"f{i}", ["a"], ["y"], domain="own")]) for i in range(36))
    yield "onnx-functions-double.onnx", model(graph([node("f36", ["x"], ["y"], domain="own")], []), OWN, function("f0", [node("Neg", ["x"], ["y"])]) + doubling)
    yield "onnx-cycle.onnx", model(graph([node("Add", ["x", "b"], ["a"]), node("Add", ["x", "a"], ["b"]), ADD]))
    yield "onnx-value-unknown.onnx", model(graph([node("Add", ["x", "nowhere"], ["y"])]))
    yield "onnx-output-unknown.onnx", model(graph(outputs=[value("nowhere")]))
    yield "onnx-output-twice.onnx", model(graph([ADD, ADD]))
    yield "onnx-no-output.onnx", model(graph(outputs=[]))
    yield "onnx-no-node.onnx", model(graph(nodes=[]))
    yield "onnx-input-rank-differs.onnx", model(graph(inputs=[value("x", shape=(2, 3))]))
    yield "onnx-input-2-62.onnx", model(graph(inputs=[value("x", shape=(2**62, 2**62))]))
    yield "onnx-input-negative.onnx", model(graph(inputs=[value("x", shape=(-4,))]))
    yield "onnx-input-unknown-dtype.onnx", model(graph(inputs=[value("x", element=77)]))
    yield "onnx-name-escape.onnx", model(graph(inputs=[value("x\x1b]0;owned\x07")]))
    yield "onnx-name-not-utf8.onnx", model(graph(inputs=[value(b"x\xff")]))
    size = initializer("n", (1,), struct.pack("<q", 2**40), INT64)
    grown = node("ConstantOfShape", ["n"], ["big"])
    yield "onnx-run-takes-4-tb.onnx", model(graph([grown, node("ReduceSum", ["big"], ["s"]), node("Add", ["x", "s"], ["y"])], [size]))
    body = part(1, node("Identity", ["go"], ["on"])) + part(1, node("Identity", ["v"], ["u"])) + part(2, "body") + part(11, value("i", INT64, ())) + part(11, value("go", 9, ())) + part(11, value("v")) + part(12, value("on", 9, ())) + part(12, value("u"))
    limits = [initializer("m", (), struct.pack("<q", 2**62), INT64), initializer("t", (), b"\1", 9)]
    yield "onnx-run-never-ends.onnx", model(graph([node("Loop", ["m", "t", "x"], ["y"], graph_attribute("body", body))], limits))


def wires():
    good = model()
    yield "onnx-wire-deep-groups.onnx", number(1, 8) + part(8, number(2, 17)) + part(7, graph() + varint(99 << 3 | 3) * 400 + varint(99 << 3 | 4) * 400)
    yield "onnx-wire-unclosed-groups.onnx", good + varint(99 << 3 | 3) * 400
    yield "onnx-wire-length-2-31.onnx", number(1, 8) + part(8, number(2, 17)) + varint(7 << 3 | 2) + varint(2**31 - 1) + graph()
    yield "onnx-wire-length-2-64.onnx", number(1, 8) + part(8, number(2, 17)) + varint(7 << 3 | 2) + varint(2**64 - 1) + graph()
    yield "onnx-wire-varint-of-11-bytes.onnx", number(1, 8) + part(8, b"\x10" + b"\x80" * 10 + b"\x01") + part(7, graph())
    yield "onnx-wire-wrong-type.onnx", number(1, 8) + part(8, number(2, 17)) + part(7, graph() + varint(11 << 3) + varint(5))
    yield "onnx-wire-field-zero.onnx", number(1, 8) + part(8, number(2, 17)) + part(7, graph() + b"\0\0")
    yield "onnx-wire-type-7.onnx", number(1, 8) + part(8, number(2, 17)) + part(7, graph() + b"\x0f\0")
    yield "onnx-wire-graph-twice.onnx", good + part(7, graph([node("Neg", ["x"], ["y"])], []))
    yield "onnx-wire-packed-dims.onnx", model(graph(initializers=[part(1, varint(2**40) * 300) + number(2, FLOAT) + part(8, "w") + part(9, FLOATS)]))
    yield "onnx-wire-packed-cut.onnx", model(graph(initializers=[part(1, b"\xff\xff") + number(2, FLOAT) + part(8, "w") + part(9, FLOATS)]))
    yield "onnx-wire-cut.onnx", good[:-5]
    yield "onnx-wire-trailing.onnx", good + b"\xff"
    yield "onnx-wire-graph-empty.onnx", number(1, 8) + part(8, number(2, 17)) + part(7, b"")
    yield "onnx-wire-many-empty-nodes.onnx", number(1, 8) + part(8, number(2, 17)) + part(7, part(1, b"") * 500)


def cases():
    for family in (external_data, tensors, graphs, wires):
        yield from family()
