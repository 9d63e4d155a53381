#include "files/mapped.h"

#include "files/map.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

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

}

Result<SharedBytes> map_descriptor(Descriptor const& descriptor, std::string const& said, Links links, Limits const& limits)
{
    struct stat status;
    if (::fstat(descriptor.number(), &status) != 0)
        return system_failure("cannot read " + said, errno);
    if (!S_ISREG(status.st_mode))
        return refused(said + " is " + std::string(kind_of(status.st_mode)) + ", wanted a regular file");
    if (links == Links::one && status.st_nlink != 1)
        return refused(said + " has " + std::to_string(status.st_nlink) + " names (hard links), wanted a file of its own");
    auto const size = static_cast<uint64_t>(status.st_size);
    if (size > limits.bytes)
        return exhausted(said + " has " + std::to_string(size) + " bytes, the limit is " + std::to_string(limits.bytes));
    if (size == 0)
        return SharedBytes();
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
    if (address == MAP_FAILED)
        return system_failure("cannot map " + said, errno);
    std::shared_ptr<void const> owner(address, [size](void const* mapping) { ::munmap(const_cast<void*>(mapping), size); });
    return SharedBytes(Bytes(static_cast<std::byte const*>(address), size), std::move(owner));
}

Result<MappedFile> MappedFile::open(std::filesystem::path const& path, Limits const& limits)
{
    // Without O_NONBLOCK the opening of a FIFO waits for a writer.
    auto const descriptor = open_descriptor(AT_FDCWD, path.string(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!descriptor)
        return system_failure("cannot open " + path.string(), descriptor.error());
    auto data = TRY(map_descriptor(*descriptor, path.string(), Links::any, limits));
    return MappedFile(std::move(data), path.string());
}

Result<SharedBytes> part_of(MappedFile const& file, uint64_t offset, uint64_t length)
{
    if (offset > file.size() || length > file.size() - offset)
        return malformed(std::to_string(length) + " bytes at byte " + std::to_string(offset) + " are wanted, the file has " + std::to_string(file.size())).at(file.path());
    return file.shared().part(offset, length);
}
