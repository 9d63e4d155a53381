#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <cstring>
#include <string>
#include <type_traits>

// Takes bytes from the front and never from beyond the end: it compares what is asked for with what is left before it gives anything.
// Every failure is malformed and names its offset.
class Cursor {
public:
    explicit Cursor(Bytes bytes)
        : begin_(bytes.data()),
          left_(bytes)
    {
    }

    size_t offset() const { return static_cast<size_t>(left_.data() - begin_); }
    size_t left() const { return left_.size(); }
    Bytes rest() const { return left_; }

    Result<Bytes> take(uint64_t count)
    {
        if (count > left_.size())
            return malformed("cut short: " + std::to_string(count) + " bytes wanted, " + std::to_string(left_.size()) + " left").at("byte " + std::to_string(offset()));
        Bytes const taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

    Result<std::string_view> take_text(uint64_t count)
    {
        Bytes const bytes = TRY(take(count));
        return text_of(bytes);
    }

    // Little-endian.
    template <typename Number>
    requires std::is_arithmetic_v<Number>
        Result<Number> take_number()
    {
        Bytes const bytes = TRY(take(sizeof(Number)));
        Number number;
        std::memcpy(&number, bytes.data(), sizeof number);
        return number;
    }

private:
    std::byte const* begin_;
    Bytes left_;
};
