#pragma once

#include "files/zip.h"
#include "torch/finding.h"

#include <memory>
#include <set>
#include <string_view>

// The members of one of PyTorch's archives, which stand in one folder: the file's stem, or "archive".
//
// What a member's bytes are read from is remembered, so that in the end those are known that nothing has read.
class TorchMembers {
public:
    // `folder` ends with a slash, or is empty. `findings` must outlive this.
    TorchMembers(std::shared_ptr<ZipArchive const> archive, std::string folder, std::vector<TorchFinding>& findings);

    std::shared_ptr<ZipArchive const> const& archive() const { return archive_; }
    std::string const& folder() const { return folder_; }
    ZipEntry const* find(std::string_view name) const { return archive_->find(folder_ + std::string(name)); }
    bool has(std::string_view name) const { return find(name) != nullptr; }
    bool has_below(std::string_view inner_folder) const;
    // Names within the folder that begin so, in the archive's order; folders are left out.
    std::vector<std::string> names_below(std::string_view inner_folder) const;

    // Fails with malformed where there is no such member. A wrong CRC is a finding "crc", but for archives without any: there every CRC
    // is stated as 0 (torch.serialization.set_crc32_options(False)), which is one finding "no-crc".
    Result<SharedBytes> read(std::string_view name);
    // `byteorder`: little where it is missing. Fails with malformed.
    Result<bool> is_big_endian();
    bool was_read(std::string_view name) const { return read_.contains(folder_ + std::string(name)); }
    // The member is read by somebody else.
    void mark_read(std::string_view name) { read_.insert(folder_ + std::string(name)); }

    bool states_no_crc() const { return has_no_crc_; }

    // What the archive's reader found; call it once.
    void add_archive_findings();
    // A finding "stranger" and a part for each member that nothing has read and whose name `is_expected` does not know. Fails as
    // reading does.
    Result<void> add_strangers(bool (*is_expected)(std::string_view name), std::vector<TorchPart>& parts);

private:
    std::shared_ptr<ZipArchive const> archive_;
    std::string folder_;
    std::vector<TorchFinding>& findings_;
    std::set<std::string, std::less<>> read_;
    bool has_no_crc_ = false;
};

// The folder in which the first member of one of these names stands, with its slash; empty where there is none.
std::string torch_folder(ZipArchive const& archive, std::initializer_list<std::string_view> names);
