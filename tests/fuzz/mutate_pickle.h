#pragma once

#include "base/bytes.h"
#include "pickle/machine.h"

#include "fuzz/mutation.h"

#include <algorithm>
#include <array>
#include <string_view>

// Changes of pickles, opcode by opcode.

// Opcodes that stand for themselves, and some with what they take.
constexpr std::array<std::string_view, 40> pickle_words{"N", "\x88", "]", "}", ")", "\x8f", "(", "0", "1", "2", "t", "l", "d", "\x85", "\x86", "\x87", "a", "e", "s", "u", "\x90", "\x91", "b", "R", "\x81", "\x92",
    "\x93", "\x94", "o", "Q", "\x97", "\x98", ".", "K\x01", "h\x01", "q\x01", "C\x01"
                                                                              "a",
    "\x8c\x01"
    "a",
    "ca\nb\n", "(ia\nb\n"};

// Half of the changes put in, replace or take away one opcode, at a place where one begins if there is any; the others are libFuzzer's own.
inline size_t mutate_pickle(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    if (dice() % 2 == 0)
        return LLVMFuzzerMutate(data, size, most);
    PickleOptions options;
    options.limits.steps = 1 + dice() % 50; // so many opcodes from the front, where the run gives up: an opcode begins there
    auto const run = run_pickle(std::as_bytes(std::span(data, size)), options);
    uint64_t place = run.pickle.end;
    if (run.pickle.graph.size() != 0 && place == 0)
        place = run.pickle.graph.value(static_cast<NodeId>(dice() % run.pickle.graph.size())).offset();
    place = std::min<uint64_t>(place, size);
    std::string_view const word = one_of(pickle_words, dice);
    std::string changed(reinterpret_cast<char const*>(data), size);
    changed.replace(place, dice() % 3 == 0 ? 1 + dice() % 8 : 0, dice() % 8 == 0 ? std::string_view() : word);
    return lay_down(changed, data, most);
}
