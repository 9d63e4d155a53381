#pragma once

#include "publish/reading.h"

#include <string>
#include <string_view>

// What the reading process does for the commands: each task is named here, and stands beside the command that asks for it.

// publish/read_model.h: the request is made of the same words again.
Result<std::string> convert_elsewhere(ReadingTask& task);

// A document and a text: what `inspect` says.
extern std::string_view const describe_task;
Result<std::string> describe_file(ReadingTask& task);
