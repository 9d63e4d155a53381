#include "pickle/machine.h"
#include "pickle/plain.h"
#include "pickle/render.h"
#include "pickle/rules.h"

#include <algorithm>
#include <array>
#include <random>

// Any bytes as a pickle, judged by each table of rules; then every node is asked for what it may be. A stream of the same bytes must say
// the same. Changes are made opcode by opcode: -dict=tests/fuzz/pickle.dict has longer words.

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

// Opcodes that stand for themselves, and some with what they take.
constexpr std::array<std::string_view, 40> words{"N", "\x88", "]", "}", ")", "\x8f", "(", "0", "1", "2", "t", "l", "d", "\x85", "\x86", "\x87", "a", "e", "s", "u", "\x90", "\x91", "b", "R", "\x81", "\x92",
    "\x93", "\x94", "o", "Q", "\x97", "\x98", ".", "K\x01", "h\x01", "q\x01", "C\x01"
                                                                              "a",
    "\x8c\x01"
    "a",
    "ca\nb\n", "(ia\nb\n"};

}

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

// Half of the changes put in, replace or take away one opcode, at a place where one begins if there is any; the others are libFuzzer's own.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    if (dice() % 2 == 0)
        return LLVMFuzzerMutate(data, size, most);
    PickleOptions options;
    options.limits.steps = 1 + dice() % 50; // so many opcodes from the front, where the run gives up: an opcode begins there
    auto const run = run_pickle(std::as_bytes(std::span(data, size)), options);
    uint64_t place = run.pickle.end;
    if (run.pickle.graph.size() != 0 && place == 0)
        place = run.pickle.graph.value(static_cast<NodeId>(dice() % run.pickle.graph.size())).offset();
    place = std::min<uint64_t>(place, size);
    std::string_view const word = words[dice() % words.size()];
    std::string changed(reinterpret_cast<char const*>(data), size);
    changed.replace(place, dice() % 3 == 0 ? 1 + dice() % 8 : 0, dice() % 8 == 0 ? std::string_view() : word);
    changed.resize(std::min(changed.size(), most));
    std::copy(changed.begin(), changed.end(), data);
    return changed.size();
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
