#pragma once

#include "base/result.h"
#include "onnx/model.h"
#include "program/program.h"
#include "tensor/tensor.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

// Program -> ONNX, by evaluating the program once with symbolic tensors (ARCHITECTURE.md, "One evaluator").
//
// Promises: the model gives the numbers the program gives, for every size its inputs allow, or the conversion fails and says
// where. No symbolic size is read as a constant without a warning. The same program and options give the same model.
// Refuses: operators without a rule, all listed at once; branches and loops that ONNX cannot express; programs that raise.

// One axis of an input as it is to be: a number, or a symbol that may stand for any size.
struct InputAxisSize {
    std::optional<int64_t> size; // the number; with a symbol: an example of it
    std::string symbol; // of the user; empty: not symbolic, unless --dynamic says so
    bool anonymous = false; // '?': symbolic under a name of its own
};

// One flattened input: what a sample or --input says about it.
struct InputSpecification {
    std::string name; // may be empty: then by position
    DType dtype = DType::float32;
    std::vector<InputAxisSize> axes;
    std::optional<Tensor> value; // the sample's: numbers among the arguments become constants of the graph
};

// What a sample's array says: its dtype, its sizes as examples, its elements.
InputSpecification specification_of(Tensor const& tensor);

enum class DynamicMode : uint8_t {
    automatic, // axis 0 of every input
    none,
    all, // every axis
};
// --dynamic NAME:AXIS[=SYMBOL]
struct DynamicAxis {
    std::string input; // "*": every input of rank 1 or more
    int64_t axis = 0;
    std::string symbol;
};

struct ConvertOptions {
    int64_t opset = 17;
    std::string method = "forward";
    std::vector<InputSpecification> inputs; // empty: what the file itself says about its inputs
    std::vector<std::string> input_names;
    std::vector<std::string> output_names;
    DynamicMode dynamic = DynamicMode::automatic;
    std::vector<DynamicAxis> dynamic_axes;
    bool number_inputs = false; // numbers among the arguments become inputs of rank 0
    bool allow_custom = false; // operators that nobody knows become nodes in domains of their own
    std::vector<InputSpecification> custom_results; // what such an operator gives, by its name; of several results one each, in order
};

struct ConversionWarning {
    std::string code; // "G05"; `hullmark explain G05`
    std::string message;
    std::string where; // "code/__torch__/net.py:12"; may be empty
};

struct UnsupportedOperator {
    std::string name;
    uint64_t count = 0;
    std::vector<std::string> where; // source lines, each once
    std::string reason; // what is not supported about it; empty: no rule at all
    std::string nearest; // a known operator of like spelling; may be empty
};

// One input of the model, and the output that holds it for the next call.
struct CarriedTensor {
    std::string input;
    std::string output;
    std::optional<Tensor> initial{}; // what the first call begins with; nothing: zeros
};

struct Conversion {
    OnnxModel model;
    std::vector<ConversionWarning> warnings;
    std::vector<std::string> schemas; // PyTorch's, of the operators whose rules made the model; sorted
    std::vector<std::string> assumptions; // branches that only raise an error, and were taken not to be taken
    std::vector<CarriedTensor> state; // what the program keeps from call to call: inputs and outputs after its own, in this order
    // The program's very first call, where it is not known to be a later call that begins with the initial values of the state: a
    // model without inputs for the state, and with the same outputs. The two are to be compared before the model is used.
    std::optional<OnnxModel> first_call;
};

// The number of the error of a program whose state cannot be carried: its second call would give other numbers than the model's.
inline constexpr int keeps_state_code = 216;
inline constexpr char const* keeps_state_hint = "give the state to forward() as an argument and return the new one, then script or export the module again";

// Metadata of the model: this and the name of an input → the name of the output that holds it for the next call.
inline constexpr std::string_view state_key_prefix = "state ";

// What stands in the way, all at once.
struct UnsupportedProgram {
    std::vector<UnsupportedOperator> operators;
};

using ConvertOutcome = std::variant<Conversion, UnsupportedProgram>;

// Fails with unsupported or malformed and a source line; with usage where the options do not fit the program's inputs.
Result<ConvertOutcome> convert(Program const& program, ConvertOptions const& options);

// The flattened names of the method's tensor inputs as far as its types tell, for matching a sample: "x", "pair.0".
Result<std::vector<std::string>> input_names_of(Program const& program, std::string const& method, size_t array_count);

inline constexpr int64_t oldest_opset = 17;
inline constexpr int64_t newest_opset = 26;
