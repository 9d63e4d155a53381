#include "serve/body_faults.h"

#include <fmt/format.h>

namespace {

constexpr size_t most_faults = 1'000;
constexpr size_t most_input_bytes = 64 << 10;

std::string dotted(Json const& location)
{
    std::string text;
    for (auto const& step : location)
        text += (text.empty() ? "" : ".") + (step.is_string() ? step.get<std::string>() : write_json(step));
    return text;
}

}

void BodyFaults::add(BodyFault fault)
{
    if (count_++ == 0)
        first_ = dotted(fault.location) + ": " + fault.message;
    if (written_.size() == most_faults)
        return;
    auto text = fmt::format(R"({{"type":{},"loc":{},"msg":{})", write_json(fault.type), write_json(fault.location), write_json(fault.message));
    if (fault.input)
        if (auto const input = write_json(*fault.input); input.size() <= most_input_bytes)
            text += ",\"input\":" + input;
    if (fault.context)
        text += ",\"ctx\":" + write_json(*fault.context);
    written_.push_back(text + "}");
}

void BodyFaults::add_value_error(Json location, std::string const& text, std::optional<Json> input)
{
    add({"value_error", std::move(location), "Value error, " + text, std::move(input), std::nullopt});
}

std::string BodyFaults::body() const { return fmt::format("{{\"detail\":[{}]}}", fmt::join(written_, ",")); }

std::string BodyFaults::summary() const { return count_ > 1 ? fmt::format("{} (and {} more)", first_, count_ - 1) : first_; }
