#include "cli/command.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace {

Failure wrong_value(std::string_view name, std::string const& text, std::string const& wanted)
{
    return bad_usage(std::string(name) + " is \"" + text + "\", wanted " + wanted);
}

template <typename Number>
std::optional<Number> whole(std::string const& text)
{
    Number number{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}

std::unique_ptr<Progress> make_progress(Invocation const& given, Desk const& desk, Receipts receipts)
{
    if (given.has("--json"))
        return std::make_unique<SilentProgress>();
    return std::make_unique<ScreenProgress>(desk.screen, receipts);
}

std::optional<std::string> Invocation::text(std::string_view name) const
{
    auto const found = values.find(name);
    if (found == values.end() || found->second.empty())
        return std::nullopt;
    return found->second.back();
}

std::vector<std::string> Invocation::texts(std::string_view name) const
{
    auto const found = values.find(name);
    return found == values.end() ? std::vector<std::string>() : found->second;
}

std::string const& Invocation::argument(std::string_view name) const
{
    auto const found = values.find(name);
    CHECK(found != values.end() && !found->second.empty(), "a required argument is there");
    return found->second.front();
}

std::vector<std::string> Invocation::list(std::string_view name) const
{
    std::vector<std::string> items;
    std::string const whole_text = text(name, "");
    for (size_t begin = 0; begin < whole_text.size();) {
        size_t const end = std::min(whole_text.find(',', begin), whole_text.size());
        items.push_back(whole_text.substr(begin, end - begin));
        begin = end + 1;
    }
    return items;
}

Result<int64_t> Invocation::integer(std::string_view name, int64_t otherwise, int64_t least, int64_t most) const
{
    auto const given = text(name);
    if (!given)
        return otherwise;
    auto const number = whole<int64_t>(*given);
    if (!number || *number < least || *number > most)
        return wrong_value(name, *given, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return *number;
}

Result<double> Invocation::number(std::string_view name, double otherwise) const
{
    auto const given = text(name);
    if (!given)
        return otherwise;
    auto const number = whole<double>(*given);
    if (!number || !std::isfinite(*number) || *number < 0)
        return wrong_value(name, *given, "a number of zero or more");
    return *number;
}

Result<std::optional<Digest>> Invocation::digest() const
{
    auto const given = text("--sha256");
    if (!given)
        return std::nullopt;
    auto const digest = Digest::parse(*given);
    if (!digest)
        return wrong_value("--sha256", *given, "64 hex digits");
    return *digest;
}
