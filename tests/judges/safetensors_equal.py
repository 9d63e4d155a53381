"""safetensors: what `convert` writes as .safetensors holds, bit for bit, what the files' own libraries read from them."""

# needs: torch==2.13.0 numpy safetensors onnx

import json
import os
import pathlib
import subprocess
import sys

import numpy
import onnx
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

generator = torch.Generator().manual_seed(0)
WEIGHTS = {
    "a": torch.randn(3, 4, generator=generator),
    "b": torch.arange(6).reshape(2, 3).t(),
    "c": torch.randn(5, generator=generator).half(),
    "d": torch.tensor([True, False]),
    "e": torch.tensor(3.5, dtype=torch.float64),
    "f": torch.randn(0, 3, generator=generator),
}
MORE = {"g": torch.randn(3, generator=generator).bfloat16(), "h": torch.randn(4, generator=generator).to(torch.float8_e5m2)}


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 2)
        self.register_buffer("b", WEIGHTS["b"])

    def forward(self, x):
        return self.linear(x) + self.b.sum()


def convert(source, output, *options):
    done = subprocess.run([os.environ["HULLMARK"], "convert", source, "-o", output, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"convert {source}: {done.returncode}\n{done.stderr}")


def compare(what, wanted, found):
    if set(wanted) != set(found):
        sys.exit(f"{what}: {sorted(found)}, wanted {sorted(wanted)}")
    for name, tensor in wanted.items():
        other = found[name]
        bits = [t.detach().contiguous().reshape(-1).view(torch.uint8) for t in (tensor, other)]
        if tensor.dtype != other.dtype or tensor.shape != other.shape or not torch.equal(*bits):
            sys.exit(f"{what}: {name} is {other.dtype} {tuple(other.shape)}, wanted {tensor.dtype} {tuple(tensor.shape)}, or its bits differ")


def index_of(folder, stem, shards):
    weight_map = {}
    for number, shard in enumerate(shards):
        save_file({name: tensor.contiguous() for name, tensor in shard.items()}, folder / f"{stem}-{number}.safetensors")
        weight_map.update({name: f"{stem}-{number}.safetensors" for name in shard})
    path = folder / f"{stem}.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return path


def load_by_index(path):
    tensors = {}
    for name, file in json.loads(path.read_text())["weight_map"].items():
        with safe_open(path.parent / file, "pt") as shard:
            tensors[name] = shard.get_tensor(name)
    return tensors


def main():
    here = pathlib.Path.cwd()
    everything = WEIGHTS | MORE
    arrays = {name: tensor.numpy() for name, tensor in WEIGHTS.items()}
    numpy.savez(here / "arrays.npz", **arrays)
    torch.save(everything, here / "weights.pt")
    torch.save(everything, here / "legacy.pt", _use_new_zipfile_serialization=False)
    save_file({name: tensor.contiguous() for name, tensor in everything.items()}, here / "one.safetensors")
    module = Layer().eval()
    torch.jit.save(torch.jit.script(module), here / "script.pt")
    torch.export.save(torch.export.export(module, (torch.ones(1, 4),)), here / "exported.pt2")
    initializers = [onnx.numpy_helper.from_array(numpy.ascontiguousarray(array), name) for name, array in arrays.items() if array.shape]
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph([onnx.helper.make_node("Add", ["x", "a"], ["y"])], "g", [value("x", 1, [3, 4])], [value("y", 1, [3, 4])], initializer=initializers)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    onnx.save(model, here / "inside.onnx")
    onnx.save(model, here / "outside.onnx", save_as_external_data=True, location="outside.bin", size_threshold=0)
    of_graph = {name: tensor for name, tensor in WEIGHTS.items() if tensor.shape}
    cases = [
        ("arrays.npz", WEIGHTS),
        ("weights.pt", everything),
        ("legacy.pt", everything),
        ("one.safetensors", everything),
        (index_of(here, "model", [WEIGHTS, MORE]).name, everything),
        ("script.pt", module.state_dict()),
        ("exported.pt2", module.state_dict()),
        ("inside.onnx", of_graph),
        ("outside.onnx", of_graph),
    ]
    for source, wanted in cases:
        convert(here / source, here / "out.safetensors")
        compare(source, wanted, load_file(here / "out.safetensors"))
        (here / "out.safetensors").unlink()
    large = {f"layer.{number}.weight": torch.randn(64, 64, generator=generator) for number in range(20)}
    torch.save(large, here / "large.pt")
    convert(here / "large.pt", here / "large.safetensors", "--max-shard-size", "100KB")
    compare("shards", large, load_by_index(here / "large.safetensors.index.json"))
    print(f"{len(cases)} files and one in shards")


main()
