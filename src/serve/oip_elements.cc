#include "serve/oip_elements.h"

#include "serve/oip_types.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace {

// Reads elements of one type into bytes.
class ElementReader {
public:
    ElementReader(JsonCursor& cursor, DType dtype)
        : cursor_(cursor),
          dtype_(dtype)
    {
    }

    // What stands between commas, at least one element.
    Result<void> read_some()
    {
        switch (dtype_) {
        case DType::float32:
            return read_each([this] { return read_float<float>(); });
        case DType::float64:
            return read_each([this] { return read_float<double>(); });
        case DType::boolean:
            return read_each([this] { return read_boolean(); });
        case DType::string:
            return read_each([this] { return read_text(); });
        case DType::int8:
            return read_each([this] { return read_integer<int8_t>(); });
        case DType::int16:
            return read_each([this] { return read_integer<int16_t>(); });
        case DType::int32:
            return read_each([this] { return read_integer<int32_t>(); });
        case DType::int64:
            return read_each([this] { return read_integer<int64_t>(); });
        case DType::uint8:
            return read_each([this] { return read_integer<uint8_t>(); });
        case DType::uint16:
            return read_each([this] { return read_integer<uint16_t>(); });
        case DType::uint32:
            return read_each([this] { return read_integer<uint32_t>(); });
        default:
            CHECK(dtype_ == DType::uint64, "the other types have no JSON form");
            return read_each([this] { return read_integer<uint64_t>(); });
        }
    }

    uint64_t count() const { return count_; }
    void expect(uint64_t count) { bytes_.reserve(count * static_cast<size_t>(bits_of(dtype_)) / 8); }

    Result<Tensor> tensor(Shape const& shape) &&
    {
        if (dtype_ == DType::string)
            return Tensor::create_strings(shape, std::move(texts_));
        return Tensor::create(dtype_, shape, SharedBytes::take(std::move(bytes_)));
    }

private:
    // What an element is not; null where it was read.
    using Unfit = char const*;
    static constexpr Unfit out_of_range = "within the range of its datatype";

    template <typename Read>
    Result<void> read_each(Read const& read)
    {
        do {
            if (Unfit const unfit = read())
                return malformed(fmt::format("element {} of its data is not {}", count_, unfit));
            ++count_;
        } while (cursor_.take(','));
        return {};
    }

    template <typename T>
    Unfit put(T element)
    {
        auto const* const first = reinterpret_cast<std::byte const*>(&element);
        bytes_.insert(bytes_.end(), first, first + sizeof element);
        return nullptr;
    }

    template <typename T>
    Unfit read_float()
    {
        double value = 0;
        if (cursor_.take_double(value)) {
            auto const element = static_cast<T>(value);
            return std::isfinite(element) ? put(element) : out_of_range;
        }
        if (cursor_.take_word("NaN"))
            return put(std::numeric_limits<T>::quiet_NaN());
        if (cursor_.take_word("Infinity"))
            return put(std::numeric_limits<T>::infinity());
        if (cursor_.take_word("-Infinity"))
            return put(-std::numeric_limits<T>::infinity());
        return "a number";
    }

    template <typename T>
    Unfit read_integer()
    {
        auto const number = cursor_.number();
        if (!number || (!number->integer && !number->natural))
            return "an integer";
        if (number->integer && std::in_range<T>(*number->integer))
            return put(static_cast<T>(*number->integer));
        if (number->natural && std::in_range<T>(*number->natural))
            return put(static_cast<T>(*number->natural));
        return out_of_range;
    }

    Unfit read_boolean()
    {
        if (cursor_.take_word("true"))
            return put(uint8_t{1});
        return cursor_.take_word("false") ? put(uint8_t{0}) : "true or false";
    }

    Unfit read_text()
    {
        auto text = cursor_.text();
        if (!text)
            return "a text";
        texts_.push_back(*std::move(text));
        return nullptr;
    }

    JsonCursor& cursor_;
    DType dtype_;
    uint64_t count_ = 0;
    std::vector<std::byte> bytes_;
    std::vector<std::string> texts_;
};

Failure not_listed() { return malformed("its data is not a list, or not a whole one"); }

Result<void> check_size(uint64_t size, int64_t wanted)
{
    if (size == static_cast<uint64_t>(wanted))
        return {};
    return malformed(fmt::format("its data has a list of {} where its shape says {}", size, wanted));
}

Result<void> read_lists(JsonCursor& cursor, ElementReader& elements, Shape const& shape, size_t axis);

// One list and all within. A list that holds lists is as long as `shape` says at `axis`; recursion ends at the rank.
Result<void> read_list(JsonCursor& cursor, ElementReader& elements, Shape const& shape, size_t axis)
{
    if (!cursor.take('['))
        return not_listed();
    if (cursor.take(']'))
        return {};
    if (cursor.peek() == '[')
        return read_lists(cursor, elements, shape, axis);
    auto const before = elements.count();
    TRY(elements.read_some());
    if (!cursor.take(']'))
        return not_listed();
    if (axis == 0)
        return {}; // flat: the count is compared with the whole shape
    if (axis + 1 != shape.size())
        return malformed("its data is nested less deep than its shape");
    return check_size(elements.count() - before, shape[axis]);
}

// Lists within a list whose bracket has been taken.
Result<void> read_lists(JsonCursor& cursor, ElementReader& elements, Shape const& shape, size_t axis)
{
    if (axis + 1 >= shape.size())
        return malformed("its data is nested deeper than its shape");
    uint64_t size = 0;
    do {
        ++size;
        TRY(read_list(cursor, elements, shape, axis + 1));
    } while (cursor.take(','));
    if (!cursor.take(']'))
        return not_listed();
    return check_size(size, shape[axis]);
}

Result<Tensor> texts_of(Bytes bytes, Shape const& shape, uint64_t count)
{
    std::vector<std::string> texts;
    for (uint64_t index = 0; index < count; ++index) {
        uint32_t length = 0;
        if (bytes.size() < sizeof length)
            return malformed("its data ends within a text");
        std::memcpy(&length, bytes.data(), sizeof length);
        bytes = bytes.subspan(sizeof length);
        if (bytes.size() < length)
            return malformed("its data ends within a text");
        texts.emplace_back(text_of(bytes.first(length)));
        bytes = bytes.subspan(length);
    }
    if (!bytes.empty())
        return malformed(fmt::format("its data has {} bytes more than its shape holds texts", bytes.size()));
    return Tensor::create_strings(shape, std::move(texts));
}

}

Result<Tensor> read_oip_data(JsonCursor& cursor, DType dtype, Shape const& shape)
{
    if (dtype == DType::float16 || dtype == DType::bfloat16)
        return malformed(fmt::format("its data is {} as JSON, which is not supported: send it in binary form", oip_name(dtype).value_or("")));
    auto const count = element_count(shape);
    if (!count)
        return malformed("its shape has a negative size or is too large");
    ElementReader elements(cursor, dtype);
    if (dtype != DType::string)
        elements.expect(std::min<uint64_t>(*count, 1024)); // what a shape claims is not to be trusted
    TRY(read_list(cursor, elements, shape, 0));
    if (elements.count() != *count)
        return malformed(fmt::format("its data has {} elements, and its shape {} holds {}", elements.count(), oip_shape(shape), *count));
    return std::move(elements).tensor(shape);
}

Result<Tensor> read_oip_bytes(SharedBytes bytes, DType dtype, Shape const& shape)
{
    auto const count = element_count(shape);
    if (!count)
        return malformed("its shape has a negative size or is too large");
    if (dtype == DType::string)
        return *count <= bytes.size() / sizeof(uint32_t) ? texts_of(bytes.bytes(), shape, *count) : Result<Tensor>(malformed("its data ends within a text"));
    auto const wanted = bytes_of_elements(dtype, *count);
    if (!wanted || *wanted != bytes.size())
        return malformed(fmt::format("its data is {} bytes, and its shape {} holds {}", bytes.size(), oip_shape(shape), wanted.value_or(0)));
    if (dtype == DType::boolean)
        for (auto const byte : bytes.bytes())
            if (byte > std::byte{1})
                return malformed("its data holds a byte that is neither 0 nor 1 where booleans are wanted");
    return Tensor::create(dtype, shape, std::move(bytes));
}

size_t append_oip_bytes(Tensor const& tensor, std::string& body)
{
    auto const before = body.size();
    if (tensor.dtype() != DType::string) {
        body += text_of(tensor.bytes());
        return body.size() - before;
    }
    for (auto const& text : tensor.strings()) {
        auto const length = static_cast<uint32_t>(text.size());
        body.append(reinterpret_cast<char const*>(&length), sizeof length);
        body += text;
    }
    return body.size() - before;
}
