#include "operators/schema.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace {

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

// Splits at commas that stand outside of brackets.
std::vector<std::string_view> split(std::string_view text)
{
    std::vector<std::string_view> parts;
    int depth = 0;
    size_t start = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        depth += text[i] == '(' || text[i] == '[';
        depth -= text[i] == ')' || text[i] == ']';
        if (text[i] == ',' && depth == 0) {
            parts.push_back(trimmed(text.substr(start, i - start)));
            start = i + 1;
        }
    }
    if (!trimmed(text.substr(start)).empty())
        parts.push_back(trimmed(text.substr(start)));
    return parts;
}

// A list that no program holds on to.
Value default_list(std::vector<Value> items) { return Value{std::make_shared<ListValue>(ListValue{std::move(items), 0})}; }

// Names that native_functions.yaml writes for numbers.
std::map<std::string_view, int64_t> const named_numbers{{"Mean", 1}, {"Sum", 2}, {"contiguous_format", 0}, {"preserve_format", 1}, {"long", 4}, {"strided", 0}};

Result<Value> parse_default(std::string_view text, SchemaArgument const& argument)
{
    if (text == "None")
        return none();
    if (text == "True" || text == "False")
        return Value{text == "True"};
    if (text.front() == '"' || text.front() == '\'')
        return Value{std::string(text.substr(1, text.size() - 2))};
    if (text.front() == '[') {
        std::vector<Value> items;
        for (auto const item : split(text.substr(1, text.size() - 2)))
            items.push_back(TRY(parse_default(item, argument)));
        return default_list(std::move(items));
    }
    if (auto const number = named_numbers.find(text); number != named_numbers.end())
        return Value{Dim(number->second)};
    if (argument.type == "float" || text.find_first_of(".e") != std::string_view::npos) {
        double value = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size())
            return Value{value};
    }
    int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size())
        return Value{Dim(value)};
    return malformed("default \"" + std::string(text) + "\"");
}

Result<SchemaArgument> parse_argument(std::string_view text)
{
    SchemaArgument argument;
    size_t depth = 0;
    size_t space = std::string_view::npos; // the last blank before the name: Tensor(a -> *) has some inside
    size_t const equals = std::min(text.find('='), text.size());
    for (size_t i = 0; i < equals; ++i) {
        depth += text[i] == '(';
        depth -= text[i] == ')';
        if (text[i] == ' ' && depth == 0)
            space = i;
    }
    if (space == std::string_view::npos)
        return malformed("argument \"" + std::string(text) + "\" has no name");
    std::string_view type = text.substr(0, space);
    argument.name = std::string(text.substr(space + 1, equals - space - 1));
    if (type.ends_with('?')) {
        argument.is_optional = true;
        type.remove_suffix(1);
    }
    if (type.ends_with(']')) {
        size_t const open = type.rfind('[');
        std::string_view const size = type.substr(open + 1, type.size() - open - 2);
        argument.is_list = true;
        std::from_chars(size.data(), size.data() + size.size(), argument.list_size);
        type = type.substr(0, open);
        if (type.ends_with('?')) {
            argument.items_optional = true;
            type.remove_suffix(1);
        }
    }
    argument.type = std::string(type.substr(0, type.find('(')));
    if (equals != text.size())
        argument.default_value = TRY(parse_default(text.substr(equals + 1), argument));
    return argument;
}

bool fits_item(SchemaArgument const& argument, Value const& value)
{
    if (value.is<PoisonValue>() || argument.type == "t" || argument.type == "Any")
        return true;
    if (argument.type == "Tensor")
        return value.is<TensorReference>();
    if (argument.type == "int" || argument.type == "ScalarType" || argument.type == "Layout" || argument.type == "MemoryFormat" || argument.type == "SymInt")
        return value.is<Dim>();
    if (argument.type == "float")
        return value.is<double>() || value.is<UnknownFloat>() || value.is<Dim>();
    if (argument.type == "bool")
        return value.is<bool>() || value.is<UnknownBool>();
    if (argument.type == "Scalar")
        return value.is<Dim>() || value.is<double>() || value.is<bool>() || value.is<UnknownFloat>() || value.is<UnknownBool>() || value.is<std::complex<double>>();
    if (argument.type == "str")
        return value.is<std::string>();
    if (argument.type == "Device")
        return value.is<DeviceValue>();
    if (argument.type == "Dict")
        return value.is<std::shared_ptr<DictValue>>();
    if (argument.type == "Generator")
        return value.is<NoneValue>();
    if (argument.type == "OpenList" || argument.type == "AnyList") {
        auto const* list = value.as<std::shared_ptr<ListValue>>();
        return list != nullptr && !(*list)->uncertain && ((*list)->open || argument.type == "AnyList");
    }
    if (argument.type == "Object")
        return value.is<std::shared_ptr<ObjectValue>>();
    return false;
}

// The value as the argument takes it, or nothing.
std::optional<Value> fitted(SchemaArgument const& argument, Value const& value)
{
    if (value.is<NoneValue>() && (argument.is_optional || argument.type == "t" || argument.type == "Any"))
        return value;
    if (!argument.is_list)
        return fits_item(argument, value) ? std::optional(value) : std::nullopt;
    if (value.is<PoisonValue>())
        return value;
    std::vector<Value> const* items = nullptr;
    if (auto const* list = value.as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->open && !(*list)->uncertain)
        items = &(*list)->items;
    else if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>(); tuple != nullptr && argument.type != "t")
        items = &(*tuple)->items;
    if (items == nullptr) {
        bool const repeats = argument.list_size > 0 && fits_item(argument, value) && argument.type != "Tensor";
        return repeats ? std::optional(default_list(std::vector<Value>(static_cast<size_t>(argument.list_size), value))) : std::nullopt;
    }
    bool const all = std::all_of(items->begin(), items->end(), [&](Value const& item) { return fits_item(argument, item) || (argument.items_optional && item.is<NoneValue>()); });
    return all ? std::optional(value) : std::nullopt;
}

}

Result<Schema> Schema::parse(std::string_view text)
{
    Schema schema;
    size_t const open = text.find('(');
    size_t const arrow = text.rfind(" -> ");
    if (open == std::string_view::npos || arrow == std::string_view::npos || text[arrow - 1] != ')')
        return malformed("schema \"" + std::string(text) + "\"");
    std::string_view const name = text.substr(0, open);
    size_t const dot = name.find('.', name.find("::"));
    schema.name = std::string(name.substr(0, dot));
    schema.overload = dot == std::string_view::npos ? "" : std::string(name.substr(dot + 1));
    bool keyword_only = false;
    for (auto const part : split(text.substr(open + 1, arrow - open - 2))) {
        if (part == "*") {
            keyword_only = true;
            continue;
        }
        SchemaArgument argument = TRY(within(std::string(text), parse_argument(part)));
        argument.keyword_only = keyword_only;
        schema.arguments.push_back(std::move(argument));
    }
    std::string_view const results = text.substr(arrow + 4);
    schema.result_count = results == "()" ? 0 : results.front() == '(' ? split(results.substr(1, results.size() - 2)).size()
                                                                       : 1;
    return schema;
}

std::optional<std::vector<Value>> Schema::bind(std::vector<Value> const& positional, std::vector<std::pair<std::string, Value>> const& named) const
{
    if (positional.size() > arguments.size() || (!positional.empty() && arguments[positional.size() - 1].keyword_only))
        return std::nullopt;
    std::vector<Value> bound;
    size_t names_used = 0;
    for (size_t i = 0; i < arguments.size(); ++i) {
        SchemaArgument const& argument = arguments[i];
        Value const* given = i < positional.size() ? &positional[i] : nullptr;
        for (auto const& [given_name, value] : named)
            if (given_name == argument.name) {
                if (given != nullptr)
                    return std::nullopt;
                given = &value;
                ++names_used;
            }
        if (given == nullptr) {
            if (!argument.default_value)
                return std::nullopt;
            given = &*argument.default_value;
        }
        auto value = fitted(argument, *given);
        if (!value)
            return std::nullopt;
        bound.push_back(*std::move(value));
    }
    return names_used == named.size() ? std::optional(std::move(bound)) : std::nullopt;
}
