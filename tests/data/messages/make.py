"""Makes the files of this folder, with PyTorch 2.13: one small model for each of the messages G01 to G14 that a program can provoke."""

import pathlib
import re
import zipfile

import torch
from torch import Tensor, nn
from torch.nn import functional as F

here = pathlib.Path(__file__).parent


class Branch(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.sum() > 0:  # G01
            return x * 2
        return x - 1


class Escape(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        axis = int(x[0, 0].item())
        return x.sum(dim=axis)  # G02


class Resize(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x.view(-1, 1, 2, 2), scale_factor=1.7, mode="bilinear", recompute_scale_factor=True)  # G04


class Fixed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.view(2, 4) + 1  # G05


class Baked(nn.Module):
    def forward(self, x):
        return x.view(x.shape[0], -1) + torch.ones(int(x.shape[0]), 1)  # G06 once traced


class Training(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x)  # G07


class Noise(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.randn_like(x)  # G10


class Precision(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return F.avg_pool2d(x.double().view(-1, 1, 2, 2), 2)  # G11


class Asserts(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.min() < -100:
            raise ValueError("too small")  # G12
        return x + 1


class Raises(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 2:
            raise ValueError("two axes")  # G12, as an error
        return x + 1


class Bits(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.long() & 3  # G13


def without_folders(file):
    """Source places name files by the path that they had on the machine: in pickles, which count, the folders become as many slashes."""
    with zipfile.ZipFile(file) as archive:
        members = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for entry, content in members:
            if entry.filename.endswith(".debug_pkl"):
                content = re.sub(rb"/[ -~]*?/(?=site-packages/|messages/make)", lambda found: b"." + b"/" * (len(found[0]) - 1), content)
            elif entry.filename.endswith(".json"):
                content = re.sub(rb'File \\"[^"]*/(?:site-packages|messages)/', rb'File \\"', content)
            archive.writestr(zipfile.ZipInfo(entry.filename), content, compress_type=entry.compress_type)


scripted = {"G01": Branch, "G02": Escape, "G04": Resize, "G05": Fixed, "G10": Noise, "G11": Precision, "G12": Asserts, "G12-error": Raises, "G13": Bits}
for name, kind in scripted.items():
    torch.jit.script(kind().eval()).save(here / f"{name}.pt")
torch.jit.script(Training().train()).save(here / "G07.pt")
torch.jit.trace(Baked().eval(), torch.ones(2, 4)).save(here / "G06.pt")
torch.save(nn.Linear(2, 2).state_dict(), here / "G08.pt")
torch.save(nn.Linear(2, 2), here / "G09.pt")
torch.export.save(torch.export.export(nn.ReLU(), (torch.ones(2, 4),)), here / "G14.pt2")
with zipfile.ZipFile(here / "G14.pt2", "a") as archive:
    folder = archive.namelist()[0].split("/")[0]
    archive.writestr(f"{folder}/data/aotinductor/model/model.so", b"\x7fELF")
for file in sorted(here.glob("*.pt*")):
    without_folders(file)
