#pragma once

#include "operators/formula.h"
#include "operators/operation.h"

// What losses do with their elements at last (aten/src/ATen/core/Reduction.h).

enum class LossReduction : uint8_t { none,
    mean,
    sum };

// The argument `reduction`.
Result<LossReduction> loss_reduction(Operation& op);
// The elements themselves, their mean (NaN where there are none) or their sum.
Result<Value> reduced_loss(Operation& op, Formula const& elements);
