#include "onnx/schema.h"

namespace {

using enum OnnxFieldForm;

constexpr OnnxField model_fields[] = {
    {1, int64, "ir_version"},
    {2, text, "producer_name"},
    {3, text, "producer_version"},
    {4, text, "domain"},
    {5, int64, "model_version"},
    {6, text, "doc_string"},
    {7, message, "graph", OnnxMessage::graph},
    {8, messages, "opset_import", OnnxMessage::opset},
    {14, messages, "metadata_props", OnnxMessage::property},
    {20, messages, "training_info", OnnxMessage::training},
    {25, messages, "functions", OnnxMessage::function},
    {26, messages, "configuration"},
};

constexpr OnnxField graph_fields[] = {
    {1, messages, "node", OnnxMessage::node},
    {2, text, "name"},
    {5, messages, "initializer", OnnxMessage::tensor},
    {10, text, "doc_string"},
    {11, messages, "input", OnnxMessage::value_info},
    {12, messages, "output", OnnxMessage::value_info},
    {13, messages, "value_info", OnnxMessage::value_info},
    {14, messages, "quantization_annotation", OnnxMessage::annotation},
    {15, messages, "sparse_initializer", OnnxMessage::sparse_tensor},
    {16, messages, "metadata_props", OnnxMessage::property},
};

constexpr OnnxField node_fields[] = {
    {1, texts, "input"},
    {2, texts, "output"},
    {3, text, "name"},
    {4, text, "op_type"},
    {5, messages, "attribute", OnnxMessage::attribute},
    {6, text, "doc_string"},
    {7, text, "domain"},
    {8, text, "overload"},
    {9, messages, "metadata_props", OnnxMessage::property},
    {10, messages, "device_configurations"},
};

constexpr OnnxField attribute_fields[] = {
    {1, text, "name"},
    {2, floating, "f"},
    {3, int64, "i"},
    {4, bytes, "s"},
    {5, message, "t", OnnxMessage::tensor},
    {6, message, "g", OnnxMessage::graph},
    {7, numbers, "floats"},
    {8, numbers, "ints"},
    {9, byte_runs, "strings"},
    {10, messages, "tensors", OnnxMessage::tensor},
    {11, messages, "graphs", OnnxMessage::graph},
    {13, text, "doc_string"},
    {14, message, "tp", OnnxMessage::type},
    {15, messages, "type_protos", OnnxMessage::type},
    {20, int32, "type"},
    {21, text, "ref_attr_name"},
    {22, message, "sparse_tensor", OnnxMessage::sparse_tensor},
    {23, messages, "sparse_tensors", OnnxMessage::sparse_tensor},
};

constexpr OnnxField tensor_fields[] = {
    {1, numbers, "dims"},
    {2, int32, "data_type"},
    {3, message, "segment", OnnxMessage::segment},
    {4, numbers, "float_data"},
    {5, numbers, "int32_data"},
    {6, byte_runs, "string_data"},
    {7, numbers, "int64_data"},
    {8, text, "name"},
    {9, bytes, "raw_data"},
    {10, numbers, "double_data"},
    {11, numbers, "uint64_data"},
    {12, text, "doc_string"},
    {13, messages, "external_data", OnnxMessage::property},
    {14, int32, "data_location"},
    {16, messages, "metadata_props", OnnxMessage::property},
};

constexpr OnnxField sparse_tensor_fields[] = {
    {1, message, "values", OnnxMessage::tensor},
    {2, message, "indices", OnnxMessage::tensor},
    {3, numbers, "dims"},
};

constexpr OnnxField segment_fields[] = {{1, int64, "begin"}, {2, int64, "end"}};

constexpr OnnxField value_info_fields[] = {
    {1, text, "name"},
    {2, message, "type", OnnxMessage::type},
    {3, text, "doc_string"},
    {4, messages, "metadata_props", OnnxMessage::property},
};

constexpr OnnxField type_fields[] = {
    {1, message, "tensor_type", OnnxMessage::tensor_type, 1},
    {4, message, "sequence_type", OnnxMessage::inner_type, 1},
    {5, message, "map_type", OnnxMessage::map_type, 1},
    {6, text, "denotation"},
    {7, message, "opaque_type", OnnxMessage::opaque_type, 1},
    {8, message, "sparse_tensor_type", OnnxMessage::tensor_type, 1},
    {9, message, "optional_type", OnnxMessage::inner_type, 1},
};

constexpr OnnxField tensor_type_fields[] = {{1, int32, "elem_type"}, {2, message, "shape", OnnxMessage::shape}};
constexpr OnnxField inner_type_fields[] = {{1, message, "elem_type", OnnxMessage::type}};
constexpr OnnxField map_type_fields[] = {{1, int32, "key_type"}, {2, message, "value_type", OnnxMessage::type}};
constexpr OnnxField opaque_type_fields[] = {{1, text, "domain"}, {2, text, "name"}};
constexpr OnnxField shape_fields[] = {{1, messages, "dim", OnnxMessage::dim}};
constexpr OnnxField dim_fields[] = {{1, int64, "dim_value", OnnxMessage::none, 1}, {2, text, "dim_param", OnnxMessage::none, 1}, {3, text, "denotation"}};
constexpr OnnxField opset_fields[] = {{1, text, "domain"}, {2, int64, "version"}};
constexpr OnnxField property_fields[] = {{1, text, "key"}, {2, text, "value"}};

constexpr OnnxField function_fields[] = {
    {1, text, "name"},
    {2, int64, "since_version"}, // before IR version 8
    {3, int32, "status"}, // the same
    {4, texts, "input"},
    {5, texts, "output"},
    {6, texts, "attribute"},
    {7, messages, "node", OnnxMessage::node},
    {8, text, "doc_string"},
    {9, messages, "opset_import", OnnxMessage::opset},
    {10, text, "domain"},
    {11, messages, "attribute_proto", OnnxMessage::attribute},
    {12, messages, "value_info", OnnxMessage::value_info},
    {13, text, "overload"},
    {14, messages, "metadata_props", OnnxMessage::property},
};

constexpr OnnxField training_fields[] = {
    {1, message, "initialization", OnnxMessage::graph},
    {2, message, "algorithm", OnnxMessage::graph},
    {3, messages, "initialization_binding", OnnxMessage::property},
    {4, messages, "update_binding", OnnxMessage::property},
};

constexpr OnnxField annotation_fields[] = {{1, text, "tensor_name"}, {2, messages, "quant_parameter_tensor_names", OnnxMessage::property}};

struct Message {
    std::string_view name;
    std::span<OnnxField const> fields;
};

// In the order of OnnxMessage.
constexpr Message table[] = {
    {"", {}},
    {"ModelProto", model_fields},
    {"GraphProto", graph_fields},
    {"NodeProto", node_fields},
    {"AttributeProto", attribute_fields},
    {"TensorProto", tensor_fields},
    {"SparseTensorProto", sparse_tensor_fields},
    {"TensorProto.Segment", segment_fields},
    {"ValueInfoProto", value_info_fields},
    {"TypeProto", type_fields},
    {"TypeProto.Tensor", tensor_type_fields},
    {"TypeProto.Sequence", inner_type_fields},
    {"TypeProto.Map", map_type_fields},
    {"TypeProto.Opaque", opaque_type_fields},
    {"TensorShapeProto", shape_fields},
    {"TensorShapeProto.Dimension", dim_fields},
    {"OperatorSetIdProto", opset_fields},
    {"StringStringEntryProto", property_fields},
    {"FunctionProto", function_fields},
    {"TrainingInfoProto", training_fields},
    {"TensorAnnotation", annotation_fields},
};
static_assert(std::size(table) == static_cast<size_t>(OnnxMessage::annotation) + 1);

}

std::string_view name_of(OnnxMessage message) { return table[static_cast<size_t>(message)].name; }
std::span<OnnxField const> fields_of(OnnxMessage message) { return table[static_cast<size_t>(message)].fields; }
