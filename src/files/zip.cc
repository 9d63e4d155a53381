#include "files/zip.h"

#include "files/zip_directory.h"

#include <algorithm>

Result<ZipArchive> ZipArchive::read(SharedBytes archive, Limits const& limits) { return ZipDirectoryReader(std::move(archive), limits).read(); }

ZipEntry const* ZipArchive::find(std::string_view name) const
{
    auto const found = std::lower_bound(by_name_.begin(), by_name_.end(), name, [&](size_t index, std::string_view wanted) { return entries_[index].name < wanted; });
    return found != by_name_.end() && entries_[*found].name == name ? &entries_[*found] : nullptr;
}

Result<SharedBytes> ZipArchive::checked_content(ZipEntry const& entry) const
{
    auto unpacked = TRY(content(entry));
    TRY(check_crc(entry, unpacked.bytes()));
    return unpacked;
}

Result<SharedBytes> ZipArchive::checked_content(std::string_view name) const
{
    auto const* const entry = find(name);
    if (entry == nullptr)
        return missing("no member " + std::string(name) + " in the archive");
    return checked_content(*entry);
}
