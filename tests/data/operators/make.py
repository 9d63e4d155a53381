#!/usr/bin/env python3
"""Writes cases_NAME.txt beside each cases_NAME.py: small TorchScript programs, their inputs and what PyTorch answers; and
promotions.txt, which dtype two dtypes are promoted to. `make.py NAME...` writes those files alone. Needs torch (2.13 made the files
here) and numpy. Every value is drawn from a seed of the case's own name, so a new case leaves the others as they are.

The cases stand in the cases_*.py files: a name that is a sentence, the body of forward(), and its arguments. See `case`.

  case NAME
  opset N          the lowest opset that can hold it (17 where it is not said); it is refused below
  until N          the highest, likewise
  dynamic all      every axis of every input is a symbol, else axis 0 alone
  fixed            the program fixes axis 0, so the second set cannot be run
  refused TEXT     the conversion is refused, and says TEXT
  tolerance X      of the comparison, where 1e-5 is too much to ask of the dtype
  code             the lines of code/__torch__.py, indented by two
  attribute NAME / constant NAME / input / output, then DTYPE[SIZES]: ELEMENTS
  again            a second set of inputs and outputs, with another batch
"""

import io
import linecache
import pathlib
import re
import sys
import warnings
import zipfile
import zlib

import numpy
import torch
import torch.ao.quantization.fx._decomposed

HERE = pathlib.Path(__file__).parent
warnings.filterwarnings("ignore")
torch.set_num_threads(1)

DTYPES = {
    "float16": torch.float16, "float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16, "bool": torch.bool,
    "uint8": torch.uint8, "int8": torch.int8, "int16": torch.int16, "int32": torch.int32, "int64": torch.int64,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
CASES = []


def case(name, body, *, opset=17, until=0, dynamic="", fixed=False, refused="", tolerance=0, trace=False, again=None, weights=None, extra="", **arguments):
    """`arguments` are those of forward(): a number, or a tensor as text, "float32[2, 3]" (drawn), "float32[2, 3] positive", or
    "float32[3]: 1 nan -2"; "List: A; B" is a list of such. `weights` are buffers, self.NAME. `again` are other arguments for the
    second set; by default the tensors with one row more, where they are said to be alike in their first size. `extra` stands
    before the class: functions and classes."""
    CASES.append(dict(locals()))


def drawn(generator, dtype, shape, kind):
    if dtype == torch.bool:
        return torch.from_numpy(generator.integers(0, 2, shape).astype(bool))
    if dtype.is_floating_point:
        values = generator.uniform(-0.95, 0.95, shape) if kind == "unit" else 2 * generator.standard_normal(shape)
    else:
        values = generator.integers(-6, 7, shape)
    if kind == "positive" or dtype == torch.uint8:
        values = abs(values) + (0.1 if dtype.is_floating_point else 1)
    if kind == "nonzero":
        values = numpy.where(values == 0, 3, values)
    return torch.from_numpy(numpy.asarray(numpy.round(numpy.asarray(values, dtype=numpy.float64), 2))).to(dtype)


def tensor_of(text, generator):
    dtype, sizes, kind, elements = re.fullmatch(r"(\w+)\[([\d, ]*)\] ?(\w*)(?:: ?(.*))?", text).groups()
    shape = [int(size) for size in sizes.split(",")] if sizes.strip() else []
    if elements is None:
        return drawn(generator, DTYPES[dtype], shape, kind)
    numbers = [float(number) if re.search(r"[.enf]", number) else int(number) for number in elements.split()]
    if DTYPES[dtype].is_floating_point:
        return torch.tensor([float(number) for number in numbers], dtype=torch.float64).to(DTYPES[dtype]).reshape(shape)
    return torch.tensor(numbers, dtype=DTYPES[dtype]).reshape(shape)


def value_of(given, generator):
    if not isinstance(given, str):
        return given
    if given.startswith("List: "):
        return [tensor_of(text, generator) for text in given[6:].split("; ")]
    return tensor_of(given, generator)


def type_of(given):
    if isinstance(given, str):
        return "List[torch.Tensor]" if given.startswith("List: ") else "torch.Tensor"
    return type(given).__name__


def module_of(one, generator):
    parameters = "".join(f", {name}: {type_of(given)}" for name, given in one["arguments"].items())
    lines = ["class M(torch.nn.Module):", "    def __init__(self, weights):", "        super().__init__()",
             "        for name, value in weights.items():", "            self.register_buffer(name, value)",
             f"    def forward(self{parameters}):"] + ["        " + line for line in one["body"].strip("\n").split("\n")]
    source = one["extra"] + "\n".join(lines) + "\n"
    place = "<" + one["name"] + ">"
    linecache.cache[place] = (len(source), None, source.splitlines(True), place)
    names = {"torch": torch, "F": torch.nn.functional, "__name__": "__main__"}
    exec("from typing import *\nfrom torch import Tensor\nimport math", names)
    exec(compile(source, place, "exec"), names)
    weights = {name: value_of(given, generator) for name, given in (one["weights"] or {}).items()}
    return names["M"](weights).eval(), weights


def copied(arguments):
    return [[item.clone() for item in value] if isinstance(value, list) else value.clone() if torch.is_tensor(value) else value for value in arguments]


def saved(module):
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    return zipfile.ZipFile(buffer)


def constants_of(archive):
    """The tensors of constants.pkl: the archive is written anew as if they were a checkpoint."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as checkpoint:
        for name in archive.namelist():
            if "/constants" in name:
                checkpoint.writestr(name.replace("/constants.pkl", "/data.pkl").replace("/constants/", "/data/"), archive.read(name))
        checkpoint.writestr("archive/version", "3\n")
        checkpoint.writestr("archive/byteorder", "little")
    buffer.seek(0)
    return torch.load(buffer, weights_only=True)


def code_of(archive):
    files = [name for name in archive.namelist() if name.endswith(".py") and archive.read(name).strip()]
    assert [name.split("/", 1)[1] for name in files] == ["code/__torch__.py"], files
    code = archive.read(files[0]).decode()
    kept = [line for line in code.split("\n") if not re.match(r"  (__parameters__|__buffers__|training|_is_full_backward_hook)\b", line)]
    return [line for line in kept if line.strip() and not line.strip().startswith("# ")]


def flattened(value):
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in flattened(item)]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in flattened(item)]
    if isinstance(value, bool):
        return [torch.tensor(value)]
    return [value if torch.is_tensor(value) else torch.tensor(value, dtype=torch.int64 if isinstance(value, int) else torch.float64)]


def text_of(tensor):
    values = tensor.detach().contiguous()
    if values.dtype == torch.bfloat16:
        values = values.to(torch.float32)
    array = values.numpy()
    if array.dtype.kind == "f":
        array = array + array.dtype.type(0)  # no -0
        elements = [numpy.format_float_positional(x, trim="-") if x == 0 or 1e-4 <= abs(x) < 1e6 else repr(float(x)) if array.dtype == numpy.float64 else str(x) for x in array.reshape(-1)]
    else:
        elements = [str(int(x)) for x in array.reshape(-1)]
    return f"{NAMES[tensor.dtype]}{list(tensor.shape)}: " + " ".join(elements)


def one_row_more(arguments):
    """The same arguments with one row more, or nothing where no tensor has rows."""
    tensors = [value for value in arguments if torch.is_tensor(value) and value.dim() > 0]
    if not tensors or tensors[0].shape[0] == 0:
        return None
    rows = tensors[0].shape[0]
    more = lambda value: torch.cat([value, value[:1]]) if torch.is_tensor(value) and value.dim() > 0 and value.shape[0] == rows else value
    return [more(value) for value in arguments]


def sets_of(one, generator):
    first = [value_of(given, generator) for given in one["arguments"].values()]
    if one["again"] is not None:
        return [first, [value_of(given, generator) for given in ({**one["arguments"], **one["again"]}).values()]]
    second = None if one["fixed"] or one["refused"] or one["dynamic"] else one_row_more(first)
    return [first] + ([second] if second else [])


def lines_of(one):
    generator = numpy.random.default_rng(zlib.crc32(one["name"].encode()))
    torch.jit._state._clear_class_state()
    torch._C._jit_clear_class_registry()
    module, weights = module_of(one, generator)
    sets = sets_of(one, generator)
    scripted = torch.jit.trace(module, tuple(copied(sets[0])), check_trace=False) if one["trace"] else torch.jit.script(module)
    lines = ["case " + one["name"]]
    if one["opset"] != 17:
        lines.append(f"opset {one['opset']}")
    lines += [f"{word} {one[word]}" for word in ("until", "dynamic", "refused", "tolerance") if one[word]]
    lines += ["fixed"] if one["fixed"] else []
    archive = saved(scripted)
    lines += ["code"] + ["  " + line for line in code_of(archive)]
    lines += [f"attribute {name} {text_of(value)}" for name, value in weights.items()]
    lines += [f"constant c{place} {text_of(value)}" for place, value in enumerate(constants_of(archive))]
    for place, arguments in enumerate(sets):
        lines += ["again"] if place else []
        lines += ["input " + text_of(leaf) for value in arguments for leaf in flattened(value)]
        # The reference is the module as it runs, or for traces what it was traced from.
        torch.manual_seed(0)
        lines += ["output " + text_of(leaf) for leaf in flattened(scripted(*copied(arguments)))] if not one["refused"] else []
    return lines


def written(file):
    """Writes the cases of one cases_*.py; how many, and how many are not as they should be (then nothing is written)."""
    start = len(CASES)
    __import__(file.stem)
    blocks = []
    broken = 0
    for one in CASES[start:]:
        try:
            blocks.append("\n".join(lines_of(one)) + "\n")
        except Exception as error:
            broken += 1
            print(f"{one['name']}: {type(error).__name__}: {error}"[:1500], file=sys.stderr)
    if not broken:
        file.with_suffix(".txt").write_text("\n".join(blocks))
    return len(blocks), broken


def main():
    sys.path.insert(0, str(HERE))
    sys.modules["make"] = sys.modules["__main__"]
    wanted = [f"cases_{name}" for name in sys.argv[1:]]
    counts = [written(file) for file in sorted(HERE.glob("cases_*.py")) if not wanted or file.stem in wanted]
    names = [one["name"] for one in CASES]
    assert len(set(names)) == len(names), sorted(name for name in set(names) if names.count(name) > 1)
    if sum(broken for _, broken in counts):
        sys.exit(f"{sum(broken for _, broken in counts)} cases are not as they should be; their files are as before")
    (HERE / "promotions.txt").write_text("".join(f"{left} {right} {NAMES[torch.promote_types(DTYPES[left], DTYPES[right])]}\n" for left in DTYPES for right in DTYPES))
    print(sum(count for count, _ in counts), "cases")


if __name__ == "__main__":
    main()
