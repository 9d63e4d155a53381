#include "graph/dim.h"

#include "base/check.h"

#include <algorithm>

namespace {

int64_t wrapping_add(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)); }
int64_t wrapping_multiply(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b)); }

int64_t floor_divided(int64_t a, int64_t b)
{
    if (b == -1)
        return wrapping_multiply(a, -1);
    int64_t const quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int64_t apply(IntegerOperation operation, int64_t a, int64_t b)
{
    switch (operation) {
    case IntegerOperation::floor_divide:
        return floor_divided(a, b);
    case IntegerOperation::remainder:
        return wrapping_add(a, wrapping_multiply(wrapping_multiply(floor_divided(a, b), b), -1));
    case IntegerOperation::maximum:
        return std::max(a, b);
    case IntegerOperation::minimum:
        return std::min(a, b);
    }
    CHECK(false, "every integer operation is applied");
}

char const* name_of(IntegerOperation operation)
{
    switch (operation) {
    case IntegerOperation::floor_divide:
        return "floordiv";
    case IntegerOperation::remainder:
        return "mod";
    case IntegerOperation::maximum:
        return "max";
    case IntegerOperation::minimum:
        return "min";
    }
    return "?";
}

bool divides(IntegerOperation operation) { return operation == IntegerOperation::floor_divide || operation == IntegerOperation::remainder; }

}

Dim::Dim(int64_t number) { add_term({}, number); }

Dim Dim::of_symbol(SymbolId symbol)
{
    Dim dim;
    dim.add_term({symbol}, 1);
    return dim;
}

void Dim::add_term(Monomial const& monomial, int64_t coefficient)
{
    auto const [place, added] = terms_.try_emplace(monomial, 0);
    place->second = wrapping_add(place->second, coefficient);
    if (place->second == 0)
        terms_.erase(place);
}

Dim Dim::kept_small() &&
{
    bool const small = terms_.size() <= most_terms && std::all_of(terms_.begin(), terms_.end(), [](auto const& term) { return term.first.size() <= most_factors; });
    if (small && !overgrown_)
        return std::move(*this);
    Dim overgrown;
    overgrown.overgrown_ = true;
    return overgrown;
}

std::optional<int64_t> Dim::known() const
{
    if (overgrown_)
        return std::nullopt;
    if (terms_.empty())
        return 0;
    if (terms_.size() == 1 && terms_.begin()->first.empty())
        return terms_.begin()->second;
    return std::nullopt;
}

std::vector<SymbolId> Dim::symbols() const
{
    std::vector<SymbolId> found;
    for (auto const& [monomial, coefficient] : terms_)
        found.insert(found.end(), monomial.begin(), monomial.end());
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::optional<SymbolId> Dim::single_symbol() const
{
    if (terms_.size() == 1 && terms_.begin()->second == 1 && terms_.begin()->first.size() == 1)
        return terms_.begin()->first[0];
    return std::nullopt;
}

Dim operator+(Dim const& a, Dim const& b)
{
    Dim sum = a;
    for (auto const& [monomial, coefficient] : b.terms_)
        sum.add_term(monomial, coefficient);
    sum.overgrown_ = a.overgrown_ || b.overgrown_;
    return std::move(sum).kept_small();
}

Dim operator-(Dim const& a, Dim const& b) { return a + b * Dim(-1); }

Dim operator*(Dim const& a, Dim const& b)
{
    Dim product;
    product.overgrown_ = a.overgrown_ || b.overgrown_;
    for (auto const& [left, left_coefficient] : a.terms_)
        for (auto const& [right, right_coefficient] : b.terms_) {
            Dim::Monomial monomial = left;
            monomial.insert(monomial.end(), right.begin(), right.end());
            std::sort(monomial.begin(), monomial.end());
            product.add_term(monomial, wrapping_multiply(left_coefficient, right_coefficient));
        }
    return std::move(product).kept_small();
}

std::optional<Dim> Dim::divided_exactly(Dim const& divisor) const
{
    if (overgrown_ || divisor.overgrown_)
        return std::nullopt;
    if (divisor.terms_.size() != 1)
        return *this == divisor && !terms_.empty() ? std::optional(Dim(1)) : std::nullopt;
    auto const& [divisor_monomial, divisor_coefficient] = *divisor.terms_.begin();
    Dim quotient;
    for (auto const& [monomial, coefficient] : terms_) {
        if (divisor_coefficient == -1 ? false : coefficient % divisor_coefficient != 0)
            return std::nullopt;
        if (!std::includes(monomial.begin(), monomial.end(), divisor_monomial.begin(), divisor_monomial.end()))
            return std::nullopt;
        Monomial rest;
        std::set_difference(monomial.begin(), monomial.end(), divisor_monomial.begin(), divisor_monomial.end(), std::back_inserter(rest));
        quotient.add_term(rest, divisor_coefficient == -1 ? wrapping_multiply(coefficient, -1) : coefficient / divisor_coefficient);
    }
    return quotient;
}

SymbolId SymbolTable::add(Symbol symbol)
{
    symbols_.push_back(std::move(symbol));
    return static_cast<SymbolId>(symbols_.size() - 1);
}

Dim SymbolTable::derived(IntegerOperation operation, Dim const& left, Dim const& right, bool exactly)
{
    auto const a = left.known();
    auto const b = right.known();
    CHECK(!divides(operation) || b != 0, "a known division is not by zero");
    if (a && b)
        return apply(operation, *a, *b);
    if (left.overgrown() || right.overgrown())
        return left * right;
    if (left == right && !divides(operation))
        return left;
    if (divides(operation))
        if (auto const exact = left.divided_exactly(right))
            return operation == IntegerOperation::floor_divide ? *exact : Dim(0);
    if (!divides(operation)) {
        int64_t const least_size = exactly ? 0 : 1;
        if (surely_at_least_0(left - right, least_size))
            return operation == IntegerOperation::maximum ? left : right;
        if (surely_at_least_0(right - left, least_size))
            return operation == IntegerOperation::maximum ? right : left;
    }
    for (SymbolId id = 0; id < symbols_.size(); ++id)
        if (auto const* same = std::get_if<DerivedInteger>(&symbols_[id].meaning))
            if (same->operation == operation && same->left == left && same->right == right)
                return Dim::of_symbol(id);
    Symbol symbol{"", DerivedInteger{operation, left, right}, std::nullopt, false};
    static constexpr size_t longest_name = 200;
    symbol.name = std::string(name_of(operation)) + "(" + text_of(left) + ", " + text_of(right) + ")";
    if (symbol.name.size() > longest_name)
        symbol.name = std::string(name_of(operation)) + "#" + std::to_string(symbols_.size());
    auto const left_example = example_of(left);
    auto const right_example = example_of(right);
    if (left_example && right_example && !(divides(operation) && *right_example == 0))
        symbol.example = apply(operation, *left_example, *right_example);
    return Dim::of_symbol(add(std::move(symbol)));
}

std::optional<int64_t> SymbolTable::example_of(Dim const& dim) const
{
    if (dim.overgrown())
        return std::nullopt;
    int64_t sum = 0;
    for (auto const& [monomial, coefficient] : dim.terms()) {
        int64_t product = coefficient;
        for (SymbolId const id : monomial) {
            if (!symbols_[id].example)
                return std::nullopt;
            product = wrapping_multiply(product, *symbols_[id].example);
        }
        sum = wrapping_add(sum, product);
    }
    return sum;
}

std::vector<SymbolId> SymbolTable::roots_of(Dim const& dim) const
{
    std::vector<SymbolId> roots;
    std::vector<SymbolId> open = dim.symbols();
    std::vector<bool> seen(symbols_.size(), false);
    while (!open.empty()) {
        SymbolId const id = open.back();
        open.pop_back();
        if (seen[id])
            continue;
        seen[id] = true;
        if (std::holds_alternative<InputAxis>(symbols_[id].meaning))
            roots.push_back(id);
        if (auto const* derived = std::get_if<DerivedInteger>(&symbols_[id].meaning))
            for (auto const& side : {derived->left, derived->right})
                for (SymbolId const inner : side.symbols())
                    open.push_back(inner);
    }
    std::sort(roots.begin(), roots.end());
    return roots;
}

bool SymbolTable::surely_not_negative(SymbolId id, int64_t least_size, int depth) const
{
    static constexpr int deepest = 20;
    auto const& meaning = symbols_[id].meaning;
    if (std::holds_alternative<InputAxis>(meaning) || std::holds_alternative<SizeOfValue>(meaning))
        return true;
    if (auto const* integer = std::get_if<IntegerOfValue>(&meaning))
        return integer->not_negative;
    auto const* derived = std::get_if<DerivedInteger>(&meaning);
    if (derived == nullptr || depth == deepest)
        return false;
    auto const sure = [&](Dim const& side) { return surely_at_least_0(side, least_size, depth + 1); };
    bool const positive_divisor = derived->right.known() && *derived->right.known() > 0;
    switch (derived->operation) {
    case IntegerOperation::floor_divide:
        return positive_divisor && sure(derived->left);
    case IntegerOperation::remainder:
        return positive_divisor;
    case IntegerOperation::maximum:
        return sure(derived->left) || sure(derived->right);
    case IntegerOperation::minimum:
        return sure(derived->left) && sure(derived->right);
    }
    return false;
}

bool SymbolTable::surely_at_least_0(Dim const& dim, int64_t least_size, int depth) const
{
    if (dim.overgrown())
        return false;
    // Positive coefficients over sizes may pay for a negative constant, as far as the least size of an input goes.
    int64_t least = 0;
    for (auto const& [monomial, coefficient] : dim.terms()) {
        bool sizes = true;
        bool inputs = true;
        int64_t least_product = coefficient;
        for (SymbolId const id : monomial) {
            inputs = inputs && std::holds_alternative<InputAxis>(symbols_[id].meaning);
            least_product = wrapping_multiply(least_product, std::max(least_size, symbols_[id].least));
            sizes = sizes && surely_not_negative(id, least_size, depth);
        }
        if (!monomial.empty() && (coefficient < 0 || !sizes))
            return false;
        if (monomial.empty())
            least = wrapping_add(least, coefficient);
        else if (inputs)
            least = wrapping_add(least, least_product);
    }
    return least >= 0;
}

bool SymbolTable::traced_above_1(Dim const& dim) const
{
    if (dim.overgrown() || dim.terms().size() != 1)
        return false;
    auto const& [monomial, coefficient] = *dim.terms().begin();
    bool const large = std::all_of(monomial.begin(), monomial.end(), [&](SymbolId id) { return symbols_[id].traced_least > 1; });
    return large && !monomial.empty() && coefficient > 0;
}

std::string SymbolTable::text_of(Dim const& dim) const
{
    if (dim.overgrown())
        return "of too many terms";
    std::string text;
    for (auto const& [monomial, coefficient] : dim.terms()) {
        if (!text.empty())
            text += " + ";
        if (coefficient != 1 || monomial.empty())
            text += std::to_string(coefficient) + (monomial.empty() ? "" : "*");
        for (size_t i = 0; i < monomial.size(); ++i)
            text += (i ? "*" : "") + symbols_[monomial[i]].name;
    }
    return text.empty() ? "0" : text;
}
