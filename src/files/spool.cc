#include "files/spool.h"

#include "files/descriptor.h"
#include "files/map.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <unistd.h>
#include <vector>

namespace {

tl::expected<Descriptor, int> open_nameless(std::filesystem::path const& folder)
{
    auto opened = open_descriptor(AT_FDCWD, folder.string(), O_TMPFILE | O_RDWR, 0600);
    if (opened || (opened.error() != EOPNOTSUPP && opened.error() != EISDIR))
        return opened;
    // File systems that have no nameless files: the name lives for a moment.
    std::string name = (folder / "hullmark-spool-XXXXXX").string();
    Descriptor named(::mkostemp(name.data(), O_CLOEXEC));
    if (!named.is_open())
        return tl::unexpected(errno);
    ::unlink(name.c_str());
    return named;
}

}

NamelessFile::NamelessFile(int descriptor, std::string said)
    : descriptor_(descriptor),
      said_(std::move(said))
{
}
NamelessFile::NamelessFile(NamelessFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      said_(std::move(other.said_))
{
}
NamelessFile& NamelessFile::operator=(NamelessFile&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    std::swap(said_, other.said_);
    return *this;
}
NamelessFile::~NamelessFile() { Descriptor const closed(descriptor_); }

Result<NamelessFile> NamelessFile::create(std::filesystem::path const& folder)
{
    std::string said = "a temporary file in " + (folder.empty() ? "." : folder.string());
    auto opened = open_nameless(folder.empty() ? "." : folder);
    if (!opened)
        return system_failure("cannot create " + said, opened.error());
    return NamelessFile(opened->release(), std::move(said));
}

Result<void> NamelessFile::add(Bytes bytes)
{
    constexpr size_t longest_write = size_t{1} << 30; // Linux writes no more than 2 GiB at once
    while (!bytes.empty()) {
        auto const written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), longest_write));
        if (written >= 0)
            bytes = bytes.subspan(static_cast<size_t>(written));
        else if (errno != EINTR)
            return system_failure("cannot write to " + said_, errno);
    }
    return {};
}

Result<SharedBytes> NamelessFile::map(Limits const& limits) const { return map_descriptor(descriptor_, said_, Links::any, limits); }

Result<SharedBytes> spool(ByteStream& stream, std::filesystem::path const& folder, Limits const& limits)
{
    std::vector<std::byte> memory;
    uint64_t total = 0;
    std::optional<NamelessFile> file;
    while (true) {
        Bytes const piece = TRY(stream.next());
        if (piece.empty())
            break;
        total += piece.size();
        if (total > limits.unpacked_bytes)
            return exhausted("the content has more than the limit of " + std::to_string(limits.unpacked_bytes) + " bytes");
        if (!file && total > most_spooled_in_memory) {
            file = TRY(NamelessFile::create(folder));
            TRY(file->add(memory));
            memory = {};
        }
        if (file)
            TRY(file->add(piece));
        else
            memory.insert(memory.end(), piece.begin(), piece.end());
    }
    if (!file) {
        memory.shrink_to_fit();
        return SharedBytes::take(std::move(memory));
    }
    return file->map(limits);
}
