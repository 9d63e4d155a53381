#include "arrays/npy.h"

#include "arrays/npz.h"
#include "files/zip.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

// A .npy file, spelled as its parts.
std::string npy(std::string const& header, std::string const& data, char major = 1)
{
    std::string file = "\x93NUMPY"s + major + '\0';
    auto const length = static_cast<uint32_t>(header.size());
    file.append(reinterpret_cast<char const*>(&length), major == 1 ? 2 : 4);
    return file + header + data;
}

std::string dict(std::string const& descr, std::string const& shape, std::string const& order = "False")
{
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

std::string element_text(Tensor const& tensor, uint64_t index)
{
    if (tensor.dtype() == DType::string)
        return tensor.strings()[index];
    if (is_complex(tensor.dtype())) {
        std::string text;
        for (auto const byte : tensor.bytes().subspan(index * tensor.bytes().size() / tensor.count(), tensor.bytes().size() / tensor.count()))
            text += std::to_string(static_cast<int>(byte)) + ".";
        return text;
    }
    if (is_floating(tensor.dtype()))
        return std::to_string(tensor.number_at(index)).substr(0, 4);
    return tensor.dtype() == DType::uint64 ? std::to_string(static_cast<uint64_t>(tensor.integer_at(index))) : std::to_string(tensor.integer_at(index));
}

std::string tensor_text(Tensor const& tensor)
{
    std::string text = std::string(name_of(tensor.dtype())) + " " + text_of(tensor.shape()) + ":";
    for (uint64_t index = 0; index < tensor.count(); ++index)
        text += " " + element_text(tensor, index);
    return text;
}

std::string answer(std::string file, Limits const& limits = {})
{
    auto const tensor = read_npy(SharedBytes::take(std::move(file)), limits);
    return tensor ? tensor_text(*tensor) : "error: " + tensor.error().text();
}

struct Case {
    char const* name;
    std::string file;
    std::string answer;
};

std::vector<Case> const cases{
    {"numbers are read in row order", npy(dict("<i2", "(2, 3)"), "\1\0\2\0\3\0\4\0\5\0\6\0"s), "int16 [2, 3]: 1 2 3 4 5 6"},
    {"column order is turned", npy(dict("<i2", "(2, 3)", "True"), "\1\0\2\0\3\0\4\0\5\0\6\0"s), "int16 [2, 3]: 1 3 5 2 4 6"},
    {"column order of three axes is turned", npy(dict("|u1", "(2, 2, 2)", "True"), "\1\2\3\4\5\6\7\10"), "uint8 [2, 2, 2]: 1 5 3 7 2 6 4 8"},
    {"column order of nothing is nothing", npy(dict("|u1", "(2, 0, 2)", "True"), ""), "uint8 [2, 0, 2]:"},
    {"big-endian numbers are turned", npy(dict(">i4", "(2,)"), "\0\0\0\1\xFF\xFF\xFF\xFE"s), "int32 [2]: 1 -2"},
    {"big-endian complex numbers are turned by halves", npy(dict(">c8", "(1,)"), "\1\2\3\4\5\6\7\10"), "complex64 [1]: 4.3.2.1.8.7.6.5."},
    {"a scalar has no axes", npy(dict("<f4", "()"), "\0\0\x80\x3F"s), "float32 []: 1.00"},
    {"halves are read", npy(dict("<f2", "(1,)"), "\0\x3C"s), "float16 [1]: 1.00"},
    {"uint64 is exact", npy(dict("<u8", "(1,)"), std::string(8, '\xFF')), "uint64 [1]: 18446744073709551615"},
    {"any byte but 0 is true", npy(dict("|b1", "(3,)"), "\0\1\2"s), "bool [3]: 0 1 1"},
    {"text is UTF-8 without its filling", npy(dict("<U2", "(2,)"), "a\0\0\0\xE9\0\0\0"s + "\0\xF6\1\0\0\0\0\0"s), "string [2]: a\xC3\xA9 \xF0\x9F\x98\x80"},
    {"big-endian text is turned", npy(dict(">U1", "(1,)"), "\0\0\0a"s), "string [1]: a"},
    {"bytes are text", npy(dict("|S3", "(2,)"), "ab\0c\0d"s), "string [2]: ab c\0d"s},
    {"version 2 has a longer length", npy(dict("|u1", "(1,)"), "\7", 2), "uint8 [1]: 7"},
    {"version 3 is UTF-8", npy(dict("|u1", "(1,)"), "\7", 3), "uint8 [1]: 7"},
    {"keys may come in any order, quoted either way, as Python 2 wrote numbers", npy("{\"shape\":(2L,),\"fortran_order\":False,\"descr\":\"|u1\"}", "\1\2"), "uint8 [2]: 1 2"},

    {"other files are named as such", "PK\3\4", "error: not a .npy file: it does not start with \\x93NUMPY"},
    {"versions of the future are not guessed", npy(dict("|u1", "()"), "\1", 4), "error: version 4.0 of the .npy format, can be read: 1.0, 2.0 and 3.0"},
    {"a header longer than the file is cut short", "\x93NUMPY\1\0\xFF\xFF{"s, "error: cut short: 65535 bytes wanted, 1 left, byte 10"},
    {"objects are not loaded", npy(dict("|O", "(1,)"), "\x80\4."), "error: an array of Python objects: a pickle is inside, and it is not loaded"},
    {"objects are not loaded as a field", npy("{'descr': [('a', '<f4'), ('b', [('c', '|O')])], 'fortran_order': False, 'shape': (1,)}", ""), "error: an array of Python objects: a pickle is inside, and it is not loaded"},
    {"objects are not loaded as a field with a shape", npy("{'descr': [('a', ('|O', (2,)), (2,))], 'fortran_order': False, 'shape': (1,)}", ""), "error: an array of Python objects: a pickle is inside, and it is not loaded"},
    {"a field may be called O", npy("{'descr': [('O', '<f4')], 'fortran_order': False, 'shape': (1,)}", ""), "error: an array of a structured dtype, can be read: arrays of one plain type"},
    {"dates are no numbers", npy(dict("<M8[ns]", "(1,)"), "12345678"), "error: the dtype '<M8[ns]', can be read: bool, integers, float16 to float64, complex and text"},
    {"raw void is no number", npy(dict("|V2", "(1,)"), "12"), "error: the dtype '|V2', can be read: bool, integers, float16 to float64, complex and text"},
    {"a dtype is not empty", npy(dict("<", "(1,)"), ""), "error: the dtype '<' names no type"},
    {"nothing may follow the data", npy(dict("|u1", "(1,)"), "\1\2"), "error: 2 bytes of data, wanted 1 elements of 1 bytes"},
    {"data is not cut short", npy(dict("<f8", "(1,)"), "1234567"), "error: 7 bytes of data, wanted 1 elements of 8 bytes"},
    {"a shape that overflows is refused", npy(dict("<f8", "(4294967296, 4294967296)"), ""), "error: the shape (4294967296, 4294967296) has more elements than can be counted"},
    {"bytes that overflow are refused", npy(dict("<c16", "(2305843009213693952,)"), ""), "error: the shape (2305843009213693952) has more elements than can be counted"},
    {"a size has no sign", npy(dict("|u1", "(-1,)"), ""), "error: found '-', wanted a string, a number, True, False, None, a tuple, a list or a dict, character 51 of the header"},
    {"a size is a number", npy(dict("|u1", "('1',)"), ""), "error: the header's 'shape' holds something else than numbers"},
    {"a shape is a tuple", npy(dict("|u1", "(1)"), ""), "error: the header's 'shape' is no tuple"},
    {"a number has one base", npy(dict("|u1", "(0x1,)"), "\1"), "error: found 'x', wanted ',' or ')', character 52 of the header"},
    {"a number does not begin with 0", npy(dict("|u1", "(01,)"), "\1"), "error: a number that is too large or begins with 0, character 51 of the header"},
    {"a header is no expression", npy("__import__('os').system('id')", ""), "error: found '_', wanted a string, a number, True, False, None, a tuple, a list or a dict, character 0 of the header"},
    {"a header is not called", npy(dict("|u1", "(f(),)"), ""), "error: found 'f', wanted a string, a number, True, False, None, a tuple, a list or a dict, character 51 of the header"},
    {"strings have no escapes", npy(dict("\\x3cf4", "(1,)"), ""), "error: a string with an escape or a line break, character 10 of the header"},
    {"strings are not joined", npy(dict("<f' '4", "(1,)"), ""), "error: found ''', wanted ',' or '}', character 15 of the header"},
    {"a key stands once", npy("{'descr': '|u1', 'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "\1"), "error: the key 'descr' stands twice in the header"},
    {"there are three keys", npy("{'descr': '|u1', 'shape': (1,)}", "\1"), "error: the header is no dict of three keys"},
    {"the keys are the right ones", npy("{'descr': '|u1', 'order': False, 'shape': (1,)}", "\1"), "error: the header has no 'fortran_order'"},
    {"the order is True or False", npy(dict("|u1", "(1,)", "0"), "\1"), "error: the header's 'fortran_order' is neither True nor False"},
    {"nothing follows the dict", npy(dict("|u1", "(1,)") + "1", "\1"), "error: found '1', wanted the end, character 58 of the header"},
    {"nesting has a limit", npy("{'descr': " + std::string(300, '['), ""), "error: nested deeper than the limit of 200, character 209 of the header"},
    {"characters are Unicode", npy(dict("<U1", "(1,)"), "\0\xD8\0\0"s), "error: the number 55296 is no Unicode character, element 0"},
    {"bytes that are no text are not guessed", npy(dict("|S1", "(1,)"), "\xFF"), "error: bytes (|S) that are no UTF-8 text, element 0"},
    {"version 3 is checked to be UTF-8", npy("{'\xFF'", "", 3), "error: the header is not valid UTF-8"},
    {"texts of no bytes are counted", npy(dict("<U0", "(99999999999,)"), ""), "error: 99999999999 empty texts, the limit is 1000000"},
    {"NumPy has at most 64 axes", npy(dict(
                                          "|u1", "(" + [] { std::string ones; for (int i = 0; i < 65; ++i) ones += "1,"; return ones; }() + ")"),
                                      "\1"),
        "error: the header's 'shape' has 65 axes, NumPy has at most 64"},
};

TEST(Npy, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.file), c.answer) << c.name;
}

TEST(Npy, refuses_pickles_under_a_code_of_its_own)
{
    auto const refusal = read_npy(SharedBytes::take(npy(dict("|O", "(1,)"), "\x80\4."))).error();
    EXPECT_EQ(refusal.reason, Reason::refused);
    EXPECT_EQ(refusal.code, pickle_inside_code);
}

std::string joined(std::vector<SharedBytes> const& parts)
{
    std::string text;
    for (auto const& part : parts)
        text += text_of(part.bytes());
    return text;
}

std::vector<Tensor> const written{
    Tensor::scalar(1.5f),
    Tensor::of<double>(DType::float64, {3}, {1, 2, -3}),
    Tensor::of<uint16_t>(DType::float16, {1, 2}, {0x3C00, 0xC000}),
    Tensor::of<int8_t>(DType::int8, {2, 0}, {}),
    Tensor::of<uint64_t>(DType::uint64, {1}, {~uint64_t{0}}),
    Tensor::scalar(true),
    *Tensor::create(DType::complex64, {1}, SharedBytes::take(std::vector<float>{1, 2})),
    *Tensor::create_strings({2, 1}, {"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", ""}),
};

TEST(Npy, reads_what_it_writes)
{
    for (auto const& tensor : written) {
        auto const file = joined(*write_npy(tensor));
        EXPECT_EQ(answer(file), tensor_text(tensor));
        auto const data_bytes = tensor.dtype() == DType::string ? 0 : tensor.bytes().size();
        EXPECT_EQ((file.size() - data_bytes) % (tensor.dtype() == DType::string ? 4 : 64), 0u);
    }
    EXPECT_EQ(write_npy(Tensor::of<uint16_t>(DType::bfloat16, {1}, {1})).error().text(), "NumPy has no dtype bfloat16");
    EXPECT_EQ(joined(*write_npy(Tensor::of<uint8_t>(DType::uint8, {1}, {7}))), npy(dict("|u1", "(1,)").substr(0, 57) + std::string(60, ' ') + "\n", "\7"));
}

TEST(Npy, does_not_fill_up_many_texts_to_one_long_one)
{
    std::vector<std::string> texts(10'000);
    texts[0] = std::string(1'000'000, 'x');
    EXPECT_EQ(write_npy(*Tensor::create_strings({10'000}, texts)).error().reason, Reason::exhausted);
}

TEST(Npy, is_used_where_it_lies_if_that_is_aligned)
{
    auto const file = SharedBytes::take(joined(*write_npy(written[1])));
    EXPECT_EQ(read_npy(file)->data().owner(), file.owner());
    auto const shifted = SharedBytes::take("x" + joined(*write_npy(written[1])));
    auto const tensor = read_npy(shifted.part(1, shifted.size() - 1));
    EXPECT_NE(tensor->data().owner(), shifted.owner());
    EXPECT_EQ(tensor_text(*tensor), tensor_text(written[1]));
}

TEST(Npy, is_refused_wherever_it_is_cut_and_survives_any_changed_byte)
{
    auto const file = joined(*write_npy(written[1]));
    for (size_t length = 0; length < file.size(); ++length)
        EXPECT_TRUE(answer(file.substr(0, length)).starts_with("error: ")) << length;
    for (size_t place = 0; place < file.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = file;
            changed[place] = static_cast<char>(byte);
            answer(changed);
        }
}

std::string npz_answer(std::string file)
{
    auto const arrays = read_npz(SharedBytes::take(std::move(file)));
    if (!arrays)
        return "error: " + arrays.error().text();
    std::string text;
    for (auto const& [name, tensor] : *arrays)
        text += name + ": " + tensor_text(tensor) + "\n";
    return text;
}

std::string zip(std::vector<std::pair<std::string, std::string>> members)
{
    ZipWriter writer;
    for (auto& [name, content] : members)
        EXPECT_TRUE(writer.add(name, {SharedBytes::take(std::move(content))}));
    return joined(std::move(writer).finish());
}

TEST(Npz, answers)
{
    std::vector<Case> const archives{
        {"an archive may be empty", zip({}), ""},
        {"arrays come in the archive's order", zip({{"b.npy", npy(dict("|u1", "(1,)"), "\1")}, {"a.x.npy", npy(dict("|u1", "(1,)"), "\2")}}), "b: uint8 [1]: 1\na.x: uint8 [1]: 2\n"},
        {"a member is an array", zip({{"readme.txt", "hello"}}), "error: the member readme.txt is no array, wanted a name that ends in .npy"},
        {"errors name the member", zip({{"a.npy", npy(dict("|O", "(1,)"), "")}}), "error: an array of Python objects: a pickle is inside, and it is not loaded, member a.npy"},
        {"nothing hides in the archive", zip({}) + "junk", "error: the archive is not as NumPy writes one: 4 bytes follow the end record, its comment has 0, byte 22, member "},
        {"other files are named as such", "hello", "error: not a ZIP archive: 5 bytes are too few"},
    };
    for (auto const& c : archives)
        EXPECT_EQ(npz_answer(c.file), c.answer) << c.name;
}

TEST(Npz, reads_what_it_writes_where_it_lies)
{
    std::vector<NamedTensor> arrays;
    std::string text;
    for (auto const& tensor : written) {
        arrays.push_back({"array." + std::to_string(arrays.size()), tensor});
        text += arrays.back().name + ": " + tensor_text(tensor) + "\n";
    }
    auto const file = joined(*write_npz(arrays));
    EXPECT_EQ(npz_answer(file), text);
    EXPECT_EQ(joined(*write_npz(arrays)), file);

    auto const bytes = SharedBytes::take(std::string(file));
    EXPECT_EQ((*read_npz(bytes))[1].tensor.data().owner(), bytes.owner());
    arrays[1].name = arrays[0].name;
    EXPECT_EQ(write_npz(arrays).error().text(), "the member array.0.npy is in the archive already");
}

TEST(Npz, is_refused_wherever_it_is_cut)
{
    auto const file = joined(*write_npz(std::vector<NamedTensor>{{"a", written[0]}, {"b", written[1]}}));
    for (size_t length = 0; length < file.size(); ++length)
        EXPECT_TRUE(npz_answer(file.substr(0, length)).starts_with("error: ")) << length;
}

}
