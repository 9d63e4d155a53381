#pragma once

#include "base/limits.h"
#include "tensor/tensor.h"

#include <span>
#include <vector>

// NumPy's .npz files: ZIP archives of .npy members, stored or deflated.
//
// Promises: the arrays in the archive's order, under their members' names without ".npy"; the archive's own bytes where a member is
// stored, little-endian, row-major and aligned. CRCs are checked.
// Refuses: all that ZipArchive and read_npy refuse, archives in which the former finds anything, and members that are no arrays.

// Fails with malformed, refused, unsupported or exhausted, within the member's name.
Result<std::vector<NamedTensor>> read_npz(SharedBytes file, Limits const& limits = {});

// The file in pieces, to be written one after the other: members are stored, in the order given; equal arrays give equal bytes.
// Fails as write_npy does, and with refused for names that cannot be members' names or stand twice.
Result<std::vector<SharedBytes>> write_npz(std::span<NamedTensor const> arrays);
