#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "tensor/tensor.h"

#include <map>
#include <span>
#include <string>
#include <vector>

// safetensors: named tensors behind a JSON header, nothing that could run.
//
//   uint64   length of the header, little-endian, at most 100,000,000
//   header   JSON object from name to {"dtype", "shape", "data_offsets": [begin, end]}; "__metadata__" maps text to text;
//            spaces may follow
//   data     the elements, row-major and little-endian; offsets count from here
//
// Promises: tensors that are the file's own bytes (a copy where one lies unaligned), in the order of their data.
// Refuses, as malformed: keys that stand twice, unknown members, offsets that leave a hole, overlap, or do not cover the data
// exactly, shapes and dtypes that do not make the length, shapes that overflow.
// Source: safetensors README and safetensors/src/tensor.rs.

// Where a tensor lies and what it is.
struct SafeTensorsEntry {
    std::string name;
    DType dtype;
    Shape shape;
    uint64_t offset; // in the file
    uint64_t bytes;
};

struct SafeTensorsHeader {
    std::vector<SafeTensorsEntry> tensors; // in the order of their data
    std::map<std::string, std::string> metadata;
};

// All that is to be known about a file but the elements, of which no byte is looked at. Fails as read_safetensors does.
Result<SafeTensorsHeader> read_safetensors_header(Bytes file, Limits const& limits = {});

struct SafeTensors {
    std::vector<NamedTensor> tensors;
    std::map<std::string, std::string> metadata;
};

// Fails with malformed; unsupported for a dtype of the future; exhausted beyond the limits.
Result<SafeTensors> read_safetensors(SharedBytes file, Limits const& limits = {});

// The file in pieces, to be written one after the other: a header and the tensors' own data. Laid out as the reference does: by
// dtype from the widest to the narrowest, then by name; header filled up to 8 bytes. Equal tensors give equal bytes.
// Fails with unsupported for dtypes that the format does not have (complex128, complex32, integers of 4 bits, quantised ones and
// text), with refused for names that stand twice, are "__metadata__" or no UTF-8.
Result<std::vector<SharedBytes>> write_safetensors(std::span<NamedTensor const> tensors, std::map<std::string, std::string> const& metadata = {});
