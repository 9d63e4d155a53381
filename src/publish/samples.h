#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "convert/convert.h"
#include "verify/verify.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Sample files: .npz archives of inputs and, where they are known, of answers.

// The arrays of one file, not yet told apart: what they are depends on a program or a model.
struct SampleFile {
    std::string origin; // its name without the folder
    std::vector<NamedTensor> entries;
    std::filesystem::path path = {};
};

// The flattened names of a program's tensor inputs where it is given so many arrays: input_names_of(), asked here or elsewhere.
using ArgumentNames = std::function<Result<std::vector<std::string>>(size_t array_count)>;

// An .npz archive, or an .npy file with the one input. By content.
Result<SampleFile> read_sample_file(std::filesystem::path const& path, Limits const& limits = {});
Result<std::vector<SampleFile>> read_sample_files(std::span<std::string const> paths);

// For a model that is there: inputs and answers told apart by its names.
Result<Sample> sample_for(SampleFile const& file, OnnxModel const& model);
Result<std::vector<Sample>> samples_for(std::span<SampleFile const> files, OnnxModel const& model);

// For a program that is yet to be converted: what the sample says about its inputs. `output_names` may be empty.
Result<std::vector<InputSpecification>> specifications_of(SampleFile const& file, ArgumentNames const& names_of_program, std::span<std::string const> output_names);
