#include "pickle/rule_table.h"

#include <algorithm>
#include <array>

namespace {

constexpr auto plain = PickleFlavour::plain;
constexpr auto numpy = PickleFlavour::numpy;
constexpr auto torch = PickleFlavour::torch_state;
constexpr auto script = PickleFlavour::torch_script;

// Sources: Python's and numpy's own __reduce__ methods; PyTorch torch/_utils.py, torch/_weights_only_unpickler.py,
// torch/csrc/jit/serialization/pickler.cpp.
constexpr GlobalRule rules[] = {
    {plain, "collections", "OrderedDict", "|l", 'm', true},
    {plain, "collections", "Counter", "|m", '-', true},
    {plain, "collections", "defaultdict", "|F|Fm", 'm', true},
    {plain, "collections", "deque", "|l|li|ln", '-', true},
    {plain, "builtins", "set", "|l", '-', true},
    {plain, "builtins", "frozenset", "|l"},
    {plain, "builtins", "bytes", "|r"},
    {plain, "builtins", "bytearray", "|r|sL"},
    {plain, "builtins", "complex", "ff"},
    {plain, "builtins", "range", "iii"},
    {plain, "builtins", "slice", "nnn"},
    {plain, "builtins", "list", "!"}, // these as factories of defaultdict
    {plain, "builtins", "dict", "!"},
    {plain, "builtins", "tuple", "!"},
    {plain, "builtins", "int", "!"},
    {plain, "builtins", "float", "!"},
    {plain, "builtins", "str", "!"},
    {plain, "builtins", "bool", "!"},
    {plain, "_codecs", "encode", "sL"},
    {plain, "argparse", "Namespace", "", 'm'},
    {plain, "types", "SimpleNamespace", "", 'm'},
    {plain, "pathlib", "PosixPath", "s*"},
    {plain, "pathlib", "PurePosixPath", "s*"},
    {plain, "pathlib", "WindowsPath", "s*"},
    {plain, "pathlib", "PureWindowsPath", "s*"},
    {plain, "datetime", "datetime", "r"},
    {plain, "datetime", "date", "r"},
    {plain, "datetime", "timedelta", "iii"},

    {numpy, "numpy.core.multiarray", "_reconstruct", "Ntr", 'x'},
    {numpy, "numpy._core.multiarray", "_reconstruct", "Ntr", 'x'},
    {numpy, "numpy.core.multiarray", "scalar", "Ar|A"},
    {numpy, "numpy._core.multiarray", "scalar", "Ar|A"},
    {numpy, "numpy.core.numeric", "_frombuffer", "rAts|BAts"},
    {numpy, "numpy._core.numeric", "_frombuffer", "rAts|BAts"},
    {numpy, "numpy", "dtype", "sbb|s", 'x'},
    {numpy, "numpy", "ndarray", "!"}, // as the first argument of _reconstruct

    {torch, "torch", "Size", "t"},
    {torch, "torch", "device", "s|si"},
    {torch, "torch.serialization", "_get_layout", "s"},
    {torch, "torch._utils", "_rebuild_tensor", "Pitt"},
    {torch, "torch._utils", "_rebuild_tensor_v2", "Pittbo|Pittbom"},
    {torch, "torch._utils", "_rebuild_tensor_v3", "Pittbod|Pittbodm"},
    {torch, "torch._utils", "_rebuild_parameter", "Tbo"},
    {torch, "torch._utils", "_rebuild_parameter_with_state", "Tbox"},
    {torch, "torch._utils", "_rebuild_sparse_tensor", "ot"},
    {torch, "torch._utils", "_rebuild_qtensor", "Pittt|Pitttb|Pitttbo"},
    {torch, "torch._utils", "_rebuild_nested_tensor", "TTTT"},
    {torch, "torch._utils", "_rebuild_meta_tensor_no_storage", "dttb"},
    {torch, "torch._utils", "_rebuild_device_tensor_from_numpy", "xdsb"},
    {torch, "torch._utils", "_rebuild_device_tensor_from_cpu_tensor", "Tdsb"},
    {torch, "torch._tensor", "_rebuild_from_type_v2", "RCtx"},
    {torch, "torch", "Tensor", "!"}, // as the second argument of _rebuild_from_type_v2
    {torch, "torch.nn.parameter", "Parameter", "!"},
    {torch, "torch.nn.parameter", "Buffer", "!"},
    {torch, "torch", "per_tensor_affine", "!", '-', false, true},
    {torch, "torch", "per_tensor_symmetric", "!", '-', false, true},
    {torch, "torch", "per_channel_affine", "!", '-', false, true},
    {torch, "torch", "per_channel_symmetric", "!", '-', false, true},
    {torch, "torch", "per_channel_affine_float_qparams", "!", '-', false, true},
    {torch, "torch.storage", "UntypedStorage", "!"}, // classes of storages: in persistent ids

    {script, "torch.jit._pickle", "build_intlist", "l"},
    {script, "torch.jit._pickle", "build_tensorlist", "l"},
    {script, "torch.jit._pickle", "build_doublelist", "l"},
    {script, "torch.jit._pickle", "build_boollist", "l"},
    {script, "torch.jit._pickle", "build_complexlist", "l"},
    {script, "torch.jit._pickle", "build_tensor_from_id", "i"},
    {script, "torch.jit._pickle", "restore_type_tag", "xs"},
};

constexpr std::array<std::string_view, 18> storages{"FloatStorage", "DoubleStorage", "HalfStorage", "BFloat16Storage", "LongStorage", "IntStorage", "ShortStorage", "CharStorage", "ByteStorage", "BoolStorage", "ComplexFloatStorage", "ComplexDoubleStorage", "ComplexHalfStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage", "QUInt4x2Storage", "QUInt2x4Storage"};

constexpr std::array<std::string_view, 31> dtypes{"float32", "float64", "float16", "bfloat16", "float", "double", "half", "int8", "int16", "int32", "int64", "short", "int", "long", "uint8", "uint16", "uint32", "uint64", "bool", "complex32", "complex64", "complex128", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu", "float4_e2m1fn_x2", "qint8", "quint8", "qint32"};

constexpr GlobalRule storage_rule{torch, "torch", "", "!"};
constexpr GlobalRule dtype_rule{torch, "torch", "", "!", '-', false, true};
constexpr GlobalRule script_class_rule{script, "", "", "|x", 'x'};

template <size_t Count>
bool is_one_of(std::array<std::string_view, Count> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

}

GlobalRule const* rule_for(PickleValue global, PickleFlavour flavour)
{
    auto const module = *global.module();
    auto const name = *global.name();
    for (auto const& rule : rules)
        if (rule.flavour <= flavour && rule.name == name && rule.module == module)
            return &rule;
    if (flavour >= torch && module == "torch" && is_one_of(dtypes, name))
        return &dtype_rule;
    if (flavour >= torch && (module == "torch" || module == "torch.cuda") && is_one_of(storages, name))
        return &storage_rule;
    if (flavour >= script && (module == "__torch__" || module.starts_with("__torch__.")))
        return &script_class_rule;
    return nullptr;
}
