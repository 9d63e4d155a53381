#pragma once

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

// How many bytes of a length an opcode has, where it has text or bytes of a length.
inline size_t pickle_length_bytes(char opcode)
{
    constexpr std::string_view lengths[] = {"UC\x8c\x8a", "XBT\x8b", "\x8d\x8e\x96"};
    for (size_t index = 0; index < 3; ++index)
        if (lengths[index].find(opcode) != std::string_view::npos)
            return size_t{1} << (index == 0 ? 0 : index + 1);
    return 0;
}

inline size_t pickle_argument_bytes(char opcode)
{
    constexpr std::array<std::string_view, 4> numbers{"Khq\x80\x82", "M\x83", "Jjr\x84", "G\x95"};
    for (size_t index = 0; index < numbers.size(); ++index)
        if (numbers[index].find(opcode) != std::string_view::npos)
            return size_t{1} << index;
    return 0;
}

// How long the opcode at the beginning is with all that it takes, or all that is there.
inline size_t pickle_opcode_size(std::string_view pickle)
{
    char const opcode = pickle[0];
    size_t size = 1 + pickle_argument_bytes(opcode);
    if (size_t const bytes = pickle_length_bytes(opcode); bytes != 0) {
        size += bytes;
        for (size_t index = 0; index < std::min<size_t>(bytes, 4) && 1 + index < pickle.size(); ++index)
            size += size_t{static_cast<uint8_t>(pickle[1 + index])} << (8 * index);
    }
    int const lines = opcode == 'c' || opcode == 'i' ? 2 : std::string_view("ILFSVpgP").find(opcode) != std::string_view::npos ? 1
                                                                                                                               : 0;
    for (int line = 0; line < lines; ++line)
        size = std::min(pickle.find('\n', std::min(size, pickle.size())), pickle.size()) + 1;
    return std::min(size, pickle.size());
}

inline std::vector<std::string> pickle_opcodes(std::string_view pickle)
{
    std::vector<std::string> opcodes;
    while (!pickle.empty()) {
        opcodes.emplace_back(pickle.substr(0, pickle_opcode_size(pickle)));
        pickle.remove_prefix(opcodes.back().size());
    }
    return opcodes;
}

// Changes what an opcode takes; a length stays right.
inline void mutate_pickle_argument(std::string& opcode, std::minstd_rand& dice)
{
    size_t const bytes = pickle_length_bytes(opcode[0]);
    size_t const begin = 1 + bytes;
    if (opcode.size() <= begin)
        return;
    std::string text = opcode.substr(begin);
    size_t const size = text.size();
    text.resize(size + 16);
    text.resize(mutate_anyhow(reinterpret_cast<uint8_t*>(text.data()), size, text.size(), dice));
    opcode.resize(begin);
    for (size_t index = 0; index < bytes; ++index)
        opcode[1 + index] = index < 4 ? static_cast<char>(text.size() >> (8 * index)) : '\0';
    opcode += text;
}

// Three of four changes are made to opcodes: one or a few are put in, taken away, repeated elsewhere, or take something else.
inline size_t mutate_pickle(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    auto opcodes = pickle_opcodes({reinterpret_cast<char const*>(data), size});
    if (opcodes.empty() || dice() % 4 == 0)
        return LLVMFuzzerMutate(data, size, most);
    size_t const place = dice() % opcodes.size();
    size_t const few = std::min<size_t>(1 + (dice() % 2 == 0 ? 0 : dice() % 8), opcodes.size() - place);
    auto const at = [&](size_t index) { return opcodes.begin() + static_cast<ptrdiff_t>(index); };
    switch (dice() % 6) {
    case 0:
        opcodes.erase(at(place), at(place + few));
        break;
    case 1: {
        std::vector<std::string> const repeated(at(place), at(place + few));
        opcodes.insert(at(dice() % (opcodes.size() + 1)), repeated.begin(), repeated.end());
        break;
    }
    case 2:
        opcodes[place] = one_of(pickle_words, dice);
        break;
    case 3:
        mutate_pickle_argument(opcodes[place], dice);
        break;
    default:
        opcodes.emplace(at(place), one_of(pickle_words, dice));
    }
    std::string changed;
    for (auto const& opcode : opcodes)
        changed += opcode;
    return lay_down(changed, data, most);
}
