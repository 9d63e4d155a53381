#include "scan/judgement.h"

#include "files/tar.h"

// Archives of anything: their own records, then each member as whatever it is.

namespace {

void add_all(Judgement& judgement, std::span<ArchiveFinding const> findings)
{
    for (auto const& finding : findings)
        judgement.add_reported(finding.code, finding.message, {finding.entry.empty() ? "byte " + std::to_string(finding.offset) : finding.entry});
}

void judge_members(Judgement& judgement, ZipArchive const& archive)
{
    for (auto const& entry : archive.entries()) {
        if (entry.is_directory())
            continue;
        auto const content = archive.content(entry);
        if (!content) {
            Judgement::Place const inside(judgement, entry.name);
            judgement.add(content.error());
            continue;
        }
        if (entry.method != static_cast<uint16_t>(ZipMethod::stored))
            judgement.spend(entry.unpacked_bytes);
        if (!check_crc(entry, content->bytes()))
            judgement.add("crc", "the CRC of the member is wrong", {entry.name});
        judgement.judge_inside(*content, entry.name, Judgement::Role::member);
    }
}

}

void judge_zip(Judgement& judgement, SharedBytes const& file)
{
    auto const archive = ZipArchive::read(file, judgement.limits());
    if (!judgement.succeeded(archive))
        return;
    add_all(judgement, archive->findings());
    judge_members(judgement, *archive);
}

void judge_tar(Judgement& judgement, SharedBytes const& file)
{
    TarReader reader(file, judgement.limits());
    for (;;) {
        auto const member = reader.next();
        if (!judgement.succeeded(member) || !*member)
            break;
        if (auto const content = reader.content_in_place(); content && (*member)->type == TarType::file)
            judgement.judge_inside(*content, (*member)->name, Judgement::Role::member);
    }
    add_all(judgement, reader.findings());
}
