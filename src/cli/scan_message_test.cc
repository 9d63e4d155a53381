#include "cli/scan_message.h"

#include <gtest/gtest.h>

namespace {

std::string const a_digest(64, 'a');

ScannedFile example()
{
    ScannedFile scanned{"models/a.pt", 1234, *Digest::parse(a_digest), {}};
    scanned.report.kind = Kind::torch_checkpoint;
    scanned.report.verdict = Verdict::dangerous;
    scanned.report.findings = {{"would-call", Severity::danger, "posix.system('touch x')", {"byte 12", "archive/data.pkl"}}, {"hooks", Severity::note, "", {}}};
    scanned.report.findings_left_out = 7;
    scanned.report.external_files = {"weights.bin", "\xff"};
    scanned.report.code_files = {"modeling.py"};
    return scanned;
}

// All of it but the path, as text.
std::string told(ScannedFile const& scanned)
{
    std::string text = std::to_string(scanned.bytes) + " " + (scanned.digest ? scanned.digest->hex() : "-") + " " + std::string(name_of(scanned.report.kind)) + " " + std::string(name_of(scanned.report.verdict));
    for (auto const& finding : scanned.report.findings) {
        text += "; " + finding.word + "/" + std::string(name_of(finding.severity)) + ": " + finding.message;
        for (auto const& place : finding.where)
            text += " at " + place;
    }
    text += "; " + std::to_string(scanned.report.findings_left_out);
    for (auto const* const names : {&scanned.report.external_files, &scanned.report.code_files})
        for (auto const& name : *names)
            text += ", " + name;
    return text;
}

TEST(ScanMessage, GivesBackWhatWasFound)
{
    auto const parsed = parse_scanned(bytes_of_scanned(example()), "other/name.pt");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->path, "other/name.pt");
    EXPECT_EQ(told(*parsed), told(example()));

    auto const plain = parse_scanned(bytes_of_scanned({"a", 0, {}, {}}), "a");
    ASSERT_TRUE(plain);
    EXPECT_EQ(told(*plain), told({"a", 0, {}, {}}));
}

TEST(ScanMessage, FailsAtEveryCut)
{
    auto const bytes = bytes_of_scanned(example());
    for (size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(parse_scanned(bytes.substr(0, size), "a")) << size;
    EXPECT_FALSE(parse_scanned(bytes + '\0', "a"));
}

TEST(ScanMessage, GivesNoValueThatNoScanGives)
{
    auto const bytes = bytes_of_scanned(example());
    for (size_t place = 0; place < bytes.size(); ++place)
        for (char const change : {'\x01', '\x20', '\x80'}) {
            auto changed = bytes;
            changed[place] = static_cast<char>(changed[place] ^ change);
            auto const parsed = parse_scanned(changed, "a");
            if (!parsed)
                continue;
            EXPECT_LT(static_cast<int>(parsed->report.kind), kind_count);
            EXPECT_TRUE(parsed->report.is_danger()) << "its findings say so";
            for (auto const& finding : parsed->report.findings)
                EXPECT_TRUE(finding_row(finding.word));
        }
}

TEST(ScanMessage, RefusesAVerdictThatItsFindingsSpeakAgainst)
{
    auto scanned = example();
    scanned.report.verdict = Verdict::safe;
    EXPECT_FALSE(parse_scanned(bytes_of_scanned(scanned), "a"));
}

TEST(ScanMessage, LeavesOutWhatIsTooMuch)
{
    auto scanned = example();
    scanned.report.findings.assign(ScanReport::most_findings, {"would-call", Severity::danger, std::string(100'000, 'x'), std::vector<std::string>(1'000, "place")});
    scanned.report.external_files.assign(200'000, std::string(100, 'n'));
    auto const bytes = bytes_of_scanned(scanned);
    EXPECT_LT(bytes.size(), size_t{16} << 20);
    auto const parsed = parse_scanned(bytes, "a");
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_GT(parsed->report.findings.size(), 100u);
    EXPECT_EQ(parsed->report.findings.size() + parsed->report.findings_left_out, ScanReport::most_findings + 7);
    EXPECT_GT(parsed->report.external_files.size(), 10'000u);
}

TEST(ScanMessage, CarriesTasksFilesAndSandboxes)
{
    ScanTask const task{{"a", "b/c"}, "/tmp", true, false};
    auto const same_task = parse_task(bytes_of_task(task));
    ASSERT_TRUE(same_task);
    EXPECT_EQ(same_task->readable, task.readable);
    EXPECT_EQ(same_task->temporary_folder, "/tmp");
    EXPECT_TRUE(same_task->deep);
    EXPECT_FALSE(same_task->digest);

    WalkedFile const file{"a/b\n.pkl", "a", true, {}};
    WalkedFile const* const files[] = {&file, &file};
    auto const same_files = parse_files(bytes_of_files(files));
    ASSERT_TRUE(same_files);
    ASSERT_EQ(same_files->size(), 2u);
    EXPECT_EQ((*same_files)[1].path, file.path);
    EXPECT_EQ((*same_files)[1].folder, file.folder);
    EXPECT_TRUE((*same_files)[1].in_folder);

    auto const sandbox = parse_sandbox(bytes_of_sandbox({true, false, true}));
    ASSERT_TRUE(sandbox);
    EXPECT_EQ(sandbox->text(), "seccomp and limits");
    for (std::string const wrong : {"", "\1\1", "\1\1\2", "\1\1\1\1"})
        EXPECT_FALSE(parse_sandbox(wrong));
    for (auto const& wrong : {std::string(), std::string(4, '\xff'), std::string(5, '\0')}) {
        EXPECT_FALSE(parse_files(wrong));
        EXPECT_FALSE(parse_task(wrong));
    }
}

}
