#include "arrays/npz.h"
#include "package/example.h"
#include "package/manifest.h"
#include "package/package.h"
#include "package/schema.h"
#include "package/yaml.h"

#include "onnx/structure.h"

#include <algorithm>

namespace {

constexpr std::string_view model_name = "model.onnx";
constexpr int64_t latest_second = 253'402'300'799; // of the year 9999

// One environment that MLflow 2.12 to 3.x can be joined to: all of these run on Python 3.11 with any of them.
constexpr std::string_view python_version = "3.11.7";
constexpr std::string_view mlflow_version = "3.17.2";
constexpr std::string_view onnx_version = "1.21.0";
constexpr std::string_view onnxruntime_version = "1.31.1";
constexpr std::string_view numpy_version = "1.26.4";

std::vector<std::string> requirements()
{
    auto const pinned = [](char const* name, std::string_view version) { return std::string(name) + "==" + std::string(version); };
    return {pinned("mlflow", mlflow_version), pinned("numpy", numpy_version), pinned("onnx", onnx_version), pinned("onnxruntime", onnxruntime_version)};
}

std::string requirements_text()
{
    std::string text;
    for (auto const& line : requirements())
        text += line + "\n";
    return text;
}

std::string conda_text()
{
    Json const environment{
        {"channels", {"conda-forge"}},
        {"dependencies", {"python=" + std::string(python_version), "pip<=23.2.1", {{"pip", requirements()}}}},
        {"name", "mlflow-env"},
    };
    return write_yaml(environment);
}

std::string python_env_text()
{
    Json const environment{
        {"python", python_version},
        {"build_dependencies", {"pip==23.2.1", "setuptools", "wheel"}},
        {"dependencies", {"-r requirements.txt"}},
    };
    return write_yaml(environment);
}

Json mlmodel_of(Package const& package, std::optional<PackageExample> const& example, std::string const& uuid, int64_t created_seconds)
{
    auto const created = calendar_time(created_seconds);
    Json mlmodel{
        {"flavors",
            {{"onnx", {{"code", nullptr}, {"data", model_name}, {"onnx_session_options", nullptr}, {"onnx_version", onnx_version}, {"providers", {"CPUExecutionProvider"}}}},
                {"python_function", {{"data", model_name}, {"env", {{"conda", "conda.yaml"}, {"virtualenv", "python_env.yaml"}}}, {"loader_module", "mlflow.onnx"}, {"python_version", python_version}}}}},
        {"mlflow_version", mlflow_version},
        {"model_uuid", uuid},
        {"signature", signature_of(package)},
        {"utc_time_created", created.date + " " + created.time + ".000000"},
    };
    if (example) {
        Json info{{"artifact_path", "input_example.json"}, {"serving_input_path", "serving_input_example.json"}, {"type", example->is_frame ? "dataframe" : "ndarray"}};
        if (example->is_frame)
            info["pandas_orient"] = "split";
        mlmodel["saved_input_example_info"] = std::move(info);
    }
    return in_key_order(mlmodel);
}

// 32 hex digits that depend on nothing but the files.
std::string uuid_of(std::vector<PackageFile> const& files)
{
    std::string lines;
    for (auto const& file : files)
        lines += file.digest.hex() + " " + file.path + "\n";
    return Digest::of(bytes_of(lines)).hex().substr(0, 32);
}

Result<void> check_external(OnnxModel const& model, PackageContents const& contents)
{
    for (auto const& external : external_tensors(model))
        if (external.tensor->external->location != contents.external_location)
            return unsupported("external data in \"" + external.tensor->external->location + "\", wanted one file" + (contents.external_location.empty() ? "" : ", \"" + contents.external_location + "\"")).at(external.place);
    if (contents.external_location.empty())
        return {};
    TRY(check_external_location(contents.external_location));
    if (contents.external_location.find('/') != std::string::npos)
        return unsupported("external data in a folder, \"" + contents.external_location + "\"");
    return {};
}

Result<void> check_columns(Package const& package)
{
    auto const& columns = package.input_columns;
    if (columns.empty())
        return {};
    if (package.inputs.size() != 1 || !package.inputs[0].shape || package.inputs[0].shape->size() != 2)
        return bad_usage("column names need a model with one input of rank 2");
    if (column_type(package.inputs[0].dtype).empty())
        return bad_usage("columns of " + (package.inputs[0].dtype.empty() ? "this type" : package.inputs[0].dtype) + " are nothing that MLflow has");
    auto const& width = package.inputs[0].shape->at(1).value;
    if (width && *width != static_cast<int64_t>(columns.size()))
        return bad_usage(std::to_string(columns.size()) + " column names for an input of " + std::to_string(*width) + " columns");
    auto sorted = columns;
    std::ranges::sort(sorted);
    if (sorted.front().empty() || std::ranges::adjacent_find(sorted) != sorted.end())
        return bad_usage("column names that are empty or stand twice");
    return {};
}

// The sample has every input, of the model's type and rank, and only outputs that the model has.
Result<void> check_sample(Package const& package, PackageContents const& contents)
{
    if (contents.sample_inputs.empty() && contents.expected_outputs.empty())
        return {};
    for (auto const& value : package.inputs) {
        auto const found = std::ranges::find(contents.sample_inputs, value.name, &NamedTensor::name);
        if (found == contents.sample_inputs.end())
            return malformed("the sample has no \"" + value.name + "\", which the model needs");
        if (name_of(found->tensor.dtype()) != value.dtype || (value.shape && value.shape->size() != found->tensor.rank()))
            return malformed("the sample's \"" + value.name + "\" is " + std::string(name_of(found->tensor.dtype())) + " " + text_of(found->tensor.shape()) + ", which the model does not take");
    }
    for (auto const& expected : contents.expected_outputs)
        if (std::ranges::find(package.outputs, expected.name, &PackageValue::name) == package.outputs.end())
            return malformed("the sample has an answer \"" + expected.name + "\", which the model does not give");
    return {};
}

// Inputs as i0, i1, ..., answers as o0, o1, ..., each in the model's order.
Result<std::vector<SharedBytes>> sample_file(Package const& package, PackageContents const& contents)
{
    std::vector<NamedTensor> entries;
    auto const add = [&](char const* prefix, std::vector<PackageValue> const& order, std::vector<NamedTensor> const& tensors) {
        for (size_t index = 0; index < order.size(); ++index)
            if (auto const found = std::ranges::find(tensors, order[index].name, &NamedTensor::name); found != tensors.end())
                entries.push_back({prefix + std::to_string(index), found->tensor});
    };
    add("i", package.inputs, contents.sample_inputs);
    add("o", package.outputs, contents.expected_outputs);
    return within("sample.npz", write_npz(entries));
}

void add_text(Package& package, std::string path, std::string text)
{
    package.files.push_back(package_file(std::move(path), {SharedBytes::take(std::move(text))}));
}

void sort_files(Package& package) { std::ranges::sort(package.files, {}, &PackageFile::path); }

}

Result<Package> build_package(PackageContents const& contents)
{
    if (contents.created_seconds < 0 || contents.created_seconds > latest_second)
        return bad_usage("a time of " + std::to_string(contents.created_seconds) + " s is not within the years 1970 to 9999");
    auto const model = TRY(within(std::string(model_name), read_onnx(contents.model)));
    TRY(check_external(model, contents));

    Package package;
    package.name = contents.name;
    package.input_columns = contents.input_columns;
    package.source = contents.source;
    package.conversion = contents.conversion;
    package.report = contents.report;
    for (auto const& input : required_inputs(model))
        package.inputs.push_back(package_value(input));
    for (auto const& output : model.graph.outputs)
        package.outputs.push_back(package_value(output));
    TRY(check_columns(package));
    TRY(check_sample(package, contents));

    package.files.push_back(package_file(std::string(model_name), {contents.model}));
    if (!contents.external_location.empty())
        package.files.push_back(package_file(contents.external_location, contents.external_data.parts));
    if (!contents.sample_inputs.empty())
        package.files.push_back(package_file("sample.npz", TRY(sample_file(package, contents))));
    add_text(package, "requirements.txt", requirements_text());
    add_text(package, "conda.yaml", conda_text());
    add_text(package, "python_env.yaml", python_env_text());
    auto const example = example_of(package, contents.sample_inputs);
    if (example) {
        add_text(package, "input_example.json", example->input);
        add_text(package, "serving_input_example.json", example->serving);
    }
    sort_files(package);
    // Two files of one name: external data that is called like a file of ours.
    if (auto const twice = std::ranges::adjacent_find(package.files, {}, &PackageFile::path); twice != package.files.end())
        return unsupported("external data in \"" + twice->path + "\", a name that the package has for another file");

    package.mlmodel = mlmodel_of(package, example, uuid_of(package.files), contents.created_seconds);
    add_text(package, "MLmodel", write_mlmodel(package.mlmodel));
    sort_files(package);
    add_text(package, std::string(manifest_name), write_manifest(package, contents.created_seconds));
    package.digest = package.files.back().digest;
    sort_files(package);
    return package;
}
