#pragma once

#include <string>
#include <string_view>
#include <vector>

// Those of `names` that `wanted` may have been meant to be, the nearest first, at most three: a distance (letters changed, put in,
// left out, or two swapped) of at most a third of its length, and of two at least.
std::vector<std::string> nearest_names(std::string_view wanted, std::vector<std::string> const& names);
