#pragma once

#include "publish/reading.h"

#include <string>
#include <string_view>

// What the reading process does for the commands: each task is named here, and stands beside the command that asks for it.

// A document and a text: what `inspect` says.
extern std::string_view const describe_task;
Result<std::string> describe_file(ReadingTask& task);
