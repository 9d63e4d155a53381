#include "arrays/safetensors.h"

#include <gtest/gtest.h>

namespace {

std::string file(std::string const& header, std::string const& data)
{
    auto const length = static_cast<uint64_t>(header.size());
    return std::string(reinterpret_cast<char const*>(&length), sizeof length) + header + data;
}

std::string answer(std::string bytes, Limits const& limits = {})
{
    auto const read = read_safetensors(SharedBytes::take(std::move(bytes)), limits);
    if (!read)
        return "error: " + read.error().text();
    std::string text;
    for (auto const& [key, value] : read->metadata)
        text += key + "=" + value + "\n";
    for (auto const& [name, tensor] : read->tensors)
        text += name + ": " + std::string(name_of(tensor.dtype())) + " " + text_of(tensor.shape()) + " " + std::string(text_of(tensor.bytes())) + "\n";
    return text;
}

struct Case {
    char const* name;
    std::string file;
    char const* answer;
};

std::string const two = file(R"({"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  )", "abcdef");

std::vector<Case> const cases{
    {"no tensors are tensors", file("{}", ""), ""},
    {"tensors come in the order of their data", two, "format=pt\na: float32 [1] abcd\nb: uint8 [2] ef\n"},
    {"tensors may be empty", file(R"({"a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}})", ""), "a: float32 [0, 3] \nb: float32 [2, 0] \n"},
    {"packed types fill whole bytes", file(R"({"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},"b":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[2,5]}})", "abcde"), "a: float4_e2m1 [4] ab\nb: float6_e2m3 [4] cde\n"},
    {"packed types do not fill half a byte", file(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", "ab"), "error: the shape [3] of float4_e2m1 does not end at a whole byte, tensor a"},
    {"a header is not cut short", std::string(4, '\0'), "error: cut short: 8 bytes wanted, 4 left, byte 0"},
    {"a header fits the file", file("{}", "").substr(0, 9), "error: cut short: 2 bytes wanted, 1 left, byte 8"},
    {"a header is no longer than the format allows", std::string(8, '\xFF') + "{}", "error: a header of 18446744073709551615 bytes, the format allows 100000000"},
    {"a header starts at once", file(" {}", ""), "error: the header does not start with '{', byte 8"},
    {"a header is JSON", file("{", ""), "error: syntax error while parsing object key - unexpected end of input; expected string literal, byte 1 (line 1, column 2), header"},
    {"a name stands once", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x"), "error: the key \"a\" stands twice in one object, at the top of the JSON value, header"},
    {"data has no hole in front", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "xy"), "error: its data begins at 1, and leaves a hole from 0, tensor a"},
    {"data has no hole", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})", "xyz"), "error: its data begins at 2, and leaves a hole from 1, tensor b"},
    {"data does not overlap", file(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", "xyz"), "error: its data begins at 1, and overlaps what ends at 2, tensor b"},
    {"data is not shared", file(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "xy"), "error: its data begins at 0, and overlaps what ends at 2, tensor b"},
    {"nothing follows the data", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "xy"), "error: the tensors end at byte 1 of the data, which has 2 bytes"},
    {"data is not cut short", file(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "x"), "error: the tensors end at byte 2 of the data, which has 1 bytes"},
    {"shape and dtype make the length", file(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "abcd"), "error: 4 bytes for the shape [2] of float32, wanted 8, tensor a"},
    {"a shape that overflows is refused", file(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})", "abcd"), "error: the shape [4294967296, 4294967296] has more elements than can be counted, tensor a"},
    {"bytes that overflow are refused", file(R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})", ""), "error: the shape [2305843009213693952] has more elements than can be counted, tensor a"},
    {"sizes are not negative", file(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}})", ""), "error: \"shape\" holds number -1, wanted whole numbers of 0 to 2^63-1, tensor a"},
    {"sizes are whole", file(R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", "x"), "error: \"shape\" holds number 1.0, wanted whole numbers of 0 to 2^63-1, tensor a"},
    {"offsets are two", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", "x"), "error: \"data_offsets\" are no begin and end, tensor a"},
    {"offsets do not run backwards", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", "x"), "error: \"data_offsets\" are no begin and end, tensor a"},
    {"a dtype of the future is told from damage", file(R"({"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}})", ""), "error: the dtype \"F128\", which the format did not have when this was written, tensor a"},
    {"members that nothing reads are refused", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"code":"x"}})", "x"), "error: a tensor has \"dtype\", \"shape\" and \"data_offsets\" and nothing else, tensor a"},
    {"members are not missing", file(R"({"a":{"dtype":"U8","shape":[1]}})", "x"), "error: the member \"data_offsets\" is not there, tensor a"},
    {"a tensor is an object", file(R"({"a":[]})", ""), "error: found array, wanted an object with the member \"dtype\", tensor a"},
    {"a header has no byte order mark", file("\xEF\xBB\xBF{}", ""), "error: the header does not start with '{', byte 8"},
    {"nothing but space follows the header", file("{} \n\t ", ""), ""},
    {"a name stands once however it is spelled", file(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", ""), "error: the key \"a\" stands twice in one object, at the top of the JSON value, header"},
    {"metadata stands once", file(R"({"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}})", ""), "error: the key \"__metadata__\" stands twice in one object, at the top of the JSON value, header"},
    {"metadata says a thing once", file(R"({"__metadata__":{"a":"1","a":"2"}})", ""), "error: the key \"a\" stands twice in one object, in the JSON value at /__metadata__, header"},
    {"metadata is there or not", file(R"({"__metadata__":null})", ""), "error: \"__metadata__\" is no object"},
    {"tensors of nothing stand anywhere", file(R"({"c":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", "xy"), "a: uint8 [] x\nc: float32 [0] \nb: uint8 [1] y\n"},
    {"a tensor of nothing stands within the data", file(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[1,1]}})", ""), "error: its data begins at 1, and leaves a hole from 0, tensor a"},
    {"metadata is text", file(R"({"__metadata__":{"a":1}})", ""), "error: \"__metadata__\" maps \"a\" to something else than text"},
    {"metadata is an object", file(R"({"__metadata__":[]})", ""), "error: \"__metadata__\" is no object"},
};

TEST(SafeTensors, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.file), c.answer) << c.name;
    EXPECT_EQ(answer(two, {.entries = 2}), "error: 3 tensors, the limit is 2");
    EXPECT_EQ(answer(two, {.bytes = 20}).substr(0, 15), "error: a file o");
}

TEST(SafeTensors, are_refused_with_junk_in_or_behind_their_header)
{
    for (std::string const& header : {std::string("{}x"), std::string("{}{}"), std::string("{}\0", 3), std::string("{\"\xFF\":1}"), std::string("{\"a\":NaN}"), std::string("{/**/}"), std::string("{,}")})
        EXPECT_NE(answer(file(header, "")).find(", header"), std::string::npos) << header;
}

TEST(SafeTensors, are_described_without_a_look_at_their_elements)
{
    auto const header = read_safetensors_header(bytes_of(two));
    ASSERT_TRUE(header.has_value());
    ASSERT_EQ(header->tensors.size(), 2u);
    EXPECT_EQ(header->tensors[0].name, "a");
    EXPECT_EQ(header->tensors[1].offset, two.size() - 2);
    EXPECT_EQ(header->tensors[1].bytes, 2u);
    EXPECT_EQ(header->metadata.at("format"), "pt");
}

TEST(SafeTensors, are_used_where_they_lie_if_that_is_aligned)
{
    auto const bytes = SharedBytes::take(std::string(two));
    auto const read = read_safetensors(bytes);
    bool const aligned = reinterpret_cast<uintptr_t>(read->tensors[0].tensor.bytes().data()) % 4 == 0;
    EXPECT_TRUE(aligned);
    EXPECT_EQ(read->tensors[1].tensor.data().owner(), bytes.owner());
}

std::string joined(std::vector<SharedBytes> const& parts)
{
    std::string text;
    for (auto const& part : parts)
        text += text_of(part.bytes());
    return text;
}

TEST(SafeTensors, are_written_as_the_reference_writes_them)
{
    std::vector<NamedTensor> const tensors{
        {"b", Tensor::of<uint8_t>(DType::uint8, {2}, {'x', 'y'})},
        {"a", Tensor::of<int64_t>(DType::int64, {1}, {0x6867666564636261})},
        {"d", Tensor::of<uint8_t>(DType::uint8, {1}, {'z'})},
        {"c", Tensor::of<uint16_t>(DType::bfloat16, {1, 1}, {0x3231})},
    };
    std::string const header = R"({"__metadata__":{"format":"pt"},"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"c":{"dtype":"BF16","shape":[1,1],"data_offsets":[8,10]},)"
                               R"("b":{"dtype":"U8","shape":[2],"data_offsets":[10,12]},"d":{"dtype":"U8","shape":[1],"data_offsets":[12,13]}})";
    auto const written = joined(*write_safetensors(tensors, {{"format", "pt"}}));
    EXPECT_EQ(written, file(header + std::string((8 - header.size() % 8) % 8, ' '), "abcdefgh12xyz"));
    EXPECT_EQ(answer(written), "format=pt\na: int64 [1] abcdefgh\nc: bfloat16 [1, 1] 12\nb: uint8 [2] xy\nd: uint8 [1] z\n");
}

TEST(SafeTensors, that_the_format_cannot_hold_are_not_written)
{
    auto const byte = Tensor::of<uint8_t>(DType::uint8, {1}, {1});
    auto const said = [](std::vector<NamedTensor> const& tensors) { return write_safetensors(tensors).error().text(); };
    EXPECT_EQ(said({{"a", byte}, {"a", byte}}), "the name \"a\" stands twice");
    EXPECT_EQ(said({{"__metadata__", byte}}), "the name \"__metadata__\" cannot stand in a safetensors file");
    EXPECT_EQ(said({{"\xFF", byte}}), "the name \"\xEF\xBF\xBD\" cannot stand in a safetensors file");
    EXPECT_EQ(said({{"a", *Tensor::create_strings({1}, {"x"})}}), "safetensors has no dtype for string, tensor a");
    EXPECT_EQ(said({{"a", *Tensor::create(DType::float4_e2m1, {3}, SharedBytes::take(std::string("ab")))}}), "safetensors holds float4_e2m1 only where it fills whole bytes, tensor a");
}

TEST(SafeTensors, of_every_dtype_come_back_as_they_were)
{
    int written = 0;
    for (int number = 0; number < dtype_count; ++number) {
        auto const dtype = static_cast<DType>(number);
        auto const bytes = bytes_of_elements(dtype, 8);
        if (!bytes)
            continue;
        auto const tensor = *Tensor::create(dtype, {2, 4}, SharedBytes::take(std::string(*bytes, '\1')));
        auto const parts = write_safetensors(std::vector<NamedTensor>{{"t", tensor}});
        if (!parts) {
            EXPECT_EQ(parts.error().reason, Reason::unsupported);
            continue;
        }
        ++written;
        auto const read = read_safetensors(SharedBytes::take(joined(*parts)));
        ASSERT_TRUE(read.has_value()) << name_of(dtype);
        EXPECT_EQ(read->tensors[0].tensor.dtype(), dtype);
        EXPECT_EQ(text_of(read->tensors[0].tensor.bytes()), text_of(tensor.bytes()));
    }
    EXPECT_EQ(written, 22);
}

TEST(SafeTensors, are_refused_wherever_they_are_cut_and_survive_any_changed_byte)
{
    for (size_t length = 0; length < two.size(); ++length)
        EXPECT_TRUE(answer(two.substr(0, length)).starts_with("error: ")) << length;
    for (size_t place = 0; place < two.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = two;
            changed[place] = static_cast<char>(byte);
            answer(changed);
        }
}

TEST(SafeTensors, by_the_ten_thousand_take_no_time)
{
    std::vector<NamedTensor> tensors;
    for (int i = 0; i < 50'000; ++i)
        tensors.push_back({"layer." + std::to_string(i), Tensor::scalar(static_cast<float>(i))});
    auto const read = read_safetensors(SharedBytes::take(joined(*write_safetensors(tensors))));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->tensors.size(), tensors.size());
}

}
