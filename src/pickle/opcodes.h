#pragma once

#include "pickle/stack_machine.h"

#include <span>

// The table of opcodes. Source: Python Lib/pickletools.py.
struct OpcodeRow {
    unsigned char code;
    std::string_view name;
    Result<void> (StackMachine::*run)();
};

std::span<OpcodeRow const> opcode_table();
// Nothing where no opcode has that code.
OpcodeRow const* opcode_row(unsigned char code);
