#include "files/spool.h"

#include "files/descriptor.h"
#include "files/map.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
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

class SpoolFile {
public:
    explicit SpoolFile(std::filesystem::path const& folder)
        : said_("a temporary file in " + folder.string())
    {
    }

    Result<void> open(std::filesystem::path const& folder)
    {
        auto opened = open_nameless(folder);
        if (!opened)
            return system_failure("cannot create " + said_, opened.error());
        descriptor_ = *std::move(opened);
        return {};
    }

    Result<void> add(Bytes bytes)
    {
        while (!bytes.empty()) {
            auto const written = ::write(descriptor_.number(), bytes.data(), bytes.size());
            if (written >= 0)
                bytes = bytes.subspan(static_cast<size_t>(written));
            else if (errno != EINTR)
                return system_failure("cannot write to " + said_, errno);
        }
        return {};
    }

    Result<SharedBytes> map(Limits const& limits) const { return map_descriptor(descriptor_, said_, Links::any, limits); }

private:
    std::string said_;
    Descriptor descriptor_;
};

}

Result<SharedBytes> spool(ByteStream& stream, std::filesystem::path const& folder, Limits const& limits)
{
    std::vector<std::byte> memory;
    uint64_t total = 0;
    SpoolFile file(folder);
    bool in_file = false;
    while (true) {
        Bytes const piece = TRY(stream.next());
        if (piece.empty())
            break;
        total += piece.size();
        if (total > limits.unpacked_bytes)
            return exhausted("the content has more than the limit of " + std::to_string(limits.unpacked_bytes) + " bytes");
        if (!in_file && total > most_spooled_in_memory) {
            TRY(file.open(folder));
            TRY(file.add(memory));
            memory = {};
            in_file = true;
        }
        if (in_file)
            TRY(file.add(piece));
        else
            memory.insert(memory.end(), piece.begin(), piece.end());
    }
    if (!in_file) {
        memory.shrink_to_fit();
        return SharedBytes::take(std::move(memory));
    }
    return file.map(limits);
}
