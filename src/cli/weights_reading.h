#pragma once

#include "cli/weights.h"
#include "publish/reading.h"

#include <string>
#include <string_view>
#include <vector>

// The tensors of a file, read in a second process (publish/reading.h), which writes them as safetensors; what is taken of those are tensors
// like those of any such file.

// Their warnings hold what a loader that runs the file would do as well: that does not keep its tensors from being read. Fails as
// read_weights(), write_safetensors() and read_elsewhere() do, and with unsupported where there are none.
Result<Weights> read_weights_elsewhere(World const& world, SourceFile const& source, std::vector<std::string> const& patterns);

// What the reading process says and wrote, whatever it is: tensors in the order that it says, or a failure.
Result<Weights> take_weights(ReadingResult const& result);

// The other side.
extern std::string_view const weights_task;
Result<std::string> serve_weights(ReadingTask& task);
