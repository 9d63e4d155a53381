#include "pickle/rule_table.h"

namespace {

constexpr UseRule constant{.is_value = true, .scope = RuleScope::everywhere};
constexpr UseRule type{.is_value = true, .roles = "d", .scope = RuleScope::everywhere};
constexpr UseRule storage{.is_value = true, .roles = "S", .scope = RuleScope::everywhere};
constexpr UseRule list_of{.reduce = "l", .scope = RuleScope::torch_script_alone};

constexpr UseRule makes_tensor(std::string_view arguments) { return {.reduce = arguments, .makes = 'T', .roles = "R", .scope = RuleScope::everywhere}; }

// Source: PyTorch torch/_utils.py, torch/_tensor.py, torch/storage.py, torch/_weights_only_unpickler.py; of before 0.4 also
// torch/autograd/variable.py and torch/nn/parameter.py.
constexpr NamedRule rules[] = {
    {"torch", "Size", {.reduce = "t", .makes = 't', .scope = RuleScope::everywhere}},
    {"torch", "device", {.reduce = "s|si", .makes = 'o', .is_value = true, .scope = RuleScope::everywhere}},
    {"torch.serialization", "_get_layout", {.reduce = "s", .makes = 'y', .scope = RuleScope::everywhere}},
    {"torch._utils", "_rebuild_tensor", makes_tensor("Pitt")},
    {"torch._utils", "_rebuild_tensor_v2", makes_tensor("Pittbh|Pittbhm")},
    {"torch._utils", "_rebuild_tensor_v3", makes_tensor("Pittbhd|Pittbhdm")},
    {"torch._utils", "_rebuild_parameter", makes_tensor("Tbh")},
    {"torch._utils", "_rebuild_parameter_with_state", makes_tensor("TbhM")},
    {"torch._utils", "_rebuild_sparse_tensor", makes_tensor("yt")},
    {"torch._utils", "_rebuild_sparse_csr_tensor", makes_tensor("yt")},
    {"torch._utils", "_rebuild_qtensor", makes_tensor("Pittq|Pittqb|Pittqbh")},
    {"torch._utils", "_rebuild_nested_tensor", makes_tensor("TTTT")},
    {"torch._utils", "_rebuild_meta_tensor_no_storage", makes_tensor("dttb")},
    {"torch._utils", "_rebuild_device_tensor_from_numpy", makes_tensor("Wdsb")},
    {"torch._utils", "_rebuild_device_tensor_from_cpu_tensor", makes_tensor("Tdsb")},
    {"torch._utils", "_rebuild_xla_tensor", makes_tensor("Wdsb")},
    {"torch.nested._internal.nested_tensor", "_rebuild_njt", {.reduce = "j", .makes = 'T', .roles = "R"}},
    {"torch.nested._internal.nested_tensor", "NestedTensor", {.roles = "C"}},
    {"torch._dynamo.decorators", "_DimRange", {.newobj = "", .state = 'l'}}, // what a tensor's attributes say about its sizes
    {"torch._tensor", "_rebuild_from_type_v2", {.reduce = "RCtM", .makes = 'T', .scope = RuleScope::everywhere}},
    {"torch.nn.parameter", "Parameter", {.reduce = "T|Tb", .state = 'v', .makes = 'T', .is_value = true, .roles = "C", .scope = RuleScope::everywhere}},
    {"torch.nn.parameter", "Buffer", {.is_value = true, .roles = "C", .scope = RuleScope::everywhere}},
    {"torch.nn.parameter", "UninitializedParameter", {.reduce = "b", .makes = 'T'}},
    {"torch.nn.parameter", "UninitializedBuffer", {.reduce = "b", .makes = 'T'}},
    // What quantised modules keep their weights in. Source: PyTorch torch/csrc/jit/python/python_custom_class.cpp.
    {"torch", "ScriptObject", {.newobj = "", .state = 'c'}},
    {"torch.autograd.variable", "Variable", {.reduce = "T|Tb", .state = 'v', .makes = 'T'}},
    {"torch", "Tensor", {.is_value = true, .roles = "C", .scope = RuleScope::everywhere}},
    // A file of torch inside the pickle: its bytes are handed over by loaded_constants().
    {"torch.storage", "_load_from_bytes", {.reduce = "r", .makes = 'P'}},
    {"torch.storage", "UntypedStorage", storage},
    {"torch.storage", "TypedStorage", storage},
    {"torch.storage", "_UntypedStorage", storage},
    {"torch._C", "Generator", {.reduce = "o", .state = 't'}},
    {"torch.torch_version", "TorchVersion", {.newobj = "s", .base = 's', .state = 'm'}},
    {"torch.utils.hooks", "RemovableHandle", {.newobj = "", .base = 'o', .state = 'r'}},
    {"torch.nn.utils.rnn", "PackedSequence", {.newobj = "TTww|Twww|Tw", .base = 't'}},
    {"torch.nn.backends.thnn", "_get_thnn_function_backend", {.reduce = ""}},
};

#define STORAGES(MODULE) \
    MODULE " BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage ComplexHalfStorage DoubleStorage FloatStorage\n" MODULE " HalfStorage IntStorage LongStorage QInt32Storage QInt8Storage QUInt2x4Storage QUInt4x2Storage QUInt8Storage ShortStorage UntypedStorage\n"

constexpr RuleFamily families[] = {
    {"Types of tensors' elements",
        "torch bfloat16 bool cdouble cfloat chalf complex128 complex32 complex64 double float float16 float32 float64 float4_e2m1fn_x2 float8_e4m3fn\n"
        "torch float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu half int int16 int32 int64 int8 long short uint16 uint32 uint64 uint8\n"
        "torch bits16 bits1x8 bits2x4 bits4x2 bits8 int1 int2 int3 int4 int5 int6 int7 uint1 uint2 uint3 uint4 uint5 uint6 uint7\n"
        "torch qint32 qint8 quint2x4 quint4x2 quint8\n",
        type},
    {"How a tensor is quantised or laid out",
        "torch channels_last channels_last_3d contiguous_format preserve_format\n"
        "torch per_channel_affine per_channel_affine_float_qparams per_channel_symmetric per_tensor_affine per_tensor_symmetric\n"
        "torch sparse_bsc sparse_bsr sparse_coo sparse_csc sparse_csr strided\n"
        "torch._utils torch.channels_last torch.channels_last_3d torch.contiguous_format torch.preserve_format\n",
        constant},
    {"Classes of storages", STORAGES("torch") STORAGES("torch.cuda"), storage},
    {"Classes of tensors of old files",
        "torch BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor ShortTensor BFloat16Tensor\n"
        "torch.cuda BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor ShortTensor BFloat16Tensor\n",
        {.is_value = true, .roles = "C"}},
};

#undef STORAGES

// PyTorch's own modules, optimisers and schedulers. Their __setstate__ methods update __dict__ and give missing attributes defaults; those of
// optimisers call methods of their states and groups.
constexpr RuleFamily module_families[] = {
    {"Optimisers",
#include "pickle/family_torch_optimisers.inc"
        , {.newobj = "", .base = 'o', .state = 'g', .is_value = true}},
    {"Modules, schedulers",
#include "pickle/family_torch.inc"
        , {.newobj = "", .base = 'o', .state = 'm', .makes = '3', .is_value = true, .roles = "H"}},
    {"Results that are tuples",
#include "pickle/family_torch_results.inc"
        , {.reduce = "tm"}},
    {"Functions as values",
#include "pickle/family_torch_functions.inc"
        , {.is_value = true}},
    {"The class of functions that pickles name as getattr(class, name)", "torch._C _VariableFunctionsClass\n", {.roles = "H"}},
    {"What gives batches of a data set", "torch.utils.data.dataloader DataLoader _InfiniteConstantSampler\n", {.newobj = "", .base = 'o', .state = 'k'}},
};

// Source: PyTorch torch/csrc/jit/serialization/pickler.cpp, torch/jit/_pickle.py.
constexpr NamedRule script_rules[] = {
    {"torch.jit._pickle", "build_intlist", list_of},
    {"torch.jit._pickle", "build_tensorlist", list_of},
    {"torch.jit._pickle", "build_doublelist", list_of},
    {"torch.jit._pickle", "build_boollist", list_of},
    {"torch.jit._pickle", "build_complexlist", list_of},
    {"torch.jit._pickle", "build_tensor_from_id", {.reduce = "i", .makes = 'T', .scope = RuleScope::torch_script_alone}},
    // Of PyTorch 1.0.1 and 1.1.
    {"__main__", "TensorID", {.newobj = "", .state = 'i', .makes = 'T', .scope = RuleScope::torch_script_alone}},
    {"__main__", "IntList", {.newobj = "", .state = 'l', .scope = RuleScope::torch_script_alone}},
    {"torch.jit._pickle", "restore_type_tag", {.reduce = "xs", .scope = RuleScope::torch_script_alone}},
};

}

RulePart torch_rules() { return {"PyTorch: tensors and states", rules, families}; }
RulePart module_rules() { return {"PyTorch: whole modules", {}, module_families}; }
RulePart torch_script_rules() { return {"TorchScript", script_rules, {}}; }
