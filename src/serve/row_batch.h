#pragma once

#include "base/result.h"
#include "runtime/runtime.h"
#include "tensor/tensor.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Requests to one model run as one: their tensors one below the other, and the answers cut apart again.

// Whether every input and output of a model begins with an axis of one and the same free size: rows. It says nothing of whether rows
// have to do with each other.
bool has_row_axis(std::span<SessionValue const> inputs, std::span<SessionValue const> outputs);

// The size of the row axis of a request to such a model; 0 where its tensors differ in it.
int64_t rows_of(std::span<NamedTensor const> inputs);

// Whether two requests to such a model differ in their rows alone.
bool can_join(std::span<NamedTensor const> a, std::span<NamedTensor const> b);

// All rows, in order. Each two can be joined; at least one is there (CHECK).
std::vector<NamedTensor> join_rows(std::span<std::span<NamedTensor const> const> requests);

// The rows of `outputs` as `counts` say, in order; without copies but of texts. Fails with unsupported, naming the output's place, where an output has
// not exactly as many rows as all counts together.
Result<std::vector<std::vector<Tensor>>> split_rows(std::span<Tensor const> outputs, std::span<int64_t const> counts);

// Other rows that the model understands as well, made of a request's own: floats halved and in reverse order, everything else the last element of its
// row throughout. Nothing where that changes none of them.
std::optional<std::vector<NamedTensor>> varied_rows(std::span<NamedTensor const> inputs);
