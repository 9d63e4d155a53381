#include "cli/scan_message.h"

#include "process/message.h"

#include <algorithm>

namespace {

constexpr size_t most_places = 100; // of one finding
constexpr size_t most_names = 100'000; // files that one file names
constexpr size_t most_finding_bytes = size_t{8} << 20; // of one file
constexpr size_t most_name_bytes = size_t{4} << 20; // of each list

// As many as fit.
void write_names(MessageWriter& writer, std::vector<std::string> const& names)
{
    size_t size = 0;
    size_t count = 0;
    while (count < std::min(names.size(), most_names) && size + names[count].size() <= most_name_bytes)
        size += names[count++].size();
    writer.count(count);
    for (size_t index = 0; index < count; ++index)
        writer.short_text(names[index]);
}

void write_finding(MessageWriter& writer, ScanFinding const& finding)
{
    writer.text(finding.word).short_text(finding.message);
    size_t const places = std::min(finding.where.size(), most_places);
    writer.count(places);
    for (size_t index = 0; index < places; ++index)
        writer.short_text(finding.where[index]);
}

Result<ScanFinding> read_finding(MessageReader& reader)
{
    auto word = TRY(reader.short_text());
    auto const* const row = finding_row(word);
    if (!row)
        return malformed("a finding that is not in the table");
    ScanFinding finding{std::move(word), row->severity, {}, {}};
    finding.message = TRY(reader.short_text());
    finding.where = TRY(reader.short_texts(most_places));
    return finding;
}

// What the findings say is at least what the verdict says.
Result<void> check_verdict(ScanReport const& report)
{
    bool const found_danger = std::any_of(report.findings.begin(), report.findings.end(), [](ScanFinding const& finding) { return finding.severity == Severity::danger; });
    if (found_danger && !report.is_danger())
        return malformed("a verdict that its findings speak against");
    return {};
}

}

std::string bytes_of_task(ScanTask const& task)
{
    MessageWriter writer;
    writer.text(task.temporary_folder.native()).flag(task.deep).flag(task.digest).count(task.readable.size());
    for (auto const& path : task.readable)
        writer.text(path.native());
    return writer.take();
}

Result<ScanTask> parse_task(std::string_view bytes)
{
    MessageReader reader(bytes);
    ScanTask task;
    task.temporary_folder = TRY(reader.text());
    task.deep = TRY(reader.flag());
    task.digest = TRY(reader.flag());
    size_t const count = TRY(reader.count(bytes.size()));
    for (size_t index = 0; index < count; ++index)
        task.readable.emplace_back(TRY(reader.text()));
    TRY(reader.end());
    return task;
}

std::string bytes_of_sandbox(Sandbox const& sandbox)
{
    return MessageWriter().flag(sandbox.limits).flag(sandbox.landlock).flag(sandbox.seccomp).take();
}

Result<Sandbox> parse_sandbox(std::string_view bytes)
{
    MessageReader reader(bytes);
    Sandbox sandbox;
    sandbox.limits = TRY(reader.flag());
    sandbox.landlock = TRY(reader.flag());
    sandbox.seccomp = TRY(reader.flag());
    TRY(reader.end());
    return sandbox;
}

std::string bytes_of_files(std::span<WalkedFile const* const> files)
{
    MessageWriter writer;
    writer.count(files.size());
    for (auto const* file : files)
        writer.text(file->path).text(file->folder).flag(file->in_folder);
    return writer.take();
}

Result<std::vector<WalkedFile>> parse_files(std::string_view bytes)
{
    MessageReader reader(bytes);
    size_t const count = TRY(reader.count(bytes.size()));
    std::vector<WalkedFile> files;
    for (size_t index = 0; index < count; ++index) {
        WalkedFile file;
        file.path = TRY(reader.text());
        file.folder = TRY(reader.text());
        file.in_folder = TRY(reader.flag());
        files.push_back(std::move(file));
    }
    TRY(reader.end());
    return files;
}

std::string bytes_of_scanned(ScannedFile const& scanned)
{
    auto const& report = scanned.report;
    MessageWriter findings;
    size_t written = 0;
    while (written < std::min(report.findings.size(), ScanReport::most_findings) && findings.size() < most_finding_bytes)
        write_finding(findings, report.findings[written++]);

    MessageWriter writer;
    writer.number(scanned.bytes).text(scanned.digest ? scanned.digest->hex() : "");
    writer.number(static_cast<uint8_t>(report.kind)).number(static_cast<uint8_t>(report.verdict));
    writer.number(report.findings_left_out + (report.findings.size() - written));
    write_names(writer, report.external_files);
    write_names(writer, report.code_files);
    writer.count(written);
    return writer.take() + findings.take();
}

Result<ScannedFile> parse_scanned(std::string_view bytes, std::string path)
{
    MessageReader reader(bytes);
    ScannedFile scanned{std::move(path), 0, {}, {}};
    scanned.bytes = TRY(reader.number<uint64_t>());
    if (auto const digest = TRY(reader.short_text()); !digest.empty())
        scanned.digest = TRY(Digest::parse(digest));
    auto const kind = TRY(reader.number<uint8_t>());
    auto const verdict = TRY(reader.number<uint8_t>());
    if (kind >= kind_count || verdict > static_cast<uint8_t>(Verdict::skipped))
        return malformed("a kind or verdict that there is not");
    scanned.report.kind = static_cast<Kind>(kind);
    scanned.report.verdict = static_cast<Verdict>(verdict);
    scanned.report.findings_left_out = TRY(reader.number<uint64_t>());
    scanned.report.external_files = TRY(reader.short_texts(most_names));
    scanned.report.code_files = TRY(reader.short_texts(most_names));
    size_t const count = TRY(reader.count(ScanReport::most_findings));
    for (size_t index = 0; index < count; ++index)
        scanned.report.findings.push_back(TRY(read_finding(reader)));
    TRY(reader.end());
    TRY(check_verdict(scanned.report));
    return scanned;
}
