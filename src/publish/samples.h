#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "convert/convert.h"
#include "program/program.h"
#include "verify/verify.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Sample files: .npz archives of inputs and, where they are known, of answers.

// The arrays of one file, not yet told apart: what they are depends on a program or a model.
struct SampleFile {
    std::string origin; // its name without the folder
    std::vector<NamedTensor> entries;
};

// An .npz archive, or an .npy file with the one input. By content.
Result<SampleFile> read_sample_file(std::filesystem::path const& path, Limits const& limits = {});
Result<std::vector<SampleFile>> read_sample_files(std::span<std::string const> paths);

// For a model that is there: inputs and answers told apart by its names.
Result<Sample> sample_for(SampleFile const& file, OnnxModel const& model);
Result<std::vector<Sample>> samples_for(std::span<SampleFile const> files, OnnxModel const& model);

// For a program that is yet to be converted: what the sample says about its inputs. `output_names` may be empty.
Result<std::vector<InputSpecification>> specifications_of(SampleFile const& file, Program const& program, std::string const& method, std::span<std::string const> output_names);
