#include "foreign/foreign.h"

#include "base/cursor.h"
#include "files/zip.h"
#include "foreign/protobuf_fields.h"
#include "foreign/signatures.h"
#include "json/json.h"

#include <algorithm>
#include <set>

namespace {

using Facts = std::vector<ForeignFact>;

constexpr size_t longest_value = 120;

std::string shortened(std::string_view text)
{
    return text.size() <= longest_value ? std::string(text) : std::string(text.substr(0, longest_value)) + "...";
}

// GGUF's metadata values, by their type. Source: GGUF specification, gguf_metadata_value_type.
enum GgufType : uint32_t { u8,
    i8,
    u16,
    i16,
    u32,
    i32,
    f32,
    boolean,
    string,
    array,
    u64,
    i64,
    f64 };

std::optional<size_t> gguf_width(uint32_t type)
{
    switch (type) {
    case u8:
    case i8:
    case boolean:
        return 1;
    case u16:
    case i16:
        return 2;
    case u32:
    case i32:
    case f32:
        return 4;
    case u64:
    case i64:
    case f64:
        return 8;
    default:
        return std::nullopt;
    }
}

// A value passed over; its text where it is a string.
Result<std::string_view> take_gguf_value(Cursor& cursor, uint32_t type)
{
    if (type == string)
        return cursor.take_text(TRY(cursor.take_number<uint64_t>()));
    if (type != array) {
        auto const width = gguf_width(type);
        if (!width)
            return malformed("GGUF has no type " + std::to_string(type));
        TRY(cursor.take(*width));
        return std::string_view();
    }
    uint32_t const element = TRY(cursor.take_number<uint32_t>());
    uint64_t const count = TRY(cursor.take_number<uint64_t>());
    if (auto const width = gguf_width(element)) {
        if (count > cursor.left() / *width)
            return malformed("an array of " + std::to_string(count) + " elements, beyond the file");
        TRY(cursor.take(count * *width));
        return std::string_view();
    }
    if (element != string)
        return malformed("an array of arrays");
    for (uint64_t index = 0; index < count; ++index)
        TRY(cursor.take(TRY(cursor.take_number<uint64_t>())));
    return std::string_view();
}

Result<void> add_gguf_facts(Bytes file, Limits const& limits, Facts& facts)
{
    Cursor cursor(file);
    TRY(cursor.take(4));
    auto const version = TRY(cursor.take_number<uint32_t>());
    facts.push_back({"version", std::to_string(version)});
    auto const tensors = TRY(cursor.take_number<uint64_t>());
    facts.push_back({"tensors", std::to_string(tensors)});
    uint64_t const entries = TRY(cursor.take_number<uint64_t>());
    facts.push_back({"metadata entries", std::to_string(entries)});
    for (uint64_t index = 0; index < std::min(entries, limits.entries); ++index) {
        auto const key = TRY(cursor.take_text(TRY(cursor.take_number<uint64_t>())));
        auto const value = TRY(take_gguf_value(cursor, TRY(cursor.take_number<uint32_t>())));
        if (key == "tokenizer.chat_template")
            facts.push_back({"chat template", std::to_string(value.size()) + " bytes"});
        else if (key == "general.architecture" || key == "general.name" || key == "general.license")
            facts.push_back({std::string(key.substr(8)), shortened(value)});
    }
    return {};
}

// The superblock: signature, then the version of its layout. Source: HDF5 File Format Specification, II.A.
void add_hdf5_facts(Bytes file, Facts& facts)
{
    size_t const begin = text_of(file).find("\x89HDF\r\n\x1a\n");
    if (begin != std::string_view::npos && file.size() - begin > 8)
        facts.push_back({"superblock version", std::to_string(static_cast<unsigned>(file[begin + 8]))});
    if (begin != 0)
        facts.push_back({"user block", std::to_string(begin) + " bytes"});
}

void add_saved_model_facts(Bytes file, Facts& facts)
{
    ProtobufFields fields(file);
    uint64_t graphs = 0;
    while (auto const field = fields.next()) {
        if (field->is(1, ProtobufWire::varint))
            facts.push_back({"schema version", std::to_string(field->value)});
        graphs += field->is(2, ProtobufWire::delimited) ? 1 : 0;
    }
    facts.push_back({"graphs", std::to_string(graphs)});
}

// Every "class_name" of a configuration, wherever it stands.
std::set<std::string> class_names_in(Json const& document)
{
    std::set<std::string> names;
    std::vector<Json const*> open{&document};
    while (!open.empty()) {
        Json const& value = *open.back();
        open.pop_back();
        if (value.is_object() && value.contains("class_name") && value["class_name"].is_string())
            names.insert(value["class_name"].get<std::string>());
        if (value.is_structured())
            for (auto const& inner : value)
                if (inner.is_structured())
                    open.push_back(&inner);
    }
    return names;
}

Result<void> add_keras_facts(SharedBytes const& file, Limits const& limits, Facts& facts)
{
    constexpr uint64_t longest_config = uint64_t{64} << 20;
    auto const archive = TRY(ZipArchive::read(file, limits));
    auto const* const entry = archive.find("config.json");
    if (!entry || entry->unpacked_bytes > longest_config)
        return {};
    auto const content = TRY(archive.content(*entry));
    Json const config = TRY(read_json(text_of(content.bytes()), limits));
    std::string names;
    for (auto const& name : class_names_in(config))
        names += (names.empty() ? "" : ", ") + shortened(name);
    facts.push_back({"classes", names});
    return {};
}

}

std::vector<ForeignFact> foreign_facts(SharedBytes const& file, Limits const& limits)
{
    Facts facts;
    Bytes const bytes = file.bytes();
    if (text_of(bytes).starts_with("PK")) {
        static_cast<void>(add_keras_facts(file, limits, facts)); // what was found before the bytes broke off is told
        return facts;
    }
    auto const format = foreign_format_of(bytes);
    std::string_view const kind = format ? format->kind : "";
    if (kind == "gguf")
        static_cast<void>(add_gguf_facts(bytes, limits, facts));
    else if (kind == "hdf5")
        add_hdf5_facts(bytes, facts);
    else if (kind == "tensorflow-saved-model")
        add_saved_model_facts(bytes, facts);
    return facts;
}
