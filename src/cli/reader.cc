#include "cli/reader.h"

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/weights_reading.h"
#include "publish/read_model.h"

Result<std::string> convert_elsewhere(ReadingTask& task)
{
    auto const asked = parse_model_task(task.payload);
    if (!asked)
        return tl::unexpected(asked.error());
    Invocation given;
    given.values = asked->words;
    auto const samples = TRY(read_sample_files(given.texts("--sample")));
    return serve_model(task, TRY(conversion_request(given, samples, asked->external_location)), asked->demands);
}

int run_reader()
{
    ReadingRow const rows[] = {{describe_task, describe_file}, {weights_task, serve_weights}, {model_task, convert_elsewhere}, {reference_task, serve_reference}};
    return serve_reading(rows);
}
