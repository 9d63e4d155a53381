#include "convert/conditions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

namespace {

constexpr std::array<int64_t, 10> tried_sizes{1, 2, 3, 5, 7, 12, 64, 97, 1000, 65537};
constexpr size_t most_symbols = 4;
constexpr size_t longest_condition = 10'000;
constexpr int deepest = 100;

using Sizes = std::map<std::string, int64_t, std::less<>>; // by symbol

std::optional<int64_t> floor_quotient(int64_t left, int64_t right)
{
    if (right == 0 || (right == -1 && left == INT64_MIN))
        return std::nullopt;
    int64_t const quotient = left / right;
    return quotient - (left % right != 0 && (left < 0) != (right < 0) ? 1 : 0);
}

// The number under a binary operator; nothing where there is none, or it does not fit.
std::optional<int64_t> applied(std::string_view operation, std::optional<int64_t> left, std::optional<int64_t> right)
{
    if (!left || !right)
        return std::nullopt;
    int64_t result = 0;
    if (operation == "+")
        return __builtin_add_overflow(*left, *right, &result) ? std::nullopt : std::optional(result);
    if (operation == "-")
        return __builtin_sub_overflow(*left, *right, &result) ? std::nullopt : std::optional(result);
    if (operation == "*")
        return __builtin_mul_overflow(*left, *right, &result) ? std::nullopt : std::optional(result);
    auto const quotient = floor_quotient(*left, *right);
    if (operation == "//" || !quotient)
        return quotient;
    return *left - *quotient * *right; // %
}

std::optional<int64_t> value_of(ProgramSize const& size, Sizes const& sizes)
{
    using Kind = ProgramSize::Kind;
    if (size.kind == Kind::number)
        return size.number;
    if (size.kind == Kind::symbol) {
        auto const found = sizes.find(size.symbol);
        return found == sizes.end() ? std::nullopt : std::optional(found->second);
    }
    auto const left = value_of(size.operands[0], sizes);
    auto const right = value_of(size.operands[1], sizes);
    if (!left || !right)
        return std::nullopt;
    switch (size.kind) {
    case Kind::maximum:
        return std::max(*left, *right);
    case Kind::minimum:
        return std::min(*left, *right);
    case Kind::sum:
        return applied("+", left, right);
    case Kind::product:
        return applied("*", left, right);
    case Kind::remainder:
        return applied("%", left, right);
    default:
        return applied("//", left, right);
    }
}

// One condition for one choice of sizes. Python's grammar of sums, products and comparisons, as far as guards are made of them.
class ConditionReader {
public:
    ConditionReader(std::string_view text, Function const& method, Sizes const& sizes)
        : rest_(text),
          method_(method),
          sizes_(sizes)
    {
    }

    // Nothing where it is no such comparison.
    std::optional<bool> truth()
    {
        auto const left = sum(0);
        static constexpr std::array<std::string_view, 6> comparisons{"==", "!=", "<=", ">=", "<", ">"};
        auto const comparison = std::find_if(comparisons.begin(), comparisons.end(), [&](std::string_view one) { return take(one); });
        if (!left || comparison == comparisons.end())
            return std::nullopt;
        auto const right = sum(0);
        skip_spaces();
        if (!right || !rest_.empty())
            return std::nullopt;
        std::array<bool, 6> const answers{*left == *right, *left != *right, *left <= *right, *left >= *right, *left<*right, *left> * right};
        return answers[static_cast<size_t>(comparison - comparisons.begin())];
    }

private:
    void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

    bool take(std::string_view text)
    {
        skip_spaces();
        if (!rest_.starts_with(text))
            return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    std::optional<int64_t> sum(int depth)
    {
        auto value = product(depth);
        while (value) {
            if (take("+"))
                value = applied("+", value, product(depth));
            else if (take("-"))
                value = applied("-", value, product(depth));
            else
                return value;
        }
        return value;
    }

    std::optional<int64_t> product(int depth)
    {
        auto value = factor(depth);
        while (value) {
            if (take("//"))
                value = applied("//", value, factor(depth));
            else if (take("*"))
                value = applied("*", value, factor(depth));
            else if (take("%"))
                value = applied("%", value, factor(depth));
            else
                return value;
        }
        return value;
    }

    std::optional<int64_t> factor(int depth)
    {
        if (depth > deepest)
            return std::nullopt;
        if (take("-"))
            return applied("-", 0, factor(depth + 1));
        if (take("(")) {
            auto const value = sum(depth + 1);
            return take(")") ? value : std::nullopt;
        }
        return rest_.starts_with('L') ? size_of_input() : number();
    }

    std::optional<int64_t> number()
    {
        int64_t value = 0;
        auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc())
            return std::nullopt;
        rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
        return value;
    }

    // L['pair'][0].size()[1]
    std::optional<int64_t> size_of_input()
    {
        static constexpr std::string_view size_call = ".size()[";
        rest_.remove_prefix(1);
        std::string path;
        while (take("[")) {
            auto const key = rest_.substr(0, std::min(rest_.find(']'), rest_.size()));
            rest_.remove_prefix(key.size());
            if (!take("]"))
                return std::nullopt;
            bool const is_text = key.size() >= 2 && (key.front() == '\'' || key.front() == '"') && key.back() == key.front();
            path += (path.empty() ? "" : ".") + std::string(is_text ? key.substr(1, key.size() - 2) : key);
        }
        auto const axis = take(size_call) ? number() : std::nullopt;
        auto const parameter = std::find_if(method_.parameters.begin(), method_.parameters.end(), [&](Parameter const& one) { return one.name == path && one.tensor; });
        if (!axis || !take("]") || parameter == method_.parameters.end() || *axis < 0 || static_cast<size_t>(*axis) >= parameter->tensor->sizes.size())
            return std::nullopt;
        return value_of(parameter->tensor->sizes[static_cast<size_t>(*axis)], sizes_);
    }

    std::string_view rest_;
    Function const& method_;
    Sizes const& sizes_;
};

bool holds_for_all(std::string_view condition, Function const& method, size_t symbol, Sizes& sizes)
{
    if (symbol == method.symbols.size())
        return ConditionReader(condition, method, sizes).truth() == true;
    auto const& known = method.symbols[symbol];
    int64_t const least = std::max<int64_t>(known.least.value_or(0), 0);
    std::vector<int64_t> tried(tried_sizes.begin(), tried_sizes.end());
    tried.push_back(least);
    tried.push_back(known.most.value_or(least));
    return std::all_of(tried.begin(), tried.end(), [&](int64_t size) {
        if (size < least || (known.most && size > *known.most))
            return true;
        sizes[known.name] = size;
        return holds_for_all(condition, method, symbol + 1, sizes);
    });
}

}

bool follows_from_sizes(std::string_view condition, Function const& method)
{
    Sizes sizes;
    return condition.size() <= longest_condition && method.symbols.size() <= most_symbols && holds_for_all(condition, method, 0, sizes);
}
