#include "recognise/disguise.h"

#include "pickle/machine.h"

#include <algorithm>
#include <cstring>

namespace {

constexpr size_t end_record_bytes = 22;
constexpr size_t longest_comment = 0xFFFF;
constexpr size_t zip64_records_bytes = 56 + 20; // between the central directory and its end record, where they are there

// In prose a line may be an opcode by chance; a name that no program could import tells it.
bool is_importable(std::string_view name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return c >= 0x80 || c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

}

bool runs_as_pickle(Bytes file, Limits const& limits)
{
    PickleOptions options;
    options.limits = limits;
    PickleRun const run = run_pickle(file, options);
    auto const& mentions = run.pickle.mentions;
    return std::any_of(mentions.begin(), mentions.end(), [&](PickleMention const& mention) {
        auto const global = run.pickle.graph.value(mention.global);
        return (mention.called || !run.error) && is_importable(global.module().value_or("")) && is_importable(global.name().value_or(""));
    });
}

bool ends_as_archive(Bytes file)
{
    auto const text = text_of(file);
    if (text.size() < end_record_bytes)
        return false;
    auto const end = text.rfind("PK\5\6", text.size() - end_record_bytes);
    if (end == text.npos || text.size() - end > end_record_bytes + longest_comment)
        return false;
    uint32_t directory_bytes;
    std::memcpy(&directory_bytes, text.data() + end + 12, sizeof directory_bytes);
    auto const begins_before = [&](size_t place) { return directory_bytes <= place && text.substr(place - directory_bytes).starts_with("PK\1\2"); };
    return begins_before(end) || (end >= zip64_records_bytes && begins_before(end - zip64_records_bytes));
}
