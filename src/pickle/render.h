#pragma once

#include "pickle/graph.h"

// A value as a person would write it in Python, calls included: `posix.system('touch x')`. At most `most_bytes` long, deeper or longer
// parts are cut to "...". Escaped is all that could steer a terminal or look like other text than it is: control characters, invisible
// ones, ones that turn the direction of text, bytes that are no text.
std::string text_of(PickleValue value, size_t most_bytes = 200);
