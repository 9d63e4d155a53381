#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

// What changes of an input have in common: mutate_FORMAT.h changes a file of a format so that it stays one, more or less. Like libFuzzer's
// own they take the bytes, how many there are and how many there may be, and give how many there are then.

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

using Mutation = std::function<size_t(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)>;

inline size_t mutate_anyhow(uint8_t* data, size_t size, size_t most, std::minstd_rand& /*dice*/) { return LLVMFuzzerMutate(data, size, most); }

// Lays down as much of the text as there is room for.
inline size_t lay_down(std::string const& text, uint8_t* data, size_t most)
{
    size_t const size = std::min(text.size(), most);
    std::memcpy(data, text.data(), size);
    return size;
}

struct PartOfInput {
    size_t begin;
    size_t end;
};

// Changes one part, which is not empty, and moves what is behind it; at most doubles it, and 64 bytes more.
inline size_t mutate_part(uint8_t* data, size_t size, size_t most, PartOfInput part, Mutation const& mutation, std::minstd_rand& dice)
{
    size_t const bytes = part.end - part.begin;
    std::vector<uint8_t> inside(std::min(2 * bytes + 64, most - size + bytes));
    std::memcpy(inside.data(), data + part.begin, bytes);
    inside.resize(mutation(inside.data(), bytes, inside.size(), dice));
    std::memmove(data + part.begin + inside.size(), data + part.end, size - part.end);
    std::memcpy(data + part.begin, inside.data(), inside.size());
    return size - bytes + inside.size();
}

// One of several, each as likely.
template <typename Choices>
auto const& one_of(Choices const& choices, std::minstd_rand& dice)
{
    return choices[dice() % std::size(choices)];
}
