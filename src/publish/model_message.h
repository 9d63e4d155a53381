#pragma once

#include "publish/read_model.h"

// What the reading process says of a model, as it is taken up by the first process. Not a door.
//
// Promises: whatever the bytes are, these give values within the stated limits, and an ONNX model that has passed all checks, or fail; memory is
// taken in proportion to the bytes.

// What it says once the file is read.
Result<ModelReceipt> parse_receipt(std::string_view note);
// What a conversion leaves behind that fails.
Result<void> parse_trail(std::string_view bytes, Trail& trail);
// Its last word, and the files that it wrote: the model, its weights, its first call. Tells `source` its kind.
Result<ReadModel> parse_model(SourceFile& source, ReadingResult const& result, ConversionRequest const& request, Trail& trail);
