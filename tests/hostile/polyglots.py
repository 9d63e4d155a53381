"""Files that are two things: a harmless one to whoever looks at the extension or the signature, a running pickle or an archive to another."""
import struct

import graphs
import scripts
from arrays import safetensors
from joblibs import gzipped
from opcodes import *
from torch_files import DATA, checkpoint, document, members, state, tar_header, tensor
from zips import DEFLATED, Archive, Member

GOOD = checkpoint(state(w=tensor()))
SCRIPT = [Member("b/data.pkl", scripts.module()), Member("b/data/0", DATA), Member("b/code/__torch__.py", scripts.net("return x").encode()), Member("b/constants.pkl", document(EMPTY_TUPLE)), Member("b/version", b"3\n")]


def safetensors_pickle(attack):
    # The header's length begins with "C", which takes as many bytes as the length's second byte says: up to the name of the tensor.
    # That is texts of 0x7e bytes, the last of which ends in the data.
    length, text = 0x0843, b"U~" + b"w" * 126
    rest = len(text) - (length - 2) % len(text)
    content = b" " * rest + attack
    end = b'":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (len(content), len(content))
    name = (text * 20)[: length - 2 - len(end)]
    return safetensors(b'{"' + name + end, content)


def running_pickles():
    attack = payload() + STOP
    # model_version 0x55 is "(U" to a pickle; U takes as many bytes as the next tag says, 0x12, which is producer_name.
    text_of_producer = b" " * 17 + attack
    yield "polyglot-onnx-pickle.onnx", b"\x28\x55\x12" + graphs.varint(len(text_of_producer)) + text_of_producer + graphs.model()
    yield "polyglot-safetensors-pickle.safetensors", safetensors_pickle(attack)
    yield "polyglot-gif-pickle.gif", b"GIF89a" + b"\0" * 3 + attack
    yield "polyglot-bmp-pickle.bmp", b"BM" + b"\0" * (3 + ord("M")) + attack
    yield "polyglot-gguf-pickle.gguf", b"GGUF\x03\0\0\0\0" + attack
    yield "polyglot-tar-pickle.tar", tar_header(document(payload()), 0) + b"\0" * 1024
    yield "polyglot-yaml-pickle.yaml", b"cposix\nsystem\n(S'touch hullmark-was-here'\ntR.\nkey: value\n"
    yield "polyglot-source-pickle.py", b"cposix\nsystem\n(S'touch hullmark-was-here'\ntR0#!/usr/bin/python3\nimport os\n"


def texts():
    """Text that a person takes for text: V is a line of text to a pickle."""
    attack = b"cposix\nsystem\n(S'touch hullmark-was-here'\ntR."
    yield "polyglot-readme-pickle.md", b"Very small model\n" + attack + b"\n\n# Usage\n"
    yield "polyglot-csv-pickle.csv", b"Value,Label\n" + attack + b"\n1,2\n"
    yield "polyglot-license-pickle", b"Version 2.0, January 2004\n" + attack + b"\n"
    yield "polyglot-requirements-pickle.txt", b"Vvirtualenv==20.0\n" + attack + b"\n"
    yield "polyglot-shell-pickle.sh", b"cposix\nsystem\n(S'touch hullmark-was-here'\ntR0S'\\\n#!/bin/sh'\n."
    yield "polyglot-ini-pickle.ini", b"(dp0\n" + attack


IMAGES = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55\0\0\0\nIDATx\x9cc\x60\0\0\0\2\0\1\x48\xaf\xa4\x71\0\0\0\0IEND\xaeB\x60\x82",
    "gif": b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;",
    "bmp": b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0\4\0\0\0" + b"\0" * 16 + b"\xff\xff\xff\0",
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9",
    "wav": b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\2\0\0\0\0\0",
    "pdf": b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n",
    "json": b'{"a": 1}\n',
    "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 57,
    "gguf": b"GGUF\3\0\0\0" + b"\0" * 16,
    "onnx": graphs.model(),
    "tar": tar_header(b"note.txt", 6) + b"hello\n".ljust(512, b"\0") + b"\0" * 1024,
    "npy": None,
    "safetensors": safetensors({"w": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}, b"\0"),
}


def behind():
    """A whole harmless file, and behind it a pickle or an archive, which is read from its end."""
    for ending, head in IMAGES.items():
        head = npy_of(b"1234") if head is None else head
        yield f"polyglot-{ending}-then-pickle.{ending}", head + document(payload())
        yield f"polyglot-{ending}-then-checkpoint.{ending}", Archive(members(payload()), prefix=head).bytes()
        if len(head) < 1000:
            yield f"polyglot-{ending}-then-checkpoint-moved.{ending}", Archive(members(payload()), prefix=head, moved=-len(head)).bytes()


def more_running_pickles():
    attack = payload() + STOP
    yield "polyglot-tflite-pickle.tflite", b"G\0\0\0TFL3\0" + attack
    yield "polyglot-hdf5-user-block.h5", document(payload()).ljust(512, b"\0") + b"\x89HDF\r\n\x1a\n" + b"\0" * 88
    yield "polyglot-iso-of-zeros.pkl", document(payload()).ljust(4096, b"\0")
    yield "polyglot-wav-pickle.wav", b"RIFF\x24\0\0\0WAVE" + document(payload())
    yield "polyglot-pickle-then-onnx.onnx", document(payload()) + graphs.model()
    yield "polyglot-pickle-then-tar.tar", document(payload()).ljust(512, b"\0") + IMAGES["tar"]
    yield "polyglot-pickle-then-npy.npy", document(payload()) + npy_of(b"1234")


def wrapped():
    running = dict(running_pickles()) | dict(more_running_pickles())
    for name_of_case in ("polyglot-onnx-pickle.onnx", "polyglot-gif-pickle.gif", "polyglot-bmp-pickle.bmp", "polyglot-gguf-pickle.gguf", "polyglot-tar-pickle.tar", "polyglot-safetensors-pickle.safetensors", "polyglot-tflite-pickle.tflite"):
        content = running[name_of_case]
        word = name_of_case.rpartition(".")[2]
        yield f"polyglot-in-gzip-{word}.{word}.gz", gzipped(content)
        yield f"polyglot-in-zip-{word}.zip", Archive([Member(name_of_case, content, method=DEFLATED)]).bytes()
        yield f"polyglot-in-tar-{word}.tar.gz", gzipped(tar_header(name_of_case.encode(), len(content)) + content + b"\0" * (-len(content) % 512) + b"\0" * 1024)
        yield f"polyglot-in-tar-in-zip-{word}.zip", Archive([Member("inner.tar.gz", gzipped(tar_header(name_of_case.encode(), len(content)) + content + b"\0" * (-len(content) % 512) + b"\0" * 1024))]).bytes()


def archives():
    attack = checkpoint(payload())
    keras = Archive([Member("config.json", b'{"class_name": "Lambda"}'), Member("metadata.json", b"{}")]).bytes()
    yield "polyglot-onnx-zip.onnx", graphs.model(more=graphs.part(14, graphs.part(1, "k") + graphs.part(2, keras)))
    yield "polyglot-onnx-then-zip.onnx", graphs.model() + keras
    yield "polyglot-safetensors-zip.safetensors", safetensors({"w": {"dtype": "U8", "shape": [len(keras)], "data_offsets": [0, len(keras)]}}, keras)
    yield "polyglot-npy-zip.npy", npy_of(keras)
    yield "polyglot-pickle-zip.pt", document(EMPTY_DICT) + attack
    yield "polyglot-zip-pickle-behind.pt", GOOD + document(payload())
    yield "polyglot-checkpoint-and-script.pt", Archive([Member("a/data.pkl", document(payload())), Member("a/version", b"3\n"), *SCRIPT]).bytes()
    yield "polyglot-npz-checkpoint.npz", Archive([Member("a.npy", b""), Member("m/data.pkl", document(payload()))]).bytes()


def npy_of(content):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }" % len(content)
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + content


def cases():
    for family in (running_pickles, more_running_pickles, texts, behind, wrapped, archives):
        yield from family()
