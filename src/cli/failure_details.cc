#include "cli/failure_details.h"

namespace {

std::string unsupported_table(std::vector<UnsupportedOperator> const& operators)
{
    constexpr size_t most_places = 3;
    std::vector<std::vector<std::string>> rows{{"operator", "calls", "where", ""}};
    for (auto const& operation : operators) {
        std::string note = operation.reason;
        if (!operation.nearest.empty())
            note += (note.empty() ? "" : "; ") + ("known: " + operation.nearest);
        rows.push_back({operation.name, std::to_string(operation.count), operation.where.empty() ? "" : operation.where.front(), note});
        for (size_t i = 1; i < operation.where.size() && i < most_places; ++i)
            rows.push_back({"", "", operation.where[i], ""});
        if (operation.where.size() > most_places)
            rows.push_back({"", "", "and " + std::to_string(operation.where.size() - most_places) + " more lines", ""});
    }
    return table_text(rows, 2);
}

}

void tell_trail(Trail const& trail, Desk& desk)
{
    if (!trail.unsupported.empty()) {
        desk.error_details["unsupported"] = json_of(trail.unsupported);
        desk.error_table = unsupported_table(trail.unsupported);
    }
    if (!trail.warnings.empty())
        desk.error_details["warnings"] = json_of(trail.warnings);
    if (!trail.report.is_null())
        desk.error_details["report"] = trail.report;
}
