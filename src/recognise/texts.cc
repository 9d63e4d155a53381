#include "recognise/texts.h"

#include "base/utf8.h"
#include "json/json.h"

#include <algorithm>
#include <cctype>

namespace {

// Of long files the two ends decide: what starts to read a file does so there.
constexpr size_t head_bytes = size_t{1} << 20;
constexpr size_t tail_bytes = size_t{1} << 16;
constexpr size_t longest_index = size_t{64} << 20;

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\b' && c != '\x1b'; }

bool has_control(std::string_view text) { return std::any_of(text.begin(), text.end(), is_control); }

// What may have been cut through a character at either end, without the pieces of that character.
std::string_view without_cut_characters(std::string_view text, bool at_begin, bool at_end)
{
    constexpr size_t longest_character = 4;
    auto const continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    for (size_t i = 1; at_begin && i < longest_character && !text.empty() && continues(text.front()); ++i)
        text.remove_prefix(1);
    size_t length = text.size();
    while (at_end && length > 0 && text.size() - length < longest_character && continues(text[length - 1]))
        --length;
    if (at_end && length > 0 && static_cast<unsigned char>(text[length - 1]) >= 0xC0)
        text.remove_suffix(text.size() - length + 1);
    return text;
}

// Letters of western languages in one byte each, as older text has them: no control characters of either half, and mostly ASCII.
bool is_latin(std::string_view text)
{
    constexpr ptrdiff_t least_share = 4; // one in so many may be no ASCII
    auto const is_upper_half = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
    auto const is_upper_control = [](char c) { return static_cast<unsigned char>(c) >= 0x80 && static_cast<unsigned char>(c) < 0xA0; };
    return std::none_of(text.begin(), text.end(), is_upper_control) && std::count_if(text.begin(), text.end(), is_upper_half) * least_share <= std::ssize(text);
}

// UTF-16 with its mark: pairs of bytes, none of which makes a control character of ASCII.
bool is_utf16(std::string_view text)
{
    bool const is_little = text.starts_with("\xff\xfe");
    if ((!is_little && !text.starts_with("\xfe\xff")) || text.size() < 4)
        return false;
    for (size_t at = 2; at + 1 < text.size(); at += 2) {
        char const low = text[is_little ? at : at + 1];
        char const high = text[is_little ? at + 1 : at];
        if (high == '\0' && is_control(low))
            return false;
    }
    return true;
}

bool is_text(std::string_view text)
{
    if (text.size() <= head_bytes + tail_bytes)
        return !has_control(text) && (is_utf8(text) || is_latin(text));
    auto const head = without_cut_characters(text.substr(0, head_bytes), false, true);
    auto const tail = without_cut_characters(text.substr(text.size() - tail_bytes), true, false);
    return !has_control(head) && !has_control(tail) && ((is_utf8(head) && is_utf8(tail)) || (is_latin(head) && is_latin(tail)));
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
Kind kind_of_index(Json const& document)
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

// By its first and last characters, which a reader less strict than ours would not mind more than we do. Documents on a line each are
// text: no JSON reader takes them as one.
bool has_shape_of_json(std::string_view body)
{
    if (body.size() < 2 || !((body.front() == '{' && body.back() == '}') || (body.front() == '[' && body.back() == ']')))
        return false;
    auto const inside = trimmed(body.substr(1, std::min<size_t>(body.size() - 1, 4096)));
    if (inside.empty())
        return true;
    if (body.front() == '{' && inside.front() != '"' && inside.front() != '}')
        return false;
    if (body.front() == '[' && std::string_view("[]{\"-0123456789tfnNI").find(inside.front()) == std::string_view::npos)
        return false;
    size_t const line = body.substr(0, head_bytes).find('\n');
    return line == body.npos || body.front() != '{' || trimmed(body.substr(0, line)).back() != '}' || trimmed(body.substr(line, 4096)).front() != '{';
}

Kind kind_of_json(std::string_view body, Limits const& limits)
{
    constexpr std::string_view mark = "\"weight_map\"";
    if (body.size() > longest_index || (body.substr(0, head_bytes).find(mark) == body.npos && body.substr(body.size() - std::min(body.size(), tail_bytes)).find(mark) == body.npos))
        return Kind::json;
    auto const document = read_json(body, limits);
    return document ? kind_of_index(*document) : Kind::json;
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
    if (is_utf16(text.substr(0, head_bytes)))
        return Kind::text;
    if (text.starts_with("\xef\xbb\xbf"))
        text.remove_prefix(3);
    if (!is_text(text))
        return std::nullopt;
    std::string_view const body = trimmed(text);
    if (has_shape_of_json(body))
        return kind_of_json(body, limits);
    std::string_view const head = body.substr(0, head_bytes);
    if (head.find("{%") != head.npos && head.find("%}") != head.npos)
        return Kind::template_text;
    return kind_of_lines(text);
}
