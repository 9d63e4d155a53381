"""Makes the exported programs of this folder, with PyTorch 2.13: packaged.pt2 as torch.export.save writes it since 2.8, and old.pt2
in the form of 2.1 to 2.7 (the same parts, put into a plain archive)."""

import collections
import pathlib
import zipfile

import torch
from torch._export.serde.serialize import serialize
from torch.export import Dim

here = pathlib.Path(__file__).parent


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
