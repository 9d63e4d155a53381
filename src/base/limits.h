#pragma once

#include <cstdint>

// What a reader may spend on one input. Compared before anything is allocated, whatever the input claims; a limit that is
// reached fails with `exhausted` and names the limit.
struct Limits {
    uint64_t bytes = uint64_t{1} << 40; // length of the input itself
    uint64_t unpacked_bytes = uint64_t{1} << 37; // all that decompression may give, over the whole input
    uint64_t ratio = 400; // unpacked bytes for one packed byte, of what unpacks to more than 64 MiB; only zeros pack better
    uint64_t document_bytes = uint64_t{1} << 28; // one text document inside: JSON header, code file, literal
    uint64_t entries = 1'000'000; // members of an archive, nodes of a graph, tensors
    uint64_t steps = 100'000'000; // opcodes of a pickle, tokens of a text
    uint32_t depth = 200; // nesting; readers recurse only under this count
};
