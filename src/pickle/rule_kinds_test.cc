#include "pickle/assembler.h"
#include "pickle/rules.h"

#include <gtest/gtest.h>

// The kinds of arguments and of states that rules speak of: each as it is written, and as it is not.

namespace {

using namespace std::string_literals;

bool is_safe(std::string const& bytes, PickleFlavour flavour = PickleFlavour::torch_state)
{
    auto const run = run_pickle(bytes_of(bytes));
    auto const findings = judge_pickle(run.pickle, flavour);
    return !run.error && run.pickle.findings.empty() && findings.empty();
}

struct Case {
    char const* name;
    std::string bytes; // but for STOP
    bool safe;
};

void expect(std::initializer_list<Case> cases)
{
    for (auto const& c : cases)
        EXPECT_EQ(is_safe(c.bytes + "."), c.safe) << c.name;
}

std::string made(std::string_view module, std::string_view class_name) { return name(module, class_name) + ")\x81"; }
std::string item(std::string_view key, std::string const& value) { return text(key) + value + "s"; }
std::string tuple(std::string const& items) { return "(" + items + "t"; }
std::string list(std::string const& items) { return "](" + items + "e"; }

std::string const ordered_dict = name("collections", "OrderedDict") + ")R";
std::string const defaultdict = name("collections", "defaultdict") + name("builtins", "dict") + "\x85R";
std::string const function = name("numpy", "sum");
std::string const object = made("argparse", "Namespace") + "}b";
std::string const dtype = name("numpy", "dtype") + "(" + text("f8") + "\x89\x88tR";
std::string const empty_array = name("numpy._core.multiarray", "_reconstruct") + "(" + name("numpy", "ndarray") + "K\0\x85"s + "C\1btR";
std::string const array = empty_array + tuple("K\1)" + dtype + "\x89" + "C\0"s) + "b";

std::string linear() { return made("torch.nn.modules.linear", "Linear"); }
std::string adam() { return made("torch.optim.adam", "Adam"); }

TEST(PickleStates, of_classes_are_dicts_of_attributes)
{
    expect({
        {"none", linear() + "Nb", true},
        {"a dict", linear() + "}" + item("bias", "N") + "b", true},
        {"a list", linear() + "]b", false},
        {"a key that is no text", linear() + "}K\1Nsb", false},
        {"a function where nothing calls it", linear() + "}" + item("activation", function) + "b", true},
        {"a function that loading calls", linear() + "}" + item("_parameters", function) + "b", false},
        {"an object that loading calls", linear() + "}" + item("_buffers", object) + "b", false},
        {"an array where loading reads", linear() + "}" + item("_buffers", array) + "b", true},
        {"a dict where loading reads", linear() + "}" + item("_buffers", "}") + "b", true},
        {"a method of Python's", linear() + "}" + item("__call__", function) + "b", false},
        {"a method of a container's", linear() + "}" + item("extend", object) + "b", false},
        {"weights by layer", made("torch.nn.modules.rnn", "LSTM") + "}" + item("_all_weights", list(list(text("w")))) + "b", true},
        {"weights that are no list", made("torch.nn.modules.rnn", "LSTM") + "}" + item("_all_weights", list(text("w"))) + "b", false},
        {"thresholds that are to be made", made("sklearn.isotonic", "IsotonicRegression") + "}" + item("X_thresholds_", "N") + "b", true},
        {"thresholds in a list", made("sklearn.isotonic", "IsotonicRegression") + "}" + item("y_thresholds_", "]") + "b", false},
        {"methods of estimators by their names", made("sklearn.ensemble._stacking", "StackingClassifier") + "}" + item("stack_method_", list(text("predict_proba") + "N")) + "b", true},
        {"another method by its name", made("sklearn.ensemble._stacking", "StackingClassifier") + "}" + item("stack_method_", list(text("fit"))) + "b", false},
    });
}

TEST(PickleStates, of_slots_are_two_dicts)
{
    auto const spline = made("scipy.interpolate._cubic", "CubicSpline");
    expect({
        {"attributes", spline + "}" + item("k", "K\3") + "b", true},
        {"attributes and slots", spline + "N}" + item("k", "K\3") + "\x86" + "b", true},
        {"three of them", spline + "NNN\x87" + "b", false},
        {"a list among them", spline + "N]\x86" + "b", false},
        {"a list before them", spline + "]N\x86" + "b", false},
        {"a slot that is the dict", spline + "N}" + item("__dict__", "}") + "\x86" + "b", false},
    });
}

TEST(PickleStates, of_optimisers_hold_data_in_dicts)
{
    auto const group = "}" + item("params", "]") + item("lr", "K\1");
    expect({
        {"a state of all", adam() + "}" + item("defaults", "}") + item("param_groups", list(group)) + item("state", defaultdict) + "b", true},
        {"no groups and no state", adam() + "}" + item("defaults", ordered_dict) + "b", true},
        {"nothing at all", adam() + "Nb", true},
        {"a state that is no dict", adam() + "]b", false},
        {"defaults that are an object", adam() + "}" + item("defaults", object) + "b", false},
        {"groups that are no list", adam() + "}" + item("param_groups", "}") + "b", false},
        {"a group that is an object", adam() + "}" + item("param_groups", list(object)) + "b", false},
        {"a group of a function", adam() + "}" + item("param_groups", list("}" + item("params", function))) + "b", false},
        {"parameters that are no list", adam() + "}" + item("param_groups", list("}" + item("params", "}"))) + "b", false},
        {"a step that is a list", adam() + "}" + item("param_groups", list("}" + item("step", "]"))) + "b", false},
        {"a state that is an object", adam() + "}" + item("state", object) + "b", false},
        {"a state of objects", adam() + "}" + item("state", "}K\1" + object + "s") + "b", false},
        {"a state of dicts", adam() + "}" + item("state", "}K\1}" + item("step", "K\3") + "s") + "b", true},
        {"a dict that is made of pairs", adam() + "}" + item("state", name("collections", "OrderedDict") + "]]K\1]aaa\x85R") + "b", false},
    });
}

TEST(PickleStates, of_loaders_have_listed_functions_and_nothing_under_way)
{
    auto const loader = [](std::string const& attribute) { return made("torch.utils.data.dataloader", "DataLoader") + "}" + attribute + "b"; };
    expect({
        {"nothing", loader(""), true},
        {"nothing said", loader(item("collate_fn", "N") + item("_iterator", "N")), true},
        {"a function", loader(item("collate_fn", function)), true},
        {"an object", loader(item("collate_fn", object)), false},
        {"a function for workers", loader(item("worker_init_fn", object)), false},
        {"an iteration under way", loader(item("_iterator", "]")), false},
        {"another way to start processes", loader(item("_DataLoader__multiprocessing_context", object)), false},
    });
}

TEST(PickleStates, of_arrays_and_types_are_what_numpy_writes)
{
    auto const masked = name("numpy.ma.core", "_mareconstruct") + "(" + name("numpy.ma.core", "MaskedArray") + name("numpy", "ndarray") + "K\0\x85"s + "C\1btR";
    auto const rebuilt = [](std::string const& state) { return empty_array + state + "b"; };
    expect({
        {"an array of bytes", rebuilt(tuple("K\1)" + dtype + "\x89" + "C\0"s)), true},
        {"an array of objects", rebuilt(tuple("K\1)" + dtype + "\x89]")), true},
        {"an array without a version", rebuilt(tuple(")" + dtype + "\x89" + "C\0"s)), true},
        {"an array of objects without a version", rebuilt(tuple(")" + dtype + "\x89]")), true},
        {"an array of a dict", rebuilt(tuple("K\1)" + dtype + "\x89}")), false},
        {"an array whose state is a list", rebuilt("]"), false},
        {"a masked array", masked + tuple("K\1)" + dtype + "\x89" + "C\0C\0K\1"s) + "b", true},
        {"a masked array of objects", masked + tuple("K\1)" + dtype + "\x89]" + "C\0K\1"s) + "b", true},
        {"a masked array whose fill value is an object", masked + tuple("K\1)" + dtype + "\x89" + "C\0C\0"s + object) + "b", false},
        {"a masked array of six", masked + tuple("K\1)" + dtype + "\x89" + "C\0C\0"s) + "b", false},
        {"a masked array whose state is a list", masked + "]b", false},
        {"a type", dtype + tuple("K\3" + text("<") + "NNNK\0K\0K\0"s) + "b", true},
        {"a type of three", dtype + tuple("K\3" + text("<") + "N") + "b", false},
        {"a type of ten", dtype + tuple("K\3NNNNNNNNN") + "b", false},
        {"a type of no version", dtype + tuple("NNNN") + "b", false},
        {"a type whose state is a dict", dtype + "}b", false},
        {"a generator", name("numpy.random._pickle", "__generator_ctor") + text("PCG64") + "\x85R}b", true},
        {"a generator by its state", name("numpy.random._pickle", "__generator_ctor") + text("PCG64") + "\x85R)b", true},
        {"a generator whose state is a list", name("numpy.random._pickle", "__generator_ctor") + text("PCG64") + "\x85R]b", false},
        {"random numbers of Python", name("random", "Random") + ")R)b", true},
        {"random numbers whose state is a list", name("random", "Random") + ")R]b", false},
    });
}

TEST(PickleStates, of_interpolators_and_rotations_hold_arrays)
{
    auto const rbf = made("scipy.interpolate._rbfinterp", "RBFInterpolator");
    auto const rotation = made("scipy.spatial.transform._rotation", "Rotation");
    expect({
        {"attributes", rbf + "}" + item("y", array) + "b", true},
        {"two tuples", rbf + "))\x86" + "b", true},
        {"three tuples", rbf + ")))\x87" + "b", false},
        {"two lists", rbf + "]]\x86" + "b", false},
        {"a list", rbf + "]b", false},
        {"an array and whether it is one", rotation + array + "\x88\x86" + "b", true},
        {"an object and whether it is one", rotation + object + "\x88\x86" + "b", false},
        {"an array in a list", rotation + "](" + array + "\x88" + "eb", false},
    });
}

TEST(PickleStates, of_what_torch_keeps_beside_tensors)
{
    auto const storage = "(" + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + small_int(6) + "tQ";
    auto const tensor = name("torch._utils", "_rebuild_tensor_v2") + "(" + storage + "K\0)"s + ")\x89" + ordered_dict + "tR";
    auto const variable = name("torch.autograd.variable", "Variable") + tensor + "\x85R";
    auto const handle = made("torch.utils.hooks", "RemovableHandle");
    auto const quantised = made("torch", "ScriptObject");
    expect({
        {"hooks", handle + tuple(ordered_dict + "K\1") + "b", true},
        {"hooks and others", handle + tuple(ordered_dict + "K\1)") + "b", true},
        {"hooks that are a function", handle + tuple(function + "K\1") + "b", false},
        {"hooks without a number", handle + tuple(ordered_dict + "N") + "b", false},
        {"hooks and a list", handle + tuple(ordered_dict + "K\1]") + "b", false},
        {"hooks alone", handle + tuple(ordered_dict) + "b", false},
        {"hooks and too much", handle + tuple(ordered_dict + "K\1))") + "b", false},
        {"hooks in a list", handle + "]b", false},
        {"quantised weights", quantised + tuple("]" + text("__torch__.torch.classes.quantized.LinearPackedParamsBase")) + "b", true},
        {"weights of another class", quantised + tuple("]" + text("__torch__.torch.classes.mine.Class")) + "b", false},
        {"weights of a class of the file", quantised + tuple("]" + text("__torch__.Class")) + "b", false},
        {"weights without a class", quantised + tuple("]N") + "b", false},
        {"weights in one", quantised + tuple("]") + "b", false},
        {"weights in a list", quantised + "]b", false},
        {"a variable", variable + tuple("\x88\x89N") + "b", true},
        {"a variable with hooks", variable + tuple("\x88\x89" + function) + "b", false},
        {"a variable whose state is a dict", variable + "}b", false},
        {"sizes of a tensor", made("torch._dynamo.decorators", "_DimRange") + "]b", true},
        {"sizes that are none", made("torch._dynamo.decorators", "_DimRange") + "Nb", false},
        {"a parameter with attributes", name("torch._utils", "_rebuild_parameter_with_state") + "(" + tensor + "\x88" + ordered_dict + "}tR", true},
        {"a parameter with slots", name("torch._utils", "_rebuild_parameter_with_state") + "(" + tensor + "\x88" + ordered_dict + "N}\x86tR", true},
        {"a parameter with a list", name("torch._utils", "_rebuild_parameter_with_state") + "(" + tensor + "\x88" + ordered_dict + "]tR", false},
    });
}

TEST(PickleStates, of_partials_are_a_function_and_what_it_is_given)
{
    auto const partial = [](std::string const& state) { return name("functools", "partial") + function + "\x85R" + state + "b"; };
    expect({
        {"a function", partial(tuple(function + ")}N")), true},
        {"a function with attributes", partial(tuple(function + ")}}")), true},
        {"an object", partial(tuple(object + ")}N")), false},
        {"arguments that are a list", partial(tuple(function + "]}N")), false},
        {"names that are a method", partial(tuple(function + ")}" + item("append", function) + "N")), false},
        {"attributes that are a method", partial(tuple(function + ")}}" + item("__call__", function))), false},
        {"a list", partial("]"), false},
        {"three", partial(tuple(function + ")}")), false},
    });
}

TEST(PickleStates, of_wrappers_of_arrays_have_known_fields)
{
    auto const wrapper = [](std::string const& state) { return made("joblib.numpy_pickle", "NumpyArrayWrapper") + "}" + state + "b"; };
    auto const all = item("subclass", name("numpy", "ndarray")) + item("shape", ")") + item("order", text("C")) + item("dtype", dtype) + item("allow_mmap", "\x88");
    expect({
        {"five fields", wrapper(all), true},
        {"six fields", wrapper(all + item("numpy_array_alignment_bytes", "K\x10")), true},
        {"four fields", wrapper(item("subclass", name("numpy", "ndarray")) + item("shape", ")") + item("order", text("C")) + item("dtype", dtype)), false},
        {"a field that is none", wrapper(all + item("read_array", "N")), false},
        {"a field of another kind", wrapper(item("subclass", name("numpy", "dtype")) + item("shape", ")") + item("order", text("C")) + item("dtype", dtype) + item("allow_mmap", "\x88")), false},
    });
}

TEST(PickleArguments, are_texts_of_known_forms)
{
    auto const type = [](std::string_view code) { return name("numpy", "dtype") + "(" + text(code) + "\x89\x88tR"; };
    auto const fraction = [](std::string_view digits) { return name("fractions", "Fraction") + text(digits) + "\x85R"; };
    auto const zone = [](std::string_view key) { return name("zoneinfo", "ZoneInfo._unpickle") + text(key) + "\x88\x86R"; };
    auto const generator = [](std::string_view kind) { return name("numpy.random._pickle", "__bit_generator_ctor") + text(kind) + "\x85R"; };
    expect({
        {"a type of truth", type("?"), true},
        {"a type of times", type("<M8[ns]"), true},
        {"a type without a code", type("<"), false},
        {"a type of a long code", type(std::string(25, 'f')), false},
        {"a type of a code that is none", type("f-8"), false},
        {"a fraction", fraction("-3/7"), true},
        {"a fraction of nothing", fraction(""), false},
        {"a fraction of many digits", fraction(std::string(4'001, '1')), false},
        {"a fraction of letters", fraction("1e9"), false},
        {"a time zone", zone("America/Port-au-Prince"), true},
        {"a time zone beside Greenwich", zone("Etc/GMT+1_a"), true},
        {"a time zone of nothing", zone(""), false},
        {"a time zone of a long name", zone(std::string(65, 'a')), false},
        {"a time zone of the root", zone("/etc/passwd"), false},
        {"a time zone of the folder above", zone("../x"), false},
        {"a bit generator", generator("SFC64"), true},
        {"a bit generator that is none", generator("urandom"), false},
        {"bytes by another name of the codec", name("_codecs", "encode") + text("a") + text("latin-1") + "\x86R", true},
        {"no bytes", name("_codecs", "encode") + text("a") + text("utf-8") + "\x86R", false},
        {"a method of nothing", name("operator", "attrgetter") + text("") + "\x85R", false},
    });
}

TEST(PickleArguments, are_values_of_known_kinds)
{
    auto const encoded = name("_codecs", "encode") + text("b") + text("latin1") + "\x86R";
    auto const delta = name("datetime", "timedelta") + "K\0K\0K\0\x87R"s;
    auto const zone = name("datetime", "timezone") + delta + "\x85R";
    auto const index = [](std::string const& items) { return name("pandas.core.indexes.base", "_new_Index") + name("pandas", "RangeIndex") + "}(" + items + "u\x86R"; };
    std::string many = "(";
    for (int count = 0; count < 65; ++count)
        many += "N";
    expect({
        {"the type of an ellipsis", name("builtins", "type") + name("builtins", "Ellipsis") + "\x85R", true},
        {"the type of what is not implemented", name("builtins", "type") + name("builtins", "NotImplemented") + "\x85R", true},
        {"the type of None", name("builtins", "type") + "N\x85R", true},
        {"the type of a type", name("builtins", "type") + name("builtins", "int") + "\x85R", false},
        {"an array whose first byte is encoded", name("numpy._core.multiarray", "_reconstruct") + "(" + name("numpy", "ndarray") + ")" + encoded + "tR", true},
        {"an array in a buffer from outside", name("numpy._core.numeric", "_frombuffer") + "(\x97" + dtype + ")" + text("C") + "tR", false},
        {"a dict of pairs", name("collections", "OrderedDict") + list(list("K\1K\2")) + "\x85R", true},
        {"a dict of no pairs", name("collections", "OrderedDict") + list("K\1") + "\x85R", false},
        {"a dict of objects", name("collections", "OrderedDict") + object + "\x85R", false},
        {"a dict without a factory", name("collections", "defaultdict") + "N\x85R", true},
        {"a time in a zone", name("datetime", "datetime") + "C\x0a" + "0123456789" + zone + "\x86R", true},
        {"a time in an object", name("datetime", "datetime") + "C\x0a" + "0123456789" + object + "\x86R", false},
        {"an index without a zone or a frequency", index(text("tz") + "N" + text("freq") + "N"), true},
        {"an index in a zone", index(text("tz") + zone), true},
        {"an index of an object's frequency", index(text("freq") + object), false},
        {"as many arguments as there may be", name("operator", "itemgetter") + many.substr(0, 65) + "tR", true},
        {"one more", name("operator", "itemgetter") + many + "tR", false},
        {"arguments in a list", name("operator", "itemgetter") + "]R", false},
        {"a function of values that numpy names", name("numpy._core", "_ufunc_reconstruct") + text("numpy") + text("memmap") + "\x86R", false},
        {"a name of two words", name("numpy", "sum mean"), false},
    });
}

TEST(PickleArguments, are_methods_that_belong_to_their_object)
{
    auto const method = [](std::string const& of, std::string_view attribute) { return name("builtins", "getattr") + of + text(attribute) + "\x86R"; };
    auto const distribution = made("scipy.stats._continuous_distns", "beta_gen") + "}b";
    auto const interpolator = made("scipy.interpolate._rbf", "Rbf") + "}b";
    auto const module = "(" + text("module") + name("torch.nn.modules.linear", "Linear") + text("a.py") + text("class") + "tQ";
    expect({
        {"the entropy of a distribution", method(distribution, "_entropy"), true},
        {"another of a distribution", method(distribution, "rvs"), false},
        {"a function of a radius", method(interpolator, "_h_gaussian"), true},
        {"another of an interpolator", method(interpolator, "__call__"), false},
        {"the hook of a module without sizes", method(linear() + "}b", "_infer_parameters"), true},
        {"the other hook", method(linear() + "}b", "_lazy_load_hook"), true},
        {"another of a module", method(linear() + "}b", "forward"), false},
        {"one of an object", method(object, "append"), false},
        {"one of an object that is not listed", method(made("mine", "Class"), "_entropy"), false},
        {"one of what is no class", method("]", "append"), false},
        {"one of a class without listed functions", method(name("argparse", "Namespace"), "x"), false},
        {"a partial of a module of an old file", name("functools", "partial") + module + "\x85R", true},
        {"a partial of a method of an object", name("functools", "partial") + method(object, "append") + "\x85R", false},
        {"a partial of a module that is none", name("functools", "partial") + "(" + text("module") + "N" + text("a.py") + text("class") + "tQ\x85R", false},
    });
}

TEST(PickleArguments, are_classes_and_bases_that_belong_together)
{
    auto const rebuilt = [](std::string const& of, std::string_view base, std::string const& state) { return proto(2) + name("copy_reg", "_reconstructor") + "(" + of + name("__builtin__", base) + state + "tR"; };
    auto const result = name("scipy.optimize._optimize", "OptimizeResult");
    auto const regression = name("scipy.stats._stats_py", "LinregressResult");
    auto const version = name("torch.torch_version", "TorchVersion");
    expect({
        {"an object", rebuilt(name("argparse", "Namespace"), "object", "N"), true},
        {"an object of something", rebuilt(name("argparse", "Namespace"), "object", "K\1"), false},
        {"a dict", rebuilt(result, "dict", "}" + item("x", "K\1")), true},
        {"a dict with a method", rebuilt(result, "dict", "}" + item("append", function)), false},
        {"a dict of a list", rebuilt(result, "dict", "]"), false},
        {"a dict that is an object", rebuilt(result, "object", "N"), false},
        {"a dict without attributes", rebuilt(name("scipy.sparse._dok", "dok_matrix"), "dict", "}K\1K\2s"), true},
        {"a tuple", rebuilt(regression, "tuple", ")"), true},
        {"a tuple of a list", rebuilt(regression, "tuple", "]"), false},
        {"a tuple that is a list", rebuilt(regression, "list", ")"), false},
        {"a text", rebuilt(version, "str", text("2.0")), true},
        {"a text of a number", rebuilt(version, "str", "K\2"), false},
        {"a text that is an int", rebuilt(version, "int", text("2.0")), false},
        {"what has no base", rebuilt(name("numpy", "ndarray"), "object", "N"), false},
        {"arguments in a list", proto(2) + name("copy_reg", "_reconstructor") + "]R", false},
        {"no arguments", proto(2) + name("copy_reg", "_reconstructor") + ")R", false},
        {"two arguments", proto(2) + name("copy_reg", "_reconstructor") + result + "N\x86R", false},
        {"a new object", proto(2) + name("copy_reg", "__newobj__") + name("argparse", "Namespace") + "\x85R", true},
        {"a new object of something", proto(2) + name("copy_reg", "__newobj__") + name("argparse", "Namespace") + "N\x86R", false},
        {"a tuple of keywords", regression + tuple("K\1K\2") + "}" + item("stderr", "K\1") + "\x92", true},
        {"an object of keywords", name("argparse", "Namespace") + ")}" + item("a", "K\1") + "\x92", false},
        {"a call of code in the file", name("cloudpickle.cloudpickle", "_make_function") + ")R", false},
        {"a call of dill's", name("dill._dill", "_create_code") + ")R", false},
        {"a call of an extension", "\x82\1)R", false},
        {"a call of a buffer", "\x97)R", false},
        {"a call of a text", text("a") + ")R", false},
        {"items for what is no dict", linear() + "}b" + text("a") + "Ns", false},
        {"elements for what is no list", linear() + "}b" + "Na", false},
    });
}

TEST(PickleArguments, are_names_of_storages)
{
    auto const storage = [](std::string const& of) { return "(" + text("storage") + of + "tQ"; };
    auto const cpu = text("0") + text("cpu");
    expect({
        {"a storage", storage(name("torch", "FloatStorage") + cpu + "K\6"), true},
        {"a storage and its view", storage(name("torch", "FloatStorage") + cpu + "K\6N"), true},
        {"a storage of a text", storage(text("FloatStorage") + cpu + "K\6"), false},
        {"a storage of another class", storage(name("torch", "float32") + cpu + "K\6"), false},
        {"a storage of a numbered key", storage(name("torch", "FloatStorage") + "K\0"s + text("cpu") + "K\6"), true},
        {"a storage of no key", storage(name("torch", "FloatStorage") + "N" + text("cpu") + "K\6"), false},
        {"a storage on no device", storage(name("torch", "FloatStorage") + text("0") + "NK\6"), false},
        {"a storage of no size", storage(name("torch", "FloatStorage") + cpu + "N"), false},
        {"a storage of three", storage(name("torch", "FloatStorage") + cpu), false},
        {"something else", "(" + text("thing") + name("torch", "FloatStorage") + cpu + "K\6tQ", false},
    });
    EXPECT_TRUE(is_safe(name("__torch__", "Class") + ")\x81.", PickleFlavour::torch_script));
    EXPECT_FALSE(is_safe(name("sklearn.svm._classes", "SVC") + ")\x81}b.", PickleFlavour::torch_script));
    EXPECT_FALSE(is_safe(name("torch.jit._pickle", "build_intlist") + "]\x85R."));
}

TEST(PickleArguments, of_calls_before_the_end_of_the_bytes_are_judged)
{
    auto const bytes = name("posix", "system") + text("x") + "\x85R";
    auto const run = run_pickle(bytes_of(bytes));
    ASSERT_TRUE(run.error);
    EXPECT_EQ(judge_pickle(run.pickle, PickleFlavour::values).list[0].code, "would-call");
    EXPECT_TRUE(judge_pickle(run_pickle({}).pickle, PickleFlavour::values).empty());
}

// joblib's arrays of objects are pickles of their own.
TEST(PickleArguments, of_calls_in_arrays_of_objects_are_judged)
{
    auto const objects = name("numpy", "dtype") + "(" + text("O8") + "\x89\x88tR(K\3" + text("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb";
    auto const state = "}" + item("subclass", name("numpy", "ndarray")) + item("shape", "K\1\x85") + item("order", text("C")) + item("dtype", objects) + item("allow_mmap", "\x88");
    for (auto const& [nested, code] : std::initializer_list<std::pair<std::string, std::string>>{{name("posix", "system") + text("x") + "\x85R.", "would-call"}, {"].", ""}}) {
        auto const bytes = made("joblib.numpy_pickle", "NumpyArrayWrapper") + state + "b" + nested + ".";
        PickleOptions options;
        options.arrays_inline = true;
        auto const run = run_pickle(bytes_of(bytes), options);
        ASSERT_FALSE(run.error) << run.error->text();
        auto const findings = judge_pickle(run.pickle, PickleFlavour::values);
        EXPECT_EQ(findings.empty() ? "" : std::string(findings.list[0].code), code);
    }
}

}
