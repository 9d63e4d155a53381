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
    {"builtins", "range", {.reduce = "iii", .is_value = true, .scope = RuleScope::everywhere}},
    {"builtins", "slice", {.reduce = "xxx", .is_value = true, .scope = RuleScope::everywhere}},
    {"builtins", "object", {.newobj = "", .base = 'o', .is_value = true, .roles = "F"}},
    {"builtins", "type", {.reduce = "z"}}, // NoneType, ellipsis
    {"builtins", "list", value_type},
    {"builtins", "dict", value_type},
    {"builtins", "tuple", value_type},
    {"builtins", "int", value_type},
    {"builtins", "float", value_type},
    {"builtins", "str", value_type},
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
};

// Source: the classes' own __setstate__, __getattr__ and __hash__ in Lightning (fabric/utilities/data.py, pytorch/utilities/parsing.py)
// and OmegaConf (base.py, basecontainer.py).
constexpr RuleFamily families[] = {
    {"Python's own functions of values, as values", "builtins abs all any divmod len max min pow round sorted sum\n", constant},
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
