#include "blobs/blobs.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Objects in a folder: sha256/ab/<64 hex digits>, unfinished ones in unfinished/. An unfinished file is locked (flock) by its
// writer as long as that lives, so that one without a lock is known to be abandoned.

namespace
{

class Descriptor
{
public:
    explicit Descriptor(int number)
        : number_(number)
    {
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0)
            ::close(number_);
    }
    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

Result<void> write_all(int descriptor, Bytes bytes)
{
    while (!bytes.empty()) {
        ssize_t const count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return system_failure("cannot write the object", errno);
        bytes = bytes.subspan(static_cast<size_t>(count));
    }
    return {};
}

// A failed fsync is final: the kernel may hold the page for clean afterwards, so a second one would say nothing.
Result<void> flush_folder(std::string const& path)
{
    Descriptor const folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open() || ::fsync(folder.number()) != 0)
        return system_failure("cannot flush the folder " + path, errno);
    return {};
}

Result<void> make_folder(std::string const& path)
{
    if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
        return system_failure("cannot make the folder " + path, errno);
    return {};
}

int64_t modified_ms(struct stat const& status)
{
    return static_cast<int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

// The names in a folder, sorted; none where there is no such folder.
Result<std::vector<std::string>> names_in(std::string const& path)
{
    std::vector<std::string> names;
    DIR* const folder = ::opendir(path.c_str());
    if (folder == nullptr) {
        if (errno == ENOENT)
            return names;
        return system_failure("cannot list the folder " + path, errno);
    }
    for (errno = 0; auto const* entry = ::readdir(folder); errno = 0)
        if (std::string_view const name = entry->d_name; name != "." && name != "..")
            names.emplace_back(name);
    int const error = errno;
    ::closedir(folder);
    if (error != 0)
        return system_failure("cannot list the folder " + path, error);
    std::sort(names.begin(), names.end());
    return names;
}

Failure damaged(Blob const& blob, std::string what)
{
    return unavailable("a stored object is damaged: " + std::move(what))
        .at("object sha256:" + blob.digest.hex())
        .hint("publish the same file again, which puts the object back, or restore it from a backup");
}

// A new file that is taken away again unless it was kept.
class UnfinishedFile
{
public:
    static Result<UnfinishedFile> create(std::string const& folder)
    {
        for (int n = 0;; ++n) {
            std::string path = folder + "/put-" + std::to_string(::getpid()) + "-" + std::to_string(n);
            int const descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
            if (descriptor < 0 && errno == EEXIST)
                continue;
            if (descriptor < 0)
                return system_failure("cannot make a file in " + folder, errno);
            UnfinishedFile file(std::move(path), descriptor);
            if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
                return system_failure("cannot lock " + file.path_, errno);
            return file;
        }
    }
    UnfinishedFile(UnfinishedFile&& other) noexcept
        : path_(std::exchange(other.path_, {}))
        , descriptor_(std::exchange(other.descriptor_, -1))
    {
    }
    UnfinishedFile& operator=(UnfinishedFile&&) = delete;
    ~UnfinishedFile()
    {
        if (!path_.empty())
            ::unlink(path_.c_str());
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    int descriptor() const { return descriptor_; }
    // Gives the file its name for good, replacing what has it.
    Result<void> keep_as(std::string const& path)
    {
        if (::rename(path_.c_str(), path.c_str()) != 0)
            return system_failure("cannot rename the object to " + path, errno);
        path_.clear();
        return {};
    }

private:
    UnfinishedFile(std::string path, int descriptor)
        : path_(std::move(path))
        , descriptor_(descriptor)
    {
    }
    std::string path_;
    int descriptor_;
};

class BlobDirectory final : public Blobs
{
public:
    explicit BlobDirectory(std::string path)
        : path_(std::move(path))
        , objects_(path_ + "/sha256")
        , unfinished_(path_ + "/unfinished")
    {
    }

    Result<Blob> put(BlobSource const& source) override
    {
        TRY(make_folder(path_));
        TRY(make_folder(unfinished_));
        auto file = TRY(UnfinishedFile::create(unfinished_));
        DigestStream digest;
        uint64_t size = 0;
        for (;;) {
            Bytes const piece = TRY(source());
            if (piece.empty())
                break;
            digest.add(piece);
            TRY(write_all(file.descriptor(), piece));
            size += piece.size();
        }
        if (::fsync(file.descriptor()) != 0)
            return system_failure("cannot flush the object", errno);
        Blob const blob{digest.finish(), size};
        TRY(make_folder(objects_));
        TRY(make_folder(folder_of(blob.digest)));
        TRY(file.keep_as(path_of(blob.digest)));
        TRY(flush_way_to(blob.digest));
        return blob;
    }

    Result<SharedBytes> open(Blob const& blob) override
    {
        Descriptor const file(::open(path_of(blob.digest).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file.is_open() && errno == ENOENT)
            return damaged(blob, "its file is gone");
        if (!file.is_open())
            return system_failure("cannot open the object sha256:" + blob.digest.hex(), errno);
        struct stat status;
        if (::fstat(file.number(), &status) != 0)
            return system_failure("cannot look at the object sha256:" + blob.digest.hex(), errno);
        if (!S_ISREG(status.st_mode))
            return damaged(blob, "it is no file");
        if (static_cast<uint64_t>(status.st_size) != blob.size)
            return damaged(blob, "it has " + std::to_string(status.st_size) + " bytes, wanted " + std::to_string(blob.size));
        auto const bytes = TRY(map(file.number(), blob));
        if (Digest const found = Digest::of(bytes.bytes()); found != blob.digest)
            return damaged(blob, "its bytes have changed, their SHA-256 is " + found.hex());
        return bytes;
    }

    Result<bool> has(Blob const& blob) override
    {
        struct stat status;
        if (::lstat(path_of(blob.digest).c_str(), &status) == 0)
            return S_ISREG(status.st_mode) && static_cast<uint64_t>(status.st_size) == blob.size;
        if (errno == ENOENT)
            return false;
        return system_failure("cannot look at the object sha256:" + blob.digest.hex(), errno);
    }

    // Whoever put it may have died before it was durable under its name: the folders are flushed again.
    Result<bool> holds(Blob const& blob) override
    {
        if (!TRY(has(blob)) || !open(blob))
            return false;
        TRY(flush_way_to(blob.digest));
        return true;
    }

    Result<std::vector<BlobOnDisk>> list() override
    {
        std::vector<BlobOnDisk> blobs;
        auto const folders = TRY(names_in(objects_));
        for (auto const& folder : folders) {
            if (folder.size() != 2)
                continue;
            auto const names = TRY(names_in(objects_ + "/" + folder));
            for (auto const& name : names) {
                auto const digest = Digest::parse(name);
                struct stat status;
                if (digest && path_of(*digest) == objects_ + "/" + folder + "/" + name && ::lstat(path_of(*digest).c_str(), &status) == 0)
                    blobs.push_back({{*digest, static_cast<uint64_t>(status.st_size)}, modified_ms(status)});
            }
        }
        return blobs;
    }

    Result<void> remove(Digest const& digest) override
    {
        if (::unlink(path_of(digest).c_str()) != 0 && errno != ENOENT)
            return system_failure("cannot remove the object sha256:" + digest.hex(), errno);
        return {};
    }

    Result<size_t> count_unfinished() override
    {
        auto const names = TRY(names_in(unfinished_));
        return names.size();
    }

    Result<size_t> remove_unfinished(int64_t before_ms) override
    {
        size_t removed = 0;
        auto const names = TRY(names_in(unfinished_));
        for (auto const& name : names) {
            std::string const path = unfinished_ + "/" + name;
            Descriptor const file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
            struct stat status;
            if (!file.is_open() || ::fstat(file.number(), &status) != 0 || modified_ms(status) >= before_ms)
                continue;
            if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0 && ::unlink(path.c_str()) == 0)
                ++removed;
        }
        return removed;
    }

private:
    std::string folder_of(Digest const& digest) const { return objects_ + "/" + digest.hex().substr(0, 2); }
    std::string path_of(Digest const& digest) const { return folder_of(digest) + "/" + digest.hex(); }

    // Every folder on the way, made here or by somebody who may have died before flushing it.
    Result<void> flush_way_to(Digest const& digest) const
    {
        TRY(flush_folder(folder_of(digest)));
        TRY(flush_folder(objects_));
        TRY(flush_folder(path_));
        return flush_folder(path_ + "/..");
    }

    static Result<SharedBytes> map(int descriptor, Blob const& blob)
    {
        if (blob.size == 0)
            return SharedBytes();
        void* const memory = ::mmap(nullptr, blob.size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (memory == MAP_FAILED)
            return system_failure("cannot map the object sha256:" + blob.digest.hex(), errno);
        size_t const size = blob.size;
        std::shared_ptr<void const> const owner(memory, [size](void const* mapped) { ::munmap(const_cast<void*>(mapped), size); });
        return SharedBytes(Bytes(static_cast<std::byte const*>(memory), size), owner);
    }

    std::string path_;
    std::string objects_;
    std::string unfinished_;
};

}

std::unique_ptr<Blobs> open_blob_directory(std::string const& path)
{
    return std::make_unique<BlobDirectory>(path);
}
