"""npy, npz and safetensors: headers that lie, and objects where numbers belong. Sources: NumPy numpy/lib/format.py, safetensors README."""
import json
import struct

from opcodes import *
from zips import DEFLATED, Archive, Member

ATTACK = PROTO2 + payload() + STOP


def npy(header, content=b"", version=(1, 0), stated=None):
    header = header if isinstance(header, bytes) else header.encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    form = "<H" if version[0] == 1 else "<I"
    return b"\x93NUMPY" + bytes(version) + struct.pack(form, len(header) if stated is None else stated) + header + content


def about(descr="'<f4'", shape="(4,)", fortran="False", more=""):
    return f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, {more}}}"


FLOATS = struct.pack("<4f", 1, 2, 3, 4)
GOOD = npy(about(), FLOATS)


def npy_files():
    for version in ((1, 0), (2, 0), (3, 0)):
        yield f"npy-object-version-{version[0]}.npy", npy(about("'|O'", "()"), ATTACK, version)
    yield "npy-object-in-struct.npy", npy(about("[('a', '<f4'), ('b', '|O')]", "()"), ATTACK)
    yield "npy-object-in-nested-struct.npy", npy(about("[('a', [('b', '|O')])]", "()"), ATTACK)
    yield "npy-object-called.onnx", npy(about("'O'", "(1,)"), ATTACK)
    yield "npy-header-eval.npy", npy("__import__('os').system('touch hullmark-was-here')")
    yield "npy-header-eval-in-shape.npy", npy(about(shape="(__import__('os').system('touch hullmark-was-here'),)"), FLOATS)
    yield "npy-header-nested-tuples.npy", npy(about(shape="(" * 500 + ")" * 500), FLOATS)
    yield "npy-header-nested-minus.npy", npy(about(shape="(" + "-" * 1000 + "4,)"), FLOATS)
    yield "npy-header-integer-of-1000-digits.npy", npy(about(shape="(" + "9" * 1000 + ",)"), FLOATS)
    yield "npy-header-key-twice.npy", npy(about(more="'shape': (1,), "), FLOATS)
    yield "npy-header-more-keys.npy", npy(about(more="'evil': 1, "), FLOATS)
    yield "npy-header-of-4-gb.npy", npy(about(), FLOATS, (2, 0), 2**32 - 1)
    yield "npy-header-of-nothing.npy", npy(about(), FLOATS, (1, 0), 0)
    yield "npy-header-not-utf8.npy", npy(b"{'descr': '\xff<f4', 'fortran_order': False, 'shape': (4,), }", FLOATS, (3, 0))
    yield "npy-header-nul.npy", npy(b"{'descr': '<f4\0', 'fortran_order': False, 'shape': (4,), }", FLOATS)
    yield "npy-header-python-2-long.npy", npy(about(shape="(4L,)"), FLOATS)
    yield "npy-version-9.npy", npy(about(), FLOATS, (9, 9))
    yield "npy-shape-2-63.npy", npy(about(shape="(9223372036854775807,)"), FLOATS)
    yield "npy-shape-overflow.npy", npy(about(shape="(4294967296, 4294967296)"), FLOATS)
    yield "npy-shape-overflow-to-zero.npy", npy(about(shape="(4294967296, 4294967296, 0)"))
    yield "npy-shape-negative.npy", npy(about(shape="(-4,)"), FLOATS)
    yield "npy-shape-of-1000-axes.npy", npy(about(shape="(" + "1," * 1000 + ")"), FLOATS[:4])
    yield "npy-shape-true.npy", npy(about(shape="(True, 4)"), FLOATS)
    yield "npy-text-of-2-gb.npy", npy(about("'<U536870911'", "(1,)"), FLOATS)
    yield "npy-text-of-nothing.npy", npy(about("'<U0'", "(9223372036854775807,)"))
    yield "npy-text-not-unicode.npy", npy(about("'<U1'", "(4,)"), struct.pack("<4I", 0xD800, 0x110000, 0xFFFFFFFF, 65))
    yield "npy-trailing-pickle.npy", GOOD + ATTACK
    yield "npy-cut-short.npy", GOOD[:-1]
    yield "npy-magic-only.npy", b"\x93NUMPY"


def npz_files():
    yield "npz-object.npz", Archive([Member("a.npy", npy(about("'|O'", "()"), ATTACK))]).bytes()
    yield "npz-object-beside-numbers.npz", Archive([Member("i0.npy", GOOD), Member("a.npy", npy(about("'|O'", "()"), ATTACK))]).bytes()
    yield "npz-member-is-a-pickle.npz", Archive([Member("a.npy", ATTACK)]).bytes()
    yield "npz-pickle-beside-arrays.npz", Archive([Member("a.npy", GOOD), Member("b.pkl", ATTACK)]).bytes()
    yield "npz-duplicate-names.npz", Archive([Member("a.npy", GOOD), Member("a.npy", npy(about("'|O'", "()"), ATTACK))]).bytes()
    yield "npz-local-name-differs.npz", Archive([Member("a.npy", GOOD, local_name="b.npy")]).bytes()
    yield "npz-hidden-member.npz", Archive([Member("a.npy", GOOD)], hidden=[Member("a.npy", ATTACK)]).bytes()
    yield "npz-name-dotdot.npz", Archive([Member("../hullmark-was-here.npy", GOOD)]).bytes()
    yield "npz-name-escape.npz", Archive([Member("\x1b]0;owned\x07.npy", GOOD)]).bytes()
    yield "npz-bad-crc.npz", Archive([Member("a.npy", GOOD, crc=1)]).bytes()
    yield "npz-deflated-bomb.npz", Archive([Member("a.npy", npy(about(shape="(700000,)"), b"\0" * 2_800_000), method=DEFLATED)]).bytes()
    yield "npz-claims-1-tb.npz", Archive([Member("a.npy", npy(about(shape="(274877906944,)"), b"\0" * 100), method=DEFLATED)]).bytes()
    yield "npz-trailing-bytes.npz", Archive([Member("a.npy", GOOD)], trailing=ATTACK).bytes()


def safetensors(header, content=FLOATS, length=None):
    encoded = header if isinstance(header, bytes) else (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(encoded) if length is None else length) + encoded + content


def one(dtype="F32", shape=(4,), begin=0, end=16):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def safetensors_files():
    yield "safetensors-header-of-2-63.safetensors", safetensors({"w": one()}, length=2**63)
    yield "safetensors-header-of-2-64.safetensors", safetensors({"w": one()}, length=2**64 - 1)
    yield "safetensors-header-of-200-mb.safetensors", safetensors({"w": one()}, length=200_000_000)
    yield "safetensors-header-of-nothing.safetensors", safetensors({"w": one()}, length=0)
    yield "safetensors-header-not-an-object.safetensors", safetensors("[]", b"")
    yield "safetensors-header-begins-with-space.safetensors", safetensors(" " + json.dumps({"w": one()}))
    yield "safetensors-header-trailing-text.safetensors", safetensors(json.dumps({"w": one()}) + "{}")
    yield "safetensors-header-not-utf8.safetensors", safetensors(b'{"w\xff":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}')
    yield "safetensors-header-lone-surrogate.safetensors", safetensors('{"w\\ud800":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}')
    yield "safetensors-header-nested.safetensors", safetensors('{"__metadata__":' + '{"a":' * 400 + '""' + "}" * 401, b"")
    yield "safetensors-header-nested-lists.safetensors", safetensors('{"w":' + "[" * 700 + "]" * 700 + "}", b"")
    yield "safetensors-duplicate-name.safetensors", safetensors('{"w":' + json.dumps(one()) + ',"w":' + json.dumps(one()) + "}")
    yield "safetensors-duplicate-field.safetensors", safetensors('{"w":{"dtype":"F32","dtype":"F64","shape":[4],"data_offsets":[0,16]}}')
    yield "safetensors-duplicate-name-escaped.safetensors", safetensors('{"w":' + json.dumps(one()) + ',"\\u0077":' + json.dumps(one()) + "}")
    yield "safetensors-overlap.safetensors", safetensors({"v": one(), "w": one()})
    yield "safetensors-overlap-partly.safetensors", safetensors({"v": one(shape=(3,), end=12), "w": one(shape=(2,), begin=8)})
    yield "safetensors-hole.safetensors", safetensors({"v": one(shape=(1,), end=4), "w": one(shape=(1,), begin=12)})
    yield "safetensors-hole-in-front.safetensors", safetensors({"w": one(shape=(3,), begin=4)})
    yield "safetensors-trailing-pickle.safetensors", safetensors({"w": one()}, FLOATS + ATTACK)
    yield "safetensors-cut-short.safetensors", safetensors({"w": one()}, FLOATS[:-1])
    yield "safetensors-offsets-reversed.safetensors", safetensors({"w": one(begin=16, end=0)})
    yield "safetensors-offsets-negative.safetensors", safetensors({"w": one(begin=-16, end=0)})
    yield "safetensors-offsets-real.safetensors", safetensors({"w": one(begin=0.5, end=16.5)})
    yield "safetensors-offsets-2-64.safetensors", safetensors({"w": one(begin=2**64 - 16, end=2**64)})
    yield "safetensors-offsets-three.safetensors", safetensors({"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16, 32]}})
    yield "safetensors-shape-overflow.safetensors", safetensors({"w": one(shape=(2**32, 2**32, 4), end=16)})
    yield "safetensors-shape-overflow-to-zero.safetensors", safetensors({"w": one(shape=(2**32, 2**32, 0), end=0)}, b"")
    yield "safetensors-shape-2-64.safetensors", safetensors({"w": one(shape=(2**64,))})
    yield "safetensors-shape-negative.safetensors", safetensors({"w": one(shape=(-4,))})
    yield "safetensors-shape-of-1000-axes.safetensors", safetensors({"w": one(shape=(1,) * 1000, end=4)}, FLOATS[:4])
    yield "safetensors-size-and-dtype-differ.safetensors", safetensors({"w": one(dtype="F64")})
    yield "safetensors-unknown-dtype.safetensors", safetensors({"w": one(dtype="O")})
    yield "safetensors-metadata-not-text.safetensors", safetensors({"__metadata__": {"a": 1}, "w": one()})
    yield "safetensors-more-fields.safetensors", safetensors({"w": {**one(), "evil": 1}})
    yield "safetensors-name-escape.safetensors", safetensors({"\x1b[2J\x07": one()})


def cases():
    for family in (npy_files, npz_files, safetensors_files):
        yield from family()
