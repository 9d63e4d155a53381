#include "recognise/texts.h"

#include "base/utf8.h"
#include "json/json.h"

#include <algorithm>
#include <cctype>

namespace {

bool is_text(std::string_view text)
{
    bool const has_control = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\x1b'; });
    return !has_control && is_utf8(text);
}

std::string_view trimmed(std::string_view line)
{
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())))
        line.remove_prefix(1);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())))
        line.remove_suffix(1);
    return line;
}

// The index of a model that is split into shards: {"weight_map": {tensor: file}}.
Kind kind_of_json(Json const& document)
{
    if (!document.is_object() || !document.contains("weight_map") || !document["weight_map"].is_object() || document["weight_map"].empty())
        return Kind::json;
    auto const all_end_with = [&](std::string_view suffix) {
        auto const& map = document["weight_map"];
        return std::all_of(map.begin(), map.end(), [&](Json const& file) { return file.is_string() && file.get_ref<std::string const&>().ends_with(suffix); });
    };
    if (all_end_with(".safetensors"))
        return Kind::safetensors_index;
    return all_end_with(".bin") || all_end_with(".pt") || all_end_with(".pth") ? Kind::pytorch_index : Kind::json;
}

bool is_source_line(std::string_view line)
{
    return line.starts_with("#!") || line.starts_with("#include ") || (line.starts_with("import ") && line.find(':') == line.npos) || (line.starts_with("from ") && line.find(" import ") != line.npos)
        || (line.ends_with(':') && (line.starts_with("def ") || line.starts_with("class ") || line.starts_with("async def ")));
}

// "key: value", "key:", "- item", "---"
bool is_yaml_line(std::string_view line)
{
    if (line.starts_with("- ") || line == "---" || line.starts_with("%YAML"))
        return true;
    size_t const colon = line.find(':');
    if (colon == line.npos || colon == 0 || (colon + 1 < line.size() && line[colon + 1] != ' '))
        return false;
    return std::all_of(line.begin(), line.begin() + static_cast<ptrdiff_t>(colon), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '"'; });
}

// The lines that are neither empty nor comments decide: one of source makes source, all of YAML make YAML.
Kind kind_of_lines(std::string_view text)
{
    constexpr int most_lines = 1'000;
    int lines = 0;
    int yaml_lines = 0;
    for (; !text.empty() && lines < most_lines;) {
        size_t const end = std::min(text.find('\n'), text.size());
        std::string_view const whole = text.substr(0, end);
        std::string_view const line = trimmed(whole);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || (line.starts_with('#') && !is_source_line(line)))
            continue;
        if (is_source_line(line) && (lines == 0 || whole.front() != ' '))
            return Kind::source;
        ++lines;
        yaml_lines += is_yaml_line(line) || whole.front() == ' ' ? 1 : 0;
    }
    return lines >= 1 && yaml_lines == lines ? Kind::yaml : Kind::text;
}

}

std::optional<Kind> kind_of_text(Bytes file, Limits const& limits)
{
    std::string_view text = text_of(file);
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    if (!is_text(text))
        return std::nullopt;
    std::string_view const body = trimmed(text);
    bool const is_template = body.find("{%") != body.npos && body.find("%}") != body.npos;
    if (body.starts_with('{') || body.starts_with('[')) {
        if (auto const document = read_json(body, limits))
            return kind_of_json(*document);
    }
    if (is_template)
        return Kind::template_text;
    return kind_of_lines(text);
}
