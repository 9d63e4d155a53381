#include "scan/judgement.h"

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

    // Pickles one after the other, to the end of the input. `known` is one that stands before it.
    void read_as_joblib(PickleInput& input, PickleRun const* known = nullptr);
    // What would run; that the bytes break off is no news.
    void read_as_pickle(PickleInput& input, PickleRun const* known = nullptr);
    bool has_arrays() const { return has_arrays_; }

private:
    PickleRun run(PickleInput& input, bool arrays_inline);
    bool goes_on(PickleRun const& run, PickleInput& input);
    void judge(PickleRun const& run);
    std::vector<PickleFinding> findings_of(Pickle const& pickle) const;
    void add(PickleFinding const& finding);
    void add_of_pickle(PickleRun const& run);

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

void PickleReading::judge(PickleRun const& run)
{
    for (auto const& finding : findings_of(run.pickle))
        add(finding);
    judge_constants(judgement_, run.pickle);
    has_arrays_ = has_arrays_ || !run.pickle.arrays.empty();
    if (run.error)
        judgement_.add(*run.error);
}

// Whether another pickle follows this one.
bool PickleReading::goes_on(PickleRun const& run, PickleInput& input)
{
    if (run.error)
        return false;
    auto const at_end = input.at_end();
    return judgement_.succeeded(at_end) && !*at_end;
}

void PickleReading::read_as_joblib(PickleInput& input, PickleRun const* known)
{
    if (known) {
        judge(*known);
        if (!goes_on(*known, input))
            return;
    }
    for (bool first = !known;; first = false) {
        uint64_t const start = input.position();
        auto const pickle = run(input, true);
        if (!first && pickle.error && pickle.pickle.protocol == 0 && pickle.pickle.mentions.empty())
            return judgement_.add("trailing-bytes", "bytes that are no pickle follow the pickle", {byte_place(start)});
        judge(pickle);
        if (!goes_on(pickle, input))
            return;
    }
}

// The pickle of an array of objects begins a memo anew, which Python's unpickler goes on with: the module of these names is then any text of the
// memo. Outside of numpy nothing has such a name that would do harm.
bool is_name_of_numpy(std::string_view message)
{
    auto const name = message.substr(0, message.find('('));
    auto const dot = name.rfind('.');
    auto const last = dot == name.npos ? name : name.substr(dot + 1);
    return last == "scalar" || last == "dtype" || last == "ndarray" || last == "_frombuffer";
}

// Numbers of an array are instructions by chance: what they name must be a name.
bool is_plausible(PickleFinding const& finding)
{
    auto const* const row = finding_row(finding.code);
    return row && row->runs && !is_name_of_numpy(finding.message) && std::all_of(finding.message.begin(), finding.message.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

// Where joblib takes data, Python's unpickler stops sooner or later: at an import of nothing, or of what is no name. What comes behind
// counts by the names alone, since nobody gets there unless those imports are there.
void PickleReading::add_of_pickle(PickleRun const& run)
{
    bool stopped = false;
    for (auto const& finding : findings_of(run.pickle)) {
        bool const stops = finding.code == "computed-name" || finding.code == "needs-your-code";
        stopped = stopped || stops;
        if (is_plausible(finding) && !stops && !(stopped && finding.code == "misused"))
            add(finding);
    }
}

void PickleReading::read_as_pickle(PickleInput& input, PickleRun const* known)
{
    if (known) {
        add_of_pickle(*known);
        if (!goes_on(*known, input))
            return;
    }
    for (;;) {
        auto const pickle = run(input, false);
        add_of_pickle(pickle);
        if (!goes_on(pickle, input))
            return;
    }
}

}

void judge_pickles(Judgement& judgement, SharedBytes const& file, PickleFlavour flavour, std::shared_ptr<PickleRun const> const& first)
{
    PickleReading reading(judgement, flavour);
    auto const* const known = first.get();
    auto const* const same_to_joblib = known && !known->pickle.has_wrappers ? known : nullptr;
    PickleInput as_joblib(file.bytes(), same_to_joblib ? known->pickle.end : 0);
    reading.read_as_joblib(as_joblib, same_to_joblib);
    if (!reading.has_arrays())
        return;
    PickleInput as_pickle(file.bytes(), known ? known->pickle.end : 0);
    reading.read_as_pickle(as_pickle, known);
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
