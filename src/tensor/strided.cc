#include "tensor/strided.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>

namespace {

// A walk over all elements but those of the two innermost axes.
class OuterIndex {
public:
    OuterIndex(Shape const& shape, std::vector<int64_t> const& strides)
        : shape_(shape),
          strides_(strides),
          index_(shape.size() < 2 ? 0 : shape.size() - 2, 0)
    {
    }

    int64_t offset() const { return offset_; }
    bool next()
    {
        for (size_t axis = index_.size(); axis-- > 0;) {
            offset_ += strides_[axis];
            if (++index_[axis] < shape_[axis])
                return true;
            offset_ -= strides_[axis] * shape_[axis];
            index_[axis] = 0;
        }
        return false;
    }

private:
    Shape const& shape_;
    std::vector<int64_t> const& strides_;
    std::vector<int64_t> index_;
    int64_t offset_ = 0;
};

// Rows and columns in blocks, so that neither side leaves the cache where one of them is read across.
template <size_t size>
void copy_plane(std::byte* to, std::byte const* from, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride)
{
    constexpr int64_t block = 32;
    constexpr auto step = static_cast<int64_t>(size);
    for (int64_t row = 0; row < rows; row += block)
        for (int64_t column = 0; column < columns; column += block)
            for (int64_t i = row; i < std::min(rows, row + block); ++i)
                for (int64_t j = column; j < std::min(columns, column + block); ++j)
                    std::memcpy(to + (i * columns + j) * step, from + (i * row_stride + j * column_stride) * step, size);
}

void copy_plane(size_t size, std::byte* to, std::byte const* from, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride)
{
    switch (size) {
    case 1:
        return copy_plane<1>(to, from, rows, columns, row_stride, column_stride);
    case 2:
        return copy_plane<2>(to, from, rows, columns, row_stride, column_stride);
    case 4:
        return copy_plane<4>(to, from, rows, columns, row_stride, column_stride);
    case 8:
        return copy_plane<8>(to, from, rows, columns, row_stride, column_stride);
    default:
        return copy_plane<16>(to, from, rows, columns, row_stride, column_stride);
    }
}

void check_within(Tensor const& of, Shape const& shape, std::vector<int64_t> const& strides, int64_t offset)
{
    int64_t least = offset;
    int64_t most = offset;
    for (size_t axis = 0; axis < shape.size(); ++axis)
        (strides[axis] < 0 ? least : most) += strides[axis] * (shape[axis] - 1);
    CHECK(least >= 0 && static_cast<uint64_t>(most) < of.count(), "strides stay within the tensor");
}

}

std::vector<int64_t> row_major_strides(Shape const& shape)
{
    std::vector<int64_t> strides(shape.size(), 1);
    for (size_t axis = shape.size(); axis-- > 1;)
        strides[axis - 1] = strides[axis] * std::max<int64_t>(shape[axis], 1);
    return strides;
}

Tensor strided(Tensor const& of, Shape shape, std::vector<int64_t> const& strides, int64_t offset)
{
    int const bits = bits_of(of.dtype());
    CHECK(bits >= 8 && bits % 8 == 0 && strides.size() == shape.size(), "elements are whole bytes, and every axis has a stride");
    auto const size = static_cast<size_t>(bits) / 8;
    std::vector<std::byte> elements(*bytes_of_elements(of.dtype(), *element_count(shape)));
    if (!elements.empty()) {
        check_within(of, shape, strides, offset);
        size_t const rank = shape.size();
        int64_t const rows = rank < 2 ? 1 : shape[rank - 2];
        int64_t const columns = rank < 1 ? 1 : shape[rank - 1];
        OuterIndex outer(shape, strides);
        std::byte* to = elements.data();
        do {
            copy_plane(size, to, of.bytes().data() + (offset + outer.offset()) * static_cast<int64_t>(size), rows, columns, rank < 2 ? 0 : strides[rank - 2], rank < 1 ? 0 : strides[rank - 1]);
            to += static_cast<size_t>(rows * columns) * size;
        } while (outer.next());
    }
    auto result = Tensor::create(of.dtype(), std::move(shape), SharedBytes::take(std::move(elements)));
    CHECK(result.has_value(), "the elements fit the shape");
    return *std::move(result);
}

Tensor transposed(Tensor const& of, std::vector<int64_t> const& permutation)
{
    auto const strides = row_major_strides(of.shape());
    Shape shape;
    std::vector<int64_t> taken;
    for (int64_t const axis : permutation) {
        shape.push_back(of.shape()[static_cast<size_t>(axis)]);
        taken.push_back(strides[static_cast<size_t>(axis)]);
    }
    return strided(of, std::move(shape), taken, 0);
}
