#pragma once

#include "base/bytes.h"

// Forms without a signature of their own, or with one of two bytes: they must hold together as far as is looked.

// A ModelProto: known fields of the right wire type, a graph, and a version of some kind; as far as the file goes, so that a cut model
// is one too. Source: ONNX onnx.proto.
bool looks_like_onnx(Bytes file);

// A length, a JSON object of that length, data: as far as the file goes.
bool looks_like_safetensors(Bytes file);

// A first header whose checksum is right. Source: POSIX pax "ustar", and the older form without a signature.
bool looks_like_tar(Bytes file);

// The first bytes of a .npy file.
bool looks_like_npy(Bytes file);
