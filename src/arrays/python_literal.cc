#include "arrays/python_literal.h"

#include <algorithm>
#include <charconv>

namespace {

class LiteralReader {
public:
    LiteralReader(std::string_view text, uint32_t depth)
        : text_(text),
          depth_(depth)
    {
    }

    Result<PythonLiteral> read()
    {
        auto literal = TRY(value());
        skip_space();
        if (place_ != text_.size())
            return found_instead_of("the end");
        return literal;
    }

private:
    void skip_space()
    {
        while (place_ < text_.size() && std::string_view(" \t\n\r").find(text_[place_]) != std::string_view::npos)
            ++place_;
    }
    // The next character that is no space, or NUL at the end.
    char peek()
    {
        skip_space();
        return place_ < text_.size() ? text_[place_] : '\0';
    }
    bool take(char wanted)
    {
        if (peek() != wanted || place_ == text_.size())
            return false;
        ++place_;
        return true;
    }
    bool take_word(std::string_view word)
    {
        if (!text_.substr(place_).starts_with(word))
            return false;
        place_ += word.size();
        return true;
    }

    Failure found_instead_of(std::string const& wanted)
    {
        std::string found = "the end";
        if (place_ < text_.size()) {
            auto const byte = static_cast<unsigned char>(text_[place_]);
            found = byte >= 0x20 && byte < 0x7F ? std::string("'") + text_[place_] + "'" : "byte value " + std::to_string(byte);
        }
        return malformed("found " + found + ", wanted " + wanted).at("character " + std::to_string(place_) + " of the header");
    }

    Result<PythonLiteral> value()
    {
        char const next = peek();
        if (next == '\'' || next == '"')
            return string().map([](std::string text) { return PythonLiteral{std::move(text)}; });
        if (next >= '0' && next <= '9')
            return number().map([](int64_t number) { return PythonLiteral{number}; });
        if (take_word("True"))
            return PythonLiteral{true};
        if (take_word("False"))
            return PythonLiteral{false};
        if (take_word("None"))
            return PythonLiteral{PythonLiteral::None{}};
        if (next != '(' && next != '[' && next != '{')
            return found_instead_of("a string, a number, True, False, None, a tuple, a list or a dict");
        if (open_ == depth_)
            return exhausted("nested deeper than the limit of " + std::to_string(depth_)).at("character " + std::to_string(place_) + " of the header");
        ++open_;
        ++place_;
        auto result = next == '{' ? dict() : sequence(next);
        --open_;
        return result;
    }

    Result<std::string> string()
    {
        char const quote = text_[place_];
        size_t const end = text_.find(quote, place_ + 1);
        if (end == std::string_view::npos)
            return malformed("a string without an end").at("character " + std::to_string(place_) + " of the header");
        auto const content = text_.substr(place_ + 1, end - place_ - 1);
        if (content.find_first_of("\\\n") != std::string_view::npos)
            return malformed("a string with an escape or a line break").at("character " + std::to_string(place_) + " of the header");
        place_ = end + 1;
        return std::string(content);
    }

    Result<int64_t> number()
    {
        int64_t number = 0;
        auto const begin = text_.data() + place_;
        auto const [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
        if (error != std::errc() || (*begin == '0' && end != begin + 1))
            return malformed("a number that is too large or begins with 0").at("character " + std::to_string(place_) + " of the header");
        place_ += static_cast<size_t>(end - begin);
        take_word("L");
        return number;
    }

    // After the opening bracket. A comma makes a tuple; brackets around one value are only brackets.
    Result<PythonLiteral> sequence(char opening)
    {
        char const closing = opening == '(' ? ')' : ']';
        std::vector<PythonLiteral> items;
        bool comma = true;
        while (!take(closing)) {
            if (!comma)
                return found_instead_of(std::string("',' or '") + closing + "'");
            auto item = TRY(value());
            items.push_back(std::move(item));
            comma = take(',');
        }
        if (opening == '[')
            return PythonLiteral{PythonLiteral::List{std::move(items)}};
        if (items.size() == 1 && !comma)
            return std::move(items[0]);
        return PythonLiteral{PythonLiteral::Tuple{std::move(items)}};
    }

    Result<PythonLiteral> dict()
    {
        PythonLiteral::Dict dict;
        bool comma = true;
        while (!take('}')) {
            if (!comma)
                return found_instead_of("',' or '}'");
            if (peek() != '\'' && peek() != '"')
                return found_instead_of("a key in quotes");
            auto key = TRY(string());
            if (!take(':'))
                return found_instead_of("':'");
            auto item = TRY(value());
            dict.items.emplace_back(std::move(key), std::move(item));
            comma = take(',');
        }
        return distinct(std::move(dict));
    }

    static Result<PythonLiteral> distinct(PythonLiteral::Dict dict)
    {
        std::vector<std::string_view> keys;
        for (auto const& item : dict.items)
            keys.push_back(item.first);
        std::sort(keys.begin(), keys.end());
        if (auto const twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end())
            return malformed("the key '" + std::string(*twice) + "' stands twice in the header");
        return PythonLiteral{std::move(dict)};
    }

    std::string_view text_;
    uint32_t depth_;
    uint32_t open_ = 0;
    size_t place_ = 0;
};

}

Result<PythonLiteral> read_python_literal(std::string_view text, Limits const& limits) { return LiteralReader(text, limits.depth).read(); }
