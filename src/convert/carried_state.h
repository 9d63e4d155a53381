#pragma once

#include "convert/convert.h"
#include "graph/builder.h"
#include "graph/heap.h"
#include "graph/value.h"

#include <map>
#include <string>
#include <vector>

// What a program leaves in its module for its next call, as inputs and outputs of the model: a caller hands the outputs of one call
// to the next.
//
// The first call may begin with other things than all later ones: with empty tensors, None, a zero that says "not yet". A form is
// that of the calls that come later. What stays the same from call to call is known, and no input.

struct StateForm {
    enum class Kind : uint8_t { known,
        tensor,
        integer,
        floating,
        boolean,
        list,
        tuple } kind
        = Kind::known;
    Value known; // a number, size of an input, text, None
    DType dtype = DType::float32;
    Dims dims; // of a tensor: sizes of inputs
    bool contiguous = true; // see TensorView
    std::vector<StateForm> parts;
};

// Where in the module something is kept: an attribute that the program sets anew, or a tensor that it writes into.
struct StatePlace {
    std::string path; // "decoder.hidden"
    bool is_attribute = true;
    auto operator<=>(StatePlace const&) const = default;
};
using StateForms = std::map<StatePlace, StateForm>;
using StateValues = std::map<StatePlace, Value>;

// The form of what a call left behind. `symbols` is how many symbols there were when the inputs were made: sizes are those of
// inputs, or fail with unsupported; so do dicts, objects, and whatever depends on data.
Result<StateForm> state_form_of(std::string const& path, Value const& left, SymbolId symbols);

// Widens the form so that it holds what the next call left as well; true where it had to change. Fails with unsupported where a
// tensor is of another size, or a value of another kind, from call to call.
Result<bool> widen(StateForm& form, std::string const& path, Value const& left, SymbolId symbols);

// True where the form holds the value itself: a call may begin with it.
bool holds(StateForm const& form, Value const& value);

// The inputs of a form, and the value that they make. Their names are the paths of what they hold.
Value begin_with(StateForm const& form, std::string const& path, GraphBuilder& graph, Heap& heap, std::vector<CarriedTensor>& carried);

// The tensors of a value that the form holds, in the order of the form's inputs.
Result<void> tensors_of(StateForm const& form, Value const& left, GraphBuilder& graph, Heap& heap, std::vector<GraphTensor>& tensors);

// The same tensors of a first call, which has no inputs for them. `begun` is what it begins with where the form holds it, else null.
void add_carried(StateForm const& form, std::string const& path, Value const* begun, std::vector<CarriedTensor>& carried);

// What stands at a path of a module; null where nothing does.
Value const* part_of(Value const& module, std::string_view path);
