#include "cli/scan_report.h"

#include "base/utf8.h"
#include "publish/words.h"

#include <fmt/format.h>

namespace {

constexpr size_t most_named = 40; // of files about which there is nothing to say
constexpr size_t most_told = 12; // findings of one file; --json has all

Paint paint_of(Verdict verdict)
{
    switch (verdict) {
    case Verdict::dangerous:
        return Paint::red;
    case Verdict::unreadable:
        return Paint::yellow;
    case Verdict::safe:
        return Paint::green;
    case Verdict::skipped:
        return Paint::dim;
    }
    return Paint::dim;
}

Json json_of(ScanFinding const& finding)
{
    Json where = Json::array();
    for (auto const& place : finding.where)
        where.push_back(escape_invalid_utf8(place));
    return {{"code", finding.word}, {"page", fmt::format("HM{:04}", finding_row(finding.word)->page)}, {"severity", name_of(finding.severity)}, {"message", escape_invalid_utf8(finding.message)}, {"where", where}};
}

std::string finding_line(Screen const& screen, ScanFinding const& finding)
{
    std::string places;
    for (auto const& place : finding.where)
        places += (places.empty() ? " (" : ", ") + escape_unprintable(place);
    auto const word = screen.painted_answer(finding.severity == Severity::note ? Paint::dim : Paint::bold, finding.word);
    return fmt::format("    {}: {}{}{}\n", word, escape_unprintable(finding.message), places, places.empty() ? "" : ")");
}

std::string file_text(Screen const& screen, ScannedFile const& file)
{
    auto const& report = file.report;
    auto text = fmt::format("{}  {}  ({})\n", screen.painted_answer(paint_of(report.verdict), fmt::format("{:<10}", name_of(report.verdict))), escape_unprintable(file.path), title_of(report.kind));
    if (file.digest)
        text += "    sha256 " + file.digest->hex() + "\n";
    for (size_t index = 0; index < std::min(report.findings.size(), most_told); ++index)
        text += finding_line(screen, report.findings[index]);
    if (uint64_t const more = report.findings_left_out + report.findings.size() - std::min(report.findings.size(), most_told); more != 0)
        text += fmt::format("    and {} more; --json lists them\n", more);
    return text;
}

std::string page_hint(std::span<ScannedFile const> files)
{
    for (auto const& file : files)
        if (file.report.verdict == Verdict::dangerous)
            for (auto const& finding : file.report.findings)
                if (finding.severity == Severity::danger)
                    return fmt::format("`hullmark explain {}` says what that means and what to do\n", finding.word);
    return {};
}

}

ScanSummary ScanSummary::of(std::span<ScannedFile const> files)
{
    ScanSummary summary;
    for (auto const& file : files) {
        switch (file.report.verdict) {
        case Verdict::safe:
            ++summary.safe;
            break;
        case Verdict::dangerous:
            ++summary.dangerous;
            break;
        case Verdict::unreadable:
            ++summary.unreadable;
            break;
        case Verdict::skipped:
            ++summary.skipped;
            break;
        }
    }
    return summary;
}

int ScanSummary::exit_code() const
{
    if (dangerous != 0)
        return row_of(Reason::no).exit_code;
    return unreadable != 0 ? row_of(Reason::malformed).exit_code : 0;
}

Json json_of(std::span<ScanFinding const> findings)
{
    Json document = Json::array();
    for (auto const& finding : findings)
        document.push_back(json_of(finding));
    return document;
}

Json json_of(ScannedFile const& file)
{
    Json document{{"path", escape_invalid_utf8(file.path)}, {"verdict", name_of(file.report.verdict)}, {"kind", name_of(file.report.kind)}, {"bytes", file.bytes}};
    if (file.digest)
        document["sha256"] = file.digest->hex();
    document["findings"] = json_of(file.report.findings);
    if (file.report.findings_left_out != 0)
        document["findings_left_out"] = file.report.findings_left_out;
    return document;
}

Json json_of(ScanSummary const& summary) { return {{"safe", summary.safe}, {"dangerous", summary.dangerous}, {"unreadable", summary.unreadable}, {"skipped", summary.skipped}}; }

std::string scan_text(Screen const& screen, std::span<ScannedFile const> files, ScanSummary const& summary)
{
    std::string text;
    for (auto const& file : files)
        if (file.report.verdict == Verdict::dangerous || file.report.verdict == Verdict::unreadable || file.digest || files.size() <= most_named)
            text += file_text(screen, file);
    text += fmt::format("{}{}: {} safe, {} dangerous, {} unreadable, {} skipped\n", text.empty() ? "" : "\n", count_text(files.size(), "file"), summary.safe, summary.dangerous, summary.unreadable, summary.skipped);
    return text + page_hint(files);
}
