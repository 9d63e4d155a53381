#pragma once

#include "fuzz/mutation.h"

#include <algorithm>
#include <string_view>

// Changes of JSON texts, and of safetensors files, which begin with one.

// A text in tokens: strings, words and numbers, blanks, and signs of one byte.
inline std::vector<std::string> json_tokens(std::string_view text)
{
    std::vector<std::string> tokens;
    auto const run_of = [&](std::string_view members) { return std::min(text.find_first_not_of(members), text.size()); };
    while (!text.empty()) {
        size_t length = 1;
        if (text[0] == '"') {
            while (length < text.size() && text[length] != '"')
                length += text[length] == '\\' ? 2 : 1;
            length = std::min(length + 1, text.size());
        }
        length = std::max({length, run_of(" \t\r\n"), run_of("+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")});
        tokens.emplace_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return tokens;
}

// Just behind the value that begins at a token: an array or object as a whole.
inline size_t json_value_end(std::vector<std::string> const& tokens, size_t place)
{
    for (size_t depth = 0; place < tokens.size(); ++place) {
        depth += tokens[place] == "{" || tokens[place] == "[" ? 1 : 0;
        depth -= depth > 0 && (tokens[place] == "}" || tokens[place] == "]") ? 1 : 0;
        if (depth == 0 && tokens[place] != " ")
            return place + 1;
    }
    return place;
}

inline std::string mutate_json_text(std::string_view text, std::minstd_rand& dice)
{
    static constexpr std::string_view numbers[] = {"0", "1", "2", "8", "-1", "-0", "1.0", "1e1", "00", "255", "4294967296", "9007199254740993", "9223372036854775808", "18446744073709551615", "1e400"};
    static constexpr std::string_view values[] = {"{}", "[]", "null", "true", "\"\"", "\"a\"", "[[]]", "{\"a\":1,\"a\":2}", "\"\\ud800\"", "\"\\u0000\"", "NaN"};
    auto tokens = json_tokens(text);
    if (tokens.empty())
        tokens.emplace_back("{}");
    size_t const begin = dice() % tokens.size();
    size_t const end = json_value_end(tokens, begin);
    auto const at = [&](size_t place) { return tokens.begin() + static_cast<ptrdiff_t>(place); };
    switch (dice() % 6) {
    case 0: // a repetition: of a value, or of a pair of an object
    {
        size_t const whole = end < tokens.size() && tokens[end] == ":" ? json_value_end(tokens, end + 1) : end;
        std::vector<std::string> part{","};
        part.insert(part.end(), at(begin), at(whole));
        tokens.insert(at(whole), part.begin(), part.end());
        break;
    }
    case 1:
        tokens.erase(at(begin), at(end));
        break;
    case 2: // a value of another place
    {
        size_t const other = dice() % tokens.size();
        std::vector<std::string> const part(at(other), at(json_value_end(tokens, other)));
        tokens.erase(at(begin), at(end));
        tokens.insert(at(begin), part.begin(), part.end());
        break;
    }
    case 3:
        tokens.erase(at(begin), at(end));
        tokens.insert(at(begin), std::string(one_of(values, dice)));
        break;
    default: { // another number
        for (size_t place = 0; place < tokens.size(); ++place)
            if (auto& token = tokens[(begin + place) % tokens.size()]; token[0] == '-' || (token[0] >= '0' && token[0] <= '9')) {
                token = one_of(numbers, dice);
                break;
            }
    }
    }
    std::string changed;
    for (auto const& token : tokens)
        changed += token;
    return changed;
}

inline size_t mutate_json(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    if (dice() % 3 == 0)
        return LLVMFuzzerMutate(data, size, most);
    return lay_down(mutate_json_text({reinterpret_cast<char const*>(data), size}, dice), data, most);
}

// Changes the header, another dtype and the length that is stated for it included, or anything.
inline size_t mutate_safetensors(uint8_t* data, size_t size, size_t most, std::minstd_rand& dice)
{
    static constexpr std::string_view dtypes[] = {"BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64"};
    uint64_t length = 0;
    if (size >= 8)
        std::memcpy(&length, data, 8);
    if (size < 8 || length > size - 8 || dice() % 3 == 0)
        return LLVMFuzzerMutate(data, size, most);
    std::string_view const file(reinterpret_cast<char const*>(data), size);
    std::string header(file.substr(8, length));
    if (size_t const dtype = header.find("\"dtype\":\"", dice() % (header.size() + 1)); dtype != header.npos && dice() % 4 == 0)
        header.replace(dtype + 9, header.find('"', dtype + 9) - (dtype + 9), one_of(dtypes, dice));
    else
        header = mutate_json_text(header, dice);
    if (dice() % 8 != 0) {
        header.resize(header.find_last_not_of(' ') + 1);
        header.resize((header.size() + 7) / 8 * 8, ' ');
    }
    std::string changed(8, '\0');
    changed += header;
    changed += file.substr(8 + length);
    length = header.size() + (dice() % 16 == 0 ? dice() % 8 : 0);
    std::memcpy(changed.data(), &length, 8);
    return lay_down(changed, data, most);
}
