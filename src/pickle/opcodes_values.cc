#include "pickle/literals.h"
#include "pickle/stack_machine.h"

#include <bit>

// The opcodes that push constants.

namespace {

std::string shown(std::string_view text) { return "\"" + std::string(text.substr(0, 40)) + (text.size() > 40 ? "...\"" : "\""); }

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

void StackMachine::push_integer(std::variant<int64_t, std::string> const& number)
{
    if (auto const* small = std::get_if<int64_t>(&number))
        push(graph().add_integer(*small, opcode_offset_));
    else
        push(graph().add_bytes(NodeKind::big_integer, graph().keep(std::get<std::string>(number)), opcode_offset_));
}

void StackMachine::push_bytes(NodeKind kind, Bytes bytes) { push(graph().add_bytes(kind, bytes, opcode_offset_)); }

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
void StackMachine::push_python2_string(Bytes string) { push_bytes(is_python_utf8(text_of(string)) ? NodeKind::text : NodeKind::bytes, string); }

Result<void> StackMachine::text_string()
{
    auto const line = TRY(take_line());
    auto string = parse_quoted_string(line);
    if (!string)
        return broken(string.error().what);
    push_python2_string(graph().keep(*std::move(string)));
    return {};
}

Result<void> StackMachine::text_unicode()
{
    auto const line = TRY(take_line());
    auto text = parse_raw_unicode(line);
    if (!text)
        return broken(text.error().what);
    push_bytes(NodeKind::text, graph().keep(*std::move(text)));
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

Result<void> StackMachine::long1()
{
    push_integer(integer_from_bytes(TRY(take_counted<uint8_t>())));
    return {};
}

Result<void> StackMachine::long4()
{
    auto const length = TRY(take_number<int32_t>());
    if (length < 0)
        return broken("a length of " + std::to_string(length));
    push_integer(integer_from_bytes(TRY(take(static_cast<uint64_t>(length)))));
    return {};
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
    push_python2_string(TRY(take_counted<uint8_t>()));
    return {};
}

Result<void> StackMachine::string4()
{
    auto const length = TRY(take_number<uint32_t>());
    if (length > INT32_MAX)
        report("number", "BINSTRING with a length of " + std::to_string(length) + ": negative to one of Python's unpicklers");
    push_python2_string(TRY(take(length)));
    return {};
}

Result<void> StackMachine::push_text(Bytes text)
{
    if (!is_python_utf8(text_of(text)))
        return broken("not UTF-8");
    push_bytes(NodeKind::text, text);
    return {};
}

Result<void> StackMachine::unicode1() { return push_text(TRY(take_counted<uint8_t>())); }
Result<void> StackMachine::unicode4() { return push_text(TRY(take_counted<uint32_t>())); }
Result<void> StackMachine::unicode8() { return push_text(TRY(take_counted<uint64_t>())); }

Result<void> StackMachine::bytes1()
{
    push_bytes(NodeKind::bytes, TRY(take_counted<uint8_t>()));
    return {};
}

Result<void> StackMachine::bytes4()
{
    push_bytes(NodeKind::bytes, TRY(take_counted<uint32_t>()));
    return {};
}

Result<void> StackMachine::bytes8()
{
    push_bytes(NodeKind::bytes, TRY(take_counted<uint64_t>()));
    return {};
}

Result<void> StackMachine::byte_array8()
{
    push_bytes(NodeKind::byte_array, TRY(take_counted<uint64_t>()));
    return {};
}

Result<void> StackMachine::next_buffer()
{
    report("buffer", "NEXT_BUFFER: data from outside the pickle");
    push(graph().add_number(NodeKind::buffer, buffers_++, opcode_offset_));
    return {};
}

Result<void> StackMachine::readonly_buffer()
{
    TRY(top_node()); // the same data, seen through a read-only view
    return {};
}
