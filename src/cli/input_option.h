#pragma once

#include "convert/convert.h"

#include <string_view>

// --input NAME:DTYPE[batch,3,?]: each size is a number, a symbol, or ? for a symbol of its own. Fails with usage, naming `option`.
Result<InputSpecification> parse_input_option(std::string_view text, std::string_view option = "--input");

// --dynamic auto|none|all|NAME:AXIS[=SYMBOL]; the last of several modes counts. Fails with usage.
Result<void> parse_dynamic_option(std::string_view text, ConvertOptions& options);
