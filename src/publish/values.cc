#include "publish/values.h"

Json json_of(OnnxValueInfo const& value)
{
    Json document;
    document["name"] = value.name;
    auto const dtype = dtype_of_onnx(value.type.element_type);
    if (!value.type.other.empty() || !dtype) {
        document["dtype"] = nullptr;
        document["shape"] = nullptr;
        document["kind"] = "no tensor";
        return document;
    }
    document["dtype"] = name_of(*dtype);
    document["shape"] = nullptr;
    if (value.type.shape) {
        document["shape"] = Json::array();
        for (auto const& dim : *value.type.shape)
            document["shape"].push_back(dim.value ? Json(*dim.value) : dim.parameter.empty() ? Json(nullptr)
                                                                                             : Json(dim.parameter));
    }
    return document;
}

Json json_of(std::vector<OnnxValueInfo> const& values)
{
    Json documents = Json::array();
    for (auto const& value : values)
        documents.push_back(json_of(value));
    return documents;
}

std::string type_text(OnnxValueInfo const& value)
{
    auto const dtype = dtype_of_onnx(value.type.element_type);
    if (!value.type.other.empty() || !dtype)
        return "no tensor";
    std::string text(name_of(*dtype));
    if (!value.type.shape)
        return text + " of any shape";
    text += "[";
    for (auto const& dim : *value.type.shape) {
        if (text.back() != '[')
            text += ", ";
        text += dim.value ? std::to_string(*dim.value) : dim.parameter.empty() ? "?"
                                                                               : dim.parameter;
    }
    return text + "]";
}

int64_t opset_of(OnnxModel const& model)
{
    for (auto const& opset : model.opsets)
        if (opset.domain.empty() || opset.domain == "ai.onnx")
            return opset.version;
    return 0;
}
