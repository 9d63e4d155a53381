#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Figures as people read them.

// "58.3 kB"; powers of 1000.
std::string bytes_text(uint64_t bytes);
// "12 ms", "3.4 s", "2 min 5 s"
std::string duration_text(int64_t ms);
// "1 tensor", "8 tensors"
std::string count_text(uint64_t count, std::string_view noun);
// "1.2e-07"
std::string error_text(double error);
