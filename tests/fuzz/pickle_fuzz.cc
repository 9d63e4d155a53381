#include "pickle/machine.h"
#include "pickle/plain.h"
#include "pickle/render.h"
#include "pickle/rules.h"

// Any bytes as a pickle, judged by each table of rules; then every node is asked for what it may be.

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    PickleOptions options;
    options.limits.steps = 100'000;
    auto const run = run_pickle(std::as_bytes(std::span(data, size)), options);
    for (auto const flavour : {PickleFlavour::values, PickleFlavour::torch_state, PickleFlavour::torch_script})
        (void)judge_pickle(run.pickle, flavour);
    if (run.error)
        return 0;
    (void)text_of(run.pickle.root());
    for (NodeId id = 0; id < run.pickle.graph.size() && id < 100; ++id) {
        auto const value = run.pickle.graph.value(id);
        (void)bytes_in(value);
        (void)integers_in(value);
        (void)complex_in(value);
        if (is_mapping(value))
            (void)items_in(value);
    }
    return 0;
}
