"""Makes the files of this folder, with PyTorch 2.13: models that call operators of a library of their own, scripted and exported;
and modules with several methods."""

import pathlib
import re
import zipfile

import torch
from torch import Tensor, nn

here = pathlib.Path(__file__).parent

library = torch.library.Library("mylib", "DEF")
library.define("blend(Tensor x, Tensor? other, float weight, int[] sizes, str mode) -> Tensor")
library.define("halves(Tensor x) -> (Tensor, Tensor)")
library.impl("blend", lambda x, other, weight, sizes, mode: x * weight, "CompositeExplicitAutograd")
library.impl("halves", lambda x: (x * 0.5, x.sum(1)), "CompositeExplicitAutograd")


class Ends(nn.Module):
    """The library's result is what the model gives."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.mylib.blend(self.linear(x), x, 0.25, [3, 4], "soft")


class Between(nn.Module):
    """What follows it needs to know what the library gives."""

    def forward(self, x: Tensor) -> Tensor:
        first, second = torch.ops.mylib.halves(x)
        return torch.relu(torch.ops.mylib.blend(first, None, 0.5, [1], "hard")) + x


class Methods(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x)

    def encode(self, x: Tensor) -> Tensor:
        return self.linear(x) * 2

    def mix(self, x: Tensor, y: Tensor) -> Tensor:
        return self.encode(x) + y


torch.manual_seed(0)
x = torch.randn(2, 4)
torch.jit.script(Ends().eval()).save(here / "ends.pt")
torch.jit.script(Between().eval()).save(here / "between.pt")
torch.jit.trace_module(Methods().eval(), {"forward": (x,), "encode": (x,), "mix": (x, torch.randn(2, 2))}).save(here / "traced_methods.pt")
for method in (Methods.encode, Methods.mix):
    torch.jit.export(method)
torch.jit.script(Methods().eval()).save(here / "scripted_methods.pt")
program = torch.export.export(Between().eval(), (x,), dynamic_shapes=({0: torch.export.Dim("batch")},))
torch.export.save(program, here / "between.pt2")



def without_folders(file):
    """Source places name files by the path that they had on the machine: in pickles, which count, the folders become as many slashes."""
    with zipfile.ZipFile(file) as archive:
        members = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for entry, content in members:
            if entry.filename.endswith(".debug_pkl"):
                content = re.sub(rb"/[ -~]*?/(?=site-packages/|custom/make)", lambda found: b"." + b"/" * (len(found[0]) - 1), content)
            elif entry.filename.endswith(".json"):
                content = re.sub(rb'File \\"[^"]*/(?:site-packages|custom)/', rb'File \\"', content)
            archive.writestr(zipfile.ZipInfo(entry.filename), content, compress_type=entry.compress_type)


for name in ("ends.pt", "between.pt", "between.pt2", "scripted_methods.pt", "traced_methods.pt"):
    without_folders(here / name)
