#include "torch/members.h"

#include <algorithm>

namespace {

// CVE-2025-10156 changes one CRC, so that readers which check it see less than those which do not. PyTorch writes all or none.
bool has_zero_sums(ZipArchive const& archive)
{
    auto const entries = archive.entries();
    return std::all_of(entries.begin(), entries.end(), [](ZipEntry const& entry) { return entry.crc == 0; })
        && std::any_of(entries.begin(), entries.end(), [](ZipEntry const& entry) { return entry.unpacked_bytes != 0; });
}

}

TorchMembers::TorchMembers(std::shared_ptr<ZipArchive const> archive, std::string folder, std::vector<TorchFinding>& findings)
    : archive_(std::move(archive)),
      folder_(std::move(folder)),
      findings_(findings),
      has_no_crc_(has_zero_sums(*archive_))
{
}

bool TorchMembers::has_below(std::string_view inner_folder) const
{
    std::string const prefix = folder_ + std::string(inner_folder);
    auto const entries = archive_->entries();
    return std::any_of(entries.begin(), entries.end(), [&](ZipEntry const& entry) { return entry.name.starts_with(prefix); });
}

std::vector<std::string> TorchMembers::names_below(std::string_view inner_folder) const
{
    std::string const prefix = folder_ + std::string(inner_folder);
    std::vector<std::string> names;
    for (auto const& entry : archive_->entries())
        if (entry.name.starts_with(prefix) && !entry.is_directory())
            names.push_back(entry.name.substr(folder_.size()));
    return names;
}

Result<SharedBytes> TorchMembers::read(std::string_view name)
{
    auto const* const entry = find(name);
    if (entry == nullptr)
        return malformed("the archive has no member " + folder_ + std::string(name));
    auto bytes = TRY(within(entry->name, archive_->content(*entry)));
    read_.insert(entry->name);
    if (!has_no_crc_ && !check_crc(*entry, bytes.bytes()))
        findings_.push_back({"crc", "the CRC of the member is wrong", entry->name, std::nullopt});
    return bytes;
}

Result<bool> TorchMembers::is_big_endian()
{
    if (!has("byteorder"))
        return false; // before PyTorch 2.0
    auto const order = TRY(read("byteorder"));
    auto const text = text_of(order.bytes());
    if (text != "little" && text != "big")
        return malformed("byteorder is \"" + std::string(text.substr(0, 20)) + "\", wanted little or big").at(folder_ + "byteorder");
    return text == "big";
}

void TorchMembers::add_archive_findings()
{
    for (auto const& found : archive_->findings())
        findings_.push_back({"archive", found.code + ": " + found.message, found.entry, found.entry.empty() ? std::optional(found.offset) : std::nullopt});
    if (has_no_crc_)
        findings_.push_back({"no-crc", "the archive was written without checksums, so damage cannot be seen", "", std::nullopt});
}

Result<void> TorchMembers::add_strangers(bool (*is_expected)(std::string_view name), std::vector<TorchPart>& parts)
{
    for (auto const& entry : archive_->entries()) {
        bool const in_folder = entry.name.starts_with(folder_);
        if (entry.is_directory() || read_.contains(entry.name) || (in_folder && is_expected(std::string_view(entry.name).substr(folder_.size()))))
            continue;
        findings_.push_back({"stranger", "a member that no reader of such an archive reads", entry.name, std::nullopt});
        auto bytes = TRY(within(entry.name, archive_->content(entry)));
        parts.push_back({entry.name, std::move(bytes)});
    }
    return {};
}

std::string torch_folder(ZipArchive const& archive, std::initializer_list<std::string_view> names)
{
    for (auto const name : names)
        for (auto const& entry : archive.entries()) {
            size_t const slash = entry.name.find('/');
            if (slash != std::string::npos && std::string_view(entry.name).substr(slash + 1) == name)
                return entry.name.substr(0, slash + 1);
        }
    return {};
}
