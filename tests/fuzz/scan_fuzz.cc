#include "scan/scan.h"

#include "base/check.h"

#include "fuzz/mutate_file.h"

#include <zlib.h>

// dictionaries: pickle zip tar npy safetensors onnx torchscript
// seeds: tests/fuzz/corpus tests/data/checkpoint tests/data/exported tests/data/torchscript tests/data/runtime tests/hostile/cases
// options: -entropic=0 -max_len=4096

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_file(data, size, most, dice);
}

namespace {

std::string gzip_of(uint8_t const* data, size_t size)
{
    constexpr int gzip = 16 + MAX_WBITS;
    z_stream stream{};
    CHECK(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY) == Z_OK, "there is memory");
    std::string packed(deflateBound(&stream, size), '\0');
    stream.next_in = const_cast<uint8_t*>(data);
    stream.avail_in = static_cast<uInt>(size);
    stream.next_out = reinterpret_cast<uint8_t*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "all fits");
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

}

// Any bytes have a verdict, the same each time; what is not safe is shown to be so, each finding has its row, and packing it up hides no danger.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    ScanOptions options;
    options.limits.entries = 10'000;
    options.limits.steps = 100'000;
    options.limits.unpacked_bytes = 1 << 20;
    options.deep = size % 2 == 0;
    auto const file = SharedBytes::take(std::string(reinterpret_cast<char const*>(data), size));
    auto const report = scan_file(file, options);
    bool shown = false;
    for (auto const& finding : report.findings) {
        CHECK(finding_row(finding.word), "each finding has its row");
        shown = shown || finding.severity != Severity::note;
    }
    CHECK(report.findings.size() <= ScanReport::most_findings, "findings are counted");
    CHECK(report.verdict == Verdict::skipped || report.findings_left_out != 0 || shown == (report.verdict != Verdict::safe), "what is not safe is shown, and nothing else");
    if (size % 4 < 2) {
        auto const again = scan_file(file, options);
        CHECK(again.verdict == report.verdict && again.findings.size() == report.findings.size(), "the same bytes have the same verdict");
    } else if (report.is_danger()) {
        CHECK(scan_file(SharedBytes::take(gzip_of(data, size)), options).verdict != Verdict::safe, "what is packed up is no safer");
    }
    return 0;
}
