#pragma once

#include <string>
#include <string_view>

// Operator domains. "ai.onnx" and "" are one. Source: ONNX "IR" document.

inline std::string_view plain_domain(std::string_view domain) { return domain == "ai.onnx" ? std::string_view() : domain; }

inline std::string shown_domain(std::string_view domain) { return domain.empty() ? "the domain ai.onnx" : "the domain " + std::string(domain); }

inline bool is_onnx_domain(std::string_view domain)
{
    return domain.empty() || domain == "ai.onnx" || domain == "ai.onnx.ml" || domain == "ai.onnx.training" || domain == "ai.onnx.preview" || domain == "ai.onnx.preview.training";
}

// Domains whose operators are compiled into ONNX Runtime; any other needs a library. org.pytorch.aten is not among them: its one operator
// calls into PyTorch. Source: ONNX Runtime include/onnxruntime/core/graph/constants.h.
inline bool is_runtime_domain(std::string_view domain)
{
    return is_onnx_domain(domain) || domain == "com.microsoft" || domain == "com.microsoft.experimental" || domain == "com.microsoft.nchwc" || domain == "com.microsoft.dml" || domain == "com.ms.internal.nhwc";
}
