#include "files/tar.h"

#include "files/member_name.h"
#include "files/tar_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_set>
#include <vector>

namespace {

constexpr uint64_t longest_extension = 1u << 20; // of a long name or a pax header
constexpr uint64_t largest_octal_size = uint64_t{1} << 33; // what 11 digits cannot hold begins here

bool all_zeros(Bytes bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

// Bytes of a stream, as many at a time as are asked for.
class TarSource {
public:
    explicit TarSource(std::unique_ptr<ByteStream> stream)
        : stream_(std::move(stream))
    {
    }

    uint64_t offset() const { return offset_; }

    // Bytes in one piece, at most as many; empty at the end.
    Result<Bytes> take(uint64_t most)
    {
        if (left_.empty())
            left_ = TRY(stream_->next());
        auto const piece = left_.first(std::min<uint64_t>(most, left_.size()));
        left_ = left_.subspan(piece.size());
        offset_ += piece.size();
        return piece;
    }

    // Gives how many of the bytes wanted there were.
    Result<size_t> fill(std::span<std::byte> room)
    {
        size_t done = 0;
        while (done < room.size()) {
            Bytes const piece = TRY(take(room.size() - done));
            if (piece.empty())
                break;
            std::memcpy(room.data() + done, piece.data(), piece.size());
            done += piece.size();
        }
        return done;
    }

private:
    std::unique_ptr<ByteStream> stream_;
    Bytes left_;
    uint64_t offset_ = 0;
};

// What stands in front of a member's header to say more about it.
struct Extensions {
    std::optional<std::string> name;
    std::optional<std::string> link_name;
    std::optional<uint64_t> size;
};

std::string byte_place(uint64_t offset) { return "byte " + std::to_string(offset); }

}

struct TarReader::State : public ByteStream {
    State(std::unique_ptr<ByteStream> stream, Limits const& given)
        : limits(given),
          source(std::move(stream))
    {
    }

    // The content of the current member.
    Result<Bytes> next() override;

    Result<std::optional<TarMember>> advance();
    Result<void> leave_member();
    Result<bool> read_block();
    Result<void> check_the_end();
    Result<std::string> read_extension(TarHeader const& header);
    Result<void> extend(TarHeader const& header, Extensions& extensions);
    Result<void> extend_by_records(std::string const& text, Extensions& extensions);
    Result<TarMember> begin_member(TarHeader header, Extensions extensions);
    Result<TarType> type_of(TarHeader const& header, std::string const& name);
    Result<void> check_name(TarMember& member);
    void find_that(std::string code, std::string message, TarMember const& about) { findings.push_back({std::move(code), std::move(message), about.name, about.header_offset}); }

    Limits limits;
    TarSource source;
    std::optional<SharedBytes> whole; // where the archive is in memory
    std::array<std::byte, tar_block_bytes> block{};
    uint64_t block_offset = 0;

    TarMember member{};
    uint64_t content_offset = 0;
    uint64_t content_left = 0;
    uint64_t padding_left = 0;
    bool in_member = false;

    uint64_t count = 0;
    uint64_t name_bytes = 0;
    std::unordered_set<std::string> names;
    std::unordered_set<std::string> folded_names;
    std::vector<ArchiveFinding> findings;
    std::vector<ArchiveFinding> notes;
    bool ended = false;
    std::optional<Error> failed;
};

Result<Bytes> TarReader::State::next()
{
    if (failed)
        return tl::unexpected(*failed);
    if (content_left == 0)
        return Bytes();
    auto piece = source.take(content_left);
    if (piece && piece->empty())
        piece = malformed("cut short: " + std::to_string(content_left) + " more bytes wanted").at(byte_place(source.offset())).at("member " + member.name);
    if (!piece) {
        failed = piece.error();
        return piece;
    }
    content_left -= piece->size();
    return piece;
}

// Reads over what is left of the current member.
Result<void> TarReader::State::leave_member()
{
    while (content_left != 0)
        TRY(next());
    bool zeros = true;
    while (padding_left != 0) {
        Bytes const piece = TRY(source.take(padding_left));
        if (piece.empty())
            return malformed("cut short within the padding").at(byte_place(source.offset())).at("member " + member.name);
        zeros &= all_zeros(piece);
        padding_left -= piece.size();
    }
    if (!zeros)
        find_that("padding", "bytes other than zeros fill up its last block", member);
    return {};
}

// False at the end of the bytes.
Result<bool> TarReader::State::read_block()
{
    block_offset = source.offset();
    auto const filled = TRY(source.fill(block));
    if (filled != 0 && filled != block.size())
        return malformed("cut short within a block").at(byte_place(source.offset()));
    return filled != 0;
}

// After a block of zeros: another one ends the archive, and nothing but zeros may follow.
Result<void> TarReader::State::check_the_end()
{
    if (!TRY(read_block()))
        return malformed("cut short: one block of zeros ends it, wanted two").at(byte_place(source.offset()));
    uint64_t stray = all_zeros(block) ? 0 : block_offset;
    while (true) {
        uint64_t const offset = source.offset();
        Bytes const piece = TRY(source.take(UINT64_MAX));
        if (piece.empty())
            break;
        auto const found = std::find_if(piece.begin(), piece.end(), [](std::byte byte) { return byte != std::byte{0}; });
        if (stray == 0 && found != piece.end())
            stray = offset + static_cast<uint64_t>(found - piece.begin());
    }
    if (stray != 0)
        findings.push_back({"trailing-bytes", "bytes other than zeros follow the end of the archive", "", stray});
    return {};
}

Result<std::string> TarReader::State::read_extension(TarHeader const& header)
{
    if (header.size > longest_extension)
        return exhausted("a long name or pax header of " + std::to_string(header.size) + " bytes, the limit is " + std::to_string(longest_extension));
    std::string text((header.size + tar_block_bytes - 1) / tar_block_bytes * tar_block_bytes, '\0');
    auto const filled = TRY(source.fill(std::as_writable_bytes(std::span(text))));
    if (filled != text.size())
        return malformed("cut short within a long name or pax header");
    if (text.find_first_not_of('\0', header.size) != std::string::npos)
        return malformed("bytes other than zeros fill up the last block of a long name or pax header");
    text.resize(header.size);
    return text;
}

Result<void> TarReader::State::extend_by_records(std::string const& text, Extensions& extensions)
{
    for (auto const& [key, value] : TRY(read_pax_records(text))) {
        if (key.starts_with("GNU.sparse."))
            return refused("a sparse member: readers fill its holes, or do not");
        if (key == "path" && std::exchange(extensions.name, value))
            return malformed("two long names for one member");
        if (key == "linkpath" && std::exchange(extensions.link_name, value))
            return malformed("two long names of links for one member");
        if (key == "size") {
            if (extensions.size)
                return malformed("two pax sizes for one member");
            extensions.size = TRY(read_pax_number(value));
        }
    }
    return {};
}

Result<void> TarReader::State::extend(TarHeader const& header, Extensions& extensions)
{
    auto text = TRY(read_extension(header));
    if (header.type == 'x')
        return extend_by_records(text, extensions);
    if (header.type == 'g') {
        Extensions global;
        TRY(extend_by_records(text, global));
        if (global.name || global.link_name || global.size)
            return refused("a pax header that names or sizes all members at once");
        return {};
    }
    auto const end = std::min(text.find('\0'), text.size());
    if (text.find_first_not_of('\0', end) != std::string::npos)
        return malformed("a long name goes on behind its end");
    text.resize(end);
    auto& target = header.type == 'L' ? extensions.name : extensions.link_name;
    if (std::exchange(target, std::move(text)))
        return malformed("two long names for one member");
    return {};
}

Result<TarType> TarReader::State::type_of(TarHeader const& header, std::string const& name)
{
    switch (header.type) {
    case '0':
    case '\0':
    case '7':
        return name.ends_with('/') ? TarType::directory : TarType::file;
    case '1':
        return TarType::hard_link;
    case '2':
        return TarType::symbolic_link;
    case '3':
    case '4':
    case '6':
        return TarType::special;
    case '5':
        return TarType::directory;
    case 'S':
        return refused("a sparse member: readers fill its holes, or do not");
    case 'D':
    case 'M':
    case 'V':
    case 'X':
        return unsupported("a member of the kind '" + std::string(1, header.type) + "', as only incremental, divided or Solaris archives have them");
    default:
        return TarType::file;
    }
}

// Shortens the name to what it names, and looks for others of that name.
Result<void> TarReader::State::check_name(TarMember& named)
{
    auto& name = named.name;
    while (name.starts_with("./"))
        name.erase(0, 2);
    bool const is_root = named.type == TarType::directory && (name.empty() || name == ".");
    auto const safe = is_root ? Result<void>() : check_member_name(name);
    if (!safe)
        find_that("unsafe-name", safe.error().what, named);
    if (name.ends_with('/'))
        name.pop_back();
    name_bytes += name.size();
    if (name_bytes > limits.document_bytes)
        return exhausted("the members' names have more than the limit of " + std::to_string(limits.document_bytes) + " bytes");
    if (!names.insert(name).second) {
        if (named.type != TarType::directory)
            find_that("duplicate-name", "another member has that name: readers take the one or the other", named);
    } else if (safe) {
        if (!folded_names.insert(folded_name(name)).second)
            notes.push_back({"name-clash", "differs from another member's name only by case or by form of Unicode", name, named.header_offset});
        if (!is_root && is_reserved_name(name))
            notes.push_back({"reserved-name", "is a name that Windows does not keep as it stands", name, named.header_offset});
    }
    return {};
}

Result<TarMember> TarReader::State::begin_member(TarHeader header, Extensions extensions)
{
    TarMember begun{extensions.name.value_or(std::move(header.name)), TarType::file, extensions.size.value_or(header.size), extensions.link_name.value_or(std::move(header.link_name)), block_offset};
    if (extensions.size && header.size != *extensions.size && (header.size != 0 || *extensions.size < largest_octal_size))
        return refused("a size of " + std::to_string(header.size) + " in its header, of " + std::to_string(*extensions.size) + " in its pax header");
    if (++count > limits.entries)
        return exhausted("more than the limit of " + std::to_string(limits.entries) + " members");
    begun.type = TRY(type_of(header, begun.name));
    if (begun.bytes >> 62 != 0)
        return malformed("a size of " + std::to_string(begun.bytes) + " bytes");
    if (begun.type != TarType::file && begun.bytes != 0)
        return refused("what is no file has " + std::to_string(begun.bytes) + " bytes of content, which some readers take for the next members");
    bool const is_link = begun.type == TarType::hard_link || begun.type == TarType::symbolic_link;
    if (!is_link)
        begun.link_name.clear();
    TRY(check_name(begun));
    if (is_link)
        find_that("link", "is a link to \"" + begun.link_name + "\"", begun);
    if (begun.type == TarType::special)
        find_that("special-file", "is a device or a FIFO", begun);
    if (begun.type == TarType::file && std::string_view("07\0", 3).find(header.type) == std::string_view::npos)
        find_that("tar-type", "is of the unknown kind " + std::to_string(static_cast<unsigned char>(header.type)) + ", which readers take for a file", begun);
    if (header.has_stray_bytes)
        find_that("tar-header", "its header is of no known form, or has bytes that some readers take for a part of the name", begun);
    content_offset = source.offset();
    content_left = begun.bytes;
    padding_left = (tar_block_bytes - begun.bytes % tar_block_bytes) % tar_block_bytes;
    if (whole && content_left > whole->size() - content_offset)
        return malformed("cut short: " + std::to_string(content_left) + " bytes wanted, " + std::to_string(whole->size() - content_offset) + " left");
    in_member = true;
    return begun;
}

Result<std::optional<TarMember>> TarReader::State::advance()
{
    TRY(leave_member());
    in_member = false;
    Extensions extensions;
    bool extended = false;
    while (true) {
        if (!TRY(read_block()))
            return malformed("cut short: the blocks of zeros at its end are not there").at(byte_place(block_offset));
        if (all_zeros(block)) {
            if (extended)
                return malformed("a long name or pax header without a member").at(byte_place(block_offset));
            TRY(check_the_end());
            ended = true;
            return std::nullopt;
        }
        auto header = TRY(within(byte_place(block_offset), read_tar_header(block)));
        if (std::string_view("LKxg").find(header.type) == std::string_view::npos) {
            auto const place = "header at " + byte_place(block_offset);
            member = TRY(within(place, begin_member(std::move(header), std::move(extensions))));
            return member;
        }
        if (++count > limits.entries)
            return exhausted("more than the limit of " + std::to_string(limits.entries) + " members");
        extended |= header.type != 'g';
        TRY(within("header at " + byte_place(block_offset), extend(header, extensions)));
    }
}

bool is_tar(Bytes head) { return head.size() >= tar_block_bytes && has_tar_checksum(head.first(tar_block_bytes)) && !all_zeros(head.first(tar_block_bytes)); }

TarReader::TarReader(SharedBytes archive, Limits const& limits)
    : state_(std::make_unique<State>(std::make_unique<SharedByteStream>(archive), limits))
{
    state_->whole = std::move(archive);
}

TarReader::TarReader(std::unique_ptr<ByteStream> archive, Limits const& limits)
    : state_(std::make_unique<State>(std::move(archive), limits))
{
}

TarReader::~TarReader() = default;
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;

Result<std::optional<TarMember>> TarReader::next()
{
    auto& state = *state_;
    if (state.failed)
        return tl::unexpected(*state.failed);
    if (state.ended)
        return std::nullopt;
    auto member = state.advance();
    if (!member)
        state.failed = member.error();
    return member;
}

ByteStream& TarReader::content()
{
    CHECK(state_->in_member, "next() has given a member");
    return *state_;
}

std::optional<SharedBytes> TarReader::content_in_place() const
{
    CHECK(state_->in_member, "next() has given a member");
    if (!state_->whole)
        return std::nullopt;
    return state_->whole->part(state_->content_offset, state_->member.bytes);
}

std::span<ArchiveFinding const> TarReader::findings() const { return state_->findings; }
std::span<ArchiveFinding const> TarReader::notes() const { return state_->notes; }
