#include "files/atomic.h"
#include "files/beneath.h"
#include "package/manifest.h"
#include "package/package.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

// Whether the very bytes of a file are those of the manifest; where not, which part of them.
Result<void> check_digests(PackageFile const& stated)
{
    auto const found = package_file(stated.path, stated.parts);
    for (size_t index = 0; index < stated.chunks.size(); ++index)
        if (found.chunks[index] != stated.chunks[index])
            return unavailable("damaged: block " + std::to_string(index) + " of 8 MiB has the digest " + found.chunks[index].hex() + ", wanted " + stated.chunks[index].hex());
    if (found.digest != stated.digest)
        return unavailable("damaged: it has the digest " + found.digest.hex() + ", wanted " + stated.digest.hex());
    return {};
}

// Shared where they stand in one part, else a copy. The range is within the file.
SharedBytes bytes_within(PackageFile const& file, uint64_t offset, uint64_t length)
{
    std::string joined;
    for (auto const& part : file.parts) {
        if (offset >= part.size()) {
            offset -= part.size();
            continue;
        }
        uint64_t const count = std::min<uint64_t>(part.size() - offset, length - joined.size());
        if (count == length)
            return part.part(offset, length);
        joined += text_of(part.bytes().subspan(offset, count));
        offset = 0;
        if (joined.size() == length)
            break;
    }
    return SharedBytes::take(std::move(joined));
}

Result<void> open_file(PackageFile& file, PackageOpener const& open, PackageCheck check)
{
    auto bytes = TRY(open(file.path, file.digest));
    if (bytes.size() != file.size)
        return unavailable("damaged: it has " + std::to_string(bytes.size()) + " bytes, wanted " + std::to_string(file.size));
    file.parts = {std::move(bytes)};
    if (check == PackageCheck::digests)
        TRY(check_digests(file));
    return {};
}

Result<bool> is_free(fs::path const& folder)
{
    std::error_code fault;
    auto const status = fs::symlink_status(folder, fault);
    if (status.type() == fs::file_type::not_found)
        return true;
    if (fault)
        return system_failure("cannot look at " + folder.string(), fault.value());
    if (status.type() != fs::file_type::directory)
        return false;
    bool const is_empty = fs::is_empty(folder, fault);
    if (fault)
        return system_failure("cannot look into " + folder.string(), fault.value());
    return is_empty;
}

// A folder that is removed again unless it is published.
class UnfinishedFolder {
public:
    static Result<UnfinishedFolder> create(fs::path const& beside)
    {
        std::string name = (beside.parent_path() / (".hullmark-" + beside.filename().string() + "-XXXXXX")).string();
        if (::mkdtemp(name.data()) == nullptr)
            return system_failure("cannot create a folder in " + beside.parent_path().string(), errno);
        fs::permissions(name, fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read | fs::perms::others_exec, fs::perm_options::add);
        return UnfinishedFolder(name);
    }
    ~UnfinishedFolder()
    {
        std::error_code ignored;
        if (!path_.empty())
            fs::remove_all(path_, ignored);
    }
    UnfinishedFolder(UnfinishedFolder&& other) noexcept
        : path_(std::exchange(other.path_, {}))
    {
    }
    UnfinishedFolder& operator=(UnfinishedFolder&&) = delete;

    fs::path const& path() const { return path_; }

    Result<void> publish(fs::path const& folder)
    {
        if (::rename(path_.c_str(), folder.c_str()) != 0) {
            if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
                return conflict(folder.string() + " has come to be there meanwhile");
            return system_failure("cannot publish " + folder.string(), errno);
        }
        path_.clear();
        return {};
    }

private:
    explicit UnfinishedFolder(fs::path path)
        : path_(std::move(path))
    {
    }
    fs::path path_;
};

Result<void> flush_folder(fs::path const& folder)
{
    int const descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return system_failure("cannot open " + folder.string(), errno);
    int const fault = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    return fault == 0 ? Result<void>() : system_failure("cannot flush " + folder.string(), fault);
}

// The folder without a slash at its end, and never a bare name.
fs::path settled(fs::path const& folder)
{
    auto const path = fs::absolute(folder).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

}

SharedBytes PackageFile::bytes() const
{
    if (parts.size() == 1)
        return parts.front();
    std::string joined;
    joined.reserve(size);
    for (auto const& part : parts)
        joined += text_of(part.bytes());
    return SharedBytes::take(std::move(joined));
}

PackageFile const* Package::find(std::string_view path) const
{
    auto const found = std::ranges::find(files, path, &PackageFile::path);
    return found == files.end() ? nullptr : &*found;
}

bool Package::is_verified() const
{
    auto const passed = json_boolean(report, "passed");
    return passed && *passed;
}

Result<void> write_package(Package const& package, fs::path const& folder)
{
    auto const target = settled(folder);
    if (!TRY(is_free(target)))
        return conflict(folder.string() + " is there already and not an empty folder").hint("name another folder, or remove that one first");
    TRY(make_directories_durably(target.parent_path()));
    auto unfinished = TRY(UnfinishedFolder::create(target));
    for (auto const& file : package.files) {
        auto const path = unfinished.path() / file.path;
        TRY(make_directories_durably(path.parent_path()));
        std::vector<Bytes> parts;
        for (auto const& part : file.parts)
            parts.push_back(part.bytes());
        TRY(write_file_durably(path, parts));
    }
    TRY(unfinished.publish(target));
    return flush_folder(target.parent_path());
}

Result<Package> read_package(SharedBytes manifest, PackageOpener const& open, PackageCheck check, Limits const& limits)
{
    auto package = TRY(within(std::string(manifest_name), read_manifest(text_of(manifest.bytes()), limits)));
    for (auto& file : package.files)
        TRY(within(file.path, open_file(file, open, check)));
    auto const* const mlmodel = package.find("MLmodel");
    if (!mlmodel || !package.find("model.onnx"))
        return malformed("a package without MLmodel or model.onnx").at(std::string(manifest_name));
    package.mlmodel = TRY(within("MLmodel", read_mlmodel(text_of(mlmodel->parts.front().bytes()), limits)));

    package.files.push_back(package_file(std::string(manifest_name), {std::move(manifest)}));
    package.digest = package.files.back().digest;
    std::ranges::sort(package.files, {}, &PackageFile::path);
    return package;
}

Result<Package> read_package(fs::path const& folder, PackageCheck check, Limits const& limits)
{
    auto const opened = [&](std::string const& name) -> Result<SharedBytes> {
        auto const file = TRY(open_beneath(folder, name, limits));
        return file.shared();
    };
    auto manifest = opened(std::string(manifest_name));
    if (!manifest && manifest.error().reason == Reason::missing)
        manifest.error().hint = "`hullmark package MODEL.onnx -o DIR` makes a package";
    auto const open = [&](std::string const& name, Digest const&) { return opened(name); };
    return within(folder.string(), read_package(TRY(std::move(manifest)), open, check, limits));
}

ExternalLoader external_loader(Package const& package)
{
    return [&package](OnnxExternalData const& place) -> Result<SharedBytes> {
        auto const* const file = package.find(place.location);
        if (!file)
            return missing("external data in \"" + place.location + "\", which the package does not have");
        if (!place.length || place.offset > file->size || *place.length > file->size - place.offset)
            return malformed("external data beyond the end of \"" + place.location + "\"");
        return bytes_within(*file, place.offset, *place.length);
    };
}
