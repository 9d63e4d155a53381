#include "cli/description.h"

#include "arrays/npy.h"
#include "arrays/npy_header.h"
#include "arrays/safetensors.h"
#include "files/zip.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "package/package.h"
#include "publish/values.h"
#include "publish/words.h"

namespace {

void add_tensor(NamedTensor const& named, Description& description)
{
    auto const& tensor = named.tensor;
    description.add_tensor(named.name, std::string(name_of(tensor.dtype())), tensor.shape(), tensor.bytes().size());
}

void add_values(std::string const& title, std::vector<OnnxValueInfo> const& values, Description& description)
{
    description.document[title] = json_of(values);
    std::vector<std::vector<std::string>> rows;
    for (auto const& value : values)
        rows.push_back({value.name, type_text(value)});
    description.add_section(title, std::move(rows));
}

std::string name_of_operator(OnnxOperatorCount const& operation) { return (operation.domain.empty() ? "" : operation.domain + "::") + operation.op_type; }

}

Result<void> describe_onnx(SharedBytes const& bytes, Description& description)
{
    auto const model = TRY(read_onnx(bytes));
    auto const structure = check_structure(model);
    description.document["ir_version"] = model.ir_version;
    description.document["producer"] = model.producer_name;
    description.document["parameters"] = parameter_count(model);
    description.document["opsets"] = Json::object();
    for (auto const& opset : model.opsets)
        description.document["opsets"][opset.domain.empty() ? "ai.onnx" : opset.domain] = opset.version;
    description.add_row("opset", std::to_string(opset_of(model)) + ", IR version " + std::to_string(model.ir_version));
    if (!model.producer_name.empty())
        description.add_row("made by", model.producer_name + " " + model.producer_version);
    description.add_row("graph", count_text(model.graph.nodes.size(), "node") + ", " + count_text(parameter_count(model), "parameter"));
    if (!structure)
        description.add_advice("the graph does not hold together: " + structure.error().text());
    add_values("inputs", required_inputs(model), description);
    add_values("outputs", model.graph.outputs, description);
    description.document["tensors"] = Json::array();
    for (auto const& initializer : model.graph.initializers) {
        auto const dtype = dtype_of_onnx(initializer.data_type);
        uint64_t const size = dtype ? bytes_of_elements(*dtype, element_count(initializer.dims).value_or(0)).value_or(0) : initializer.raw.size();
        description.add_tensor(initializer.name, dtype ? std::string(name_of(*dtype)) : "unknown", initializer.dims, size);
    }
    description.document["operators"] = Json::array();
    std::vector<std::vector<std::string>> rows;
    for (auto const& operation : operator_counts(model)) {
        description.document["operators"].push_back({{"operator", name_of_operator(operation)}, {"count", operation.count}});
        rows.push_back({name_of_operator(operation), std::to_string(operation.count)});
    }
    description.add_section("operators", std::move(rows));
    description.document["metadata"] = Json::object();
    std::vector<std::vector<std::string>> properties;
    for (auto const& property : model.metadata) {
        description.document["metadata"][property.key] = property.value;
        properties.push_back({property.key, property.value.substr(0, 100)});
    }
    description.add_section("metadata", std::move(properties));
    return {};
}

Result<void> describe_safetensors(SharedBytes const& bytes, Description& description)
{
    auto const file = TRY(read_safetensors(bytes));
    description.document["tensors"] = Json::array();
    for (auto const& named : file.tensors)
        add_tensor(named, description);
    description.document["values"] = file.metadata;
    std::vector<std::vector<std::string>> rows;
    for (auto const& [key, value] : file.metadata)
        rows.push_back({key, value.substr(0, 100)});
    description.add_section("metadata", std::move(rows));
    description.add_advice("weights without a graph: what is computed with them stands in Python code elsewhere");
    return {};
}

namespace {

// By its header alone, which says everything but the elements, for every dtype that NumPy has.
Result<void> add_array(std::string const& name, SharedBytes const& bytes, Description& description)
{
    auto const header = TRY(read_npy_header(bytes.bytes()));
    auto const tensor = read_npy(bytes);
    if (!tensor && tensor.error().reason == Reason::malformed)
        return tl::unexpected(tensor.error());
    std::string const dtype = tensor ? std::string(name_of(tensor->dtype())) : npy_dtype_text(header.dtype);
    description.add_tensor(name, dtype, header.shape, header.data_bytes.value_or(bytes.size() - header.data_offset));
    if (header.dtype.has_objects)
        description.add_advice(name + " holds Python objects: a pickle stands in the place of its elements");
    return {};
}

}

Result<void> describe_array(SharedBytes const& bytes, Description& description)
{
    description.document["tensors"] = Json::array();
    return add_array("array", bytes, description);
}

Result<void> describe_arrays(SharedBytes const& bytes, Description& description)
{
    constexpr std::string_view ending = ".npy";
    auto const archive = TRY(ZipArchive::read(bytes));
    description.document["tensors"] = Json::array();
    for (auto const& entry : archive.entries()) {
        if (!entry.name.ends_with(ending))
            continue;
        auto const content = TRY(within(entry.name, archive.content(entry)));
        TRY(within(entry.name, add_array(entry.name.substr(0, entry.name.size() - ending.size()), content, description)));
    }
    return {};
}

Result<void> describe_package(std::string const& folder, Description& description)
{
    auto const package = TRY(within(folder, read_package(folder, PackageCheck::digests)));
    description.document["sha256"] = package.digest.hex();
    description.document["name"] = package.name;
    description.document["report"] = package.report;
    description.document["files"] = Json::array();
    uint64_t bytes = 0;
    std::vector<std::vector<std::string>> files;
    for (auto const& file : package.files) {
        description.document["files"].push_back({{"path", file.path}, {"bytes", file.size}, {"sha256", file.digest.hex()}});
        files.push_back({file.path, bytes_text(file.size), file.digest.hex().substr(0, 16)});
        bytes += file.size;
    }
    description.document["bytes"] = bytes;
    description.add_row("name", package.name);
    description.add_row("digest", package.digest.hex());
    description.add_row("evidence", package.is_verified() ? "a verification that passed" : "none");
    description.add_section("files", std::move(files));
    if (auto const* const model = package.find("model.onnx")) {
        auto const onnx = TRY(within("model.onnx", read_onnx(model->bytes())));
        description.judge(scan_file(model->bytes()));
        add_values("inputs", required_inputs(onnx), description);
        add_values("outputs", onnx.graph.outputs, description);
    }
    return {};
}
