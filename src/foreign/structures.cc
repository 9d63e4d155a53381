#include "foreign/signatures.h"

#include <array>
#include <bit>
#include <cstring>

namespace {

template <typename Number>
std::optional<Number> number_at(Bytes file, size_t offset)
{
    if (offset > file.size() || file.size() - offset < sizeof(Number))
        return std::nullopt;
    Number number;
    std::memcpy(&number, file.data() + offset, sizeof number);
    return number;
}

std::optional<uint32_t> big_endian_at(Bytes file, size_t offset)
{
    auto const number = number_at<uint32_t>(file, offset);
    return number ? std::optional(__builtin_bswap32(*number)) : std::nullopt;
}

// "MZ", and at the place that byte 60 names "PE" or one of its elders.
bool is_windows_program(Bytes file)
{
    if (!text_of(file).starts_with("MZ"))
        return false;
    auto const place = number_at<uint32_t>(file, 60);
    if (!place || *place > file.size())
        return false;
    auto const header = text_of(file).substr(*place);
    return header.starts_with(std::string_view("PE\0\0", 4)) || header.starts_with("NE") || header.starts_with("LE") || header.starts_with("LX");
}

// The same four bytes begin Java classes, whose version follows, and Mach-O files for several processors, whose count follows.
std::optional<ForeignFormat> cafe_babe(Bytes file)
{
    constexpr uint32_t most_processors = 40;
    constexpr uint32_t first_java = 45;
    if (big_endian_at(file, 0) != 0xCAFEBABE)
        return std::nullopt;
    auto const next = big_endian_at(file, 4);
    if (!next)
        return std::nullopt;
    if (*next > 0 && *next < most_processors)
        return ForeignFormat{"Mach-O program", "unknown", ForeignNature::program};
    if ((*next & 0xFFFF) >= first_java && (*next & 0xFFFF) < 200)
        return ForeignFormat{"Java class", "unknown", ForeignNature::program};
    return std::nullopt;
}

// A magic number of CPython 2.7 or 3, then CR LF. Source: CPython Lib/importlib/_bootstrap_external.py.
bool is_python_bytecode(Bytes file)
{
    if (file.size() < 16 || text_of(file).substr(2, 2) != "\r\n")
        return false;
    auto const magic = number_at<uint16_t>(file, 0).value_or(0);
    return (magic >= 3000 && magic < 3900) || magic == 62211;
}

// CRC-32C, bit by bit: only ever of eight bytes.
uint32_t crc32c(Bytes bytes)
{
    uint32_t crc = ~uint32_t{0};
    for (std::byte const byte : bytes) {
        crc ^= static_cast<uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ (crc & 1 ? 0x82F63B78u : 0u);
    }
    return ~crc;
}

// A length and its masked checksum: TensorFlow's records, which TensorBoard's logs are made of. Source: TensorFlow core/lib/io/record_writer.cc.
bool is_record_file(Bytes file)
{
    auto const stated = number_at<uint32_t>(file, 8);
    if (!stated)
        return false;
    uint32_t const crc = crc32c(file.first(8));
    return *stated == std::rotr(crc, 15) + 0xA282EAD8u;
}

// Frame after frame of MPEG sound: three that follow each other. Source: ISO 11172-3, 2.4.1.3, for layer III.
std::optional<size_t> mpeg_frame_bytes(Bytes file, size_t offset)
{
    constexpr std::array<unsigned, 15> rates_1{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    constexpr std::array<unsigned, 15> rates_2{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    constexpr std::array<unsigned, 3> samples{44100, 48000, 32000};
    auto const header = big_endian_at(file, offset);
    if (!header || (*header >> 21) != 0x7FF)
        return std::nullopt;
    unsigned const version = *header >> 19 & 3; // 3: MPEG 1; 2: MPEG 2; 0: MPEG 2.5
    unsigned const layer = *header >> 17 & 3; // 1: layer III
    unsigned const rate = *header >> 12 & 15;
    unsigned const sampling = *header >> 10 & 3;
    if (version == 1 || layer != 1 || rate == 0 || rate == 15 || sampling == 3)
        return std::nullopt;
    unsigned const frequency = samples[sampling] >> (version == 3 ? 0 : version == 2 ? 1
                                                                                     : 2);
    unsigned const bits = (version == 3 ? rates_1 : rates_2)[rate] * 1000;
    return (version == 3 ? 144 : 72) * bits / frequency + (*header >> 9 & 1);
}

bool is_mpeg_sound(Bytes file)
{
    size_t offset = 0;
    for (int frame = 0; frame < 3; ++frame) {
        auto const bytes = mpeg_frame_bytes(file, offset);
        if (!bytes)
            return false;
        offset += *bytes;
    }
    return true;
}

// Portable anymaps: "P6", white space, sizes in digits.
bool is_anymap(Bytes file)
{
    auto const text = text_of(file.first(std::min<size_t>(file.size(), 64)));
    if (text.size() < 8 || text[0] != 'P' || text[1] < '1' || text[1] > '7' || (text[2] != '\n' && text[2] != ' '))
        return false;
    char const next = text[3];
    return next == '#' || (next >= '0' && next <= '9') || text.substr(3).starts_with("WIDTH");
}

// The footer of LevelDB's tables, which TensorFlow's checkpoint indices are.
bool is_leveldb_table(Bytes file)
{
    constexpr uint64_t magic = 0xDB4775248B80FB57;
    return file.size() >= 48 && number_at<uint64_t>(file, file.size() - 8) == magic;
}

// A script with data behind its text.
bool is_script_with_data(Bytes file)
{
    auto const text = text_of(file.first(std::min<size_t>(file.size(), 256)));
    return text.starts_with("#!/") && text.find('\n') != text.npos;
}

}

std::optional<ForeignFormat> format_by_structure(Bytes file)
{
    if (is_windows_program(file))
        return ForeignFormat{"Windows program", "unknown", ForeignNature::program};
    if (auto const format = cafe_babe(file))
        return format;
    if (is_python_bytecode(file))
        return ForeignFormat{"Python bytecode", "unknown", ForeignNature::program};
    if (is_script_with_data(file))
        return ForeignFormat{"script", "source", ForeignNature::program};
    if (is_record_file(file))
        return ForeignFormat{"TensorFlow records", "unknown", ForeignNature::data};
    if (is_leveldb_table(file))
        return ForeignFormat{"index of a TensorFlow checkpoint", "unknown", ForeignNature::data};
    if (is_mpeg_sound(file))
        return ForeignFormat{"MP3 sound", "audio", ForeignNature::data};
    if (is_anymap(file))
        return ForeignFormat{"portable anymap", "image", ForeignNature::data};
    return std::nullopt;
}
