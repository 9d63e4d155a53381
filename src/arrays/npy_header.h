#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the header of a .npy file says, for every dtype that NumPy has: also where no tensor can be made of the array.
//
// Nothing is evaluated and nothing loaded. Where an array holds Python objects, one pickle stands in the place of its elements.
// Refuses: dtypes spelled as NumPy never writes them ("object", "f4,O"), which its own reader would take all the same.
// Source: NumPy numpy/lib/format.py.

struct NpyField;

// A dtype as a tree: plain, or made of fields; maybe several of either, as a sub-array.
struct NpyDtype {
    std::string code; // of a plain one, as it stands: "<f4", "|O", "<M8[ns]", "|V8"
    std::vector<NpyField> fields; // of a structured one, filling ("" of raw bytes) among them
    bool is_structured = false;
    std::vector<int64_t> shape; // of a sub-array; empty for a single one
    uint64_t bytes = 0; // of all of it; objects count as 8
    bool has_objects = false;
};

struct NpyField {
    std::string name;
    std::string title; // a second name; mostly empty
    uint64_t offset; // within the element
    NpyDtype dtype;
};

struct NpyHeader {
    unsigned version; // 1, 2 or 3
    NpyDtype dtype;
    bool column_major;
    std::vector<int64_t> shape;
    uint64_t data_offset; // where the elements begin, or the pickle
    std::optional<uint64_t> data_bytes; // what the elements take; nothing where the array holds objects
};

// `file` may be cut off behind the header. Fails with malformed, refused, unsupported (versions of the future), or exhausted.
Result<NpyHeader> read_npy_header(Bytes file, Limits const& limits = {});

// "<f4", "(2, 3) <f4", "{a: <f4, b: (2) |S3}".
std::string npy_dtype_text(NpyDtype const& dtype);
