#include "serve/oip_request.h"

#include "serve/oip_dialect.h"

#include "json/json.h"

#include <algorithm>

// dictionaries: json oip

// A body of the Open Inference Protocol: the first byte says where its JSON ends and bytes begin, and which model it is for. What is read has the
// model's types and sizes, and every refusal is told in JSON.

namespace {

SessionValue value(std::string name, DType dtype, std::vector<SessionDim> dims) { return {std::move(name), "tensor", dtype, std::move(dims)}; }

std::vector<ServedModel> made_models()
{
    SessionDim const rows{std::nullopt, "n"};
    std::vector<ServedModel> models;
    for (auto const dtype : {DType::float32, DType::int8, DType::boolean, DType::string, DType::float16, DType::uint64})
        models.push_back({"m", "", {value("x", dtype, {rows, {2, ""}})}, {value("y", dtype, {rows})}, nullptr, {}});
    models.push_back({"m", "", {value("x", DType::float32, {rows}), value("z", DType::int64, {rows, {std::nullopt, ""}})}, {value("y", DType::float32, {rows})}, nullptr, {}});
    return models;
}

}

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size)
{
    static auto const models = made_models();
    if (size < 2)
        return 0;
    auto const& model = models[data[0] % models.size()];
    std::string body(reinterpret_cast<char const*>(data) + 2, size - 2);
    std::optional<uint64_t> json_bytes;
    if (data[1] < 0xff)
        json_bytes = body.size() - std::min<size_t>(body.size(), data[1]);
    auto const request = read_oip_request(SharedBytes::take(std::move(body)), json_bytes, model);
    if (!request) {
        if (!read_json(oip_error(400, request.error().what).body))
            __builtin_trap();
        return 0;
    }
    if (request->inputs.size() != model.inputs.size() || request->outputs.empty())
        __builtin_trap();
    for (size_t number = 0; number < model.inputs.size(); ++number)
        if (request->inputs[number].tensor.dtype() != model.inputs[number].dtype || request->inputs[number].tensor.rank() != model.inputs[number].dims->size())
            __builtin_trap();
    return 0;
}
