#pragma once

#include "onnx/structure.h"
#include "onnx/write.h"

#include <string>

// Models for tests.

inline OnnxValueInfo value_of(std::string name, DType dtype, std::vector<OnnxDim> dims)
{
    OnnxValueInfo info;
    info.name = std::move(name);
    info.type.element_type = *onnx_data_type(dtype);
    info.type.shape = std::move(dims);
    return info;
}

inline OnnxDim batch_dim() { return {std::nullopt, "batch", {}}; }
inline OnnxDim fixed_dim(int64_t size) { return {size, {}, {}}; }

// y = x w, x float32 [batch, 2], w [[1, 2], [3, 4]].
inline OnnxModel linear_model()
{
    OnnxModel model;
    model.ir_version = 8;
    model.opsets = {{"", 17}};
    model.graph.name = "linear";
    model.graph.inputs = {value_of("x", DType::float32, {batch_dim(), fixed_dim(2)})};
    model.graph.outputs = {value_of("y", DType::float32, {batch_dim(), fixed_dim(2)})};
    model.graph.initializers = {*from_tensor("w", Tensor::of<float>(DType::float32, {2, 2}, {1, 2, 3, 4}))};
    OnnxNode node;
    node.op_type = "MatMul";
    node.inputs = {"x", "w"};
    node.outputs = {"y"};
    model.graph.nodes = {node};
    return model;
}
