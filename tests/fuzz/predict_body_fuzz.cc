#include "serve/json_fault.h"
#include "serve/predict.h"

#include "json/json.h"

#include <algorithm>

// A body of /predict against inputs of several kinds. Whatever JSON refuses by its grammar alone must have a place to be told.

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    std::string_view const body(reinterpret_cast<char const*>(data), size);
    static std::vector<SessionValue> const inputs{
        {"a", "tensor", DType::float32, std::vector<SessionDim>{{std::nullopt, "n"}, {2, {}}}},
        {"b", "tensor", DType::int8, std::vector<SessionDim>{{std::nullopt, "n"}}},
        {"c", "tensor", DType::string, std::nullopt},
        {"d", "tensor", DType::float16, std::vector<SessionDim>()},
    };
    for (size_t number = 0; number < inputs.size(); ++number)
        if (auto const request = read_predict_body(body, true, std::span(inputs).subspan(number, 1)); !request && !read_json(request.error().body()))
            __builtin_trap();
    auto const quick = read_predict_body(body, true, std::span(inputs).first(1));
    auto const slow = read_predict_document(body, true, std::span(inputs).first(1));
    if (quick.has_value() != slow.has_value() || (quick && !std::ranges::equal(quick->inputs[0].tensor.bytes(), slow->inputs[0].tensor.bytes())))
        __builtin_trap(); // one answer by both ways
    (void)read_predict_body(body, true, inputs);
    if (read_json(body, 200) && find_json_fault(body))
        __builtin_trap(); // what our reader takes, Python takes
    return 0;
}
