#!/usr/bin/env python3
"""Writes the TorchScript archives beside this script. Needs torch (2.13 made the ones here); values are fixed, nothing is trained.
PYTHONHASHSEED=0 makes even the order of attributes in the files the same.

  features.pt   a scripted module with as much of the printed language as one module can have
  traced.pt     a traced one with a tied weight, two extra files and a transposed example
  packed.pt     a dynamically quantised linear layer, whose weights are an object of PyTorch itself
  hooked.pt     a module with a forward pre-hook
  sparse.pt     a module with a sparse buffer, which is refused
"""

import enum
import pathlib
import re
import struct
import warnings
import zipfile
from typing import Any, Dict, Final, List, NamedTuple, Optional, Tuple

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
warnings.filterwarnings("ignore")


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Point(NamedTuple):
    x: torch.Tensor
    y: int


@torch.jit.script
class Box(object):
    def __init__(self, n: int):
        self.n = n
        self.items: List[int] = []

    def add(self, k: int) -> int:
        self.items.append(k)
        return self.n + k

    def __enter__(self):
        self.n += 1
        return self.n

    def __exit__(self, a: Any, b: Any, c: Any):
        self.n -= 1


@torch.jit.interface
class Layer(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


class Scaled(nn.Module):
    def __init__(self, k: float):
        super().__init__()
        self.w = nn.Parameter(torch.eye(2))
        self.k = k

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.w * self.k


def helper(x, n: int = 3, z: complex = 1 + 2j):
    if n > 2:
        return x
    return x * 2


class Features(nn.Module):
    layer: Layer
    names: Dict[str, int]
    pairs: List[Tuple[int, Optional[torch.Tensor]]]
    count: Final[int]

    def __init__(self):
        super().__init__()
        self.layer = Scaled(2.0)
        self.layers = nn.ModuleList([Scaled(0.5), Scaled(float("inf"))])
        self.colour = Colour.RED
        self.names = {"a": 1, "b": 2}
        self.pairs = []
        self.count = 7
        self.device = torch.device("cpu")
        self.number = 3 - 4j
        self.mixed = (1, 2.5, "x")
        self.texts = ["é", "b"]
        self.register_buffer("turned", torch.arange(6.0).reshape(2, 3).t())
        self.same = self.turned
        self.nothing: Optional[torch.Tensor] = None
        self.numbers = [1, 2, 3]
        self.tensors = [torch.ones(1), torch.ones(2)]

    def forked(self, x):
        return x + 1

    def forward(self, x, flag: bool = True, p: Optional[Point] = None):
        text = "quoted \"'\\ \x01 \t é"
        box = Box(3)
        with box as n:
            x = x + n
        box.add(4)
        future = torch.jit.fork(self.forked, x)
        y = torch.jit.wait(future)
        if flag:
            for i in range(3):
                x = x + i
                if i == 2:
                    break
                y = y * 2
        else:
            while bool(x.sum() > 0):
                x = x - 1
        if self.colour == Colour.RED:
            x = x + self.colour.value
        for m in self.layers:
            x = m(x)
        x = self.layer.forward(x)
        nested: List[List[int]] = []
        nested.append([1, -2])
        table: Dict[str, torch.Tensor] = {}
        table["k"] = x
        numbers: List[int] = torch.tensor([1, 2]).tolist()
        largest, where = x.max(0)
        a, b = torch.split(x, 2)
        if isinstance(p, Point):
            x = x + p.y
        anything: Any = x
        if isinstance(anything, (int, float)):
            x = x + 1
        x = helper(x)
        print(x, text)
        x = x.to(torch.device("cpu"))
        assert x.dim() == 2, f"bad {x.dim()}"
        return nested, table, numbers, largest, a, 1 + 2j, text, float("nan"), -float("inf"), x, self.count


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(2, 2, bias=False)
        self.two = nn.Linear(2, 2, bias=False)
        self.one.weight = nn.Parameter(torch.eye(2))
        self.two.weight = self.one.weight

    def forward(self, x, more: Dict[str, torch.Tensor]):
        return self.two(self.one(x)) + more["a"] + x.shape[0]


class Hooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_forward_pre_hook(self.before)

    @staticmethod
    def before(self, inputs: Tuple[torch.Tensor]) -> Tuple[torch.Tensor]:
        return (inputs[0] + 1,)

    def forward(self, x):
        return x * 2


class Sparse(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("s", torch.eye(2).to_sparse())

    def forward(self, x):
        return torch.sparse.mm(self.s, x)


def without_folders(file):
    """Source places name files by the path that they had on the machine: their folders become as many slashes, since a pickle counts
    its letters. Tensors stay at multiples of 64, as PyTorch lays them out."""
    with zipfile.ZipFile(file) as archive:
        members = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for entry, content in members:
            if entry.filename.endswith(".debug_pkl"):
                content = re.sub(rb"/[ -~]*?/(?=site-packages/|torchscript/make)", lambda found: b"." + b"/" * (len(found[0]) - 1), content)
            copy = zipfile.ZipInfo(entry.filename)
            copy.compress_type = entry.compress_type
            room = -(archive.fp.tell() + 30 + len(entry.filename) + 4) % 64
            copy.extra = struct.pack("<2sH", b"FB", room) + b"Z" * room
            archive.writestr(copy, content)
            copy.extra = b""  # it stands in front of the member alone, not in the directory


def save(module, name, **options):
    module.save(str(HERE / name), **options)
    without_folders(HERE / name)


def main():
    torch.manual_seed(0)
    save(torch.jit.script(Features().eval()), "features.pt")
    example = (torch.ones(3, 2).t().contiguous().t(), {"a": torch.ones(1, dtype=torch.int32)})
    save(torch.jit.trace(Tied().eval(), example), "traced.pt", _extra_files={"note.txt": b"hello", "a/b.json": b"{}"})
    linear = nn.Sequential(nn.Linear(2, 2))
    linear[0].weight.data = torch.tensor([[1.0, -1.0], [0.5, 0.25]])
    linear[0].bias.data = torch.tensor([1.0, 2.0])
    save(torch.jit.script(torch.ao.quantization.quantize_dynamic(linear, {nn.Linear}, dtype=torch.qint8)), "packed.pt")
    save(torch.jit.script(Hooked()), "hooked.pt")
    save(torch.jit.script(Sparse()), "sparse.pt")


main()
