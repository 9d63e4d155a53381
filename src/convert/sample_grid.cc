#include "convert/sample_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace {

constexpr int64_t most_steps = 255;
constexpr size_t least_different = 8;

bool on_grid(std::vector<float> const& numbers, float step)
{
    std::set<int64_t> different;
    for (float const number : numbers) {
        float const place = std::nearbyint(number / step);
        if (std::abs(place) > static_cast<float>(most_steps) || place * step != number)
            return false;
        different.insert(static_cast<int64_t>(place));
    }
    return different.size() >= least_different && *different.rbegin() - *different.begin() <= most_steps;
}

// Operators whose results PyTorch rounds where they are given quantised tensors (aten/src/ATen/native/quantized/cpu).
constexpr std::array<std::string_view, 17> rounding_operators{"aten::adaptive_avg_pool1d", "aten::adaptive_avg_pool2d", "aten::adaptive_avg_pool3d", "aten::avg_pool1d", "aten::avg_pool2d", "aten::avg_pool3d", "aten::clamp", "aten::elu", "aten::hardsigmoid",
    "aten::hardtanh", "aten::leaky_relu", "aten::mean", "aten::relu6", "aten::sigmoid", "aten::tanh", "aten::upsample_bilinear2d", "aten::hardswish"};

bool rounds(std::string_view schema)
{
    auto const name = schema.substr(0, schema.find_first_of(".("));
    return std::find(rounding_operators.begin(), rounding_operators.end(), name) != rounding_operators.end();
}

}

bool looks_dequantised(Tensor const& sample)
{
    static constexpr uint64_t most_looked_at = 65536;
    if (sample.dtype() != DType::float32)
        return false;
    std::vector<float> numbers;
    float least = 0;
    float most = 0;
    for (uint64_t i = 0; i < std::min(sample.count(), most_looked_at); ++i) {
        auto const number = static_cast<float>(sample.number_at(i));
        float const size = std::abs(number);
        if (!std::isfinite(number))
            return false;
        numbers.push_back(number);
        most = std::max(most, size);
        if (size > 0 && (least == 0 || size < least))
            least = size;
    }
    if (numbers.size() < least_different || least == 0)
        return false;
    for (int64_t part = 1; part <= most_steps; ++part) {
        double const guess = static_cast<double>(least) / static_cast<double>(part);
        double const steps = std::nearbyint(static_cast<double>(most) / guess);
        if (steps > static_cast<double>(most_steps))
            return false;
        auto const step = static_cast<float>(static_cast<double>(most) / steps);
        bool const plain = std::floor(step * 1024) == step * 1024;
        bool const found = on_grid(numbers, step) || on_grid(numbers, std::nextafter(step, 0.0F)) || on_grid(numbers, std::nextafter(step, most));
        if (found)
            return !plain;
    }
    return false;
}

void warn_of_grids(std::vector<InputSpecification> const& inputs, Conversion& conversion)
{
    if (std::none_of(conversion.schemas.begin(), conversion.schemas.end(), rounds))
        return;
    for (auto const& input : inputs)
        if (input.value && looks_dequantised(*input.value)) {
            std::string const name = input.name.empty() ? "an input" : "input " + input.name;
            conversion.warnings.push_back({"G11", "the sample of " + name + " holds multiples of one step, as a dequantised tensor does: where PyTorch is given quantised tensors it rounds results, and this model does not", ""});
        }
}
