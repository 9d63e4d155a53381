"""PyTorch in a process of its own: `verify --against FILE.pt` asks it, and `convert` does so by itself."""

# needs: torch==2.13.0 numpy onnx onnxruntime

import json
import os
import subprocess
import sys
from typing import Dict, List, Tuple

import numpy
import torch
from torch import Tensor, nn

from program import hullmark


class Mixed(nn.Module):
    """Lists, tuples, numbers and an optional argument in; a dict of tensors out."""

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.gain = gain

    def forward(self, x: Tensor, parts: List[Tensor], pair: Tuple[Tensor, Tensor], factor: float, bias: Tensor | None = None) -> Dict[str, Tensor]:
        total = x * self.gain
        for part in parts:
            total = total + part
        if bias is not None:
            total = total + bias
        return {"total": total, "scaled": (pair[0] - pair[1]) * factor}


class Zero(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * 0


def fails(*arguments: object) -> dict:
    done = subprocess.run([os.environ["HULLMARK"], *map(str, arguments), "--json"], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 1, (arguments, done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)


def main() -> None:
    for name, gain in (("model", 2.0), ("other", 2.5)):
        torch.jit.script(Mixed(gain)).save(f"{name}.pt")
    torch.manual_seed(1)
    arrays = [torch.randn(3, 4) for _ in range(5)]
    numpy.savez("sample.npz", *[array.numpy() for array in arrays], numpy.array(0.5))

    asked = ("--sample", "sample.npz", "--python", sys.executable)
    converted = hullmark("convert", "model.pt", "-o", "model.onnx", *asked)
    assert converted["report"]["passed"] and converted["report"]["against"] == f"PyTorch {torch.__version__}", converted["report"]
    assert hullmark("verify", "model.onnx", "--against", "model.pt", *asked)["passed"]
    assert not fails("verify", "model.onnx", "--against", "other.pt", *asked)["passed"]

    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)).eval()
    torch.jit.trace(net, torch.randn(2, 4)).save("traced.pt")
    report = hullmark("convert", "traced.pt", "-o", "traced.onnx", "--python", sys.executable)["report"]
    assert report["passed"] and report["samples"], report
    published = hullmark("publish", "traced.pt", "--name", "traced", "--python", sys.executable)
    assert published["report"]["passed"], published

    # What differs for a reason that a warning names, and what says nothing, ends no conversion that nobody asked to check.
    for name, module in (("zero", Zero()), ("training", nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)).train())):
        torch.jit.script(module).save(f"{name}.pt")
        assert hullmark("convert", f"{name}.pt", "-o", f"{name}.onnx", "--input", "x:float32[batch,4]" if name == "zero" else "input:float32[batch,4]", "--python", sys.executable)["report"] is None, name
    print(f"PyTorch {torch.__version__} was asked by verify, convert and publish")


if __name__ == "__main__":
    main()
