#include "package/yaml.h"

#include "package/package.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace {

constexpr size_t deepest = 64;

constexpr std::array<std::string_view, 24> words{"null", "Null", "NULL", "~", "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "n"};

// What a plain scalar stands for. Source: PyYAML's resolver (YAML 1.1), which MLflow reads with; octal, sexagesimal and dates are
// left as texts.
Json plain_value(std::string const& text)
{
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
        return nullptr;
    for (auto const truth : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
        if (text == truth)
            return true;
    for (auto const falsehood : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
        if (text == falsehood)
            return false;
    if (text.find_first_not_of("-+.eE0123456789") != text.npos)
        return text;
    auto const* const end = text.data() + text.size();
    int64_t integer = 0;
    auto const leading_zero = text.size() > 1 && text[text[0] == '-' ? 1 : 0] == '0' && text != "-0";
    if (auto const [stop, fault] = std::from_chars(text.data(), end, integer); fault == std::errc{} && stop == end)
        return leading_zero ? Json(text) : Json(integer);
    double number = 0;
    if (auto const [stop, fault] = std::from_chars(text.data(), end, number); text.find('.') != text.npos && fault == std::errc{} && stop == end && std::isfinite(number))
        return number;
    return text;
}

// Turns yaml-cpp's events into a value. After the first thing that it refuses it only waits for the end.
class JsonBuilder : public YAML::EventHandler {
public:
    explicit JsonBuilder(uint64_t steps)
        : steps_left_(steps)
    {
    }

    Result<Json> finish()
    {
        if (failure_)
            return tl::unexpected(*failure_);
        return std::move(root_);
    }

    void OnDocumentStart(YAML::Mark const&) override {}
    void OnDocumentEnd() override {}
    void OnAlias(YAML::Mark const& mark, YAML::anchor_t) override { fail(mark, refused("an alias in YAML")); }
    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override { scalar(mark, "?", anchor, {}); }
    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor, std::string const& value) override { scalar(mark, tag, anchor, value); }
    void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(mark, tag, anchor, Json::array()); }
    void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(mark, tag, anchor, Json::object()); }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

private:
    struct Level {
        Json value;
        std::optional<std::string> key; // of an object, once it has come
    };

    void fail(YAML::Mark const& mark, Failure failure)
    {
        if (!failure_)
            failure_ = std::move(failure).at("line " + std::to_string(mark.line + 1)).value();
    }

    bool is_allowed(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor)
            fail(mark, refused("an anchor in YAML"));
        if (!tag.empty() && tag != "?" && tag != "!")
            fail(mark, refused("the tag " + tag + " in YAML"));
        if (steps_left_-- == 0)
            fail(mark, exhausted("too many values in YAML"));
        return !failure_;
    }

    void scalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor, std::string const& value)
    {
        if (!is_allowed(mark, tag, anchor))
            return;
        if (is_key())
            return take_key(mark, value);
        add(tag == "?" || tag.empty() ? plain_value(value) : Json(value));
    }

    void open(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor, Json value)
    {
        if (!is_allowed(mark, tag, anchor))
            return;
        if (is_key())
            return fail(mark, unsupported("a key in YAML that is no text"));
        if (levels_.size() == deepest)
            return fail(mark, exhausted("YAML is nested deeper than " + std::to_string(deepest)));
        levels_.push_back({std::move(value), {}});
    }

    void close()
    {
        if (failure_)
            return;
        Json value = std::move(levels_.back().value);
        levels_.pop_back();
        add(std::move(value));
    }

    bool is_key() const { return !levels_.empty() && levels_.back().value.is_object() && !levels_.back().key; }

    void take_key(YAML::Mark const& mark, std::string const& key)
    {
        if (levels_.back().value.contains(key))
            return fail(mark, malformed("the key \"" + key + "\" stands here twice"));
        levels_.back().key = key;
    }

    void add(Json value)
    {
        if (levels_.empty())
            root_ = std::move(value);
        else if (levels_.back().value.is_array())
            levels_.back().value.push_back(std::move(value));
        else
            levels_.back().value[*std::exchange(levels_.back().key, std::nullopt)] = std::move(value);
    }

    uint64_t steps_left_;
    std::vector<Level> levels_;
    Json root_;
    std::optional<Error> failure_;
};

// Whether YAML reads the text as itself when it stands bare.
bool is_plain(std::string const& text)
{
    bool const letters = std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '/' || c == '<' || c == '='; });
    bool const starts_with_letter = !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
    bool const is_version = std::ranges::count(text, '.') == 2 && text.find_first_not_of("0123456789.") == text.npos && text.front() != '.' && text.back() != '.';
    return letters && (starts_with_letter || is_version) && std::ranges::find(words, text) == words.end();
}

bool has_control_character(std::string const& text)
{
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void emit(YAML::Emitter& out, Json const& value)
{
    switch (value.type()) {
    case Json::value_t::object:
        if (value.empty())
            out << YAML::Flow;
        out << YAML::BeginMap;
        for (auto const& [key, member] : value.items()) {
            out << YAML::Key;
            emit(out, Json(key));
            out << YAML::Value;
            emit(out, member);
        }
        out << YAML::EndMap;
        break;
    case Json::value_t::array:
        if (value.empty())
            out << YAML::Flow;
        out << YAML::BeginSeq;
        for (auto const& element : value)
            emit(out, element);
        out << YAML::EndSeq;
        break;
    case Json::value_t::string: {
        auto const& text = value.get_ref<std::string const&>();
        if (is_plain(text))
            out << text;
        else
            out << (has_control_character(text) ? YAML::DoubleQuoted : YAML::SingleQuoted) << text; // escapes exist in double quotes alone
        break;
    }
    case Json::value_t::null:
        out << YAML::Null;
        break;
    default:
        out << value.dump();
    }
}

}

Json in_key_order(Json const& value)
{
    if (value.is_array()) {
        Json list = Json::array();
        for (auto const& element : value)
            list.push_back(in_key_order(element));
        return list;
    }
    if (!value.is_object())
        return value;
    std::vector<std::string> keys;
    for (auto const& [key, member] : value.items())
        keys.push_back(key);
    std::ranges::sort(keys);
    Json object = Json::object();
    for (auto const& key : keys)
        object[key] = in_key_order(value[key]);
    return object;
}

std::string write_yaml(Json const& value)
{
    YAML::Emitter out;
    out.SetNullFormat(YAML::LowerNull);
    emit(out, value);
    return std::string(out.c_str(), out.size()) + "\n";
}

std::string write_mlmodel(Json const& mlmodel) { return write_yaml(in_key_order(mlmodel)); }

Result<Json> read_mlmodel(std::string_view text, Limits const& limits)
{
    if (text.size() > limits.document_bytes)
        return exhausted("YAML of " + std::to_string(text.size()) + " bytes, the limit is " + std::to_string(limits.document_bytes));
    // YAML allows no other control characters to stand in a file, and yaml-cpp takes them for letters.
    auto const odd = std::find_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f; });
    if (odd != text.end())
        return malformed("a control character in YAML").at("byte " + std::to_string(odd - text.begin()));
    if (!is_utf8(text))
        return malformed("YAML that is no UTF-8");
    JsonBuilder builder(limits.entries);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder))
            return malformed("an empty YAML document");
    } catch (YAML::Exception const& fault) {
        return malformed("no YAML: " + fault.msg).at("line " + std::to_string(fault.mark.line + 1));
    }
    return builder.finish();
}
