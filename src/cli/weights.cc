#include "cli/weights.h"

#include "arrays/npz.h"
#include "arrays/safetensors.h"
#include "publish/words.h"

#include <map>
#include <set>

namespace {

// safetensors has no tensors that share memory: each that shares some is written out by itself.
void note_shared(std::vector<std::pair<std::string, uint64_t>> const& storages, Weights& weights)
{
    std::map<uint64_t, std::vector<std::string>> by_storage;
    for (auto const& [name, storage] : storages)
        by_storage[storage].push_back(name);
    for (auto const& [storage, names] : by_storage) {
        if (names.size() < 2)
            continue;
        std::string list;
        for (auto const& name : names)
            list += (list.empty() ? "" : ", ") + name;
        weights.notes.push_back("these share memory in the file and are written once each: " + list);
    }
}

Result<Weights> weights_of(Checkpoint const& checkpoint, Limits const& limits)
{
    Weights weights;
    std::string const prefix = checkpoint.weights.empty() ? "" : checkpoint.weights + ".";
    std::vector<std::pair<std::string, uint64_t>> storages;
    size_t left_out = 0;
    for (auto const& [name, tensor] : checkpoint.tensors) {
        if (!name.starts_with(prefix)) {
            ++left_out;
            continue;
        }
        std::string own = name.substr(prefix.size());
        weights.tensors.push_back({own, TRY(within(name, tensor.data(limits)))});
        storages.emplace_back(std::move(own), tensor.storage);
        if (tensor.quantisation)
            weights.notes.push_back(name + " is quantised: its stored integers are written, without scale and zero point");
    }
    if (left_out > 0)
        weights.notes.push_back(count_text(left_out, "tensor") + " outside of " + checkpoint.weights + " (an optimiser's state, for example) are left out");
    for (auto const& odd : checkpoint.odd_tensors)
        weights.notes.push_back(odd.name + " is no dense tensor (" + odd.made_by + ") and is left out");
    for (auto const& finding : checkpoint.findings)
        weights.notes.push_back((finding.is_danger() ? "a loader that runs this file would do more than read it: " : "") + finding.message + " (" + finding.where() + ")");
    note_shared(storages, weights);
    return weights;
}

// Walks the tree of modules with a stack of its own; an object that stands in two places is taken at the first.
Weights weights_of(Program const& program)
{
    Weights weights;
    std::vector<std::pair<std::string, uint64_t>> storages;
    std::set<ProgramObject const*> seen;
    std::vector<std::pair<std::string, std::shared_ptr<ProgramObject>>> stack{{"", program.module}};
    while (!stack.empty()) {
        auto const [prefix, object] = stack.back();
        stack.pop_back();
        if (!object || !seen.insert(object.get()).second)
            continue;
        for (auto const& [name, value] : object->attributes) {
            if (auto const* tensor = std::get_if<std::shared_ptr<ProgramTensor const>>(&value.value)) {
                weights.tensors.push_back({prefix + name, (*tensor)->values});
                storages.emplace_back(prefix + name, (*tensor)->storage);
            } else if (auto const* inner = std::get_if<std::shared_ptr<ProgramObject>>(&value.value)) {
                stack.emplace_back(prefix + name + ".", *inner);
            }
        }
    }
    note_shared(storages, weights);
    return weights;
}

}

Result<Weights> read_weights(SourceFile const& source, Limits const& limits)
{
    switch (source.kind) {
    case Kind::torch_checkpoint:
    case Kind::torch_module:
        return weights_of(TRY(read_checkpoint(source.file.shared(), {limits, true})), limits);
    case Kind::torchscript:
        return weights_of(TRY(read_torchscript(source.file.shared(), limits)).program);
    case Kind::safetensors:
        return Weights{TRY(read_safetensors(source.file.shared(), limits)).tensors, {}};
    case Kind::numpy_archive:
        return Weights{TRY(read_npz(source.file.shared(), limits)), {}};
    default:
        return cannot_read(source, "a file with weights");
    }
}
