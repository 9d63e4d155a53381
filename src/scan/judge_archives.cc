#include "scan/judgement.h"

#include "files/spool.h"
#include "files/tar.h"

#include <set>

// Archives of anything: their own records, then each member as whatever it is.

namespace {

void add_all(Judgement& judgement, std::span<ArchiveFinding const> findings)
{
    for (auto const& finding : findings)
        judgement.add_reported(finding.code, finding.message, {finding.entry.empty() ? "byte " + std::to_string(finding.offset) : finding.entry});
}

// No name may be a file and the folder of another one.
class MemberNames {
public:
    void add(Judgement& judgement, std::string_view name)
    {
        if (folders_.size() >= most_folders)
            return;
        bool const is_folder = name.ends_with('/');
        if (!is_folder && folders_.contains(name))
            tell(judgement, name);
        for (size_t slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1)) {
            auto const folder = name.substr(0, slash);
            if (files_.contains(folder))
                tell(judgement, folder);
            folders_.emplace(folder);
            if (folders_.size() == most_folders)
                return judgement.add("limit", "more than " + std::to_string(most_folders) + " folders");
        }
        if (!is_folder)
            files_.emplace(name);
    }

private:
    static constexpr size_t most_folders = 200'000;

    static void tell(Judgement& judgement, std::string_view name) { judgement.add("archive", "duplicate-name: a file and a folder of one name", {std::string(name)}); }

    std::set<std::string, std::less<>> files_;
    std::set<std::string, std::less<>> folders_;
};

// Stored members lie in the archive; what is packed comes out in one piece, in a file of its own where it is large.
Result<SharedBytes> unpacked(Judgement& judgement, ZipArchive const& archive, ZipEntry const& entry)
{
    if (entry.method == static_cast<uint16_t>(ZipMethod::stored))
        return archive.content(entry);
    auto const stream = TRY(archive.open(entry, ZipCrc::ignored));
    auto content = TRY(spool(*stream, judgement.options().temporary_folder, judgement.limits()));
    judgement.spend(content.size());
    return content;
}

// Of plain numbers nothing can run: their checksum is compared where somebody asks for it.
bool needs_checksum(Judgement const& judgement, SharedBytes const& content)
{
    Kind const kind = content.size() > most_spooled_in_memory ? recognise(content, judgement.limits()) : Kind::unknown;
    return judgement.options().deep || (kind != Kind::numpy && kind != Kind::safetensors);
}

void judge_members(Judgement& judgement, ZipArchive const& archive)
{
    for (auto const& entry : archive.entries()) {
        if (entry.is_directory())
            continue;
        auto const content = unpacked(judgement, archive, entry);
        if (!content) {
            Judgement::Place const inside(judgement, entry.name);
            judgement.add(content.error());
            continue;
        }
        if (needs_checksum(judgement, *content) && !check_crc(entry, content->bytes()))
            judgement.add("crc", "the CRC of the member is wrong", {entry.name});
        judgement.judge_inside(*content, entry.name, Judgement::Role::member);
    }
}

}

void judge_zip(Judgement& judgement, SharedBytes const& file, bool names_matter)
{
    auto const archive = ZipArchive::read(file, judgement.limits());
    if (!judgement.succeeded(archive))
        return;
    add_all(judgement, archive->findings());
    if (names_matter) {
        add_all(judgement, archive->notes());
        MemberNames names;
        for (auto const& entry : archive->entries())
            names.add(judgement, entry.name);
    }
    judge_members(judgement, *archive);
}

void judge_tar(Judgement& judgement, SharedBytes const& file)
{
    TarReader reader(file, judgement.limits());
    MemberNames names;
    for (;;) {
        auto const member = reader.next();
        if (!judgement.succeeded(member) || !*member)
            break;
        if ((*member)->type == TarType::file)
            names.add(judgement, (*member)->name);
        if (auto const content = reader.content_in_place(); content && (*member)->type == TarType::file)
            judgement.judge_inside(*content, (*member)->name, Judgement::Role::member);
    }
    add_all(judgement, reader.findings());
    add_all(judgement, reader.notes());
}
