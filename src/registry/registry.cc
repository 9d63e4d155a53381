#include "registry/registry.h"

#include "blobs/blobs.h"
#include "database/database.h"
#include "files/atomic.h"
#include "registry/layout.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace {

constexpr std::string_view format_text = "hullmark-registry 1\n";

Failure no_registry(std::string const& folder)
{
    return missing("there is no registry here").at(folder).hint("`hullmark publish FILE --name NAME` makes one; --registry names another place");
}

// The file `format` comes first, so a folder without it is empty, or holds what a writer of it left when it died, or is not ours.
Result<bool> has_format(std::string const& folder)
{
    std::ifstream file(folder + "/format", std::ios::binary);
    if (!file)
        return false;
    char text[64];
    file.read(text, sizeof text);
    std::string_view const found(text, static_cast<size_t>(file.gcount()));
    if (found == format_text)
        return true;
    if (found.starts_with("hullmark-registry "))
        return unsupported("the registry has another format than this program knows (" + std::string(format_text.substr(0, format_text.size() - 1)) + ")").at(folder + "/format").hint("use the newer program that wrote it");
    return unavailable("the registry is damaged: its file `format` does not say what it is").at(folder + "/format").hint("restore it from a backup");
}

Result<void> make_format(std::string const& folder)
{
    TRY(make_directories_durably(folder));
    bool is_empty = true;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        is_empty = is_empty && is_temporary_name(entry->path().filename().string());
    if (error)
        return system_failure("cannot list the folder " + folder, error.value());
    bool const made_by_another = TRY(has_format(folder));
    if (made_by_another)
        return {};
    if (!is_empty)
        return refused("the folder is not empty and is no registry").at(folder).hint("name a new folder, or one that holds a registry");
    return write_file_durably(folder + "/format", bytes_of(format_text));
}

}

Registry::Registry(std::string folder, std::unique_ptr<Database> database, std::unique_ptr<Blobs> blobs)
    : folder_(std::move(folder)),
      database_(std::move(database)),
      blobs_(std::move(blobs))
{
}
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;
Registry::~Registry() = default;

Result<Registry> Registry::open(std::string const& folder, RegistryAccess access)
{
    if (folder.empty())
        return bad_usage("a registry is a folder, found an empty name");
    std::string const database_path = folder + "/registry.db";
    std::error_code ignored;
    bool const has_objects = std::filesystem::exists(folder + "/blobs/sha256", ignored); // looked at first: they come after the database
    bool const has_database = std::filesystem::exists(database_path, ignored);
    bool const formatted = TRY(has_format(folder));
    if (!formatted) {
        if (access == RegistryAccess::existing)
            return no_registry(folder);
        TRY(make_format(folder));
    } else if (!has_database && has_objects) {
        return unavailable("the registry is damaged: its database is gone").at(database_path).hint("restore registry.db from a backup; the objects in blobs/ are still there");
    } else if (!has_database && access == RegistryAccess::existing) {
        return no_registry(folder);
    }
    auto database = TRY(open_sqlite(database_path, has_database ? DatabaseAccess::existing : DatabaseAccess::create));
    TRY(within(database_path, migrate_database(*database, registry_layout())));
    return Registry(folder, std::move(database), open_blob_directory(folder + "/blobs"));
}
