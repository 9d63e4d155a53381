#!/usr/bin/env python3
"""Writes small honest files into tests/fuzz/corpus, the first inputs of the fuzz targets. Needs nothing but Python's own library.

    tests/fuzz/seeds.py
"""

import bz2
import gzip
import io
import json
import lzma
import pathlib
import pickle
import pickletools
import struct
import tarfile
import zipfile
import zlib

CORPUS = pathlib.Path(__file__).parent / "corpus"
EPOCH = (1980, 1, 1, 0, 0, 0)


def put(target, name, content):
    folder = CORPUS / f"{target}_fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def zip_of(method, names=("m/data.pkl", "m/data/0"), comment=b""):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = method
            archive.writestr(info, b"" if name.endswith("/") else b"content of " + name.encode())
        archive.comment = comment
    return file.getvalue()


def streamed_zip():
    class Unseekable(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise io.UnsupportedOperation

        def tell(self):
            raise io.UnsupportedOperation

    file = Unseekable()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a", EPOCH), b"hello")
    return file.getvalue()


def wide_zip():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open(zipfile.ZipInfo("a", EPOCH), "w", force_zip64=True) as member:
        member.write(b"hello")
    return file.getvalue()


def tar_of(form):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, content in (("a", b"hello"), ("folder/" + "n" * (90 if form == tarfile.USTAR_FORMAT else 150), b"x")):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, kind in (("d", tarfile.DIRTYPE), ("l", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE), ("f", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "a" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            archive.addfile(info)
    return file.getvalue()[: 512 * 14]


def npy_of(descr, shape, data, version=1):
    header = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(header)) + header + data


def safetensors_of(header, data):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def values():
    shared = ["a", 2**70, -1.5]
    return {"numbers": [0, 255, -1, 2**31, 2**63, True, None], "text": ("\u00e9\n", b"\x00\xff", bytearray(b"ab")), "sets": {frozenset({1})}, "shared": [shared, shared]}


# As PyTorch writes the first pickle of an archive, by hand: PyTorch itself is not needed.
STATE = (
    b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00wq\x02ctorch._utils\n_rebuild_tensor_v2\nq\x03((X\x07\x00\x00\x00storageq\x04"
    b"ctorch\nFloatStorage\nq\x05X\x01\x00\x00\x000q\x06X\x03\x00\x00\x00cpuq\x07K\x10tq\x08QK\x00K\x02K\x03\x86q\x09K\x03K\x01\x86q\x0a\x89h\x00)Rq\x0btq\x0cRq\x0ds."
)
ARRAY = (
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02C\x01bq\x03\x87q\x04Rq\x05(K\x01K\x02\x85q\x06cnumpy\ndtype\nq\x07"
    b"X\x02\x00\x00\x00f4q\x08\x89\x88\x87q\x09Rq\x0a(K\x03X\x01\x00\x00\x00<q\x0bNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x0cb\x89C\x08\x00\x00\x80?\x00\x00\x00@q\x0dtq\x0eb."
)
CODE = b"""class Net(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    _0 = torch.add(x, CONSTANTS.c0)
    if bool(torch.eq(_0, 1)):
      y = (torch.relu(x), 1.5)[0]
    else:
      y = _0
    for i in range(3):
      y = torch.mul(y, i, )
    return annotate(Tensor, y)
"""


def reading_messages():
    """What the process that reads a model says: numbers, and texts behind their length."""

    def count(value):
        return struct.pack("<I", value)

    def text(value):
        encoded = value if isinstance(value, bytes) else value.encode()
        return count(len(encoded)) + encoded

    def texts(*values):
        return count(len(values)) + b"".join(map(text, values))

    onnx, script = b"\x05", b"\x02"
    model = b"\x08\x08\x42\x02\x10\x11\x3a\x1d" + b"\x0a\x0c\x0a\x01x\x12\x01y\x22\x04Relu" + b"\x12\x01g" + b"\x5a\x03\x0a\x01x" + b"\x62\x03\x0a\x01y"
    names = b"\x01" + count(2) + struct.pack("<Q", 1) + b"\x01" + texts("x") + struct.pack("<Q", 2) + b"\x00" + text(b"\x02" + text("what") + text("") + struct.pack("<i", 0) + texts())
    put("reading_message", "note", b"\x00" + script + text("TorchScript, 1 operator") + texts("a finding"))
    put("reading_message", "error", b"\x02\x02" + text("an attribute that there is not") + text("a hint") + struct.pack("<i", 205) + texts("model.pt", "model.py:1"))
    put("reading_message", "trail", b"\x01" + count(1) + text("aten::foo") + struct.pack("<Q", 1) + texts("model.py:1") + text("no rule") + text("aten::food"))
    for name, flags in {"model": b"\x01\x00\x00", "model-with-weights": b"\x01\x01\x00", "model-with-first-call": b"\x01\x00\x01", "model-as-it-was": b"\x00\x00\x00"}.items():
        said = onnx + flags + count(1) + text("G07") + text("message") + text("where") + texts("assumed") + names
        put("reading_message", name, b"\x03" + text(said) + text(model) + text(bytes(8)) + text(model))
    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    put("reading_message", "weights", b"\x04" + text(texts("a") + count(1) + text("w") + text("m") + text("p")) + text(safetensors_of({"a": entry}, bytes(8))) + text("") + text(""))


def main():
    for protocol in range(6):
        put("pickle", f"protocol-{protocol}", pickle.dumps(values(), protocol))
        put("pickle", f"protocol-{protocol}-class", pickle.dumps(slice(1, None), protocol))
    put("pickle", "short", pickletools.optimize(pickle.dumps(values(), 4)))
    put("pickle", "state", STATE)
    put("pickle", "array", ARRAY)
    put("checkpoint", "state", STATE)
    put("torchscript", "net", CODE + b"\n#\n\x80\x02K\x01\x85.\n#\n\x80\x02c__torch__\nNet\n)\x81}X\x08\x00\x00\x00training\x89sb.")
    put("script_parser", "net", CODE)
    put("json", "values", json.dumps({"a": [1, -2.5e-7, True, None, "\u00e9\ud83d\ude00\n"], "b": {"c": [], "d": {}}}).encode())
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        put("zip", name, zip_of(method))
    put("zip", "comment", zip_of(zipfile.ZIP_STORED, ("d/", "a"), b"a comment"))
    put("zip", "descriptor", streamed_zip())
    put("zip", "wide", wide_zip())
    put("zip", "empty", zip_of(zipfile.ZIP_STORED, ()))

    for name, form in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
        put("tar", name, tar_of(form))

    # The first byte picks the compression, in the order of its enumeration, and a size of pieces.
    text = b"hullmark " * 20
    packed = [zlib.compress(text), gzip.compress(text, mtime=0), bz2.compress(text), lzma.compress(text), lzma.compress(text, lzma.FORMAT_ALONE)]
    packed.append(bytes.fromhex("04224d1864404e05000080") + b"hello" + bytes.fromhex("00000000"))
    packed.append(bytes.fromhex("28b52ffd20052900") + b"\x00hello")
    for index, (name, content) in enumerate(zip(("zlib", "gzip", "bzip2", "xz", "lzma", "lz4", "zstd"), packed)):
        put("compression", name, bytes([7 * 9 + index]) + content)
        put("compression", f"{name}-twice", bytes([7 * 9 + index]) + content + content)

    put("npy", "numbers", npy_of("<f4", (2,), bytes(8)))
    put("npy", "text", npy_of("<U2", (1,), "ab".encode("utf-32-le")))
    put("npy", "objects", npy_of("|O", (1,), b"\x80\x04]."))
    put("npy", "fields", npy_of([(("t", "a"), "<f4", (2,)), ("b", [("c", "|S3")])], (1,), bytes(11), 3))

    npz = io.BytesIO()
    with zipfile.ZipFile(npz, "w") as archive:
        for name, content in (("a.npy", npy_of("<f4", (2,), bytes(8))), ("b.npy", npy_of("|O", (1,), b"\x80\x04]."))):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    put("npz", "two", npz.getvalue())
    reading_messages()

    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    put("safetensors", "one", safetensors_of({"__metadata__": {"format": "pt"}, "a": entry}, bytes(8)))
    put("safetensors", "small", safetensors_of({"a": {"dtype": "F4", "shape": [2, 0], "data_offsets": [0, 0]}, "b": {"dtype": "F8_E8M0", "shape": [], "data_offsets": [0, 1]}}, bytes(1)))

    with zipfile.ZipFile(CORPUS.parents[1] / "data/exported/packaged.pt2") as archive:
        members = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    members["models/model.json"] = json.dumps(json.loads(members["models/model.json"]), separators=(",", ":")).encode()
    put("exported", "document", members["models/model.json"])
    packaged = io.BytesIO()
    with zipfile.ZipFile(packaged, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"m/{name}", EPOCH), content)
    put("exported", "archive", packaged.getvalue())


if __name__ == "__main__":
    main()
