#include "tensor/compare.h"

#include "tensor/elements.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double vacuous_below = 1e-6;

struct Measured {
    double largest_expected = 0; // over finite elements
    bool all_near_zero = true;
};

template <typename Pair>
void measure_floats(Pair const& pair, uint64_t count, Tolerance tolerance, Comparison& result, Measured& measured)
{
    for (uint64_t i = 0; i < count; ++i) {
        auto const elements = pair(i);
        double const a = elements.first;
        double const b = elements.second;
        double const size = std::fabs(a);
        measured.all_near_zero = measured.all_near_zero && size <= vacuous_below;
        if (std::isfinite(a))
            measured.largest_expected = std::max(measured.largest_expected, size);
        if (a == b || (std::isnan(a) && std::isnan(b)))
            continue;
        bool const finite = std::isfinite(a) && std::isfinite(b);
        double const apart = finite ? std::fabs(a - b) : infinity;
        result.max_abs = std::max(result.max_abs, apart);
        if (a != 0)
            result.max_rel = std::max(result.max_rel, finite ? apart / size : infinity);
        if (!finite || apart > tolerance.atol + tolerance.rtol * size)
            ++result.mismatched;
    }
}

template <typename Pair>
void measure_integers(Pair const& pair, uint64_t count, Comparison& result, Measured& measured)
{
    for (uint64_t i = 0; i < count; ++i) {
        auto const [a, b] = pair(i);
        double const size = std::fabs(static_cast<double>(a));
        measured.largest_expected = std::max(measured.largest_expected, size);
        if (a == b)
            continue;
        // Modulo 2^64 the difference of the greater and the lesser is exact, whatever the signs.
        uint64_t const apart = a > b ? static_cast<uint64_t>(a) - static_cast<uint64_t>(b) : static_cast<uint64_t>(b) - static_cast<uint64_t>(a);
        result.max_abs = std::max(result.max_abs, static_cast<double>(apart));
        if (a != 0)
            result.max_rel = std::max(result.max_rel, static_cast<double>(apart) / size);
        ++result.mismatched;
    }
}

void measure_numbers(DType dtype, Bytes expected, Bytes actual, uint64_t count, Tolerance tolerance, Comparison& result)
{
    Measured measured;
    visit_elements(dtype, [&](auto element) {
        auto const pair = [&](uint64_t i) { return std::pair(element(expected, i), element(actual, i)); };
        if constexpr (std::is_floating_point_v<decltype(element(expected, 0))>)
            measure_floats(pair, count, tolerance, result, measured);
        else
            measure_integers(pair, count, result, measured);
    });
    result.scale_error = result.max_abs / std::max(1.0, measured.largest_expected);
    result.vacuous = is_floating(dtype) && measured.all_near_zero;
}

}

DType part_of_complex(DType dtype)
{
    switch (dtype) {
    case DType::complex32:
        return DType::float16;
    case DType::complex64:
        return DType::float32;
    case DType::complex128:
        return DType::float64;
    default:
        check_failed(__FILE__, __LINE__, "dtype", "a complex type");
    }
}

Comparison compare(Tensor const& expected, Tensor const& actual, Tolerance tolerance)
{
    Comparison result;
    result.same_type = expected.dtype() == actual.dtype() && expected.shape() == actual.shape();
    if (!result.same_type)
        return result;
    if (expected.dtype() == DType::string) {
        auto const& texts = expected.strings();
        for (size_t i = 0; i < texts.size(); ++i)
            result.mismatched += texts[i] != actual.strings()[i];
    } else if (is_complex(expected.dtype())) {
        measure_numbers(part_of_complex(expected.dtype()), expected.bytes(), actual.bytes(), 2 * expected.count(), tolerance, result);
    } else {
        measure_numbers(expected.dtype(), expected.bytes(), actual.bytes(), expected.count(), tolerance, result);
    }
    result.allclose = result.mismatched == 0;
    return result;
}
