#include "torch/exported_model.h"

#include <array>

namespace {

constexpr std::array<std::pair<int64_t, DType>, 21> scalar_types{{{1, DType::uint8}, {2, DType::int8}, {3, DType::int16}, {4, DType::int32}, {5, DType::int64}, {6, DType::float16}, {7, DType::float32}, {8, DType::float64}, {9, DType::complex32}, {10, DType::complex64},
    {11, DType::complex128}, {12, DType::boolean}, {13, DType::bfloat16}, {28, DType::uint16}, {29, DType::float8_e4m3fn}, {30, DType::float8_e5m2}, {31, DType::float8_e4m3fnuz}, {32, DType::float8_e5m2fnuz}, {33, DType::float8_e8m0fnu}, {34, DType::uint32}, {35, DType::uint64}}};

// The member, or null: of an object that is none, or has none.
Json const& member_of(Json const& object, char const* key)
{
    static Json const null;
    if (!object.is_object())
        return null;
    auto const found = object.find(key);
    return found == object.end() ? null : *found;
}

std::string text_in(Json const& value) { return value.is_string() ? value.get<std::string>() : std::string(); }
std::optional<int64_t> integer_in(Json const& value) { return value.is_number_integer() ? std::optional(value.get<int64_t>()) : std::nullopt; }

// "s0" of Symbol('s0', positive=True, integer=True); anything else as it is.
std::string shown_expression(std::string const& text)
{
    constexpr std::string_view symbol = "Symbol('";
    if (!text.starts_with(symbol) || text.find('(', symbol.size()) != text.npos)
        return text;
    size_t const end = text.find('\'', symbol.size());
    return end == text.npos ? text : text.substr(symbol.size(), end - symbol.size());
}

// {"as_int": 3}, {"as_expr": {"expr_str": ...}}
ExportedSize size_in(Json const& size)
{
    if (auto const number = integer_in(member_of(size, "as_int")))
        return {std::to_string(*number)};
    return {shown_expression(text_in(member_of(member_of(size, "as_expr"), "expr_str")))};
}

ExportedValue described_tensor(std::string name, Json const& tensors)
{
    auto const& meta = member_of(tensors, name.c_str());
    ExportedValue value{std::move(name), std::nullopt, {}, "tensor"};
    if (auto const number = integer_in(member_of(meta, "dtype")))
        value.dtype = exported_dtype(*number);
    if (auto const& sizes = member_of(meta, "sizes"); sizes.is_array())
        for (auto const& size : sizes)
            value.shape.push_back(size_in(size));
    return value;
}

// An Argument: an object with one member, whose key says what it is.
void add_argument(Json const& argument, Json const& tensors, std::vector<ExportedValue>& values)
{
    if (!argument.is_object() || argument.empty())
        return;
    auto const kind = argument.begin().key();
    auto const& value = argument.begin().value();
    if (kind == "as_tensor")
        return values.push_back(described_tensor(text_in(member_of(value, "name")), tensors));
    if (kind == "as_tensors" && value.is_array()) {
        for (auto const& tensor : value)
            values.push_back(described_tensor(text_in(member_of(tensor, "name")), tensors));
        return;
    }
    constexpr std::string_view prefix = "as_";
    std::string name = text_in(member_of(value, "as_name"));
    values.push_back({name.empty() ? text_in(member_of(value, "name")) : name, std::nullopt, {}, kind.starts_with(prefix) ? kind.substr(prefix.size()) : kind});
}

void add_user_values(Json const& specs, char const* kind, Json const& tensors, std::vector<ExportedValue>& values)
{
    if (!specs.is_array())
        return;
    for (auto const& spec : specs)
        if (auto const& user = member_of(spec, kind); user.is_object())
            add_argument(member_of(user, "arg"), tensors, values);
}

// Nodes of graphs inside of arguments too.
void count_operators(Json const& value, std::map<std::string, uint64_t>& counts)
{
    if (value.is_array())
        for (auto const& item : value)
            count_operators(item, counts);
    if (!value.is_object())
        return;
    if (auto const& target = member_of(value, "target"); target.is_string() && value.contains("inputs"))
        ++counts[target.get<std::string>()];
    for (auto const& [key, item] : value.items())
        if (key != "metadata" && key != "tensor_values")
            count_operators(item, counts);
}

}

std::optional<DType> exported_dtype(int64_t number)
{
    for (auto const& [known, dtype] : scalar_types)
        if (known == number)
            return dtype;
    return std::nullopt;
}

void describe_exported_model(Json const& program, ExportedModel& model)
{
    model.torch_version = text_in(member_of(program, "torch_version"));
    auto const& schema = member_of(program, "schema_version");
    if (schema.is_object())
        model.schema_version = std::to_string(integer_in(member_of(schema, "major")).value_or(0)) + "." + std::to_string(integer_in(member_of(schema, "minor")).value_or(0));
    auto const& module = member_of(program, "graph_module");
    auto const& signature = member_of(module, "signature");
    auto const& tensors = member_of(member_of(module, "graph"), "tensor_values");
    add_user_values(member_of(signature, "input_specs"), "user_input", tensors, model.inputs);
    add_user_values(member_of(signature, "output_specs"), "user_output", tensors, model.outputs);
    std::map<std::string, uint64_t> counts;
    count_operators(module, counts);
    for (auto const& [name, count] : counts)
        model.operators.push_back({name, count});
    if (auto const& ranges = member_of(program, "range_constraints"); ranges.is_object())
        for (auto const& [symbol, range] : ranges.items())
            model.ranges.push_back({symbol, integer_in(member_of(range, "min_val")), integer_in(member_of(range, "max_val"))});
}
