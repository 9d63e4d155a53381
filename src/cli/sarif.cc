#include "cli/scan_report.h"

#include "base/utf8.h"
#include "cli/cli.h"

#include <charconv>
#include <fmt/format.h>
#include <map>

// Source: OASIS SARIF 2.1.0.

namespace {

std::string_view level_of(Severity severity)
{
    switch (severity) {
    case Severity::danger:
        return "error";
    case Severity::unreadable:
        return "warning";
    case Severity::note:
        return "note";
    }
    return "none";
}

// A relative reference: bytes that a URI cannot hold are percent-encoded. Source: RFC 3986.
std::string uri_of(std::string_view path)
{
    static constexpr std::string_view kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string uri = path.starts_with('/') ? "file://" : "";
    for (char const c : path)
        uri += kept.find(c) != kept.npos ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return uri;
}

// Of a finding in the file itself; what lies in an archive has no place in SARIF, and its places stand in the message.
std::optional<uint64_t> offset_of(ScanFinding const& finding)
{
    static constexpr std::string_view prefix = "byte ";
    if (finding.where.size() != 1 || !finding.where[0].starts_with(prefix))
        return std::nullopt;
    uint64_t offset = 0;
    auto const digits = std::string_view(finding.where[0]).substr(prefix.size());
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(offset) : std::nullopt;
}

std::string message_of(ScanFinding const& finding)
{
    std::string text = finding.message;
    for (auto const& place : finding.where)
        text += (&place == finding.where.data() ? " at " : " of ") + place;
    return escape_invalid_utf8(text);
}

Json rule_of(FindingRow const& row)
{
    return {{"id", fmt::format("HM{:04}", row.page)}, {"name", row.word}, {"shortDescription", {{"text", row.title}}}, {"fullDescription", {{"text", row.text}}},
        {"help", {{"text", fmt::format("hullmark explain {}", row.word)}}}, {"defaultConfiguration", {{"level", level_of(row.severity)}}}};
}

class Sarif {
public:
    void add(ScannedFile const& file)
    {
        for (auto const& finding : file.report.findings)
            results_.push_back(result_of(file, finding));
    }

    Json document() const
    {
        Json driver{{"name", "hullmark"}, {"version", hullmark_version}, {"rules", rules_}};
        return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}, {"runs", Json::array({{{"tool", {{"driver", driver}}}, {"results", results_}}})}};
    }

private:
    size_t index_of(FindingRow const& row)
    {
        auto const [known, is_new] = indices_.emplace(row.word, rules_.size());
        if (is_new)
            rules_.push_back(rule_of(row));
        return known->second;
    }

    Json result_of(ScannedFile const& file, ScanFinding const& finding)
    {
        auto const& row = *finding_row(finding.word);
        Json place{{"artifactLocation", {{"uri", uri_of(file.path)}}}};
        if (auto const offset = offset_of(finding))
            place["region"] = {{"byteOffset", *offset}, {"byteLength", 1}};
        return {{"ruleId", fmt::format("HM{:04}", row.page)}, {"ruleIndex", index_of(row)}, {"level", level_of(finding.severity)}, {"message", {{"text", message_of(finding)}}},
            {"locations", Json::array({{{"physicalLocation", place}}})}};
    }

    Json rules_ = Json::array();
    Json results_ = Json::array();
    std::map<std::string_view, size_t> indices_;
};

}

Json sarif_of(std::span<ScannedFile const> files)
{
    Sarif sarif;
    for (auto const& file : files)
        sarif.add(file);
    return sarif.document();
}
