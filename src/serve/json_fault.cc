#include "serve/json_fault.h"

#include <algorithm>
#include <array>
#include <vector>

namespace {

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_hex(char byte) { return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f'); }

class Scan {
public:
    explicit Scan(std::string_view text)
        : text_(text)
    {
    }

    // Goes through the text; what it found is told by fault() and not_finite().
    void run()
    {
        enum class Next : uint8_t { value,
            first_element,
            first_key,
            key,
            after_value };
        auto next = Next::value;
        while (true) {
            skip_blanks();
            switch (next) {
            case Next::first_element:
                if (take(']')) {
                    open_.pop_back();
                    next = Next::after_value;
                    break;
                }
                [[fallthrough]];
            case Next::value:
                if (take('[')) {
                    open_.push_back('[');
                    next = Next::first_element;
                } else if (take('{')) {
                    open_.push_back('{');
                    next = Next::first_key;
                } else {
                    if (!take_scalar())
                        return;
                    next = Next::after_value;
                }
                break;
            case Next::first_key:
                if (take('}')) {
                    open_.pop_back();
                    next = Next::after_value;
                    break;
                }
                [[fallthrough]];
            case Next::key:
                if (!take_key())
                    return;
                next = Next::value;
                break;
            case Next::after_value:
                if (open_.empty()) {
                    if (place_ < text_.size())
                        fail("Extra data");
                    return;
                }
                if (take(',')) {
                    next = open_.back() == '[' ? Next::value : Next::key;
                } else if (take(open_.back() == '[' ? ']' : '}')) {
                    open_.pop_back();
                } else {
                    return fail("Expecting ',' delimiter");
                }
                break;
            }
        }
    }

    std::optional<JsonFault> fault() const
    {
        if (!fault_text_)
            return std::nullopt;
        auto const before = text_.substr(0, fault_place_);
        auto const characters = std::ranges::count_if(before, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; });
        return JsonFault{static_cast<size_t>(characters), *fault_text_};
    }
    bool not_finite() const { return not_finite_; }

private:
    char peek() const { return place_ < text_.size() ? text_[place_] : '\0'; }
    bool take(char byte)
    {
        bool const there = place_ < text_.size() && text_[place_] == byte;
        place_ += there;
        return there;
    }
    bool take_word(std::string_view word)
    {
        bool const there = text_.substr(place_).starts_with(word);
        place_ += there ? word.size() : 0;
        return there;
    }
    void skip_blanks() { place_ = std::min(text_.find_first_not_of(" \t\r\n", place_), text_.size()); }

    void fail(std::string_view text) { fail_at(place_, text); }
    void fail_at(size_t place, std::string_view text)
    {
        fault_place_ = place;
        fault_text_ = text;
    }

    bool take_key()
    {
        if (peek() != '"') {
            fail("Expecting property name enclosed in double quotes");
            return false;
        }
        if (!take_string())
            return false;
        skip_blanks();
        if (!take(':'))
            fail("Expecting ':' delimiter");
        return !fault_text_;
    }

    bool take_scalar()
    {
        if (peek() == '"')
            return take_string();
        for (auto const word : {"null", "true", "false"})
            if (take_word(word))
                return true;
        for (auto const word : {"NaN", "Infinity", "-Infinity"})
            if (take_word(word))
                return not_finite_ = true;
        if (!take_number())
            fail("Expecting value");
        return !fault_text_;
    }

    bool take_string()
    {
        size_t const start = place_++;
        while (place_ < text_.size() && text_[place_] != '"') {
            if (static_cast<unsigned char>(text_[place_]) < 0x20) {
                fail("Invalid control character at");
                return false;
            }
            if (text_[place_] != '\\') {
                ++place_;
                continue;
            }
            if (!take_escape(start))
                return false;
        }
        if (take('"'))
            return true;
        fail_at(start, "Unterminated string starting at");
        return false;
    }

    bool take_escape(size_t start)
    {
        if (place_ + 1 >= text_.size()) {
            fail_at(start, "Unterminated string starting at");
            return false;
        }
        char const letter = text_[place_ + 1];
        if (letter != 'u') {
            if (std::string_view("\"\\/bfnrt").find(letter) == std::string_view::npos)
                fail("Invalid \\escape");
            place_ += 2;
            return !fault_text_;
        }
        auto const digits = text_.substr(std::min(place_ + 2, text_.size()), 4);
        bool const at_end = place_ + 6 >= text_.size(); // an escape that ends the text is told as this, not as a string without end
        if (at_end || !std::ranges::all_of(digits, is_hex))
            fail_at(place_ + 1, "Invalid \\uXXXX escape");
        place_ += 6;
        return !fault_text_;
    }

    // As much as JSON takes for a number; what follows is somebody else's to judge.
    bool take_number()
    {
        size_t place = place_ + (peek() == '-');
        auto const digits_from = [&](size_t from) { return std::min(text_.find_first_not_of("0123456789", from), text_.size()); };
        auto const at = [&](size_t from) { return from < text_.size() ? text_[from] : '\0'; };
        if (!is_digit(at(place)))
            return false;
        place = at(place) == '0' ? place + 1 : digits_from(place);
        if (at(place) == '.' && is_digit(at(place + 1)))
            place = digits_from(place + 1);
        if ((at(place) | 0x20) == 'e') {
            size_t const sign = at(place + 1) == '+' || at(place + 1) == '-';
            if (is_digit(at(place + 1 + sign)))
                place = digits_from(place + 1 + sign);
        }
        place_ = place;
        return true;
    }

    std::string_view text_;
    size_t place_ = 0;
    std::vector<char> open_; // the brackets that are open, outermost first
    size_t fault_place_ = 0;
    std::optional<std::string_view> fault_text_;
    bool not_finite_ = false;
};

}

std::optional<JsonFault> find_json_fault(std::string_view text)
{
    Scan scan(text);
    scan.run();
    return scan.fault();
}

bool holds_json_not_finite(std::string_view text)
{
    Scan scan(text);
    scan.run();
    return scan.not_finite();
}
