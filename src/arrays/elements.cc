#include "arrays/elements.h"

#include <algorithm>
#include <cstring>

namespace {

// What reading a single element asks for; packed types and bytes ask for nothing.
size_t alignment_of(DType dtype)
{
    int const bits = is_complex(dtype) ? bits_of(dtype) / 2 : bits_of(dtype);
    return bits <= 8 ? 1 : static_cast<size_t>(bits / 8);
}

bool is_aligned(Bytes bytes, size_t alignment) { return reinterpret_cast<uintptr_t>(bytes.data()) % alignment == 0; }

}

Result<Tensor> tensor_in_place(DType dtype, Shape shape, SharedBytes elements)
{
    auto const bytes = elements.bytes();
    auto const is_zero_or_one = [](std::byte byte) { return byte <= std::byte{1}; };
    if (dtype == DType::boolean && !std::all_of(bytes.begin(), bytes.end(), is_zero_or_one)) {
        std::vector<std::byte> clean(bytes.size());
        std::transform(bytes.begin(), bytes.end(), clean.begin(), [](std::byte byte) { return std::byte{byte != std::byte{0}}; });
        elements = SharedBytes::take(std::move(clean));
    } else if (!is_aligned(bytes, alignment_of(dtype))) {
        elements = SharedBytes::take(std::vector<std::byte>(bytes.begin(), bytes.end()));
    }
    return Tensor::create(dtype, std::move(shape), std::move(elements));
}

SharedBytes with_bytes_swapped(Bytes elements, size_t unit_bytes)
{
    std::vector<std::byte> swapped(elements.begin(), elements.end());
    for (size_t unit = 0; unit + unit_bytes <= swapped.size(); unit += unit_bytes)
        std::reverse(swapped.data() + unit, swapped.data() + unit + unit_bytes);
    return SharedBytes::take(std::move(swapped));
}

SharedBytes row_major_from_column_major(Bytes elements, size_t element_bytes, Shape const& shape)
{
    std::vector<std::byte> row_major(elements.size());
    size_t const rank = shape.size();
    std::vector<size_t> strides(rank); // bytes between neighbours along an axis of the source
    size_t stride = element_bytes;
    for (size_t axis = 0; axis < rank; ++axis) {
        strides[axis] = stride;
        stride *= static_cast<size_t>(shape[axis]);
    }
    CHECK(stride == elements.size(), "the elements fit the shape");
    std::vector<int64_t> index(rank, 0);
    size_t source = 0;
    for (size_t target = 0; target < row_major.size(); target += element_bytes) {
        std::memcpy(row_major.data() + target, elements.data() + source, element_bytes);
        // The next place: the last axis turns fastest.
        for (size_t axis = rank; axis-- > 0;) {
            source += strides[axis];
            if (++index[axis] < shape[axis])
                break;
            source -= strides[axis] * static_cast<size_t>(shape[axis]);
            index[axis] = 0;
        }
    }
    return SharedBytes::take(std::move(row_major));
}
