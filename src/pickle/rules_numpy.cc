#include "pickle/rule_table.h"

namespace {

constexpr UseRule value{.is_value = true};
constexpr UseRule scalar_type{.is_value = true, .roles = "FY"};
constexpr UseRule reconstruct{.reduce = "Ntr", .state = 'a', .makes = 'W'};
constexpr UseRule scalar{.reduce = "Ar|A", .makes = '6'};
constexpr UseRule from_buffer{.reduce = "rAts|BAts", .makes = 'W'};
constexpr UseRule vectorize{.newobj = "", .base = 'o', .state = 'm'};
constexpr UseRule ufunc_name{.reduce = "ss", .makes = 'V'}; // module and name of a function on this list
constexpr UseRule array_class{.is_value = true, .roles = "N1"};
constexpr UseRule memmap{.roles = "N1"}; // it writes files when it is called; _reconstruct and joblib make a plain array of it
constexpr UseRule polynomial{.newobj = "", .base = 'o', .state = 'm'};

// Source: numpy/_core/src/multiarray/methods.c, numpy/_core/_internal.py, numpy/ma/core.py, numpy/random/_pickle.py, and joblib
// joblib/numpy_pickle.py.
constexpr NamedRule rules[] = {
    {"numpy.core.multiarray", "_reconstruct", reconstruct},
    {"numpy._core.multiarray", "_reconstruct", reconstruct},
    {"numpy.core._internal", "_reconstruct", reconstruct},
    {"numpy._core._internal", "_reconstruct", reconstruct},
    {"numpy.core.multiarray", "scalar", scalar},
    {"numpy._core.multiarray", "scalar", scalar},
    {"numpy.core.numeric", "_frombuffer", from_buffer},
    {"numpy._core.numeric", "_frombuffer", from_buffer},
    {"numpy", "dtype", {.reduce = "Ubb|U|Ybb", .state = 'y', .makes = 'A', .is_value = true}},
    {"numpy.core", "_ufunc_reconstruct", ufunc_name},
    {"numpy._core", "_ufunc_reconstruct", ufunc_name},
    {"numpy", "ndarray", array_class},
    {"numpy", "matrix", array_class},
    {"numpy", "recarray", array_class},
    {"numpy", "chararray", array_class},
    {"numpy.char", "chararray", array_class},
    {"numpy.core.defchararray", "chararray", array_class},
    {"numpy", "memmap", memmap},
    {"numpy.core.memmap", "memmap", memmap},
    {"numpy", "poly1d", polynomial},
    {"numpy.lib.polynomial", "poly1d", polynomial},
    // The type of texts of any length.
    {"numpy._core._internal", "_convert_to_stringdtype_kwargs", {.reduce = "b|bs|bf|bn|b7", .makes = 'A'}},
    {"numpy.matrixlib.defmatrix", "matrix", array_class},
    {"numpy.rec", "recarray", array_class},
    {"numpy.rec", "record", {.roles = "Y"}},
    {"numpy.core.records", "recarray", array_class},
    {"numpy.core.records", "record", {.roles = "Y"}},
    {"numpy.ma.core", "_mareconstruct", {.reduce = "XNtr", .state = 'q', .makes = 'W'}},
    {"numpy.ma.core", "MaskedArray", {.is_value = true, .roles = "X"}},
    {"numpy.ma", "MaskedArray", {.is_value = true, .roles = "X"}},
    {"numpy", "iinfo", {.newobj = "", .base = 'o', .state = 'm'}},
    {"numpy", "vectorize", vectorize}, // a function of values, called element by element
    {"numpy.lib.function_base", "vectorize", vectorize},
    {"numpy.ma.core", "MaskedConstant", {.reduce = ""}},
    {"numpy.random._pickle", "__randomstate_ctor", {.reduce = "G|GJ|g", .state = 'b'}},
    {"numpy.random._pickle", "__generator_ctor", {.reduce = "G|GJ|g", .state = 'b'}},
    {"numpy.random._pickle", "__bit_generator_ctor", {.reduce = "G", .state = 'b', .makes = 'g', .roles = "J"}},
    {"numpy.random", "__RandomState_ctor", {.reduce = "", .state = 't'}},
    {"numpy.random._mt19937", "MT19937", {.roles = "G"}},
    {"numpy.random._pcg64", "PCG64", {.roles = "G"}},
    {"numpy.random._pcg64", "PCG64DXSM", {.roles = "G"}},
    {"numpy.random._philox", "Philox", {.roles = "G"}},
    {"numpy.random._sfc64", "SFC64", {.roles = "G"}},
    {"numpy.random.bit_generator", "__pyx_unpickle_SeedSequence", {.reduce = "ciO", .state = 't'}},
    {"numpy.random.bit_generator", "SeedSequence", {.roles = "c"}},
    // Where a pipeline keeps what it computed: a folder, named as by a text, which nothing opens before the pipeline is fitted.
    {"joblib.memory", "Memory", {.newobj = "", .base = 'o', .state = 'm'}},
    {"joblib._store_backends", "FileSystemStoreBackend", {.newobj = "", .base = 'o', .state = 'm'}},
    {"joblib.numpy_pickle", "NumpyArrayWrapper", {.newobj = "", .base = 'o', .state = 'j', .makes = 'W'}},
    {"sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper", {.newobj = "", .base = 'o', .state = 'j', .makes = 'W'}},
};

constexpr RuleFamily families[] = {
    {"Polynomials",
#include "pickle/family_polynomials.inc"
        , polynomial},
    {"Types of numbers",
#include "pickle/family_scalar_types.inc"
        , scalar_type},
    {"Functions of arrays, as values",
#include "pickle/family_ufuncs.inc"
        , value},
};

}

RulePart numpy_rules() { return {"numpy and joblib", rules, families}; }
