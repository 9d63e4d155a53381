#include "pickle/machine.h"
#include "pickle/plain.h"
#include "pickle/render.h"
#include "pickle/rules.h"

#include "fuzz/mutate_pickle.h"

// seeds: tests/hostile/cases/pickle-* tests/hostile/cases/joblib-*.joblib

// Any bytes as a pickle, judged by each table of rules; then every node is asked for what it may be. A stream of the same bytes must say the
// same. Changes are made opcode by opcode.

namespace {

class SmallPieces : public ByteStream {
public:
    explicit SmallPieces(Bytes bytes)
        : left_(bytes)
    {
    }
    Result<Bytes> next() override
    {
        size_ = size_ % 5 + 1;
        Bytes const piece = left_.first(std::min(size_, left_.size()));
        left_ = left_.subspan(piece.size());
        return piece;
    }

private:
    Bytes left_;
    size_t size_ = 0;
};

std::string told(PickleRun const& run)
{
    std::string text = run.error ? run.error->text() : text_of(run.pickle.root());
    for (auto const& finding : run.pickle.findings.list)
        text += ' ' + finding.message;
    return text + ' ' + std::to_string(run.pickle.end) + ' ' + std::to_string(run.pickle.mentions.size()) + ' ' + std::to_string(run.pickle.graph.size());
}

}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_pickle(data, size, most, dice);
}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    PickleOptions options;
    options.limits.steps = 100'000;
    options.arrays_inline = true;
    Bytes const bytes = std::as_bytes(std::span(data, size));
    auto const run = run_pickle(bytes, options);
    SmallPieces stream(bytes);
    CHECK(told(run) == told(run_pickle(stream, options)), "memory and stream say the same");
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
