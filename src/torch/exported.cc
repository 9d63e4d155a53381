#include "torch/exported.h"

#include "torch/exported_model.h"
#include "torch/exported_weights.h"
#include "torch/members.h"

namespace {

constexpr int64_t newest_schema = 8; // torch/_export/serde/schema.py, SCHEMA_VERSION
constexpr std::string_view models = "models/";
constexpr std::string_view weights = "data/weights/";
constexpr std::string_view constants = "data/constants/";
constexpr std::string_view samples = "data/sample_inputs/";
constexpr std::string_view native = "data/aotinductor/";
constexpr std::string_view device_code = "data/mtia";

// Python's writer spelled infinite numbers as words before PyTorch 2.6, which JSON does not have: they become texts.
std::string with_texts_for_words(std::string_view text)
{
    std::string changed;
    bool in_text = false;
    for (size_t place = 0; place < text.size();) {
        char const c = text[place];
        std::string_view const rest = text.substr(place);
        auto const is_word = [&](std::string_view word) { return !in_text && rest.starts_with(word); };
        if (is_word("-Infinity") || is_word("Infinity") || is_word("NaN")) {
            size_t const size = c == '-' ? 9 : c == 'I' ? 8
                                                        : 3;
            changed.append("\"").append(rest.substr(0, size)).append("\"");
            place += size;
            continue;
        }
        if (in_text && c == '\\' && rest.size() > 1) {
            changed.append(rest.substr(0, 2));
            place += 2;
            continue;
        }
        in_text = in_text != (c == '"');
        changed.push_back(c);
        ++place;
    }
    return changed;
}

Result<Json> read_document(std::string_view text, Limits const& limits)
{
    auto json = read_json(text, limits);
    bool const has_words = !json && (text.find("Infinity") != text.npos || text.find("NaN") != text.npos);
    return has_words ? read_json(with_texts_for_words(text), limits) : std::move(json);
}

bool is_expected(std::string_view name)
{
    return name == "archive_format" || name == "archive_version" || name == ".data/version" || name == ".data/serialization_id" || name == "byteorder" || name == "version" || name == ".format_version" || name == ".storage_alignment";
}

class ExportedReader {
public:
    ExportedReader(std::shared_ptr<ZipArchive const> archive, Limits const& limits)
        : limits_(limits),
          members_(archive, torch_folder(*archive, {"archive_format", "archive_version"}), file_.findings)
    {
    }

    Result<ExportedProgramFile> read()
    {
        members_.add_archive_findings();
        file_.is_old = members_.has("serialized_exported_program.json");
        if (file_.is_old)
            TRY(read_old());
        else
            TRY(read_packaged());
        TRY(members_.add_strangers(is_expected, file_.parts));
        return std::move(file_);
    }

private:
    void add_finding(std::string code, std::string member, std::string message) { file_.findings.push_back({std::move(code), std::move(message), std::move(member), std::nullopt}); }

    Result<Json> read_member_json(std::string const& name)
    {
        auto const bytes = TRY(members_.read(name));
        return within(name, read_document(text_of(bytes.bytes()), limits_));
    }

    Result<ExportedModel> read_model(std::string const& member, std::string name)
    {
        auto json = TRY(read_member_json(member));
        auto const document = std::make_shared<ExportedDocument>(ExportedDocument{member, std::move(json)});
        TRY(within(member, check_schema(document->json)));
        ExportedModel model;
        model.name = std::move(name);
        judge_exported_model(document->json, member, limits_, file_.findings);
        describe_exported_model(document->json, model);
        model.document = document;
        return model;
    }

    // What a newer schema gives PyTorch to evaluate is not known.
    static Result<void> check_schema(Json const& program)
    {
        TRY(json_object(program, "graph_module"));
        auto const* const schema = TRY(json_member(program, "schema_version"));
        auto const major = schema->is_object() ? TRY(json_integer(*schema, "major")) : int64_t{0}; // the first ones were numbers
        if (major > newest_schema)
            return unsupported("an exported program of schema " + std::to_string(major) + ", newer than " + std::to_string(newest_schema));
        return {};
    }

    Result<void> add_part(std::string const& name)
    {
        auto bytes = TRY(members_.read(name));
        file_.parts.push_back({name, std::move(bytes)});
        return {};
    }

    // Also what no config lists is loaded by somebody: torch.export reads whatever stands below these names.
    Result<void> read_packaged()
    {
        bool const is_big_endian = TRY(members_.is_big_endian());
        for (auto const& member : members_.names_below(models)) {
            if (!member.ends_with(".json"))
                continue;
            std::string const name = member.substr(models.size(), member.size() - models.size() - std::string_view(".json").size());
            auto model = TRY(read_model(member, name));
            TRY(read_tensors(std::string(weights), name, "weights", is_big_endian, model.weights, model));
            TRY(read_tensors(std::string(constants), name, "constants", is_big_endian, model.constants, model));
            file_.models.push_back(std::move(model));
        }
        for (auto const& member : members_.names_below(samples))
            TRY(add_part(member));
        for (auto const& member : members_.names_below(constants))
            if (!members_.was_read(member))
                TRY(add_part(member));
        for (auto const& member : members_.names_below("extra/")) {
            file_.extra_files.push_back(member.substr(std::string_view("extra/").size()));
            TRY(add_part(member));
        }
        find_native_code();
        if (file_.models.empty() && !members_.has_below(native))
            return malformed("an exported program without " + std::string(models) + "NAME.json");
        return {};
    }

    void find_native_code()
    {
        for (auto const folder : {native, device_code})
            for (auto const& member : members_.names_below(folder)) {
                members_.mark_read(member);
                bool const is_data = member.ends_with(".json") || member.ends_with(".txt");
                if (!is_data)
                    add_finding("native-code", member, "compiled code, or source that is compiled: PyTorch loads it into the process");
            }
    }

    // Between 2.8 and the configs there was one file of torch.save.
    Result<void> read_tensors(std::string const& folder, std::string const& name, std::string const& what, bool is_big_endian, std::vector<CheckpointTensor>& tensors, ExportedModel& model)
    {
        if (members_.has(folder + name + ".pt"))
            return read_saved(folder + name + ".pt", tensors, model);
        std::string const config_name = folder + name + "_" + what + "_config.json";
        if (!members_.has(config_name))
            return malformed("the archive has no member " + config_name);
        auto const config = TRY(read_member_json(config_name));
        return within(config_name, read_exported_weights(config, folder, members_, is_big_endian, storages_, tensors, model.left_out, file_));
    }

    // A file of torch.save, which is judged as a part; here it is read for its tensors.
    Result<void> read_saved(std::string const& member, std::vector<CheckpointTensor>& tensors, ExportedModel& model)
    {
        TRY(add_part(member));
        auto checkpoint = read_checkpoint(file_.parts.back().bytes, {limits_, false});
        if (!checkpoint) {
            model.left_out.push_back(member + ": " + checkpoint.error().text());
            return {};
        }
        for (auto const& odd : checkpoint->odd_tensors)
            model.left_out.push_back(odd.name + ": " + odd.made_by);
        uint64_t const first = storages_.size();
        for (auto& tensor : checkpoint->tensors) {
            tensor.tensor.storage += first;
            storages_.emplace(member + "/" + tensor.tensor.storage_key, storages_.size());
            tensors.push_back(std::move(tensor));
        }
        return {};
    }

    Result<void> read_old()
    {
        auto model = TRY(read_model("serialized_exported_program.json", "model"));
        for (char const* const form : {".pt", ".json"}) {
            std::string const ending = form;
            if (members_.has("serialized_state_dict" + ending))
                TRY(read_saved("serialized_state_dict" + ending, model.weights, model));
            if (members_.has("serialized_constants" + ending))
                TRY(read_saved("serialized_constants" + ending, model.constants, model));
            if (members_.has("serialized_example_inputs" + ending))
                TRY(add_part("serialized_example_inputs" + ending));
        }
        for (auto const& member : members_.names_below("extra_files/")) {
            file_.extra_files.push_back(member.substr(std::string_view("extra_files/").size()));
            TRY(add_part(member));
        }
        if (model.schema_version.empty() && members_.has("version")) {
            auto const version = TRY(members_.read("version"));
            model.schema_version = std::string(text_of(version.bytes()).substr(0, 20));
        }
        file_.models.push_back(std::move(model));
        return {};
    }

    Limits const& limits_;
    ExportedProgramFile file_;
    TorchMembers members_;
    std::map<std::string, uint64_t> storages_; // by member
};

}

Result<ExportedProgramFile> read_exported_program(SharedBytes file, Limits const& limits)
{
    auto archive = std::make_shared<ZipArchive const>(TRY(ZipArchive::read(std::move(file), limits)));
    return ExportedReader(std::move(archive), limits).read();
}
