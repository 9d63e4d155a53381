#include "files/zip.h"

#include "files/member_name.h"
#include "files/zip_format.h"

#include <algorithm>
#include <iterator>
#include <zlib.h>

namespace {

constexpr uint16_t version_plain = 20;
constexpr uint16_t version_zip64 = 45;
constexpr uint16_t date_1980_01_01 = 1 << 5 | 1;

// Little-endian numbers and text, one after the other.
class Record {
public:
    template <typename Number>
    Record& add(Number number)
    {
        text_.append(reinterpret_cast<char const*>(&number), sizeof number);
        return *this;
    }
    Record& add_text(std::string_view text)
    {
        text_ += text;
        return *this;
    }
    std::string take() { return std::move(text_); }
    size_t size() const { return text_.size(); }

private:
    std::string text_;
};

uint16_t flags_for(std::string_view name)
{
    bool const ascii = std::all_of(name.begin(), name.end(), [](unsigned char byte) { return byte < 0x80; });
    return ascii ? 0 : zip_flag_utf8;
}

bool is_wide(uint64_t number) { return number >= zip_saturated; }
uint32_t narrow(uint64_t number) { return static_cast<uint32_t>(std::min<uint64_t>(number, zip_saturated)); }

}

Result<void> ZipWriter::add(std::string name, std::vector<SharedBytes> content)
{
    TRY(check_member_name(name));
    if (name.size() > 0x7FFF)
        return refused("a member's name of " + std::to_string(name.size()) + " bytes");
    if (!names_.insert(name).second)
        return refused("the member " + name + " is in the archive already");
    uint64_t bytes = 0;
    unsigned long crc = 0;
    for (auto const& part : content) {
        if (part.size() == 0) // zlib takes no bytes at no address for the wish to start anew
            continue;
        bytes += part.size();
        crc = crc32_z(crc, reinterpret_cast<Bytef const*>(part.bytes().data()), part.size());
    }

    Record extra;
    if (is_wide(bytes))
        extra.add(zip64_extra).add(uint16_t{16}).add(bytes).add(bytes);
    // The padding field itself is four bytes and may hold none.
    uint64_t const unpadded = bytes_ + zip_local_bytes + name.size() + extra.size() + 4;
    auto const padding = static_cast<uint16_t>((alignment - unpadded % alignment) % alignment);
    extra.add(zip_torch_padding_extra).add(padding).add_text(std::string(padding, 'Z'));

    Record header;
    header.add(zip_local_signature).add(is_wide(bytes) ? version_zip64 : version_plain).add(flags_for(name)).add(static_cast<uint16_t>(ZipMethod::stored));
    header.add(uint16_t{0}).add(date_1980_01_01).add(static_cast<uint32_t>(crc)).add(narrow(bytes)).add(narrow(bytes));
    header.add(static_cast<uint16_t>(name.size())).add(static_cast<uint16_t>(extra.size())).add_text(name).add_text(extra.take());

    members_.push_back({std::move(name), bytes_, bytes, static_cast<uint32_t>(crc)});
    bytes_ += header.size() + bytes;
    parts_.push_back(SharedBytes::take(header.take()));
    std::move(content.begin(), content.end(), std::back_inserter(parts_));
    return {};
}

std::vector<SharedBytes> ZipWriter::finish() &&
{
    Record tail;
    for (auto const& member : members_) {
        Record wide;
        if (is_wide(member.bytes))
            wide.add(member.bytes).add(member.bytes);
        if (is_wide(member.offset))
            wide.add(member.offset);
        Record extra;
        if (wide.size() != 0)
            extra.add(zip64_extra).add(static_cast<uint16_t>(wide.size())).add_text(wide.take());
        uint16_t const version = extra.size() != 0 ? version_zip64 : version_plain;
        tail.add(zip_central_signature).add(version).add(version).add(flags_for(member.name)).add(static_cast<uint16_t>(ZipMethod::stored));
        tail.add(uint16_t{0}).add(date_1980_01_01).add(member.crc).add(narrow(member.bytes)).add(narrow(member.bytes));
        tail.add(static_cast<uint16_t>(member.name.size())).add(static_cast<uint16_t>(extra.size())).add(uint16_t{0});
        tail.add(uint16_t{0}).add(uint16_t{0}).add(uint32_t{0}).add(narrow(member.offset)).add_text(member.name).add_text(extra.take());
    }
    uint64_t const directory_bytes = tail.size();
    uint64_t const count = members_.size();
    if (count >= zip_saturated_count || is_wide(bytes_) || is_wide(directory_bytes)) {
        uint64_t const end = bytes_ + directory_bytes;
        tail.add(zip64_end_signature).add(uint64_t{zip64_end_bytes - 12}).add(version_zip64).add(version_zip64).add(uint32_t{0}).add(uint32_t{0});
        tail.add(count).add(count).add(directory_bytes).add(bytes_);
        tail.add(zip64_locator_signature).add(uint32_t{0}).add(end).add(uint32_t{1});
    }
    auto const short_count = static_cast<uint16_t>(std::min<uint64_t>(count, zip_saturated_count));
    tail.add(zip_end_signature).add(uint16_t{0}).add(uint16_t{0}).add(short_count).add(short_count).add(narrow(directory_bytes)).add(narrow(bytes_)).add(uint16_t{0});
    parts_.push_back(SharedBytes::take(tail.take()));
    return std::move(parts_);
}
