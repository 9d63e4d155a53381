#include "files/tar_header.h"

#include <algorithm>
#include <charconv>

namespace {

// Where the fields lie. Source: POSIX pax, "ustar Interchange Format".
struct Field {
    size_t offset;
    size_t bytes;
    std::string_view name;
};
constexpr Field name_field{0, 100, "name"};
constexpr Field size_field{124, 12, "size"};
constexpr Field checksum_field{148, 8, "checksum"};
constexpr size_t type_offset = 156;
constexpr Field link_field{157, 100, "link name"};
constexpr Field magic_field{257, 8, "magic"};
constexpr Field prefix_field{345, 155, "prefix"};
// All that Python's tarfile wants to be numbers.
constexpr Field other_numbers[] = {{100, 8, "mode"}, {108, 8, "user"}, {116, 8, "group"}, {136, 12, "time"}, {329, 8, "major device"}, {337, 8, "minor device"}};

constexpr std::string_view ustar_magic("ustar\0"
                                       "00",
    8);
constexpr std::string_view gnu_magic("ustar  \0", 8);

std::string_view text_in(Bytes block, Field const& field) { return text_of(block.subspan(field.offset, field.bytes)); }

// Up to the first NUL, as all readers take it.
std::string_view until_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

struct Number {
    uint64_t value;
    bool negative;
};

// GNU's form for what octal digits cannot hold: big-endian, two's complement, the highest bit set.
Result<Number> binary_number(std::string_view text)
{
    bool const negative = static_cast<unsigned char>(text[0]) == 0xFF;
    if (!negative && static_cast<unsigned char>(text[0]) != 0x80)
        return malformed("a number beyond all sizes");
    uint64_t value = 0;
    for (unsigned char const byte : text.substr(1)) {
        if (!negative && value >> 55 != 0)
            return malformed("a number beyond all sizes");
        value = value << 8 | byte;
    }
    return Number{value, negative};
}

Result<Number> read_number(std::string_view text)
{
    if (static_cast<unsigned char>(text[0]) >= 0x80)
        return binary_number(text);
    auto const begin = std::min(text.find_first_not_of(' '), text.size());
    auto const end = std::min(text.find_first_not_of("01234567", begin), text.size());
    if (text.find_first_not_of(std::string_view(" \0", 2), end) != std::string_view::npos)
        return malformed("something else than octal digits");
    uint64_t value = 0; // at most 12 digits: 36 bits
    for (auto const digit : text.substr(begin, end - begin))
        value = value << 3 | static_cast<uint64_t>(digit - '0');
    return Number{value, false};
}

Result<Number> number_in(Bytes block, Field const& field) { return within("field \"" + std::string(field.name) + "\"", read_number(text_in(block, field))); }

}

bool has_tar_checksum(Bytes block)
{
    auto const stated = read_number(text_in(block, checksum_field));
    uint64_t sum = 0;
    for (size_t place = 0; place < block.size(); ++place) {
        bool const own = place >= checksum_field.offset && place < checksum_field.offset + checksum_field.bytes;
        sum += own ? ' ' : std::to_integer<uint64_t>(block[place]);
    }
    return stated && !stated->negative && stated->value == sum;
}

Result<TarHeader> read_tar_header(Bytes block)
{
    if (!has_tar_checksum(block))
        return malformed("a header whose checksum is wrong");
    auto const size = TRY(number_in(block, size_field));
    if (size.negative)
        return malformed("a negative size");
    for (auto const& field : other_numbers)
        TRY(number_in(block, field));
    TarHeader header{std::string(until_nul(text_in(block, name_field))), std::string(until_nul(text_in(block, link_field))), size.value, static_cast<char>(block[type_offset]), false};
    auto const magic = text_in(block, magic_field);
    auto const prefix = until_nul(text_in(block, prefix_field));
    if (magic == ustar_magic) {
        if (!prefix.empty())
            header.name = std::string(prefix) + "/" + header.name;
    } else {
        bool const is_v7 = magic.find_first_not_of('\0') == std::string_view::npos;
        header.has_stray_bytes = !prefix.empty() || (magic != gnu_magic && !is_v7);
    }
    return header;
}

Result<uint64_t> read_pax_number(std::string const& text)
{
    uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number >> 63 != 0)
        return malformed("the pax record \"size\" is no whole number");
    return number;
}

Result<std::map<std::string, std::string>> read_pax_records(std::string_view text)
{
    std::map<std::string, std::string> records;
    while (!text.empty()) {
        uint64_t length = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
        auto const digits = static_cast<size_t>(end - text.data());
        if (error != std::errc() || length > text.size() || length < digits + 2 || text[digits] != ' ' || text[length - 1] != '\n')
            return malformed("a pax record that does not have the length it states");
        auto const record = text.substr(digits + 1, length - digits - 2);
        auto const equals = record.find('=');
        if (equals == std::string_view::npos || equals == 0)
            return malformed("a pax record without a key");
        if (!records.emplace(record.substr(0, equals), record.substr(equals + 1)).second)
            return malformed("the pax record \"" + std::string(record.substr(0, equals)) + "\" stands twice");
        text.remove_prefix(length);
    }
    return records;
}
