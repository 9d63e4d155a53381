#include "cli/scan_message.h"
#include "process/sandbox.h"

#include "base/check.h"

// What a reading process answers is as untrusted as what it reads: what is taken of it is a report that a scan could have given.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    if (auto const scanned = parse_scanned(bytes, "file")) {
        CHECK(static_cast<int>(scanned->report.kind) < kind_count && scanned->report.verdict <= Verdict::skipped, "the verdict is one that there is");
        for (auto const& finding : scanned->report.findings)
            CHECK(finding_row(finding.word), "each finding has its row");
        auto const written = bytes_of_scanned(*scanned);
        auto const again = parse_scanned(written, "file");
        CHECK(again.has_value() && bytes_of_scanned(*again) == written, "a report survives being sent");
    }
    (void)parse_sandbox(bytes);
    (void)parse_task(bytes);
    (void)parse_files(bytes);
    return 0;
}
