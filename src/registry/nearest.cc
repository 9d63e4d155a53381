#include "registry/nearest.h"

#include <algorithm>

namespace {

constexpr size_t longest_compared = 200; // the work grows with the square

size_t distance(std::string_view a, std::string_view b)
{
    std::vector<size_t> before(b.size() + 1);
    std::vector<size_t> last(b.size() + 1);
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}

std::vector<std::string> nearest_names(std::string_view wanted, std::vector<std::string> const& names)
{
    size_t const farthest = std::max<size_t>(2, wanted.size() / 3);
    std::vector<std::pair<size_t, std::string>> near;
    for (auto const& name : names) {
        size_t const lengths_apart = std::max(name.size(), wanted.size()) - std::min(name.size(), wanted.size());
        if (lengths_apart > farthest || name.size() > longest_compared || wanted.size() > longest_compared)
            continue;
        if (size_t const apart = distance(wanted, name); apart <= farthest && apart < std::max(wanted.size(), name.size()))
            near.emplace_back(apart, name);
    }
    std::sort(near.begin(), near.end());
    std::vector<std::string> result;
    for (size_t i = 0; i < near.size() && i < 3; ++i)
        result.push_back(near[i].second);
    return result;
}
