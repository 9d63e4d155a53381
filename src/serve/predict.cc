#include "serve/predict.h"

#include "base/utf8.h"
#include "serve/json_fault.h"
#include "serve/plain_numbers.h"
#include "serve/symbols.h"
#include "serve/tensor_json.h"

#include <algorithm>
#include <fmt/format.h>

namespace {

using Refused = tl::unexpected<BodyFaults>;

Refused refused_with(BodyFault fault)
{
    BodyFaults faults;
    faults.add(std::move(fault));
    return Refused(std::move(faults));
}

Json at_body() { return Json::array({"body"}); }
Json at_member(std::string_view name) { return Json::array({"body", std::string(name)}); }
Json at_input() { return at_member("input"); }

Refused no_object(Json sent)
{
    return refused_with({"model_attributes_type", at_body(), "Input should be a valid dictionary or object to extract fields from", std::move(sent), std::nullopt});
}

Refused no_json(size_t position, std::string_view text)
{
    return refused_with({"json_invalid", Json::array({"body", position}), "JSON decode error", Json::object(), Json{{"error", std::string(text)}}});
}

// Why a body that read_json() refused is no JSON, as FastAPI tells it; what only our own rules refuse is told in our words.
Refused explain(std::string_view body, Error const& error)
{
    if (auto const fault = find_json_fault(body))
        return no_json(fault->position, fault->text);
    BodyFaults faults;
    if (holds_json_not_finite(body))
        faults.add_value_error(at_input(), "NaN and Infinity are no numbers of JSON", std::nullopt);
    else
        return no_json(0, error.what);
    return Refused(std::move(faults));
}

tl::expected<Json, BodyFaults> read_document(std::string_view body, bool json_content)
{
    if (body.empty())
        return refused_with({"missing", at_body(), "Field required", Json(), std::nullopt});
    if (!json_content)
        return no_object(std::string(body));
    if (!is_utf8(body))
        return no_json(0, "the body is not UTF-8");
    auto document = read_json(body, request_json_depth);
    if (!document)
        return explain(body, document.error());
    if (!document->is_object())
        return no_object(*std::move(document));
    return *std::move(document);
}

Json const* member(Json const& object, std::string_view name)
{
    auto const found = object.find(std::string(name));
    return found == object.end() ? nullptr : &*found;
}

// Where the input `name` stands in the document, and as what.
struct Place {
    Json const* value = nullptr;
    Json location;
};

Place place_of(Json const& document, std::string const& name, bool only)
{
    auto const* const input = member(document, "input");
    if (input && input->is_object()) // an object is never a tensor: it holds the inputs by name
        return {member(*input, name), Json::array({"body", "input", name})};
    if (only)
        return {input, at_input()};
    return {member(document, name), at_member(name)};
}

// What is left of `output` when it answers one row.
Tensor row_of_answer(Tensor const& output)
{
    if (output.rank() == 0 || output.shape().front() != 1)
        return output;
    if (output.count() == 1)
        return output.with_shape({});
    return output.with_shape(Shape(output.shape().begin() + 1, output.shape().end()));
}

// Row 0 of a sample without its batch axis; the sample has one.
std::optional<Tensor> first_row(Tensor const& tensor)
{
    if (tensor.rank() == 0 || tensor.shape().front() <= 0)
        return std::nullopt;
    Shape shape(tensor.shape().begin() + 1, tensor.shape().end());
    auto const count = tensor.count() / static_cast<uint64_t>(tensor.shape().front());
    auto row = tensor.dtype() == DType::string
        ? Tensor::create_strings(std::move(shape), {tensor.strings().begin(), tensor.strings().begin() + static_cast<ptrdiff_t>(count)})
        : Tensor::create(tensor.dtype(), std::move(shape), tensor.data().part(0, tensor.data().size() / static_cast<uint64_t>(tensor.shape().front())));
    return row ? std::optional(*std::move(row)) : std::nullopt;
}

}

bool is_json_content(std::optional<std::string_view> content_type)
{
    if (!content_type)
        return true;
    std::string type;
    for (char const byte : content_type->substr(0, content_type->find(';')))
        if (byte != ' ' && byte != '\t')
            type += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

tl::expected<PredictRequest, BodyFaults> read_predict_body(std::string_view body, bool json_content, std::span<SessionValue const> inputs)
{
    if (json_content && inputs.size() == 1)
        if (auto plain = read_plain_numbers(body, inputs.front()))
            return PredictRequest{{{inputs.front().name, std::move(plain->tensor)}}, plain->one_row};
    return read_predict_document(body, json_content, inputs);
}

tl::expected<PredictRequest, BodyFaults> read_predict_document(std::string_view body, bool json_content, std::span<SessionValue const> inputs)
{
    auto const document = read_document(body, json_content);
    if (!document)
        return Refused(document.error());
    BodyFaults faults;
    PredictRequest request;
    bool rows = false;
    for (auto const& input : inputs) {
        auto const place = place_of(*document, input.name, inputs.size() == 1);
        if (!place.value) {
            faults.add({"missing", place.location, "Field required", *document, std::nullopt});
            continue;
        }
        auto read = read_json_tensor(*place.value, input, place.location, faults);
        if (!read)
            continue;
        request.one_row |= read->one_row;
        rows |= !read->one_row && read->tensor.rank() > 0;
        request.inputs.push_back({input.name, std::move(read->tensor)});
    }
    if (faults.empty())
        if (auto const conflict = symbol_conflict(inputs, request.inputs))
            faults.add_value_error(at_member(conflict->input), conflict->text, std::nullopt);
    if (faults.empty() && request.one_row && rows)
        faults.add_value_error(at_body(), "one input is one row and another is several: give all of them with their batch axis, or none", std::nullopt);
    if (!faults.empty())
        return Refused(std::move(faults));
    return request;
}

Result<std::string> predict_answer(std::span<std::string const> names, std::span<Tensor const> outputs, bool one_row)
{
    CHECK(names.size() == outputs.size(), "each output has a name");
    std::string text = outputs.size() == 1 ? "" : "{";
    for (size_t number = 0; number < outputs.size(); ++number) {
        auto const value = json_tensor_text(one_row ? row_of_answer(outputs[number]) : outputs[number]);
        if (!value)
            return unsupported("the model's answer holds NaN or Infinity, which JSON cannot say").at("output " + names[number]);
        if (outputs.size() > 1)
            text += (number > 0 ? "," : "") + write_json(names[number]) + ":";
        text += *value;
    }
    return "{\"prediction\":" + text + (outputs.size() == 1 ? "}" : "}}");
}

std::optional<std::string> predict_example(std::span<NamedTensor const> sample, std::span<SessionValue const> inputs, size_t most_bytes)
{
    // One row is asked for where the first axis may be a batch: every input has one, and no size other than 1 is fixed for it.
    bool const one_row = std::ranges::all_of(inputs, [](SessionValue const& input) { return input.dims && !input.dims->empty() && input.dims->front().size.value_or(1) == 1; });
    std::string text = "{";
    for (auto const& input : inputs) {
        auto const found = std::ranges::find(sample, input.name, &NamedTensor::name);
        if (found == sample.end())
            return std::nullopt;
        auto const tensor = one_row ? first_row(found->tensor) : std::optional(found->tensor);
        if (!tensor || tensor->count() * 2 > most_bytes)
            return std::nullopt;
        auto const value = json_tensor_text(*tensor);
        if (!value)
            return std::nullopt;
        text += (text.size() > 1 ? ", " : "") + write_json(inputs.size() == 1 ? "input" : input.name) + ": " + *value;
    }
    text += "}";
    return text.size() <= most_bytes ? std::optional(text) : std::nullopt;
}
