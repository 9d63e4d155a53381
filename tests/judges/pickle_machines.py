"""CPython's two unpicklers, C and pure Python: whatever either of them reads, ours reads alike; wherever they differ, ours says so."""

# needs: numpy joblib

import _pickle
import argparse
import io
import os
import pathlib
import pickle
import random
import resource
import struct
import subprocess
import sys
import tempfile

import joblib
import numpy
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

MOST_MEMORY = 3 << 30


class InertMeta(type):
    """What a name stands for can be filled like a list, a set and a dict, and nothing happens."""

    def append(cls, item):
        pass

    def extend(cls, items):
        pass

    def add(cls, item):
        pass

    def __setitem__(cls, key, item):
        pass


class Inert(metaclass=InertMeta):
    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    append = extend = add = __setitem__ = lambda self, *args: None


class InertWithState(Inert):
    def __setstate__(self, state):
        pass


def python3_names(module: str, name: str) -> tuple[str, str]:
    if (module, name) in NAME_MAPPING:
        return NAME_MAPPING[module, name]
    return IMPORT_MAPPING.get(module, module), name


def recorder(base: type) -> type:
    class Recorder(base):
        def __init__(self, file):
            super().__init__(file)
            self.mentions = []

        def find_class(self, module, name):
            protocol = getattr(self, "proto", None)
            names = [(module, name), python3_names(module, name)]
            self.mentions.append([names[protocol < 3]] if protocol is not None else names)
            return type("Inert", (InertWithState if name.startswith("s") else Inert,), {})

        def persistent_load(self, pid):
            return Inert()

    return Recorder


RECORDERS = [recorder(pickle._Unpickler), recorder(_pickle.Unpickler)]


def shown(value: object, depth: int = 0) -> str:
    """A value as text, alike for both; identities of inert things do not matter."""
    if depth > 8:
        return "..."
    if isinstance(value, (list, tuple)):
        return type(value).__name__ + "(" + ",".join(shown(item, depth + 1) for item in value) + ")"
    if isinstance(value, (set, frozenset)):
        return type(value).__name__ + "(" + ",".join(sorted(shown(item, depth + 1) for item in value)) + ")"
    if isinstance(value, dict):
        return "{" + ",".join(f"{shown(k, depth + 1)}:{shown(v, depth + 1)}" for k, v in value.items()) + "}"
    if isinstance(value, (Inert, InertMeta)):
        return "inert"
    if isinstance(value, memoryview):
        return "view" + repr(bytes(value))
    return repr(value) if not isinstance(value, int) or abs(value) < 1 << 10_000 else "huge"


class Outcome:
    def __init__(self, kind: type, data: bytes) -> None:
        file = io.BytesIO(data)
        unpickler = kind(file)
        self.value = self.error = None
        try:
            self.value = shown(unpickler.load())
        except (Exception, MemoryError, RecursionError) as error:
            self.error = f"{type(error).__name__}: {error}"
        self.end = file.tell()
        self.mentions = unpickler.mentions


def matches(ours: tuple[str, str], theirs: list[tuple[str, str]]) -> bool:
    return any(all(a in ("?", b) for a, b in zip(ours, names)) for names in theirs)


def complaint(data: bytes, answer: str) -> str | None:
    """What is wrong with our answer, if anything."""
    if answer.startswith("differs"):
        return "memory and stream say different things"
    end, mentions, findings, _, _, error = answer.split("\t")
    names = [tuple(bytes.fromhex(part).decode("utf-8", "surrogatepass") for part in mention.split(".")) for mention in mentions.split()]
    outcomes = [Outcome(kind, data) for kind in RECORDERS]
    for who, outcome in zip(("Python", "C"), outcomes):
        # What straddles a frame, C reads in one way from a file and in another from memory: to say that is all that one reading can do.
        if "frame@" in findings and who == "C":
            continue
        if len(outcome.mentions) > len(names) or not all(matches(a, b) for a, b in zip(names, outcome.mentions)):
            return f"{who} mentions {outcome.mentions}"
        if outcome.error is None:
            if error:
                return f"{who} reads {outcome.value}"
            if len(names) != len(outcome.mentions):
                return f"{who} mentions only {outcome.mentions}"
            if not findings and int(end) != outcome.end:
                return f"{who} ends at {outcome.end}"
    python, c = outcomes
    # What is no dict and counts as false is no state to Python and an error to C. Which classes take such states is not known here,
    # honest ones do, and no name is read differently.
    if c.error and c.error.endswith("state is not a dictionary"):
        return None
    if not error and not findings:
        if (python.error is None) != (c.error is None):
            return f"they differ: Python {python.error or python.value}, C {c.error or c.value}"
        if python.error is None and (python.value != c.value or python.end != c.end or len(python.mentions) != len(c.mentions)):
            return f"they differ: Python {python.value}, C {c.value}"
    return None


# Pickles of every kind of opcode, mostly such that the stack is right.

NUMBERS = ["0", "1", "-1", "00", "01", "+1", "-0", " 1", "1 ", "0x10", "0X1f", "0b11", "0o17", "010", "-010", "08", "1_0", "1__0", "_1", "1_", "0_0", "0x_f", "9" * 30, "-" + "9" * 25,
    "1L", "1LL", "L", "", "1\0", "1\0x", "\0", "\t7\x0b", "1\r", "0x", "--1", "+-1", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e5", "0b2", "\u0661"]
REALS = ["0", "1.5", "-0.0", "+1.5", " 1.5", "1.5 ", "1_0.5", "1._5", "1e5", "1e400", "-1e400", "1e-400", "inf", "-inf", "+Infinity", "nan", "nan(1)", "0x1p3", "1.", ".5", "1.5\0", "", "1e", "1e+_5", "\r1"]
TEXTS = ["", "a", "os", "system", "builtins", "__builtin__", "copy_reg", "exceptions", "é", "a.b", "append", "__setstate__", "latin1", "\ud800"]
NAMES = ["os", "sys", "a", "__builtin__", "copy_reg", "itertools", "exceptions", "é", "", "a b", "a\r", "a\0", "s.t", "UserDict", "a.b"]
ATTRIBUTES = ["system", "s", "append", "a.b", "xrange", "imap", "reduce", "StandardError", "Exception", "eval", "", "x\r", "é", "s\0", "UserDict"]
QUOTED = ["'a'", '"a"', "'a\"", "'", "''", "a", "'\\n\\x41'", "'\\'", "'\\x4'", "'\\8'", "'\\400'", "'a' ", "'a'b'", "'\xe9'", "'\\u0041'"]
RAW = ["a", "\\u0041", "\\\\u0041", "\\u004", "\\U00010ffff"[:10], "\\U00110000", "\\", "\\x41", "\xe9", "\\ud83d\\ude00", "\\ud800", ""]


class Writer:
    """Writes opcodes at random; `depth` is about how many values the stack holds above each mark."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.depths = [0]

    def line(self, text: str) -> bytes:
        return text.encode("utf-8" if self.dice.random() < 0.5 else "latin-1", "replace") + (b"\n" if self.dice.random() < 0.995 else b"")

    def counted(self, form: str, data: bytes) -> bytes:
        length = len(data)
        if self.dice.random() < 0.01:
            length = self.dice.choice([length + 1, max(length - 1, 0), (1 << 8 * struct.calcsize(form) - 1) - 1, 1 << 8 * struct.calcsize(form) - 1])
        return struct.pack(form, length & (1 << 8 * struct.calcsize(form)) - 1) + data

    def constant(self) -> bytes:
        dice = self.dice
        text = dice.choice(TEXTS).encode("utf-8", "surrogatepass") if dice.random() < 0.95 else bytes(dice.randrange(256) for _ in range(3))
        return dice.choice([
            lambda: b"N", lambda: b"\x88", lambda: b"\x89", lambda: b"K" + bytes([dice.randrange(4)]), lambda: b"M" + bytes([dice.randrange(256), dice.randrange(256)]),
            lambda: b"J" + dice.randbytes(4), lambda: b"I" + self.line(dice.choice(NUMBERS)), lambda: b"L" + self.line(dice.choice(NUMBERS) + dice.choice(["L", ""])),
            lambda: b"F" + self.line(dice.choice(REALS)), lambda: b"G" + dice.randbytes(8), lambda: b"S" + self.line(dice.choice(QUOTED)), lambda: b"V" + self.line(dice.choice(RAW)),
            lambda: b"X" + self.counted("<I", text), lambda: b"\x8c" + self.counted("<B", text), lambda: b"\x8d" + self.counted("<Q", text), lambda: b"U" + self.counted("<B", text),
            lambda: b"T" + self.counted("<I", text), lambda: b"B" + self.counted("<I", text), lambda: b"C" + self.counted("<B", text), lambda: b"\x8e" + self.counted("<Q", text),
            lambda: b"\x96" + self.counted("<Q", text), lambda: b"\x8a" + self.counted("<B", dice.randbytes(dice.randrange(12))), lambda: b"\x8b" + self.counted("<I", dice.randbytes(dice.randrange(12))),
            lambda: b")", lambda: b"]", lambda: b"}", lambda: b"\x8f", lambda: b"c" + self.line(dice.choice(NAMES)) + self.line(dice.choice(ATTRIBUTES)),
            lambda: b"P" + self.line(dice.choice(TEXTS)), lambda: b"\x97" if dice.random() < 0.02 else b"N",
        ])()

    def key(self) -> int:
        return self.dice.choice([0, 0, 1, 1, 2, 3, 5, 200])

    def memo(self) -> bytes:
        dice = self.dice
        spelled = dice.choice(["0", "1", "2", "00", "01", "+1", "-1", "1_0", "10", " 1", "1 ", "1\0", "0x1", "-0", "9" * 25, "0" + "9" * 25, "", "L", "1L"]) if dice.random() < 0.3 else str(self.key())
        put = dice.choice([lambda: b"q" + bytes([self.key()]), lambda: b"r" + struct.pack("<I", self.key()), lambda: b"p" + self.line(spelled), lambda: b"\x94", lambda: b"\x94"])()
        get = dice.choice([lambda: b"h" + bytes([self.key()]), lambda: b"j" + struct.pack("<I", self.key()), lambda: b"g" + self.line(spelled)])()
        if dice.random() < 0.5:
            return put
        self.depths[-1] += 1
        return (put if dice.random() < 0.6 and self.depths[-1] > 1 else b"") + get

    def reducing(self) -> bytes:
        dice, depth = self.dice, self.depths[-1]
        choices = [b"0", b"2", b"Q", b"\x85"]
        if depth >= 2:
            choices += [b"\x86", b"a", b"b", b"R", b"\x81", b"\x93", b"b"]
        if depth >= 3:
            choices += [b"\x87", b"s", b"\x92"]
        code = dice.choice(choices)
        self.depths[-1] += {b"0": -1, b"2": 1, b"Q": 0, b"\x85": 0, b"\x86": -1, b"a": -1, b"b": -1, b"R": -1, b"\x81": -1, b"\x93": -1, b"\x87": -2, b"s": -2, b"\x92": -2}[code]
        return (b"\x98" if dice.random() < 0.02 else b"") + code

    def marked(self) -> bytes:
        code = self.dice.choice([b"l", b"d", b"t", b"e", b"u", b"\x90", b"\x91", b"o", b"1", b"i"])
        self.depths.pop()
        if code in b"ldt\x91oi":
            self.depths[-1] += 1
        return code + (self.line(self.dice.choice(NAMES)) + self.line(self.dice.choice(ATTRIBUTES)) if code == b"i" else b"")

    def call(self) -> bytes:
        self.depths[-1] += 1
        head = b"c" + self.dice.choice([b"os\nsystem\n", b"a\nb\n", b"itertools\nimap\n", b"a\ns\n"])
        return self.dice.choice([head + b")R", head + b")\x81", b"(" + head + b"o", head + b"(K\1tR", head + b")}\x92", head])

    def filled(self) -> bytes:
        self.depths[-1] += 1
        container = self.dice.choice([b"]", b"}", b"\x8f", b"\x96" + struct.pack("<Q", 2) + b"ab", b"N", b")", b"cos\npath\n", b"cos\ns\n)R", b"K\1Q"])
        return container + self.dice.choice([b"K\1a", b"(e", b"(u", b"(\x90", b"(K\1K\2e", b"K\0K\1s", b"(K\0K\1u", b"(K\1\x90", b"}b", b"N}\x86b", b"Nb", b")b", b"}X\1\0\0\0aNsb", b"N}X\1\0\0\0aNs\x86b", b"]b", b"K\0b", b"]Ns", b"(]N\x90", b"(]\x91"])

    def step(self) -> bytes:
        dice, depth = self.dice, self.depths[-1]
        roll = dice.random()
        if roll < 0.004:
            return bytes([dice.randrange(256)])
        if roll < 0.02:
            return b"\x80" + bytes([dice.choice([0, 1, 2, 3, 4, 5, 6, 255])])
        if roll < 0.03:
            return dice.choice([b"\x82\1", b"\x82\0", b"\x83\1\0", b"\x84\xff\xff\xff\xff", b"."])
        if roll < 0.06:
            return b"\x95" + struct.pack("<Q", dice.choice([0, 1, 2, 3, 4, 5, 8, 13, 30, 1000, 1 << 62, 1 << 63, (1 << 64) - 1]))
        if roll < 0.14:
            self.depths.append(0)
            return b"("
        if roll < 0.22 and len(self.depths) > 1:
            return self.marked()
        if roll < 0.32 and depth > 0:
            return self.memo()
        if roll < 0.38:
            return self.call()
        if roll < 0.44:
            return self.filled()
        if roll < 0.68 and depth > 0:
            return self.reducing()
        self.depths[-1] += 1
        return self.constant()

    def pickle(self) -> bytes:
        dice = self.dice
        parts = [b"\x80" + bytes([dice.choice([0, 2, 2, 3, 4, 4, 5])])] if dice.random() < 0.5 else []
        steps = [self.step() for _ in range(dice.randrange(1, 20))]
        while len(self.depths) > 1:
            steps.append(self.marked())
        if self.depths[0] < 1:
            steps.append(b"N")
        steps.append(b"." if dice.random() < 0.97 else b"")
        if dice.random() < 0.2: # a frame that ends about where it should
            at = dice.randrange(len(steps))
            body = sum(map(len, steps[at:]))
            if dice.random() < 0.5:
                body = max(0, sum(map(len, steps[at : dice.randrange(at, len(steps) + 1)])) + dice.choice([0, 0, 0, 0, 1, -1]))
            steps.insert(at, b"\x95" + struct.pack("<Q", body))
        return b"".join(parts + steps) + (b"N." if dice.random() < 0.03 else b"")


class Plain:
    def __init__(self) -> None:
        self.a = {"b": (1, 2.5, None)}


class Slots:
    __slots__ = ("a", "b")

    def __init__(self) -> None:
        self.a = self.b = 1


REAL = [pickle.dumps(value, protocol) for protocol in range(6) for value in [
    [1, -1, 1 << 40, 1 << 80, 1.5, True, None, "text", b"bytes", "é\n\\u0041\ud800"], {"a": [1, 2], "b": {"c": ()}, 3: {1, 2}, (1, 2): frozenset("ab")}, Plain(),
    bytearray(b"abc"), complex(1, 2), range(3), [[], [], [[]] * 3], ["x" * 300, b"y" * 300], slice(1, 2), Ellipsis, int, numpy.arange(3), numpy.float32(1), numpy.array(["a", None], dtype=object),
    numpy.zeros(2, dtype=[("a", "f8"), ("b", "i4", 2)]), ValueError("x"), os.path.join] + ([Slots()] if protocol >= 2 else [])]


def mutated(dice: random.Random) -> bytes:
    data = bytearray(dice.choice(REAL))
    for _ in range(dice.choice([0, 1, 1, 2, 4])):
        place = dice.randrange(len(data))
        kind = dice.randrange(6)
        if kind == 0:
            data[place] = dice.randrange(256)
        elif kind == 1:
            del data[place : place + dice.randrange(1, 5)]
        elif kind == 2:
            data[place:place] = Writer(dice).step()
        elif kind == 3:
            data[place] ^= 1 << dice.randrange(8)
        elif kind == 4:
            other = dice.choice(REAL)
            start = dice.randrange(len(other))
            data[place:place] = other[start : start + dice.randrange(1, 12)]
        else:
            data[place] = dice.choice(b"(.0123NRabcdeghijlopqrstu]})\x81\x85\x86\x87\x90\x91\x92\x93\x94\x95\x97\x98")
        if not data:
            return b"."
    return bytes(data)


def is_too_dear(data: bytes) -> bool:
    """Claims that make the real unpicklers allocate gigabytes, or minutes."""
    for place, code in enumerate(data):
        if code in b"r" and 1 << 16 < int.from_bytes(data[place + 1 : place + 5], "little"):
            return True
        if code in b"B\x8eT\x8dX\x96\x95\x8b" and 1 << 24 < int.from_bytes(data[place + 1 : place + (9 if code in b"\x8d\x8e\x96\x95" else 5)], "little") < 1 << 31:
            return True
        if code in b"p" and data[place + 1 : place + 20].split(b"\n")[0].strip(b"0 +-_\t").replace(b"_", b"").isdigit() and len(data[place + 1 : place + 20].split(b"\n")[0]) in range(5, 20):
            return True
    return False


class Ours:
    def __init__(self, program: str) -> None:
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def answers(self, cases: list[bytes], prefix: str = "") -> list[str]:
        answers = []
        for start in range(0, len(cases), 50): # what is under way must fit a pipe
            part = cases[start : start + 50]
            self.process.stdin.write("".join(prefix + case.hex() + "\n" for case in part))
            self.process.stdin.flush()
            answers += [self.process.stdout.readline().rstrip("\n") for _ in part]
        return answers


def judge_random(ours: Ours, seed: int, count: int, most_complaints: int) -> int:
    dice = random.Random(seed)
    complaints = read = 0
    for start in range(0, count, 500):
        cases = [case for _ in range(min(500, count - start)) if not is_too_dear(case := Writer(dice).pickle() if dice.random() < 0.7 else mutated(dice))]
        for case, answer in zip(cases, ours.answers(cases), strict=True):
            read += not answer.split("\t")[-1]
            if wrong := complaint(case, answer):
                complaints += 1
                print(f"{case!r}\n    {wrong}\n    ours: {answer}")
                if complaints == most_complaints:
                    return complaints
    print(f"{count} pickles, {read} of them readable")
    return complaints


def judge_names(ours: Ours) -> int:
    """Every name that Python 2 had elsewhere, below protocol 3 and from it on."""
    complaints = 0
    names = [*NAME_MAPPING, *((module, "anything") for module in IMPORT_MAPPING), ("exceptions", "anything"), ("os", "system")]
    for head in (b"", b"\x80\x02", b"\x80\x03"):
        cases = [head + f"c{module}\n{name}\n.".encode() for module, name in names]
        for case, answer in zip(cases, ours.answers(cases), strict=True):
            if wrong := complaint(case, answer):
                complaints += 1
                print(f"{case!r}: {wrong}")
    return complaints


def judge_joblib(ours: Ours) -> int:
    """Arrays of every kind in joblib's files: all bytes are accounted for, and each array lies where its bytes are."""
    complaints = 0
    structure = numpy.dtype([("a", "<f8"), ("b", ">i2", (2, 3)), ("c", "U4"), ("d", [("e", "S3"), ("f", "?")])], align=False)
    arrays = [numpy.arange(6, dtype=code).reshape(2, 3) for code in ["i1", "<i2", ">i4", "u8", "f2", "f4", ">f8", "c8", "c16", "g"]]
    arrays += [numpy.array([True, False]), numpy.array(["ab", "c"]), numpy.array([b"ab"]), numpy.array(["2020-01-01"], dtype="M8[D]"), numpy.array([5], dtype="m8[ns]"), numpy.zeros(3, dtype=structure)]
    arrays += [numpy.array(1.5), numpy.zeros((0, 3)), numpy.asfortranarray(numpy.ones((2, 3))), numpy.zeros(2, dtype="V7"), numpy.zeros(2, dtype=numpy.dtype([("a", "f8"), ("b", "i1")], align=True))]
    arrays += [numpy.array([None, "a", [1]], dtype=object), numpy.array([(1, None)], dtype=[("a", "i4"), ("b", object)]), numpy.zeros(2, dtype=[("a", "f8", 2), ("b", object, 2)]), numpy.matrix([[1, 2]])]
    values = [*arrays, arrays, {"a": arrays[0], "again": arrays[0], "text": "x", "deep": [(arrays[3],)]}]
    cases = []
    for protocol in range(6):
        for value in values:
            with tempfile.NamedTemporaryFile() as file:
                joblib.dump(value, file.name, protocol=protocol)
                cases.append((value, protocol, pathlib.Path(file.name).read_bytes()))
    for (value, protocol, data), answer in zip(cases, ours.answers([case[2] for case in cases], "j"), strict=True):
        fields = answer.split("\t")
        if fields[0] != str(len(data)) or fields[2] or fields[-1]:
            complaints += 1
            print(f"joblib, protocol {protocol}, {value!r}: {answer}")
        if isinstance(value, numpy.ndarray) and not value.dtype.hasobject:
            offset, length = map(int, fields[3].strip().split("+"))
            if data[offset : offset + length] != numpy.asarray(value).tobytes("A"):
                complaints += 1
                print(f"joblib, protocol {protocol}, {value!r}: not at {offset} + {length}")
    print(f"{len(cases)} joblib files")
    return complaints


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=60_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--program", default=str(pathlib.Path(os.environ.get("HULLMARK", "hullmark")).parent / "pickle_judge"))
    chosen = options.parse_args()
    if not pathlib.Path(chosen.program).exists():
        print("pickle_judge is not built")
        sys.exit(77)
    ours = Ours(chosen.program)
    complaints = judge_joblib(ours) + judge_names(ours)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    complaints += judge_random(ours, chosen.seed, chosen.count, 20)
    if complaints:
        sys.exit(1)
    print(f"{chosen.count} pickles: both unpicklers are modelled")


if __name__ == "__main__":
    main()
