#include "serve/oip_request.h"

#include "serve/json_cursor.h"
#include "serve/oip_elements.h"
#include "serve/oip_types.h"
#include "serve/symbols.h"
#include "json/json.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace {

constexpr size_t most_rank = 64;

Failure not_json(JsonCursor const& cursor, std::string_view wanted) { return malformed(fmt::format("the body is no JSON that this protocol knows: wanted {} at byte {}", wanted, cursor.place())); }

// Calls `take` at the value of each member of the object that comes next. Keys stand once.
template <typename Take>
Result<void> for_each_member(JsonCursor& cursor, Take const& take)
{
    if (!cursor.take('{'))
        return not_json(cursor, "an object");
    if (cursor.take('}'))
        return {};
    std::set<std::string> seen;
    do {
        auto key = cursor.text();
        if (!key || !cursor.take(':'))
            return not_json(cursor, "a member's name");
        auto const [place, is_new] = seen.insert(*std::move(key));
        if (!is_new)
            return malformed("a member of the body stands twice");
        TRY(take(*place));
    } while (cursor.take(','));
    return cursor.take('}') ? Result<void>() : not_json(cursor, "the end of an object");
}

template <typename Take>
Result<void> for_each_element(JsonCursor& cursor, Take const& take)
{
    if (!cursor.take('['))
        return not_json(cursor, "a list");
    if (cursor.take(']'))
        return {};
    do
        TRY(take());
    while (cursor.take(','));
    return cursor.take(']') ? Result<void>() : not_json(cursor, "the end of a list");
}

// Any one value, as a tree: for what is small.
Result<Json> read_value(JsonCursor& cursor)
{
    auto const text = cursor.skip(request_json_depth);
    if (!text)
        return not_json(cursor, "a value");
    auto value = read_json(*text, request_json_depth);
    if (!value)
        return not_json(cursor, "a value");
    return *std::move(value);
}

Result<std::string> read_text(JsonCursor& cursor)
{
    auto text = cursor.text();
    if (!text)
        return not_json(cursor, "a text");
    return *std::move(text);
}

// A parameter that is a boolean; other values are an error that names it.
Result<bool> flag_of(Json const& parameters, char const* name, bool otherwise)
{
    auto const found = parameters.find(name);
    if (found == parameters.end())
        return otherwise;
    if (!found->is_boolean())
        return malformed(fmt::format("the parameter '{}' is not true or false", name));
    return found->get<bool>();
}

Result<Json> read_parameters(JsonCursor& cursor)
{
    auto parameters = TRY(read_value(cursor));
    if (!parameters.is_object())
        return malformed("'parameters' is not an object");
    return parameters;
}

// An input as it was sent.
struct SentInput {
    std::optional<std::string> name;
    std::optional<DType> dtype;
    std::optional<Shape> shape;
    std::optional<uint64_t> binary_bytes;
    std::optional<Tensor> tensor;
    std::optional<std::string_view> data; // where it came before datatype and shape
};

struct SentOutput {
    std::string name;
    std::optional<bool> binary;
};

class RequestReader {
public:
    RequestReader(SharedBytes body, uint64_t json_bytes, ServedModel const& model)
        : body_(std::move(body)),
          json_bytes_(json_bytes),
          cursor_(text_of(body_.bytes()).substr(0, json_bytes)),
          model_(model)
    {
    }

    Result<OipRequest> read()
    {
        TRY(for_each_member(cursor_, [&](std::string const& key) { return read_member(key); }));
        if (!cursor_.at_end())
            return not_json(cursor_, "the end of the body");
        if (!has_inputs_)
            return malformed("the body has no 'inputs'");
        OipRequest request;
        request.id = std::move(id_);
        request.inputs = TRY(arranged_inputs());
        request.outputs = TRY(arranged_outputs());
        return request;
    }

private:
    Result<void> read_member(std::string const& key)
    {
        if (key == "inputs") {
            has_inputs_ = true;
            return for_each_element(cursor_, [&] { return read_input(); });
        }
        if (key == "outputs")
            return for_each_element(cursor_, [&] { return read_output(); });
        if (key == "id") {
            id_ = TRY(read_text(cursor_));
            return {};
        }
        if (key == "parameters") {
            auto const parameters = TRY(read_parameters(cursor_));
            binary_outputs_ = TRY(flag_of(parameters, "binary_data_output", false));
            return {};
        }
        TRY(read_value(cursor_));
        return {};
    }

    Result<void> read_input()
    {
        if (sent_.size() == model_.inputs.size())
            return malformed(fmt::format("expected {} inputs but got more for model '{}'", model_.inputs.size(), model_.name));
        SentInput input;
        TRY(for_each_member(cursor_, [&](std::string const& key) { return read_input_member(key, input); }));
        if (!input.name)
            return malformed("an input has no 'name'");
        auto const& name = *input.name;
        if (std::ranges::any_of(sent_, [&](SentInput const& other) { return other.name == name; }))
            return malformed(fmt::format("input '{}' already exists in request", name));
        TRY(within_input(name, check_type(input)));
        if (!input.tensor)
            TRY(within_input(name, read_late_data(input)));
        sent_.push_back(std::move(input));
        return {};
    }

    Result<void> read_input_member(std::string const& key, SentInput& input)
    {
        if (key == "name")
            input.name = TRY(read_text(cursor_));
        else if (key == "datatype")
            input.dtype = TRY(read_datatype());
        else if (key == "shape")
            input.shape = TRY(read_shape());
        else if (key == "parameters")
            input.binary_bytes = TRY(read_binary_size());
        else if (key == "data")
            TRY(read_input_data(input));
        else
            TRY(read_value(cursor_));
        return {};
    }

    Result<DType> read_datatype()
    {
        auto const name = TRY(read_text(cursor_));
        auto const dtype = oip_dtype(name);
        if (!dtype)
            return malformed("the datatype of an input is none of the protocol's");
        return *dtype;
    }

    Result<Shape> read_shape()
    {
        Shape shape;
        TRY(for_each_element(cursor_, [&]() -> Result<void> {
            auto const size = cursor_.number();
            if (!size || !size->integer || *size->integer < 0 || shape.size() == most_rank)
                return malformed("the shape of an input is not a list of sizes");
            shape.push_back(*size->integer);
            return {};
        }));
        return shape;
    }

    Result<std::optional<uint64_t>> read_binary_size()
    {
        auto const parameters = TRY(read_parameters(cursor_));
        auto const found = parameters.find("binary_data_size");
        if (found == parameters.end())
            return std::optional<uint64_t>();
        if (!found->is_number_unsigned())
            return malformed("the parameter 'binary_data_size' is not a number of bytes");
        return std::optional(found->get<uint64_t>());
    }

    // Where type and shape are known the numbers go straight into the tensor.
    Result<void> read_input_data(SentInput& input)
    {
        if (input.dtype && input.shape && input.name) {
            TRY(within_input(*input.name, check_type(input)));
            input.tensor = TRY(within_input(*input.name, read_oip_data(cursor_, *input.dtype, *input.shape)));
            return {};
        }
        input.data = cursor_.skip(request_json_depth);
        return input.data ? Result<void>() : not_json(cursor_, "a value");
    }

    Result<void> read_late_data(SentInput& input)
    {
        if (input.binary_bytes && input.data)
            return malformed("it has both 'data' and 'binary_data_size'");
        if (input.binary_bytes)
            return read_binary(input);
        if (!input.data)
            return malformed("it has neither 'data' nor 'binary_data_size'");
        JsonCursor late(*input.data);
        input.tensor = TRY(read_oip_data(late, *input.dtype, *input.shape));
        return late.at_end() ? Result<void>() : Result<void>(malformed("its data is not a list, or not a whole one"));
    }

    Result<void> read_binary(SentInput& input)
    {
        uint64_t const left = body_.size() - json_bytes_ - binary_taken_;
        if (*input.binary_bytes > left)
            return malformed(fmt::format("unexpected size for input '{}', expecting {} additional bytes for model '{}'", *input.name, *input.binary_bytes - left, model_.name));
        auto const bytes = body_.part(json_bytes_ + binary_taken_, *input.binary_bytes);
        binary_taken_ += *input.binary_bytes;
        input.tensor = TRY(read_oip_bytes(bytes, *input.dtype, *input.shape));
        return {};
    }

    Result<void> read_output()
    {
        SentOutput output;
        TRY(for_each_member(cursor_, [&](std::string const& key) -> Result<void> {
            if (key == "name") {
                output.name = TRY(read_text(cursor_));
            } else if (key == "parameters") {
                auto const parameters = TRY(read_parameters(cursor_));
                if (parameters.contains("binary_data"))
                    output.binary = TRY(flag_of(parameters, "binary_data", false));
                if (parameters.contains("classification"))
                    return malformed("the parameter 'classification' is not supported");
            } else {
                TRY(read_value(cursor_));
            }
            return {};
        }));
        if (asked_.size() == model_.outputs.size())
            return malformed(fmt::format("more outputs are asked for than model '{}' has", model_.name));
        asked_.push_back(std::move(output));
        return {};
    }

    template <typename T>
    Result<T> within_input(std::string const& name, Result<T> result) const
    {
        if (result || result.error().what.find("input '") != std::string::npos)
            return result;
        return malformed(fmt::format("input '{}' for model '{}': {}", name, model_.name, result.error().what));
    }

    Result<void> check_type(SentInput const& sent) const
    {
        auto const found = std::ranges::find(model_.inputs, *sent.name, &SessionValue::name);
        if (found == model_.inputs.end())
            return malformed(fmt::format("unexpected inference input '{}' for model '{}'", *sent.name, model_.name));
        if (!sent.dtype || !sent.shape)
            return malformed(fmt::format("it has no '{}'", sent.dtype ? "shape" : "datatype"));
        if (sent.dtype != found->dtype)
            return malformed(fmt::format("inference input '{}' data-type is '{}', but model '{}' expects '{}'", *sent.name, *oip_name(*sent.dtype), model_.name, oip_name(*found->dtype).value_or("")));
        if (found->dims && !dims_fit(*found->dims, *sent.shape))
            return malformed(fmt::format("unexpected shape for input '{}' for model '{}'. Expected {}, got {}.", *sent.name, model_.name, oip_shape(*found), oip_shape(*sent.shape)));
        return {};
    }

    Result<std::vector<NamedTensor>> arranged_inputs()
    {
        if (binary_taken_ < body_.size() - json_bytes_)
            return malformed(fmt::format("unexpected additional input data for model '{}'", model_.name));
        std::vector<NamedTensor> arranged;
        for (auto const& input : model_.inputs) {
            auto const found = std::ranges::find(sent_, input.name, &SentInput::name);
            if (found == sent_.end())
                return missing_inputs();
            arranged.push_back({input.name, *std::move(found->tensor)});
        }
        if (auto const conflict = symbol_conflict(model_.inputs, arranged))
            return malformed(fmt::format("unexpected shape for input '{}' for model '{}': {}", conflict->input, model_.name, conflict->text));
        return arranged;
    }

    Failure missing_inputs() const
    {
        std::vector<std::string> sent;
        std::vector<std::string> missing;
        for (auto const& input : sent_)
            sent.push_back("'" + *input.name + "'");
        for (auto const& input : model_.inputs)
            if (std::ranges::find(sent_, input.name, &SentInput::name) == sent_.end())
                missing.push_back("'" + input.name + "'");
        return malformed(fmt::format("expected {} inputs but got {} inputs for model '{}'. Got input(s) [{}], but missing required input(s) [{}]. Please provide all required input(s).",
            model_.inputs.size(), sent_.size(), model_.name, fmt::join(sent, ","), fmt::join(missing, ",")));
    }

    Result<std::vector<OipOutput>> arranged_outputs() const
    {
        std::vector<OipOutput> arranged;
        for (auto const& output : asked_) {
            auto const found = std::ranges::find(model_.outputs, output.name, &SessionValue::name);
            if (found == model_.outputs.end())
                return malformed(fmt::format("unexpected inference output '{}' for model '{}'", output.name, model_.name));
            auto const number = static_cast<size_t>(found - model_.outputs.begin());
            if (std::ranges::find(arranged, number, &OipOutput::number) != arranged.end())
                return malformed(fmt::format("output '{}' already exists in request", output.name));
            arranged.push_back({number, output.binary.value_or(binary_outputs_)});
        }
        if (asked_.empty())
            for (size_t number = 0; number < model_.outputs.size(); ++number)
                arranged.push_back({number, binary_outputs_});
        for (auto const& output : arranged) {
            auto const dtype = *model_.outputs[output.number].dtype;
            if (!output.binary && (dtype == DType::float16 || dtype == DType::bfloat16))
                return malformed(fmt::format("output '{}' is {}, which has no form in JSON: ask for it with binary_data", model_.outputs[output.number].name, *oip_name(dtype)));
        }
        return arranged;
    }

    SharedBytes body_;
    uint64_t json_bytes_;
    JsonCursor cursor_;
    ServedModel const& model_;
    std::optional<std::string> id_;
    bool has_inputs_ = false;
    bool binary_outputs_ = false;
    uint64_t binary_taken_ = 0;
    std::vector<SentInput> sent_;
    std::vector<SentOutput> asked_;
};

// The shape of one text; a raw body is no more.
Result<Shape> one_text_shape(SessionValue const& input)
{
    if (!input.dims)
        return Shape{1};
    Shape shape;
    for (auto const& dim : *input.dims)
        shape.push_back(dim.size.value_or(1));
    if (element_count(shape) != uint64_t{1})
        return malformed(fmt::format("a raw request holds one text, and input '{}' is {}", input.name, oip_shape(input)));
    return shape;
}

// The shape of the only input whose bytes are `size` long; at most one of its sizes is free.
Result<Shape> raw_shape(SessionValue const& input, uint64_t size)
{
    if (input.dtype == DType::string)
        return one_text_shape(input);
    uint64_t fixed = static_cast<uint64_t>(bits_of(*input.dtype)) / 8;
    std::optional<size_t> free;
    Shape shape;
    for (auto const& dim : input.dims.value_or(std::vector<SessionDim>())) {
        if (!dim.size && free)
            return malformed("a raw request needs a model with at most one size that varies");
        if (!dim.size)
            free = shape.size();
        shape.push_back(dim.size.value_or(1));
        if (__builtin_mul_overflow(fixed, static_cast<uint64_t>(shape.back()), &fixed))
            return malformed("the model's input is too large");
    }
    if (!input.dims || (free && (fixed == 0 || size % fixed != 0)) || (!free && size != fixed))
        return malformed(fmt::format("unexpected size for input '{}': {} bytes, wanted {}", input.name, size, free ? fmt::format("a multiple of {}", fixed) : std::to_string(fixed)));
    if (free)
        shape[*free] = static_cast<int64_t>(size / fixed);
    return shape;
}

Result<OipRequest> read_raw_request(SharedBytes body, ServedModel const& model)
{
    if (model.inputs.size() != 1)
        return malformed(fmt::format("a raw request needs a model with one input, and model '{}' has {}", model.name, model.inputs.size()));
    auto const& input = model.inputs.front();
    auto shape = TRY(raw_shape(input, body.size()));
    auto tensor = TRY(read_oip_bytes(std::move(body), *input.dtype, shape));
    OipRequest request;
    request.inputs.push_back({input.name, std::move(tensor)});
    for (size_t number = 0; number < model.outputs.size(); ++number)
        request.outputs.push_back({number, true});
    return request;
}

}

Result<OipRequest> read_oip_request(SharedBytes body, std::optional<uint64_t> json_bytes, ServedModel const& model)
{
    if (json_bytes == 0)
        return read_raw_request(std::move(body), model);
    auto const length = json_bytes.value_or(body.size());
    CHECK(length <= body.size(), "read_oip_header_length() compares it");
    return RequestReader(std::move(body), length, model).read();
}

Result<uint64_t> read_oip_header_length(std::string_view text, uint64_t body_bytes)
{
    uint64_t length = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || length > body_bytes)
        return malformed(fmt::format("inference header size should be in range (0, {})", body_bytes));
    return length;
}
