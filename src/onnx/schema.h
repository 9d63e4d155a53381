#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// The messages of onnx.proto as data: which fields each has, and of what form. Source: ONNX onnx.proto (1.12 to 1.22).

enum class OnnxMessage : uint8_t {
    none, // no message, or one whose fields are not looked at
    model,
    graph,
    node,
    attribute,
    tensor,
    sparse_tensor,
    segment,
    value_info,
    type,
    tensor_type,
    inner_type, // of sequences and optionals
    map_type,
    opaque_type,
    shape,
    dim,
    opset,
    property,
    function,
    training,
    annotation,
};

enum class OnnxFieldForm : uint8_t {
    int32, // and enumerations
    int64,
    floating,
    text,
    bytes,
    message,
    numbers, // repeated, of any width
    texts, // repeated
    byte_runs, // repeated
    messages, // repeated
};

struct OnnxField {
    uint32_t number;
    OnnxFieldForm form;
    std::string_view name;
    OnnxMessage message = OnnxMessage::none; // of message and messages
    uint32_t group = 0; // fields of one group exclude each other: the number of its first

    bool is_repeated() const { return form >= OnnxFieldForm::numbers; }
    bool is_text() const { return form == OnnxFieldForm::text || form == OnnxFieldForm::texts; }
};

// "TensorProto"
std::string_view name_of(OnnxMessage message);
std::span<OnnxField const> fields_of(OnnxMessage message);
