#include "recognise/pickles.h"

#include "pickle/machine.h"
#include "torch/checkpoint.h"

#include <algorithm>

namespace {

bool mentions(Pickle const& pickle, std::string_view package)
{
    return std::any_of(pickle.mentions.begin(), pickle.mentions.end(), [&](PickleMention const& mention) {
        auto const module = pickle.graph.value(mention.global).module().value_or("");
        return module == package || (module.starts_with(package) && module.substr(package.size()).starts_with('.'));
    });
}

bool has_protocol(Bytes file) { return file.size() >= 2 && file[0] == std::byte{0x80} && file[1] >= std::byte{2} && file[1] <= std::byte{5}; }

bool is_pickle(PickleRun const& run, Bytes file)
{
    if (has_protocol(file)) // two values built, or a name mentioned: more than chance gives
        return !run.error || run.pickle.graph.size() >= 2 || !run.pickle.mentions.empty();
    return !run.error && run.pickle.end == file.size();
}

}

std::optional<Kind> kind_of_pickle(SharedBytes const& file, Limits const& limits)
{
    Bytes const bytes = file.bytes();
    if (is_legacy_checkpoint(bytes)) {
        auto const checkpoint = read_checkpoint(file, {limits, false});
        return checkpoint && checkpoint->kind == CheckpointKind::module ? Kind::torch_module : Kind::torch_checkpoint;
    }
    PickleOptions options;
    options.limits = limits;
    PickleRun const run = run_pickle(bytes, options);
    if (!is_pickle(run, bytes))
        return std::nullopt;
    if (mentions(run.pickle, "sklearn"))
        return Kind::scikit_learn;
    return mentions(run.pickle, "joblib") ? Kind::joblib : Kind::pickle;
}
