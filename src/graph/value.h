#pragma once

#include "graph/builder.h"
#include "graph/dim.h"

#include <complex>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What a variable of the program holds while it is evaluated. Tensors are symbolic; all else is known, but for numbers that
// depend on data, which stay tensors of rank 0 in the graph (an `int` of that kind is a Dim over a symbol).

struct TensorView;
struct ListValue;
struct TupleValue;
struct DictValue;
struct ObjectValue;

using TensorReference = std::shared_ptr<TensorView>;

struct NoneValue {
    bool operator==(NoneValue const&) const = default;
};
struct DeviceValue {
    std::string text;
    bool operator==(DeviceValue const&) const = default;
};
// A `float` or `bool` that depends on data or on symbolic sizes: rank 0, float64 (or float32) and boolean.
struct UnknownFloat {
    GraphTensor tensor;
};
struct UnknownBool {
    GraphTensor tensor;
};
// What an operator that cannot be converted would have given: whatever touches it is passed over, so that all such operators
// are found in one go.
struct PoisonValue {
};
// prim::Uninitialized: may be carried, never used.
struct UninitialisedValue {
};

struct Value {
    std::variant<NoneValue, bool, Dim, double, std::complex<double>, std::string, DeviceValue, TensorReference, UnknownFloat, UnknownBool, std::shared_ptr<ListValue>, std::shared_ptr<TupleValue>, std::shared_ptr<DictValue>, std::shared_ptr<ObjectValue>, PoisonValue, UninitialisedValue> held;

    template <typename T>
    T const* as() const { return std::get_if<T>(&held); }
    template <typename T>
    bool is() const { return std::holds_alternative<T>(held); }
};

// Lists, dicts and objects are held by reference, as the program does: a change is seen by all who hold them.
// `born_in` is the journal of the heap that was open when the thing was made (see heap.h); 0: none.
struct ListValue {
    std::vector<Value> items;
    uint64_t born_in = 0;
};
struct TupleValue {
    std::vector<Value> items;
};
struct DictValue {
    std::vector<std::pair<Value, Value>> items; // keys: text, integer, float, bool
    uint64_t born_in = 0;
};
struct ObjectValue {
    std::string class_name;
    std::vector<std::pair<std::string, Value>> attributes;
    uint64_t born_in = 0;
    bool from_file = false; // a part of the module, not made by the program

    Value* find(std::string_view name);
};

Value none();
Value tuple_of(std::vector<Value> items);

// "Tensor", "int", "List of 3": for messages.
std::string kind_of(Value const& value);
