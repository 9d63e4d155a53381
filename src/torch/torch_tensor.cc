#include "torch/torch_tensor.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace {

constexpr size_t most_dimensions = 64;
constexpr uint64_t free_copy_bytes = 64u << 20;

// Calls `use(first element, count)` for runs of elements that lie one after the other in storage, in row-major order of the view.
template <typename Use>
void for_each_run(TorchTensor const& tensor, Use const& use)
{
    size_t inner = tensor.shape.size();
    int64_t run = 1;
    while (inner > 0 && (tensor.shape[inner - 1] == 1 || tensor.strides[inner - 1] == run))
        run *= tensor.shape[--inner];
    std::vector<int64_t> index(inner, 0);
    int64_t place = tensor.offset;
    for (;;) {
        use(place, run);
        size_t axis = inner;
        while (axis > 0) {
            --axis;
            place += tensor.strides[axis];
            if (++index[axis] < tensor.shape[axis])
                break;
            place -= tensor.strides[axis] * tensor.shape[axis];
            index[axis] = 0;
            if (axis == 0)
                return;
        }
        if (inner == 0)
            return;
    }
}

template <typename Number, typename Change>
void change_numbers(std::span<std::byte> bytes, Change const& change)
{
    for (size_t place = 0; place + sizeof(Number) <= bytes.size(); place += sizeof(Number)) {
        Number number;
        std::memcpy(&number, bytes.data() + place, sizeof number);
        change(number);
        std::memcpy(bytes.data() + place, &number, sizeof number);
    }
}

// Bytes of one real number: half an element of complex types.
size_t part_bytes(DType dtype) { return static_cast<size_t>(bits_of(dtype)) / 8 / (is_complex(dtype) ? 2 : 1); }

void reverse_parts(std::span<std::byte> bytes, size_t size)
{
    for (size_t place = 0; place + size <= bytes.size(); place += size)
        std::reverse(bytes.begin() + static_cast<ptrdiff_t>(place), bytes.begin() + static_cast<ptrdiff_t>(place + size));
}

// Floating numbers by their sign bits, the last bit of each part; integers by two's complement.
void negate(std::span<std::byte> bytes, DType dtype, size_t first_part, size_t step)
{
    size_t const size = part_bytes(dtype);
    if (is_floating(dtype) || is_complex(dtype)) {
        for (size_t place = (first_part + 1) * size; place <= bytes.size(); place += step * size)
            bytes[place - 1] ^= std::byte{0x80};
        return;
    }
    auto const negative = [](auto& number) { number = static_cast<std::remove_reference_t<decltype(number)>>(0 - number); };
    if (size == 1)
        change_numbers<uint8_t>(bytes, negative);
    else if (size == 2)
        change_numbers<uint16_t>(bytes, negative);
    else if (size == 4)
        change_numbers<uint32_t>(bytes, negative);
    else
        change_numbers<uint64_t>(bytes, negative);
}

}

Result<void> check_view(Shape const& shape, std::vector<int64_t> const& strides, int64_t offset, uint64_t elements)
{
    if (shape.size() != strides.size())
        return malformed(std::to_string(shape.size()) + " sizes and " + std::to_string(strides.size()) + " strides");
    if (shape.size() > most_dimensions)
        return malformed(std::to_string(shape.size()) + " dimensions, at most " + std::to_string(most_dimensions) + " can be");
    if (offset < 0 || std::any_of(strides.begin(), strides.end(), [](int64_t stride) { return stride < 0; }))
        return malformed("a negative stride or offset");
    auto const count = element_count(shape);
    if (!count)
        return malformed("sizes " + text_of(shape) + " are negative or too large");
    if (*count == 0)
        return {};
    int64_t last = offset;
    bool overflow = false;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
        int64_t reach = 0;
        overflow = overflow || __builtin_mul_overflow(shape[axis] - 1, strides[axis], &reach) || __builtin_add_overflow(last, reach, &last);
    }
    if (overflow || static_cast<uint64_t>(last) >= elements)
        return malformed("a view of sizes " + text_of(shape) + ", strides " + text_of(strides) + ", offset " + std::to_string(offset) + " leaves its storage of "
            + std::to_string(elements) + " elements");
    return {};
}

std::vector<int64_t> contiguous_strides(Shape const& shape)
{
    std::vector<int64_t> strides(shape.size(), 1);
    for (size_t axis = shape.size(); axis-- > 1;)
        strides[axis - 1] = strides[axis] * std::max<int64_t>(shape[axis], 1);
    return strides;
}

bool TorchTensor::is_contiguous() const
{
    int64_t expected = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
        if (shape[axis] == 0)
            return true;
        if (shape[axis] != 1 && strides[axis] != expected)
            return false;
        expected *= shape[axis];
    }
    return true;
}

Result<Tensor> TorchTensor::data(Limits const& limits) const
{
    uint64_t const count = *element_count(shape);
    auto const bytes = bytes_of_elements(dtype, count);
    if (!bytes)
        return malformed("a tensor of sizes " + text_of(shape) + " is too large");
    if (count == 0)
        return Tensor::create(dtype, shape, SharedBytes());
    bool const packed = bits_of(dtype) % 8 != 0 || bits_of(dtype) == 0;
    if (packed && (!is_contiguous() || offset != 0 || is_big_endian))
        return unsupported("a view of packed " + std::string(name_of(dtype)) + " elements that is not contiguous");
    size_t const size = packed ? 1 : static_cast<size_t>(bits_of(dtype)) / 8;
    bool const swapped = is_big_endian && part_bytes(dtype) > 1;
    if (is_contiguous() && !swapped && !is_conjugated && !is_negated)
        return Tensor::create(dtype, shape, storage_bytes.part(static_cast<size_t>(offset) * size, *bytes));
    if (packed)
        return unsupported("changed values of packed " + std::string(name_of(dtype)) + " elements");

    uint64_t const fair = std::max(free_copy_bytes, storage_bytes.size() > UINT64_MAX / limits.ratio ? UINT64_MAX : storage_bytes.size() * limits.ratio);
    if (*bytes > std::min(fair, limits.unpacked_bytes))
        return exhausted("a view of " + std::to_string(*bytes) + " bytes over a storage of " + std::to_string(storage_bytes.size()) + " bytes: too large to copy");
    std::vector<std::byte> copy(*bytes);
    size_t written = 0;
    for_each_run(*this, [&](int64_t first, int64_t elements) {
        size_t const run = static_cast<size_t>(elements) * size;
        std::memcpy(copy.data() + written, storage_bytes.bytes().data() + static_cast<size_t>(first) * size, run);
        written += run;
    });
    if (swapped)
        reverse_parts(copy, part_bytes(dtype));
    if (is_negated)
        negate(copy, dtype, 0, 1);
    if (is_conjugated && is_complex(dtype))
        negate(copy, dtype, 1, 2);
    return Tensor::create(dtype, shape, SharedBytes::take(std::move(copy)));
}
