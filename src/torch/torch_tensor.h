#pragma once

#include "base/limits.h"
#include "tensor/tensor.h"

#include <optional>
#include <string>
#include <vector>

// torch.quantize_per_tensor and torch.quantize_per_channel: value = (stored - zero point) * scale.
struct TorchQuantisation {
    std::vector<double> scales; // one, or one for each index along `axis`
    std::vector<int64_t> zero_points; // as many
    std::optional<int64_t> axis; // of per-channel
};

// A tensor as PyTorch keeps it: a view, by sizes, strides and an offset, of a storage that other tensors may share.
//
// Promises (of every TorchTensor that a reader of this module gives): sizes, strides and offset are not negative, as many strides as
// sizes, and no element lies outside `storage_bytes`.
struct TorchTensor {
    DType dtype = DType::float32;
    Shape shape;
    std::vector<int64_t> strides; // in elements
    int64_t offset = 0; // in elements
    std::string storage_key; // of the file; empty for what is no torch tensor (numpy arrays)
    uint64_t storage = 0; // tensors of one file that share memory have the same number
    SharedBytes storage_bytes; // all of it
    bool is_big_endian = false;
    bool is_conjugated = false; // the values are the complex conjugates of the elements
    bool is_negated = false; // the values are the elements times -1
    bool is_parameter = false;
    bool requires_grad = false;
    std::optional<TorchQuantisation> quantisation; // `data` then gives the stored integers

    // Whether the elements lie one after the other in row-major order, from `offset` on.
    bool is_contiguous() const;
    // The elements in row-major order, conjugation and negation done: the storage's own bytes where they lie so, else a copy.
    // Fails with exhausted where a copy would take more than limits.ratio bytes for a byte of storage (and more than 64 MiB) or
    // more than limits.unpacked_bytes, and with unsupported for views of packed types that are not contiguous.
    Result<Tensor> data(Limits const& limits = {}) const;
};

// Whether every element of the view lies in a storage of `element_count` elements. Fails with malformed: negative sizes, strides or
// offset, lengths that differ, more than 64 dimensions, overflow, elements outside.
Result<void> check_view(Shape const& shape, std::vector<int64_t> const& strides, int64_t offset, uint64_t elements);
// Strides of a row-major tensor. The sizes must have passed element_count().
std::vector<int64_t> contiguous_strides(Shape const& shape);
