"""Makes the checkpoints beside this file, with PyTorch 2.13. All values are small whole numbers, so that a test can name them.

python make.py
"""
import argparse
import collections
import io
import pickle
import struct
import tarfile
import warnings

import numpy
import torch

warnings.simplefilter("ignore")

real = "float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split()
real += "float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu".split()
complexes = "complex64 complex128".split()
kinds = {name: torch.tensor([1.0, 2.0]).to(getattr(torch, name)) for name in real}
kinds |= {name: torch.tensor([1 + 2j], dtype=getattr(torch, name)) for name in complexes}
kinds["complex32"] = torch.tensor([1 + 2j]).to(torch.complex32)
torch.save(kinds, "dtypes.pt")

base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
pairs = torch.tensor([[1 + 2j, 3 + 4j], [5 + 6j, 7 + 8j]])
attributed = torch.tensor([9.0])
attributed.note = "mine"
views = {
    "base": base,
    "transposed": base.t(),
    "corner": base[1:, ::2],
    "row": base[2],
    "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
    "scalar": torch.tensor(7.0),
    "empty": torch.empty(0, 3),
    "conjugated": pairs.conj(),
    "negated": torch.tensor([1 + 2j, 3 - 4j]).conj().imag,
    "parameter": torch.nn.Parameter(torch.tensor([3.0])),
    "attributed": attributed,
    "as_integers": torch.tensor([1.0]).view(torch.int32),
    "quantised": torch.quantize_per_tensor(torch.tensor([0.5, 1.0]), 0.5, 3, torch.quint8),
    "per_channel": torch.quantize_per_channel(
        torch.tensor([[1.0], [4.0]]), torch.tensor([0.5, 2.0], dtype=torch.float64), torch.tensor([0, 1]), 0, torch.qint8
    ),
}
torch.save(views, "views.pt")
torch.save({"sparse": torch.eye(2).to_sparse(), "meta": torch.empty(2, device="meta")}, "odd.pt")

net = torch.nn.Sequential(torch.nn.Linear(2, 1))
with torch.no_grad():
    net[0].weight.copy_(torch.tensor([[1.0, 2.0]]))
    net[0].bias.copy_(torch.tensor([3.0]))
optimiser = torch.optim.SGD(net.parameters(), lr=0.5)
training = {
    "epoch": 3,
    "val_loss": 0.25,
    "best": numpy.float64(0.5),
    "seen": 2**70,
    "config": {"hidden": [1, 2], "act": "relu", 3: None, "size": torch.Size([4]), "device": torch.device("cuda:0"), "dtype": torch.float16},
    "history": numpy.asfortranarray(numpy.arange(6, dtype=">i4").reshape(2, 3)),
    "classes": {"a"},
    "key": b"\x00\xff",
    "counts": collections.Counter("aab"),
    "arguments": argparse.Namespace(lr=0.5),
    "complex": 1 + 2j,
    "model_state": net.state_dict(),
    "optimizer_state": optimiser.state_dict(),
}
for protocol in (2, 5):
    torch.save(training, f"training-{protocol}.pt", pickle_protocol=protocol)
    torch.save(training, f"training-legacy-{protocol}.pt", pickle_protocol=protocol, _use_new_zipfile_serialization=False)
torch.save(net, "module.pt")
torch.serialization.set_crc32_options(False)
torch.save(net.state_dict(), "no-crc.pt")
torch.serialization.set_crc32_options(True)
sparse = {name: torch.eye(2).to_sparse(layout=getattr(torch, "sparse_" + name)) for name in ("coo", "csr", "csc")}
sparse["bsr"] = torch.eye(2).to_sparse_bsr((1, 2))
torch.save(sparse, "sparse.pt")
torch.save({"bytes": torch.ones(1).untyped_storage(), "float4": torch.arange(2, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)}, "storages.pt")


def member(name, *parts):
    content = b"".join(parts)
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info, io.BytesIO(content)


# The form of PyTorch 0.1.1, which nothing writes any more; torch.load(..., weights_only=False) reads it.
with tarfile.open("old.tar", "w") as archive:
    archive.addfile(*member(
        "storages", pickle.dumps(1, 2),
        b"\x80\x02(K\x07X\x03\x00\x00\x00cpuctorch\nFloatStorage\nt.", struct.pack("<q4f", 4, 1, 2, 3, 4),
        pickle.dumps([(8, 7, 1, 2)], 2)))
    archive.addfile(*member(
        "tensors", pickle.dumps(2, 2),
        b"\x80\x02(K\x01K\x08ctorch\nFloatTensor\nt.", struct.pack("<iiqqq", 1, 0, 2, 1, 0),
        b"\x80\x02(K\x02K\x07ctorch\nFloatTensor\nt.", struct.pack("<iiqqqqq", 2, 0, 2, 2, 1, 2, 0)))
    archive.addfile(*member("pickle", b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00aX\x01\x00\x00\x001QX\x01\x00\x00\x00bK\x02Qu."))
