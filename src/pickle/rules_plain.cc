#include "pickle/rule_table.h"

namespace {

// Types that people keep as values: `type=int` of an argument parser, a factory of defaultdict. Calling one with values makes a value.
constexpr UseRule value_type{.is_value = true, .roles = "F", .scope = RuleScope::everywhere};
constexpr UseRule instance{.newobj = "", .base = 'o', .state = 'm'};
constexpr UseRule path{.reduce = "s*"};
// Subclasses of dict whose items are attributes too: what the items are is judged as attributes are.
constexpr UseRule attribute_dict{.newobj = "", .base = 'd', .state = 'm', .filling = 'a'};
constexpr UseRule constant{.is_value = true};

// Source: the __reduce_ex__ and copyreg functions of Python's own library, versions 2.7 to 3.14.
constexpr NamedRule rules[] = {
    {"collections", "OrderedDict", {.reduce = "|5", .state = 'm', .filling = 'p', .makes = 'h', .is_value = true, .roles = "F", .scope = RuleScope::everywhere}},
    {"collections", "Counter", {.reduce = "|m", .is_value = true, .roles = "F", .scope = RuleScope::everywhere}},
    {"collections", "defaultdict", {.reduce = "|F|Fm", .state = 'm', .filling = 'p', .scope = RuleScope::everywhere}},
    {"collections", "deque", {.reduce = "|l|ln", .filling = 'l', .is_value = true, .roles = "F"}},
    {"collections", "ChainMap", instance},
    {"collections", "UserDict", instance},
    {"collections", "UserList", instance},
    {"collections", "UserString", {.newobj = "s", .base = 'o', .state = 'm'}},
    {"builtins", "set", {.reduce = "|l", .filling = 'l', .is_value = true, .roles = "F", .scope = RuleScope::everywhere}},
    {"builtins", "frozenset", {.reduce = "|l", .is_value = true, .roles = "F", .scope = RuleScope::everywhere}},
    {"builtins", "bytes", {.reduce = "|r", .makes = 'r', .is_value = true, .roles = "F", .scope = RuleScope::everywhere}},
    {"builtins", "bytearray", {.reduce = "|r|sL", .makes = 'r', .is_value = true, .roles = "F", .scope = RuleScope::everywhere}},
    {"builtins", "complex", {.reduce = "ff", .is_value = true, .roles = "F", .scope = RuleScope::everywhere}},
    {"builtins", "range", {.reduce = "iii", .makes = '8', .is_value = true, .scope = RuleScope::everywhere}},
    {"builtins", "slice", {.reduce = "xxx", .is_value = true, .scope = RuleScope::everywhere}},
    {"builtins", "object", {.newobj = "", .base = 'o', .is_value = true, .roles = "F"}},
    {"builtins", "type", {.reduce = "z"}}, // NoneType, ellipsis
    {"builtins", "list", value_type},
    {"builtins", "dict", value_type},
    {"builtins", "tuple", value_type},
    {"builtins", "int", value_type},
    {"builtins", "float", value_type},
    {"builtins", "str", {.is_value = true, .roles = "FH", .scope = RuleScope::everywhere}},
    {"builtins", "bool", value_type},
    {"builtins", "Ellipsis", constant},
    {"builtins", "NotImplemented", constant},
    // Names with a dot, as protocols below 4 spell them; only those that are in these tables themselves.
    {"builtins", "getattr", {.reduce = "Hs|Es|2s|3s"}},
    {"_codecs", "encode", {.reduce = "sL", .makes = 'r', .scope = RuleScope::everywhere}},
    {"copyreg", "_reconstructor", {.reduce = "K"}}, // the class's own rule decides
    {"copyreg", "__newobj__", {.reduce = "K"}},
    {"array", "array", {.reduce = "sl|sr", .roles = "a"}},
    {"array", "_array_reconstructor", {.reduce = "asir"}},
    {"argparse", "Namespace", instance},
    {"types", "SimpleNamespace", {.reduce = "", .newobj = "", .base = 'o', .state = 'm'}},
    {"pathlib", "PosixPath", path},
    {"pathlib", "PurePosixPath", path},
    {"pathlib", "WindowsPath", path},
    {"pathlib", "PureWindowsPath", path},
    {"pathlib._local", "PosixPath", path},
    {"pathlib._local", "PurePosixPath", path},
    {"pathlib._local", "WindowsPath", path},
    {"pathlib._local", "PureWindowsPath", path},
    {"datetime", "datetime", {.reduce = "r|rZ"}},
    {"datetime", "date", {.reduce = "r"}},
    {"datetime", "time", {.reduce = "r|rZ"}},
    {"datetime", "timedelta", {.reduce = "iii", .makes = 'D'}},
    {"datetime", "timezone", {.reduce = "D|Ds", .makes = 'Z'}},
    // Reads the time zone of that name from the system's own database; a name that would leave it is refused.
    {"zoneinfo", "ZoneInfo._unpickle", {.reduce = "kb", .makes = 'Z'}},
    {"zoneinfo", "ZoneInfo", {.roles = "H"}}, // in getattr(ZoneInfo, '_unpickle')
    {"decimal", "Decimal", {.reduce = "s", .is_value = true}},
    {"fractions", "Fraction", {.reduce = "Q|ii", .is_value = true}},
    {"uuid", "UUID", {.newobj = "", .base = 'o', .state = 'm'}},
    {"random", "Random", {.reduce = "", .state = 't'}},
    {"re", "_compile", {.reduce = "si|ri"}},
    {"functools", "partial", {.reduce = "V", .state = 'p'}},
    {"typing", "Any", constant},
    {"time", "struct_time", {.reduce = "tm"}},
    // They take something out of what they are called with: an item, or an attribute that is no method.
    {"operator", "itemgetter", {.reduce = "x*"}},
    {"operator", "attrgetter", {.reduce = "4*"}},
    // It calls a method of whatever it is given: only those that make text and numbers of text and numbers in every class there is.
    {"operator", "methodcaller", {.reduce = "9|9s|9ss|9i|9si"}},
    // Of these only what is not started, or what they have to come, is restored: nothing is iterated before somebody asks.
    {"builtins", "iter", {.reduce = "l|r|8", .state = 'i', .makes = '8'}},
    {"builtins", "reversed", {.reduce = "l", .state = 'i', .makes = '8'}},
    {"builtins", "enumerate", {.reduce = "8i", .makes = '8'}},
    {"builtins", "zip", {.reduce = "8*", .makes = '8'}},
    {"itertools", "repeat", {.reduce = "x|xi", .makes = '8'}},
    {"itertools", "count", {.reduce = "f|ff|i|ii", .makes = '8'}},
    {"itertools", "cycle", {.reduce = "8", .state = 'o', .makes = '8'}},
    {"itertools", "chain", {.reduce = "", .state = 'o', .makes = '8'}},
    {"itertools", "islice", {.reduce = "8n|8inn|8ini|8iii", .state = 'i', .makes = '8'}},
    {"itertools", "product", {.reduce = "q*", .makes = '8'}},
    {"itertools", "permutations", {.reduce = "qi", .makes = '8'}},
    {"itertools", "combinations", {.reduce = "qi", .makes = '8'}},
    {"itertools", "combinations_with_replacement", {.reduce = "qi", .makes = '8'}},
    {"ipaddress", "IPv4Address", {.reduce = "i"}},
    {"ipaddress", "IPv6Address", {.reduce = "i"}},
    {"http", "HTTPStatus", {.reduce = "i"}},
    {"signal", "Signals", {.reduce = "i"}},
    {"statistics", "NormalDist", {.newobj = "", .base = 'o', .state = 't'}},
    {"string", "Template", instance},
    {"urllib.parse", "ParseResult", {.newobj = "ssssss", .base = 't', .state = 'm'}},
    {"urllib.parse", "SplitResult", {.newobj = "sssss", .base = 't', .state = 'm'}},
    {"logging", "getLogger", {.reduce = "|s"}}, // a logger of that name, which has what this process gives loggers
};

// Source: the classes' own __setstate__, __getattr__ and __hash__ in Lightning (fabric/utilities/data.py, pytorch/utilities/parsing.py)
// and OmegaConf (base.py, basecontainer.py).
constexpr RuleFamily families[] = {
    {"Python's own functions of values, as values", "builtins abs all any chr divmod isinstance len max min ord pow round sorted sum\n", constant},
    {"Methods of text, as values",
        "builtins str.capitalize str.casefold str.center str.count str.encode str.endswith str.find str.isalnum str.isalpha str.isdigit str.join\n"
        "builtins str.lower str.lstrip str.partition str.replace str.rsplit str.rstrip str.split str.splitlines str.startswith str.strip str.swapcase\n"
        "builtins str.title str.upper str.zfill\n",
        constant},
    {"Arithmetic, as values",
        "_operator abs add and_ eq floordiv ge gt invert le lt mod mul ne neg not_ or_ pos sub truediv truth xor\n"
        "math acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist erf erfc exp expm1 fabs floor fmod gamma hypot isclose\n"
        "math isfinite isinf isnan lgamma log log10 log1p log2 radians sin sinh sqrt tan tanh trunc\n",
        constant},
    {"Lightning's dicts of hyper-parameters",
        "lightning.fabric.utilities.data AttributeDict\n"
        "lightning.pytorch.utilities.parsing AttributeDict\n"
        "lightning_fabric.utilities.data AttributeDict\n"
        "pytorch_lightning.utilities.parsing AttributeDict\n",
        attribute_dict},
    {"Lightning's callbacks, as keys of what they keep",
        "pytorch_lightning.callbacks.early_stopping EarlyStopping\n"
        "pytorch_lightning.callbacks.lr_monitor LearningRateMonitor\n"
        "pytorch_lightning.callbacks.model_checkpoint ModelCheckpoint\n",
        constant},
    {"OmegaConf's configurations",
        "omegaconf.base ContainerMetadata Metadata\n"
        "omegaconf.dictconfig DictConfig\n"
        "omegaconf.listconfig ListConfig\n"
        "omegaconf.nodes AnyNode BooleanNode BytesNode FloatNode IntegerNode PathNode StringNode\n",
        instance},
};

}

RulePart plain_rules() { return {"Python's own values, and configurations", rules, families}; }
