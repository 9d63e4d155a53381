#pragma once

#include "publish/conversion.h"
#include "publish/reading.h"
#include "publish/samples.h"
#include "publish/world.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// The file that training left behind → an ONNX model, in a second process (publish/reading.h): read, judged and converted there, written
// as ONNX, and read again here with all checks that ONNX files of anybody get.

// What is demanded of the file beside that it can be converted.
struct ModelDemands {
    bool is_safe = false; // the verdict `safe`
    bool is_program = false; // not ONNX already
};

// What is known once the file was read, and before it is converted.
struct ModelReceipt {
    Kind kind = Kind::unknown;
    std::string text; // receipt_of(source, read)
    std::vector<std::string> findings; // but notes, a line each
};
using AfterReading = std::function<Result<void>(ModelReceipt const&)>;

struct ReadModel {
    ConvertedModel model;
    ArgumentNames arguments; // of the method that was converted; empty for a model that was ONNX already
};

// Tells `source` its kind. Fails as read_source(), demand_safe() and convert_source() do, as `after_reading` does, and as read_elsewhere().
Result<ReadModel> read_model(World const& world, SourceFile& source, ConversionRequest const& request, ModelDemands const& demands, AfterReading const& after_reading, Trail& trail);

// A file that another model is held against, where PyTorch runs it: how its program names the arguments that `samples` have for `model`.
// Tells `source` its kind; for all kinds that are no program the names are empty.
Result<ArgumentNames> read_reference(World const& world, SourceFile& source, std::vector<SampleFile> const& samples, OnnxModel const& model);

// The other side: rows of what the reading process serves.

extern std::string_view const model_task;
// The command line's words of which the request was made (ConversionRequest::words), for whoever makes it again, and the rest.
struct ModelTask {
    ModelDemands demands;
    std::string external_location;
    OptionWords words;
};
Result<ModelTask> parse_model_task(std::string_view payload);
Result<std::string> serve_model(ReadingTask& task, ConversionRequest const& request, ModelDemands const& demands);

extern std::string_view const reference_task;
Result<std::string> serve_reference(ReadingTask& task);
