#include "files/mapped.h"

#include "files/map.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

std::string_view kind_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a pipe (FIFO)";
    if (S_ISSOCK(mode))
        return "a socket";
    return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "no file";
}

constexpr uint64_t read_bytes = uint64_t{64} << 10; // up to here reading is cheaper than a mapping

FileStamp stamp_of(struct stat const& status)
{
    auto const ns = [](timespec const& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
    return {status.st_dev, status.st_ino, static_cast<uint64_t>(status.st_size), ns(status.st_mtim), ns(status.st_ctim)};
}

// Less where the file became shorter meanwhile.
Result<SharedBytes> read_descriptor(int descriptor, std::string const& said, size_t size)
{
    std::string content(size, '\0');
    size_t had = 0;
    while (had < size) {
        auto const count = ::pread(descriptor, content.data() + had, size - had, static_cast<off_t>(had));
        if (count == 0)
            break;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return system_failure("cannot read " + said, errno);
        had += static_cast<size_t>(count);
    }
    content.resize(had);
    return SharedBytes::take(std::move(content));
}

// Keeps a mapping together with the open file.
struct OpenMapping {
    SharedBytes data;
    Descriptor descriptor;
    void operator()(void const*)
    {
        data = SharedBytes();
        descriptor = Descriptor();
    }
};

}

bool read_beside_mapping(SharedBytes const& bytes, uint64_t offset, std::span<std::byte> into)
{
    auto const* const mapping = std::get_deleter<OpenMapping>(bytes.owner());
    if (mapping == nullptr || offset > bytes.size() || into.size() > bytes.size() - offset)
        return false;
    auto const place = static_cast<uint64_t>(bytes.bytes().data() - mapping->data.bytes().data()) + offset;
    return ::pread(mapping->descriptor.number(), into.data(), into.size(), static_cast<off_t>(place)) == static_cast<ssize_t>(into.size());
}

std::optional<FileStamp> file_stamp(std::string const& path)
{
    struct stat status;
    return ::stat(path.c_str(), &status) == 0 ? std::optional(stamp_of(status)) : std::nullopt;
}

std::optional<FileStamp> file_stamp(int descriptor)
{
    struct stat status;
    return ::fstat(descriptor, &status) == 0 ? std::optional(stamp_of(status)) : std::nullopt;
}

Result<SharedBytes> map_descriptor(int descriptor, std::string const& said, Links links, Limits const& limits, FileStamp* stamp)
{
    struct stat status;
    if (::fstat(descriptor, &status) != 0)
        return system_failure("cannot read " + said, errno);
    if (!S_ISREG(status.st_mode))
        return refused(said + " is " + std::string(kind_of(status.st_mode)) + ", wanted a regular file");
    if (links == Links::one && status.st_nlink != 1)
        return refused(said + " has " + std::to_string(status.st_nlink) + " names (hard links), wanted a file of its own");
    auto const size = static_cast<uint64_t>(status.st_size);
    if (size > limits.bytes)
        return exhausted(said + " has " + std::to_string(size) + " bytes, the limit is " + std::to_string(limits.bytes));
    if (stamp)
        *stamp = stamp_of(status);
    if (size == 0)
        return SharedBytes();
    if (size <= read_bytes)
        return read_descriptor(descriptor, said, size);
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED)
        return system_failure("cannot map " + said, errno);
    std::shared_ptr<void const> owner(address, [size](void const* mapping) { ::munmap(const_cast<void*>(mapping), size); });
    return SharedBytes(Bytes(static_cast<std::byte const*>(address), size), std::move(owner));
}

Result<MappedFile> MappedFile::open(std::filesystem::path const& path, Limits const& limits)
{
    // Without O_NONBLOCK the opening of a FIFO waits for a writer.
    auto descriptor = open_descriptor(AT_FDCWD, path.string(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!descriptor)
        return system_failure("cannot open " + path.string(), descriptor.error());
    return adopt(descriptor->release(), path.string(), limits);
}

Result<MappedFile> MappedFile::adopt(int descriptor, std::string path, Limits const& limits)
{
    Descriptor own(descriptor);
    FileStamp stamp;
    auto data = TRY(map_descriptor(descriptor, path, Links::any, limits, &stamp));
    bool const changed = file_stamp(descriptor) != stamp;
    if (data.size() > read_bytes) {
        auto const bytes = data.bytes();
        data = SharedBytes(bytes, std::shared_ptr<void const>(bytes.data(), OpenMapping{std::move(data), std::move(own)}));
    }
    return MappedFile(std::move(data), std::move(path), stamp, changed);
}

Result<int> MappedFile::descriptor_for_others() const
{
    auto const* const mapping = std::get_deleter<OpenMapping>(data_.owner());
    CHECK(mapping || size() <= read_bytes, "open_beneath() keeps no descriptor");
    Descriptor descriptor(mapping ? ::fcntl(mapping->descriptor.number(), F_DUPFD_CLOEXEC, 0) : ::memfd_create("hullmark", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!descriptor.is_open())
        return system_failure("cannot hand on " + path_, errno);
    if (mapping)
        return descriptor.release();
    auto const content = bytes();
    bool const is_there = ::write(descriptor.number(), content.data(), content.size()) == static_cast<ssize_t>(content.size()); // no more than read_bytes
    if (!is_there || ::fcntl(descriptor.number(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return system_failure("cannot hand on " + path_, errno);
    return descriptor.release();
}

bool MappedFile::has_changed() const
{
    return changed_ || (size() > read_bytes && file_stamp(path_) != stamp_);
}

Result<SharedBytes> part_of(MappedFile const& file, uint64_t offset, uint64_t length)
{
    if (offset > file.size() || length > file.size() - offset)
        return malformed(std::to_string(length) + " bytes at byte " + std::to_string(offset) + " are wanted, the file has " + std::to_string(file.size())).at(file.path());
    return file.shared().part(offset, length);
}
