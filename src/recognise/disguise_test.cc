#include "recognise/disguise.h"

#include "arrays/npz.h"
#include "arrays/safetensors.h"
#include "files/mapped.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

std::string joined(std::vector<SharedBytes> const& parts)
{
    std::string whole;
    for (auto const& part : parts)
        whole += text_of(part.bytes());
    return whole;
}

NamedTensor const numbers{"w", Tensor::of<float>(DType::float32, {2}, {1, 2})};
std::string const npz = joined(*write_npz(std::vector{numbers}));
std::string const safetensors = joined(*write_safetensors(std::vector{numbers}));
std::string const onnx = "\x08\x08\x42\x02\x10\x11\x3a\x03\x12\x01g"s;
std::string const call = "cposix\nsystem\n(S'id'\ntR.";
std::string const new_call = "\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R."s;
std::string const elf = "\x7f"
                        "ELF\2\1\1\0"s;

std::string chunk(std::string const& type, std::string const& data)
{
    return "\0\0\0"s + static_cast<char>(data.size()) + type + data + "CRC!";
}
std::string const png = "\x89PNG\r\n\x1a\n" + chunk("IHDR", "0123456789012") + chunk("IEND", "");
std::string const jpeg = "\xff\xd8\xff\xe0\0\x04\1\2\xff\xda\0\3\1"
                         "abc\xff\0def\xff\xd0ghi\xff\xd9"s;
std::string const gif = "GIF89a\1\0\1\0\x80\0\0"
                        "aaabbb"s
    + "\x21\xfe\2hi\0"s + "\x2c\0\0\0\0\1\0\1\0\0\2\2xy\0"s + ";";
std::string const wave = "RIFF\x08\0\0\0WAVEfmt "s;

std::string tar(std::string const& name, std::string const& content)
{
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    char digits[16];
    std::snprintf(digits, sizeof digits, "%011zo", content.size());
    header.replace(124, 11, digits);
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (unsigned char const c : header)
        sum += c;
    std::snprintf(digits, sizeof digits, "%06o", sum);
    header.replace(148, 7, std::string(digits, 7));
    std::string whole = header + content;
    whole.resize((whole.size() + 511) / 512 * 512 + 1024);
    return whole;
}

struct Case {
    char const* name;
    std::string bytes;
    char const* kind;
    char const* reading;
};

Case const disguises[] = {
    {"a GIF that runs", "GIF89a\0\0\0"s + call, "pickle", "a GIF picture"},
    {"ONNX that runs", "\x28\x55\x12"s + static_cast<char>(17 + call.size()) + std::string(17, ' ') + call + onnx, "pickle", "an ONNX model"},
    {"GGUF that runs", "GGUF\3\0\0\0\0"s + call, "pickle", "a GGUF model"},
    {"a tar whose first member's name runs", tar(call, "x"), "pickle", "a tar archive"},
    {"a tar that begins as a picture", tar("GIF89a\1", "x"), "tar", "a GIF picture"},
    {"a pickle with an archive behind it", call + npz, "pickle", "a ZIP archive"},
    {"a pickle of a later protocol with an archive behind it", new_call + npz, "pickle", "a ZIP archive"},
    {"safetensors with an archive behind them", safetensors + npz, "zip", "safetensors"},
    {"an array with an archive behind it", "\x93NUMPY\x01\x00"s + npz, "zip", "a NumPy array"},
    {"a program with an archive behind it", elf + npz, "zip", "an ELF program"},
    {"gzip with an archive behind it", "\x1f\x8b\x08\0"s + npz, "compressed", "a ZIP archive"},
    {"a tar with an archive behind it", tar("a", "x") + npz, "tar", "a ZIP archive"},
    {"an archive with a comment that is no text", [] {
         std::string whole = npz;
         whole[whole.size() - 2] = static_cast<char>(new_call.size());
         return whole + new_call;
     }(),
        "numpy-archive", "data behind an archive"},
    {"PNG with a pickle behind it", png + new_call, "image", "a file behind a picture or sound"},
    {"PNG with an old pickle behind it", png + call, "image", "a file behind a picture or sound"},
    {"JPEG with a program behind it", jpeg + elf, "image", "a file behind a picture or sound"},
    {"GIF with a pickle behind it", gif + call, "image", "a file behind a picture or sound"},
    {"WAVE with a pickle behind it", wave + call, "audio", "a file behind a picture or sound"},
    {"BMP with a pickle behind it", "OggS\0\0\0\0\0\0"s + std::string(100, '\1') + new_call, "audio", "a pickle"},
    {"bytes of no format with a pickle behind them", "\1\2\3\4" + new_call, "unknown", "a pickle"},
    {"safetensors that run", "X\x10\0\0\0\0\0\0{\""s + std::string(11, ' ') + call, "pickle", "safetensors"},
};

std::string reading_of(std::vector<Disguise> const& found)
{
    std::string all;
    for (auto const& one : found)
        all += (all.empty() ? "" : " + ") + one.reading;
    return all;
}

TEST(Disguise, every_other_reading_is_told)
{
    for (auto const& c : disguises) {
        auto const file = SharedBytes::take(c.bytes);
        Kind const kind = recognise(file);
        EXPECT_EQ(name_of(kind), c.kind) << c.name;
        auto const found = disguises_of(file, kind);
        EXPECT_NE(reading_of(found).find(c.reading), std::string::npos) << c.name << ": " << reading_of(found);
    }
}

struct HonestCase {
    char const* name;
    std::string bytes;
};

HonestCase const honest[] = {
    {"nothing", ""},
    {"an archive", npz},
    {"an archive with a comment", [] {
         std::string whole = npz;
         whole[whole.size() - 2] = 5;
         return whole + "hello";
     }()},
    {"safetensors", safetensors},
    {"ONNX", onnx},
    {"PNG", png},
    {"PNG with zeros behind it", png + std::string(100, '\0')},
    {"JPEG", jpeg},
    {"GIF", gif},
    {"WAVE", wave},
    {"a pickle", call},
    {"two pickles", new_call + new_call},
    {"a tar with an archive as its last member", tar("model.npz", npz)},
    {"a tar with a folder named BMW", tar("BMW/", "")},
    {"a tar with a folder named GIF89a", tar("GIF89a/", "")},
    {"prose whose first letter is an opcode", "configuration\nof a model\n(tR"},
    {"a table", "count,name\n1,a\n2,b\n"},
    {"a formula", "x^2 + 1"},
    {"numbers", std::string("\0\0\x80\x3f\0\0\0\x40", 8)},
    {"a program", elf + std::string(200, '\0')},
};

TEST(Disguise, honest_files_are_what_they_are)
{
    for (auto const& c : honest) {
        auto const file = SharedBytes::take(c.bytes);
        Kind const kind = recognise(file);
        EXPECT_EQ(reading_of(disguises_of(file, kind)), "") << c.name << " as " << name_of(kind);
    }
}

TEST(Disguise, examples_are_what_they_are)
{
    for (auto const& entry : std::filesystem::recursive_directory_iterator("examples")) {
        if (!entry.is_regular_file())
            continue;
        auto const file = MappedFile::open(entry.path());
        ASSERT_TRUE(file) << entry.path();
        EXPECT_EQ(reading_of(disguises_of(file->shared(), recognise(file->shared()))), "") << entry.path();
    }
}

TEST(Disguise, any_cut_and_any_kind_is_survived)
{
    for (auto const& c : disguises)
        for (size_t length = 0; length < c.bytes.size(); length += 1 + length / 50)
            for (Kind const kind : {Kind::image, Kind::zip, Kind::pickle, Kind::tar, Kind::unknown})
                disguises_of(SharedBytes::take(c.bytes.substr(0, length)), kind);
}

}
