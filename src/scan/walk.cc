#include "scan/walk.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace {

namespace fs = std::filesystem;

class Walk {
public:
    explicit Walk(WalkOptions const& options)
        : options_(options)
    {
    }

    Result<void> add_argument(std::string const& argument);
    std::vector<WalkedFile> take() { return std::move(files_); }

private:
    Result<void> add_folder(std::string const& shown, fs::path const& root);
    Result<void> add_entry(fs::directory_entry const& entry, fs::path const& root, std::vector<std::string>& folders);
    Result<void> add_link(fs::directory_entry const& link, fs::path const& root);
    Result<void> add_file(std::string path, bool in_folder, std::optional<Error> error = {});
    bool stays_below(fs::path const& link, fs::path const& root) const;

    WalkOptions const& options_;
    std::vector<WalkedFile> files_;
};

std::string folder_of(std::string const& path)
{
    size_t const slash = path.rfind('/');
    return slash == path.npos ? "" : path.substr(0, std::max<size_t>(slash, 1));
}

Error error_of(Failure failure) { return std::move(failure).value(); }

Result<void> Walk::add_file(std::string path, bool in_folder, std::optional<Error> error)
{
    if (files_.size() == options_.most_files)
        return exhausted("more than " + std::to_string(options_.most_files) + " files, which is the limit");
    auto folder = folder_of(path);
    files_.push_back({std::move(path), std::move(folder), in_folder, std::move(error)});
    return {};
}

bool Walk::stays_below(fs::path const& link, fs::path const& root) const
{
    std::error_code failed;
    auto const target = fs::canonical(link, failed);
    if (failed)
        return false;
    auto const [end_of_root, ignored] = std::mismatch(root.begin(), root.end(), target.begin(), target.end());
    return end_of_root == root.end();
}

// Links to folders are not walked into: what they hold below the root is walked anyway. The folder itself says what an entry is: nothing of
// it is asked for here unless it is a link.
Result<void> Walk::add_entry(fs::directory_entry const& entry, fs::path const& root, std::vector<std::string>& folders)
{
    std::error_code failed;
    std::string const& shown = entry.path().native();
    if (entry.is_symlink(failed))
        return add_link(entry, root);
    if (entry.is_directory(failed)) {
        folders.push_back(shown);
        return {};
    }
    if (entry.is_regular_file(failed))
        return add_file(shown, true);
    if (failed)
        return add_file(shown, true, error_of(system_failure("cannot read", failed.value())));
    return add_file(shown, true, error_of(refused("a pipe, socket or device, wanted a file")));
}

Result<void> Walk::add_link(fs::directory_entry const& link, fs::path const& root)
{
    std::error_code failed;
    auto const target = link.status(failed);
    if (failed || !fs::exists(target))
        return add_file(link.path().native(), true, error_of(missing("a link that leads nowhere")));
    if (!stays_below(link.path(), root))
        return add_file(link.path().native(), true, error_of(refused("a link that leads out of the folder: it was not followed")));
    return fs::is_regular_file(target) ? add_file(link.path().native(), true) : Result<void>();
}

Result<void> Walk::add_folder(std::string const& shown, fs::path const& root)
{
    std::vector<std::string> folders{shown};
    while (!folders.empty()) {
        if (options_.stop_asked && options_.stop_asked())
            return cancelled("stopped while the files were counted");
        std::string const folder = std::move(folders.back());
        folders.pop_back();
        if (static_cast<size_t>(std::count(folder.begin() + static_cast<ptrdiff_t>(shown.size()), folder.end(), '/')) > options_.deepest_folder) {
            TRY(add_file(folder, true, error_of(exhausted("folders deeper than " + std::to_string(options_.deepest_folder)))));
            continue;
        }
        std::error_code failed;
        fs::directory_iterator entries(folder, failed);
        for (; !failed && entries != fs::directory_iterator(); entries.increment(failed))
            TRY(add_entry(*entries, root, folders));
        if (failed)
            TRY(add_file(folder, true, error_of(system_failure("cannot read the folder", failed.value()))));
    }
    return {};
}

Result<void> Walk::add_argument(std::string const& argument)
{
    std::error_code failed;
    auto const status = fs::status(argument, failed);
    if (status.type() == fs::file_type::not_found)
        return missing("no such file or folder").at(argument).hint("check the spelling");
    if (failed)
        return add_file(argument, false, error_of(system_failure("cannot read", failed.value())));
    if (!fs::is_directory(status))
        return add_file(argument, false);
    auto const root = fs::canonical(argument, failed);
    if (failed)
        return add_file(argument, false, error_of(system_failure("cannot read the folder", failed.value())));
    return add_folder(argument, root);
}

}

Result<std::vector<WalkedFile>> walk_files(std::vector<std::string> const& arguments, WalkOptions const& options)
{
    Walk walk(options);
    for (auto const& argument : arguments)
        TRY(walk.add_argument(argument));
    auto files = walk.take();
    std::stable_sort(files.begin(), files.end(), [](WalkedFile const& a, WalkedFile const& b) { return a.path < b.path; });
    files.erase(std::unique(files.begin(), files.end(), [](WalkedFile const& a, WalkedFile const& b) { return a.path == b.path; }), files.end());
    return files;
}
