#pragma once

#include "base/result.h"
#include "serve/json_cursor.h"
#include "tensor/tensor.h"

// The elements of one tensor of the Open Inference Protocol, as JSON and as bytes.

// `data`: a flat list in row-major order, or lists nested as `shape` says. Integers, floats (NaN and Infinity too) and booleans are taken for what
// they are, and nothing that the type cannot hold; float16 and bfloat16 have no JSON form here. Fails with malformed; the text says what is wrong,
// and not with which input.
Result<Tensor> read_oip_data(JsonCursor& cursor, DType dtype, Shape const& shape);

// Bytes of the binary extension: little-endian elements, and for texts each behind its length of four bytes. Fails with malformed.
Result<Tensor> read_oip_bytes(SharedBytes bytes, DType dtype, Shape const& shape);
// The same, appended to `body`; answers how many bytes.
size_t append_oip_bytes(Tensor const& tensor, std::string& body);
