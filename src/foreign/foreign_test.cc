#include "foreign/foreign.h"

#include "files/zip.h"
#include "foreign/protobuf_fields.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

std::string part(int field, std::string const& bytes) { return std::string(1, static_cast<char>(field << 3 | 2)) + static_cast<char>(bytes.size()) + bytes; }
std::string u32(uint32_t number) { return {reinterpret_cast<char const*>(&number), sizeof number}; }
std::string u64(uint64_t number) { return {reinterpret_cast<char const*>(&number), sizeof number}; }

std::string const windows_program = "MZ" + std::string(58, '\0') + u32(64) + "PE\0\0"s;
std::string const piece = part(1, part(1, "a") + "\x15\0\0\0\0"s);
std::string const tensor = "\x08\x02\x10\x01"s + part(9, "12345678");
std::string const frame = "\xff\xfb\x90\x00"s + std::string(413, '\0'); // 128 kbit/s at 44.1 kHz

struct Case {
    std::string bytes;
    char const* name; // "" for none
    ForeignNature nature = ForeignNature::data;
};

Case const cases[] = {
    {"GGUF\3\0\0\0"s, "GGUF model", ForeignNature::model},
    {"\x18\0\0\0TFL3"s, "TensorFlow Lite model", ForeignNature::model},
    {"\x18\0\0\0ET12"s, "ExecuTorch program", ForeignNature::model},
    {"\x18\0\0\0PTMF"s, "PyTorch Mobile model", ForeignNature::model},
    {"\x18\0\0\0ORTM"s, "ONNX Runtime model", ForeignNature::model},
    {"\x89HDF\r\n\x1a\n", "HDF5 file", ForeignNature::model},
    {std::string(1024, 'x') + "\x89HDF\r\n\x1a\n", "HDF5 file", ForeignNature::model},
    {"\x7f"
     "ELF\2\1"s,
        "ELF program", ForeignNature::program},
    {windows_program, "Windows program", ForeignNature::program},
    {"MZ, two letters of prose", "", ForeignNature::data},
    {"\xca\xfe\xba\xbe\0\0\0\x34"s, "Java class", ForeignNature::program},
    {"\xca\xfe\xba\xbe\0\0\0\x02"s, "Mach-O program", ForeignNature::program},
    {"\xa7\x0d\r\n\0\0\0\0\0\0\0\0\0\0\0\0"s, "Python bytecode", ForeignNature::program},
    {"#!/bin/sh\nexit\n\0\1"s, "script", ForeignNature::program},
    {"7z\xbc\xaf\x27\x1c"s, "7z archive", ForeignNature::archive},
    {"Rar!\x1a\7\1"s, "RAR archive", ForeignNature::archive},
    {"PAR1\x15\0"s, "Parquet table", ForeignNature::data},
    {"SQLite format 3\0"s, "SQLite database", ForeignNature::data},
    {"\x89PNG\r\n\x1a\n", "PNG picture", ForeignNature::data},
    {frame + frame + frame, "MP3 sound", ForeignNature::data},
    {frame + "no frame", "", ForeignNature::data},
    {"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22"s, "TensorFlow records", ForeignNature::data},
    {"\x08\x01"s + part(2, part(1, "") + part(2, "")), "TensorFlow SavedModel", ForeignNature::model},
    {"\x08\x04"s + part(2, part(1, "x")) + "\xa2\x1f\x02hi"s, "Core ML model", ForeignNature::model},
    {piece + piece + piece, "SentencePiece tokenizer", ForeignNature::data},
    {part(1, part(1, "x") + part(2, "Placeholder")) + part(4, ""), "TensorFlow graph", ForeignNature::model},
    {part(1, "net") + "\xa2\x06\x06"s + part(1, "conv"), "Caffe model", ForeignNature::model},
    {tensor, "ONNX tensor", ForeignNature::data},
    {part(1, "s") + "\x10\x01"s + part(3, tensor), "ONNX sequence", ForeignNature::data},
    {"plain prose", "", ForeignNature::data},
    {"\1\2\3\xff", "", ForeignNature::data},
    {"", "", ForeignNature::data},
};

TEST(Foreign, formats_are_named_by_their_content)
{
    for (auto const& c : cases) {
        auto const format = foreign_format_of(bytes_of(c.bytes));
        EXPECT_EQ(format ? format->name : "", std::string_view(c.name));
        EXPECT_EQ(format ? format->nature : c.nature, c.nature) << c.name;
    }
}

TEST(Foreign, any_cut_is_survived)
{
    for (auto const& c : cases)
        for (size_t length = 0; length < c.bytes.size(); ++length) {
            foreign_format_of(bytes_of(std::string_view(c.bytes).substr(0, length)));
            foreign_facts(SharedBytes::take(c.bytes.substr(0, length)));
        }
}

std::string facts_of(std::string bytes)
{
    std::string text;
    for (auto const& fact : foreign_facts(SharedBytes::take(std::move(bytes))))
        text += fact.name + "=" + fact.value + ";";
    return text;
}

std::string gguf_text(std::string const& text) { return u64(text.size()) + text; }

TEST(Foreign, tells_what_is_in_a_model)
{
    std::string const gguf = "GGUF" + u32(3) + u64(7) + u64(3) + gguf_text("general.architecture") + u32(8) + gguf_text("llama")
        + gguf_text("numbers") + u32(9) + u32(4) + u64(2) + u32(1) + u32(2) + gguf_text("tokenizer.chat_template") + u32(8) + gguf_text("{{ x }}");
    EXPECT_EQ(facts_of(gguf), "version=3;tensors=7;metadata entries=3;architecture=llama;chat template=7 bytes;");
    EXPECT_EQ(facts_of("GGUF" + u32(3) + u64(7) + u64(1) + gguf_text("k") + u32(9) + u32(8) + u64(uint64_t{1} << 60)), "version=3;tensors=7;metadata entries=1;");
    EXPECT_EQ(facts_of("\x89HDF\r\n\x1a\n\2"s), "superblock version=2;");
    EXPECT_EQ(facts_of("\x08\x01"s + part(2, part(1, "") + part(2, ""))), "schema version=1;graphs=1;");
    ZipWriter writer;
    ASSERT_TRUE(writer.add("config.json", {SharedBytes::take(R"({"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda"}]}})"s)}));
    std::string zip;
    for (auto const& piece_of_zip : std::move(writer).finish())
        zip += text_of(piece_of_zip.bytes());
    EXPECT_EQ(facts_of(zip), "classes=Lambda, Sequential;");
}

TEST(Foreign, protobuf_fields_end_where_the_bytes_do)
{
    std::string const message = "\x08\x96\x01\x12\x02hi\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0"s;
    ProtobufFields fields(bytes_of(message));
    EXPECT_EQ(fields.next()->value, 150u);
    EXPECT_EQ(text_of(fields.next()->bytes), "hi");
    EXPECT_TRUE(fields.next()->is(3, ProtobufWire::fixed32));
    EXPECT_TRUE(fields.next()->is(4, ProtobufWire::fixed64));
    EXPECT_FALSE(fields.next());
    EXPECT_FALSE(fields.is_broken() || fields.is_cut());
    for (auto const& [bytes, is_cut] : {std::pair("\x08"s, true), std::pair("\x12\x05hi"s, true), std::pair("\x03"s, false), std::pair("\0"s, false), std::pair(std::string(11, '\xff'), false)}) {
        ProtobufFields broken(bytes_of(bytes));
        while (broken.next())
            continue;
        EXPECT_EQ(broken.is_cut(), is_cut);
        EXPECT_EQ(broken.is_broken(), !is_cut);
    }
}

}
