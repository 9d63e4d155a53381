#include "cli/input_option.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace {

std::optional<int64_t> whole(std::string_view text)
{
    int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool is_symbol(std::string_view text)
{
    return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

// An option and its text, for messages.
struct TypeOption {
    std::string_view option;
    std::string_view text;
};

Failure wrong_input(TypeOption const& given, std::string const& why) { return bad_usage(std::string(given.option) + " \"" + std::string(given.text) + "\": " + why).hint("write NAME:DTYPE[batch,3,?], for example x:float32[batch,3,224,224]"); }

Failure wrong_dynamic(std::string_view text, std::string const& why)
{
    return bad_usage("--dynamic \"" + std::string(text) + "\": " + why).hint("write auto, none, all or NAME:AXIS[=SYMBOL], for example x:0=batch or '*:0=batch'");
}

Result<InputAxisSize> parse_size(std::string_view text, TypeOption const& given)
{
    text = trimmed(text);
    if (text == "?")
        return InputAxisSize{std::nullopt, "", true};
    if (auto const number = whole(text)) {
        if (*number < 0)
            return wrong_input(given, "a size is negative");
        return InputAxisSize{number, "", false};
    }
    if (!is_symbol(text))
        return wrong_input(given, "\"" + std::string(text) + "\" is neither a number, a symbol nor ?");
    return InputAxisSize{std::nullopt, std::string(text), false};
}

}

Result<InputSpecification> parse_input_option(std::string_view text, std::string_view option)
{
    TypeOption const given{option, text};
    size_t const bracket = text.find('[');
    size_t const colon = text.substr(0, bracket).rfind(':');
    if (colon == text.npos || colon == 0 || bracket == text.npos || !text.ends_with(']'))
        return wrong_input(given, "it has not the form NAME:DTYPE[...]");
    InputSpecification input;
    input.name = text.substr(0, colon);
    auto const dtype_name = text.substr(colon + 1, bracket - colon - 1);
    auto const dtype = dtype_named(dtype_name);
    if (!dtype)
        return wrong_input(given, "there is no dtype \"" + std::string(dtype_name) + "\"");
    input.dtype = *dtype;
    auto sizes = text.substr(bracket + 1, text.size() - bracket - 2);
    while (!trimmed(sizes).empty()) {
        size_t const end = std::min(sizes.find(','), sizes.size());
        input.axes.push_back(TRY(parse_size(sizes.substr(0, end), given)));
        sizes.remove_prefix(std::min(end + 1, sizes.size()));
    }
    return input;
}

Result<void> parse_dynamic_option(std::string_view text, ConvertOptions& options)
{
    if (text == "auto" || text == "none" || text == "all") {
        options.dynamic = text == "auto" ? DynamicMode::automatic : text == "none" ? DynamicMode::none
                                                                                   : DynamicMode::all;
        return {};
    }
    size_t const equals = text.find('=');
    auto const place = text.substr(0, equals);
    size_t const colon = place.rfind(':');
    auto const axis = colon == place.npos ? std::nullopt : whole(place.substr(colon + 1));
    if (!axis || *axis < 0 || colon == 0)
        return wrong_dynamic(text, "it names no axis");
    DynamicAxis wish{std::string(place.substr(0, colon)), *axis, ""};
    if (equals != text.npos) {
        wish.symbol = text.substr(equals + 1);
        if (!is_symbol(wish.symbol))
            return wrong_dynamic(text, "\"" + wish.symbol + "\" is no symbol");
    }
    options.dynamic_axes.push_back(std::move(wish));
    return {};
}
