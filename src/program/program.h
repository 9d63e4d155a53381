#pragma once

#include "base/result.h"
#include "tensor/tensor.h"

#include <complex>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A Program: what a model computes, as blocks of operator calls; one form for TorchScript and for exported programs (.pt2).
//
// Values are numbered within a function; each is set once. Control flow is a call that owns blocks:
//
//   prim::If    arguments [condition]; blocks [then, else] without parameters; both blocks give as many results as the call.
//   prim::Loop  arguments [trip count, start condition, carried...]; block parameters [iteration, carried...];
//               block results [go-on condition, carried...]; call results [carried...].
//
// Calls beside those of namespaces aten, torchvision, quantized...:
//
//   prim::Constant            results [v]; `literal` holds the value
//   prim::GetAttr             arguments [object]; `name` is the attribute
//   prim::SetAttr             arguments [object, value]; `name` is the attribute
//   prim::CallMethod          arguments [object, ...]; `name` is the method
//   prim::CallFunction        `name` is the qualified function name, "__torch__.torch.nn.functional.pad"
//   prim::CreateObject        `type` is the class
//   prim::ListConstruct       `type` is List[T] where it was annotated; prim::TupleConstruct; prim::DictConstruct [k, v, k, v...]
//   prim::TupleUnpack         as many results as were asked for; of a list as well: TorchScript spells both the same
//   prim::TupleIndex          arguments [tuple, index]
//   prim::TupleSlice          arguments [tuple, begin, end]; an end that is not there is None
//   prim::Uninitialized       `type` is the type; its value may be carried but never used
//   prim::unchecked_cast, prim::isinstance, prim::annotate, prim::tolist   arguments [v]; `type` is the type; of isinstance
//                             with several types it is Union[...]
//   prim::Print               arguments are what is printed
//   aten::__getitem__         arguments [container, index]
//
// A call of a namespace whose operator gives several values has as many results as the source takes (`a, b = torch.max(x, 0)`).
// A member of an enumeration is one object of that class with the attributes `name` and `value`. `with` is a call of the methods
// __enter__ and __exit__. A forked function stands where it was forked: aten::wait gives what it is given.
//
// Promises: every argument of a call is set before it in its own block or in one around it, as is every block result; block
// shapes are as said above; blocks nest no deeper than `program_depth` (check.h says whether that holds).

using ValueId = uint32_t;

inline constexpr uint32_t program_depth = 200;

// A type as TorchScript spells it: "Tensor", "Optional[List[int]]", "__torch__.a.B", "Tuple[Tensor, int]".
struct ProgramType {
    std::string name; // "Tensor", "Optional", "List", "__torch__.a.B"...; empty: not known
    std::vector<ProgramType> arguments; // of Optional, List, Dict, Tuple, Future, Union

    std::string text() const;
    bool operator==(ProgramType const&) const = default;
};

// Where a call stands in the code that people can read.
struct SourcePlace {
    uint32_t file = 0; // index into Program::files
    uint32_t line = 0; // from 1; 0: not known
    uint32_t scope = 0; // index into Program::scopes; 0: not known
};

struct ProgramValue;

// A tensor of the model file. Tensors that share memory have the same `storage` number; `values` is the contiguous copy or view
// of what (offset, strides) choose in it.
struct ProgramTensor {
    Tensor values;
    uint64_t storage = 0; // unique in the Program
    int64_t offset = 0; // in elements
    std::vector<int64_t> strides;
    bool is_parameter = false;
};

// torch.quantize_per_tensor and per_channel: `stored` holds the integers.
struct ProgramQuantisedTensor {
    ProgramTensor stored;
    std::vector<double> scales; // one, or one a channel
    std::vector<int64_t> zero_points;
    std::optional<int64_t> axis; // of per-channel
};

struct ProgramObject;
struct ProgramList {
    ProgramType element_type;
    std::vector<ProgramValue> items;
};
struct ProgramTuple {
    std::vector<ProgramValue> items;
};
struct ProgramDict {
    ProgramType key_type;
    ProgramType value_type;
    std::vector<std::pair<ProgramValue, ProgramValue>> items;
};
struct ProgramDevice {
    std::string text; // "cpu", "cuda:0"
};
struct ProgramNone {
    bool operator==(ProgramNone const&) const = default;
};

// A value that is known before the program runs. Containers and objects are shared: identity matters.
struct ProgramValue {
    std::variant<ProgramNone, bool, int64_t, double, std::complex<double>, std::string, ProgramDevice, std::shared_ptr<ProgramTensor const>, std::shared_ptr<ProgramQuantisedTensor const>, std::shared_ptr<ProgramList>, std::shared_ptr<ProgramTuple>, std::shared_ptr<ProgramDict>, std::shared_ptr<ProgramObject>> value;
};

// A module or another class's instance. Where its class has a method __setstate__, or lives in PyTorch itself
// (__torch__.torch.classes.quantized.LinearPackedParamsBase...), what was saved is its one attribute `__state__`: the object comes to
// be by a call of __setstate__ with it.
struct ProgramObject {
    std::string class_name; // "__torch__.a.B"
    std::vector<std::pair<std::string, ProgramValue>> attributes;

    // Null where there is no such attribute; the class's constants are not asked.
    ProgramValue const* find(std::string_view name) const;
};

struct CallArgument {
    std::string name; // empty: by position
    ValueId value = 0;
};

// A size that an exported program states: a number, a symbol, or an operation on two sizes.
struct ProgramSize {
    enum class Kind : uint8_t { number,
        symbol,
        sum,
        product,
        floor_quotient,
        remainder,
        maximum,
        minimum } kind
        = Kind::number;
    int64_t number = 0;
    std::string symbol;
    std::vector<ProgramSize> operands; // two of an operation
    std::optional<int64_t> example; // what it was when the program was made

    // "3", "s0", "2*s0 + 1"
    std::string text() const;
};

// What a symbol of the sizes may stand for.
struct ProgramSymbol {
    std::string name;
    std::optional<int64_t> least;
    std::optional<int64_t> most;
};

// The dtype and sizes that an exported program demands of a tensor that it is given.
struct ProgramTensorType {
    DType dtype = DType::float32;
    std::vector<ProgramSize> sizes;
};

struct Call;

struct Block {
    std::vector<ValueId> parameters;
    std::vector<Call> calls;
    std::vector<ValueId> results;
};

struct Call {
    std::string target; // "aten::conv2d", "prim::If"
    std::vector<CallArgument> arguments;
    std::vector<ValueId> results;
    std::vector<Block> blocks;
    std::string name; // see the table above
    ProgramType type; // see the table above
    ProgramValue literal; // of prim::Constant
    SourcePlace place;
    std::vector<std::optional<ProgramTensorType>> result_types; // of operators that are not PyTorch's own, where the file states them
};

struct Parameter {
    std::string name; // of an exported program's nested arguments the path: "pair.0"
    ProgramType type;
    ValueId value = 0;
    std::optional<ProgramValue> default_value;
    std::optional<ProgramTensorType> tensor{}; // of exported programs: what else it takes is refused
    bool is_fixed = false; // the default value is the only one: the program was made for it
};

struct Function {
    std::string name; // "forward" of a class, qualified of a free function
    std::vector<Parameter> parameters; // of a method: `self` first
    ProgramType return_type;
    Block body; // one result: the returned value (a None where nothing is returned)
    uint32_t value_count = 0; // all ValueIds are below it
    std::vector<std::string> value_names; // by ValueId, the source's names; may be shorter, may be empty texts
    std::vector<ProgramSymbol> symbols; // of the parameters' sizes
    std::vector<std::string> conditions; // on the parameters, in Python's words: the function was made where they hold
};

enum class ClassKind : uint8_t { module,
    plain,
    named_tuple,
    enumeration,
    interface };

struct ClassType {
    std::string name; // "__torch__.a.B"
    ClassKind kind = ClassKind::plain;
    std::vector<std::pair<std::string, ProgramType>> attributes;
    std::vector<std::pair<std::string, ProgramValue>> constants; // Final attributes, enum members
    std::map<std::string, Function, std::less<>> methods;
};

// What is known about an input before anything runs: the example that a traced file carries.
struct ExampleInput {
    DType dtype = DType::float32;
    Shape shape;
};

// A line of the Python that a line of a file's code was made of, as the file says: nobody vouches for it.
struct ProgramOrigin {
    std::string file; // as it was called where the file was made
    uint32_t line = 0; // from 1
};
// PyTorch's own Python, and code that it made itself: not the user's.
bool is_of_framework(std::string_view python_file);

struct Program {
    std::map<std::string, ClassType, std::less<>> classes;
    std::map<std::string, Function, std::less<>> functions; // free functions by qualified name
    std::shared_ptr<ProgramObject> module; // what `self` is
    std::vector<std::string> files; // names of code files, for SourcePlace
    std::vector<std::string> scopes; // paths of modules ("layer1.0.conv"), for SourcePlace; empty or an empty text first
    int64_t operator_version = 0; // the archive's `version`: decides what some operators mean
    std::map<std::string, std::vector<std::optional<ExampleInput>>> example_inputs; // by method, the flattened tensor arguments
    bool traced = false;

    std::map<std::pair<uint32_t, uint32_t>, ProgramOrigin> origins; // by file and line of a SourcePlace
    // Null where there is none.
    Function const* method(std::string_view class_name, std::string_view method_name) const;
    // "code/__torch__/net.py:12", "net.py:12 (layer1.0.conv)"
    std::string text(SourcePlace place) const;
    // The line of the user's own Python behind the place, and the place: "net.py:7 (code/__torch__/net.py:12)"; nothing where it is not
    // known, or is PyTorch's.
    std::optional<std::string> user_text(SourcePlace place) const;
};
