#pragma once

#include "graph/compose.h"

// Arithmetic on tensors that reads as it is written on paper: (x - mean) * scale. Each step is a node; tensors are broadcast, and
// both sides of a step have one dtype (a number takes the tensor's). The first step that fails is what tensor() gives.

class Formula {
public:
    Formula(GraphBuilder& graph, GraphTensor tensor)
        : graph_(&graph),
          value_(std::move(tensor))
    {
    }
    Formula(GraphBuilder& graph, Result<GraphTensor> value)
        : graph_(&graph),
          value_(std::move(value))
    {
    }

    Result<GraphTensor> const& tensor() const { return value_; }

    // A binary ONNX operator; `result` is its dtype where that is not the operands'.
    Formula with(char const* op_type, Formula const& right, std::optional<DType> result = std::nullopt) const;
    Formula with(char const* op_type, double right, std::optional<DType> result = std::nullopt) const;
    Formula from(char const* op_type, double left) const; // the number stands on the left
    // A unary one.
    Formula through(char const* op_type) const;
    Formula to(DType dtype) const;
    // Sums and the like over axes counted from 0; no axes: all.
    Formula reduced(char const* op_type, std::vector<int64_t> axes, bool keep) const;
    Formula with_axis(int64_t axis) const; // unsqueezed

    Formula abs() const { return through("Abs"); }
    Formula exp() const { return through("Exp"); }
    Formula log() const { return through("Log"); }
    Formula sqrt() const { return through("Sqrt"); }
    Formula at_least(double low) const { return with("Max", low); }
    Formula at_most(double high) const { return with("Min", high); }

private:
    GraphBuilder* graph_;
    Result<GraphTensor> value_;

    friend Formula chosen(Formula const&, Formula const&, Formula const&);
    friend Formula chosen(Formula const&, Formula const&, double);
};

inline Formula operator+(Formula const& left, Formula const& right) { return left.with("Add", right); }
inline Formula operator-(Formula const& left, Formula const& right) { return left.with("Sub", right); }
inline Formula operator*(Formula const& left, Formula const& right) { return left.with("Mul", right); }
inline Formula operator/(Formula const& left, Formula const& right) { return left.with("Div", right); }
inline Formula operator+(Formula const& left, double right) { return left.with("Add", right); }
inline Formula operator-(Formula const& left, double right) { return left.with("Sub", right); }
inline Formula operator*(Formula const& left, double right) { return left.with("Mul", right); }
inline Formula operator/(Formula const& left, double right) { return left.with("Div", right); }
inline Formula operator-(double left, Formula const& right) { return right.from("Sub", left); }
inline Formula operator/(double left, Formula const& right) { return right.from("Div", left); }
inline Formula operator-(Formula const& only) { return only.through("Neg"); }
inline Formula operator<(Formula const& left, Formula const& right) { return left.with("Less", right, DType::boolean); }
inline Formula operator<(Formula const& left, double right) { return left.with("Less", right, DType::boolean); }
inline Formula operator>(Formula const& left, double right) { return left.with("Greater", right, DType::boolean); }
inline Formula equal(Formula const& left, Formula const& right) { return left.with("Equal", right, DType::boolean); }
inline Formula equal(Formula const& left, double right) { return left.with("Equal", right, DType::boolean); }
inline Formula operator!(Formula const& only) { return only.through("Not"); }

// Where(condition, yes, no)
Formula chosen(Formula const& condition, Formula const& yes, Formula const& no);
Formula chosen(Formula const& condition, Formula const& yes, double no);
