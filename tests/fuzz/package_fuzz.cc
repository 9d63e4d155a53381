#include "package/package.h"

#include "base/check.h"

// A manifest and an MLmodel out of one text: what is read keeps to its digests, and MLmodel survives being written.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    SharedBytes const input(std::as_bytes(std::span(data, size)), nullptr);
    Limits limits;
    limits.entries = 10'000;
    if (auto const mlmodel = read_mlmodel(text_of(input.bytes()), limits)) {
        auto const again = read_mlmodel(write_mlmodel(*mlmodel), limits);
        CHECK(again.has_value(), "MLmodel that was written can be read");
    }
    auto const open = [](std::string const&, Digest const&) -> Result<SharedBytes> {
        return SharedBytes::take(std::string("a: 1\n"));
    };
    for (auto const check : {PackageCheck::sizes, PackageCheck::digests})
        if (auto const package = read_package(input, open, check, limits))
            for (auto const& file : package->files)
                CHECK(file.bytes().size() == file.size, "a file has the size that the manifest states");
    return 0;
}
