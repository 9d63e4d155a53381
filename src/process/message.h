#pragma once

#include "base/cursor.h"
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

// What two processes of this program say to each other, in bytes: numbers, little-endian, and texts behind their length.
//
// Promises of the reader: whatever the bytes are, it gives values within the stated limits or fails with malformed, and takes memory in
// proportion to the bytes.

class MessageWriter {
public:
    template <typename Number>
    MessageWriter& number(Number value)
    {
        bytes_.append(reinterpret_cast<char const*>(&value), sizeof value);
        return *this;
    }
    MessageWriter& flag(bool value) { return number<uint8_t>(value ? 1 : 0); }
    MessageWriter& count(size_t value) { return number(static_cast<uint32_t>(value)); }
    MessageWriter& text(std::string_view value)
    {
        count(value.size());
        bytes_ += value;
        return *this;
    }
    // Cut where it is longer than anybody reads.
    MessageWriter& short_text(std::string_view value) { return text(value.substr(0, most_short_bytes)); }
    template <typename Texts>
    MessageWriter& texts(Texts const& values)
    {
        count(values.size());
        for (auto const& value : values)
            text(value);
        return *this;
    }

    size_t size() const { return bytes_.size(); }
    std::string take() { return std::move(bytes_); }

    static constexpr size_t most_short_bytes = size_t{64} << 10;

private:
    std::string bytes_;
};

class MessageReader {
public:
    explicit MessageReader(std::string_view bytes)
        : cursor_(bytes_of(bytes))
    {
    }

    template <typename Number>
    Result<Number> number() { return cursor_.take_number<Number>(); }
    Result<bool> flag()
    {
        auto const value = TRY(number<uint8_t>());
        return value <= 1 ? Result<bool>(value == 1) : malformed("a flag of " + std::to_string(value));
    }
    Result<size_t> count(size_t most)
    {
        auto const value = TRY(number<uint32_t>());
        return value <= most ? Result<size_t>(value) : malformed("a list of " + std::to_string(value) + ", the limit is " + std::to_string(most));
    }
    Result<std::string> text()
    {
        auto const size = TRY(number<uint32_t>());
        return std::string(TRY(cursor_.take_text(size)));
    }
    Result<std::string> short_text()
    {
        auto value = TRY(text());
        return value.size() <= MessageWriter::most_short_bytes ? Result<std::string>(std::move(value)) : malformed("a text of " + std::to_string(value.size()) + " bytes");
    }
    Result<std::vector<std::string>> texts(size_t most)
    {
        size_t const size = TRY(count(most));
        std::vector<std::string> values;
        for (size_t index = 0; index < size; ++index)
            values.push_back(TRY(text()));
        return values;
    }
    Result<std::vector<std::string>> short_texts(size_t most)
    {
        size_t const size = TRY(count(most));
        std::vector<std::string> values;
        for (size_t index = 0; index < size; ++index)
            values.push_back(TRY(short_text()));
        return values;
    }
    // Nothing is left.
    Result<void> end() { return cursor_.left() == 0 ? Result<void>() : malformed(std::to_string(cursor_.left()) + " bytes too many"); }

private:
    Cursor cursor_;
};

// A failure as it is sent, and taken up again.
std::string bytes_of_error(Error const& error);
Result<Error> parse_error(std::string_view bytes);
