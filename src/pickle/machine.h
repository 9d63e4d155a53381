#pragma once

#include "base/limits.h"
#include "pickle/graph.h"

// The pickle machine: bytes → inert graph. All 68 opcodes of protocols 0 to 5 on an explicit stack and a real memo; nothing is
// imported and nothing is called. Sources: Python Lib/pickletools.py, Lib/pickle.py and Modules/_pickle.c.
//
// Promises: time and memory in proportion to the bytes read and to `limits.steps`, whatever counts the bytes claim; every error names
// its byte offset. Where Python's two unpicklers (C and pure Python) would not do the same, or where no pickler writes such bytes,
// the graph is still built and a finding says so.
// Refuses: bytes that neither unpickler reads (malformed), steps beyond the limit (exhausted), and item assignment to things that
// are neither dicts nor objects (refused).

// A reason not to hand the bytes to a real unpickler.
struct PickleFinding {
    std::string_view code; // "would-import", "frame"...: a short word from a fixed list, static storage
    std::string message;
    uint64_t offset = 0;
};

// Findings in the order they were made. Only the first `kept` are kept, the others are counted.
struct PickleFindings {
    static constexpr size_t kept = 1'000;

    std::vector<PickleFinding> list;
    uint64_t left_out = 0;

    bool empty() const { return list.empty(); }
    void add(std::string_view code, uint64_t offset, std::string message);
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
    uint64_t start = 0; // where in the bytes the pickle begins; offsets everywhere count from the first byte of all
};

// `graph` must not be moved away from under values taken from it: moving a Pickle as a whole invalidates PickleValues, not NodeIds.
struct Pickle {
    PickleGraph graph;
    NodeId root_id = 0;
    uint64_t start = 0;
    uint64_t end = 0; // one after the STOP: another pickle or anything else may follow
    int protocol = 0; // the highest that PROTO named; 0 without one
    std::vector<PickleMention> mentions; // every one, in the file's order
    PickleFindings findings; // about the bytes; what the names may do is judged by pickle/rules.h

    PickleValue root() const { return graph.value(root_id); }
};

// How far a pickle could be read: what it would have done before it failed is part of the evidence.
struct PickleRun {
    Pickle pickle; // without an error: complete; with one: all up to there, and no root
    std::optional<Error> error;
};

// `bytes` must outlive the result.
PickleRun run_pickle(Bytes bytes, PickleOptions const& options = {});

// The same, for those who need it whole. Fails with malformed, refused or exhausted.
Result<Pickle> read_pickle(Bytes bytes, PickleOptions const& options = {});
