#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// Integers that may depend on the sizes of a model's inputs: what a dimension is, and what an `int` of the program is while the
// program is evaluated. A Dim is a polynomial with integer coefficients over symbols; each symbol says how its value is found
// when the model runs. Equal polynomials are equal numbers; nothing that depends on a symbol is ever read as a constant.

using SymbolId = uint32_t;

class Dim {
public:
    Dim() = default;
    Dim(int64_t number);
    static Dim of_symbol(SymbolId symbol);

    std::optional<int64_t> known() const;
    bool is(int64_t number) const { return known() == number; }
    std::vector<SymbolId> symbols() const;
    // The symbol where the Dim is just that.
    std::optional<SymbolId> single_symbol() const;

    // True of what grew to more terms, or to a higher power, than sizes of models do: it can be computed with, and is no number any
    // more. Whoever meets one as the value of a program says so and gives up.
    bool overgrown() const { return overgrown_; }
    static constexpr size_t most_terms = 1000;
    static constexpr size_t most_factors = 64;

    // 64-bit arithmetic that wraps, as the program's own does.
    friend Dim operator+(Dim const&, Dim const&);
    friend Dim operator-(Dim const&, Dim const&);
    friend Dim operator*(Dim const&, Dim const&);
    bool operator==(Dim const&) const = default;

    // The quotient where every coefficient divides and the divisor is one term: (6*b*c) / (2*b) is 3*c. Else nothing.
    std::optional<Dim> divided_exactly(Dim const& divisor) const;

    using Monomial = std::vector<SymbolId>; // sorted, a symbol stands as often as its power
    std::map<Monomial, int64_t> const& terms() const { return terms_; }

private:
    void add_term(Monomial const& monomial, int64_t coefficient);
    Dim kept_small() &&;
    std::map<Monomial, int64_t> terms_; // no zero coefficients; empty: 0
    bool overgrown_ = false;
};

// What a symbol stands for.
struct InputAxis { // the size of the axis is factor * symbol + offset
    std::string input;
    int64_t axis = 0;
    int64_t factor = 1; // not 0
    int64_t offset = 0;
};
enum class IntegerOperation : uint8_t { floor_divide,
    remainder,
    maximum,
    minimum };
struct DerivedInteger {
    IntegerOperation operation;
    Dim left;
    Dim right;
};
struct SizeOfValue { // of a tensor whose size depends on data
    std::string value;
    int64_t axis = 0;
};
struct IntegerOfValue { // the only element of an int64 tensor of rank 0
    std::string value;
    bool not_negative = false; // known of it
};
using SymbolMeaning = std::variant<InputAxis, DerivedInteger, SizeOfValue, IntegerOfValue>;

struct Symbol {
    std::string name;
    SymbolMeaning meaning;
    std::optional<int64_t> example; // its value for the sample, where one was given
    bool named_by_user = false; // may not be pinned
    int64_t least = 0; // what it may be at least, where it is the size of an input
    int64_t traced_least = 0; // what it was at least when the program was exported, which does not promise to be right for less
    std::string range{}; // what the file says that it may be, for people: "2..50"
    std::string stated{}; // the file's own name for it, where it has one
};

class SymbolTable {
public:
    SymbolId add(Symbol symbol);
    SymbolId count() const { return static_cast<SymbolId>(symbols_.size()); }
    Symbol const& operator[](SymbolId id) const { return symbols_[id]; }

    // Numbers fold; a quotient that is exact stays a polynomial; otherwise the same operation on the same operands is the same symbol.
    // Floor division and remainder as Python has them; the right side of a known division must not be 0 (CHECK).
    // A maximum or minimum is simplified as if no input were empty, as sizes of slices want it; `exactly`: for empty ones as well.
    Dim derived(IntegerOperation operation, Dim const& left, Dim const& right, bool exactly = false);

    std::optional<int64_t> example_of(Dim const& dim) const;
    // The input axes that a Dim depends on, through derived symbols as well.
    std::vector<SymbolId> roots_of(Dim const& dim) const;
    // True where the value surely is not negative, whatever sizes (0 or more) its symbols stand for.
    bool surely_not_negative(Dim const& dim) const { return surely_at_least_0(dim, 0); }
    // The same, if no input is empty: good enough for the sizes of a slice, not for a branch.
    bool not_negative_unless_empty(Dim const& dim) const { return surely_at_least_0(dim, 1); }
    // True of a size that was more than 1 when the program was exported; it may be less, and PyTorch runs the program all the same.
    bool traced_above_1(Dim const& dim) const;
    std::string text_of(Dim const& dim) const;

private:
    bool surely_at_least_0(Dim const& dim, int64_t least_size, int depth = 0) const;
    bool surely_not_negative(SymbolId id, int64_t least_size, int depth) const;
    std::vector<Symbol> symbols_;
};
