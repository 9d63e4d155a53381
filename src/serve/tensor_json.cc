#include "serve/tensor_json.h"

#include "serve/json_element.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace {

// Goes through nested lists once, and learns the sizes of the axes from the first list of each level.
class NestedReader {
public:
    NestedReader(DType dtype, size_t levels, Json const& location, BodyFaults& faults)
        : dtype_(dtype),
          sizes_(levels, -1),
          location_(location),
          faults_(faults)
    {
    }

    // Recursion ends at the rank, which the nesting of the JSON bounds (request_json_depth).
    void read(Json const& value, size_t level)
    {
        if (level == sizes_.size())
            return read_element(value);
        if (!value.is_array())
            return faults_.add({"list_type", location_, "Input should be a valid list", value, std::nullopt});
        auto const size = static_cast<int64_t>(value.size());
        if (size == 0)
            return faults_.add_value_error(location_, "an empty list, where at least one value was wanted", value);
        if (sizes_[level] < 0)
            sizes_[level] = size;
        if (sizes_[level] != size)
            return faults_.add_value_error(location_, fmt::format("a list of {} beside a list of {}: lists of one level must be of equal length", size, sizes_[level]), value);
        location_.push_back(0);
        for (auto const& element : value) {
            read(element, level + 1);
            location_.back() = location_.back().get<uint64_t>() + 1;
        }
        location_.erase(location_.size() - 1);
    }

    // All was read without a fault.
    Tensor tensor(Shape shape) &&
    {
        auto made = dtype_ == DType::string ? Tensor::create_strings(std::move(shape), std::move(texts_)) : Tensor::create(dtype_, std::move(shape), SharedBytes::take(std::move(bytes_)));
        CHECK(made.has_value(), "as many elements were read as the sizes say");
        return *std::move(made);
    }
    Shape const& sizes() const { return sizes_; }

private:
    void read_element(Json const& value)
    {
        if (dtype_ == DType::string) {
            if (!value.is_string())
                return faults_.add({"string_type", location_, "Input should be a valid string", value, std::nullopt});
            texts_.push_back(value.get<std::string>());
        } else if (auto fault = append_json_element(value, dtype_, bytes_)) {
            faults_.add({std::move(fault->type), location_, std::move(fault->message), value, std::move(fault->context)});
        }
    }

    DType dtype_;
    Shape sizes_; // -1: not known yet
    Json location_;
    BodyFaults& faults_;
    std::vector<std::byte> bytes_;
    std::vector<std::string> texts_;
};

// How deep the first values of `value` are nested.
size_t nesting_of(Json const& value)
{
    size_t levels = 0;
    for (auto const* inner = &value; inner->is_array(); inner = &inner->front()) {
        ++levels;
        if (inner->empty())
            break;
    }
    return levels;
}

// How many levels of lists `value` is to be read with, or nothing and a fault.
std::optional<size_t> levels_wanted(Json const& value, SessionValue const& wanted, Json const& location, BodyFaults& faults)
{
    size_t const nesting = nesting_of(value);
    if (!wanted.dims)
        return nesting;
    size_t const rank = wanted.dims->size();
    bool const scalar_row = rank == 1 && nesting == 0 && (value.is_number() || value.is_boolean() || wanted.dtype == DType::string);
    if (nesting == 0 && rank > 0 && !scalar_row) {
        faults.add({"list_type", location, "Input should be a valid list", value, std::nullopt});
        return std::nullopt;
    }
    if (nesting + 1 < rank) {
        faults.add_value_error(location, fmt::format("a list of {} level{}, wanted {} for rows of {}, or {} for one row", nesting, nesting == 1 ? "" : "s", rank, text_of(wanted), rank - 1), value);
        return std::nullopt;
    }
    return nesting + 1 == rank ? rank - 1 : rank;
}

// The fewest digits that name `number` in its type.
template <typename T>
void append_float(T number, std::string& text)
{
    char digits[64];
    auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    std::string_view const written(digits, static_cast<size_t>(end - digits));
    text += written;
    if (std::ranges::none_of(written, [](char byte) { return byte == '.' || byte == 'e'; }))
        text += ".0"; // so that a reader who tells integers from floats sees a float
}

// Element `index` of a tensor that holds no floats.
void append_other(Tensor const& tensor, uint64_t index, std::string& text)
{
    if (tensor.dtype() == DType::string) {
        text += write_json(tensor.strings()[index]);
    } else if (tensor.dtype() == DType::boolean) {
        text += tensor.integer_at(index) != 0 ? "true" : "false";
    } else {
        auto const number = tensor.integer_at(index);
        char digits[24];
        bool const is_natural = tensor.dtype() == DType::uint64;
        auto const written = is_natural ? std::to_chars(digits, digits + sizeof digits, static_cast<uint64_t>(number)) : std::to_chars(digits, digits + sizeof digits, number);
        text.append(digits, written.ptr);
    }
}

// Element `index` of `tensor`, a float as the double it is equal to: what output.item() and .tolist() give in PyTorch, and equal to them for
// every reader. False where it has no text.
bool append_element(Tensor const& tensor, uint64_t index, std::string& text)
{
    if (!is_floating(tensor.dtype())) {
        append_other(tensor, index, text);
        return true;
    }
    auto const number = tensor.number_at(index);
    if (std::isfinite(number))
        append_float(number, text);
    return std::isfinite(number);
}

void append_bare(double number, std::string& text) { text += std::isnan(number) ? "NaN" : number > 0 ? "Infinity"
                                                                                                     : "-Infinity"; }

// Writes the axes from `axis` on, beginning at element `index`; recursion ends at the rank.
bool append_nested(Tensor const& tensor, size_t axis, uint64_t& index, std::string& text)
{
    if (axis == tensor.rank())
        return append_element(tensor, index++, text);
    text += '[';
    for (int64_t place = 0; place < tensor.shape()[axis]; ++place) {
        if (place > 0)
            text += ',';
        if (!append_nested(tensor, axis + 1, index, text))
            return false;
    }
    text += ']';
    return true;
}

}

bool has_json_form(DType dtype)
{
    bool const real = dtype == DType::float16 || dtype == DType::bfloat16 || dtype == DType::float32 || dtype == DType::float64;
    return real || (is_integer(dtype) && bits_of(dtype) >= 8) || dtype == DType::boolean || dtype == DType::string;
}

std::optional<ReadTensor> read_json_tensor(Json const& value, SessionValue const& wanted, Json const& location, BodyFaults& faults)
{
    CHECK(wanted.dtype && has_json_form(*wanted.dtype), "inputs without a JSON form are refused before they are served");
    auto const levels = levels_wanted(value, wanted, location, faults);
    if (!levels)
        return std::nullopt;
    auto const faults_before = faults.count();
    NestedReader reader(*wanted.dtype, *levels, location, faults);
    reader.read(value, 0);
    if (faults.count() > faults_before)
        return std::nullopt;
    Shape shape = reader.sizes();
    bool const one_row = wanted.dims && shape.size() < wanted.dims->size();
    auto const found = shape;
    if (one_row)
        shape.insert(shape.begin(), 1);
    if (wanted.dims && !dims_fit(*wanted.dims, shape)) {
        faults.add_value_error(location, fmt::format("found {} of shape {}, wanted {}", one_row ? "one row" : "rows", text_of(found), text_of(wanted)), value);
        return std::nullopt;
    }
    return ReadTensor{std::move(reader).tensor(std::move(shape)), one_row};
}

std::optional<std::string> json_tensor_text(Tensor const& tensor)
{
    std::string text;
    uint64_t index = 0;
    if (!append_nested(tensor, 0, index, text))
        return std::nullopt;
    return text;
}

void append_flat_json(Tensor const& tensor, std::string& text)
{
    text += '[';
    for (uint64_t index = 0; index < tensor.count(); ++index) {
        if (index > 0)
            text += ',';
        double const number = is_floating(tensor.dtype()) ? tensor.number_at(index) : 0;
        if (!is_floating(tensor.dtype()))
            append_other(tensor, index, text);
        else if (!std::isfinite(number))
            append_bare(number, text);
        else if (tensor.dtype() == DType::float64)
            append_float(number, text);
        else
            append_float(static_cast<float>(number), text);
    }
    text += ']';
}
