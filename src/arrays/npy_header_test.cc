#include "arrays/npy_header.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

std::string npy(std::string const& header)
{
    std::string file = "\x93NUMPY\1\0"s;
    auto const length = static_cast<uint16_t>(header.size());
    return file.append(reinterpret_cast<char const*>(&length), sizeof length) + header;
}

std::string described(std::string const& descr, std::string const& shape = "(2,)", Limits const& limits = {})
{
    auto const header = read_npy_header(bytes_of(npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + "}")), limits);
    if (!header)
        return "error: " + header.error().text();
    return npy_dtype_text(header->dtype) + ", " + (header->data_bytes ? std::to_string(*header->data_bytes) + " bytes" : "a pickle");
}

struct Case {
    char const* name;
    char const* descr;
    char const* text;
};

Case const cases[] = {
    {"plain numbers", "'<f4'", "<f4, 8 bytes"},
    {"long doubles", "'<f16'", "<f16, 32 bytes"},
    {"text", "'<U5'", "<U5, 40 bytes"},
    {"empty text", "'|S0'", "|S0, 0 bytes"},
    {"dates", "'<M8[25us]'", "<M8[25us], 16 bytes"},
    {"dates of no unit", "'<m8'", "<m8, 16 bytes"},
    {"raw bytes", "'|V3'", "|V3, 6 bytes"},
    {"objects", "'|O'", "|O, a pickle"},
    {"objects of old", "'|O8'", "|O8, a pickle"},
    {"fields", "[('a', '<f4'), ('b', '|i1')]", "{a: <f4, b: |i1}, 10 bytes"},
    {"no fields", "[]", "{}, 0 bytes"},
    {"filling", "[('a', '|i1'), ('', '|V3'), ('b', '<i4')]", "{a: |i1, : |V3, b: <i4}, 16 bytes"},
    {"fields with shapes", "[('a', '<f4', (2, 3)), ('b', '<i2', (4,))]", "{a: (2, 3) <f4, b: (4) <i2}, 64 bytes"},
    {"fields of fields", "[('a', [('b', '<f4'), ('c', '<f8', (2,))], (3,))]", "{a: (3) {b: <f4, c: (2) <f8}}, 120 bytes"},
    {"titles", "[(('a title', 'a'), '<f4')]", "{a: <f4}, 8 bytes"},
    {"sub-arrays", "('<f4', (2,))", "(2) <f4, 16 bytes"},
    {"sub-arrays of sub-arrays", "[('a', ('<f4', (2,)), (3,))]", "{a: (3, 2) <f4}, 48 bytes"},
    {"objects in a field", "[('a', '<f4'), ('b', [('c', '|O')])]", "{a: <f4, b: {c: |O}}, a pickle"},
    {"objects in a sub-array", "[('a', ('|O', (2,)), (2,))]", "{a: (2, 2) |O}, a pickle"},
    {"a field called O", "[('O', '<f4')]", "{O: <f4}, 8 bytes"},

    {"an empty code", "''", "error: the dtype '' names no type"},
    {"objects by another name", "'object'", "error: the dtype 'object' is spelled as NumPy writes none"},
    {"several types in one text", "'f4,O'", "error: the dtype 'f4,O' is spelled as NumPy writes none"},
    {"several objects in one text", "'|O8,O'", "error: the dtype '|O8,O' is spelled as NumPy writes none"},
    {"a shape in a text", "'(2,3)f4'", "error: the dtype '(2,3)f4' is spelled as NumPy writes none"},
    {"a type without a size", "'<f'", "error: the dtype '<f' is spelled as NumPy writes none"},
    {"a unit of numbers", "'<f4[s]'", "error: the dtype '<f4[s]' is spelled as NumPy writes none"},
    {"two units", "'<M8[s][s]'", "error: the dtype '<M8[s][s]' is spelled as NumPy writes none"},
    {"an enormous type", "'|V9999999999999999999'", "error: the dtype '|V9999999999999999999' has more bytes than can be counted"},
    {"a very large type", "'|V2305843009213693952'", "error: the dtype '|V2305843009213693952' has more bytes than can be counted"},
    {"a number", "7", "error: the header's 'descr' is neither a text, a tuple nor a list"},
    {"a dict", "{'names': ['a']}", "error: the header's 'descr' is neither a text, a tuple nor a list"},
    {"a sub-array without a shape", "('<f4',)", "error: the dtype of a sub-array is no tuple of a dtype and a shape"},
    {"a sub-array of text", "('<f4', ('2',))", "error: the shape of a sub-array holds something else than numbers"},
    {"a sub-array that overflows", "('<f8', (4611686018427387904,))", "error: a sub-array with more bytes than can be counted"},
    {"fields that overflow", "[('a', '|V1000000000000000000'), ('b', '|V1000000000000000000'), ('c', '|V1000000000000000000'), ('d', '|V1000000000000000000'), ('e', '|V1000000000000000000')]", "error: a structured dtype with more bytes than can be counted"},
    {"a field of one part", "[('a',)]", "error: a field is no tuple of a name, a dtype and maybe a shape"},
    {"a field that is a text", "['a']", "error: a field is no tuple of a name, a dtype and maybe a shape"},
    {"a field named by a number", "[(1, '<f4')]", "error: a field has a name that is no text"},
    {"a field titled by a number", "[((1, 'a'), '<f4')]", "error: a field has a name that is no text"},
    {"a field that is wrong inside", "[('a', [('b', '<x4')])]", "error: the dtype '<x4' is spelled as NumPy writes none, field 'b', field 'a'"},
};

TEST(NpyHeader, describes)
{
    for (auto const& c : cases)
        EXPECT_EQ(described(c.descr), c.text) << c.name;
}

TEST(NpyHeader, counts_bytes_only_where_they_can_be_counted)
{
    EXPECT_EQ(described("'<f8'", "(4294967296, 4294967296)"), "error: the shape (4294967296, 4294967296) has more elements than can be counted");
    EXPECT_EQ(described("'|S0'", "(4294967296, 4294967296)"), "error: the shape (4294967296, 4294967296) has more elements than can be counted");
    EXPECT_EQ(described("'|O'", "(4294967296, 4294967296)"), "|O, a pickle");
    EXPECT_EQ(described("'<f8'", "()"), "<f8, 8 bytes");
    EXPECT_EQ(described("'<f8'", "(0, 5)"), "<f8, 0 bytes");
    EXPECT_EQ(described("'<f8'", "(4294967296, 4294967296, 0)"), "<f8, 0 bytes");
}

TEST(NpyHeader, tells_where_the_data_begins_and_each_field_lies)
{
    std::string const text = npy("{'descr': [(('t', 'a'), '|i1'), ('b', '<f8', (2,)), ('c', '|S3')], 'fortran_order': True, 'shape': (2, 3)}");
    auto const header = read_npy_header(bytes_of(text));
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(header->version, 1u);
    EXPECT_EQ(header->data_offset, text.size());
    EXPECT_EQ(header->data_bytes, 6u * 20);
    EXPECT_TRUE(header->column_major);
    EXPECT_EQ(header->shape, (std::vector<int64_t>{2, 3}));
    auto const& fields = header->dtype.fields;
    ASSERT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields[0].title, "t");
    EXPECT_EQ(fields[1].offset, 1u);
    EXPECT_EQ(fields[1].dtype.bytes, 16u);
    EXPECT_EQ(fields[2].offset, 17u);
    EXPECT_EQ(header->dtype.bytes, 20u);
}

TEST(NpyHeader, is_refused_wherever_it_is_cut)
{
    std::string const text = npy("{'descr': [('a', '|i1', (2,)), ('b', '|O')], 'fortran_order': False, 'shape': (2,)}");
    for (size_t length = 0; length < text.size(); ++length)
        EXPECT_FALSE(read_npy_header(bytes_of(text.substr(0, length))).has_value()) << length;
    for (size_t place = 0; place < text.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = text;
            changed[place] = static_cast<char>(byte);
            static_cast<void>(read_npy_header(bytes_of(changed)));
        }
}

TEST(NpyHeader, is_nested_only_so_deep)
{
    std::string descr = "'<f4'";
    for (int depth = 0; depth < 150; ++depth)
        descr = "[('a', " + descr + ")]";
    EXPECT_NE(described(descr).find("nested deeper than the limit of 200"), std::string::npos);
}

}
