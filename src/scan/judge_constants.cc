#include "scan/judgement.h"

#include "pickle/plain.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

// Data inside of a pickle is not loaded by itself, but people put files into files: what would run there counts. What is looked for
// begins at the first byte of the constant, or of a long word of base64 or hex in it.

namespace {

constexpr size_t shortest_word = 16; // digits; nothing shorter calls anything
constexpr size_t most_words = 64; // of one constant

constexpr std::array<std::string_view, 7> heads{"PK\x03\x04", "\x1f\x8b\x08", "BZh", "\xfd\x37zXZ", "\x04\x22\x4d\x18", "\x28\xb5\x2f\xfd", "\x7f"
                                                                                                                                            "ELF"};

// A pickle of protocol 0 or 1 has no signature: the instructions that name things end in a line.
bool may_be_text_pickle(std::string_view text)
{
    static constexpr std::string_view first_letters = "(c}]i";
    return text.size() >= 4 && first_letters.find(text[0]) != first_letters.npos && text.find('\n') != text.npos;
}

bool begins_as_file(Bytes bytes)
{
    auto const text = text_of(bytes);
    if (text.size() < 4)
        return false;
    auto const second = static_cast<unsigned char>(text[1]);
    bool const is_pickle = text[0] == '\x80' && second <= 5;
    bool const is_zlib = text[0] == 'x' && ('x' * 256 + second) % 31 == 0;
    bool const is_program = text.starts_with("MZ");
    return is_pickle || is_zlib || is_program || may_be_text_pickle(text) || std::any_of(heads.begin(), heads.end(), [&](std::string_view head) { return text.starts_with(head); });
}

int value_of_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    auto const lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

int value_of_base64(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63
                                                            : -1;
}

// The bytes that digits of `bits` bits each spell; white space between them is passed over, the first other letter ends them.
std::string spelled(std::string_view word, int bits, int (*value_of)(char))
{
    std::string bytes;
    bytes.reserve(word.size() * static_cast<size_t>(bits) / 8);
    uint32_t held = 0;
    int held_bits = 0;
    for (char const c : word) {
        if (std::isspace(static_cast<unsigned char>(c)))
            continue;
        int const value = value_of(c);
        if (value < 0)
            break;
        held = held << bits | static_cast<uint32_t>(value);
        held_bits += bits;
        if (held_bits >= 8) {
            held_bits -= 8;
            bytes.push_back(static_cast<char>(held >> held_bits & 0xff));
        }
    }
    return bytes;
}

void judge_words(Judgement& judgement, std::string_view text, std::string const& place);

bool is_digit_of_either(char c) { return value_of_base64(c) >= 0; }

// Words in words: text may be spelled more than once.
void judge_spelled(Judgement& judgement, std::string_view word, int bits, int (*value_of)(char), std::string const& place)
{
    // The head alone first: most words are words.
    auto const head = spelled(word.substr(0, shortest_word), bits, value_of);
    auto const inner = place + (bits == 4 ? ", spelled in hex" : ", spelled in base64");
    if (begins_as_file(bytes_of(head)))
        judgement.judge_inside(SharedBytes::take(spelled(word, bits, value_of)), inner, Judgement::Role::constant);
    else if (head.size() > 8 && std::all_of(head.begin(), head.end(), is_digit_of_either) && !judgement.is_deep() && judgement.may_search(word.size())) {
        Judgement::Place const inside(judgement, inner);
        judge_words(judgement, spelled(word, bits, value_of), "inside");
    }
}

// A word of digits begins anywhere and goes on over line breaks, as encoders write it.
void judge_words(Judgement& judgement, std::string_view text, std::string const& place)
{
    size_t words = 0;
    for (size_t begin = 0; begin < text.size() && words < most_words;) {
        if (!is_digit_of_either(text[begin])) {
            ++begin;
            continue;
        }
        size_t end = begin;
        while (end < text.size() && is_digit_of_either(text[end]))
            ++end;
        if (end - begin >= shortest_word) {
            ++words;
            judge_spelled(judgement, text.substr(begin), 6, value_of_base64, place);
            judge_spelled(judgement, text.substr(begin), 4, value_of_hex, place);
        }
        begin = end;
    }
}

// A pickle behind other bytes: whoever put them there takes them off again.
void judge_behind(Judgement& judgement, Bytes constant, std::string const& place)
{
    auto const text = text_of(constant);
    size_t tries = 0;
    for (size_t at = text.find('\x80', 1); at != text.npos && tries < most_words; at = text.find('\x80', at + 1))
        if (begins_as_file(constant.subspan(at))) {
            ++tries;
            judgement.judge_inside(SharedBytes(constant.subspan(at), nullptr), place + ", " + std::to_string(at) + " bytes in", Judgement::Role::constant);
        }
}

}

void judge_constants(Judgement& judgement, Pickle const& pickle)
{
    auto const place_of = [&](NodeId id) { return "byte " + std::to_string(pickle.graph.value(id).offset()); };
    for (NodeId const id : constants_to_search(pickle))
        if (auto const bytes = bytes_in(pickle.graph.value(id)))
            judge_constant(judgement, bytes->bytes(), place_of(id));
    for (NodeId const id : loaded_constants(pickle))
        if (auto const bytes = bytes_in(pickle.graph.value(id)))
            judgement.judge_inside(*bytes, place_of(id), Judgement::Role::member);
    for (auto const& array : pickle.arrays)
        if (array.nested)
            judge_constants(judgement, *array.nested);
}

void judge_constant(Judgement& judgement, Bytes constant, std::string const& place)
{
    if (begins_as_file(constant))
        judgement.judge_inside(SharedBytes(constant, nullptr), place, Judgement::Role::constant);
    else
        judge_behind(judgement, constant, place);
    if (constant.size() >= shortest_word)
        judge_words(judgement, text_of(constant), place);
}
