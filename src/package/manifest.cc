#include "package/manifest.h"

#include "package/schema.h"

#include <algorithm>
#include <chrono>

namespace {

constexpr int64_t format_version = 1;
constexpr uint64_t most_files = 10'000;

Json hex_list(std::vector<Digest> const& digests)
{
    Json list = Json::array();
    for (auto const& digest : digests)
        list.push_back(digest.hex());
    return list;
}

Json json_of(PackageFile const& file) { return {{"path", file.path}, {"bytes", file.size}, {"sha256", file.digest.hex()}, {"chunks", hex_list(file.chunks)}}; }

uint64_t chunks_of(uint64_t size) { return size / Digest::chunk_bytes + (size % Digest::chunk_bytes != 0); }

Result<PackageFile> read_file_entry(Json const& json)
{
    PackageFile file;
    file.path = TRY(json_text(json, "path"));
    if (file.path == manifest_name)
        return malformed("the manifest names itself");
    int64_t const size = TRY(json_integer(json, "bytes"));
    if (size < 0)
        return malformed("a file of " + std::to_string(size) + " bytes");
    file.size = static_cast<uint64_t>(size);
    file.digest = TRY(Digest::parse(TRY(json_text(json, "sha256"))));
    auto const& chunks = *TRY(json_array(json, "chunks"));
    if (chunks.size() != chunks_of(file.size))
        return malformed(std::to_string(chunks.size()) + " digests of 8 MiB blocks, wanted " + std::to_string(chunks_of(file.size)));
    for (auto const& chunk : chunks) {
        if (!chunk.is_string())
            return malformed("a digest that is a " + std::string(json_kind(chunk)));
        file.chunks.push_back(TRY(Digest::parse(chunk.get_ref<std::string const&>())));
    }
    return file;
}

Result<std::vector<PackageFile>> read_file_list(Json const& json)
{
    auto const& list = *TRY(json_array(json, "files"));
    if (list.size() > most_files)
        return exhausted(std::to_string(list.size()) + " files, the limit is " + std::to_string(most_files));
    std::vector<PackageFile> files;
    for (auto const& entry : list) {
        auto file = TRY(within("file " + std::to_string(files.size()), read_file_entry(entry)));
        if (!files.empty() && files.back().path >= file.path)
            return malformed("the file \"" + file.path + "\" stands behind \"" + files.back().path + "\"");
        if (auto const plain = check_external_location(file.path); !plain)
            return refused("the file \"" + file.path + "\": wanted plain names joined by \"/\"");
        files.push_back(std::move(file));
    }
    return files;
}

Result<std::vector<PackageValue>> read_values(Json const& json, std::string_view key)
{
    std::vector<PackageValue> values;
    for (auto const& entry : *TRY(json_array(json, key)))
        values.push_back(TRY(within(std::string(key) + " " + std::to_string(values.size()), package_value(entry))));
    return values;
}

Result<std::optional<PackageSource>> read_source(Json const& json)
{
    auto const& source = *TRY(json_member(json, "source"));
    if (source.is_null())
        return std::nullopt;
    PackageSource out;
    out.kind = TRY(json_text(source, "kind"));
    out.digest = TRY(Digest::parse(TRY(json_text(source, "sha256"))));
    return out;
}

Result<std::vector<std::string>> read_columns(Json const& json)
{
    std::vector<std::string> columns;
    for (auto const& column : *TRY(json_array(json, "input_columns"))) {
        if (!column.is_string())
            return malformed("a column's name that is a " + std::string(json_kind(column)));
        columns.push_back(column.get<std::string>());
    }
    return columns;
}

std::string two_digits(unsigned number) { return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)}; }

}

PackageFile package_file(std::string path, std::vector<SharedBytes> parts)
{
    PackageFile file{std::move(path), std::move(parts), 0, {}, {}};
    DigestStream whole;
    DigestStream chunk;
    uint64_t in_chunk = 0;
    for (auto const& part : file.parts) {
        Bytes left = part.bytes();
        file.size += left.size();
        whole.add(left);
        while (!left.empty()) {
            Bytes const piece = left.first(std::min<uint64_t>(left.size(), Digest::chunk_bytes - in_chunk));
            chunk.add(piece);
            left = left.subspan(piece.size());
            in_chunk += piece.size();
            if (in_chunk == Digest::chunk_bytes) {
                file.chunks.push_back(chunk.finish());
                chunk = DigestStream();
                in_chunk = 0;
            }
        }
    }
    if (in_chunk != 0)
        file.chunks.push_back(chunk.finish());
    file.digest = whole.finish();
    return file;
}

CalendarTime calendar_time(int64_t seconds)
{
    auto const days = std::chrono::sys_days(std::chrono::days(seconds / 86'400));
    std::chrono::year_month_day const day(days);
    auto const in_day = static_cast<unsigned>(seconds % 86'400);
    auto const year = static_cast<unsigned>(static_cast<int>(day.year()));
    return {two_digits(year / 100) + two_digits(year % 100) + "-" + two_digits(static_cast<unsigned>(day.month())) + "-" + two_digits(static_cast<unsigned>(day.day())),
        two_digits(in_day / 3600) + ":" + two_digits(in_day / 60 % 60) + ":" + two_digits(in_day % 60)};
}

std::string write_manifest(Package const& package, int64_t created_seconds)
{
    auto const values = [](std::vector<PackageValue> const& list) {
        Json json = Json::array();
        for (auto const& value : list)
            json.push_back(json_of(value));
        return json;
    };
    Json files = Json::array();
    for (auto const& file : package.files)
        files.push_back(json_of(file));
    auto const created = calendar_time(created_seconds);
    Json const manifest{
        {"format_version", format_version},
        {"name", package.name},
        {"created", created.date + "T" + created.time + "Z"},
        {"inputs", values(package.inputs)},
        {"outputs", values(package.outputs)},
        {"input_columns", package.input_columns},
        {"source", package.source ? Json{{"kind", package.source->kind}, {"sha256", package.source->digest.hex()}} : Json(nullptr)},
        {"conversion", package.conversion},
        {"report", package.report},
        {"files", std::move(files)},
    };
    return write_json(manifest, 1) + "\n";
}

Result<Package> read_manifest(std::string_view text, Limits const& limits)
{
    auto const json = TRY(read_json(text, limits));
    int64_t const version = TRY(json_integer(json, "format_version"));
    if (version != format_version)
        return unsupported("a package of format version " + std::to_string(version) + ", wanted " + std::to_string(format_version));
    Package package;
    package.name = TRY(json_text(json, "name"));
    package.inputs = TRY(read_values(json, "inputs"));
    package.outputs = TRY(read_values(json, "outputs"));
    package.input_columns = TRY(read_columns(json));
    package.source = TRY(read_source(json));
    package.conversion = *TRY(json_member(json, "conversion"));
    package.report = *TRY(json_member(json, "report"));
    package.files = TRY(read_file_list(json));
    return package;
}
