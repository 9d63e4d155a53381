#include "tensor/tensor.h"

#include "tensor/elements.h"

#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

namespace {

Failure overflowing(Shape const& shape) { return malformed("the shape " + text_of(shape) + " has a negative size or more elements than can be counted"); }

// Float to integer as the processors that numpy runs on do it: truncated, and what int64 cannot hold becomes its lowest number.
int64_t truncated(double value)
{
    constexpr double limit = 9223372036854775808.0; // 2^63
    return value >= -limit && value < limit ? static_cast<int64_t>(value) : std::numeric_limits<int64_t>::min();
}

// The float nearest to `value` whose last bit remembers that it is not exact, so that a second rounding is still right.
float rounded_to_odd(double value)
{
    auto const near = static_cast<float>(value);
    if (std::isnan(value) || static_cast<double>(near) == value)
        return near;
    uint32_t bits = std::bit_cast<uint32_t>(near);
    if (std::fabs(static_cast<double>(near)) > std::fabs(value))
        --bits;
    return std::bit_cast<float>(bits | 1);
}

template <typename To, typename From>
To converted(From value)
{
    if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        double const wide = value;
        if (std::is_same_v<To, uint64_t> && wide >= 9223372036854775808.0 && wide < 18446744073709551616.0)
            return static_cast<To>(wide);
        return static_cast<To>(truncated(wide));
    } else {
        return static_cast<To>(value);
    }
}

template <typename Stored, typename Element, typename Convert>
SharedBytes converted_elements(Element const& element, uint64_t count, Convert convert)
{
    std::vector<Stored> stored(count);
    for (uint64_t i = 0; i < count; ++i)
        stored[i] = convert(element(i));
    return SharedBytes::take(std::move(stored));
}

template <typename To, typename Element>
SharedBytes plain_elements(Element const& element, uint64_t count)
{
    return converted_elements<To>(element, count, [](auto value) { return converted<To>(value); });
}

template <typename Element>
Result<SharedBytes> elements_as(DType dtype, Element const& element, uint64_t count)
{
    switch (dtype) {
    case DType::float32:
        return plain_elements<float>(element, count);
    case DType::float64:
        return plain_elements<double>(element, count);
    case DType::float16:
        return converted_elements<uint16_t>(element, count, [](auto value) { return half_from_float(rounded_to_odd(static_cast<double>(value))); });
    case DType::bfloat16:
        return converted_elements<uint16_t>(element, count, [](auto value) { return bfloat16_from_float(rounded_to_odd(static_cast<double>(value))); });
    case DType::int8:
        return plain_elements<int8_t>(element, count);
    case DType::int16:
        return plain_elements<int16_t>(element, count);
    case DType::int32:
        return plain_elements<int32_t>(element, count);
    case DType::int64:
        return plain_elements<int64_t>(element, count);
    case DType::uint8:
        return plain_elements<uint8_t>(element, count);
    case DType::uint16:
        return plain_elements<uint16_t>(element, count);
    case DType::uint32:
        return plain_elements<uint32_t>(element, count);
    case DType::uint64:
        return plain_elements<uint64_t>(element, count);
    case DType::boolean:
        return converted_elements<uint8_t>(element, count, [](auto value) { return static_cast<uint8_t>(value != 0); });
    default:
        return unsupported("numbers cannot be cast to " + std::string(name_of(dtype)));
    }
}

bool is_single_number(DType dtype) { return dtype != DType::string && !is_complex(dtype); }
bool is_castable(DType dtype) { return bits_of(dtype) >= 8 && (is_floating(dtype) || is_integer(dtype) || dtype == DType::boolean); }

}

std::string text_of(Shape const& shape)
{
    std::string text = "[";
    for (size_t axis = 0; axis < shape.size(); ++axis)
        text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
    return text + "]";
}

std::optional<uint64_t> element_count(Shape const& shape)
{
    constexpr auto limit = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    // A zero anywhere makes the product zero, but only among sizes that are sizes.
    bool empty = false;
    for (int64_t const size : shape) {
        if (size < 0)
            return std::nullopt;
        empty = empty || size == 0;
    }
    if (empty)
        return 0;
    uint64_t count = 1;
    for (int64_t const size : shape) {
        if (static_cast<uint64_t>(size) > limit / count)
            return std::nullopt;
        count *= static_cast<uint64_t>(size);
    }
    return count;
}

Tensor::Tensor() = default;

Result<Tensor> Tensor::create(DType dtype, Shape shape, SharedBytes data)
{
    CHECK(dtype != DType::string, "texts are made by create_strings");
    auto const count = element_count(shape);
    if (!count)
        return overflowing(shape);
    auto const wanted = bytes_of_elements(dtype, *count);
    if (!wanted)
        return overflowing(shape);
    if (data.size() != *wanted)
        return malformed(std::to_string(data.size()) + " bytes of data, wanted " + std::to_string(*wanted) + " for "
            + std::string(name_of(dtype)) + text_of(shape));
    return Tensor(dtype, std::move(shape), *count, std::move(data));
}

Result<Tensor> Tensor::create_strings(Shape shape, std::vector<std::string> texts)
{
    auto const count = element_count(shape);
    if (!count)
        return overflowing(shape);
    if (texts.size() != *count)
        return malformed(std::to_string(texts.size()) + " texts, wanted " + std::to_string(*count) + " for string" + text_of(shape));
    Tensor tensor(DType::string, std::move(shape), *count, {});
    tensor.strings_ = std::make_shared<std::vector<std::string> const>(std::move(texts));
    return tensor;
}

Tensor Tensor::vector(std::vector<int64_t> values)
{
    auto const count = static_cast<int64_t>(values.size());
    return of<int64_t>(DType::int64, {count}, std::move(values));
}

std::vector<std::string> const& Tensor::strings() const
{
    CHECK(strings_ != nullptr, "a string tensor");
    return *strings_;
}

double Tensor::number_at(uint64_t index) const
{
    CHECK(index < count_ && is_single_number(dtype_), "an element that is one number");
    return visit_elements(dtype_, [&](auto element) { return static_cast<double>(element(bytes(), index)); });
}

int64_t Tensor::integer_at(uint64_t index) const
{
    CHECK(index < count_ && (is_integer(dtype_) || dtype_ == DType::boolean), "an element that is an integer");
    return visit_elements(dtype_, [&](auto element) { return converted<int64_t>(element(bytes(), index)); });
}

Tensor Tensor::with_shape(Shape shape) const
{
    CHECK(element_count(shape) == count_, "the same count of elements");
    Tensor same = *this;
    same.shape_ = std::move(shape);
    return same;
}

Result<Tensor> Tensor::cast(DType dtype) const
{
    if (dtype == dtype_)
        return *this;
    if (!is_castable(dtype_) || !is_castable(dtype))
        return unsupported("a cast from " + std::string(name_of(dtype_)) + " to " + std::string(name_of(dtype)));
    auto data = TRY(visit_elements(dtype_, [&](auto element) {
        return elements_as(
            dtype, [&](uint64_t index) { return element(bytes(), index); }, count_);
    }));
    return Tensor(dtype, shape_, count_, std::move(data));
}
