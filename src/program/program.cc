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

std::string Program::text(SourcePlace place) const
{
    std::string const file = place.file < files.size() ? files[place.file] : "?";
    return place.line == 0 ? file : file + ":" + std::to_string(place.line);
}
