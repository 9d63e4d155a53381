"""TorchScript archives: code that would write files, that never ends, or that nests and grows beyond reason.
Source: PyTorch torch/csrc/jit/serialization/python_print.cpp."""
from opcodes import *
from torch_files import DATA, RUN, document, tensor
from zips import DEFLATED, Archive, Member

HEAD = """class Net(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  w : Tensor
"""


def net(body, more="", head=HEAD, result="Tensor"):
    lines = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"{head}  def forward(self: __torch__.Net,\n    x: Tensor) -> {result}:\n{lines}\n{more}"


def module(attributes=None, owner="Net"):
    attributes = dictionary(training=FALSE, w=tensor()) if attributes is None else attributes
    return document(name("__torch__", owner) + put(1) + EMPTY_TUPLE + NEWOBJ + attributes + BUILD)


def archive(code, data=None, constants=None, more=(), **of_code):
    constants = document(EMPTY_TUPLE) if constants is None else constants
    text_of_code = code.encode("utf-8", "surrogateescape")
    if len(text_of_code) > 700:
        of_code["method"] = DEFLATED
    return Archive([
        Member("m/data.pkl", module() if data is None else data),
        Member("m/data/0", DATA),
        Member("m/code/__torch__.py", text_of_code, **of_code),
        Member("m/constants.pkl", constants),
        Member("m/version", b"3\n"),
        *more,
    ]).bytes()


def doing(body, **more):
    return archive(net(body, **more))


def files():
    yield "torchscript-aten-save.pt", doing('_0 = torch.save(x, "hullmark-was-here")\nreturn x')
    yield "torchscript-aten-save-by-ops.pt", doing('_0 = ops.aten.save(x, "hullmark-was-here")\nreturn x')
    yield "torchscript-aten-from-file.pt", doing('return torch.from_file("hullmark-was-here", True, 8)')
    # PyTorch calls __setstate__ only of a class that has both.
    both = """  def __getstate__(self: __torch__.Net) -> Tensor:
    return self.w
  def __setstate__(self: __torch__.Net,
    state: Tensor) -> NoneType:
    %s
    self.w = state
    self.training = False
    return None
"""
    built = document(name("__torch__", "Net") + EMPTY_TUPLE + NEWOBJ + tensor() + BUILD)
    yield "torchscript-setstate-saves.pt", archive(net("return x", both % '_0 = torch.save(state, "hullmark-was-here")'), built)
    yield "torchscript-setstate-from-file.pt", archive(net("return x", both % '_0 = torch.from_file("hullmark-was-here", True, 8)'), built)
    yield "torchscript-setstate-raises.pt", archive(net("return x", both % 'ops.prim.RaiseException("no")'), built)
    yield "torchscript-uncalled-method-saves.pt", doing("return x", more='  def other(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n    _0 = torch.save(x, "hullmark-was-here")\n    return x\n')
    yield "torchscript-uncalled-file-saves.pt", archive(net("return x"), more=[Member("m/code/__torch__/other.py", b'def f(x: Tensor) -> Tensor:\n  _0 = torch.save(x, "hullmark-was-here")\n  return x\n')])
    yield "torchscript-custom-operator.pt", doing("return ops.evil.run(x)")
    yield "torchscript-custom-class.pt", archive(net("return x", head=HEAD + "  evil : __torch__.torch.classes.evil.Runner\n"), module(dictionary(training=FALSE, w=tensor(), evil=name("__torch__.torch.classes.evil", "Runner") + EMPTY_TUPLE + NEWOBJ + EMPTY_TUPLE + BUILD)))
    yield "torchscript-python-call.pt", doing("return ^open(\"hullmark-was-here\", \"w\")(x)")
    yield "torchscript-python-import.pt", archive("import os\nos.system('touch hullmark-was-here')\n" + net("return x"))
    yield "torchscript-python-eval.pt", doing("return eval(\"__import__('os').mkdir('hullmark-was-here')\")")


def pickles_inside():
    yield "torchscript-os-system-in-data.pt", archive(net("return x"), document(payload()))
    yield "torchscript-os-system-in-constants.pt", archive(net("return x"), constants=document(items(payload())))
    yield "torchscript-os-system-in-attribute.pt", archive(net("return x"), module(dictionary(training=payload(), w=tensor())))
    yield "torchscript-tag-calls.pt", archive(net("return x"), module(dictionary(training=call(name("torch.jit._pickle", "restore_type_tag"), RUN, text(MARKER)), w=tensor())))
    yield "torchscript-trailing-pickle.pt", archive(net("return x"), module() + document(payload()))
    yield "torchscript-os-system-in-debug.pt", archive(net("return x"), more=[Member("m/code/__torch__.py.debug_pkl", document(payload()))])
    yield "torchscript-os-system-in-traced-inputs.pt", archive(net("return x"), more=[Member("m/traced_inputs.pkl", document(payload()))])
    yield "torchscript-os-system-in-extra.pt", archive(net("return x"), more=[Member("m/extra/model.pkl", document(payload()))])
    yield "torchscript-constants-in-themselves.pt", archive(net("return CONSTANTS.c0"), constants=document(EMPTY_LIST + put(0) + get(0) + APPEND + TUPLE1))
    yield "torchscript-module-in-itself.pt", archive(net("return x", head=HEAD + "  me : __torch__.Net\n"), document(name("__torch__", "Net") + EMPTY_TUPLE + NEWOBJ + put(0) + dictionary(training=FALSE, w=tensor(), me=get(0)) + BUILD))
    yield "torchscript-root-is-no-module.pt", archive(net("return x"), document(integer(3)))
    yield "torchscript-class-unknown.pt", archive(net("return x"), module(owner="Other"))
    yield "torchscript-attribute-missing.pt", archive(net("return torch.add(self.w, x)"), module(dictionary(training=FALSE)))
    yield "torchscript-attribute-of-other-type.pt", archive(net("return torch.add(self.w, x)"), module(dictionary(training=FALSE, w=text("no tensor"))))
    yield "torchscript-storage-beyond-record.pt", archive(net("return torch.add(self.w, x)"), module(dictionary(training=FALSE, w=tensor(shape=(4000,), count=4000))))
    yield "torchscript-bad-crc-of-code.pt", archive(net("return x"), crc=1)
    yield "torchscript-local-name-of-code.pt", archive(net("return x"), local_name="m/code/__torch__.px")
    yield "torchscript-bytecode-only.pt", Archive([Member("m/data.pkl", module()), Member("m/constants.pkl", document(EMPTY_TUPLE)), Member("m/bytecode.pkl", document(payload()))]).bytes()


def syntax():
    deep = 600
    yield "torchscript-deep-nesting.pt", doing("return " + "(" * deep + "x" + ")" * deep)
    yield "torchscript-deep-calls.pt", doing("return " + "torch.neg(" * 200 + "x" + ")" * 200)
    yield "torchscript-deep-subscripts.pt", doing("return x" + "[0]" * 400)
    yield "torchscript-deep-attributes.pt", doing("return x" + ".T" * 500)
    yield "torchscript-deep-minus.pt", doing("return " + "-" * 1000 + "x")
    yield "torchscript-deep-types.pt", doing("a = annotate(" + "List[" * 400 + "int" + "]" * 400 + ", [])\nreturn x")
    yield "torchscript-deep-lists.pt", doing("a = " + "[" * 500 + "]" * 500 + "\nreturn x")
    yield "torchscript-deep-ternaries.pt", doing("a = " + "1 if True else " * 180 + "2\nreturn x")
    yield "torchscript-deep-blocks.pt", doing("\n".join(" " * depth + "if True:" for depth in range(72)) + "\n" + " " * 72 + "pass\nreturn x")
    yield "torchscript-unclosed-string.pt", doing('a = "never closed\nreturn x')
    yield "torchscript-nul-in-code.pt", doing("return x\0")
    yield "torchscript-not-utf8.pt", archive(net('a = "caf\udce9"\nreturn x'))
    yield "torchscript-tabs.pt", doing("if True:\n\treturn x\n        return x")
    yield "torchscript-integer-of-1000-digits.pt", doing("return torch.add(x, " + "9" * 1000 + ")")
    yield "torchscript-float-of-400-digits.pt", doing("return torch.add(x, " + "9" * 400 + ".)")
    yield "torchscript-defined-twice.pt", archive(net("return x") + net("return torch.neg(x)"))
    yield "torchscript-file-outside.pt", archive(net("return x"), more=[Member("m/code/__torch__/a..b.py", b"def f(x: Tensor) -> Tensor:\n  return x\n")])
    yield "torchscript-empty-code.pt", archive("")
    yield "torchscript-cut-code.pt", archive(net("return torch.add(x, "))
    yield "torchscript-variable-unknown.pt", doing("return y")
    yield "torchscript-base-in-itself.pt", archive("class Net(Net):\n  w : __torch__.Net\n  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n    return x\n")


def endless():
    """These are read without harm; it is convert that would never come back, or need all memory."""
    yield "torchscript-calls-itself.pt", doing("return (self).forward(x, )")
    yield "torchscript-calls-each-other.pt", doing("return (self).a(x, )", more="".join(f"  def {this}(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n    _0 = (self).{other}(x, )\n    return torch.add((self).{other}(x, ), _0)\n" for this, other in (("a", "b"), ("b", "a"))))
    yield "torchscript-while-true.pt", doing("_0 = True\nwhile _0:\n  _0 = True\nreturn x")
    yield "torchscript-range-2-62.pt", doing("n = 0\nfor i in range(4611686018427387904):\n  n = torch.add(n, 1)\nreturn torch.add(x, n)")
    yield "torchscript-nested-ranges.pt", doing("n = 0\nfor i in range(100000):\n  for j in range(100000):\n    n = torch.add(n, 1)\nreturn torch.add(x, n)")
    yield "torchscript-graph-grows.pt", doing("y = x\nfor i in range(100000000):\n  y = torch.add(y, x)\nreturn y")
    yield "torchscript-list-doubles.pt", doing("a = [1, 2]\nfor i in range(60):\n  a = torch.add(a, a)\nreturn torch.add(x, torch.len(a))")
    yield "torchscript-text-doubles.pt", doing('a = "ha"\nfor i in range(60):\n  a = torch.add(a, a)\nreturn torch.add(x, torch.len(a))')
    yield "torchscript-text-formats.pt", doing('a = "ha"\nfor i in range(60):\n  a = torch.format("{}{}", a, a)\nreturn torch.add(x, torch.len(a))')
    yield "torchscript-sizes-multiply.pt", doing("n = torch.size(x, 0)\nfor i in range(60):\n  n = torch.add(torch.mul(n, n), n)\nreturn torch.add(x, n)")
    yield "torchscript-branches-of-two-ranks.pt", doing("".join(f"if bool(torch.gt(torch.sum(x), {i})):\n  a{i} = torch.zeros([2])\nelse:\n  a{i} = torch.zeros([2, 2])\n" for i in range(60)) + "return torch.sum(a0)")
    yield "torchscript-list-appends.pt", doing("a = annotate(List[int], [])\nfor i in range(4611686018427387904):\n  _0 = torch.append(a, i)\nreturn x")
    yield "torchscript-list-times-2-40.pt", doing("a = torch.mul([0], 1099511627776)\nreturn torch.add(x, torch.len(a))")
    yield "torchscript-list-in-itself.pt", doing("a = annotate(List[List[int]], [])\n_0 = torch.append(a, a)\nreturn x")
    yield "torchscript-zeros-2-40.pt", doing("return torch.add(x, torch.zeros([1099511627776]))")
    yield "torchscript-arange-2-40.pt", doing("return torch.add(x, torch.arange(1099511627776))")
    yield "torchscript-eye-2-20.pt", doing("return torch.add(x, torch.eye(1048576))")
    yield "torchscript-full-shape-overflow.pt", doing("return torch.add(x, torch.ones([4294967296, 4294967296]))")
    yield "torchscript-repeat-2-40.pt", doing("return torch.repeat(self.w, [1099511627776])")
    yield "torchscript-expand-2-40.pt", doing("return torch.add(x, torch.expand(torch.unsqueeze(self.w, 0), [1099511627776, 4]))")
    yield "torchscript-power.pt", doing("n = torch.pow(10, 1000000)\nreturn torch.add(x, n)")
    yield "torchscript-divide-by-zero.pt", doing("n = torch.floordiv(1, 0)\nreturn torch.add(x, n)")
    yield "torchscript-remainder-of-zero.pt", doing("n = torch.remainder(1, 0)\nreturn torch.add(x, n)")
    yield "torchscript-divide-smallest.pt", doing("n = torch.floordiv(-9223372036854775808, -1)\nreturn torch.add(x, n)")
    yield "torchscript-shift-by-99.pt", doing("n = torch.__lshift__(1, 99)\nreturn torch.add(x, n)")
    yield "torchscript-branches-double.pt", doing("y = x\n" + "\n".join(f"if bool(torch.gt(torch.sum(y), {i})):\n  y{i} = torch.add(y, x)\nelse:\n  y{i} = torch.mul(y, x)\ny = y{i}" for i in range(24)) + "\nreturn y")
    yield "torchscript-calls-double.pt", archive("".join(f"def f{i}(x: Tensor) -> Tensor:\n" + (f"  _0 = __torch__.f{i - 1}\n  return torch.add(_0(x, ), _0(x, ))\n" if i else "  return torch.neg(x)\n") for i in range(32)) + net("_0 = __torch__.f31\nreturn _0(x, )"))
    yield "torchscript-index-outside.pt", doing("a = [1, 2]\nreturn torch.add(x, a[-9223372036854775808])")
    yield "torchscript-axis-2-40.pt", doing("return torch.sum(x, [1099511627776])")
    yield "torchscript-permute-twice-the-same.pt", doing("return torch.permute(x, [0, 0])")
    yield "torchscript-reshape-overflow.pt", doing("return torch.reshape(x, [4294967296, 4294967296])")
    yield "torchscript-step-zero.pt", doing("return torch.slice(x, 0, 0, 9, 0)")
    yield "torchscript-range-step-zero.pt", doing("n = 0\nfor i in range(0, 10, 0):\n  n = torch.add(n, 1)\nreturn torch.add(x, n)")
    yield "torchscript-format-many.pt", doing('a = torch.format("' + "{}" * 300 + '", 1)\nreturn x')
    yield "torchscript-raises.pt", doing('ops.prim.RaiseException("\\x1b[2Jowned")\nreturn x')
    yield "torchscript-unpack-unequal.pt", doing("a, b, c = [1, 2]\nreturn x")
    yield "torchscript-no-forward.pt", archive(HEAD + "  def other(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n    return x\n")
    yield "torchscript-returns-nothing.pt", doing("return None", result="NoneType")


def cases():
    for family in (files, pickles_inside, syntax, endless):
        yield from family()
