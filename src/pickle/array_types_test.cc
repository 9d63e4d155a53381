#include "pickle/array_types.h"

#include "pickle/assembler.h"
#include "pickle/machine.h"
#include "pickle/render.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

std::string const numpy_dtype = name("numpy", "dtype");

// A dtype as numpy reduces it; a state of "" means none.
std::string dtype(std::string const& code, std::string const& state) { return numpy_dtype + "(" + text(code) + "\x89\x88tR" + (state.empty() ? "" : state + "b"); }
std::string number_state() { return "(K\3" + text("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0t"s; }
std::string sized_state(unsigned size, unsigned flags = 0) { return "(K\3" + text("|") + "NNN" + small_int(size) + "K\1" + small_int(flags) + "t"; }
std::string field(std::string const& key, std::string const& type, unsigned offset) { return text(key) + type + small_int(offset) + "\x86"; }
std::string structure_state(std::string const& names, std::string const& fields, unsigned size, unsigned flags)
{
    return "(K\3" + text("|") + "N(" + names + "t}(" + fields + "u" + small_int(size) + "K\1" + small_int(flags) + "t";
}
std::string structure(unsigned size, std::string const& names, std::string const& fields, unsigned flags = 16) { return dtype("V" + std::to_string(size), structure_state(names, fields, size, flags)); }
std::string subarray(unsigned size, std::string const& type, std::string const& shape, unsigned flags = 0)
{
    return dtype("V" + std::to_string(size), "(K\3" + text("|") + type + shape + "\x86NN" + small_int(size) + "K\1" + small_int(flags) + "t");
}

std::string const f8 = dtype("f8", number_state());
std::string const objects = dtype("O8", "(K\3" + text("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ft");

std::string ones(size_t count)
{
    std::string pushed;
    for (size_t index = 0; index < count; ++index)
        pushed += "K\1";
    return pushed;
}

// "8", "8 objects", or the error.
std::string answer(std::string const& bytes)
{
    auto const run = run_pickle(bytes_of(bytes));
    if (run.error)
        return "error: " + run.error->text();
    auto const type = array_type_of(run.pickle.root());
    if (!type)
        return type.error().text();
    return std::to_string(type->item_bytes) + (type->has_objects ? " objects" : "");
}

struct Case {
    char const* name;
    std::string bytes;
    char const* answer;
};

Case const cases[] = {
    {"double", f8, "8"},
    {"without a state", dtype("i4", ""), "4"},
    {"text counts characters of four bytes", dtype("U3", sized_state(12, 8)), "12"},
    {"bytes", dtype("S5", sized_state(5)), "5"},
    {"times have a unit", dtype("M8", "(K\4" + text("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0}(C\2nsK\1K\1K\1t\x86t"s), "8"},
    {"objects", objects, "8 objects"},
    {"objects as old files spell them", dtype("O", "(K\3" + text("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ft"), "8 objects"},
    {"a structure", structure(12, text("a") + text("b"), field("a", f8, 0) + field("b", dtype("i4", number_state()), 8)), "12"},
    {"a structure with objects", structure(16, text("a") + text("b"), field("a", f8, 0) + field("b", objects, 8), 63), "16 objects"},
    {"a field with a title", structure(8, text("a"), text("a") + f8 + "K\0"s + text("title") + "\x87"s + text("title") + f8 + "K\0"s + text("title") + "\x87"s), "8"},
    {"a sub-array", subarray(48, f8, "K\2K\3\x86"), "48"},
    {"a sub-array of one size", subarray(16, f8, "K\2"), "16"},
    {"a sub-array of objects", subarray(16, objects, "K\2\x85", 63), "16 objects"},
    // refused
    {"no dtype", "N", "wanted a numpy.dtype, found a None"},
    {"no call of REDUCE", numpy_dtype + ")\x81", "wanted a numpy.dtype, found a object"},
    {"no arguments", numpy_dtype + ")R", "wanted a numpy.dtype, found a object"},
    {"no code", dtype("", ""), "a numpy.dtype of an unknown kind"},
    {"an unknown code", dtype("q8", ""), "a numpy.dtype of an unknown kind"},
    {"a code without a number", dtype("f", ""), "a numpy.dtype of an unknown kind"},
    {"a code with more than a number", dtype("f8x", ""), "a numpy.dtype of an unknown kind"},
    {"a code of a number too large", dtype("V4294967295", ""), "a numpy.dtype of an unknown kind"},
    {"a code that is a name", numpy_dtype + name("a", "b") + "\x85R", "a numpy.dtype of an unknown kind"},
    {"an unknown size", dtype("f7", ""), "a numpy.dtype of an unknown size"},
    {"three bytes of integer", dtype("i3", ""), "a numpy.dtype of an unknown size"},
    {"two bytes of boolean", dtype("b2", ""), "a numpy.dtype of an unknown size"},
    {"seven bytes of complex", dtype("c7", ""), "a numpy.dtype of an unknown size"},
    {"four bytes of time", dtype("m4", ""), "a numpy.dtype of an unknown size"},
    {"a state that is no tuple", dtype("f8", "]"), "a numpy.dtype whose state is not a tuple of 7 to 9 values"},
    {"a version 9", dtype("f8", "(K\x09" + text("<") + "NNNK\0K\0K\0t"s), "a numpy.dtype of a version that is not 1 to 4"},
    {"a byte order that is none", dtype("f8", "(K\3" + text("x") + "NNNK\0K\0K\0t"s), "a numpy.dtype whose byte order is none"},
    {"a size that the code contradicts", dtype("S5", sized_state(6)), "a numpy.dtype of two sizes"},
    {"flags that the code contradicts", dtype("S5", sized_state(5, 63)), "a numpy.dtype whose flags and parts disagree about objects"},
    {"flags that hide objects", structure(8, text("a"), field("a", objects, 0), 16), "a numpy.dtype whose flags and parts disagree about objects"},
    {"parts of a number", dtype("f8", structure_state(text("a"), field("a", f8, 0), 8, 16)), "a numpy.dtype with parts, which a \"f8\" has not"},
    {"names without fields", dtype("V8", "(K\3" + text("|") + "N)NK\x08K\1K\0t"s), "a numpy.dtype with fields, not in a tuple of names and a dict"},
    {"a field that is no tuple", structure(8, text("a"), text("a") + f8), "a numpy.dtype whose field is not a type and an offset"},
    {"a field outside", structure(8, text("a"), field("a", f8, 1)), "a numpy.dtype whose field lies outside of its 8 bytes"},
    {"a name without a field", structure(8, text("b"), field("a", f8, 0)), "a numpy.dtype with a name that has no field"},
    {"a field of nothing known", structure(8, text("a"), field("a", "N", 0)), "wanted a numpy.dtype, found a None"},
    {"a sub-array of the wrong size", subarray(40, f8, "K\2K\3\x86"), "a numpy.dtype of two sizes"},
    {"a sub-array without a shape", subarray(48, f8, "N"), "a numpy.dtype whose sub-array has no shape"},
    {"a sub-array of a negative size", subarray(48, f8, "J\xff\xff\xff\xff"), "a numpy.dtype whose sub-array has no shape"},
    {"a sub-array of a size that is text", subarray(48, f8, text("a") + "\x85"), "a numpy.dtype whose sub-array has no shape"},
    {"a sub-array that is no pair", dtype("V8", "(K\3" + text("|") + "]NNK\x08K\1K\0t"s), "a numpy.dtype whose sub-array is not a type and a shape"},
    {"a sub-array beyond all memory", subarray(48, f8, "\x8a\x08\0\0\0\0\0\0\0\x40"s + "\x8a\x08\0\0\0\0\0\0\0\x40"s + "\x86"), "a numpy.dtype whose sub-array is beyond 2^63 bytes"},
    {"a small integer", dtype("u1", number_state()), "1"},
    {"a short integer", dtype("i2", number_state()), "2"},
    {"a long integer", dtype("u8", number_state()), "8"},
    {"a half", dtype("f2", number_state()), "2"},
    {"a float", dtype("f4", number_state()), "4"},
    {"a long double of 10 bytes", dtype("f10", number_state()), "10"},
    {"a long double of 12 bytes", dtype("f12", number_state()), "12"},
    {"a long double of 16 bytes", dtype("f16", number_state()), "16"},
    {"a complex of floats", dtype("c8", number_state()), "8"},
    {"a complex of doubles", dtype("c16", number_state()), "16"},
    {"complexes of long doubles", dtype("c20", number_state()), "20"},
    {"and of 24 bytes", dtype("c24", number_state()), "24"},
    {"and of 32 bytes", dtype("c32", number_state()), "32"},
    {"a state without flags", dtype("f8", "(K\3" + text("<") + "NNNK\x08K\1t"s), "8"},
    {"a structure whose second field holds objects", structure(24, text("a") + text("b"), field("a", objects, 0) + field("b", objects, 8), 63), "24 objects"},
    {"a state of 6 values", dtype("f8", "(K\3" + text("<") + "NNNK\0t"s), "a numpy.dtype whose state is not a tuple of 7 to 9 values"},
    {"a state of 10 values", dtype("f8", "(K\3" + text("<") + "NNNNNNNNt"), "a numpy.dtype whose state is not a tuple of 7 to 9 values"},
    {"a version that is no number", dtype("f8", "(N" + text("<") + "NNNK\0K\0K\0t"s), "a numpy.dtype of a version that is not 1 to 4"},
    {"a version 0", dtype("f8", "(K\0"s + text("<") + "NNNK\0K\0K\0t"s), "a numpy.dtype of a version that is not 1 to 4"},
    {"a byte order that is no text", dtype("f8", "(K\3NNNNK\0K\0K\0t"s), "a numpy.dtype whose byte order is none"},
    {"a byte order of two", dtype("f8", "(K\3" + text("<>") + "NNNK\0K\0K\0t"s), "a numpy.dtype whose byte order is none"},
    {"a sub-array of three", dtype("V8", "(K\3" + text("|") + f8 + "K\1K\1\x87NNK\x08K\1K\0t"s), "a numpy.dtype whose sub-array is not a type and a shape"},
    {"a sub-array of 65 axes", subarray(8, f8, "(" + ones(65) + "t"), "a numpy.dtype whose sub-array has no shape"},
    {"a sub-array beyond 2^63", subarray(48, f8, "\x8a\x08\0\0\0\0\0\0\0\x10"s), "a numpy.dtype whose sub-array is beyond 2^63 bytes"},
    {"names that are no tuple", dtype("V8", "(K\3" + text("|") + "N]}K\x08K\1K\0t"s), "a numpy.dtype with fields, not in a tuple of names and a dict"},
    {"a field of one", structure(8, text("a"), text("a") + f8 + "\x85"), "a numpy.dtype whose field is not a type and an offset"},
    {"a field of four", structure(8, text("a"), text("a") + "(" + f8 + "K\0NNt"s), "a numpy.dtype whose field is not a type and an offset"},
    {"a field at no number", structure(8, text("a"), text("a") + f8 + "N\x86"), "a numpy.dtype whose field lies outside of its 8 bytes"},
    {"a field before the first byte", structure(8, text("a"), text("a") + f8 + "J\xff\xff\xff\xff\x86"), "a numpy.dtype whose field lies outside of its 8 bytes"},
    {"a field larger than all", structure(4, text("a"), field("a", f8, 0)), "a numpy.dtype whose field lies outside of its 4 bytes"},
    {"a name that is no text", structure(8, "N", field("a", f8, 0)), "a numpy.dtype with a name that has no field"},
    {"a size that is none", dtype("S5", "(K\3" + text("|") + "NNNNK\1K\0t"s), "a numpy.dtype of two sizes"},
    {"a negative size", dtype("S5", "(K\3" + text("|") + "NNNJ\xff\xff\xff\xffK\1K\0t"s), "a numpy.dtype of two sizes"},
    {"both a sub-array and fields", dtype("V8", "(K\3" + text("|") + f8 + "K\1\x86" + "(" + text("a") + "t}" + field("a", f8, 0) + "sK\x08K\1K\0t"s), "a numpy.dtype with parts, which a \"V8\" has not"},
    {"texts of any length are objects to numpy", name("numpy._core._internal", "_convert_to_stringdtype_kwargs") + "\x88\x85R", "16 objects"},
    {"texts of any length with a state", name("numpy._core._internal", "_convert_to_stringdtype_kwargs") + "\x88\x85R}b", "wanted a numpy.dtype, found a object"},
    {"arguments that are no tuple", numpy_dtype + "]R", "wanted a numpy.dtype, found a object"},
    {"a sub-array of no size costs nothing", subarray(0, f8, "K\0\x8a\x08\0\0\0\0\0\0\0\x40\x86"s), "0"},
};

TEST(ArrayTypes, say_how_long_elements_are)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.bytes + "."), c.answer) << c.name;
}

TEST(ArrayTypes, do_not_unfold_what_is_shared)
{
    // Each structure holds the one before twice: 2^40 fields.
    std::string bytes = f8 + "q\0"s;
    for (unsigned level = 1; level <= 40; ++level)
        bytes += numpy_dtype + "(" + text("V8") + "\x89\x88tR" + structure_state(text("a"), field("a", "h" + one_byte(level - 1), 0) + field("b", "h" + one_byte(level - 1), 0), 8, 16) + "bq" + one_byte(level);
    EXPECT_EQ(answer(bytes + "."), "a numpy.dtype of too many parts");
}

TEST(ArrayTypes, nest_only_so_deep)
{
    std::string bytes = f8;
    for (int level = 0; level < 40; ++level)
        bytes = subarray(8, bytes, "K\1");
    EXPECT_EQ(answer(bytes + "."), "a numpy.dtype of too many parts");
}

// joblib

std::string const wrapper_class = name("joblib.numpy_pickle", "NumpyArrayWrapper");

std::string wrapper_state(std::string const& shape, std::string const& type, std::string const& more = "")
{
    return "}(" + text("subclass") + name("numpy", "ndarray") + text("shape") + shape + text("order") + text("C") + text("dtype") + type + text("allow_mmap") + "\x88" + more + "u";
}
std::string const aligned = text("numpy_array_alignment_bytes") + "K\x10";
std::string wrapped(std::string const& shape, std::string const& type, std::string const& more = "") { return wrapper_class + ")\x81" + wrapper_state(shape, type, more) + "b"; }

struct Pieces : ByteStream {
    Pieces(std::string_view text, size_t piece)
        : left(text),
          most(piece)
    {
    }
    Result<Bytes> next() override
    {
        auto const piece = left.substr(0, most);
        left.remove_prefix(piece.size());
        last = piece; // so that what was kept of it too long is seen
        return bytes_of(last);
    }
    std::string_view left;
    size_t most;
    std::string last;
};

// The value, then each array: "@offset+length" and its bytes; then findings and error.
std::string told(PickleRun const& run)
{
    std::string text = run.error ? "error: " + run.error->text() : text_of(run.pickle.root(), 40);
    for (auto const& array : run.pickle.arrays) {
        text += " @" + std::to_string(array.offset) + "+" + std::to_string(array.length) + " " + std::string(text_of(array.bytes));
        if (array.nested)
            text += "[" + told({std::move(*array.nested), {}}) + "]";
    }
    for (auto const& finding : run.pickle.findings.list)
        text += ", " + std::string(finding.code) + "@" + std::to_string(finding.offset);
    return text;
}

std::string told(std::string const& bytes)
{
    PickleOptions options;
    options.arrays_inline = true;
    std::string const in_memory = told(run_pickle(bytes_of(bytes), options));
    for (size_t const piece : {1, 3, 1'000}) {
        Pieces stream(bytes, piece);
        EXPECT_EQ(told(run_pickle(stream, options)), in_memory) << piece;
    }
    return in_memory;
}

TEST(JoblibArrays, stand_behind_the_build_of_their_wrapper)
{
    auto const head = "(" + wrapped("K\2K\1\x86", f8, aligned);
    auto const at = [&](size_t more) { return " @" + std::to_string(head.size() + more); };
    EXPECT_EQ(told(head + "\2\xff\xff" + "0123456789abcdef" + "Nt."), "(joblib.numpy_pickle.NumpyArrayWrappe..." + at(3) + "+16 0123456789abcdef");
    EXPECT_EQ(told(head + "\0"s + "0123456789abcdef" + "Nt."), "(joblib.numpy_pickle.NumpyArrayWrappe..." + at(1) + "+16 0123456789abcdef");
    EXPECT_EQ(told(head + "\2\xffx" + "0123456789abcdef" + "Nt."), "(joblib.numpy_pickle.NumpyArrayWrappe..." + at(3) + "+16 0123456789abcdef, padding@" + std::to_string(head.size() - 1));
    EXPECT_EQ(told(head + "\2\xff\xff" + "0123456789abcde").substr(0, 52), "error: BUILD: cut short: 16 bytes wanted, 15 left, b");
    EXPECT_EQ(told(head + "\2\xff").substr(0, 49), "error: BUILD: cut short: 2 bytes wanted, 1 left, ");
    EXPECT_EQ(told(head).substr(0, 49), "error: BUILD: cut short: 1 bytes wanted, 0 left, ");
}

TEST(JoblibArrays, have_no_padding_in_old_files_and_none_without_an_alignment)
{
    auto const old = wrapped(")", f8);
    EXPECT_EQ(told(old + "01234567."), "joblib.numpy_pickle.NumpyArrayWrapper() @" + std::to_string(old.size()) + "+8 01234567");
    auto const none = wrapped("K\0\x85"s, f8, text("numpy_array_alignment_bytes") + "N");
    EXPECT_EQ(told(none + "."), "joblib.numpy_pickle.NumpyArrayWrapper() @" + std::to_string(none.size()) + "+0 ");
    auto const by_reconstructor = name("copy_reg", "_reconstructor") + "(" + wrapper_class + name("__builtin__", "object") + "NtR" + wrapper_state(")", f8) + "b";
    EXPECT_EQ(told(by_reconstructor + "01234567."), "copyreg._reconstructor(joblib.numpy_p... @" + std::to_string(by_reconstructor.size()) + "+8 01234567");
}

TEST(JoblibArrays, of_objects_are_pickles_of_their_own)
{
    auto const head = wrapped("K\1\x85", objects, aligned);
    std::string const nested = proto(5) + name("posix", "system") + text("x") + "\x85R.";
    EXPECT_EQ(told(head + nested + "."), "joblib.numpy_pickle.NumpyArrayWrapper() @" + std::to_string(head.size()) + "+" + std::to_string(nested.size()) + " [posix.system('x')]");
    EXPECT_NE(told(head + "\x80\5N").find("the objects of the array at byte " + std::to_string(head.size())), std::string::npos);
    // Another array inside is none to the unpickler that reads it.
    EXPECT_NE(told(head + wrapped(")", f8) + "01234567.").find("no opcode: 48"), std::string::npos + 1);
}

TEST(JoblibArrays, are_malformed_where_they_cannot_be_computed)
{
    std::pair<std::string, char const*> const broken[] = {
        {wrapped("]", f8), "shape is not a tuple of sizes"},
        {wrapped("J\xff\xff\xff\xff\x85", f8), "shape is not a tuple of sizes"},
        {wrapped("\x8a\x08\0\0\0\0\0\0\0\x40\x85"s, f8), "more than 2^63 bytes"},
        {wrapped(")", "N"), "wanted a numpy.dtype"},
        {wrapped(")", f8, text("read") + name("posix", "system")), "an attribute that no joblib writes"},
        {wrapped(")", f8, "K\1N"), "an attribute that no joblib writes"},
        {wrapped(")", f8, aligned + text("a") + "N"), "attributes are not a dict of 5 or 6"},
        {wrapped(")", f8, text("numpy_array_alignment_bytes") + text("x")), "alignment is no integer"},
        {wrapped(")", f8, text("order") + text("K")), "order is neither C nor F"},
        {wrapper_class + ")\x81}(" + text("subclass") + "N" + text("shape") + ")u" + "b", "without subclass"},
        {wrapper_class + ")\x81}(" + text("subclass") + "Nu" + "b", "without subclass"},
        {wrapper_class + ")\x81}(" + text("subclass") + "N" + text("shape") + ")" + text("order") + text("C") + "ub", "without subclass"},
        {wrapper_class + ")\x81}(" + text("subclass") + "N" + text("shape") + ")" + text("order") + text("C") + text("dtype") + f8 + "ub", "without subclass"},
        {wrapper_class + ")\x81}b", "without subclass"},
        {wrapper_class + ")\x81Nb", "attributes are not a dict"},
        {wrapper_class + ")\x81}N\x86" + "b", "attributes are not a dict"},
        {wrapped(")", f8) + "01234567}b", "a second BUILD of the wrapper"},
        {proto(4) + "\x95\xff\0\0\0\0\0\0\0"s + wrapped(")", f8), "the data of an array inside a frame"},
    };
    for (auto const& [bytes, wanted] : broken) {
        auto const answer = told(bytes + "01234567.");
        EXPECT_NE(answer.find(wanted), std::string::npos) << answer;
    }
}

TEST(JoblibArrays, may_begin_where_a_frame_ends)
{
    auto const body = wrapped(")", f8);
    auto const framed = proto(4) + "\x95" + raw_number(uint64_t{body.size()}) + body;
    EXPECT_EQ(told(framed + "01234567."), "joblib.numpy_pickle.NumpyArrayWrapper() @" + std::to_string(framed.size()) + "+8 01234567");
}

TEST(JoblibArrays, may_be_in_the_order_of_fortran)
{
    auto const bytes = wrapper_class + ")\x81}(" + text("subclass") + name("numpy", "ndarray") + text("shape") + ")" + text("order") + text("F") + text("dtype") + f8 + text("allow_mmap") + "\x88ub.";
    auto const pickle = run_pickle(bytes_of(bytes)).pickle;
    auto const array = joblib_array_of(pickle.root());
    ASSERT_TRUE(array);
    EXPECT_TRUE(array->fortran_order);
}

TEST(JoblibArrays, are_told_by_their_class_alone)
{
    for (auto const& [bytes, wanted] : std::initializer_list<std::pair<std::string, bool>>{
             {wrapper_class + ")\x81.", true},
             {name("mine", "NumpyArrayWrapper") + ")\x81.", false},
             {name("joblib.numpy_pickle", "NumpyArray") + ")\x81.", false},
             {name("copy_reg", "_reconstructor") + ")R.", false},
             {"N.", false},
         }) {
        auto const pickle = run_pickle(bytes_of(bytes)).pickle;
        EXPECT_EQ(is_joblib_wrapper(pickle.root()), wanted) << bytes;
        EXPECT_FALSE(joblib_array_of(pickle.root())) << bytes; // without a state
    }
}

TEST(JoblibArrays, are_calls_like_others_where_they_are_not_asked_for)
{
    EXPECT_FALSE(run_pickle(bytes_of(wrapped(")", f8) + ".")).error);
}

}
