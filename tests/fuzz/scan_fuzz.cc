#include "scan/scan.h"

#include "base/check.h"

#include "fuzz/mutate_file.h"

// dictionaries: pickle zip tar npy safetensors onnx torchscript
// seeds: tests/fuzz/corpus tests/data/checkpoint tests/data/exported tests/data/torchscript tests/data/runtime tests/hostile/cases
// options: -entropic=0 -max_len=4096

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_file(data, size, most, dice);
}

// Any bytes have a verdict, the same each time; danger and damage come with what shows them, and each finding has a row and a place.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    ScanOptions options;
    options.limits.entries = 10'000;
    options.limits.steps = 100'000;
    options.limits.unpacked_bytes = 1 << 20;
    options.deep = size % 2 == 0;
    auto const file = SharedBytes::take(std::string(reinterpret_cast<char const*>(data), size));
    auto const report = scan_file(file, options);
    CHECK(report.verdict == Verdict::safe || report.verdict == Verdict::skipped || !report.findings.empty(), "danger and damage are shown");
    CHECK(report.findings.size() <= ScanReport::most_findings, "findings are counted");
    for (auto const& finding : report.findings)
        CHECK(finding_row(finding.word), "each finding has its row");
    auto const again = scan_file(file, options);
    CHECK(again.verdict == report.verdict && again.findings.size() == report.findings.size(), "the same bytes have the same verdict");
    return 0;
}
