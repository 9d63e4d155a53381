#pragma once

#include "graph/dim.h"
#include "onnx/model.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

// An ONNX graph while it is being built. Every tensor in it has a known dtype and rank, and dims that are numbers or
// polynomials over symbols.
//
// Promises: names are unique and depend on nothing but the order of calls; constants reach the file only when a node uses
// them; equal small constants are one initializer; a Dim that a node needs is computed once a scope.

using Dims = std::vector<Dim>;

Dims dims_of(Shape const& shape);
std::optional<Shape> known_shape(Dims const& dims);
// Product of all.
Dim count_of(Dims const& dims);

// A tensor of the graph: a named value, a constant, or integers known as Dims (int64, rank 0 or 1). Cheap to copy.
class GraphTensor {
public:
    GraphTensor() = default; // a float32 scalar of no use; to be assigned to
    static GraphTensor named(std::string name, DType dtype, Dims dims);
    // `name` is the initializer's name where it should have one of its own.
    static GraphTensor constant(Tensor tensor, std::string name = {});
    static GraphTensor integer(Dim value); // int64, rank 0
    static GraphTensor integers(std::vector<Dim> values); // int64, rank 1

    DType dtype() const { return dtype_; }
    Dims const& dims() const { return dims_; }
    int64_t rank() const { return static_cast<int64_t>(dims_.size()); }
    // A sequence of tensors of that dtype and rank; `dims` say no more than the rank.
    static GraphTensor sequence(std::string name, DType dtype, int64_t item_rank);

    bool is_sequence() const { return sequence_; }
    // The elements, where they are known without running: of a constant, or of Dims that are all numbers.
    std::optional<Tensor> known() const;
    // The elements as Dims, where the tensor is int64 of rank 0 or 1 and they are known so.
    std::optional<std::vector<Dim>> as_dims() const;
    // The value's name in the graph, where it has one already.
    std::string const* name() const { return std::get_if<std::string>(&source_); }
    bool is_constant() const { return std::holds_alternative<Constant>(source_); }

    // The same tensor with its sizes known better: a value whose dims were told apart later, of equal rank.
    GraphTensor with_dims(Dims dims) const;

private:
    friend class GraphBuilder;
    struct Constant {
        Tensor tensor;
        std::string name;
    };
    using Source = std::variant<std::string, Constant, std::vector<Dim>>;
    GraphTensor(Source source, DType dtype, Dims dims)
        : source_(std::move(source)),
          dtype_(dtype),
          dims_(std::move(dims))
    {
    }

    Source source_ = std::string();
    DType dtype_ = DType::float32;
    Dims dims_;
    bool sequence_ = false;
};

// A tensor of a dtype that ONNX knows, as it is written.
OnnxTensor onnx_tensor(Tensor const& tensor, std::string name);

// Attributes of a node, in the order given.
OnnxAttribute attribute(std::string name, int64_t value);
OnnxAttribute attribute(std::string name, float value);
OnnxAttribute attribute(std::string name, std::string value);
OnnxAttribute attribute(std::string name, std::vector<int64_t> value);
OnnxAttribute attribute(std::string name, std::vector<float> value);
OnnxAttribute attribute(std::string name, std::vector<std::string> value);
OnnxAttribute attribute(std::string name, Tensor const& value);
using Attributes = std::vector<OnnxAttribute>;

// Stands for a size that is not known before its value has a name.
inline Dim const open_size = -1;

// What a result of a node is.
struct GraphType {
    DType dtype = DType::float32;
    Dims dims;
    bool sequence = false; // of tensors of that dtype and rank
};

// One graph or nested graph while nodes are added to it.
struct GraphScope {
    std::vector<OnnxNode> nodes;
    std::map<std::string, std::string> computed_dims; // text of the Dim -> value name
    std::unordered_map<SymbolId, std::string> computed_symbols;
    std::map<std::string, GraphTensor> remembered; // by key
};

class GraphBuilder {
public:
    explicit GraphBuilder(int64_t opset);

    int64_t opset() const { return opset_; }
    SymbolTable& symbols() { return symbols_; }
    SymbolTable const& symbols() const { return symbols_; }

    // A graph input; its symbolic dims are written as names.
    GraphTensor add_input(std::string name, DType dtype, Dims dims);
    void add_output(std::string name, GraphTensor const& tensor);
    // An output of which nothing is known but the name of its value.
    void add_untyped_output(std::string name, std::string const& value);
    bool is_input(std::string const& name) const;

    // A node with one result or several. An input of nullptr is an optional input left out.
    GraphTensor node(std::string op_type, std::vector<GraphTensor const*> const& inputs, GraphType result, Attributes attributes = {}, std::string domain = {});
    GraphTensor node(std::string op_type, std::vector<GraphTensor> const& inputs, GraphType result, Attributes attributes = {}, std::string domain = {});
    std::vector<GraphTensor> nodes(std::string op_type, std::vector<GraphTensor const*> const& inputs, std::vector<GraphType> results, Attributes attributes = {}, std::string domain = {});

    // The name under which a node may use the tensor; writes constants and computes Dims where that is still to be done.
    std::string name_of(GraphTensor const& tensor);
    // A named value for the tensor that is defined in the innermost scope: what a branch may give as its result.
    std::string local_name_of(GraphTensor const& tensor);
    // A Dim as a symbol standing for the only element of `tensor` (int64, rank 0), or what it is known to be.
    Dim dim_of(GraphTensor const& tensor, bool not_negative = false);
    // A new symbol for the size of a value along an axis, named after both.
    Dim size_of(std::string const& value_name, int64_t axis);
    // A name for a value whose dims need the name (sizes that depend on data): use with named_node.
    std::string fresh_name(std::string const& op_type);

    // True where a node needed a Dim that is overgrown: the graph is of no use.
    bool overgrown() const { return overgrown_; }
    // Says that the evaluation can only go on where these symbols are numbers: it may start again with them pinned.
    void want_pinned(Dim const& dim);
    std::vector<SymbolId> const& pins_wanted() const { return pins_wanted_; }

    // A nested graph: nodes go into it until it is closed. What the graph computes outside may be used inside, not the other way.
    void open_scope();
    std::shared_ptr<OnnxGraph> close_scope(std::string name, std::vector<GraphTensor> const& results);
    // A value that a nested graph takes, its open sizes as new symbols: to be handed to set_inputs with the others, in their order.
    GraphTensor inner_input(std::string const& name, GraphType const& type);
    void set_inputs(OnnxGraph& graph, std::vector<GraphTensor> const& inputs) const;
    // Drops all that was added since the scope was opened.
    void abandon_scope();
    // Takes the innermost scope off, to be closed or merged later: two branches are known before either is written.
    std::unique_ptr<GraphScope> set_scope_aside();
    void take_scope_back(std::unique_ptr<GraphScope> scope);
    // Adds what a scope that was set aside holds to the innermost one.
    void splice_scope(std::unique_ptr<GraphScope> scope);
    size_t depth() const { return scopes_.size(); }

    // What a rule wants to find again when it meets a value later: another form of it, under a key that names the value. Found
    // within the scope in which it was remembered.
    void remember(std::string const& key, GraphTensor tensor) { scopes_.back()->remembered.insert_or_assign(key, std::move(tensor)); }
    // Null where nothing was remembered under the key.
    GraphTensor const* recalled(std::string const& key) const;

    // Says that an operator on float64 is computed in float32, as the runtime has no other kernel for it.
    void note_narrowed(std::string const& op_type) { narrowed_.emplace_back(op_type, place_); }
    // Operator and place, in the order of the calls.
    std::vector<std::pair<std::string, std::string>> const& narrowed() const { return narrowed_; }

    // Names of the place that nodes added from now on stem from; goes into their doc string.
    void set_place(std::string place) { place_ = std::move(place); }
    // The path of the module that they belong to, "layer1.0.conv1": begins their names.
    void set_module(std::string path) { module_ = std::move(path); }
    std::string const& module() const { return module_; }

    // The finished model; dead nodes and initializers are left out. Inputs and outputs in the order they were added.
    OnnxModel finish(std::string graph_name);

private:
    std::string unique_name(std::string const& wish);
    std::string initializer(Tensor const& tensor, std::string const& wish);
    std::string compute(Dim const& dim); // rank 0, int64
    std::string compute_symbol(SymbolId symbol); // rank 0, int64
    std::string integer_node(std::string op_type, std::string const& left, std::string const& right);
    std::string size_node(std::string const& value, int64_t axis);
    std::string output_node(std::string const& wish, std::string const& value);
    OnnxValueInfo value_info(std::string const& name, DType dtype, Dims const& dims, bool sequence = false) const;

    int64_t opset_;
    SymbolTable symbols_;
    std::vector<std::unique_ptr<GraphScope>> scopes_;
    std::vector<OnnxTensor> initializers_;
    std::map<std::string, std::string> small_constants_; // type, shape and bytes -> initializer
    std::map<std::string, uint64_t> name_counts_;
    std::vector<OnnxValueInfo> inputs_;
    std::vector<OnnxValueInfo> outputs_;
    std::string place_;
    std::string module_;
    std::vector<SymbolId> pins_wanted_;
    bool overgrown_ = false;
    std::vector<std::pair<std::string, std::string>> narrowed_;
};
