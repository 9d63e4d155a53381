#pragma once

#include "graph/compose.h"
#include "graph/heap.h"
#include "operators/schema.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// One call of an operator while a program is evaluated: its arguments by name, and the graph and memory it works on.
//
// A rule reads its arguments, writes nodes, and returns the result: a tensor through result(), several through tuple_of().
// It fails with `unsupported` for a form it cannot convert exactly; it never guesses.

// The number of the error of a program that raises: a branch that only does so is folded away.
inline constexpr int program_raises_code = 212;

struct OperatorWarning {
    std::string code; // "G11"
    std::string message;
};

// Calls another operator of the table, all arguments by position.
using OperatorCaller = std::function<Result<Value>(std::string_view target, std::vector<Value> arguments)>;

class Operation {
public:
    Operation(Schema const& schema, std::vector<Value> arguments, GraphBuilder& builder, Heap& memory, int64_t version, std::vector<OperatorWarning>& warnings, OperatorCaller const* others = nullptr)
        : graph(builder),
          heap(memory),
          operator_version(version),
          schema_(schema),
          arguments_(std::move(arguments)),
          warnings_(warnings),
          others_(others)
    {
    }

    GraphBuilder& graph;
    Heap& heap;
    int64_t const operator_version; // of the TorchScript archive: decides what some operators mean

    Schema const& schema() const { return schema_; }
    Value const& argument(std::string_view name) const; // the schema must have it (CHECK)
    bool has(std::string_view name) const; // given and not None
    bool takes(std::string_view name) const; // the schema has an argument of that name

    Result<GraphTensor> tensor(std::string_view name);
    Result<TensorReference> reference(std::string_view name);
    Result<std::vector<GraphTensor>> tensors(std::string_view name);
    Result<Dim> integer(std::string_view name);
    Result<int64_t> number(std::string_view name); // an integer that is known
    Result<std::vector<Dim>> integers(std::string_view name);
    Result<std::vector<int64_t>> numbers(std::string_view name);
    Result<double> floating(std::string_view name); // a float or integer that is known
    Result<std::vector<double>> floatings(std::string_view name);
    Result<bool> boolean(std::string_view name);
    Result<std::string> text(std::string_view name);
    // A Scalar as a tensor of rank 0 in `dtype`.
    Result<GraphTensor> scalar(std::string_view name, DType dtype);
    // A ScalarType argument (c10's numbers), or `otherwise` where it is None.
    Result<DType> dtype(std::string_view name, DType otherwise);
    // An axis of a tensor of that rank, counted from 0; rank 0 counts as 1, as PyTorch has it.
    Result<int64_t> axis(std::string_view name, int64_t rank);
    // Axes likewise, ascending and without doubles; None or an empty list: all.
    Result<std::vector<int64_t>> axes(std::string_view name, int64_t rank);

    // What another operator gives: for those that PyTorch itself composes of others.
    Result<Value> call(std::string_view target, std::vector<Value> arguments);
    // The same, for operators that give one tensor.
    Result<GraphTensor> tensor_from(std::string_view target, std::vector<Value> arguments);
    Value list_of(std::vector<Dim> const& numbers) { return heap.integers_of(numbers); }

    Value result(GraphTensor tensor) { return Value{heap.tensor(std::move(tensor))}; }
    Value results(std::vector<GraphTensor> tensors);
    // The result aliases `of`: a view through `step`. Contiguity as said.
    Result<Value> view(TensorReference const& of, ViewStep step, bool contiguous);

    void warn(std::string code, std::string message) { warnings_.push_back({std::move(code), std::move(message)}); }

private:
    Schema const& schema_;
    std::vector<Value> arguments_;
    std::vector<OperatorWarning>& warnings_;
    OperatorCaller const* others_;
};

using Rule = Result<Value> (*)(Operation&);

// A row of the operator table.
struct OperatorRow {
    std::string_view schema;
    Rule rule;
};

// c10::ScalarType's number <-> dtype; nothing where there is none (quantised types included).
std::optional<DType> dtype_of_scalar_type(int64_t number);
std::optional<int64_t> scalar_type_of(DType dtype);

// `axis` counted from 0; fails with malformed where it is outside of [-rank, rank).
Result<int64_t> wrapped_axis(int64_t axis, int64_t rank);

// Warns (G07) that `what` is in training mode, where it is random: it is converted as it is in eval mode.
void warn_of_training(Operation& op, std::string const& what);

// A list that names one number for each of `axes` axes, or one for all; malformed where it has another length.
Result<std::vector<int64_t>> for_each_axis(std::vector<int64_t> given, size_t axes, char const* what);
