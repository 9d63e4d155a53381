#include "publish/samples.h"

#include "arrays/npy.h"
#include "arrays/npz.h"
#include "onnx/structure.h"
#include "publish/source.h"
#include "publish/state.h"

#include <algorithm>
#include <cctype>

namespace {

bool is_numbered(std::string_view name, std::string_view stem)
{
    return name.size() > stem.size() && name.starts_with(stem) && std::all_of(name.begin() + static_cast<ptrdiff_t>(stem.size()), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool has_entry(SampleFile const& file, std::string_view name)
{
    return std::any_of(file.entries.begin(), file.entries.end(), [&](NamedTensor const& entry) { return entry.name == name; });
}

bool has_all(SampleFile const& file, std::span<std::string const> names)
{
    return std::all_of(names.begin(), names.end(), [&](std::string const& name) { return has_entry(file, name); });
}

std::vector<std::string> names_of(std::span<OnnxValueInfo const> values)
{
    std::vector<std::string> names;
    for (auto const& value : values)
        names.push_back(value.name);
    return names;
}

}

Result<SampleFile> read_sample_file(std::filesystem::path const& path, Limits const& limits)
{
    auto const source = TRY(open_source(path, {}, limits));
    SampleFile file{source.name(), {}, path};
    if (source.kind == Kind::numpy) {
        auto tensor = TRY(within(path.string(), read_npy(source.file.shared(), limits)));
        file.entries.push_back({"i0", std::move(tensor)});
    } else if (source.kind == Kind::numpy_archive)
        file.entries = TRY(within(path.string(), read_npz(source.file.shared(), limits)));
    else
        return cannot_read(source, "a sample: an .npz archive");
    return file;
}

Result<std::vector<SampleFile>> read_sample_files(std::span<std::string const> paths)
{
    std::vector<SampleFile> files;
    for (auto const& path : paths)
        files.push_back(TRY(read_sample_file(path)));
    return files;
}

Result<Sample> sample_for(SampleFile const& file, OnnxModel const& model)
{
    // What carries state is rarely in a sample: a first call begins without.
    bool const holds_state = has_all(file, names_of(required_inputs(model)));
    auto const inputs = holds_state ? required_inputs(model) : own_inputs(model);
    auto sample = TRY(within(file.origin, sample_of(file.entries, names_of(inputs), names_of(model.graph.outputs))));
    sample.origin = file.origin;
    if (!holds_state)
        TRY(within(file.origin, begin_with_zeros(sample, model)));
    return sample;
}

Result<std::vector<Sample>> samples_for(std::span<SampleFile const> files, OnnxModel const& model)
{
    std::vector<Sample> samples;
    for (auto const& file : files)
        samples.push_back(TRY(sample_for(file, model)));
    return samples;
}

Result<std::vector<InputSpecification>> specifications_of(SampleFile const& file, ArgumentNames const& names_of_program, std::span<std::string const> output_names)
{
    // How many inputs there are is not known before the answers are put aside, and which those are depends on the inputs' names.
    SampleFile rest = file;
    std::erase_if(rest.entries, [&](NamedTensor const& entry) { return entry.name == "meta" || std::find(output_names.begin(), output_names.end(), entry.name) != output_names.end(); });
    SampleFile inputs = rest;
    std::erase_if(inputs.entries, [](NamedTensor const& entry) { return is_numbered(entry.name, "o") || entry.name == "output" || is_numbered(entry.name, "output_"); });
    auto names = TRY(within(file.origin, names_of_program(inputs.entries.size())));
    if (!has_entry(file, "i0") && !has_all(file, names)) {
        inputs = rest;
        names = TRY(within(file.origin, names_of_program(inputs.entries.size())));
    }
    auto const sample = TRY(within(file.origin, sample_of(inputs.entries, names, {})));
    std::vector<InputSpecification> specifications;
    for (auto const& input : sample.inputs) {
        InputSpecification specification;
        specification.name = input.name;
        specification.dtype = input.tensor.dtype();
        specification.value = input.tensor;
        for (int64_t const size : input.tensor.shape())
            specification.axes.push_back({size, "", false});
        specifications.push_back(std::move(specification));
    }
    return specifications;
}
