#include "onnx/findings.h"
#include "onnx/read.h"
#include "onnx/structure.h"
#include "onnx/write.h"

#include "base/check.h"

#include "fuzz/mutate_protobuf.h"

// seeds: tests/data/runtime tests/hostile/cases/onnx-*

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed)
{
    std::minstd_rand dice(seed);
    return mutate_protobuf(data, size, most, dice);
}

// What is read is written in one way, and the structure of any model can be judged and asked about.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    Limits limits;
    limits.entries = 10'000;
    limits.unpacked_bytes = 1 << 24;
    findings_of_bytes(std::as_bytes(std::span(data, size)), limits);
    auto model = read_onnx(SharedBytes(std::as_bytes(std::span(data, size)), nullptr), limits);
    if (!model)
        return 0;
    std::string const written = write_onnx(*model);
    auto const again = read_onnx(SharedBytes::take(written), limits);
    CHECK(again.has_value() && write_onnx(*again) == written, "a model that was written reads as itself");

    if (check_structure(*model, limits))
        for (auto const& tensor : model->graph.initializers)
            CHECK(tensor.external || !dtype_of_onnx(tensor.data_type) || to_tensor(tensor).has_value(), "elements of a sound model are tensors");
    findings_of_model(*model);
    static_cast<void>(check_external_ranges(*model));
    required_inputs(*model);
    operator_counts(*model);
    parameter_count(*model);
    custom_domains(*model);
    auto const load = [](OnnxExternalData const& place) -> Result<SharedBytes> {
        return SharedBytes::take(std::string(*place.length, '\0'));
    };
    if (load_external_data(*model, load, limits))
        CHECK(external_tensors(*model).empty(), "what was loaded is external no more");
    return 0;
}
