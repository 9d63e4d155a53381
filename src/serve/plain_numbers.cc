#include "serve/plain_numbers.h"

#include "serve/json_cursor.h"

#include <cmath>

namespace {

constexpr size_t most_rank = 8;

// Lists nested as deep as `rank`, each of the length that the first of its level has.
template <typename T>
class NumberLists {
public:
    NumberLists(JsonCursor& cursor, size_t rank)
        : cursor_(cursor),
          sizes_(rank, -1)
    {
    }

    // Recursion ends at the rank.
    bool read(size_t level)
    {
        if (!cursor_.take('['))
            return false;
        int64_t size = 0;
        do {
            ++size;
            if (level + 1 == sizes_.size() ? !read_element() : !read(level + 1))
                return false;
        } while (cursor_.take(','));
        if (sizes_[level] < 0)
            sizes_[level] = size;
        return sizes_[level] == size && cursor_.take(']');
    }

    Shape const& sizes() const { return sizes_; }
    std::vector<T> take_elements() { return std::move(elements_); }
    void expect(size_t count) { elements_.reserve(count); }

private:
    bool read_element()
    {
        double value = 0;
        if (!cursor_.take_double(value) || !std::isfinite(static_cast<T>(value)))
            return false;
        elements_.push_back(static_cast<T>(value));
        return true;
    }

    JsonCursor& cursor_;
    Shape sizes_; // -1: not known yet
    std::vector<T> elements_;
};

// How many lists begin before the first element, from `cursor` on.
size_t nesting_at(JsonCursor cursor)
{
    size_t levels = 0;
    while (levels <= most_rank && cursor.take('['))
        ++levels;
    return levels;
}

template <typename T>
std::optional<PlainNumbers> read_lists(JsonCursor& cursor, size_t levels, size_t body_bytes, SessionValue const& input)
{
    NumberLists<T> lists(cursor, levels);
    lists.expect(body_bytes / 8); // most numbers take more
    if (!lists.read(0) || !cursor.take('}') || !cursor.at_end())
        return std::nullopt;
    auto shape = lists.sizes();
    bool const one_row = levels < input.dims->size();
    if (one_row)
        shape.insert(shape.begin(), 1);
    if (!dims_fit(*input.dims, shape))
        return std::nullopt;
    return PlainNumbers{Tensor::of<T>(*input.dtype, std::move(shape), lists.take_elements()), one_row};
}

}

std::optional<PlainNumbers> read_plain_numbers(std::string_view body, SessionValue const& input)
{
    bool const is_float = input.dtype == DType::float32 || input.dtype == DType::float64;
    if (!is_float || !input.dims || input.dims->size() > most_rank)
        return std::nullopt;
    JsonCursor cursor(body);
    if (!cursor.take('{') || !cursor.take_word("\"input\"") || !cursor.take(':'))
        return std::nullopt;
    size_t const levels = nesting_at(cursor);
    size_t const rank = input.dims->size();
    if (levels == 0 || (levels != rank && levels + 1 != rank))
        return std::nullopt;
    if (input.dtype == DType::float64)
        return read_lists<double>(cursor, levels, body.size(), input);
    return read_lists<float>(cursor, levels, body.size(), input);
}
