#include "blobs/blobs.h"

#include "files/atomic.h"
#include "files/mapped.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

// Objects in a folder: sha256/ab/<64 hex digits>, unfinished ones in unfinished/.

namespace {

// Of folders that others may have made without living to flush them.
Result<void> flush_names_in(std::string const& folder)
{
    int const descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return system_failure("cannot open the folder " + folder, errno);
    int const error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno; // EINVAL: the file system does it by itself
    ::close(descriptor);
    if (error != 0)
        return system_failure("cannot flush the folder " + folder, error);
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

class BlobDirectory final : public Blobs {
public:
    explicit BlobDirectory(std::string path)
        : path_(std::move(path)),
          objects_(path_ + "/sha256"),
          unfinished_(path_ + "/unfinished")
    {
    }

    Result<Blob> put(BlobSource const& source) override
    {
        TRY(make_directories_durably(unfinished_));
        auto file = TRY(DurableFile::create(unfinished_ + "/object"));
        DigestStream digest;
        for (;;) {
            Bytes const piece = TRY(source());
            if (piece.empty())
                break;
            digest.add(piece);
            TRY(file.add(piece));
        }
        Blob const blob{digest.finish(), file.size()};
        TRY(make_directories_durably(folder_of(blob.digest)));
        TRY(clear_way_for(path_of(blob.digest)));
        TRY(file.commit_as(path_of(blob.digest)));
        TRY(flush_way_to(blob.digest));
        return blob;
    }

    Result<SharedBytes> open(Blob const& blob) override
    {
        auto const file = MappedFile::open(path_of(blob.digest));
        if (!file && file.error().reason == Reason::missing)
            return damaged(blob, "its file is gone");
        if (!file && file.error().reason == Reason::refused)
            return damaged(blob, file.error().text());
        if (!file)
            return tl::unexpected(file.error());
        if (file->size() != blob.size)
            return damaged(blob, "it has " + std::to_string(file->size()) + " bytes, wanted " + std::to_string(blob.size));
        if (Digest const found = Digest::of(file->bytes()); found != blob.digest)
            return damaged(blob, "its bytes have changed, their SHA-256 is " + found.hex());
        return file->shared();
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
        bool const there = TRY(has(blob));
        if (!there || !open(blob))
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
            auto const path = std::filesystem::path(objects_) / folder;
            auto const names = TRY(names_in(path.string()));
            for (auto const& name : names) {
                auto const digest = Digest::parse(name);
                struct stat status;
                if (digest && path_of(*digest) == (path / name).string() && ::lstat(path_of(*digest).c_str(), &status) == 0)
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
        return static_cast<size_t>(std::count_if(names.begin(), names.end(), is_temporary_name));
    }

    Result<size_t> remove_unfinished(int64_t before_ms) override
    {
        size_t removed = 0;
        auto const names = TRY(names_in(unfinished_));
        for (auto const& name : names) {
            std::string const path = unfinished_ + "/" + name;
            struct stat status;
            if (is_temporary_name(name) && ::lstat(path.c_str(), &status) == 0 && modified_ms(status) < before_ms && ::unlink(path.c_str()) == 0)
                ++removed;
        }
        return removed;
    }

private:
    std::string folder_of(Digest const& digest) const { return objects_ + "/" + digest.hex().substr(0, 2); }
    std::string path_of(Digest const& digest) const { return folder_of(digest) + "/" + digest.hex(); }

    // Damage may have put a link or a folder where the object belongs; nothing of that may be written through.
    static Result<void> clear_way_for(std::string const& path)
    {
        struct stat status;
        if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && ::remove(path.c_str()) != 0)
            return system_failure("cannot remove what stands at the place of an object, " + path, errno);
        return {};
    }

    // Every folder on the way, made here or by somebody who may have died before flushing it.
    Result<void> flush_way_to(Digest const& digest) const
    {
        TRY(flush_names_in(folder_of(digest)));
        TRY(flush_names_in(objects_));
        TRY(flush_names_in(path_));
        return flush_names_in(path_ + "/..");
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
