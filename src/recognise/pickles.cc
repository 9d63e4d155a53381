#include "recognise/pickles.h"

#include "pickle/machine.h"
#include "torch/checkpoint.h"

#include <algorithm>

namespace {

// More opcodes than these are a pickle, of whatever kind has shown by then.
constexpr uint64_t enough_steps = 1'000'000;

PickleOptions options_from(Limits const& limits, uint64_t start)
{
    PickleOptions options;
    options.limits = limits;
    options.limits.steps = std::min(limits.steps, enough_steps);
    options.start = start;
    return options;
}

bool mentions(Pickle const& pickle, std::string_view package)
{
    return std::any_of(pickle.mentions.begin(), pickle.mentions.end(), [&](PickleMention const& mention) {
        auto const module = pickle.graph.value(mention.global).module().value_or("");
        return module == package || (module.starts_with(package) && module.substr(package.size()).starts_with('.'));
    });
}

bool has_protocol(Bytes file) { return file.size() >= 2 && file[0] == std::byte{0x80} && file[1] >= std::byte{2} && file[1] <= std::byte{5}; }

bool goes_on(PickleRun const& run) { return run.error && run.error->reason == Reason::exhausted; }

bool is_pickle(PickleRun const& run, Bytes file)
{
    if (has_protocol(file)) // two values built, or a name mentioned: more than chance gives
        return !run.error || run.pickle.graph.size() >= 2 || !run.pickle.mentions.empty();
    return goes_on(run) || (!run.error && run.pickle.end == file.size());
}

// In prose a line may be an opcode by chance; a name that no program could import tells it.
bool is_importable(std::string_view name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return c >= 0x80 || c == '_' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

bool runs(PickleRun const& run)
{
    auto const& mentions = run.pickle.mentions;
    return goes_on(run) || std::any_of(mentions.begin(), mentions.end(), [&](PickleMention const& mention) {
        auto const global = run.pickle.graph.value(mention.global);
        return (mention.called || !run.error) && is_importable(global.module().value_or("")) && is_importable(global.name().value_or(""));
    });
}

Kind kind_of_legacy(Bytes file, Limits const& limits)
{
    constexpr int pickles_before_the_object = 3; // a magic number, a version, facts about the machine
    uint64_t start = 0;
    for (int pickle = 0; pickle < pickles_before_the_object; ++pickle) {
        auto const run = run_to_recognise(file, start, limits);
        if (run.error)
            return Kind::torch_checkpoint;
        start = run.pickle.end;
    }
    return is_pickled_module(run_to_recognise(file, start, limits)) ? Kind::torch_module : Kind::torch_checkpoint;
}

}

PickleReading read_as_pickle(Bytes file, Limits const& limits)
{
    if (is_legacy_checkpoint(file))
        return {kind_of_legacy(file, limits), {}, true};
    auto const shared = std::make_shared<PickleRun const>(run_to_recognise(file, 0, limits));
    auto const& run = *shared;
    PickleReading reading;
    if (!goes_on(run))
        reading.run = shared;
    reading.runs = runs(run);
    if (!reading.runs && !is_pickle(run, file))
        return reading;
    if (mentions(run.pickle, "sklearn"))
        reading.kind = Kind::scikit_learn;
    else
        reading.kind = mentions(run.pickle, "joblib") ? Kind::joblib : Kind::pickle;
    return reading;
}

PickleRun run_to_recognise(Bytes file, uint64_t start, Limits const& limits) { return run_pickle(file, options_from(limits, start)); }

bool is_pickled_module(PickleRun const& run)
{
    if (run.error)
        return false;
    auto const state = run.pickle.root().state();
    return state && (state->find("_modules") || state->find("_parameters"));
}
