#include "scan/judgement.h"

#include "pickle/plain.h"

#include <algorithm>
#include <set>

namespace {

std::string byte_place(uint64_t offset) { return "byte " + std::to_string(offset); }

// What one reader finds in a file of pickles: Python's own unpickler reads on where joblib takes the data of an array, so a file with such
// arrays is read as both read it.
class PickleReading {
public:
    PickleReading(Judgement& judgement, PickleFlavour flavour)
        : judgement_(judgement),
          flavour_(flavour)
    {
    }

    // Pickles one after the other, to the end of the input.
    void read_as_joblib(PickleInput& input);
    // What would run; that the bytes break off is no news.
    void read_as_pickle(PickleInput& input);
    bool has_arrays() const { return has_arrays_; }

private:
    PickleRun run(PickleInput& input, bool arrays_inline);
    void judge(PickleRun const& run);
    void search_constants(Pickle const& pickle);
    std::vector<PickleFinding> findings_of(Pickle const& pickle) const;
    void add(PickleFinding const& finding);

    Judgement& judgement_;
    PickleFlavour flavour_;
    bool has_arrays_ = false;
    std::set<std::pair<uint64_t, std::string_view>> known_; // by offset and word
};

PickleRun PickleReading::run(PickleInput& input, bool arrays_inline)
{
    PickleOptions options;
    options.limits = judgement_.limits();
    options.arrays_inline = arrays_inline;
    return run_pickle(input, options);
}

// In the order of their opcodes: what an unpickler would do first comes first. Arrays of objects hold pickles of their own.
std::vector<PickleFinding> PickleReading::findings_of(Pickle const& pickle) const
{
    std::vector<PickleFinding> all = pickle.findings.list;
    auto const about_names = judge_pickle(pickle, flavour_);
    all.insert(all.end(), about_names.list.begin(), about_names.list.end());
    for (auto const& array : pickle.arrays)
        if (array.nested) {
            auto const inner = findings_of(*array.nested);
            all.insert(all.end(), inner.begin(), inner.end());
        }
    std::stable_sort(all.begin(), all.end(), [](PickleFinding const& a, PickleFinding const& b) { return a.offset < b.offset; });
    return all;
}

void PickleReading::add(PickleFinding const& finding)
{
    if (known_.emplace(finding.offset, finding.code).second)
        judgement_.add_reported(std::string(finding.code), finding.message, {byte_place(finding.offset)});
}

void PickleReading::search_constants(Pickle const& pickle)
{
    for (NodeId const id : constants_to_search(pickle))
        if (auto const bytes = bytes_in(pickle.graph.value(id)))
            judge_constant(judgement_, bytes->bytes(), byte_place(pickle.graph.value(id).offset()));
    for (NodeId const id : loaded_constants(pickle))
        if (auto const bytes = bytes_in(pickle.graph.value(id)))
            judgement_.judge_inside(*bytes, byte_place(pickle.graph.value(id).offset()), Judgement::Role::member);
    for (auto const& array : pickle.arrays)
        if (array.nested)
            search_constants(*array.nested);
}

void PickleReading::judge(PickleRun const& run)
{
    for (auto const& finding : findings_of(run.pickle))
        add(finding);
    search_constants(run.pickle);
    has_arrays_ = has_arrays_ || !run.pickle.arrays.empty();
    if (run.error)
        judgement_.add(*run.error);
}

void PickleReading::read_as_joblib(PickleInput& input)
{
    for (bool first = true;; first = false) {
        uint64_t const start = input.position();
        auto const pickle = run(input, true);
        if (!first && pickle.error && pickle.pickle.protocol == 0 && pickle.pickle.mentions.empty())
            return judgement_.add("trailing-bytes", "bytes that are no pickle follow the pickle", {byte_place(start)});
        judge(pickle);
        if (pickle.error)
            return;
        auto const at_end = input.at_end();
        if (!judgement_.succeeded(at_end) || *at_end)
            return;
    }
}

// Numbers of an array are instructions by chance: what they name must be a name.
bool is_plausible(PickleFinding const& finding)
{
    auto const* const row = finding_row(finding.code);
    return row && row->runs && std::all_of(finding.message.begin(), finding.message.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

void PickleReading::read_as_pickle(PickleInput& input)
{
    for (;;) {
        auto const pickle = run(input, false);
        for (auto const& finding : findings_of(pickle.pickle))
            if (is_plausible(finding))
                add(finding);
        auto const at_end = pickle.error ? Result<bool>(true) : input.at_end();
        if (!at_end || *at_end)
            return;
    }
}

}

void judge_pickles(Judgement& judgement, SharedBytes const& file, PickleFlavour flavour)
{
    PickleReading reading(judgement, flavour);
    PickleInput as_joblib(file.bytes());
    reading.read_as_joblib(as_joblib);
    if (!reading.has_arrays())
        return;
    PickleInput as_pickle(file.bytes());
    reading.read_as_pickle(as_pickle);
}

void judge_pickle_stream(Judgement& judgement, ByteStream& stream, std::function<std::unique_ptr<ByteStream>()> const& again)
{
    PickleReading reading(judgement, PickleFlavour::values);
    PickleInput as_joblib(stream, judgement.limits());
    reading.read_as_joblib(as_joblib);
    if (!reading.has_arrays())
        return;
    auto const second = again();
    PickleInput as_pickle(*second, judgement.limits());
    reading.read_as_pickle(as_pickle);
}
