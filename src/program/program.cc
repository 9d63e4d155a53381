#include "program/program.h"

std::string ProgramType::text() const
{
    if (arguments.empty())
        return name == "Tuple" ? "Tuple[()]" : name;
    std::string result = name + "[";
    for (size_t index = 0; index < arguments.size(); ++index)
        result += (index == 0 ? "" : ", ") + arguments[index].text();
    return result + "]";
}

std::string ProgramSize::text() const
{
    auto const inner = [&](size_t index) {
        bool const is_sum = operands[index].kind == Kind::sum && kind != Kind::sum;
        return is_sum ? "(" + operands[index].text() + ")" : operands[index].text();
    };
    switch (kind) {
    case Kind::number:
        return std::to_string(number);
    case Kind::symbol:
        return symbol;
    case Kind::sum:
        return inner(0) + " + " + inner(1);
    case Kind::product:
        return inner(0) + "*" + inner(1);
    case Kind::floor_quotient:
        return "(" + operands[0].text() + ")//(" + operands[1].text() + ")";
    case Kind::remainder:
        return "(" + operands[0].text() + ")%(" + operands[1].text() + ")";
    case Kind::maximum:
        return "max(" + operands[0].text() + ", " + operands[1].text() + ")";
    case Kind::minimum:
        return "min(" + operands[0].text() + ", " + operands[1].text() + ")";
    }
    return {};
}

ProgramValue const* ProgramObject::find(std::string_view name) const
{
    for (auto const& [attribute, value] : attributes)
        if (attribute == name)
            return &value;
    return nullptr;
}

Function const* Program::method(std::string_view class_name, std::string_view method_name) const
{
    auto const found = classes.find(class_name);
    if (found == classes.end())
        return nullptr;
    auto const method = found->second.methods.find(method_name);
    return method == found->second.methods.end() ? nullptr : &method->second;
}

bool is_of_framework(std::string_view python_file)
{
    return python_file.starts_with('<') || python_file.starts_with("torch/") || python_file.find("-packages/torch/") != python_file.npos;
}

std::optional<std::string> Program::user_text(SourcePlace place) const
{
    auto const origin = origins.find({place.file, place.line});
    if (origin == origins.end() || is_of_framework(origin->second.file))
        return std::nullopt;
    return origin->second.file + ":" + std::to_string(origin->second.line) + " (" + text(place) + ")";
}

std::string Program::text(SourcePlace place) const
{
    std::string const file = place.file < files.size() ? files[place.file] : "?";
    std::string const scope = place.scope != 0 && place.scope < scopes.size() ? " (" + scopes[place.scope] + ")" : "";
    return (place.line == 0 ? file : file + ":" + std::to_string(place.line)) + scope;
}
