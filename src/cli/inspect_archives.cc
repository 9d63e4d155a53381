#include "cli/description.h"

#include "base/utf8.h"
#include "files/compression.h"
#include "files/spool.h"
#include "files/tar.h"
#include "files/zip.h"
#include "foreign/foreign.h"
#include "publish/words.h"

#include <algorithm>

namespace {

constexpr size_t head_bytes = 512; // tell a compression

class Members {
public:
    explicit Members(Description& description)
        : description_(description)
    {
        description_.document["members"] = Json::array();
    }

    void add(std::string_view name, uint64_t bytes, std::string const& kind = {})
    {
        description_.document["members"].push_back({{"name", escape_invalid_utf8(name)}, {"bytes", bytes}});
        rows_.push_back({escape_unprintable(name), bytes_text(bytes), kind});
    }
    void finish()
    {
        auto title = count_text(rows_.size(), "member");
        description_.add_section(std::move(title), std::move(rows_));
    }

private:
    Description& description_;
    std::vector<std::vector<std::string>> rows_;
};

std::string kind_text(TarType type)
{
    switch (type) {
    case TarType::file:
        return "";
    case TarType::directory:
        return "folder";
    case TarType::hard_link:
        return "hard link";
    case TarType::symbolic_link:
        return "link";
    case TarType::special:
        return "device or pipe";
    }
    return "";
}

void add_facts(SharedBytes const& bytes, Description& description)
{
    for (auto const& fact : foreign_facts(bytes)) {
        description.document["facts"][fact.name] = escape_invalid_utf8(fact.value);
        description.add_row(fact.name, escape_unprintable(fact.value));
    }
}

}

Result<void> describe_archive(SharedBytes const& bytes, Description& description)
{
    auto const archive = TRY(ZipArchive::read(bytes));
    add_facts(bytes, description);
    Members members(description);
    for (auto const& entry : archive.entries())
        members.add(entry.name, entry.unpacked_bytes);
    members.finish();
    return {};
}

Result<void> describe_tar(SharedBytes const& bytes, Description& description)
{
    TarReader reader(bytes);
    Members members(description);
    while (auto const member = TRY(reader.next()))
        members.add(member->name, member->bytes, kind_text(member->type));
    members.finish();
    return {};
}

Result<void> describe_compressed(SharedBytes const& bytes, std::filesystem::path const& temporary_folder, Description& description)
{
    auto const compression = compression_of(bytes.bytes().first(std::min(bytes.size(), head_bytes)));
    if (!compression)
        return {};
    description.add_row("compressed", std::string(name_of(*compression)));
    Decompressor stream(*compression, bytes);
    auto const content = TRY(spool(stream, temporary_folder));
    Kind const inside = recognise(content);
    description.document["inside"] = name_of(inside);
    description.document["unpacked_bytes"] = content.size();
    description.add_row("inside", std::string(title_of(inside)) + ", " + bytes_text(content.size()));
    if (inside == Kind::compressed) // whoever packs twice unpacks twice
        return {};
    return within("unpacked content", describe_bytes(inside, content, temporary_folder, description));
}

Result<void> describe_foreign(SharedBytes const& bytes, Description& description)
{
    if (auto const format = foreign_format_of(bytes.bytes())) {
        description.document["format"] = format->name;
        description.add_row("format", std::string(format->name));
    }
    add_facts(bytes, description);
    return {};
}
