#include "cli/safetensors_files.h"

#include "arrays/safetensors.h"
#include "files/atomic.h"
#include "json/json.h"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace {

struct Unit {
    std::string_view name;
    uint64_t bytes;
};
constexpr std::array<Unit, 8> units{{{"", 1}, {"B", 1}, {"KB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}};

// Files that get their names together.
class FileGroup {
public:
    Result<void> add(std::filesystem::path const& path, std::span<SharedBytes const> parts)
    {
        auto file = TRY(DurableFile::create(path));
        for (auto const& part : parts)
            TRY(file.add(part.bytes()));
        files_.emplace_back(path, std::move(file));
        return {};
    }

    // What was named before one fails is removed, unless it took the place of an older file.
    Result<void> commit()
    {
        std::vector<std::filesystem::path> new_paths;
        for (auto& [path, file] : files_) {
            std::error_code ignored;
            bool const is_new = !std::filesystem::exists(path, ignored);
            if (auto const committed = file.commit(); !committed) {
                for (auto const& written : new_paths)
                    std::filesystem::remove(written, ignored);
                return committed;
            }
            if (is_new)
                new_paths.push_back(path);
        }
        return {};
    }

private:
    std::vector<std::pair<std::filesystem::path, DurableFile>> files_;
};

std::vector<std::span<NamedTensor const>> shards_of(std::span<NamedTensor const> tensors, std::optional<uint64_t> most_bytes)
{
    std::vector<std::span<NamedTensor const>> shards;
    size_t begin = 0;
    uint64_t bytes = 0;
    for (size_t index = 0; index < tensors.size(); ++index) {
        uint64_t const size = tensors[index].tensor.data().size();
        if (most_bytes && index > begin && (size > *most_bytes || bytes > *most_bytes - size)) {
            shards.push_back(tensors.subspan(begin, index - begin));
            begin = index;
            bytes = 0;
        }
        bytes += size;
    }
    shards.push_back(tensors.subspan(begin));
    return shards;
}

}

Result<uint64_t> size_in_bytes(std::string const& text)
{
    uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string_view const unit(end, text.data() + text.size());
    uint64_t bytes = 0;
    for (auto const& row : units)
        if (error == std::errc() && row.name == unit && !__builtin_mul_overflow(number, row.bytes, &bytes) && bytes > 0)
            return bytes;
    return bad_usage("--max-shard-size is \"" + text + "\", wanted a size such as 5GB, 200MiB or 1000000");
}

Result<WrittenFiles> write_safetensors_files(std::filesystem::path const& output, std::span<NamedTensor const> tensors, std::map<std::string, std::string> const& metadata, std::optional<uint64_t> most_bytes)
{
    TRY(write_safetensors(tensors, metadata)); // names that stand twice may be in two shards
    auto const shards = shards_of(tensors, most_bytes);
    WrittenFiles written;
    FileGroup group;
    Json map = Json::object();
    for (size_t number = 0; number < shards.size(); ++number) {
        auto path = output;
        if (shards.size() > 1)
            path.replace_filename(fmt::format("{}-{:05}-of-{:05}.safetensors", output.stem().string(), number + 1, shards.size()));
        auto const parts = TRY(write_safetensors(shards[number], metadata));
        TRY(group.add(path, parts));
        written.files.push_back(path.string());
        for (auto const& [name, tensor] : shards[number]) {
            written.bytes += tensor.data().size();
            if (shards.size() > 1)
                map.get_ref<Json::object_t&>().emplace_back(name, path.filename().string());
        }
    }
    if (shards.size() > 1) {
        auto path = output;
        path += ".index.json";
        Json const index{{"metadata", {{"total_size", written.bytes}}}, {"weight_map", std::move(map)}};
        std::vector<SharedBytes> const parts{SharedBytes::take(write_json(index, 2) + "\n")};
        TRY(group.add(path, parts));
        written.files.push_back(path.string());
    }
    TRY(group.commit());
    return written;
}
