#include "scan/judgement.h"

#include "json/json.h"

#include <array>

// Documents that a model's loader reads beside the model: they run nothing by themselves, but some name code that the loader imports.

namespace {

constexpr uint64_t longest_config = uint64_t{8} << 20; // tokenizers are longer, and no configuration

bool is_own_module(std::string_view name, std::string_view package) { return name == package || (name.starts_with(package) && name.substr(package.size()).starts_with('.')); }

// "modeling_net.Net" and "owner/repository--modeling_net.Net" name modeling_net.py.
std::string file_of(std::string_view reference)
{
    auto const other_repository = reference.find("--");
    auto const local = other_repository == reference.npos ? reference : reference.substr(other_repository + 2);
    return std::string(local.substr(0, local.rfind('.'))) + ".py";
}

void name_code(Judgement& judgement, std::string_view key, std::string_view reference, std::string const& place)
{
    judgement.add("names-code", "\"" + std::string(key) + "\" names " + std::string(reference.substr(0, 200)) + ", which the model's loader would import and run", {place});
    judgement.report().code_files.push_back(file_of(reference));
}

// transformers: {"AutoModel": "modeling_net.Net", "AutoTokenizer": ["tokenization_net.Slow", null]}
void judge_auto_map(Judgement& judgement, Json const& map, std::string const& place)
{
    if (map.is_string())
        return name_code(judgement, "auto_map", map.get_ref<std::string const&>(), place);
    for (auto const& item : map)
        if (item.is_string() || item.is_array())
            judge_auto_map(judgement, item, place);
}

// Keys anywhere in the document: configurations of parts stand inside of those of the whole. Depth is that of the JSON reader.
void judge_json(Judgement& judgement, Json const& value, std::string const& place)
{
    if (value.is_object() && value.contains("auto_map"))
        judge_auto_map(judgement, value["auto_map"], place + "/auto_map");
    if (value.is_object())
        for (auto const& [key, item] : value.items())
            judge_json(judgement, item, place + "/" + key);
    if (value.is_array())
        for (size_t index = 0; index < value.size(); ++index)
            judge_json(judgement, value[index], place + "/" + std::to_string(index));
}

// sentence-transformers' modules.json: [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, ...]
void judge_modules(Judgement& judgement, Json const& document)
{
    if (!document.is_array())
        return;
    for (auto const& item : document) {
        bool const is_module = item.is_object() && item.contains("idx") && item.contains("type") && item["type"].is_string();
        if (!is_module)
            continue;
        auto const& type = item["type"].get_ref<std::string const&>();
        if (!is_own_module(type, "sentence_transformers"))
            name_code(judgement, "type", type, "modules");
    }
}

// Shards are files of the index' own folder.
void judge_index(Judgement& judgement, Json const& document)
{
    if (!document.is_object() || !document.contains("weight_map") || !document["weight_map"].is_object())
        return;
    for (auto const& [name, shard] : document["weight_map"].items()) {
        auto const text = shard.is_string() ? shard.get<std::string>() : std::string();
        if (text.empty() || text.find('/') != text.npos || text.find('\\') != text.npos || text == ".." || text.find('\0') != text.npos)
            judgement.add("external-data", "the shard of " + name.substr(0, 100) + " is \"" + text.substr(0, 100) + "\", wanted the name of a file beside the index", {"/weight_map"});
    }
}

// MLflow's MLmodel: `loader_module: mlflow.sklearn`. A line is enough to tell, whatever the document around it is.
void judge_yaml(Judgement& judgement, std::string_view text)
{
    static constexpr std::string_view key = "loader_module:";
    for (size_t at = text.find(key); at != text.npos; at = text.find(key, at + 1)) {
        auto value = text.substr(at + key.size());
        value = value.substr(0, value.find_first_of("\r\n#,}"));
        value.remove_prefix(std::min(value.size(), value.find_first_not_of(" \t\"'")));
        value = value.substr(0, value.find_last_not_of(" \t\"'") + 1);
        if (!is_own_module(value, "mlflow"))
            name_code(judgement, "loader_module", value, "byte " + std::to_string(at));
    }
}

}

void judge_document(Judgement& judgement, Kind kind, SharedBytes const& file)
{
    if (kind == Kind::yaml)
        return judge_yaml(judgement, text_of(file.bytes()).substr(0, longest_config));
    if (file.size() > longest_config)
        return;
    auto const document = read_json(text_of(file.bytes()), judgement.limits());
    if (!document) { // Python's reader takes more than ours: NaN, a key twice
        if (text_of(file.bytes()).find("\"auto_map\"") != std::string_view::npos)
            judgement.add("names-code", "\"auto_map\" in a document that is no strict JSON: " + document.error().what);
        return;
    }
    judge_json(judgement, *document, "");
    judge_modules(judgement, *document);
    if (kind == Kind::safetensors_index || kind == Kind::pytorch_index)
        judge_index(judgement, *document);
}
