#include "torch/exported_lowering.h"

#include <array>
#include <limits>

namespace {

// schema.ScalarType → c10::ScalarType
constexpr std::array<std::pair<int64_t, int64_t>, 21> scalar_type_numbers{{{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}, {6, 5}, {7, 6}, {8, 7}, {9, 8}, {10, 9}, {11, 10}, {12, 11}, {13, 15}, {28, 27}, {29, 24}, {30, 23}, {31, 26}, {32, 25}, {33, 44}, {34, 28}, {35, 29}}};
// schema.Layout → c10::Layout
constexpr std::array<std::pair<int64_t, int64_t>, 7> layout_numbers{{{1, 1}, {2, 2}, {3, 5}, {4, 6}, {5, 7}, {6, 3}, {7, 0}}};
// schema.MemoryFormat → c10::MemoryFormat
constexpr std::array<std::pair<int64_t, int64_t>, 4> memory_format_numbers{{{1, 0}, {2, 2}, {3, 3}, {4, 1}}};

template <size_t Count>
Result<ProgramValue> renumbered(Json const& value, std::array<std::pair<int64_t, int64_t>, Count> const& numbers, std::string const& what)
{
    for (auto const& [theirs, ours] : numbers)
        if (value == theirs)
            return ProgramValue{ours};
    return malformed(what + " " + write_json(value) + ", which is none");
}

Result<ProgramValue> integer_value(Json const& value)
{
    bool const fits = value.is_number_integer() && !(value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
    if (!fits)
        return malformed("the integer " + write_json(value).substr(0, 80));
    return ProgramValue{value.get<int64_t>()};
}

// What JSON has no number for is spelled.
Result<ProgramValue> real_value(Json const& value)
{
    if (value.is_number())
        return ProgramValue{value.get<double>()};
    if (value == "Infinity" || value == "inf")
        return ProgramValue{std::numeric_limits<double>::infinity()};
    if (value == "-Infinity" || value == "-inf")
        return ProgramValue{-std::numeric_limits<double>::infinity()};
    if (value == "NaN" || value == "nan")
        return ProgramValue{std::numeric_limits<double>::quiet_NaN()};
    return malformed("the number " + write_json(value).substr(0, 80));
}

Result<ProgramValue> boolean_value(Json const& value)
{
    if (!value.is_boolean())
        return malformed("the truth value " + write_json(value).substr(0, 80));
    return ProgramValue{value.get<bool>()};
}

Result<ProgramValue> text_value(Json const& value)
{
    if (!value.is_string())
        return malformed("the text " + write_json(value).substr(0, 80));
    return ProgramValue{value.get<std::string>()};
}

Result<ProgramValue> device_value(Json const& value)
{
    std::string text = TRY(json_text(value, "type"));
    if (auto const index = value.find("index"); index != value.end() && index->is_number_integer())
        text += ":" + std::to_string(index->get<int64_t>());
    return ProgramValue{ProgramDevice{std::move(text)}};
}

Result<ProgramValue> list_value(Json const& items, std::string type, Result<ProgramValue> (*item_value)(Json const&))
{
    if (!items.is_array())
        return malformed("a list that is a JSON " + std::string(json_kind(items)));
    auto list = std::make_shared<ProgramList>();
    list->element_type.name = std::move(type);
    for (auto const& item : items)
        list->items.push_back(TRY(item_value(item)));
    return ProgramValue{std::move(list)};
}

Result<ProgramValue> integer_list_value(Json const& items) { return list_value(items, "int", integer_value); }
Result<ProgramValue> real_list_value(Json const& items) { return list_value(items, "float", real_value); }

}

Result<std::optional<ProgramValue>> exported_constant(std::string const& kind, Json const& value)
{
    if (kind == "as_none")
        return ProgramValue{ProgramNone{}};
    if (kind == "as_int")
        return integer_value(value);
    if (kind == "as_float")
        return real_value(value);
    if (kind == "as_bool")
        return boolean_value(value);
    if (kind == "as_string")
        return text_value(value);
    if (kind == "as_scalar_type")
        return renumbered(value, scalar_type_numbers, "the element type");
    if (kind == "as_layout")
        return renumbered(value, layout_numbers, "the layout");
    if (kind == "as_memory_format")
        return renumbered(value, memory_format_numbers, "the memory format");
    if (kind == "as_device")
        return device_value(value);
    if (kind == "as_complex")
        return ProgramValue{std::complex<double>(TRY(json_number(value, "real")), TRY(json_number(value, "imag")))};
    if (kind == "as_ints")
        return integer_list_value(value);
    if (kind == "as_floats")
        return real_list_value(value);
    if (kind == "as_bools")
        return list_value(value, "bool", boolean_value);
    if (kind == "as_strings")
        return list_value(value, "str", text_value);
    if (kind == "as_int_lists")
        return list_value(value, "", integer_list_value);
    if (kind == "as_float_lists")
        return list_value(value, "", real_list_value);
    return std::nullopt;
}

Result<ValueId> ExportedLowering::argument(Json const& argument)
{
    auto const [kind, value] = TRY(exported_union(argument));
    if (auto known = TRY(exported_constant(kind, *value)))
        return constant(*std::move(known));
    if (kind == "as_tensor")
        return name_argument(*value, "name");
    if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool")
        return symbol_item(*value);
    if (kind == "as_optional_tensor")
        return optional_tensor_item(*value);
    if (kind == "as_tensors")
        return list_argument(*value, &ExportedLowering::tensor_item);
    if (kind == "as_optional_tensors")
        return list_argument(*value, &ExportedLowering::optional_tensor_item);
    if (kind == "as_sym_ints" || kind == "as_sym_floats" || kind == "as_sym_bools")
        return list_argument(*value, &ExportedLowering::symbol_item);
    if (kind == "as_nested_tensors")
        return list_argument(*value, &ExportedLowering::tensor_list_item);
    if (kind == "as_custom_obj")
        return unsupported("an object of the class " + json_text(*value, "class_fqn").value_or("?") + ", whose methods are code that the file does not hold");
    return unsupported("an argument of the kind " + kind);
}

Result<ValueId> ExportedLowering::name_argument(Json const& holder, std::string_view key)
{
    return find(TRY(json_text(holder, key)));
}

Result<ValueId> ExportedLowering::list_argument(Json const& items, Result<ValueId> (ExportedLowering::*item)(Json const&))
{
    if (!items.is_array())
        return malformed("a list that is a JSON " + std::string(json_kind(items)));
    Values values;
    for (auto const& each : items)
        values.push_back(TRY((this->*item)(each)));
    return add_value("prim::ListConstruct", values);
}

Result<ValueId> ExportedLowering::tensor_item(Json const& item) { return name_argument(item, "name"); }

Result<ValueId> ExportedLowering::optional_tensor_item(Json const& item)
{
    auto const [kind, value] = TRY(exported_union(item));
    return kind == "as_none" ? Result<ValueId>(constant(ProgramValue{ProgramNone{}})) : name_argument(*value, "name");
}

// {"as_name": "sym_size"} or {"as_int": 3}
Result<ValueId> ExportedLowering::symbol_item(Json const& item)
{
    auto const [kind, value] = TRY(exported_union(item));
    return kind == "as_name" ? name_argument(item, kind) : argument(item);
}

Result<ValueId> ExportedLowering::tensor_list_item(Json const& item) { return list_argument(item, &ExportedLowering::tensor_item); }
