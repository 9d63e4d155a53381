#include "torch/exported_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace {

// What SymPy's printer and PyTorch's own functions are called (torch/utils/_sympy/functions.py).
constexpr std::array<std::string_view, 72> size_functions{"Symbol", "Dummy", "Integer", "Rational", "Float", "Add", "Mul", "Pow", "Mod", "Max", "Min", "Abs", "Piecewise", "ExprCondPair", "Tuple",
    "Equality", "Unequality", "Eq", "Ne", "Lt", "Le", "Gt", "Ge", "GreaterThan", "LessThan", "StrictGreaterThan", "StrictLessThan", "And", "Or", "Not", "Xor", "ITE",
    "FloorDiv", "ModularIndexing", "Where", "PythonMod", "CleanDiv", "CeilToInt", "FloorToInt", "CeilDiv", "LShift", "RShift", "PowByNatural", "FloatPow", "FloatTrueDiv", "IntTrueDiv",
    "IsNonOverlappingAndDenseIndicator", "TruncToFloat", "TruncToInt", "RoundToInt", "RoundDecimal", "ToFloat", "Identity", "BitwiseFn_bitwise_and", "BitwiseFn_bitwise_or", "BitwiseFn_bitwise_xor",
    "floor", "ceiling", "sqrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "sign", "nan"};
constexpr std::array<std::string_view, 12> size_constants{"True", "False", "true", "false", "oo", "zoo", "nan", "int_oo", "pi", "E", "I", "None"};
constexpr std::array<std::string_view, 4> power_functions{"Pow", "PowByNatural", "FloatPow", "LShift"};
constexpr uint64_t largest_exponent = 9'999;
constexpr uint64_t largest_degree = 100'000;
constexpr std::string_view opaque_function = "OpaqueUnaryFn_";

constexpr std::array<std::string_view, 34> guard_functions{"int", "float", "bool", "abs", "min", "max", "round", "len", "Max", "Min", "Mod", "Eq", "Ne", "FloorDiv", "PythonMod", "IntTrueDiv", "FloatTrueDiv", "CeilDiv",
    "IsNonOverlappingAndDenseIndicator", "cast_symbool_to_symint_guardless", "torch.sym_float", "torch.sym_int", "torch.sym_max", "torch.sym_min", "torch.sym_not", "torch.sym_ite", "torch._sym_sqrt", "math.trunc", "math.floor", "math.ceil",
    "math.sqrt", "math.isnan", "math.isinf", "math.pow"};
constexpr std::array<std::string_view, 6> guard_constants{"True", "False", "None", "inf", "math.inf", "math.nan"};
constexpr std::array<std::string_view, 7> guard_methods{"size", "stride", "storage_offset", "item", "dim", "numel", "shape"};

template <size_t Count>
bool is_one_of(std::array<std::string_view, Count> const& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "s0", "u12", "zuf0": what PyTorch calls the sizes that it does not know.
bool is_size_symbol(std::string_view name)
{
    size_t letters = 0;
    while (letters < name.size() && ((name[letters] >= 'a' && name[letters] <= 'z') || name[letters] == '_'))
        ++letters;
    return letters >= 1 && letters <= 4 && letters < name.size() && std::all_of(name.begin() + static_cast<ptrdiff_t>(letters), name.end(), is_digit);
}

enum class Grammar : uint8_t { size,
    guard };

// Recursive descent over Python's expressions, as far as they are allowed.
class ExpressionReader {
public:
    ExpressionReader(std::string_view text, Grammar grammar, Limits const& limits)
        : text_(text),
          grammar_(grammar),
          limits_(limits)
    {
    }

    Result<void> read()
    {
        TRY(read_expression());
        if (place_ != text_.size())
            return not_allowed();
        return {};
    }

private:
    Failure not_allowed() const { return refused("\"" + std::string(text_.substr(place_, 40)) + "\" may not stand here").at("byte " + std::to_string(place_)); }

    void skip_spaces()
    {
        while (place_ < text_.size() && text_[place_] == ' ')
            ++place_;
    }
    bool take(std::string_view token)
    {
        if (!text_.substr(place_).starts_with(token))
            return false;
        place_ += token.size();
        skip_spaces();
        return true;
    }
    std::string_view take_name()
    {
        size_t const begin = place_;
        while (place_ < text_.size() && (is_letter(text_[place_]) || (place_ > begin && is_digit(text_[place_]))))
            ++place_;
        auto const name = text_.substr(begin, place_ - begin);
        skip_spaces();
        return name;
    }
    bool take_word(std::string_view word)
    {
        size_t const before = place_;
        if (place_ < text_.size() && is_letter(text_[place_]) && take_name() == word)
            return true;
        place_ = before;
        return false;
    }

    // Whatever binds how: operands with operators between them.
    Result<void> read_expression()
    {
        if (++depth_ > limits_.depth)
            return exhausted("an expression that nests deeper than " + std::to_string(limits_.depth));
        skip_spaces();
        uint64_t degree = 0;
        do {
            while (take("-") || take("+") || take("~") || take_word("not"))
                continue;
            TRY(read_operand());
            if (take("**"))
                TRY(read_exponent());
            if (text_.substr(place_).starts_with("**"))
                return not_allowed();
            degree += degree_;
        } while (take_operator());
        degree_ = degree;
        --depth_;
        return {};
    }

    // What the operand before it is raised to: a short number or a name. A tower of powers takes Python for ever, written like this, in
    // parentheses or by the names of functions.
    Result<void> read_exponent()
    {
        uint64_t const base = degree_;
        size_t const before = place_;
        take("-");
        size_t const begin = place_;
        if (place_ >= text_.size() || !(is_digit(text_[place_]) || is_letter(text_[place_])))
            return not_allowed();
        TRY(read_operand());
        auto const exponent = text_.substr(begin, place_ - begin);
        auto const name = exponent.substr(0, exponent.find('('));
        bool const is_number = is_digit(exponent[0]) || ((name == "Integer" || name == "Rational") && exponent.find_first_not_of("0123456789-, ()", name.size()) == exponent.npos);
        bool const is_name = !is_number && (name == exponent || name == "Symbol" || name == "Float");
        uint64_t const number = is_number ? largest_number(exponent) : 1;
        if (!(is_number || is_name) || number > largest_exponent || base * number > largest_degree) {
            place_ = before;
            return not_allowed();
        }
        degree_ = base * std::max<uint64_t>(number, 1);
        return {};
    }

    // Of the runs of digits, as far as it matters.
    static uint64_t largest_number(std::string_view text)
    {
        uint64_t largest = 0;
        uint64_t number = 0;
        for (char const c : text) {
            number = is_digit(c) ? std::min<uint64_t>(number * 10 + static_cast<uint64_t>(c - '0'), largest_exponent + 1) : 0;
            largest = std::max(largest, number);
        }
        return largest;
    }

    bool take_operator()
    {
        static constexpr std::array<std::string_view, 16> operators{"//", ">>", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^"};
        if (std::any_of(operators.begin(), operators.end(), [&](std::string_view token) { return take(token); }))
            return true;
        return take_word("and") || take_word("or") || take_word("is") || take_word("in");
    }

    Result<void> read_operand()
    {
        if (place_ >= text_.size())
            return not_allowed();
        char const c = text_[place_];
        degree_ = 1;
        if (take("("))
            return read_arguments(')');
        if (is_digit(c) || c == '.')
            return read_number();
        if (is_letter(c))
            return read_named();
        if (c == '\'' && grammar_ == Grammar::guard)
            return read_text();
        return not_allowed();
    }

    Result<void> read_number()
    {
        size_t const begin = place_;
        while (place_ < text_.size() && (is_digit(text_[place_]) || text_[place_] == '.' || text_[place_] == 'e'))
            if (text_[place_++] == 'e' && place_ < text_.size() && (text_[place_] == '-' || text_[place_] == '+'))
                ++place_;
        if (place_ < text_.size() && is_letter(text_[place_]))
            return not_allowed();
        constexpr size_t longest = 64;
        if (place_ - begin > longest)
            return not_allowed();
        skip_spaces();
        return {};
    }

    // 'x', without anything that would end it early or begin something new.
    Result<void> read_text()
    {
        size_t const begin = place_;
        ++place_;
        while (place_ < text_.size() && text_[place_] != '\'' && is_plain_text(text_.substr(place_, 1)) && text_[place_] != '[' && text_[place_] != ']')
            ++place_;
        if (place_ >= text_.size() || text_[place_] != '\'') {
            place_ = begin;
            return not_allowed();
        }
        ++place_;
        skip_spaces();
        return {};
    }

    // What stands in parentheses up to `end`: expressions, texts of Symbol and Float, name=value.
    Result<void> read_arguments(char end, bool takes_text = false)
    {
        uint64_t degree = 0;
        while (!take(std::string_view(&end, 1))) {
            degree_ = 0;
            if (place_ < text_.size() && text_[place_] == '\'' && takes_text)
                TRY(read_text());
            else if (!take_keyword())
                TRY(read_expression());
            degree += degree_;
            if (!take(",") && (place_ >= text_.size() || text_[place_] != end))
                return not_allowed();
        }
        degree_ = std::max<uint64_t>(degree, 1);
        return {};
    }

    // (base, exponent)
    Result<void> read_power()
    {
        TRY(read_expression());
        if (!take(","))
            return not_allowed();
        TRY(read_exponent());
        return take(")") ? Result<void>() : Result<void>(not_allowed());
    }

    // positive=True, precision=53
    bool take_keyword()
    {
        size_t const before = place_;
        auto const name = take_name();
        if (grammar_ == Grammar::size && !name.empty() && place_ < text_.size() && text_[place_] == '=' && !text_.substr(place_).starts_with("==")) {
            take("=");
            if (take_word("True") || take_word("False") || take_word("None"))
                return true;
            size_t const digits = place_;
            while (place_ < text_.size() && is_digit(text_[place_]))
                ++place_;
            if (place_ != digits)
                return true;
        }
        place_ = before;
        return false;
    }

    Result<void> read_named()
    {
        size_t const begin = place_;
        std::string name(take_name());
        while (grammar_ == Grammar::guard && (name == "math" || name == "torch") && take("."))
            name += "." + std::string(take_name());
        if (grammar_ == Grammar::guard && name == "L")
            return read_input();
        bool const is_call = place_ < text_.size() && text_[place_] == '(';
        if (grammar_ == Grammar::size ? is_size_name(name, is_call) : is_one_of(guard_functions, name) == is_call && (is_call || is_one_of(guard_constants, name) || is_size_symbol(name))) {
            if (is_call && take("(") && is_one_of(power_functions, name))
                return read_power();
            if (is_call)
                return read_arguments(')', name == "Symbol" || name == "Dummy" || name == "Float");
            return {};
        }
        place_ = begin;
        return not_allowed();
    }

    static bool is_size_name(std::string_view name, bool is_call)
    {
        if (is_call)
            return is_one_of(size_functions, name) || name.starts_with(opaque_function);
        return is_one_of(size_constants, name) || is_size_symbol(name);
    }

    // L['x'][0].size()[0]
    Result<void> read_input()
    {
        bool has_step = false;
        for (;; has_step = true) {
            if (take("[")) {
                TRY(read_index());
            } else if (take(".")) {
                auto const method = take_name();
                if (!is_one_of(guard_methods, method))
                    return not_allowed();
                if (take("(") && !take(")"))
                    return not_allowed();
            } else {
                break;
            }
        }
        if (!has_step)
            return not_allowed();
        return {};
    }

    Result<void> read_index()
    {
        if (place_ < text_.size() && text_[place_] == '\'')
            TRY(read_text());
        else
            TRY(read_number());
        if (!take("]"))
            return not_allowed();
        return {};
    }

    std::string_view text_;
    Grammar grammar_;
    Limits const& limits_;
    size_t place_ = 0;
    uint32_t depth_ = 0;
    uint64_t degree_ = 0; // of the operand that was read last: to which power its numbers are raised at most, of sums the sum of them
};

}

Result<void> check_size_expression(std::string_view text, Limits const& limits) { return ExpressionReader(text, Grammar::size, limits).read(); }
Result<void> check_guard(std::string_view text, Limits const& limits) { return ExpressionReader(text, Grammar::guard, limits).read(); }

bool is_identifier(std::string_view text)
{
    return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_plain_text(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return c == '\'' || c == '"' || c == '\\' || (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; });
}
