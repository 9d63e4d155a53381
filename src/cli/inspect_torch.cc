#include "cli/checkpoint_json.h"
#include "cli/description.h"

#include "publish/words.h"
#include "torch/exported.h"
#include "torch/old_script.h"

#include <algorithm>
#include <set>

namespace {

constexpr size_t most_names = 10'000; // a hostile file mentions more than anybody reads

void add_tensors(std::vector<CheckpointTensor> const& tensors, std::string const& prefix, Description& description)
{
    for (auto const& [name, tensor] : tensors)
        description.add_tensor(prefix + name, std::string(name_of(tensor.dtype)), tensor.shape, bytes_of_elements(tensor.dtype, element_count(tensor.shape).value_or(0)).value_or(0));
}

// Text as the lines that it has.
void add_text(std::string const& title, std::string_view text, Description& description)
{
    std::vector<std::vector<std::string>> lines;
    while (!text.empty()) {
        size_t const end = std::min(text.find('\n'), text.size());
        lines.push_back({std::string(text.substr(0, end))});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    description.add_section(title, std::move(lines));
}

void add_names(Checkpoint const& checkpoint, Description& description)
{
    description.document["names"] = Json::array();
    std::vector<std::vector<std::string>> rows;
    for (auto const& import : checkpoint.imports) {
        if (rows.size() == most_names) {
            description.document["names_left_out"] = checkpoint.imports.size() - most_names;
            break;
        }
        size_t const dot = import.name.rfind('.');
        std::string const module = dot == import.name.npos ? "" : import.name.substr(0, dot);
        description.document["names"].push_back({{"module", module}, {"name", import.name.substr(dot == import.name.npos ? 0 : dot + 1)}, {"offset", import.offset}, {"called", import.called}, {"allowed", import.allowed}});
        rows.push_back({import.name, import.called ? "called" : "mentioned", import.allowed ? "" : "not on the list of harmless names, or used as no pickler does"});
    }
    description.add_section("names that a loader would import", std::move(rows));
}

bool has_key_like(CheckpointValue const& value, std::initializer_list<std::string_view> words)
{
    auto const* dict = value.dict();
    return dict != nullptr && std::any_of(dict->items.begin(), dict->items.end(), [&](auto const& item) {
        auto const* key = std::get_if<std::string>(&item.first.value);
        return key != nullptr && std::any_of(words.begin(), words.end(), [&](std::string_view word) { return key->find(word) != key->npos; });
    });
}

// DistributedDataParallel puts "module." before every name.
bool has_prefix_of_ddp(Checkpoint const& checkpoint)
{
    std::string const prefix = (checkpoint.weights.empty() ? "" : checkpoint.weights + ".") + "module.";
    std::string const weights = checkpoint.weights.empty() ? "" : checkpoint.weights + ".";
    bool has_some = false;
    for (auto const& [name, tensor] : checkpoint.tensors) {
        if (name.starts_with(weights) && !name.starts_with(prefix))
            return false;
        has_some = has_some || name.starts_with(prefix);
    }
    return has_some;
}

void advise(Checkpoint const& checkpoint, Description& description)
{
    if (has_prefix_of_ddp(checkpoint))
        description.add_advice("every name begins with \"module.\": the state dict of DistributedDataParallel; save model.module.state_dict(), or take the prefix off before load_state_dict");
    switch (checkpoint.kind) {
    case CheckpointKind::module:
        description.add_advice("a pickled module: loading it runs Python code that is not in the file; save torch.jit.script(model) instead, or keep the weights as safetensors");
        break;
    case CheckpointKind::state_dict:
        description.add_advice("weights without a graph: what is computed with them stands in Python code elsewhere; save torch.jit.script(model) beside it");
        break;
    case CheckpointKind::checkpoint:
        description.add_advice("weights without a graph: what is computed with them stands in Python code elsewhere; save torch.jit.script(model) beside it");
        if (!has_key_like(checkpoint.value, {"config", "args", "hparams", "hyper_parameters"}))
            description.add_advice("no config: nothing says how the model is to be built again");
        if (!has_key_like(checkpoint.value, {"optim"}))
            description.add_advice("no optimizer state: training cannot go on from here");
        if (!has_key_like(checkpoint.value, {"epoch", "step", "iteration"}))
            description.add_advice("no epoch: nothing says how far training had come");
        break;
    case CheckpointKind::other:
        break;
    }
}

std::string_view title_of(CheckpointFormat format)
{
    switch (format) {
    case CheckpointFormat::zip:
        return "ZIP archive, PyTorch 1.6 and later";
    case CheckpointFormat::legacy:
        return "stream of pickles, PyTorch 0.1.10 to 1.5";
    case CheckpointFormat::tar:
        return "tar archive, PyTorch 0.1.1";
    }
    return "";
}

// What is no dense tensor, in words: the tensors have its parts, if there are any.
void add_odd_tensors(Checkpoint const& checkpoint, Description& description)
{
    if (checkpoint.odd_tensors.empty())
        return;
    description.document["odd_tensors"] = Json::array();
    std::vector<std::vector<std::string>> rows;
    for (auto const& odd : checkpoint.odd_tensors) {
        description.document["odd_tensors"].push_back({{"name", odd.name}, {"made_by", odd.made_by}, {"layout", odd.layout}, {"shape", odd.shape}, {"parts", odd.parts}});
        rows.push_back({odd.name, odd.layout.empty() ? odd.made_by : odd.layout + text_of(odd.shape)});
    }
    description.add_section("tensors that are not dense", std::move(rows));
}

// Old files carry the source text of the classes that they need.
void add_sources(std::vector<CheckpointSource> const& sources, Description& description)
{
    if (sources.empty())
        return;
    description.document["sources"] = Json::array();
    for (auto const& source : sources) {
        description.document["sources"].push_back({{"class", source.class_name}, {"file", source.file}, {"text", source.text}});
        add_text("source of " + source.class_name, source.text, description);
    }
}

void add_values(Checkpoint const& checkpoint, Description& description)
{
    constexpr size_t most_characters = 100;
    auto const values = json_without_tensors(checkpoint.value);
    description.document["values"] = values ? *values : Json::object();
    std::vector<std::vector<std::string>> rows;
    if (values && values->is_object())
        for (auto const& [key, value] : values->items()) {
            std::string const text = write_json(value);
            rows.push_back({key, text.size() > most_characters ? text.substr(0, most_characters) + "..." : text});
        }
    description.add_section("values", std::move(rows));
}

// Attributes that are tensors, through the tree of modules; an object that stands in two places is walked once.
void add_program_tensors(Program const& program, Description& description)
{
    std::set<ProgramObject const*> seen;
    std::vector<std::pair<std::string, std::shared_ptr<ProgramObject>>> stack{{"", program.module}};
    while (!stack.empty()) {
        auto const [prefix, object] = stack.back();
        stack.pop_back();
        if (!object || !seen.insert(object.get()).second)
            continue;
        std::vector<std::pair<std::string, std::shared_ptr<ProgramObject>>> inner;
        for (auto const& [name, value] : object->attributes) {
            if (auto const* tensor = std::get_if<std::shared_ptr<ProgramTensor const>>(&value.value))
                description.add_tensor(prefix + name, std::string(name_of((*tensor)->values.dtype())), (*tensor)->values.shape(), (*tensor)->values.bytes().size());
            else if (auto const* next = std::get_if<std::shared_ptr<ProgramObject>>(&value.value))
                inner.emplace_back(prefix + name + ".", *next);
        }
        stack.insert(stack.end(), inner.rbegin(), inner.rend());
    }
}

void add_methods(Program const& program, Description& description)
{
    auto const* forward = program.module ? program.method(program.module->class_name, "forward") : nullptr;
    description.document["inputs"] = Json::array();
    description.document["outputs"] = Json::array();
    if (forward == nullptr)
        return;
    std::string takes;
    for (size_t i = 1; i < forward->parameters.size(); ++i) {
        auto const& parameter = forward->parameters[i];
        description.document["inputs"].push_back({{"name", parameter.name}, {"type", parameter.type.text()}});
        takes += (takes.empty() ? "" : ", ") + parameter.name + ": " + parameter.type.text();
    }
    description.document["outputs"].push_back({{"name", "output"}, {"type", forward->return_type.text()}});
    description.add_row("forward", "(" + takes + ") -> " + forward->return_type.text());
}

}

Result<void> describe_checkpoint(SharedBytes const& bytes, Description& description)
{
    auto const checkpoint = TRY(read_checkpoint(bytes));
    description.add_row("format", std::string(title_of(checkpoint.format)));
    description.add_row("holds", std::string(name_of(checkpoint.kind)) + (checkpoint.weights.empty() ? "" : ", weights in \"" + checkpoint.weights + "\""));
    description.document["tensors"] = Json::array();
    add_tensors(checkpoint.tensors, "", description);
    add_odd_tensors(checkpoint, description);
    add_values(checkpoint, description);
    add_sources(checkpoint.sources, description);
    add_names(checkpoint, description);
    advise(checkpoint, description);
    return {};
}

namespace {

void add_operators(std::vector<TorchScriptOperator> const& operators, std::function<std::string(SourcePlace)> const& place_text, Description& description)
{
    description.document["operators"] = Json::array();
    std::vector<std::vector<std::string>> rows;
    for (auto const& operation : operators) {
        description.document["operators"].push_back({{"operator", operation.name}, {"count", operation.count}});
        rows.push_back({operation.name, std::to_string(operation.count), operation.places.empty() ? "" : place_text(operation.places.front())});
    }
    description.add_section("operators, calls, the first of them", std::move(rows));
}

void add_code(std::vector<TorchScriptCode> const& code, Description& description)
{
    description.document["code"] = Json::object();
    for (auto const& [name, text] : code) {
        description.document["code"][name] = text_of(text.bytes());
        add_text(name, text_of(text.bytes()), description);
    }
}

Result<void> describe_old_torchscript(std::shared_ptr<ZipArchive const> archive, Description& description)
{
    auto const script = TRY(read_old_torchscript(std::move(archive)));
    description.document["extra_files"] = script.extra_files;
    description.document["made_by"] = script.producer;
    description.add_row("format", "TorchScript of PyTorch 1.0 to 1.3, version " + std::to_string(script.format_version));
    description.add_row("made by", script.producer);
    description.document["tensors"] = Json::array();
    add_tensors(script.tensors, "", description);
    add_operators(
        script.operators, [&](SourcePlace place) { return script.code[place.file].name + ":" + std::to_string(place.line); }, description);
    add_code(script.code, description);
    for (auto const& reason : script.left_out)
        description.add_advice(reason);
    description.add_advice("to convert it, load it with a PyTorch from 1.4 to 2.0 and save it again with torch.jit.save");
    return {};
}

}

Result<void> describe_torchscript(SharedBytes const& bytes, Description& description)
{
    auto const archive = std::make_shared<ZipArchive const>(TRY(ZipArchive::read(bytes)));
    if (is_old_torchscript(*archive))
        return describe_old_torchscript(archive, description);
    auto const script = TRY(read_torchscript(archive));
    description.document["traced"] = script.program.traced;
    description.document["extra_files"] = script.extra_files;
    description.add_row("made by", script.program.traced ? "tracing" : "scripting");
    add_methods(script.program, description);
    description.document["tensors"] = Json::array();
    add_program_tensors(script.program, description);
    add_operators(
        script.operators, [&](SourcePlace place) { return script.program.text(place); }, description);
    add_code(script.code, description);
    for (auto const& finding : script.findings)
        if (!finding.is_danger())
            description.add_advice(finding.message);
    if (script.program.traced)
        description.add_advice("traced: sizes of the example may be baked in; convert says which, and torch.jit.script keeps them open");
    return {};
}

namespace {

void add_exported_values(std::string const& title, std::vector<ExportedValue> const& values, Description& description)
{
    auto& document = description.document[title];
    std::vector<std::vector<std::string>> rows;
    for (auto const& value : values) {
        Json shape = Json::array();
        std::string text = value.dtype ? std::string(name_of(*value.dtype)) : value.kind;
        if (value.kind == "tensor")
            text += "[";
        for (auto const& size : value.shape) {
            text += (shape.empty() ? "" : ", ") + size.text;
            shape.push_back(size.text);
        }
        if (value.kind == "tensor")
            text += "]";
        document.push_back({{"name", value.name}, {"dtype", value.dtype ? Json(name_of(*value.dtype)) : Json(nullptr)}, {"kind", value.kind}, {"shape", std::move(shape)}});
        rows.push_back({value.name, std::move(text)});
    }
    description.add_section(title, std::move(rows));
}

void add_exported_model(ExportedModel const& model, std::string const& prefix, Description& description)
{
    description.add_row("made by", "PyTorch " + (model.torch_version.empty() ? "of an unknown version" : model.torch_version) + ", schema " + model.schema_version);
    add_exported_values("inputs", model.inputs, description);
    add_exported_values("outputs", model.outputs, description);
    for (auto const* const tensors : {&model.weights, &model.constants})
        add_tensors(*tensors, prefix, description);
    std::vector<std::vector<std::string>> ranges;
    for (auto const& range : model.ranges)
        ranges.push_back({range.symbol, (range.least ? std::to_string(*range.least) : "any") + " to " + (range.most ? std::to_string(*range.most) : "any")});
    description.add_section("sizes that may vary", std::move(ranges));
    std::vector<std::vector<std::string>> operators;
    for (auto const& operation : model.operators) {
        description.document["operators"].push_back({{"operator", operation.name}, {"count", operation.count}});
        operators.push_back({operation.name, std::to_string(operation.count)});
    }
    description.add_section("operators and calls", std::move(operators));
    for (auto const& reason : model.left_out)
        description.add_advice(reason);
}

}

Result<void> describe_exported_program(SharedBytes const& bytes, Description& description)
{
    auto const file = TRY(read_exported_program(bytes));
    description.add_row("format", file.is_old ? "exported program, PyTorch 2.1 to 2.7" : "exported program, PyTorch 2.8 and later");
    description.document["extra_files"] = file.extra_files;
    for (char const* const list : {"tensors", "inputs", "outputs", "operators"})
        description.document[list] = Json::array();
    for (auto const& model : file.models)
        add_exported_model(model, file.models.size() == 1 ? "" : model.name + ".", description);
    return {};
}
