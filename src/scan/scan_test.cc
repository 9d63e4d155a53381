#include "scan/scan.h"

#include "files/zip.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace std::string_literals;

std::string const attack = "cposix\nsystem\n(S'touch hullmark-was-here'\ntR.";
std::string const harmless = "\x80\x02}q\0X\5\0\0\0epochq\1K\3s."s;

ScanReport scan(std::string file) { return scan_file(SharedBytes::take(std::move(file))); }

std::string words_of(ScanReport const& report)
{
    std::string words(name_of(report.verdict));
    for (auto const& finding : report.findings)
        words += " " + finding.word;
    return words;
}

bool calls(std::string file)
{
    auto const report = scan(std::move(file));
    return report.is_danger() && std::any_of(report.findings.begin(), report.findings.end(), [](ScanFinding const& finding) { return finding.word == "would-call"; });
}

std::string zip_of(std::vector<std::pair<std::string, std::string>> const& members)
{
    ZipWriter writer;
    for (auto const& [name, content] : members)
        EXPECT_TRUE(writer.add(name, {SharedBytes::take(content)}));
    std::string archive;
    for (auto const& part : std::move(writer).finish())
        archive += text_of(part.bytes());
    return archive;
}

std::string bytes_constant(std::string const& content) { return "\x80\x03"
                                                                "B"s
    + static_cast<char>(content.size() & 0xff) + static_cast<char>(content.size() >> 8) + "\0\0"s + content + "."; }
std::string text_constant(std::string const& content) { return "\x80\x02"
                                                               "X"s
    + static_cast<char>(content.size() & 0xff) + static_cast<char>(content.size() >> 8) + "\0\0"s + content + "."; }

std::string hex_of(std::string const& content)
{
    std::string hex;
    for (unsigned char const c : content) {
        hex += "0123456789abcdef"[c >> 4];
        hex += "0123456789abcdef"[c & 15];
    }
    return hex;
}

}

TEST(Scan, judges_what_a_file_would_do)
{
    struct Case {
        char const* name;
        std::string file;
        std::string said;
    };
    Case const cases[] = {
        {"nothing", "", "skipped"},
        {"text", "# A model\n", "skipped"},
        {"plain values", harmless, "safe"},
        {"a call", attack, "dangerous would-call"},
        {"a call before the damage", attack.substr(0, attack.size() - 1), "dangerous would-call malformed"},
        {"cut short", harmless.substr(0, 18), "unreadable malformed"},
        {"a class of somebody's", "\x80\x02"
                                  "c__main__\nNet\n)\x81."s,
            "dangerous needs-your-code"},
        {"two pickles", harmless + harmless, "safe"},
        {"a second pickle that calls", harmless + "\x80\x02" + attack, "dangerous would-call"},
        {"bytes behind", harmless + "\xff\xfe", "dangerous trailing-bytes"},
        {"data of no format", "\x01\x02\x03\x04\xff\xfe\xfd"s, "unreadable unknown-format"},
        {"an archive of text", zip_of({{"README.md", "# A model\n"}}), "safe"},
        {"an archive of an archive", zip_of({{"inner.zip", zip_of({{"model.bin", attack}})}}), "dangerous would-call"},
        {"a configuration", "{\"hidden_size\": 8}\n", "skipped"},
        {"a configuration that names code", R"({"auto_map": {"AutoModel": "modeling_net.Net"}})", "dangerous names-code"},
        {"MLflow's own loader", "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n", "skipped"},
        {"somebody's loader", "flavors:\n  python_function:\n    loader_module: evil.loader\n", "dangerous names-code"},
        {"an index", R"({"metadata": {}, "weight_map": {"w": "model-00001-of-00001.safetensors"}})", "safe"},
        {"an index that leads out", R"({"metadata": {}, "weight_map": {"w": "../model.safetensors"}})", "dangerous external-data"},
    };
    for (auto const& [name, file, said] : cases)
        EXPECT_EQ(words_of(scan(file)), said) << name;
}

TEST(Scan, looks_into_constants)
{
    EXPECT_TRUE(calls(bytes_constant("\x80\x02" + attack)));
    EXPECT_TRUE(calls(bytes_constant(attack)));
    EXPECT_TRUE(calls(bytes_constant(zip_of({{"a.pkl", attack}}))));
    EXPECT_TRUE(calls(text_constant(hex_of("\x80\x02" + attack))));
    EXPECT_TRUE(calls(text_constant("gAJjcG9zaXgKc3lzdGVtCihTJ3RydWUnCnRSLg=="))); // base64
    EXPECT_TRUE(calls(bytes_constant("any bytes at all" + std::string("\x80\x02") + attack))) << "behind other bytes";
    EXPECT_TRUE(calls(text_constant("Z0FKamNHOXphWGdLYzNsemRHVnRDaWhUSjNSeWRXVW5DblJTTGc9PQ=="))) << "base64 of base64";
    EXPECT_EQ(words_of(scan(bytes_constant(harmless))), "safe");
    EXPECT_EQ(words_of(scan(bytes_constant(harmless.substr(0, 8)))), "safe") << "what nobody loads may be broken";
    EXPECT_EQ(words_of(scan(text_constant("import os; os.system('true')"))), "safe") << "text that looks like code is text";
    EXPECT_EQ(words_of(scan(text_constant(std::string(2000, 'A')))), "safe");
}

TEST(Scan, tells_places_from_the_inside_out)
{
    auto const report = scan(zip_of({{"inner.zip", zip_of({{"model.bin", attack}})}}));
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_EQ(report.findings[0].where, (std::vector<std::string>{"byte 43", "model.bin", "inner.zip"}));
    EXPECT_NE(report.findings[0].message.find("posix.system('touch hullmark-was-here')"), std::string::npos) << report.findings[0].message;
}

TEST(Scan, stops_at_archives_that_go_too_deep)
{
    auto file = harmless;
    for (int depth = 0; depth < 20; ++depth)
        file = zip_of({{"inner.zip", file}});
    EXPECT_EQ(words_of(scan(file)), "unreadable limit");
}

TEST(Scan, looks_into_words_of_words_for_a_limited_time)
{
    std::string words;
    for (int word = 0; word < 3000; ++word)
        words += "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB ";
    std::string file = "\x80\x02"
                       "X"s;
    auto const length = static_cast<uint32_t>(words.size());
    file.append(reinterpret_cast<char const*>(&length), sizeof length);
    EXPECT_NE(scan(file + words + ".").verdict, Verdict::dangerous);
}

TEST(Scan, counts_findings_beyond_those_it_keeps)
{
    std::string file;
    for (int call = 0; call < 3000; ++call)
        file += "cposix\nsystem\n(S'true'\ntR0";
    auto const report = scan(file + "N.");
    EXPECT_EQ(report.verdict, Verdict::dangerous);
    EXPECT_LE(report.findings.size(), ScanReport::most_findings);
}

TEST(Scan, words_stand_once_in_the_table)
{
    auto const table = finding_table();
    for (auto const& row : table) {
        EXPECT_EQ(std::count_if(table.begin(), table.end(), [&](FindingRow const& other) { return other.word == row.word || other.page == row.page; }), 1) << row.word;
        EXPECT_FALSE(row.text.empty());
    }
}
