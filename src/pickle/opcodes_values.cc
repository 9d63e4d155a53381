#include "base/utf8.h"
#include "pickle/literals.h"
#include "pickle/stack_machine.h"

#include <algorithm>
#include <bit>

// The opcodes that push constants.

namespace {

std::string shown(std::string_view text) { return "\"" + escape_unprintable(text.substr(0, 40)) + (text.size() > 40 ? "...\"" : "\""); }

}

Result<void> StackMachine::none()
{
    push(graph().add_plain(NodeKind::none, opcode_offset_));
    return {};
}

Result<void> StackMachine::boolean_true()
{
    push(graph().add_boolean(true, opcode_offset_));
    return {};
}

Result<void> StackMachine::boolean_false()
{
    push(graph().add_boolean(false, opcode_offset_));
    return {};
}

void StackMachine::push_integer(IntegerValue const& number)
{
    if (auto const* small = std::get_if<int64_t>(&number))
        push(graph().add_integer(*small, opcode_offset_));
    else
        push(graph().add_bytes(NodeKind::big_integer, graph().keep(bytes_of(std::get<std::string>(number))), opcode_offset_));
}

void StackMachine::push_constant(NodeKind kind, Constant const& constant)
{
    NodeId const id = graph().add_bytes(kind, constant.bytes, opcode_offset_);
    if (constant.bytes.size() < constant.length)
        graph().set_full_length(id, constant.length);
    push(id);
}

Result<void> StackMachine::push_bytes(NodeKind kind, uint64_t length)
{
    push_constant(kind, TRY(take_constant(length)));
    return {};
}

Result<void> StackMachine::text_integer()
{
    auto const line = TRY(take_line());
    if (line == "00" || line == "01") { // how protocol 0 spells False and True
        push(graph().add_boolean(line == "01", opcode_offset_));
        return {};
    }
    auto const literal = parse_integer_literal(line);
    if (!literal)
        return broken(shown(line) + ": " + literal.error().what);
    if (!literal->canonical)
        report("number", "INT " + shown(line) + " is not how Python writes an integer: readers may disagree");
    push_integer(literal->value);
    return {};
}

Result<void> StackMachine::text_long()
{
    auto line = TRY(take_line());
    bool const suffix = line.ends_with('L');
    line.remove_suffix(suffix ? 1 : 0);
    auto const literal = parse_integer_literal(line);
    if (!literal)
        return broken(shown(line) + ": " + literal.error().what);
    if (!literal->canonical || !suffix)
        report("number", "LONG " + shown(line) + " is not how Python writes an integer: readers may disagree");
    push_integer(literal->value);
    return {};
}

Result<void> StackMachine::text_real()
{
    auto const line = TRY(take_line());
    auto const literal = parse_real_literal(line);
    if (!literal)
        return broken(shown(line) + ": " + literal.error().what);
    if (!literal->canonical)
        report("number", "FLOAT " + shown(line) + " is not how Python writes a float: readers may disagree");
    push(graph().add_real(literal->value, opcode_offset_));
    return {};
}

// Python 3 gives these as str where a decoder can, and readers differ in which: text where it is UTF-8, else bytes.
void StackMachine::push_python2_string(Constant const& string)
{
    bool const is_cut = string.bytes.size() < string.length;
    auto const whole = is_cut ? whole_utf8(text_of(string.bytes)) : text_of(string.bytes);
    if (is_python_utf8(whole))
        push_constant(NodeKind::text, {bytes_of(whole), string.length});
    else
        push_constant(NodeKind::bytes, string);
}

// Of a line that is too long to keep, the spelled text without an escape that the cut may have split.
std::string_view StackMachine::kept_spelling(PickleInput::Line const& line)
{
    if (input_.stays())
        return line.text;
    uint64_t const kept = keep_of(line.text.size());
    if (kept == line.length)
        return line.text;
    constexpr size_t longest_escape = 10; // \U0010ffff
    auto text = line.text.substr(0, kept);
    size_t const escape = text.substr(text.size() - std::min(text.size(), longest_escape)).find('\\');
    if (escape != text.npos)
        text.remove_suffix(std::min(text.size(), longest_escape) - escape);
    while (text.ends_with('\\'))
        text.remove_suffix(1);
    return text;
}

Result<void> StackMachine::text_string()
{
    auto const line = TRY(take_long_line());
    auto const spelled = kept_spelling(line);
    bool const is_cut = spelled.size() < line.length;
    auto string = parse_quoted_string(is_cut ? std::string(spelled) + line.last : spelled);
    if (!string)
        return broken(string.error().what);
    Bytes const kept = graph().keep(bytes_of(*string));
    push_python2_string({kept, is_cut ? line.length : kept.size()});
    return {};
}

Result<void> StackMachine::text_unicode()
{
    auto const line = TRY(take_long_line());
    auto const spelled = kept_spelling(line);
    bool const is_cut = spelled.size() < line.length;
    bool const is_plain = input_.stays() && std::all_of(spelled.begin(), spelled.end(), [](char c) { return c != '\\' && static_cast<unsigned char>(c) < 0x80; });
    if (is_plain) { // ASCII is itself
        push_constant(NodeKind::text, {bytes_of(spelled), spelled.size()});
        return {};
    }
    auto text = parse_raw_unicode(spelled);
    if (!text)
        return broken(text.error().what);
    Bytes const kept = graph().keep(bytes_of(*text));
    push_constant(NodeKind::text, {kept, is_cut ? line.length : kept.size()});
    return {};
}

Result<void> StackMachine::binary_int4()
{
    push_integer(TRY(take_number<int32_t>()));
    return {};
}

Result<void> StackMachine::binary_int1()
{
    push_integer(TRY(take_number<uint8_t>()));
    return {};
}

Result<void> StackMachine::binary_int2()
{
    push_integer(TRY(take_number<uint16_t>()));
    return {};
}

Result<void> StackMachine::push_long(uint64_t length)
{
    auto const constant = TRY(take_constant(length));
    auto const number = integer_from_bytes(constant.bytes);
    if (constant.bytes.size() < length)
        push_constant(NodeKind::big_integer, constant);
    else if (auto const* small = std::get_if<int64_t>(&number))
        push(graph().add_integer(*small, opcode_offset_));
    else
        push(graph().add_bytes(NodeKind::big_integer, std::get<Bytes>(number), opcode_offset_));
    return {};
}

Result<void> StackMachine::long1() { return push_long(TRY(take_number<uint8_t>())); }

Result<void> StackMachine::long4()
{
    auto const length = TRY(take_number<int32_t>());
    if (length < 0)
        return broken("a length of " + std::to_string(length));
    return push_long(static_cast<uint64_t>(length));
}

Result<void> StackMachine::binary_real()
{
    uint64_t bits = 0;
    for (std::byte const byte : TRY(take(sizeof bits))) // the one big-endian number of the format
        bits = bits << 8 | static_cast<uint64_t>(byte);
    push(graph().add_real(std::bit_cast<double>(bits), opcode_offset_));
    return {};
}

Result<void> StackMachine::string1()
{
    push_python2_string(TRY(take_constant(TRY(take_number<uint8_t>()))));
    return {};
}

Result<void> StackMachine::string4()
{
    auto const length = TRY(take_number<uint32_t>());
    if (length > INT32_MAX)
        report("number", "BINSTRING with a length of " + std::to_string(length) + ": negative to one of Python's unpicklers");
    push_python2_string(TRY(take_constant(length)));
    return {};
}

Result<void> StackMachine::push_text(uint64_t length)
{
    push_constant(NodeKind::text, TRY(take_constant(length, true)));
    return {};
}

Result<void> StackMachine::unicode1() { return push_text(TRY(take_number<uint8_t>())); }
Result<void> StackMachine::unicode4() { return push_text(TRY(take_number<uint32_t>())); }
Result<void> StackMachine::unicode8() { return push_text(TRY(take_number<uint64_t>())); }
Result<void> StackMachine::bytes1() { return push_bytes(NodeKind::bytes, TRY(take_number<uint8_t>())); }
Result<void> StackMachine::bytes4() { return push_bytes(NodeKind::bytes, TRY(take_number<uint32_t>())); }
Result<void> StackMachine::bytes8() { return push_bytes(NodeKind::bytes, TRY(take_number<uint64_t>())); }
Result<void> StackMachine::byte_array8() { return push_bytes(NodeKind::byte_array, TRY(take_number<uint64_t>())); }

Result<void> StackMachine::next_buffer()
{
    report("buffer", "NEXT_BUFFER: data from outside the pickle");
    push(graph().add_number(NodeKind::buffer, buffers_++, opcode_offset_));
    return {};
}

Result<void> StackMachine::readonly_buffer()
{
    NodeKind const kind = kind_of(TRY(top_node())); // the same data, seen through a read-only view
    if (kind != NodeKind::buffer)
        report("buffer", "READONLY_BUFFER of a " + std::string(name_of(kind)));
    return {};
}
