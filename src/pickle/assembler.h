#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Pickles spelled opcode by opcode, for tests: assemble("\x80\x02", text("a"), "."). Not a door.

template <typename Number>
std::string raw_number(Number number) { return {reinterpret_cast<char const*>(&number), sizeof number}; }
inline std::string one_byte(unsigned value) { return std::string(1, static_cast<char>(value)); }
inline std::string proto(unsigned number) { return "\x80" + one_byte(number); }
inline std::string text(std::string_view value) { return "X" + raw_number(static_cast<uint32_t>(value.size())) + std::string(value); }
inline std::string small_int(unsigned value) { return "K" + one_byte(value); }
inline std::string name(std::string_view module, std::string_view attribute) { return "c" + std::string(module) + "\n" + std::string(attribute) + "\n"; }

template <typename... Parts>
std::string assemble(Parts... parts) { return (std::string(parts) + ...); }
