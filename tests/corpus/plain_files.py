#!/usr/bin/env python3
"""plain_files.py FOLDER: writes honest files that are not PyTorch's into FOLDER: NumPy arrays, joblib and pickle files of plain values,
texts that look like code, the files that stand beside models, archives of such files, safetensors with an index, ONNX models.
None of them may be called dangerous or unreadable. Seeded. Needs numpy, scipy, joblib, lz4, onnx, safetensors.
"""
import argparse
import array
import base64
import bz2
import collections
import csv
import datetime
import decimal
import fractions
import gzip
import http
import io
import ipaddress
import itertools
import json
import logging
import lzma
import math
import operator
import pathlib
import pickle
import statistics
import string
import struct
import sys
import tarfile
import types
import urllib.parse
import uuid
import wave
import zipfile
import zlib

import joblib
import numpy
import onnx
import onnx.helper
import onnx.numpy_helper
import safetensors.numpy
import scipy.sparse

PROTOCOLS = range(6)
COMPRESSIONS = [0, ("zlib", 1), ("zlib", 9), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 3)]
DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "S3", "U5", "M8[s]", "M8[D]", "m8[ns]", "V4", ">i4", ">f8", ">u2", ">U3", "g", "G"]


def arrays():
    yield from ((f"dtype-{index}-{''.join(c for c in dtype if c.isalnum())}", numpy.zeros((3, 2), dtype)) for index, dtype in enumerate(DTYPES))
    yield "empty", numpy.zeros((0, 4))
    yield "scalar", numpy.array(1.5)
    yield "fortran", numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3))
    yield "strided", numpy.arange(12.0).reshape(3, 4)[::2, ::-1]
    yield "structured", numpy.array([(1, 2.0, "a")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U3")])
    yield "structured-nested", numpy.zeros(2, dtype=[("a", [("x", "f4"), ("y", "f4", (2, 2))]), ("b", "u1")])
    yield "structured-aligned", numpy.zeros(2, dtype=numpy.dtype([("a", "u1"), ("b", "f8")], align=True))
    yield "structured-titles", numpy.zeros(2, dtype=[(("title", "a"), "f4")])
    yield "records", numpy.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    yield "objects", numpy.array(["a", None, 1, 2.5, True], dtype=object)
    yield "objects-nested", numpy.array([[1, 2], {"a": (1, 2)}, {3, 4}], dtype=object)
    yield "objects-of-arrays", numpy.array([numpy.zeros(2), numpy.zeros(3), None], dtype=object)
    yield "objects-of-scalars", numpy.array([numpy.array([1, 2]), {"a": numpy.float32(1), "b": [numpy.int8(1), numpy.float64(2)]}], dtype=object)
    yield "objects-in-struct", numpy.array([(1, "a"), (2, None)], dtype=[("n", "i4"), ("o", object)])
    yield "objects-empty", numpy.array([], dtype=object)
    yield "code", numpy.array(["import os; os.system('ls')", "eval(x)", "cposix\nsystem\n"], dtype=object)
    yield "masked", numpy.ma.array([1.0, 2.0], mask=[True, False])
    yield "matrix", numpy.matrix([[1.0, 2.0]])
    yield "big", numpy.arange(50_000.0)
    yield "like-zip", numpy.frombuffer(b"PK\3\4 just numbers PK\5\6" + b"\0" * 30, dtype="u1")
    yield "like-pickle", numpy.frombuffer(b"\x80\x04\x95\0\0 just numbers .", dtype="u1")
    yield "bytes", numpy.frombuffer(bytes(range(256)) * 40, dtype="u1")


def numpy_files(folder):
    for name, value in arrays():
        if isinstance(value, numpy.ma.MaskedArray):
            continue
        numpy.save(folder / f"{name}.npy", value)
        numpy.savez(folder / f"{name}.npz", a=value, b=numpy.ones(3))
        numpy.savez_compressed(folder / f"{name}-compressed.npz", value)
    with open(folder / "two-in-one.npy", "wb") as file:
        numpy.lib.format.write_array(file, numpy.zeros(3), version=(2, 0))
    with open(folder / "version-3.npy", "wb") as file:
        numpy.lib.format.write_array(file, numpy.zeros(3, dtype=[("\u00e9", "f4")]), version=(3, 0))
    numpy.savez(folder / "many.npz", **{f"array_{index}": numpy.zeros(index) for index in range(200)})
    numpy.savez(folder / "empty.npz")
    numpy.savez(folder / "folders.npz", **{"layer/weight": numpy.zeros(2), "layer/bias": numpy.zeros(1)})


def values():
    plain = {
        "none": None, "true": True, "integer": 7, "negative": -(2**40), "big": 2**200, "float": 1.5, "infinite": float("inf"), "nan": float("nan"), "complex": 1 - 2j, "text": "hello", "unicode": "caf\u00e9 \U0001f600 \u202e", "surrogate": "\ud800", "empty": "", "bytes": b"\0\xff", "bytearray": bytearray(b"abc"), "long-text": "x" * 70_000, "long-bytes": b"\0" * 70_000,
        "list": [1, [2, [3]]], "tuple": (1, (2, (3, (4, 5)))), "dict": {"a": {"b": 1}, 2: None, (1, 2): "t"}, "set": {1, 2}, "frozenset": frozenset({1}), "empty-containers": [[], (), {}, set(), frozenset()],
        "range": range(3), "slice": slice(1, 2, None), "ellipsis": ..., "not-implemented": NotImplemented,
        "ordered-dict": collections.OrderedDict(a=1), "defaultdict-list": collections.defaultdict(list, a=[1]), "defaultdict-int": collections.defaultdict(int, a=1), "defaultdict-set": collections.defaultdict(set), "defaultdict-none": collections.defaultdict(None), "defaultdict-dict": collections.defaultdict(dict), "defaultdict-float": collections.defaultdict(float),
        "counter": collections.Counter("abca"), "deque": collections.deque([1, 2], 4), "chain-map": collections.ChainMap({"a": 1}, {"b": 2}), "user-dict": collections.UserDict(a=1),
        "date": datetime.date(2024, 1, 2), "datetime": datetime.datetime(2024, 1, 2, 3, 4, tzinfo=datetime.timezone.utc), "time": datetime.time(1, 2, 3), "timedelta": datetime.timedelta(1, 2, 3), "timezone": datetime.timezone(datetime.timedelta(hours=1), "X"),
        "decimal": decimal.Decimal("1.25"), "fraction": fractions.Fraction(1, 3), "uuid": uuid.UUID(int=5), "namespace": types.SimpleNamespace(a=1), "argparse": argparse.Namespace(a=1, b=[2]), "path": pathlib.PosixPath("a/b"), "pure-path": pathlib.PurePosixPath("a"), "windows-path": pathlib.PureWindowsPath("C:\\a"), "array": array.array("d", [1.0, 2.0]),
        "numpy-scalars": [numpy.float64(1), numpy.float32(1), numpy.int64(1), numpy.int8(1), numpy.bool_(True), numpy.str_("a"), numpy.complex64(1), numpy.datetime64("2024-01-01"), numpy.float16(1)], "numpy-dtypes": [numpy.dtype("f4"), numpy.dtype([("a", "i4")]), numpy.float32, numpy.int64],
        "random-state": numpy.random.RandomState(0), "generator": numpy.random.default_rng(0), "philox": numpy.random.Generator(numpy.random.Philox(1)), "seed-sequence": numpy.random.SeedSequence(1),
        "sparse": [scipy.sparse.csr_matrix([[0, 1], [2, 0]]), scipy.sparse.csc_array([[0, 1]]), scipy.sparse.coo_matrix([[1]]), scipy.sparse.lil_matrix((2, 2)), scipy.sparse.dia_matrix((2, 2)), scipy.sparse.bsr_matrix((2, 2)), scipy.sparse.dok_matrix((2, 2))],
        "code": ["import os; os.system('rm -rf /')", "__import__('os').system", "eval(compile('1', '', 'eval'))", "<script>alert(1)</script>", "{{ config.__class__ }}", "posix system", "builtins.exec", "c__builtin__\neval\n", "#!/bin/sh\nls"],
        "looks-encoded": ["aGVsbG8gd29ybGQsIHRoaXMgaXMganVzdCB0ZXh0IQ==", "deadbeef" * 8, "gASVAAAA", "80049500", "7f454c46", "504b0304", "MZ", "PK", "\x7fELF", "BZh9", "0x1f8b"],
        "vocabulary": {f"word{index}": index for index in range(3000)}, "records": [{"id": index, "name": f"n{index}", "score": index / 3} for index in range(500)], "hashes": [f"{index:064x}" for index in range(100)], "keys": {uuid.UUID(int=index).hex: index for index in range(100)},
        "random-bytes": numpy.random.RandomState(1).bytes(20_000), "base64-of-noise": base64.b64encode(numpy.random.RandomState(2).bytes(9_000)).decode(),
    }
    # what is iterated and called later, if at all
    plain |= {
        "repeat": itertools.repeat(1, 3), "count": itertools.count(5, 2), "cycle": itertools.cycle([1, 2]), "chain": itertools.chain([1], "ab", (2,)), "islice": itertools.islice([1, 2, 3], 1, None), "product": itertools.product([1], [2]), "permutations": itertools.permutations([1, 2, 3], 2), "combinations": itertools.combinations([1, 2], 1),
        "iterators": [iter([1]), iter((1,)), iter("ab"), iter(b"ab"), iter(range(3)), iter({1}), reversed([1]), enumerate([1]), zip([1], (2,))],
        "getters": [operator.itemgetter(1, "a"), operator.attrgetter("score"), operator.attrgetter("config.name"), operator.methodcaller("lower"), operator.methodcaller("split", ",")],
        "arithmetic": [operator.add, operator.mul, math.sqrt, math.log], "logger": logging.getLogger("training"), "address": ipaddress.ip_address("127.0.0.1"), "status": http.HTTPStatus.OK, "url": urllib.parse.urlparse("http://example.com/a?b"), "normal": statistics.NormalDist(0, 1), "template": string.Template("$a"),
        "cache": joblib.Memory(None, verbose=0),
    }
    loop = []
    loop.append(loop)
    plain["list-in-itself"] = loop
    shared = [1, 2]
    plain["shared"] = [shared, shared, {"again": shared}]
    plain["deep"] = nested_lists(60)
    return plain


def nested_lists(depth):
    value = "bottom"
    for _ in range(depth):
        value = [value]
    return value


def pickles(folder):
    for name, value in values().items():
        for protocol in PROTOCOLS:
            (folder / f"{name}-{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))
        (folder / f"{name}-python.pkl").write_bytes(pickle._dumps(value, 2))
        for codec, compress in {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}.items():
            (folder / f"{name}.pkl.{codec}").write_bytes(compress(pickle.dumps(value)))
    for name, value in arrays():
        for protocol in PROTOCOLS:
            (folder / f"array-{name}-{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))


def joblib_files(folder):
    kept = {name: value for name, value in values().items() if name != "list-in-itself"} | {f"array-{name}": value for name, value in arrays()}
    kept["arrays"] = {"a": numpy.arange(5.0), "b": [numpy.zeros((2, 2), "f4"), numpy.array(["x", None], dtype=object)], "c": numpy.asfortranarray(numpy.ones((2, 3)))}
    for name, value in kept.items():
        for compression in COMPRESSIONS:
            codec = "plain" if compression == 0 else f"{compression[0]}{compression[1]}"
            joblib.dump(value, folder / f"{name}-{codec}.joblib", compress=compression)
        joblib.dump(value, folder / f"{name}-protocol-2.joblib", protocol=2)
        joblib.dump(value, folder / f"{name}-protocol-5.pkl", protocol=5)


TEXTS = {
    "README.md": "# A model\n\n```python\nimport torch\nmodel = torch.load('model.pt')\n```\n\n<img src='a.png'>\n", "LICENSE": "MIT License\n\nPermission is hereby granted, free of charge...\n", "config.json": json.dumps({"model_type": "bert", "hidden_size": 8, "architectures": ["BertModel"]}), "generation_config.json": '{"max_length": 20}', "tokenizer.json": json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0, "\u0120b": 1}, "merges": ["a b"]}}), "tokenizer_config.json": json.dumps({"chat_template": "{% for m in messages %}{{ m['content'] }}{% endfor %}", "eos_token": "</s>"}),
    "special_tokens_map.json": '{"unk_token": "[UNK]"}', "vocab.txt": "[PAD]\n[UNK]\nthe\n", "merges.txt": "#version: 0.2\na b\n", "vocab.json": '{"a": 0}', "chat_template.jinja": "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}", "chat_template.json": '{"chat_template": "{{ bos_token }}"}', "preprocessor_config.json": '{"do_resize": true}', "requirements.txt": "torch==2.0.0\nnumpy>=1.20\n", "environment.yml": "name: x\ndependencies:\n  - python=3.11\n", "config.yaml": "a: 1\nb: [1, 2]\n", "params.yml": "---\nlr: 0.1\n", "setup.cfg": "[metadata]\nname = x\n", "pyproject.toml": "[project]\nname = 'x'\n",
    "train.py": "import torch\n\n\ndef main():\n    print('training')\n\n\nif __name__ == '__main__':\n    main()\n", "run.sh": "#!/bin/sh\npython train.py\n", "notebook.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "labels.txt": "cat\ndog\n", "data.csv": "a,b\n1,2\n", "data.tsv": "a\tb\n1\t2\n", "data.jsonl": '{"a": 1}\n{"a": 2}\n', ".gitattributes": "*.bin filter=lfs\n", ".gitignore": "*.pt\n", "Dockerfile": "FROM scratch\n", "Makefile": "all:\n\ttrue\n", "index.html": "<!doctype html><title>x</title>\n", "style.css": "a { color: red }\n", "events.log": "epoch 1 loss 0.5\n", "model.xml": "<?xml version='1.0'?><a/>\n", "empty.txt": "", "one-line": "just text", "windows.txt": "a\r\nb\r\n", "unicode.txt": "caf\u00e9 \u65e5\u672c\u8a9e\n", "version": "3\n", "number.txt": "12345\n", "numbers.txt": "1 2 3\n4 5 6\n", "dots.txt": "...\n", "inception": "I am a text\n", "lonely-dot": ".\n", "so-called.pkl.md": "cnn\nlayers\n", "coordinates.txt": "(0, 1)\n(2, 3)\n", "list.txt": "]\n[\n", "notes.txt": "Nothing here\n", "vectors.txt": "Vector 1\nVector 2\n",
}


def images(folder):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes(range(48)) for _ in range(16))
    (folder / "plot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    (folder / "pixel.gif").write_bytes(b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;")
    (folder / "photo.bmp").write_bytes(b"BM" + struct.pack("<IHHI", 58, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0) + b"\xff\0\0\0")
    (folder / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><rect width='1' height='1'/></svg>\n")
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0\1" * 400)


def texts(folder):
    for name, content in TEXTS.items():
        (folder / name).write_bytes(content.encode())
    with open(folder / "table.csv", "w", newline="") as file:
        csv.writer(file).writerows([[index, index * 2, f"row {index}"] for index in range(200)])
    images(folder)


def honest_members():
    stream = io.BytesIO()
    numpy.save(stream, numpy.zeros(3))
    return {"model/README.md": b"# A model\n", "model/config.json": b"{}", "model/weights.npy": stream.getvalue(), "model/values.pkl": pickle.dumps({"a": 1}), "model/values-2.pkl": pickle.dumps([1, 2], 2), "model/weights.safetensors": safetensors.numpy.save({"w": numpy.zeros(3, "f4")}), "model/labels.csv": b"a,b\n1,2\n"}


def archives(folder):
    members = honest_members()
    for name, method in {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}.items():
        with zipfile.ZipFile(folder / f"{name}.zip", "w", method) as archive:
            archive.mkdir("model")
            for path, content in members.items():
                archive.writestr(zipfile.ZipInfo(path), content, method)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "hello")
    with zipfile.ZipFile(folder / "nested.zip", "w") as archive:
        archive.writestr("inner.zip", stream.getvalue())
    with zipfile.ZipFile(folder / "streamed.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("big.csv", "w", force_zip64=True) as member:
        member.write(b"1,2\n" * 1000)
    for ending, mode in {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz", "tgz": "w:gz"}.items():
        for word, form in {"": tarfile.PAX_FORMAT, "-gnu": tarfile.GNU_FORMAT, "-ustar": tarfile.USTAR_FORMAT}.items():
            with tarfile.open(folder / f"model{word}.{ending}", mode, format=form) as archive:
                directory = tarfile.TarInfo("model")
                directory.type = tarfile.DIRTYPE
                archive.addfile(directory)
                for path, content in members.items():
                    about = tarfile.TarInfo(path)
                    about.size = len(content)
                    archive.addfile(about, io.BytesIO(content))
                if form != tarfile.USTAR_FORMAT:
                    about = tarfile.TarInfo("model/" + "long/" * 40 + "caf\u00e9.txt")
                    about.size = 5
                    archive.addfile(about, io.BytesIO(b"hello"))
    for name, content in members.items():
        (folder / f"{pathlib.Path(name).name}.gz").write_bytes(gzip.compress(content))
    (folder / "two-members.txt.gz").write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))


def tensors(folder):
    weights = {f"layer.{index}.weight": numpy.arange(index + 1, dtype="f4") for index in range(6)}
    safetensors.numpy.save_file(weights, folder / "model.safetensors")
    safetensors.numpy.save_file(weights, folder / "with-metadata.safetensors", {"format": "pt", "note": "import os"})
    safetensors.numpy.save_file({}, folder / "empty.safetensors")
    for dtype in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?"):
        safetensors.numpy.save_file({"w": numpy.zeros((2, 3), dtype), "scalar": numpy.array(1, dtype), "none": numpy.zeros((0, 2), dtype)}, folder / f"dtype-{dtype.replace('?', 'bool')}.safetensors")
    shards = folder / "sharded"
    shards.mkdir()
    names = list(weights)
    safetensors.numpy.save_file({name: weights[name] for name in names[:3]}, shards / "model-00001-of-00002.safetensors")
    safetensors.numpy.save_file({name: weights[name] for name in names[3:]}, shards / "model-00002-of-00002.safetensors")
    total = sum(value.nbytes for value in weights.values())
    (shards / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": {name: f"model-0000{1 + (position > 2)}-of-00002.safetensors" for position, name in enumerate(names)}}))
    (shards / "config.json").write_text("{}")


def onnx_models(folder):
    helper, kinds = onnx.helper, onnx.TensorProto

    def model(nodes, initializers=(), opset=17, shape=("batch", 4), functions=(), domains=()):
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", kinds.FLOAT, shape)], [helper.make_tensor_value_info("y", kinds.FLOAT, None)], list(initializers))
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *domains], functions=list(functions), ir_version=9)
        return made

    weight = onnx.numpy_helper.from_array(numpy.ones((4, 4), "f4"), "w")
    matmul = helper.make_node("MatMul", ["x", "w"], ["y"])
    for opset in (7, 11, 13, 17, 20, 22):
        onnx.save(model([matmul], [weight], opset), folder / f"opset-{opset}.onnx")
    onnx.save(model([helper.make_node("Relu", ["x"], ["y"])]), folder / "relu.onnx")
    for dtype in ("f4", "f8", "f2", "i4", "i8", "u1", "i1", "?"):
        onnx.save(model([helper.make_node("Relu", ["x"], ["y"])], [onnx.numpy_helper.from_array(numpy.zeros(3, dtype), "unused")]), folder / f"initializer-{dtype.replace('?', 'bool')}.onnx")
    onnx.save(model([helper.make_node("Relu", ["x"], ["y"])], [onnx.numpy_helper.from_array(numpy.array(["a", "b"], dtype=object), "texts")]), folder / "texts.onnx")
    for name, options in {"one-file": {"all_tensors_to_one_file": True, "location": "one-file.onnx.data"}, "a-file-each": {"all_tensors_to_one_file": False}}.items():
        inside = folder / f"external-{name}"
        inside.mkdir()
        external = model([matmul], [weight, onnx.numpy_helper.from_array(numpy.ones((8, 8), "f4"), "v")])
        onnx.save_model(external, inside / f"{name}.onnx", save_as_external_data=True, size_threshold=0, **options)
    then = helper.make_graph([helper.make_node("Relu", ["x"], ["t"])], "then", [], [helper.make_tensor_value_info("t", kinds.FLOAT, None)])
    other = helper.make_graph([helper.make_node("Neg", ["x"], ["e"])], "else", [], [helper.make_tensor_value_info("e", kinds.FLOAT, None)])
    onnx.save(model([helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=other)], [onnx.numpy_helper.from_array(numpy.array(True), "c")]), folder / "if.onnx")
    function = helper.make_function("own", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 17)])
    onnx.save(model([helper.make_node("Twice", ["x"], ["y"], domain="own")], functions=[function], domains=[helper.make_opsetid("own", 1)]), folder / "function.onnx")
    onnx.save(model([helper.make_node("Scaler", ["x"], ["y"], domain="ai.onnx.ml", offset=[0.0], scale=[1.0])], domains=[helper.make_opsetid("ai.onnx.ml", 3)]), folder / "ml.onnx")
    constant = helper.make_node("Constant", [], ["w"], value=weight)
    onnx.save(model([constant, matmul]), folder / "constant.onnx")
    documented = model([matmul], [weight])
    documented.doc_string = "import os; os.system('ls')"
    documented.metadata_props.add(key="author", value="somebody")
    onnx.save(documented, folder / "documented.onnx")
    for name, value in {"tensor": weight, "unnamed": onnx.numpy_helper.from_array(numpy.zeros(3, "f4"))}.items():
        (folder / f"{name}.pb").write_bytes(value.SerializeToString())


FAMILIES = {"numpy": numpy_files, "pickle": pickles, "joblib": joblib_files, "texts": texts, "archives": archives, "safetensors": tensors, "onnx": onnx_models}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, family in FAMILIES.items():
        (folder / name).mkdir(parents=True)
        family(folder / name)
    print(f"{sum(path.is_file() for path in folder.rglob('*'))} files")


if __name__ == "__main__":
    main()
