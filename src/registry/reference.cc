#include "registry/reference.h"

#include "registry/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace {

constexpr std::string_view scheme = "models:/";
constexpr std::string_view forms = "write models:/NAME/3, models:/NAME@ALIAS, models:/NAME/Production or models:/NAME/latest";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool has_control_character(std::string_view text)
{
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\n\r\f\v") == text.npos; }

Result<int64_t> parse_number(std::string_view digits)
{
    int64_t number = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size())
        return bad_usage("no version has a number like " + quoted_text(digits));
    return number;
}

Result<ModelReference> selected(std::string_view name, std::string_view selector)
{
    ModelReference reference;
    reference.name = name;
    if (all_digits(selector)) {
        reference.by = ModelSelector::number;
        reference.number = TRY(parse_number(selector));
    } else if (lower(selector) == "latest") {
        reference.by = ModelSelector::latest;
    } else {
        reference.by = ModelSelector::stage;
        reference.label = TRY(canonical_stage(selector));
    }
    return reference;
}

// NAME/SELECTOR or NAME@ALIAS, nothing before it.
Result<ModelReference> parse_selection(std::string_view rest)
{
    if (size_t const slash = rest.find('/'); slash != rest.npos) {
        TRY(check_model_name(rest.substr(0, slash)));
        return selected(rest.substr(0, slash), rest.substr(slash + 1));
    }
    size_t const at = rest.rfind('@');
    if (at == rest.npos)
        return bad_usage("no version is named").hint(std::string(forms));
    ModelReference reference;
    reference.name = rest.substr(0, at);
    reference.by = ModelSelector::alias;
    reference.label = rest.substr(at + 1);
    TRY(check_model_name(reference.name));
    TRY(check_alias(reference.label));
    return reference;
}

}

std::string ModelReference::text() const
{
    std::string const start = std::string(scheme) + name;
    switch (by) {
    case ModelSelector::number:
        return start + "/" + std::to_string(number);
    case ModelSelector::alias:
        return start + "@" + label;
    case ModelSelector::stage:
        return start + "/" + label;
    case ModelSelector::latest:
        break;
    }
    return start + "/latest";
}

Result<ModelReference> parse_model_reference(std::string_view text)
{
    if (!text.starts_with(scheme) || text.substr(scheme.size()).starts_with("/"))
        return bad_usage(quoted_text(text) + " is no model reference").hint(std::string(forms));
    return within(quoted_text(text), parse_selection(text.substr(scheme.size())));
}

Result<ModelAddress> parse_model_address(std::string_view text)
{
    if (text.empty())
        return bad_usage("a model is wanted, found nothing").hint("name a file, a folder, or " + std::string(forms.substr(6)));
    if (!text.starts_with("models:"))
        return ModelAddress(ModelPath{std::string(text)});
    return ModelAddress(TRY(parse_model_reference(text)));
}

Result<NamedModel> parse_named_model(std::string_view text)
{
    std::string_view const rest = text.starts_with(scheme) ? text.substr(scheme.size()) : text;
    if (rest.find_first_of("/@") == rest.npos) {
        TRY(check_model_name(rest));
        return NamedModel{std::string(rest), std::nullopt};
    }
    auto reference = TRY(within(quoted_text(text), parse_selection(rest)));
    std::string name = reference.name;
    return NamedModel{std::move(name), std::move(reference)};
}

Result<void> check_model_name(std::string_view name)
{
    if (is_blank(name))
        return bad_usage("a model needs a name");
    if (name == "." || name == "..")
        return bad_usage(quoted_text(name) + " cannot be the name of a model");
    if (name.find_first_of("/:") != name.npos)
        return bad_usage("the name of a model has no `/` and no `:`, found " + quoted_text(name));
    if (has_control_character(name) || !is_utf8_text(name))
        return bad_usage("the name of a model is text in UTF-8 without control characters, found " + quoted_text(name));
    if (name.size() > 2000)
        return bad_usage("the name of a model has at most 2000 bytes, found " + std::to_string(name.size()));
    return {};
}

Result<void> check_alias(std::string_view alias)
{
    auto const allowed = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80; };
    if (alias.empty())
        return bad_usage("an alias needs a name");
    if (alias.size() > 255)
        return bad_usage("an alias has at most 255 bytes, found " + std::to_string(alias.size()));
    if (!std::all_of(alias.begin(), alias.end(), allowed) || !is_utf8_text(alias))
        return bad_usage("an alias has letters, digits, `_` and `-` only, found " + quoted_text(alias));
    if (lower(alias) == "latest")
        return bad_usage("`latest` always means the newest version and cannot be an alias");
    if ((alias[0] == 'v' || alias[0] == 'V') && all_digits(alias.substr(1)))
        return bad_usage(quoted_text(alias) + " looks like a version number and cannot be an alias");
    return {};
}

Result<std::string> canonical_stage(std::string_view stage)
{
    static constexpr std::array<std::string_view, 4> stages = {"None", "Staging", "Production", "Archived"};
    for (auto const known : stages)
        if (lower(known) == lower(stage))
            return std::string(known);
    return bad_usage("there is no stage " + quoted_text(stage)).hint("the stages are None, Staging, Production and Archived; an alias is written NAME@ALIAS");
}

Result<void> check_tag(std::string_view key, std::string_view value)
{
    if (key.empty() || key.size() > 250)
        return bad_usage("the key of a tag has 1 to 250 bytes, found " + std::to_string(key.size()));
    if (value.size() > 100'000)
        return bad_usage("the value of a tag has at most 100000 bytes, found " + std::to_string(value.size())).at("tag " + quoted_text(key));
    if (key.find('\0') != key.npos || value.find('\0') != value.npos || !is_utf8_text(key) || !is_utf8_text(value))
        return bad_usage("a tag is text in UTF-8 without NUL").at("tag " + quoted_text(key));
    return {};
}

Result<void> check_version_path(std::string_view path)
{
    if (path.empty() || path.size() > 4000)
        return bad_usage("the path of a file has 1 to 4000 bytes, found " + std::to_string(path.size()));
    if (has_control_character(path) || !is_utf8_text(path) || path.find('\\') != path.npos)
        return bad_usage("the path of a file is text in UTF-8 without control characters and `\\`, found " + quoted_text(path));
    for (size_t start = 0; start <= path.size();) {
        size_t const end = std::min(path.find('/', start), path.size());
        std::string_view const part = path.substr(start, end - start);
        if (part.empty() || part == "." || part == "..")
            return bad_usage("the path of a file is relative and in normal form, found " + quoted_text(path));
        if (part.size() > 255)
            return bad_usage("a part of a file's path has at most 255 bytes, found " + quoted_text(path));
        start = end + 1;
    }
    return {};
}
