#pragma once

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "tensor/dtype.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Dense tensors: an element type, a shape and the elements in row-major order, either as plain little-endian bytes (owned or
// mapped, shared between copies) or, for DType::string, as texts.

using Shape = std::vector<int64_t>;

// "[2, 3]"
std::string text_of(Shape const& shape);
// Product of the sizes, 1 for rank 0; nothing where a size is negative or the product does not fit 63 bits.
std::optional<uint64_t> element_count(Shape const& shape);

class Tensor {
public:
    // A float32 tensor of shape [0].
    Tensor();

    // Fails with malformed where a size is negative, the size overflows, or `data` is not exactly as long as dtype and shape ask.
    static Result<Tensor> create(DType dtype, Shape shape, SharedBytes data);
    static Result<Tensor> create_strings(Shape shape, std::vector<std::string> texts);
    // For elements of our own: the count must fit the shape, or CHECK fails. T is one of float, double, bool-as-uint8_t with
    // `dtype`, or an integer type whose size is that of `dtype`.
    template <typename T>
    static Tensor of(DType dtype, Shape shape, std::vector<T> elements);
    static Tensor scalar(float value) { return of<float>(DType::float32, {}, {value}); }
    static Tensor scalar(double value) { return of<double>(DType::float64, {}, {value}); }
    static Tensor scalar(int64_t value) { return of<int64_t>(DType::int64, {}, {value}); }
    static Tensor scalar(bool value) { return of<uint8_t>(DType::boolean, {}, {static_cast<uint8_t>(value)}); }
    static Tensor vector(std::vector<int64_t> values);

    DType dtype() const { return dtype_; }
    Shape const& shape() const { return shape_; }
    size_t rank() const { return shape_.size(); }
    uint64_t count() const { return count_; }
    // Empty for strings.
    Bytes bytes() const { return data_.bytes(); }
    SharedBytes const& data() const { return data_; }
    std::vector<std::string> const& strings() const;

    // Element `index` (row-major) as a number; boolean gives 0 or 1; half types, float8 and integers are exact in double but for
    // 64-bit integers beyond 2^53. Packed types are unpacked, quantised ones give the integer stored. Not for complex and string (CHECK).
    double number_at(uint64_t index) const;
    // As above for integer and boolean types, exact (uint64 wraps).
    int64_t integer_at(uint64_t index) const;

    // The same elements under another shape of equal count (CHECK).
    Tensor with_shape(Shape shape) const;
    // The elements converted as C and numpy convert: float to integer truncates (what int64 cannot hold becomes its lowest number),
    // narrower integers wrap, to boolean compares with zero, to a narrower float rounds to nearest even. Both types must be real,
    // integer or boolean and at least 8 bits wide, and the wanted one no float8, else unsupported.
    Result<Tensor> cast(DType dtype) const;

private:
    Tensor(DType dtype, Shape shape, uint64_t count, SharedBytes data)
        : dtype_(dtype),
          shape_(std::move(shape)),
          count_(count),
          data_(std::move(data))
    {
    }

    DType dtype_ = DType::float32;
    Shape shape_{0};
    uint64_t count_ = 0;
    SharedBytes data_;
    std::shared_ptr<std::vector<std::string> const> strings_;
};

template <typename T>
Tensor Tensor::of(DType dtype, Shape shape, std::vector<T> elements)
{
    auto result = create(dtype, std::move(shape), SharedBytes::take(std::move(elements)));
    CHECK(result.has_value(), "elements fit the shape");
    return *std::move(result);
}

// A tensor under a name: what a sample, a checkpoint or an answer holds, in its own order.
struct NamedTensor {
    std::string name;
    Tensor tensor;
};

// IEEE half, bfloat16 and float8 numbers, exact towards float; towards the narrow type rounded to nearest even.
float float_from_half(uint16_t bits);
uint16_t half_from_float(float value);
float float_from_bfloat16(uint16_t bits);
uint16_t bfloat16_from_float(float value);
// `dtype` is one of the five float8 types (CHECK). Source: OCP 8-bit floating point specification; ONNX "float8" document for fnuz.
float float_from_float8(DType dtype, uint8_t bits);
