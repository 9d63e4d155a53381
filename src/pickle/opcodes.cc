#include "pickle/opcodes.h"

#include <array>

namespace {

using Machine = StackMachine;

constexpr std::array<OpcodeRow, 68> rows{{
    // protocol 0 and 1
    {'(', "MARK", &Machine::mark},
    {'.', "STOP", &Machine::stop},
    {'0', "POP", &Machine::pop},
    {'1', "POP_MARK", &Machine::pop_mark},
    {'2', "DUP", &Machine::dup},
    {'F', "FLOAT", &Machine::text_real},
    {'I', "INT", &Machine::text_integer},
    {'J', "BININT", &Machine::binary_int4},
    {'K', "BININT1", &Machine::binary_int1},
    {'L', "LONG", &Machine::text_long},
    {'M', "BININT2", &Machine::binary_int2},
    {'N', "NONE", &Machine::none},
    {'P', "PERSID", &Machine::text_persistent_id},
    {'Q', "BINPERSID", &Machine::persistent_id},
    {'R', "REDUCE", &Machine::reduce},
    {'S', "STRING", &Machine::text_string},
    {'T', "BINSTRING", &Machine::string4},
    {'U', "SHORT_BINSTRING", &Machine::string1},
    {'V', "UNICODE", &Machine::text_unicode},
    {'X', "BINUNICODE", &Machine::unicode4},
    {'a', "APPEND", &Machine::append},
    {'b', "BUILD", &Machine::build},
    {'c', "GLOBAL", &Machine::global},
    {'d', "DICT", &Machine::dict},
    {'}', "EMPTY_DICT", &Machine::empty_dict},
    {'e', "APPENDS", &Machine::appends},
    {'g', "GET", &Machine::text_get},
    {'h', "BINGET", &Machine::get1},
    {'i', "INST", &Machine::inst},
    {'j', "LONG_BINGET", &Machine::get4},
    {'l', "LIST", &Machine::list},
    {']', "EMPTY_LIST", &Machine::empty_list},
    {'o', "OBJ", &Machine::obj},
    {'p', "PUT", &Machine::text_put},
    {'q', "BINPUT", &Machine::put1},
    {'r', "LONG_BINPUT", &Machine::put4},
    {'s', "SETITEM", &Machine::set_item},
    {'t', "TUPLE", &Machine::tuple},
    {')', "EMPTY_TUPLE", &Machine::empty_tuple},
    {'u', "SETITEMS", &Machine::set_items},
    {'G', "BINFLOAT", &Machine::binary_real},
    // protocol 2
    {0x80, "PROTO", &Machine::protocol},
    {0x81, "NEWOBJ", &Machine::newobj},
    {0x82, "EXT1", &Machine::extension1},
    {0x83, "EXT2", &Machine::extension2},
    {0x84, "EXT4", &Machine::extension4},
    {0x85, "TUPLE1", &Machine::tuple1},
    {0x86, "TUPLE2", &Machine::tuple2},
    {0x87, "TUPLE3", &Machine::tuple3},
    {0x88, "NEWTRUE", &Machine::boolean_true},
    {0x89, "NEWFALSE", &Machine::boolean_false},
    {0x8a, "LONG1", &Machine::long1},
    {0x8b, "LONG4", &Machine::long4},
    // protocol 3
    {'B', "BINBYTES", &Machine::bytes4},
    {'C', "SHORT_BINBYTES", &Machine::bytes1},
    // protocol 4
    {0x8c, "SHORT_BINUNICODE", &Machine::unicode1},
    {0x8d, "BINUNICODE8", &Machine::unicode8},
    {0x8e, "BINBYTES8", &Machine::bytes8},
    {0x8f, "EMPTY_SET", &Machine::empty_set},
    {0x90, "ADDITEMS", &Machine::add_items},
    {0x91, "FROZENSET", &Machine::frozen_set},
    {0x92, "NEWOBJ_EX", &Machine::newobj_ex},
    {0x93, "STACK_GLOBAL", &Machine::stack_global},
    {0x94, "MEMOIZE", &Machine::memoize},
    {0x95, "FRAME", &Machine::frame},
    // protocol 5
    {0x96, "BYTEARRAY8", &Machine::byte_array8},
    {0x97, "NEXT_BUFFER", &Machine::next_buffer},
    {0x98, "READONLY_BUFFER", &Machine::readonly_buffer},
}};

constexpr auto row_by_code = [] {
    std::array<OpcodeRow const*, 256> table{};
    for (auto const& row : rows)
        table[row.code] = &row;
    return table;
}();

}

std::span<OpcodeRow const> opcode_table() { return rows; }
OpcodeRow const* opcode_row(unsigned char code) { return row_by_code[code]; }
