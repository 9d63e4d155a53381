#include "cli/checkpoint_json.h"
#include "cli/description.h"

#include "publish/words.h"

#include <algorithm>
#include <set>

namespace {

constexpr size_t most_names = 10'000; // a hostile file mentions more than anybody reads

void add_names(Checkpoint const& checkpoint, Description& description)
{
    auto const is_judged = [&](std::string const& name) {
        return std::any_of(checkpoint.findings.begin(), checkpoint.findings.end(), [&](TorchFinding const& finding) { return finding.message.find(name) != finding.message.npos; });
    };
    description.document["names"] = Json::array();
    std::vector<std::vector<std::string>> rows;
    for (auto const& import : checkpoint.imports) {
        if (rows.size() == most_names) {
            description.document["names_left_out"] = checkpoint.imports.size() - most_names;
            break;
        }
        size_t const dot = import.name.rfind('.');
        std::string const module = dot == import.name.npos ? "" : import.name.substr(0, dot);
        bool const allowed = !is_judged(import.name);
        description.document["names"].push_back({{"module", module}, {"name", import.name.substr(dot == import.name.npos ? 0 : dot + 1)}, {"offset", import.offset}, {"called", import.called}, {"allowed", allowed}});
        rows.push_back({import.name, import.called ? "called" : "mentioned", allowed ? "" : "not on the list of harmless names"});
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

void advise(Checkpoint const& checkpoint, Description& description)
{
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

Result<void> describe_checkpoint(SourceFile const& source, Description& description)
{
    auto const checkpoint = TRY(read_checkpoint(source.file.shared()));
    description.add_row("format", checkpoint.format == CheckpointFormat::zip ? "ZIP archive, PyTorch 1.6 and later" : "stream of pickles, before PyTorch 1.6");
    description.add_row("holds", std::string(name_of(checkpoint.kind)) + (checkpoint.weights.empty() ? "" : ", weights in \"" + checkpoint.weights + "\""));
    description.document["tensors"] = Json::array();
    for (auto const& [name, tensor] : checkpoint.tensors)
        description.add_tensor(name, std::string(name_of(tensor.dtype)), tensor.shape, bytes_of_elements(tensor.dtype, element_count(tensor.shape).value_or(0)).value_or(0));
    add_names(checkpoint, description);
    add_values(checkpoint, description);
    advise(checkpoint, description);
    return {};
}

Result<void> describe_torchscript(SourceFile const& source, Description& description)
{
    auto const script = TRY(read_torchscript(source.file.shared()));
    description.document["traced"] = script.program.traced;
    description.document["extra_files"] = script.extra_files;
    description.add_row("made by", script.program.traced ? "tracing" : "scripting");
    add_methods(script.program, description);
    description.document["tensors"] = Json::array();
    add_program_tensors(script.program, description);
    description.document["operators"] = Json::array();
    std::vector<std::vector<std::string>> rows;
    for (auto const& operation : script.operators) {
        description.document["operators"].push_back({{"operator", operation.name}, {"count", operation.count}});
        rows.push_back({operation.name, std::to_string(operation.count), operation.places.empty() ? "" : script.program.text(operation.places.front())});
    }
    description.add_section("operators, calls, the first of them", std::move(rows));
    for (auto const& finding : script.findings)
        if (!finding.is_danger())
            description.add_advice(finding.message);
    if (script.program.traced)
        description.add_advice("traced: sizes of the example may be baked in; convert says which, and torch.jit.script keeps them open");
    return {};
}
