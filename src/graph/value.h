#pragma once

#include "graph/builder.h"
#include "graph/dim.h"

#include <complex>
#include <memory>
#include <optional>
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
struct Value;

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
// A tensor of the graph whose dtype and rank nobody knows: what an operator of another library gives. It may be handed to another
// such operator and be an output; no rule takes it.
struct UnshapedTensor {
    std::string name; // of the value in the graph
    std::string origin; // the operator
};
// prim::Uninitialized: may be carried, never used.
struct UninitialisedValue {
};
// None or a value, as data decides: a boolean of rank 0 says which.
struct OptionalValue {
    GraphTensor present;
    std::shared_ptr<Value const> inner; // what it is where it is there
};

struct Value {
    std::variant<NoneValue, bool, Dim, double, std::complex<double>, std::string, DeviceValue, TensorReference, UnknownFloat, UnknownBool, std::shared_ptr<ListValue>, std::shared_ptr<TupleValue>, std::shared_ptr<DictValue>, std::shared_ptr<ObjectValue>, PoisonValue, UninitialisedValue, OptionalValue, UnshapedTensor> held;

    template <typename T>
    T const* as() const { return std::get_if<T>(&held); }
    template <typename T>
    bool is() const { return std::holds_alternative<T>(held); }
};

// The items of a list whose length depends on data: they live in the graph. Numbers are a tensor of rank 1, tensors a sequence.
struct OpenList {
    enum class Kind : uint8_t { tensors,
        integers,
        floats,
        booleans } kind
        = Kind::tensors;
    GraphTensor held;
    std::vector<std::optional<Dim>> item_dims; // of tensors: the sizes that all items have; nothing where they differ
};

// Lists, dicts and objects are held by reference, as the program does: a change is seen by all who hold them.
// `born_in` is the journal of the heap that was open when the thing was made (see heap.h); 0: none.
struct ListValue {
    std::vector<Value> items; // empty, and not to be asked, where `open` is set
    uint64_t born_in = 0;
    std::shared_ptr<OpenList const> open = nullptr;
    // After a branch on data a list may be one of several: a change of one may be one of the other.
    std::vector<std::shared_ptr<ListValue>> may_be = {};
    std::vector<std::weak_ptr<ListValue>> may_be_this = {};
    bool uncertain = false; // one that it may be was changed: it cannot be read any more
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
    std::string path{}; // of such a part: "layer1.0.conv1"; empty for the module itself

    Value* find(std::string_view name);
};

Value none();
Value tuple_of(std::vector<Value> items);

// "Tensor", "int", "List of 3": for messages.
std::string kind_of(Value const& value);
