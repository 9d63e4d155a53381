#include "operators/promotion.h"

#include <array>
#include <optional>

namespace {

// A lattice is a table: rows and columns in this order. Two types of unlike kind meet in the floating one; uint8 meets a signed
// integer in the next wider signed one.
int category(DType dtype)
{
    if (is_complex(dtype))
        return 3;
    if (is_floating(dtype))
        return 2;
    return dtype == DType::boolean ? 0 : 1;
}

DType promoted_integers(DType left, DType right)
{
    bool const left_unsigned = !is_signed_integer(left);
    bool const right_unsigned = !is_signed_integer(right);
    if (left_unsigned == right_unsigned)
        return bits_of(left) >= bits_of(right) ? left : right;
    DType const with_sign = left_unsigned ? right : left;
    int const bits = std::max(bits_of(with_sign), bits_of(left_unsigned ? left : right) * 2);
    return bits <= 16 ? DType::int16 : bits <= 32 ? DType::int32
                                                  : DType::int64;
}

struct Categories {
    std::optional<DType> with_dims;
    std::optional<DType> rank_0;
    std::optional<DType> numbers;
};

void add(std::optional<DType>& slot, DType dtype) { slot = slot ? promoted(*slot, dtype) : dtype; }

}

Result<PromotedPair> promoted_pair(Operation& operation, std::string_view left, std::string_view right)
{
    DType const dtype = TRY(result_dtype(operation, {left, right}));
    PromotedPair pair;
    pair.left = TRY(operand(operation, left, dtype));
    pair.right = TRY(operand(operation, right, dtype));
    return pair;
}

DType floating_for(DType dtype) { return is_floating(dtype) || is_complex(dtype) ? dtype : DType::float32; }

DType promoted(DType left, DType right)
{
    if (left == right)
        return left;
    int const left_category = category(left);
    int const right_category = category(right);
    if (left_category != right_category && left_category < 3 && right_category < 3)
        return left_category > right_category ? left : right;
    if (left_category == 1)
        return promoted_integers(left, right);
    if (left_category == 2) { // half and bfloat16 meet in float32
        if (bits_of(left) == bits_of(right))
            return DType::float32;
        return bits_of(left) > bits_of(right) ? left : right;
    }
    bool const wide = left == DType::complex128 || right == DType::complex128 || left == DType::float64 || right == DType::float64;
    return wide ? DType::complex128 : DType::complex64;
}

Result<DType> result_dtype(Operation& operation, std::initializer_list<std::string_view> names)
{
    Categories found;
    for (auto const name : names) {
        Value const& value = operation.argument(name);
        if (auto const* reference = value.as<TensorReference>()) {
            auto const tensor = TRY(operation.heap.read(*reference));
            add((*reference)->wrapped_number ? found.numbers : tensor.rank() == 0 ? found.rank_0
                                                                                  : found.with_dims,
                tensor.dtype());
        } else if (value.is<bool>() || value.is<UnknownBool>()) {
            add(found.numbers, DType::boolean);
        } else if (value.is<Dim>()) {
            add(found.numbers, DType::int64);
        } else if (value.is<double>() || value.is<UnknownFloat>()) {
            add(found.numbers, DType::float32);
        } else if (value.is<std::complex<double>>()) {
            return unsupported("complex numbers");
        } else {
            return unsupported("argument " + std::string(name) + " is a " + kind_of(value) + ", wanted a tensor or a number");
        }
    }
    // A number that became a tensor is float64, and beside tensors a float like any other.
    if ((found.with_dims || found.rank_0) && found.numbers == DType::float64)
        found.numbers = DType::float32;
    auto const higher = [](std::optional<DType> first, std::optional<DType> second) {
        if (!first || !second)
            return first ? first : second;
        return category(*second) > category(*first) ? std::optional(promoted(*first, *second)) : first;
    };
    auto const result = higher(higher(found.with_dims, found.rank_0), found.numbers);
    CHECK(result.has_value(), "a rule promotes at least one operand");
    return *result;
}

Result<GraphTensor> operand(Operation& operation, std::string_view name, DType dtype)
{
    if (!operation.argument(name).is<TensorReference>())
        return operation.scalar(name, dtype);
    auto const tensor = TRY(operation.tensor(name));
    return cast(operation.graph, tensor, dtype);
}
