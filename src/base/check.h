#pragma once

// CHECK(condition, "what must hold"): for our own bugs only, on in release as well. Input never reaches one.
// A CHECK that does not hold prints its place to standard error and ends the program with abort().

[[noreturn]] void check_failed(char const* file, int line, char const* condition, char const* what);

#define CHECK(condition, what) ((condition) ? static_cast<void>(0) : check_failed(__FILE__, __LINE__, #condition, what))
