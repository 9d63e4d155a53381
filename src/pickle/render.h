#pragma once

#include "pickle/graph.h"

// A value as a person would write it in Python, calls included: `posix.system('touch x')`. At most `most_bytes` long, deeper or longer
// parts are cut to "..."; control characters are escaped.
std::string text_of(PickleValue value, size_t most_bytes = 200);
