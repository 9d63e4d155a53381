#pragma once

#include "http/refused.h"

// Request targets as a pure function.

// Fills target, path and query of `request`. Only the origin form ("/path?query", RFC 9112 3.2.1) is taken. Refuses with 400 bytes
// outside RFC 3986, broken percent escapes, an encoded NUL, slash or backslash in the path, "." and ".." segments, text that is not
// UTF-8, and more than 64 query parameters.
HttpResult<void> read_target(std::string_view target, HttpRequest& request);
