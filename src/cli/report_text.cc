#include "cli/report_text.h"

#include "publish/evidence.h"
#include "publish/words.h"

std::string report_text(Screen const& screen, VerifyReport const& report)
{
    std::string text = screen.painted_answer(report.passed ? Paint::green : Paint::red, receipt_of(report)) + "\n";
    std::vector<std::vector<std::string>> rows{{"output", "max abs", "max rel", "scale error", "beyond allclose", ""}};
    for (auto const& output : report.outputs)
        rows.push_back({printable(output.name), error_text(output.max_abs), error_text(output.max_rel), error_text(output.scale_error), std::to_string(output.mismatched), output.passed ? (output.vacuous ? "vacuous" : "") : "no"});
    text += table_text(rows, 2);
    auto const add = [&](char const* title, std::vector<std::string> const& lines) {
        for (auto const& line : lines)
            text += "  " + std::string(title) + ": " + printable(line) + "\n";
    };
    add("no", report.reasons);
    add("not compared", report.not_compared);
    add("branch not taken", report.branches_not_taken);
    add("note", report.notes);
    return text;
}
