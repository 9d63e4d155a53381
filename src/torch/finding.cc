#include "torch/finding.h"

#include <algorithm>
#include <array>

namespace {

// About numbers, or about bytes that no loader looks at.
constexpr std::array<std::string_view, 5> harmless{"hooks", "version", "storage-crc", "no-crc", "unused-storage"};

}

bool TorchFinding::is_danger() const { return std::find(harmless.begin(), harmless.end(), code) == harmless.end(); }

std::vector<std::string> TorchFinding::places() const
{
    std::vector<std::string> places;
    if (offset)
        places.push_back("byte " + std::to_string(*offset));
    if (!member.empty())
        places.push_back(member);
    return places;
}

std::string TorchFinding::where() const
{
    std::string const byte = offset ? "byte " + std::to_string(*offset) : "";
    return member + (member.empty() || byte.empty() ? "" : " ") + byte;
}
