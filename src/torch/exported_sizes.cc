#include "torch/exported_sizes.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace {

constexpr uint64_t most_operands = 1'000;
constexpr int64_t largest_exponent = 8;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

using Kind = ProgramSize::Kind;

struct SizeFunction {
    std::string_view name;
    Kind kind;
    bool folds; // takes any number of operands
};
constexpr std::array<SizeFunction, 8> size_functions{{{"Add", Kind::sum, true},
    {"Mul", Kind::product, true},
    {"Max", Kind::maximum, true},
    {"Min", Kind::minimum, true},
    {"FloorDiv", Kind::floor_quotient, false},
    {"CleanDiv", Kind::floor_quotient, false},
    {"Mod", Kind::remainder, false},
    {"PythonMod", Kind::remainder, false}}};

ProgramSize number_size(int64_t number)
{
    ProgramSize size;
    size.number = number;
    return size;
}

ProgramSize operation(Kind kind, ProgramSize left, ProgramSize right)
{
    ProgramSize size;
    size.kind = kind;
    size.operands.push_back(std::move(left));
    size.operands.push_back(std::move(right));
    return size;
}

class SizeReader {
public:
    SizeReader(std::string_view text, Limits const& limits)
        : text_(text),
          limits_(limits)
    {
    }

    Result<ProgramSize> read()
    {
        auto size = TRY(read_sum());
        if (place_ != text_.size())
            return not_a_size();
        return size;
    }

private:
    Failure not_a_size() const { return malformed("\"" + std::string(text_.substr(place_, 40)) + "\" is no part of a size").at("byte " + std::to_string(place_)); }

    void skip_spaces()
    {
        while (place_ < text_.size() && text_[place_] == ' ')
            ++place_;
    }
    bool take(std::string_view token)
    {
        skip_spaces();
        if (!text_.substr(place_).starts_with(token))
            return false;
        place_ += token.size();
        skip_spaces();
        return true;
    }

    Result<ProgramSize> read_sum()
    {
        if (++depth_ > limits_.depth)
            return exhausted("a size whose expression nests deeper than " + std::to_string(limits_.depth));
        auto sum = TRY(read_product());
        for (;;) {
            bool const is_difference = take("-");
            if (!is_difference && !take("+"))
                break;
            auto term = TRY(read_product());
            sum = operation(Kind::sum, std::move(sum), is_difference ? operation(Kind::product, number_size(-1), std::move(term)) : std::move(term));
        }
        --depth_;
        return sum;
    }

    Result<ProgramSize> read_product()
    {
        auto product = TRY(read_factor());
        for (;;) {
            if (take("**"))
                product = TRY(power(product, TRY(read_factor())));
            else if (take("//"))
                product = operation(Kind::floor_quotient, std::move(product), TRY(read_factor()));
            else if (take("*"))
                product = operation(Kind::product, std::move(product), TRY(read_factor()));
            else if (take("%"))
                product = operation(Kind::remainder, std::move(product), TRY(read_factor()));
            else
                return product;
        }
    }

    static Result<ProgramSize> power(ProgramSize const& base, ProgramSize const& exponent)
    {
        if (exponent.kind != Kind::number || exponent.number < 0 || exponent.number > largest_exponent)
            return unsupported("a size raised to " + exponent.text());
        ProgramSize result = number_size(1);
        for (int64_t i = 0; i < exponent.number; ++i)
            result = i == 0 ? base : operation(Kind::product, std::move(result), base);
        return result;
    }

    Result<ProgramSize> read_factor()
    {
        if (++operands_ > most_operands)
            return exhausted("a size of more than " + std::to_string(most_operands) + " operands");
        skip_spaces();
        if (place_ < text_.size() && (is_digit(text_[place_]) || text_[place_] == '-'))
            return read_number();
        if (take("(")) {
            auto inner = TRY(read_sum());
            if (!take(")"))
                return not_a_size();
            return inner;
        }
        size_t const begin = place_;
        while (place_ < text_.size() && (is_letter(text_[place_]) || (place_ > begin && is_digit(text_[place_]))))
            ++place_;
        std::string const name(text_.substr(begin, place_ - begin));
        if (name.empty())
            return not_a_size();
        if (take("("))
            return read_call(name);
        return symbol_size(name);
    }

    static ProgramSize symbol_size(std::string name)
    {
        ProgramSize size;
        size.kind = Kind::symbol;
        size.symbol = std::move(name);
        return size;
    }

    Result<ProgramSize> read_number()
    {
        int64_t number = 0;
        auto const [end, error] = std::from_chars(text_.data() + place_, text_.data() + text_.size(), number);
        if (error == std::errc::result_out_of_range)
            return malformed("a size beyond 64 bits").at("byte " + std::to_string(place_));
        if (error == std::errc()) {
            place_ = static_cast<size_t>(end - text_.data());
            return number_size(number);
        }
        if (!take("-"))
            return not_a_size();
        return operation(Kind::product, number_size(-1), TRY(read_factor()));
    }

    Result<ProgramSize> read_call(std::string const& name)
    {
        if (name == "Symbol" || name == "Dummy")
            return read_symbol();
        auto arguments = TRY(read_arguments());
        if (name == "Integer" && arguments.size() == 1)
            return arguments[0];
        if ((name == "Pow" || name == "PowByNatural") && arguments.size() == 2)
            return power(arguments[0], arguments[1]);
        auto const function = std::find_if(size_functions.begin(), size_functions.end(), [&](auto const& known) { return known.name == name; });
        if (function == size_functions.end())
            return unsupported("a size that is made by " + name + "()");
        if (arguments.empty() || (!function->folds && arguments.size() != 2))
            return malformed(name + "() of " + std::to_string(arguments.size()) + " sizes");
        ProgramSize result = std::move(arguments[0]);
        for (size_t i = 1; i < arguments.size(); ++i)
            result = operation(function->kind, std::move(result), std::move(arguments[i]));
        return result;
    }

    Result<std::vector<ProgramSize>> read_arguments()
    {
        std::vector<ProgramSize> arguments;
        while (!take(")")) {
            auto argument = TRY(read_sum());
            arguments.push_back(std::move(argument));
            if (!take(",") && (place_ >= text_.size() || text_[place_] != ')'))
                return not_a_size();
        }
        return arguments;
    }

    // 's0', positive=True, integer=True)
    Result<ProgramSize> read_symbol()
    {
        size_t const end = text_.find('\'', place_ + 1);
        size_t const close = end == text_.npos ? end : text_.find(')', end);
        if (place_ >= text_.size() || text_[place_] != '\'' || close == text_.npos || end == place_ + 1)
            return not_a_size();
        std::string name(text_.substr(place_ + 1, end - place_ - 1));
        place_ = close + 1;
        skip_spaces();
        return symbol_size(std::move(name));
    }

    std::string_view text_;
    Limits const& limits_;
    size_t place_ = 0;
    uint32_t depth_ = 0;
    uint64_t operands_ = 0;
};

}

Result<ProgramSize> read_size_expression(std::string_view text, Limits const& limits) { return within("size \"" + std::string(text.substr(0, 80)) + "\"", SizeReader(text, limits).read()); }
