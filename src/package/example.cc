#include "package/example.h"

#include <algorithm>
#include <cmath>

namespace {

constexpr uint64_t most_rows = 5;
constexpr uint64_t comfortable_elements = 10'000; // beyond it, one row is enough
constexpr uint64_t most_elements = 1'000'000;

bool fits_json(DType dtype) { return dtype == DType::string || dtype == DType::boolean || (is_integer(dtype) && bits_of(dtype) >= 8) || dtype == DType::float32 || dtype == DType::float64 || dtype == DType::float16; }

std::optional<Json> element_json(Tensor const& tensor, uint64_t index)
{
    if (tensor.dtype() == DType::string)
        return Json(tensor.strings()[index]);
    if (tensor.dtype() == DType::boolean)
        return Json(tensor.integer_at(index) != 0);
    if (tensor.dtype() == DType::uint64)
        return Json(static_cast<uint64_t>(tensor.integer_at(index)));
    if (is_integer(tensor.dtype()))
        return Json(tensor.integer_at(index));
    double const number = tensor.number_at(index);
    return std::isfinite(number) ? std::optional(Json(number)) : std::nullopt;
}

// Nested lists over the axes from `axis` on; `rows` is the size of axis 0.
std::optional<Json> nested(Tensor const& tensor, size_t axis, uint64_t rows, uint64_t& index)
{
    if (axis == tensor.rank())
        return element_json(tensor, index++);
    Json list = Json::array();
    auto const size = axis == 0 ? rows : static_cast<uint64_t>(tensor.shape()[axis]);
    for (uint64_t i = 0; i < size; ++i) {
        auto element = nested(tensor, axis + 1, rows, index);
        if (!element)
            return std::nullopt;
        list.push_back(*std::move(element));
    }
    return list;
}

NamedTensor const* find(std::vector<NamedTensor> const& tensors, std::string const& name)
{
    auto const found = std::ranges::find(tensors, name, &NamedTensor::name);
    return found == tensors.end() ? nullptr : &*found;
}

// Rows that every input is cut to; nothing where there is no common batch.
std::optional<uint64_t> batch_rows(Package const& package, std::vector<NamedTensor> const& inputs)
{
    std::optional<uint64_t> rows;
    uint64_t row_elements = 0;
    for (auto const& value : package.inputs) {
        auto const& tensor = find(inputs, value.name)->tensor;
        if (tensor.rank() == 0 || !value.shape || value.shape->empty() || value.shape->front().value)
            return std::nullopt;
        auto const here = static_cast<uint64_t>(tensor.shape()[0]);
        if (here == 0 || (rows && *rows != here))
            return std::nullopt;
        rows = here;
        row_elements += tensor.count() / here;
    }
    if (rows)
        rows = std::clamp<uint64_t>(comfortable_elements / std::max<uint64_t>(row_elements, 1), 1, std::min(most_rows, *rows));
    return rows;
}

}

std::optional<PackageExample> example_of(Package const& package, std::vector<NamedTensor> const& sample_inputs)
{
    if (sample_inputs.empty() || package.inputs.empty())
        return std::nullopt;
    auto const rows = batch_rows(package, sample_inputs);
    Json values = Json::object();
    uint64_t elements = 0;
    for (auto const& value : package.inputs) {
        auto const& tensor = find(sample_inputs, value.name)->tensor;
        auto const all = tensor.rank() == 0 ? 1 : static_cast<uint64_t>(tensor.shape()[0]);
        uint64_t const kept = rows.value_or(all);
        elements += all == 0 ? 0 : tensor.count() / all * kept;
        if (!fits_json(tensor.dtype()) || elements > most_elements)
            return std::nullopt;
        uint64_t index = 0;
        auto list = nested(tensor, 0, kept, index);
        if (!list)
            return std::nullopt;
        values[value.name] = *std::move(list);
    }
    if (package.input_columns.empty())
        return PackageExample{write_json(values), write_json({{"inputs", values}}), false};
    Json const frame{{"columns", package.input_columns}, {"data", values[package.inputs[0].name]}};
    return PackageExample{write_json(frame), write_json({{"dataframe_split", frame}}), true};
}
