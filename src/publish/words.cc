#include "publish/words.h"

#include <array>
#include <fmt/format.h>

std::string bytes_text(uint64_t bytes)
{
    static constexpr std::array<std::string_view, 6> units{"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000)
        return count_text(bytes, "byte");
    double value = static_cast<double>(bytes) / 1000;
    size_t unit = 0;
    for (; value >= 999.95 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string duration_text(int64_t ms)
{
    if (ms < 1000)
        return fmt::format("{} ms", ms);
    if (ms < 60'000)
        return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
    return fmt::format("{} min {} s", ms / 60'000, ms / 1000 % 60);
}

std::string count_text(uint64_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string error_text(double error) { return error == 0 ? "0" : fmt::format("{:.2g}", error); }
