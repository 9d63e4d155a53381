#pragma once

#include "pickle/graph.h"

// Plain Python values that pickles spell as calls, read as what they are: protocol 2 has no bytes and no sets, and the standard
// containers are always calls. Questions, as in graph.h: of anything else the answer is nothing.

// bytes and bytearray: nodes, `_codecs.encode(text, 'latin1')`, `bytes()`, `bytearray(...)` of these; and Python 2 strings (text nodes
// are given as their UTF-8). Bytes that stand in the pickle are not copied and must outlive the result.
std::optional<SharedBytes> bytes_in(PickleValue value);

// The elements of what is like a list: tuple, list, set, frozenset, collections.deque, torch.Size. A dict has none.
std::optional<std::span<NodeId const>> elements_in(PickleValue value);

// Whether the value is a dict, an OrderedDict, a defaultdict or a Counter.
bool is_mapping(PickleValue value);
// Its items, in order, each key once where keys are text or integers: the last value at the place of the first.
std::vector<std::pair<NodeId, NodeId>> items_in(PickleValue mapping);

// builtins.complex(real, imaginary).
std::optional<std::pair<double, double>> complex_in(PickleValue value);
// int or float as a double; not bool.
std::optional<double> number_in(PickleValue value);
// Integers of a tuple, list or torch.Size; nothing where one is none.
std::optional<std::vector<int64_t>> integers_in(PickleValue value);
// An integer of any size as decimal text where it has at most 1000 bytes, else as its size.
std::string integer_text(PickleValue integer);
