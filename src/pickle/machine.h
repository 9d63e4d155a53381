#pragma once

#include "base/limits.h"
#include "pickle/graph.h"
#include "pickle/input.h"

// The pickle machine: bytes → inert graph. All 68 opcodes of protocols 0 to 5 on an explicit stack and a real memo; nothing is
// imported and nothing is called. Sources: Python Lib/pickletools.py, Lib/pickle.py and Modules/_pickle.c.
//
// Promises: time and memory in proportion to the bytes read and to `limits.steps`, whatever counts the bytes claim; every error names
// its byte offset. What at least one of Python's two unpicklers (C and pure Python) reads is read; where they would not do the same, or
// where no pickler writes such bytes, the graph is still built and a finding says so. Bytes that neither reads may be read as well.
// Refuses: bytes that neither unpickler reads (malformed), steps beyond the limit (exhausted).
//
// joblib's files are pickles with raw bytes in between: see PickleOptions::arrays_inline.

// A reason not to hand the bytes to a real unpickler.
struct PickleFinding {
    std::string_view code; // "would-import", "frame"...: a short word from a fixed list, static storage
    std::string message;
    uint64_t offset = 0;
    std::string_view opcode; // "REDUCE"; "" where it is about no single opcode. Static storage
};

// Findings in the order they were made. Only the first `kept` are kept, the others are counted.
struct PickleFindings {
    static constexpr size_t kept = 1'000;

    std::vector<PickleFinding> list;
    uint64_t left_out = 0;

    bool empty() const { return list.empty(); }
    void add(PickleFinding finding);
    void add(std::string_view code, uint64_t offset, std::string message);
    // About what an opcode made: at its place.
    void add(std::string_view code, PickleValue made, std::string message);
    void add(PickleFindings const& others);
};

// One mention of a name that a loader would import.
struct PickleMention {
    NodeId global = 0;
    uint64_t offset = 0; // of the opcode
    bool called = false; // by REDUCE, NEWOBJ, NEWOBJ_EX, INST or OBJ
};

struct PickleOptions {
    Limits limits;
    // Where in bytes in memory the pickle begins; offsets everywhere count from the first byte of all. A PickleInput stands where it stands.
    uint64_t start = 0;
    // As joblib reads: after the BUILD of a NumpyArrayWrapper the data of the array follows. An array that cannot be computed is malformed.
    bool arrays_inline = false;
    // Of a stream, bytes that are kept: of one constant or array, and of all of them. What is longer is cut (PickleValue::is_cut); what is
    // no longer than `always_kept` is kept in any case. Of bytes in memory nothing is copied and nothing is cut.
    uint64_t most_kept_each = uint64_t{1} << 20;
    uint64_t most_kept = uint64_t{1} << 24;
    static constexpr uint64_t always_kept = 256;
};

struct Pickle;

// The data of one array of joblib, which stands behind the BUILD of its wrapper. pickle/array_types.h says what array it is.
struct InlineArray {
    NodeId wrapper = 0;
    uint64_t offset = 0; // of the data
    uint64_t length = 0; // of the data
    Bytes bytes; // the data, the first part of it where a stream's was not all kept; empty where there is a nested pickle
    std::unique_ptr<Pickle> nested; // of an array of objects: the pickle that stands there instead, without inline arrays of its own
};

// `graph` must not be moved away from under values taken from it: moving a Pickle as a whole invalidates PickleValues, not NodeIds.
struct Pickle {
    PickleGraph graph;
    NodeId root_id = 0;
    uint64_t start = 0;
    uint64_t end = 0; // one after the STOP: another pickle or anything else may follow
    int protocol = 0; // the highest that PROTO named; 0 without one
    std::vector<PickleMention> mentions; // every one, in the file's order
    std::vector<InlineArray> arrays; // in the file's order
    bool has_wrappers = false; // joblib would read arrays behind them, whether or not this run did (PickleOptions::arrays_inline)
    PickleFindings findings; // about the bytes; what the names may do is judged by pickle/rules.h

    PickleValue root() const { return graph.value(root_id); }
};

// How far a pickle could be read: what it would have done before it failed is part of the evidence.
struct PickleRun {
    Pickle pickle; // without an error: complete; with one: all up to there, and no root (a nested pickle too, where it failed in one)
    std::optional<Error> error;
};

// `bytes` must outlive the result.
PickleRun run_pickle(Bytes bytes, PickleOptions const& options = {});

// The pickle that begins where `input` stands, which is left one after its STOP: the next one may be run from there.
PickleRun run_pickle(PickleInput& input, PickleOptions const& options = {});
// The first pickle of a stream.
PickleRun run_pickle(ByteStream& stream, PickleOptions const& options = {});

// The same, for those who need it whole. Fails with malformed, refused or exhausted.
Result<Pickle> read_pickle(Bytes bytes, PickleOptions const& options = {});
