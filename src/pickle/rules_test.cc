#include "pickle/assembler.h"
#include "pickle/plain.h"
#include "pickle/rules.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

std::string verdict(std::string const& bytes, PickleFlavour flavour)
{
    auto const pickle = read_pickle(bytes_of(bytes));
    if (!pickle)
        return "error: " + pickle.error().text();
    std::string text;
    for (auto const& finding : judge_pickle(*pickle, flavour).list)
        text += (text.empty() ? "" : "; ") + std::string(finding.code) + ": " + finding.message;
    return text.empty() ? "safe" : text;
}

std::string const ordered_dict = name("collections", "OrderedDict") + ")R";
std::string const storage = "(" + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + small_int(6) + "tQ";
std::string tensor(std::string const& of) { return name("torch._utils", "_rebuild_tensor_v2") + "(" + of + "K\0(K\2K\3t(K\3K\1t\x89"s + ordered_dict + "tR"; }
std::string const numpy_type = name("numpy", "dtype") + "(" + text("f8") + "\x89\x88tR";

std::string const transformer = name("sklearn.preprocessing._function_transformer", "FunctionTransformer") + ")\x81}";
std::string distribution(std::string_view code) { return name("scipy.stats._continuous_distns", "beta_gen") + ")\x81}" + text("_parse_arg_template") + text(code) + "sb."; }

std::string new_index(std::string const& items) { return name("pandas.core.indexes.base", "_new_Index") + name("pandas", "RangeIndex") + "}(" + items + "u\x86R"; }
std::string const column = name("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked") + name("pandas.arrays", "DatetimeArray") + "K\1N\x87R";
std::string jagged(std::string const& parts)
{
    std::string const made = "torch.nested._internal.nested_tensor";
    return name("torch._tensor", "_rebuild_from_type_v2") + "(" + name(made, "_rebuild_njt") + name(made, "NestedTensor") + "}(" + parts + "u\x85}tR.";
}
std::string arrow_buffer(std::string const& bytes) { return name("pyarrow.lib", "py_buffer") + "C" + static_cast<char>(bytes.size()) + bytes + "\x85R"; }
std::string arrow(std::string const& count, std::string const& validity, std::string const& offsets, std::string_view type = "string")
{
    std::string const parts = name("pyarrow.lib", "type_for_alias") + text(type) + "\x85R" + count + "K\0K\0]("s + validity + arrow_buffer(offsets) + arrow_buffer("abc") + "e]";
    return name("pyarrow.lib", "_restore_array") + "(" + parts + "t\x85R.";
}

std::string const linregress_class = name("scipy.stats._stats_py", "LinregressResult");
std::string linregress(std::string const& arguments)
{
    std::string const made = "c__builtin__\ngetattr\n" + linregress_class + text("__new__") + "\x86R";
    return proto(2) + name("functools", "partial") + made + "\x85R(" + made + arguments + "}" + text("intercept_stderr") + "K\1sNtb";
}
std::string const torch_relu = "c__builtin__\ngetattr\n" + name("torch._C", "_VariableFunctionsClass") + text("relu") + "\x86R";
std::string const iterator = name("builtins", "iter") + "]\x85RK\0b"s;
std::string loader(std::string_view attribute, std::string const& value) { return name("torch.utils.data.dataloader", "DataLoader") + ")\x81}" + text(attribute) + value + "sb."; }

struct Case {
    char const* name;
    PickleFlavour flavour;
    std::string bytes;
    char const* verdict;
};

constexpr auto plain = PickleFlavour::values;
constexpr auto numpy = PickleFlavour::values;
constexpr auto torch = PickleFlavour::torch_state;
constexpr auto script = PickleFlavour::torch_script;

Case const cases[] = {
    {"plain values", plain, "}" + text("a") + "]s.", "safe"},
    {"an ordered dict with attributes", plain, ordered_dict + "}" + text("_metadata") + "}sb.", "safe"},
    {"a defaultdict of lists", plain, name("collections", "defaultdict") + name("builtins", "list") + "\x85R.", "safe"},
    {"a defaultdict that would call something else", plain, name("collections", "defaultdict") + name("posix", "fork") + "\x85R.", "would-import: posix.fork; misused: collections.defaultdict(posix.fork): a call that no pickler writes"},
    {"bytes at protocol 2", plain, name("_codecs", "encode") + text("ab") + text("latin1") + "\x86R.", "safe"},
    {"another codec", plain, name("_codecs", "encode") + text("ab") + text("rot13") + "\x86R.", "misused: _codecs.encode('ab', 'rot13'): a call that no pickler writes"},
    {"a set at protocol 2", plain, proto(2) + name("__builtin__", "set") + "](K\1K\2e\x85R.", "safe"},
    {"a call of anything else is shown", torch, name("posix", "system") + "(S'touch x'\ntR.", "would-call: posix.system('touch x')"},
    {"a call whose result is thrown away", torch, "(" + name("posix", "system") + "S'x'\noN" + "0N.", "would-call: posix.system('x')"},
    {"a name that is only mentioned", torch, name("posix", "system") + "0N.", "would-import: posix.system"},
    {"a name as an argument", plain, name("builtins", "set") + "(" + name("posix", "system") + "ltR.", ""},
    {"a dot in a name is another name", plain, name("collections", "OrderedDict.fromkeys") + ")R.", "would-call: collections.OrderedDict.fromkeys()"},
    {"a module's module", torch, name("random", "_os.system") + ")R.", "would-call: random._os.system()"},
    {"the file's own classes", torch, name("__main__", "Net") + ")\x81}b.", "needs-your-code: an instance of __main__.Net: loading it runs the code of that class"},
    {"a call of a call's result", plain, ordered_dict + ")R.", "would-call: collections.OrderedDict()()"},
    {"an allowed name that may not be called", plain, name("builtins", "int") + text("5") + "\x85R.", "misused: builtins.int('5'): a call that no pickler writes"},
    {"an allowed name that may not stand as a value", numpy, "]" + name("numpy", "memmap") + "a.", "misused: numpy.memmap stands as a value"},
    {"an allowed name as the root", numpy, name("numpy", "ndarray") + ".", "safe"},
    {"arguments that are used twice", numpy, "(" + name("numpy._core.multiarray", "_reconstruct") + name("numpy", "memmap") + "K\0\x85"s + "C\1b\x87q\1Rh\1t.", "misused: (numpy.memmap, (0,), b'b'): arguments of a call stand as a value"},
    {"a keyword argument", plain, name("collections", "OrderedDict") + ")}\x92.", "misused: collections.OrderedDict(**{}): a call that no pickler writes"},
    {"items for what takes none", plain, name("builtins", "complex") + "G\0\0\0\0\0\0\0\0"s + "G\0\0\0\0\0\0\0\0"s + "\x86R(K\1e.", "misused: builtins.complex(0, 0): filled with items, which it does not take"},
    {"a state for what takes none", plain, name("builtins", "frozenset") + ")R}b.", "misused: builtins.frozenset(): given a state that it does not take"},
    {"a key that stands twice", plain, "}(" + text("a") + "K\1" + text("a") + "K\2u.", "duplicate-key: the key \"a\" stands twice: readers may take either"},
    {"numpy arrays", numpy, name("numpy.core.multiarray", "_reconstruct") + "(" + name("numpy", "ndarray") + "K\0\x85"s + "C\1btR(K\1)" + numpy_type + "\x89" + "C\0tb."s, "safe"},
    {"numpy scalars", numpy, name("numpy._core.multiarray", "scalar") + numpy_type + "C\1x\x86R.", "safe"},
    {"other classes than ndarray", numpy, name("numpy.core.multiarray", "_reconstruct") + "(" + name("numpy", "dtype") + "K\0\x85"s + "C\1btR.", "misused: numpy.core.multiarray._reconstruct(numpy.dtype, (0,), b'b'): a call that no pickler writes"},
    {"a tensor", torch, tensor(storage) + ".", "safe"},
    {"a parameter", torch, name("torch._utils", "_rebuild_parameter") + "(" + tensor(storage) + "\x88" + ordered_dict + "tR.", "safe"},
    {"a tensor with attributes", torch, name("torch._tensor", "_rebuild_from_type_v2") + "(" + name("torch._utils", "_rebuild_parameter") + name("torch", "Tensor") + "(" + tensor(storage) + "\x88" + ordered_dict + "t}tR.", "safe"},
    {"what _rebuild_from_type_v2 would call", torch, name("torch._tensor", "_rebuild_from_type_v2") + "(" + name("torch._utils", "_rebuild_parameter") + name("torch", "Tensor") + "(K\1t}tR.", "misused: torch._tensor._rebuild_from_type_v2(torch._utils._rebuild_parameter, torch.Tensor, (1,), {}): a call that no pickler writes"},
    {"dtypes are values", torch, "]" + name("torch", "qint8") + "a.", "safe"},
    {"a storage of another class", torch, "(" + text("storage") + name("os", "FloatStorage") + text("0") + text("cpu") + small_int(6) + "tQ.", "would-import: os.FloatStorage; persistent-id: persistent id ('storage', os.FloatStorage, '0', 'cpu', 6): no storage of a torch file"},
    {"persistent ids are torch's", numpy, "K\1Q.", "persistent-id: persistent id 1: no storage of a torch file"},
    {"an estimator", plain, name("sklearn.linear_model._ridge", "Ridge") + ")\x81}" + text("alpha") + "K\1sb.", "safe"},
    {"an estimator at protocol 0", plain, name("copy_reg", "_reconstructor") + "(" + name("sklearn.svm._classes", "SVC") + name("__builtin__", "object") + "NtR}b.", "safe"},
    {"another base than its own", plain, name("copy_reg", "_reconstructor") + "(" + name("sklearn.svm._classes", "SVC") + name("__builtin__", "dict") + "}tR.", ""},
    {"an estimator that is called", plain, name("sklearn.svm._classes", "SVC") + ")R.", "misused: sklearn.svm._classes.SVC(): a call that no pickler writes"},
    {"opcodes of Python 2's classes", plain, "(" + name("sklearn.svm._classes", "SVC") + "o.", "misused: sklearn.svm._classes.SVC(): a call that no pickler writes"},
    {"the same in place", plain, "(icollections\nOrderedDict\n.", "misused: collections.OrderedDict(): a call that no pickler writes"},
    {"a function as a parameter", plain, transformer + text("func") + name("numpy", "log1p") + "sb.", "safe"},
    {"a function by its name", plain, name("numpy.core", "_ufunc_reconstruct") + text("numpy.core._multiarray_umath") + text("log1p") + "\x86R.", "safe"},
    {"another by its name", plain, name("numpy.core", "_ufunc_reconstruct") + text("posix") + text("system") + "\x86R.", "misused: numpy.core._ufunc_reconstruct('posix', 'system'): a call that no pickler writes"},
    {"a function that is not listed", plain, transformer + text("func") + name("posix", "system") + "sb.", "would-import: posix.system"},
    {"a class of another program", plain, name("mine", "Model") + ")\x81}b.", "needs-your-code: an instance of mine.Model: loading it runs the code of that class"},
    {"a function of another program", plain, name("mine", "make") + ")R.", "needs-your-code: an instance of mine.make: loading it runs the code of that class"},
    {"a class that writes a file", plain, name("numpy", "memmap") + text("x") + "\x85\x81.", "misused: numpy.memmap('x'): a call that no pickler writes"},
    {"an array in another file", plain, name("joblib.numpy_pickle_compat", "NDArrayWrapper") + ")\x81}b.", ""},
    {"attributes that Python calls by itself", plain, name("argparse", "Namespace") + ")\x81}" + text("__setstate__") + name("numpy", "sum") + "sb.", "misused: argparse.Namespace(): given a state that it does not take"},
    {"a method that an opcode calls", plain, name("argparse", "Namespace") + ")\x81}" + text("append") + name("numpy", "sum") + "sb.", "misused: argparse.Namespace(): given a state that it does not take"},
    {"an item that becomes such an attribute", plain, name("sklearn.utils._bunch", "Bunch") + ")\x81" + text("extend") + name("numpy", "sum") + "s.", "misused: sklearn.utils._bunch.Bunch(): an item becomes an attribute that Python would call"},
    {"an attribute whose name is no text", plain, name("argparse", "Namespace") + ")\x81}" + "K\1K\1sb.", "misused: argparse.Namespace(): given a state that it does not take"},
    {"a distribution", plain, distribution("\ndef _parse_args(self, a, loc=0, scale=1):\n    return (a,), loc, scale\n\ndef _parse_args_rvs(self, a, loc=0, scale=1, size=None):\n    return self._argcheck_rvs(a, loc, scale, size=size)\n\ndef _parse_args_stats(self, a, loc=0, scale=1, moments='mv'):\n    return (a,), loc, scale, moments\n"), "safe"},
    {"a distribution with code of its own", plain, distribution("\ndef _parse_args(self, a, loc=0, scale=1):\n    return (a,), loc, scale\nimport os\n"), "misused: scipy.stats._continuous_distns.beta_gen(): given a state that it does not take"},
    {"a partial of a listed function", plain, name("functools", "partial") + name("torch.nn.modules.normalization", "LayerNorm") + "\x85R(" + name("torch.nn.modules.normalization", "LayerNorm") + ")}" + text("eps") + "K\1sNtb.", "safe"},
    {"a partial of another", plain, name("functools", "partial") + name("posix", "system") + "\x85R.", ""},
    {"an array of a file", numpy, name("numpy._core.multiarray", "_reconstruct") + "(" + name("numpy", "memmap") + "K\0\x85"s + "C\1btR.", "safe"},
    {"an array as numpy 1.0 names it", numpy, name("numpy.core._internal", "_reconstruct") + "(" + name("numpy", "ndarray") + "K\0\x85"s + "C\1btR.", "safe"},
    {"a file that is mapped", numpy, name("numpy", "memmap") + text("x") + "\x85R.", ""},
    {"the class of mapped files as a value", numpy, name("numpy", "memmap") + ".", "misused: numpy.memmap stands as a value"},
    {"a result of scipy at protocol 2", plain, linregress("(" + linregress_class + "K\1K\2t") + ")R.", "safe"},
    {"a result of a class that is made of it", plain, linregress("(" + name("scipy.stats._stats_py", "KstestResult") + "K\1K\2t") + ")R.", "safe"},
    {"a result of another class", plain, linregress("(" + name("argparse", "Namespace") + "K\1K\2t") + ")R.", ""},
    {"a result of another method", torch, proto(2) + name("functools", "partial") + torch_relu + "\x85R(" + torch_relu + "(" + linregress_class + "t}Ntb)R.", ""},
    {"a result of no class", plain, linregress(")") + ")R.", ""},
    {"a result with arguments of its own", plain, linregress("(" + linregress_class + "K\1K\2t") + "K\1\x85R.", ""},
    {"a partial that is called", plain, name("functools", "partial") + name("numpy", "sum") + "\x85R(" + name("numpy", "sum") + ")}Ntb)R.", ""},
    {"another method of a tuple", plain, "c__builtin__\ngetattr\n" + linregress_class + text("__init__") + "\x86R.", ""},
    {"what repeats", plain, name("itertools", "repeat") + "K\1K\3\x86R.", "safe"},
    {"what counts", plain, name("itertools", "count") + "K\1\x85R.", "safe"},
    {"what counts something else", plain, name("itertools", "count") + "]\x85R.", ""},
    {"a chain", plain, name("itertools", "chain") + ")R" + iterator + "\x85" + "b.", "safe"},
    {"a chain that is under way", plain, name("itertools", "chain") + ")R" + iterator + iterator + "\x86" + "b.", "safe"},
    {"a chain of a list", plain, name("itertools", "chain") + ")R]\x85" + "b.", ""},
    {"a cycle", plain, name("itertools", "cycle") + iterator + "\x85R]\x89\x86" + "b.", "safe"},
    {"an iterator of a function's results", plain, name("builtins", "iter") + name("numpy", "sum") + "N\x86R.", ""},
    {"an iterator of an object", plain, name("builtins", "iter") + name("argparse", "Namespace") + ")\x81}b\x85R.", ""},
    {"what maps a function", plain, name("builtins", "map") + name("numpy", "sum") + iterator + "\x86R.", ""},
    {"an attribute by name", plain, name("operator", "attrgetter") + text("x.y") + "\x85R.", "safe"},
    {"an attribute that leads to functions", plain, name("operator", "attrgetter") + text("x.__globals__") + "\x85R.", ""},
    {"an attribute without a name", plain, name("operator", "attrgetter") + text("x..y") + "\x85R.", ""},
    {"an attribute whose name is no word", plain, name("operator", "attrgetter") + text("x y") + "\x85R.", ""},
    {"a method of text", plain, name("operator", "methodcaller") + text("split") + text(",") + "\x86R.", "safe"},
    {"a method that writes a file", plain, name("operator", "methodcaller") + text("tofile") + text("x") + "\x86R.", ""},
    {"an exception", plain, name("builtins", "ValueError") + text("x") + "\x85R.", ""},
    {"a folder of what was computed", plain, name("joblib.memory", "Memory") + ")\x81}" + text("location") + text("d") + "sb.", "safe"},
    {"a loader of batches", torch, loader("collate_fn", name("functools", "partial") + name("torch", "qint8") + "\x85R(" + name("torch", "qint8") + ")}Ntb"), "safe"},
    {"a loader of batches under way", torch, loader("_iterator", "]"), ""},
    {"a loader of batches with a method", torch, loader("collate_fn", name("argparse", "Namespace") + ")\x81"), ""},
    {"a loader whose state is no dict", torch, name("torch.utils.data.dataloader", "DataLoader") + ")\x81]b.", ""},
    {"a fraction", plain, name("fractions", "Fraction") + text("1/3") + "\x85R.", "safe"},
    {"a fraction that would fill the memory", plain, name("fractions", "Fraction") + text("1e999999999") + "\x85R.", ""},
    {"a time zone", plain, name("zoneinfo", "ZoneInfo._unpickle") + text("Europe/Berlin") + "\x88\x86R.", "safe"},
    {"a time zone of another folder", plain, name("zoneinfo", "ZoneInfo._unpickle") + text("../../x") + "\x88\x86R.", ""},
    {"a list of types in one text", plain, name("numpy", "dtype") + "(" + text("f4,f4") + "\x89\x88tR.", ""},
    {"a module", torch, name("torch.nn.modules.activation", "ReLU") + ")\x81}" + text("inplace") + "\x89sb.", "safe"},
    {"a module of an old file", torch, "(" + text("module") + name("torch.nn.modules.activation", "ReLU") + text("a.py") + text("class") + "tQ)\x81}b.", "safe"},
    {"somebody's module of an old file", torch, "(" + text("module") + name("net", "Net") + text("a.py") + text("class") + "tQ)\x81}b.", ""},
    {"a function of torch", torch, "c__builtin__\ngetattr\n" + name("torch._C", "_VariableFunctionsClass") + text("relu") + "\x86R.", "safe"},
    {"a function of torch that reads files", torch, "c__builtin__\ngetattr\n" + name("torch._C", "_VariableFunctionsClass") + text("from_file") + "\x86R.", ""},
    {"a method of text", plain, "c__builtin__\ngetattr\n" + name("__builtin__", "str") + text("lower") + "\x86R.", "safe"},
    {"a method of text that reads attributes", plain, "c__builtin__\ngetattr\n" + name("__builtin__", "str") + text("format") + "\x86R.", ""},
    {"any attribute", plain, "c__builtin__\ngetattr\n" + name("argparse", "Namespace") + text("__init__") + "\x86R.", ""},
    {"a torch file in bytes", plain, name("torch.storage", "_load_from_bytes") + "C\4abcd\x85R.", "safe"},
    {"TorchScript classes", script, name("__torch__.a", "B") + ")\x81}b.", "safe"},
    {"an array of Python", plain, name("array", "array") + text("d") + "](K\1K\2e\x86R.", "safe"},
    {"an array of Python in bytes", plain, name("array", "_array_reconstructor") + "(" + name("array", "array") + text("d") + "K\x0e" + "C\x08" + "12345678tR.", "safe"},
    {"an array of another class", plain, name("array", "_array_reconstructor") + "(" + name("mmap", "mmap") + text("d") + "K\x0e" + "C\x08" + "12345678tR.", ""},
    {"an index", plain, new_index(text("name") + "N" + text("start") + "K\0"s + text("stop") + "K\5" + text("step") + "K\1") + ".", "safe"},
    {"an index of more", plain, new_index(text("name") + "N" + text("engine") + "K\5") + ".", ""},
    {"a time zone that is the name of a file", plain, new_index(text("tz") + text("dateutil//etc/x")) + ".", ""},
    {"a block of an index", plain, name("pandas._libs.internals", "_unpickle_block") + new_index("") + "K\0K\2\x87R."s, ""},
    {"a frame", plain, name("pandas", "DataFrame") + ")\x81}" + text("_typ") + text("dataframe") + "sb.", "safe"},
    {"a frame with a method", plain, name("pandas", "DataFrame") + ")\x81}" + text("__len__") + name("numpy", "sum") + "sb.", ""},
    {"a column", plain, column + "(" + numpy_type + "N}" + text("unit") + text("ns") + "stb.", "safe"},
    {"a column with a method", plain, column + "(" + numpy_type + "N}" + text("__len__") + name("numpy", "sum") + "stb.", ""},
    {"a column of attributes", plain, column + "}" + text("unit") + text("ns") + "sb.", "safe"},
    {"texts of Arrow", plain, arrow("K\2", "N", "\0\0\0\0\1\0\0\0\3\0\0\0"s), "safe"},
    {"and which are missing", plain, arrow("K\2", arrow_buffer("\3"), "\0\0\0\0\1\0\0\0\3\0\0\0"s), "safe"},
    {"no texts", plain, arrow("K\0"s, "N", ""), "safe"},
    {"an offset beyond the characters", plain, arrow("K\2", "N", "\0\0\0\0\1\0\0\0\4\0\0\0"s), ""},
    {"an offset before the last", plain, arrow("K\2", "N", "\0\0\0\0\2\0\0\0\1\0\0\0"s), ""},
    {"more texts than offsets", plain, arrow("K\3", "N", "\0\0\0\0\1\0\0\0\3\0\0\0"s), ""},
    {"fewer texts than none", plain, arrow("J\xff\xff\xff\xff", "N", "\0\0\0\0"s), ""},
    {"more texts than are known to be there", plain, arrow("K\2", arrow_buffer(""), "\0\0\0\0\1\0\0\0\3\0\0\0"s), ""},
    {"another type of Arrow", plain, arrow("K\2", "N", "\0\0\0\0\1\0\0\0\3\0\0\0"s, "double"), ""},
    {"a jagged tensor", torch, jagged(text("values") + tensor(storage) + text("offsets") + tensor(storage) + text("lengths") + "N" + text("_metadata_cache") + "}" + text("min_seqlen") + tensor(storage) + "s"), "safe"},
    {"a jagged tensor of names", torch, jagged(text("values") + name("numpy", "sum") + text("offsets") + tensor(storage)), ""},
    {"a jagged tensor without values", torch, jagged(text("offsets") + tensor(storage)), ""},
    {"a jagged tensor that keeps more", torch, jagged(text("values") + tensor(storage) + text("offsets") + tensor(storage) + text("_metadata_cache") + "}" + text("x") + "Ns"), ""},
    {"a call of a text", plain, text("C") + ")R.", "misused: 'C'(): a call of what cannot be called"},
    {"are not for a checkpoint", torch, name("__torch__.a", "B") + ")\x81}b.", "needs-your-code: an instance of __torch__.a.B: loading it runs the code of that class"},
    {"TorchScript lists", script, name("torch.jit._pickle", "build_intlist") + "](K\1e\x85R.", "safe"},
};

TEST(PickleRules, answer)
{
    for (auto const& c : cases)
        if (*c.verdict)
            EXPECT_EQ(verdict(c.bytes, c.flavour), c.verdict) << c.name;
        else
            EXPECT_NE(verdict(c.bytes, c.flavour), "safe") << c.name;
}

TEST(PickleConstants, are_what_is_neither_a_key_nor_a_name_nor_an_array)
{
    auto const searched = [](std::string const& bytes) {
        auto const run = run_pickle(bytes_of(bytes));
        std::string texts;
        for (NodeId const id : constants_to_search(run.pickle))
            texts += (texts.empty() ? "" : ", ") + std::string(text_of(bytes_in(run.pickle.graph.value(id))->bytes()));
        for (NodeId const id : loaded_constants(run.pickle))
            texts += " loaded " + std::string(text_of(bytes_in(run.pickle.graph.value(id))->bytes()));
        return texts;
    };
    std::string const array = name("numpy.core.multiarray", "_reconstruct") + "(" + name("numpy", "ndarray") + "K\0\x85"s + "C\1btR(K\1)" + numpy_type + "\x89" + "C\x0c" + "cos\nabort\n)R"s + "tb.";
    EXPECT_EQ(searched(array), "");
    EXPECT_EQ(searched("}" + text("a key of the dict") + text("a value of it") + "s."), "a value of it");
    EXPECT_EQ(searched("]" + name("_codecs", "encode") + text("bytes at protocol 2") + text("latin1") + "\x86Ra."), "bytes at protocol 2");
    EXPECT_EQ(searched("]C\3abca."), "");
    EXPECT_EQ(searched(name("torch.storage", "_load_from_bytes") + "C\x0b" + "hello world\x85R."), " loaded hello world");
}

TEST(PickleRules, take_no_more_time_for_what_is_shared)
{
    std::string bytes = "}(";
    for (int index = 0; index < 20'000; ++index)
        bytes += text("key" + std::to_string(index)) + "N";
    bytes += "uq\0("s;
    for (int index = 0; index < 20'000; ++index)
        bytes += name("argparse", "Namespace") + ")\x81h\0b"s;
    EXPECT_EQ(verdict(bytes + "l.", plain), "safe");
}

TEST(PickleRules, need_no_stack_for_what_is_nested)
{
    std::string const partial = name("functools", "partial") + "q\0"s;
    std::string bytes = partial + name("numpy", "sum") + "\x85R";
    for (int depth = 0; depth < 100'000; ++depth)
        bytes += "q\1h\0h\1\x85R"s;
    EXPECT_NE(verdict(bytes + ".", plain), "safe");
    std::string const getattr = "c__builtin__\ngetattr\nq\0"s + text("_entropy") + "q\1"s;
    bytes = getattr + name("argparse", "Namespace") + ")\x81";
    for (int depth = 0; depth < 100'000; ++depth)
        bytes += "q\2h\0h\2h\1\x86R)R"s;
    EXPECT_NE(verdict(bytes + ".", plain), "safe");
}

TEST(PickleRules, survive_any_byte_being_any_other)
{
    for (auto const& c : cases)
        for (size_t place = 0; place < c.bytes.size(); ++place)
            for (int byte = 0; byte < 256; byte += 3) {
                std::string changed = c.bytes;
                changed[place] = static_cast<char>(byte);
                verdict(changed, c.flavour);
            }
}

TEST(PlainValues, are_read_from_the_calls_that_spell_them)
{
    auto const bytes_text = [](std::string const& bytes) {
        auto const pickle = read_pickle(bytes_of(bytes));
        auto const plain_bytes = bytes_in(pickle->root());
        return plain_bytes ? std::string(text_of(plain_bytes->bytes())) : "nothing";
    };
    EXPECT_EQ(bytes_text(name("_codecs", "encode") + text("a\xc3\xbf") + text("latin1") + "\x86R."), "a\xff");
    EXPECT_EQ(bytes_text(name("_codecs", "encode") + text("\xe2\x82\xac") + text("latin1") + "\x86R."), "nothing");
    EXPECT_EQ(bytes_text(name("builtins", "bytes") + ")R."), "");
    EXPECT_EQ(bytes_text("C\1x."), "x");

    std::string const set = name("builtins", "set") + "](K\1K\2e\x85R.";
    auto const set_pickle = read_pickle(bytes_of(set));
    EXPECT_EQ(elements_in(set_pickle->root())->size(), 2);
    EXPECT_EQ(integers_in(set_pickle->root()), (std::vector<int64_t>{1, 2}));

    std::string const twice = "}(" + text("a") + "K\1" + text("b") + "K\2" + text("a") + "K\3u.";
    auto const dict = read_pickle(bytes_of(twice));
    auto const items = items_in(dict->root());
    ASSERT_EQ(items.size(), 2);
    EXPECT_EQ(dict->graph.value(items[0].second).integer(), 3);

    auto const decimal = [](std::string const& bytes) {
        auto const pickle = read_pickle(bytes_of(bytes));
        return integer_text(pickle->root());
    };
    EXPECT_EQ(decimal("L18446744073709551616L\n."), "18446744073709551616");
    EXPECT_EQ(decimal("L-18446744073709551616L\n."), "-18446744073709551616");
    EXPECT_EQ(decimal("L-99999999999999999999L\n."), "-99999999999999999999");
    EXPECT_EQ(decimal("L-5L\n."), "-5");
}

}
