#include "graph/dim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

// Polynomials against numbers: whatever is built of symbols must be what the same operations give once the symbols have values.

namespace {

using Assignment = std::map<SymbolId, int64_t>;

int64_t python_floor_divided(int64_t a, int64_t b)
{
    int64_t const quotient = a / b;
    return quotient * b != a && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t python_applied(IntegerOperation operation, int64_t a, int64_t b)
{
    switch (operation) {
    case IntegerOperation::floor_divide:
        return python_floor_divided(a, b);
    case IntegerOperation::remainder:
        return a - python_floor_divided(a, b) * b;
    case IntegerOperation::maximum:
        return a > b ? a : b;
    case IntegerOperation::minimum:
        return a < b ? a : b;
    }
    return 0;
}

// The number that a Dim is; nothing where it divides by 0.
std::optional<int64_t> evaluated(SymbolTable const& symbols, Dim const& dim, Assignment const& values)
{
    int64_t sum = 0;
    for (auto const& [monomial, coefficient] : dim.terms()) {
        int64_t product = coefficient;
        for (SymbolId const id : monomial) {
            std::optional<int64_t> value;
            if (auto const* derived = std::get_if<DerivedInteger>(&symbols[id].meaning)) {
                auto const left = evaluated(symbols, derived->left, values);
                auto const right = evaluated(symbols, derived->right, values);
                bool const divides = derived->operation == IntegerOperation::floor_divide || derived->operation == IntegerOperation::remainder;
                if (left && right && !(divides && *right == 0))
                    value = python_applied(derived->operation, *left, *right);
            } else {
                value = values.at(id);
            }
            if (!value)
                return std::nullopt;
            product *= *value;
        }
        sum += product;
    }
    return sum;
}

// Random expressions over symbols, each with the function that computes it.
struct Expression {
    Dim dim;
    std::function<std::optional<int64_t>(Assignment const&)> compute;
};

class Expressions {
public:
    explicit Expressions(uint32_t seed)
        : random_(seed)
    {
        for (char const* name : {"a", "b", "c"})
            inputs.push_back(symbols.add({name, InputAxis{name, 0}, std::nullopt, false}));
    }

    Expression draw(int depth)
    {
        uint32_t const kind = depth == 0 ? random_() % 2 : random_() % 9;
        if (kind == 0) {
            int64_t const number = static_cast<int64_t>(random_() % 9) - 3;
            return {Dim(number), [number](Assignment const&) { return std::optional(number); }};
        }
        if (kind == 1) {
            SymbolId const id = inputs[random_() % inputs.size()];
            return {Dim::of_symbol(id), [id](Assignment const& values) { return std::optional(values.at(id)); }};
        }
        auto const left = draw(depth - 1);
        auto const right = draw(depth - 1);
        if (kind <= 4) {
            Dim const dim = kind == 2 ? left.dim + right.dim : kind == 3 ? left.dim - right.dim
                                                                         : left.dim * right.dim;
            return {dim, [=](Assignment const& values) -> std::optional<int64_t> {
                        auto const a = left.compute(values);
                        auto const b = right.compute(values);
                        if (!a || !b)
                            return std::nullopt;
                        return kind == 2 ? *a + *b : kind == 3 ? *a - *b
                                                               : *a * *b;
                    }};
        }
        auto const operation = static_cast<IntegerOperation>(kind - 5);
        bool const divides = operation == IntegerOperation::floor_divide || operation == IntegerOperation::remainder;
        if (divides && right.dim.is(0))
            return left;
        return {symbols.derived(operation, left.dim, right.dim), [=](Assignment const& values) -> std::optional<int64_t> {
                    auto const a = left.compute(values);
                    auto const b = right.compute(values);
                    if (!a || !b || (divides && *b == 0))
                        return std::nullopt;
                    return python_applied(operation, *a, *b);
                }};
    }

    SymbolTable symbols;
    std::vector<SymbolId> inputs;

private:
    std::mt19937 random_;
};

TEST(Dim, is_the_number_that_its_expression_is_for_sizes_of_1_or_more)
{
    for (uint32_t seed = 0; seed < 400; ++seed) {
        Expressions expressions(seed);
        auto const expression = expressions.draw(3);
        for (int64_t a = 1; a < 5; ++a)
            for (int64_t b = 1; b < 4; ++b) {
                Assignment const values{{expressions.inputs[0], a}, {expressions.inputs[1], b}, {expressions.inputs[2], 7 - a}};
                auto const wanted = expression.compute(values);
                auto const found = evaluated(expressions.symbols, expression.dim, values);
                if (!wanted) // what divides by 0 is an error of the program: any answer will do
                    continue;
                EXPECT_EQ(found, wanted) << "seed " << seed << ": " << expressions.symbols.text_of(expression.dim);
            }
    }
}

TEST(Dim, equal_expressions_are_equal_and_their_difference_is_0)
{
    Expressions e(1);
    Dim const a = Dim::of_symbol(e.inputs[0]);
    Dim const b = Dim::of_symbol(e.inputs[1]);
    EXPECT_EQ((a + b) * (a - b), a * a - b * b);
    EXPECT_EQ(a + b, b + a);
    EXPECT_TRUE((a * b - b * a).is(0));
    EXPECT_EQ(e.symbols.derived(IntegerOperation::floor_divide, a, Dim(2)), e.symbols.derived(IntegerOperation::floor_divide, a, Dim(2)));
    EXPECT_EQ((a * Dim(3)).known(), std::nullopt);
    EXPECT_EQ(a.single_symbol(), e.inputs[0]);
    EXPECT_EQ((a + Dim(1)).single_symbol(), std::nullopt);
}

TEST(Dim, divides_only_where_it_is_exact)
{
    Expressions e(1);
    Dim const a = Dim::of_symbol(e.inputs[0]);
    Dim const b = Dim::of_symbol(e.inputs[1]);
    EXPECT_EQ((Dim(6) * a * b).divided_exactly(Dim(2) * a), Dim(3) * b);
    EXPECT_EQ((a + b).divided_exactly(a + b), Dim(1));
    EXPECT_EQ((Dim(3) * a).divided_exactly(Dim(2)), std::nullopt);
    EXPECT_EQ(a.divided_exactly(b), std::nullopt);
    EXPECT_EQ((a * Dim(-4)).divided_exactly(Dim(-1)), a * Dim(4));
}

TEST(Dim, numbers_divide_as_python_does)
{
    SymbolTable symbols;
    for (int64_t a = -20; a <= 20; ++a)
        for (int64_t b = -7; b <= 7; ++b)
            for (auto const operation : {IntegerOperation::floor_divide, IntegerOperation::remainder, IntegerOperation::maximum, IntegerOperation::minimum})
                if (b != 0) {
                    EXPECT_EQ(symbols.derived(operation, a, b), Dim(python_applied(operation, a, b))) << a << " and " << b;
                }
    constexpr int64_t lowest = std::numeric_limits<int64_t>::min();
    EXPECT_EQ(symbols.derived(IntegerOperation::floor_divide, lowest, -1), Dim(lowest)); // wraps, and is no trap
    EXPECT_EQ(symbols.derived(IntegerOperation::remainder, lowest, -1), Dim(0));
    EXPECT_EQ(symbols.count(), 0);
}

TEST(SymbolTable, is_sure_only_of_what_holds_for_all_sizes)
{
    for (uint32_t seed = 0; seed < 400; ++seed) {
        Expressions e(seed);
        auto const expression = e.draw(3);
        bool const sure = e.symbols.surely_not_negative(expression.dim);
        bool const unless_empty = e.symbols.not_negative_unless_empty(expression.dim);
        for (int64_t a = 0; a < 4; ++a)
            for (int64_t b = 0; b < 4; ++b) {
                auto const value = evaluated(e.symbols, expression.dim, {{e.inputs[0], a}, {e.inputs[1], b}, {e.inputs[2], a + b}});
                if (value && (sure || (unless_empty && a > 0 && b > 0))) {
                    EXPECT_GE(*value, 0) << seed << ": " << e.symbols.text_of(expression.dim);
                }
            }
    }
}

TEST(SymbolTable, follows_examples_and_roots_through_derived_symbols)
{
    SymbolTable symbols;
    Dim const batch = Dim::of_symbol(symbols.add({"batch", InputAxis{"x", 0}, 7, false}));
    Dim const data = Dim::of_symbol(symbols.add({"n", IntegerOfValue{"v"}, std::nullopt, false}));
    Dim const half = symbols.derived(IntegerOperation::floor_divide, batch + Dim(2), Dim(2));
    EXPECT_EQ(symbols.example_of(half * Dim(3) + Dim(1)), 13);
    EXPECT_EQ(symbols.example_of(half + data), std::nullopt);
    EXPECT_EQ(symbols.roots_of(half * data), (std::vector<SymbolId>{0}));
    EXPECT_TRUE(symbols.roots_of(data).empty());
    EXPECT_EQ(symbols.text_of(half - Dim(1)), "-1 + floordiv(2 + batch, 2)");
    EXPECT_EQ(symbols.text_of(Dim(0)), "0");
    EXPECT_EQ(symbols.text_of(Dim(-2) * batch * batch), "-2*batch*batch");
}

}
