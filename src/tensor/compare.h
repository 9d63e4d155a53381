#pragma once

#include "tensor/tensor.h"

// How far two answers are apart, in one set of words for verify, predict and the tests.

struct Tolerance {
    double atol = 1e-5;
    double rtol = 1e-5;
};

struct Comparison {
    bool same_type = false; // dtype and shape are equal; where they are not, nothing below is measured
    double max_abs = 0; // over elements that differ; infinity where one side is not finite and the other is otherwise
    double max_rel = 0; // |a-b| / |a|, over elements with a != 0
    double scale_error = 0; // max|a-b| / max(1, max|a| over finite a)
    uint64_t mismatched = 0; // elements beyond atol + rtol*|a| (numpy's allclose rule; exact for all but floating types)
    bool allclose = false; // mismatched == 0
    bool vacuous = false; // floating, and every expected element is within 1e-6 of zero
};

// `expected` is a, `actual` is b. Equal infinities and NaN at the same place are no difference. Complex types compare real and
// imaginary parts as elements. Texts have no distance: `mismatched` alone speaks of them. Source: contract "command line", verify.
Comparison compare(Tensor const& expected, Tensor const& actual, Tolerance tolerance = {});
