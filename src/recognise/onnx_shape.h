#pragma once

#include "base/bytes.h"

// Whether the bytes walk as a ModelProto does: known fields of the right wire type, a graph, and a version of some kind; as far as
// the file goes, so that a cut model is one too. ONNX has no signature. Source: ONNX onnx.proto.
bool looks_like_onnx(Bytes file);
