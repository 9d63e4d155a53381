#include "arrays/npz.h"

#include "arrays/npy.h"

#include "files/zip.h"

namespace {

constexpr std::string_view suffix = ".npy";

}

Result<std::vector<NamedTensor>> read_npz(SharedBytes file, Limits const& limits)
{
    auto const archive = TRY(ZipArchive::read(std::move(file), limits));
    if (!archive.findings().empty()) {
        auto const& finding = archive.findings().front();
        return refused("the archive is not as NumPy writes one: " + finding.message).at("byte " + std::to_string(finding.offset)).at("member " + finding.entry);
    }
    std::vector<NamedTensor> arrays;
    for (auto const& entry : archive.entries()) {
        if (!entry.name.ends_with(suffix))
            return malformed("the member " + entry.name + " is no array, wanted a name that ends in .npy");
        auto content = TRY(archive.checked_content(entry));
        auto tensor = TRY(within("member " + entry.name, read_npy(std::move(content), limits)));
        arrays.push_back({entry.name.substr(0, entry.name.size() - suffix.size()), std::move(tensor)});
    }
    return arrays;
}

Result<std::vector<SharedBytes>> write_npz(std::span<NamedTensor const> arrays)
{
    ZipWriter writer;
    for (auto const& array : arrays) {
        auto parts = TRY(within("array " + array.name, write_npy(array.tensor)));
        TRY(writer.add(array.name + std::string(suffix), std::move(parts)));
    }
    return std::move(writer).finish();
}
