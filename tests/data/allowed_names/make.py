"""The families of allowed names: python make.py FOLDER-OF-THE-TABLES   (src/pickle)

Walks the installed scikit-learn, scipy, numpy and torch (whichever are there) and adds what it finds to the tables
`family_*.inc`, lines of `module name name...`. Run it once with each version of the libraries; names are only ever added.

A class is listed as an instance where making and filling one runs no code but Python's and the reviewed methods below: its `__new__`,
`__reduce__` and `__reduce_ex__` are those of object, its `__setstate__` is none or a reviewed one, and it has no `__del__`,
`__hash__` of its own or unreviewed `__getattr__`.
"""

import importlib
import inspect
import pkgutil
import re
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

# Parts that no saved value comes from, or that run, fetch or write things.
SKIPPED = re.compile(
    r"(^|\.)(tests?|conftest|testing|_testing\w*|externals|datasets|_build_utils|_build|experimental|estimator_checks|_estimator_html_repr"
    r"|_joblib|parallel|_show_versions|setup|f2py|distutils|io|callback|_repr_html|inspection|_pprint|_plot\w*|deprecation|fixes|_unittest_backport|linear_assignment_)(\.|$)"
)

# __setstate__ methods that were read: each updates __dict__ with a dict of attributes and at most calls methods of those attributes
# with arguments of its own.
REVIEWED_SETSTATE = re.compile(
    r"^(sklearn\.base\.BaseEstimator|sklearn\.isotonic\.IsotonicRegression|sklearn\.ensemble\._hist_gradient_boosting\.predictor\.TreePredictor"
    r"|torch\.nn\.modules\.\w+\.\w+|torch\.ao\.nn\.sparse\.quantized\.linear\.LinearPackedParams|numpy\.polynomial\._polybase\.ABCPolyBase|torch\.optim\.\w+\.\w+|torch\.(cuda\.)?amp\.grad_scaler\.GradScaler"
    r"|scipy\.sparse\._coo\._coo_base|scipy\.stats\._distn_infrastructure\.rv_generic)\."
)
REVIEWED_GETATTR = re.compile(r"^(torch\.nn\.modules\.module\.Module|scipy\.sparse\._?base\.\w+)\.")


def qualified(function):
    return "%s.%s" % (getattr(function, "__module__", None), getattr(function, "__qualname__", None))


# Without arguments they make an object and nothing else.
REVIEWED_NEW = re.compile(r"^(typing\.Generic|scipy\.sparse\.linalg\._?interface\.LinearOperator|scipy\.signal\._?ltisys\.\w+|scipy\.stats\._new_distributions\.Normal)\.__new__$")
# Closes an attribute of C code, or calls `close` of an object that is on the lists as well.
REVIEWED_DEL = re.compile(r"^(scipy\.spatial\._?qhull\.)?_QhullUser\.__del__$")


def is_instance_class(cls, slots=False):
    """Whether the rule `an instance with a dict of attributes` holds for it; or one with slots, none of whose attributes runs code of others."""
    if not isinstance(cls, type) or "." in cls.__qualname__ or issubclass(cls, BaseException):
        return False
    if cls.__new__ is not object.__new__ and not REVIEWED_NEW.match(qualified(cls.__new__)):
        return False
    if cls.__reduce__ is not object.__reduce__ or cls.__reduce_ex__ is not object.__reduce_ex__:
        return False
    if hasattr(cls, "__del__") and not REVIEWED_DEL.match(str(getattr(cls.__del__, "__qualname__", ""))) or cls.__hash__ not in (None, object.__hash__) and qualified(cls.__hash__) != "torch.nn.modules.module.Module.__hash__":
        return False
    if any("__slots__" in base.__dict__ and base.__slots__ for base in cls.__mro__) != slots or slots and cls.__setattr__ is not object.__setattr__:
        return False
    if any(base.__flags__ & (1 << 9) == 0 for base in cls.__mro__ if base is not object):  # not made by a class statement
        return False
    root = cls.__module__.split(".")[0]
    if any("externals" in base.__module__ or base.__module__.split(".")[0] not in (root, "builtins", "abc", "typing", "collections", "numpy") for base in cls.__mro__):
        return False  # joblib's Memory under another name
    setstate = getattr(cls, "__setstate__", None)
    getattribute = getattr(cls, "__getattr__", None)
    if setstate and not REVIEWED_SETSTATE.match(qualified(setstate)):
        return False
    if getattribute and not REVIEWED_GETATTR.match(qualified(getattribute)):
        return False
    return cls.__getattribute__ is object.__getattribute__


def modules(package):
    try:
        root = importlib.import_module(package)
    except ImportError:
        return
    yield root
    for found in pkgutil.walk_packages(getattr(root, "__path__", []), package + ".", onerror=lambda name: None):
        if SKIPPED.search(found.name):
            continue
        try:
            yield importlib.import_module(found.name)
        except Exception:  # whatever a part says that this machine lacks
            continue


def members(package, wanted):
    for module in modules(package):
        for name, value in sorted(vars(module).items()):
            if getattr(value, "__module__", None) == module.__name__ and getattr(value, "__name__", None) == name and wanted(value):
                yield module.__name__, name


# Parts of which people keep objects; distributions stand in a family of their own, with the text of code that they execute.
SCIPY = "scipy.stats scipy.spatial scipy.signal scipy.optimize scipy.integrate scipy.cluster"


def is_scipy_instance(cls):
    return is_instance_class(cls) and cls.__module__ != "scipy.stats._distn_infrastructure" and "rv_generic" not in qualified(getattr(cls, "__setstate__", None))


def is_tuple_class(cls):
    """A tuple with named elements, whose `__new__` is the one that namedtuple or scipy's _make_tuple_bunch writes."""
    if not isinstance(cls, type) or not issubclass(cls, tuple) or cls is tuple or hasattr(cls, "__setstate__") or hasattr(cls, "__del__"):
        return False
    written = getattr(cls.__new__, "__code__", None)
    return bool(written) and written.co_filename.startswith("<") and cls.__reduce__ is object.__reduce__ and cls.__reduce_ex__ is object.__reduce_ex__


def in_parts(packages, wanted):
    return (pair for package in packages.split() for pair in members(package, wanted))


# rv_discrete chooses between two classes of its own.
NEW = (qualified(object.__new__), "scipy.stats._distn_infrastructure.rv_discrete.__new__")


def is_distribution(cls):
    from scipy.stats._distn_infrastructure import rv_continuous, rv_discrete

    return isinstance(cls, type) and issubclass(cls, (rv_continuous, rv_discrete)) and qualified(cls.__new__) in NEW and qualified(cls.__setstate__) == "scipy.stats._distn_infrastructure.rv_generic.__setstate__" and not hasattr(cls, "__del__")


PURE = re.compile(r"(_score|_loss|_error|_kernel|_distances|_deviance|_similarity|^pinball_loss|^roc_curve|^auc|^confusion_matrix|^mutual_info_\w+|^f_classif|^f_regression|^f_oneway|^r_regression|^chi2|_kmeans_single_\w+)$")
SCALERS = "normalize scale minmax_scale maxabs_scale robust_scale binarize quantile_transform power_transform add_dummy_feature label_binarize"


def is_pure_function(value):
    return inspect.isfunction(value) and bool(PURE.search(value.__name__)) and "make_scorer" not in value.__name__


def sklearn_functions():
    for package in ("sklearn.metrics", "sklearn.feature_selection", "sklearn.cluster", "sklearn.covariance"):
        yield from members(package, is_pure_function)
    yield from members("sklearn.preprocessing", lambda value: inspect.isfunction(value) and value.__name__ in SCALERS.split())
    yield "sklearn.metrics._scorer", "_passthrough_scorer"
    yield "sklearn.model_selection._search_successive_halving", "_refit_callable"
    yield "sklearn.utils.validation", "check_array"
    yield "sklearn.utils.validation", "check_X_y"
    yield "sklearn.utils.validation", "column_or_1d"


def ufuncs():
    import numpy

    places = ["numpy", "numpy.core._multiarray_umath", "numpy._core._multiarray_umath", "numpy.core.umath", "numpy._core.umath"]
    names = sorted(name for name, value in vars(numpy).items() if isinstance(value, numpy.ufunc))
    for place in places:
        for name in names:
            yield place, name
    functions = "mean median sum prod std var min max amin amax nanmean nanmedian nansum nanmin nanmax nanstd nanvar average percentile quantile cumsum cumprod diff round around clip nan_to_num ravel reshape squeeze transpose concatenate stack hstack vstack column_stack asarray array ascontiguousarray zeros_like ones_like real imag angle argmax argmin argsort sort unique where interp log10 flip fliplr flipud expand_dims atleast_1d atleast_2d"
    for name in functions.split():
        yield "numpy", name
    for name in "norm inv pinv det solve lstsq svd eig eigh eigvals eigvalsh qr cholesky matrix_rank cond slogdet matrix_power multi_dot".split():
        for place in ("numpy.linalg", "numpy.linalg.linalg", "numpy.linalg._linalg"):
            yield place, name
    try:
        import scipy.special
    except ImportError:
        return
    for name in sorted(name for name, value in vars(scipy.special).items() if isinstance(value, numpy.ufunc)):
        for place in ("scipy.special", "scipy.special._ufuncs", "scipy.special._special_ufuncs"):
            yield place, name


def scalar_types():
    import numpy

    for name, value in sorted(vars(numpy).items()):
        if isinstance(value, type) and issubclass(value, numpy.generic) and value.__module__ == "numpy":
            yield "numpy", value.__name__
    for name in "bool bool_ str_ bytes_ float_ complex_ unicode_ string_ object_ int_ long ulong longlong ulonglong longdouble float128 complex256".split():
        yield "numpy", name


TORCH = "torch.distributions torch.nn.utils.prune torch.ao.nn torch.ao.quantization.observer torch.ao.quantization.fake_quantize torch.ao.quantization.stubs torch.nn.modules torch.nn.utils.weight_norm torch.nn.utils.spectral_norm torch.nn.utils.parametrize torch.nn.utils.parametrizations torch.nn.parallel.data_parallel torch.optim torch.amp.grad_scaler torch.cuda.amp.grad_scaler"


def torch_classes():
    for package in TORCH.split():
        for module, name in members(package, is_instance_class):
            yield module, name
            if module.startswith("torch.ao."):  # as it was called up to 1.12
                yield module.replace("torch.ao.", "torch."), name
    yield "torch.nn.modules.container", "Container"
    yield "torch.nn.modules.loss", "NLLLoss2d"
    for name in "TensorDataset Subset ConcatDataset StackDataset ChainDataset".split():
        yield "torch.utils.data.dataset", name
    for name in "BatchSampler RandomSampler SequentialSampler SubsetRandomSampler WeightedRandomSampler".split():
        yield "torch.utils.data.sampler", name
    yield "torch.utils.data.distributed", "DistributedSampler"


def is_optimiser(module, name):
    import torch

    value = getattr(sys.modules.get(module), name, None)
    return isinstance(value, type) and issubclass(value, torch.optim.Optimizer)


def torch_results():
    import torch

    for name, value in sorted(vars(torch.return_types).items()):
        if isinstance(value, type) and issubclass(value, tuple):
            yield "torch.return_types", name


def torch_functions():
    import torch

    names = (
        "relu relu6 gelu silu mish elu selu celu leaky_relu prelu rrelu glu sigmoid tanh logsigmoid log_sigmoid softmax log_softmax softmin softplus softsign "
        "tanhshrink softshrink hardshrink hardtanh hardswish hardsigmoid threshold gumbel_softmax normalize layer_norm dropout linear one_hot pad interpolate "
        "cross_entropy nll_loss binary_cross_entropy binary_cross_entropy_with_logits mse_loss l1_loss smooth_l1_loss huber_loss kl_div cosine_similarity "
        "pairwise_distance avg_pool1d avg_pool2d avg_pool3d max_pool1d max_pool2d max_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool1d "
        "adaptive_max_pool2d conv1d conv2d conv3d scaled_dot_product_attention exp log sqrt rsqrt sin cos abs square sum mean max min cat stack flatten matmul add mul "
        "softmax relu_ sigmoid_ tanh_ elu_ selu_ celu_ leaky_relu_ hardtanh_ clamp erf sign neg reciprocal"
    ).split()
    for name in sorted(set(names)):
        for place, owner in (("torch.nn.functional", torch.nn.functional), ("torch._C._nn", torch._C._nn)):
            if hasattr(owner, name):
                yield place, name
        if hasattr(torch._C._VariableFunctions, name):
            yield "torch._C", "_VariableFunctionsClass." + name
    for name in ("triangular", "triangular2", "exp_range"):
        yield "torch.optim.lr_scheduler", "CyclicLR._%s_scale_fn" % name
    yield "torch.utils.data._utils.collate", "default_collate"
    yield "torch.utils.data._utils.collate", "default_convert"


def families():
    yield "sklearn", members("sklearn", is_instance_class)
    yield "sklearn_functions", sklearn_functions()
    yield "scipy", in_parts("scipy.sparse scipy.interpolate", lambda cls: is_instance_class(cls) and cls.__name__ != "RBFInterpolator")  # it has a rule of its own
    yield "scipy_instances", in_parts(SCIPY, is_scipy_instance)
    yield "scipy_slots", in_parts("scipy.interpolate", lambda cls: is_instance_class(cls, slots=True))
    yield "scipy_tuples", in_parts(SCIPY, is_tuple_class)
    yield "polynomials", members("numpy.polynomial", is_instance_class)
    yield "distributions", members("scipy.stats", is_distribution)
    yield "ufuncs", ufuncs()
    yield "scalar_types", scalar_types()
    yield "torch", (pair for pair in torch_classes() if not is_optimiser(*pair) and pair[1] != "_PartialWrapper")  # which calls whatever it is given
    yield "torch_optimisers", (pair for pair in torch_classes() if is_optimiser(*pair))
    yield "torch_functions", torch_functions()
    yield "torch_results", torch_results()


def read(path):
    known = {}
    if path.exists():
        for line in path.read_text().splitlines():
            if line and not line.startswith(("R\"", ")\"", "//")):
                module, *names = line.split()
                known.setdefault(module, set()).update(names)
    return known


def lines(known):
    for module in sorted(known):
        line = module
        for name in sorted(known[module]):
            if len(line) + 1 + len(name) > 145:
                yield line
                line = module
            line += " " + name
        yield line


def main():
    folder = Path(sys.argv[1])
    for family, pairs in families():
        path = folder / ("family_%s.inc" % family)
        known = read(path)
        try:
            for module, name in pairs:
                known.setdefault(module, set()).add(name)
        except ImportError as missing:
            print(family, "left as it is:", missing)
            continue
        path.write_text("// Made by tests/data/allowed_names/make.py.\nR\"(\n%s\n)\"\n" % "\n".join(lines(known)))
        print(family, sum(len(names) for names in known.values()), "names")


if __name__ == "__main__":
    main()
