#include "blobs/blobs.h"
#include "files/atomic.h"
#include "registry/registry.h"
#include "registry/rows.h"
#include "registry/text.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

// How a version's files leave the registry: never before their size and digest were found right.

namespace {

namespace fs = std::filesystem;

// A folder that is taken away again unless it was kept.
class UnfinishedFolder {
public:
    explicit UnfinishedFolder(fs::path path)
        : path_(std::move(path))
    {
        remove(); // what a pull left that had our process number and died
    }
    UnfinishedFolder(UnfinishedFolder const&) = delete;
    UnfinishedFolder& operator=(UnfinishedFolder const&) = delete;
    ~UnfinishedFolder()
    {
        if (!path_.empty())
            remove();
    }
    fs::path const& path() const { return path_; }

    // Gives the folder its name for good; an empty folder of that name is replaced.
    Result<void> keep_as(fs::path const& target)
    {
        if (::rename(path_.c_str(), target.c_str()) != 0) {
            if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
                return conflict("something is there already").at(target.string()).hint("name a folder that is not there yet");
            return system_failure("cannot rename " + path_.string() + " to " + target.string(), errno);
        }
        path_.clear();
        return {};
    }

private:
    void remove()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path path_;
};

Result<void> require_nothing_at(fs::path const& target)
{
    std::error_code error;
    auto const status = fs::symlink_status(target, error);
    if (!fs::exists(status) || (fs::is_directory(status) && fs::is_empty(target, error)))
        return {};
    return conflict("something is there already").at(target.string()).hint("name a folder that is not there yet");
}

Result<void> flush_names_in(fs::path const& folder)
{
    int const descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return system_failure("cannot open the folder " + folder.string(), errno);
    int const error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno; // EINVAL: the file system does it by itself
    ::close(descriptor);
    if (error != 0)
        return system_failure("cannot flush the folder " + folder.string(), error);
    return {};
}

Result<SharedBytes> open_file(Blobs& blobs, VersionFile const& file, std::string const& name, int64_t number)
{
    return within(place_of(name, number), within("file " + quoted_text(file.path), blobs.open({file.digest, file.size})));
}

}

Result<SharedBytes> Registry::read_file(std::string const& name, int64_t number, std::string const& path)
{
    VersionDetails const details = TRY(version(name, number));
    for (auto const& file : details.files)
        if (file.path == path)
            return open_file(*blobs_, file, name, number);
    return missing("the version has no file " + quoted_text(path)).at(place_of(name, number)).hint("`hullmark show " + name + "/" + std::to_string(number) + "` lists its files");
}

Result<std::vector<VersionFile>> Registry::pull(std::string const& name, int64_t number, std::string const& target_text)
{
    VersionDetails const details = TRY(version(name, number));
    fs::path target = fs::path(target_text).lexically_normal();
    if (!target.has_filename())
        target = target.parent_path(); // "out/"
    if (target.empty() || target == "." || target.filename() == "..")
        return bad_usage("a new folder is wanted, found " + quoted_text(target_text));
    TRY(require_nothing_at(target));
    fs::path const above = target.has_parent_path() ? target.parent_path() : fs::path(".");
    TRY(make_directories_durably(above));

    UnfinishedFolder unfinished(above / (".hullmark-pull-" + std::to_string(::getpid())));
    TRY(make_directories_durably(unfinished.path()));
    for (auto const& file : details.files) {
        SharedBytes const bytes = TRY(open_file(*blobs_, file, name, number));
        fs::path const path = unfinished.path() / file.path;
        TRY(make_directories_durably(path.parent_path()));
        TRY(write_file_durably(path, bytes.bytes()));
    }
    TRY(unfinished.keep_as(target));
    TRY(flush_names_in(above));
    return details.files;
}
