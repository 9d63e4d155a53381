"""Makes the exported programs of this folder, with PyTorch 2.13: packaged.pt2 as torch.export.save writes it since 2.8, and old.pt2
in the form of 2.1 to 2.7 (the same parts, put into a plain archive); the others are about what a Program is made of."""

import collections
import dataclasses
import pathlib
import re
import zipfile

import torch
from torch._export.serde.serialize import serialize
from torch.export import Dim

here = pathlib.Path(__file__).parent


def without_folders(name):
    """Stack traces name files by the path that they had on the machine: keep what is below the folder of packages, or this folder."""
    with zipfile.ZipFile(here / name) as archive:
        members = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(here / name, "w") as archive:
        for entry, content in members:
            content = re.sub(rb'File \\"[^"]*/(?:site-packages|exported)/', rb'File \\"', content)
            archive.writestr(zipfile.ZipInfo(entry.filename), content)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(2, 2)
        self.second = torch.nn.Linear(2, 2)
        self.second.weight = self.first.weight
        with torch.no_grad():
            self.first.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
            self.first.bias.copy_(torch.tensor([5.0, 6.0]))
            self.second.bias.copy_(torch.tensor([7.0, 8.0]))
        self.register_buffer("column", torch.arange(4.0).reshape(2, 2)[:, 1])
        self.register_buffer("hidden", torch.tensor([9], dtype=torch.int64), persistent=False)

    def forward(self, x, more):
        y = self.second(self.first(x)) + self.column + self.hidden
        rows = x.shape[0]
        return {"y": torch.cat([y, y])[: rows * 3 // 2 + 1], "rows": rows, "more": more["k"] + 1}


inputs = (torch.ones(6, 2), collections.defaultdict(list, {"k": torch.ones(1)}))
program = torch.export.export(Net(), inputs, dynamic_shapes={"x": {0: Dim.AUTO}, "more": {"k": None}}, strict=False)
torch.export.save(program, here / "packaged.pt2", extra_files={"note.txt": "a note"})

parts = serialize(program)
with zipfile.ZipFile(here / "old.pt2", "w") as archive:
    archive.writestr("serialized_exported_program.json", parts.exported_program)
    archive.writestr("serialized_state_dict.pt", parts.state_dict)
    archive.writestr("serialized_constants.pt", parts.constants)
    archive.writestr("serialized_example_inputs.pt", parts.example_inputs)
    archive.writestr("version", "8.2")

for name in ("packaged.pt2", "old.pt2"):
    without_folders(name)


def save(name, module, inputs, named=None, sizes=None, core=False):
    program = torch.export.export(module.eval(), inputs, named or {}, dynamic_shapes=sizes, strict=False)
    torch.export.save(program.run_decompositions() if core else program, here / name)
    without_folders(name)


class Control(torch.nn.Module):
    def forward(self, x, count):
        from torch._higher_order_ops.map import map as for_each
        from torch._higher_order_ops.scan import scan
        from torch._higher_order_ops.while_loop import while_loop

        with torch.no_grad():
            y = torch.cond(x.sum() > 0, lambda x: x + 1, lambda x: x - 1, (x,))
        _, z = while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), (count, y))
        with torch.autocast("cuda", dtype=torch.float16):
            z = z * 2
        rows = for_each(lambda row, y: row + y.sum(), z, y)
        return scan(lambda carried, row: (carried + row, carried * row), rows[0], rows, dim=0)


save("control.pt2", Control(), (torch.ones(3, 2), torch.tensor(0)))


@dataclasses.dataclass
class Options:
    scale: torch.Tensor
    shift: torch.Tensor


Pair = collections.namedtuple("Pair", "left right")
torch.export.register_dataclass(Options, serialized_type_name="Options")
torch.utils._pytree._register_namedtuple(Pair, serialized_type_name="Pair")


class Tree(torch.nn.Module):
    def forward(self, x, pair, table, options, power=2, flag=True, mode="sum", none=None, *, last):
        y = x * options.scale + options.shift + pair.left - pair.right + table["b"] * table["a"]
        return {"y": y**power, "rest": (last, None, [y + 1]), "five": 5}


x, left, right, b, a, scale, shift = torch.eye(7, 2)  # one tensor given twice would be one input
save("tree.pt2", Tree(), (x, Pair(left, right), {"b": b, "a": a}, Options(scale, shift), 3, False, "mean", None), {"last": torch.ones(1)})


class Sizes(torch.nn.Module):
    def forward(self, x, y, count):
        rows = x.shape[0]
        first = y[:count]
        return x.reshape(rows * 2), y[::2] + rows, first * (rows // 2), torch.sym_max(rows, count), rows % 3, rows / 2


half = Dim("half", min=3, max=100)
save("sizes.pt2", Sizes(), (torch.ones(4, 2), torch.ones(9), 5), sizes={"x": {0: half}, "y": {0: 2 * half + 1}, "count": Dim.DYNAMIC})


class State(torch.nn.Module):
    def __init__(self, read):
        super().__init__()
        self.read = read
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("last", torch.zeros(2))

    def forward(self, x):
        self.calls += 1
        self.last.copy_(x.sum(0))
        x.add_(1)
        return x * self.calls if self.read else x * 2


save("unread_state.pt2", State(False), (torch.ones(3, 2),))
save("unread_state_core.pt2", State(False), (torch.ones(3, 2),), core=True)
save("state_core.pt2", State(True), (torch.ones(3, 2),), core=True)


class Item(torch.nn.Module):
    def forward(self, x, count):
        n = count.item()
        torch._check(n >= 0)
        torch._check(n <= x.shape[0])
        return torch.nn.functional.dropout(x[:n] * 2, 0.5, self.training, inplace=True).sum() * n**2


save("item.pt2", Item(), (torch.ones(5), torch.tensor(2)))


class Twice(torch.nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor([factor]))

    def forward(self, x):
        return x * self.factor


from torch.export.pt2_archive._package import package_pt2

package_pt2(here / "several.pt2", exported_programs={name: torch.export.export(Twice(factor), (torch.ones(2),), strict=False) for name, factor in (("double", 2.0), ("triple", 3.0))})
without_folders("several.pt2")
