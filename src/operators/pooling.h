#pragma once

#include "operators/operation.h"

#include <vector>

// What pools share.

// Runs `pool` on an argument with a batch axis, which is added and taken away where it lacks. Fails with malformed where the tensor
// does not have that many spatial axes.
template <typename Pool>
Result<std::vector<GraphTensor>> with_batch(Operation& op, std::string_view name, size_t axes, Pool const& pool)
{
    auto const input = TRY(op.tensor(name));
    if (input.dims().size() == axes + 2)
        return pool(input);
    if (input.dims().size() != axes + 1)
        return malformed("a pool over " + std::to_string(axes) + " axes of a tensor of rank " + std::to_string(input.rank()));
    std::vector<GraphTensor> results = TRY(pool(unsqueeze(op.graph, input, {0})));
    for (auto& result : results)
        result = squeeze(op.graph, result, {0});
    return results;
}
