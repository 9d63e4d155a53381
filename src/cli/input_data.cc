#include "cli/input_data.h"

#include "arrays/npy.h"
#include "cli/csv.h"
#include "publish/samples.h"
#include "publish/source.h"
#include "serve/predict.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace {

constexpr uint64_t longest_standard_input = uint64_t{1} << 30;

Result<std::string> read_standard_input()
{
    std::string text;
    std::vector<char> block(size_t{1} << 16);
    for (;;) {
        ssize_t const count = ::read(STDIN_FILENO, block.data(), block.size());
        if (count == 0)
            return text;
        if (count < 0) {
            if (errno == EINTR)
                continue;
            return system_failure("standard input cannot be read", errno);
        }
        if (text.size() + static_cast<size_t>(count) > longest_standard_input)
            return exhausted("standard input is longer than " + std::to_string(longest_standard_input) + " bytes").hint("give a file");
        text.append(block.data(), static_cast<size_t>(count));
    }
}

Result<ModelInput> input_of_json(std::string_view text, std::span<SessionValue const> inputs, std::string const& place)
{
    auto request = read_predict_body(text, true, inputs);
    if (!request)
        return malformed(request.error().summary()).at(place).hint("{\"input\": [...]} with nested lists of the input's rank; several inputs stand by name");
    return ModelInput{std::move(request->inputs), request->one_row};
}

std::vector<std::string> names_of(std::span<SessionValue const> values)
{
    std::vector<std::string> names;
    for (auto const& value : values)
        names.push_back(value.name);
    return names;
}

Result<ModelInput> input_of_csv(std::string_view text, std::span<SessionValue const> inputs)
{
    if (inputs.size() != 1 || !inputs[0].dims || inputs[0].dims->size() != 2 || !inputs[0].dtype)
        return unsupported("CSV for this model, whose inputs are not one table").hint("give an .npz file or JSON");
    auto const table = TRY(read_csv_numbers(text));
    auto const tensor = Tensor::of<double>(DType::float64, {static_cast<int64_t>(table.rows), static_cast<int64_t>(table.columns)}, table.numbers);
    auto const cast = TRY(tensor.cast(*inputs[0].dtype));
    return ModelInput{{{inputs[0].name, cast}}, false};
}

}

Result<ModelInput> read_model_input(std::string const& path, std::span<SessionValue const> inputs, Limits const& limits)
{
    if (path == "-")
        return input_of_json(TRY(read_standard_input()), inputs, "standard input");
    auto const source = TRY(open_source(path, {}, limits));
    auto const text = text_of(source.file.bytes());
    switch (source.kind) {
    case Kind::numpy:
    case Kind::numpy_archive: {
        auto file = TRY(read_sample_file(path, limits));
        auto sample = TRY(within(path, sample_of(std::move(file.entries), names_of(inputs), {})));
        return ModelInput{std::move(sample.inputs), false};
    }
    case Kind::json:
        return input_of_json(text, inputs, path);
    case Kind::text:
    case Kind::yaml:
    case Kind::source:
        if (std::filesystem::path(path).extension() == ".json" || text.find_first_not_of(" \t\r\n") == text.find_first_of("{["))
            return input_of_json(text, inputs, path);
        return within(path, input_of_csv(text, inputs));
    case Kind::zip:
        return cannot_read(source, "inputs");
    default:
        return malformed(std::string(title_of(source.kind)) + ", wanted inputs: .npz, .npy, JSON or CSV").at(path);
    }
}

Result<void> check_not_an_input(std::filesystem::path const& output, std::filesystem::path const& input)
{
    std::error_code ignored;
    if (std::filesystem::equivalent(output, input, ignored))
        return bad_usage("-o " + output.string() + " would write over the file that is read").hint("choose another name for what is written");
    return {};
}
