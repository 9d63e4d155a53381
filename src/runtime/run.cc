#include "runtime/ort.h"

#include "onnx/model.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

std::string type_text(Tensor const& tensor) { return std::string(name_of(tensor.dtype())) + text_of(tensor.shape()); }

std::string names_of(std::vector<SessionValue> const& values)
{
    std::vector<std::string_view> names;
    for (auto const& value : values)
        names.push_back(value.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

// Kernels count on the 0 or 1 that a boolean is.
bool is_whole_boolean(Tensor const& tensor)
{
    return tensor.dtype() != DType::boolean || std::all_of(tensor.bytes().begin(), tensor.bytes().end(), [](std::byte byte) { return byte <= std::byte{1}; });
}

Result<void> check_input(SessionValue const& wanted, Tensor const& given)
{
    if (!wanted.dtype)
        return unsupported(fmt::format("input \"{}\" is a {}, and only tensors can be given", wanted.name, wanted.kind));
    if (given.dtype() != *wanted.dtype || (wanted.dims && !dims_fit(*wanted.dims, given.shape())))
        return malformed(fmt::format("input \"{}\" is {}, wanted {}", wanted.name, type_text(given), text_of(wanted)));
    if (!is_whole_boolean(given))
        return malformed(fmt::format("input \"{}\" holds a byte that is neither 0 nor 1 where booleans are wanted", wanted.name));
    return {};
}

struct GivenInput {
    SessionValue const* value = nullptr;
    Tensor const* tensor = nullptr;
};

// The tensors in the order of the model's inputs; those that the model has a value for may be left out.
Result<std::vector<GivenInput>> arrange_inputs(OrtModel const& model, std::span<NamedTensor const> given)
{
    auto const is_among = [](std::vector<SessionValue> const& values, std::string const& name) { return std::any_of(values.begin(), values.end(), [&](auto const& value) { return value.name == name; }); };
    for (auto const& input : given)
        if (!is_among(model.inputs, input.name) && !is_among(model.optional_inputs, input.name))
            return malformed(fmt::format("the model has no input \"{}\"; its inputs are: {}", input.name, names_of(model.inputs)));
    std::vector<GivenInput> arranged;
    for (auto const* values : {&model.inputs, &model.optional_inputs})
        for (auto const& value : *values) {
            auto const named = [&](NamedTensor const& input) { return input.name == value.name; };
            auto const found = std::find_if(given.begin(), given.end(), named);
            if (found == given.end() && values == &model.optional_inputs)
                continue;
            if (found == given.end())
                return malformed(fmt::format("input \"{}\" ({}) is missing", value.name, text_of(value)));
            if (std::find_if(found + 1, given.end(), named) != given.end())
                return malformed(fmt::format("input \"{}\" is given twice", value.name));
            TRY(check_input(value, found->tensor));
            arranged.push_back({&value, &found->tensor});
        }
    return arranged;
}

Result<std::vector<char const*>> arrange_outputs(std::vector<SessionValue> const& there, std::span<std::string const> wanted)
{
    std::vector<SessionValue const*> arranged;
    for (auto const& name : wanted) {
        auto const found = std::find_if(there.begin(), there.end(), [&](auto const& value) { return value.name == name; });
        if (found == there.end())
            return malformed(fmt::format("the model has no output \"{}\"; its outputs are: {}", name, names_of(there)));
        if (std::find(arranged.begin(), arranged.end(), &*found) != arranged.end())
            return malformed(fmt::format("the output \"{}\" is asked for twice", name));
        arranged.push_back(&*found);
    }
    if (wanted.empty())
        for (auto const& value : there)
            arranged.push_back(&value);
    std::vector<char const*> names;
    for (auto const* value : arranged) {
        if (!value->dtype)
            return unsupported(fmt::format("output \"{}\" is a {}, and only tensors can be returned", value->name, value->kind))
                .hint("convert the model without that output (scikit-learn converters call it ZipMap)");
        names.push_back(value->name.c_str());
    }
    return names;
}

Result<OrtOwned<OrtValue>> string_value(OrtApi const& api, Tensor const& tensor)
{
    OrtAllocator* allocator = nullptr;
    TRY(ort_result(api, api.GetAllocatorWithDefaultOptions(&allocator)));
    auto value = TRY(ort_object<OrtValue>(api, api.ReleaseValue, [&](OrtValue** made) {
        return api.CreateTensorAsOrtValue(allocator, tensor.shape().data(), tensor.rank(), ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, made);
    }));
    auto const& texts = tensor.strings();
    for (size_t i = 0; i < texts.size(); ++i) {
        char* place = nullptr; // this way a text may hold zero bytes
        TRY(ort_result(api, api.GetResizedStringTensorElementBuffer(value.get(), i, texts[i].size(), &place)));
        std::memcpy(place, texts[i].data(), texts[i].size());
    }
    return value;
}

// An input as ONNX Runtime sees it, over the tensor's own bytes where they stand as processors want them.
struct Feed {
    OrtOwned<OrtValue> value;
    SharedBytes bytes;
};

// The same bytes at an address that the element type may have; a mapped file may hold them anywhere.
SharedBytes aligned(Tensor const& tensor)
{
    static constexpr std::byte nowhere{}; // an empty tensor needs an address too
    if (tensor.bytes().empty())
        return SharedBytes(Bytes(&nowhere, 0), nullptr);
    auto const element = static_cast<size_t>(std::max(8, bits_of(tensor.dtype())) / 8);
    if (reinterpret_cast<uintptr_t>(tensor.bytes().data()) % element == 0)
        return tensor.data();
    return SharedBytes::take(std::vector<std::byte>(tensor.bytes().begin(), tensor.bytes().end()));
}

Result<Feed> feed_of(OrtApi const& api, OrtMemoryInfo const* memory, Tensor const& tensor)
{
    if (tensor.dtype() == DType::string) {
        auto texts = TRY(string_value(api, tensor));
        return Feed{std::move(texts), {}};
    }
    auto const element = onnx_data_type(tensor.dtype());
    CHECK(element.has_value(), "a dtype that equals the model's is one of ONNX");
    SharedBytes bytes = aligned(tensor);
    auto value = TRY(ort_object<OrtValue>(api, api.ReleaseValue, [&](OrtValue** made) {
        return api.CreateTensorWithDataAsOrtValue(memory, const_cast<std::byte*>(bytes.bytes().data()), bytes.size(),
            tensor.shape().data(), tensor.rank(), static_cast<ONNXTensorElementDataType>(*element), made);
    }));
    return Feed{std::move(value), std::move(bytes)};
}

Result<Tensor> string_tensor(OrtApi const& api, OrtValue const* value, Shape shape, size_t count)
{
    std::vector<std::string> texts(count);
    for (size_t i = 0; i < count; ++i) {
        size_t length = 0;
        TRY(ort_result(api, api.GetStringTensorElementLength(value, i, &length)));
        texts[i].resize(length);
        TRY(ort_result(api, api.GetStringTensorElement(value, length, i, texts[i].data())));
    }
    return Tensor::create_strings(std::move(shape), std::move(texts));
}

struct TensorType {
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    Shape shape;
    size_t count = 0;
};

Result<TensorType> type_of(OrtApi const& api, OrtValue const* value)
{
    auto const info = TRY(ort_object<OrtTensorTypeAndShapeInfo>(api, api.ReleaseTensorTypeAndShapeInfo, [&](OrtTensorTypeAndShapeInfo** made) {
        return api.GetTensorTypeAndShape(value, made);
    }));
    TensorType type;
    size_t rank = 0;
    TRY(ort_result(api, api.GetTensorElementType(info.get(), &type.element)));
    TRY(ort_result(api, api.GetDimensionsCount(info.get(), &rank)));
    type.shape.resize(rank);
    TRY(ort_result(api, api.GetDimensions(info.get(), type.shape.data(), rank)));
    TRY(ort_result(api, api.GetTensorShapeElementCount(info.get(), &type.count)));
    return type;
}

// A run's memory, as long as one of its answers is used. An answer may be an input passed through, or a part of the model.
struct Answer {
    std::shared_ptr<OrtModel const> model;
    std::vector<SharedBytes> inputs;
    OrtOwned<OrtValue> value;
};

Result<Tensor> tensor_of(std::shared_ptr<OrtModel const> const& model, std::vector<Feed> const& feeds, OrtOwned<OrtValue> value)
{
    auto const& api = *model->library.api;
    if (value == nullptr)
        return unsupported("it is an absent optional");
    auto type = TRY(type_of(api, value.get()));
    if (type.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING)
        return string_tensor(api, value.get(), std::move(type.shape), type.count);
    auto const dtype = dtype_of_onnx(static_cast<int32_t>(type.element));
    auto const length = dtype ? bytes_of_elements(*dtype, type.count) : std::nullopt;
    if (!length)
        return unsupported(fmt::format("its element type has number {}, which is not known", static_cast<int>(type.element)));
    void* data = nullptr;
    TRY(ort_result(api, api.GetTensorMutableData(value.get(), &data)));
    Bytes const bytes(static_cast<std::byte const*>(data), data == nullptr ? 0 : *length);
    auto answer = std::make_shared<Answer>(Answer{model, {}, std::move(value)});
    for (auto const& feed : feeds) {
        auto const input = feed.bytes.bytes();
        if (bytes.data() >= input.data() && bytes.data() < input.data() + input.size())
            answer->inputs.push_back(feed.bytes);
    }
    return Tensor::create(*dtype, std::move(type.shape), SharedBytes(bytes, std::move(answer)));
}

}

bool dims_fit(std::vector<SessionDim> const& dims, Shape const& shape)
{
    if (dims.size() != shape.size())
        return false;
    for (size_t axis = 0; axis < dims.size(); ++axis)
        if (dims[axis].size && *dims[axis].size != shape[axis])
            return false;
    return true;
}

Result<std::vector<Tensor>> Session::run(std::span<NamedTensor const> inputs, std::span<std::string const> outputs) const
{
    auto const& api = *model_->library.api;
    auto const arranged = TRY(arrange_inputs(*model_, inputs));
    auto const output_names = TRY(arrange_outputs(model_->outputs, outputs));
    auto const memory = TRY(ort_object<OrtMemoryInfo>(api, api.ReleaseMemoryInfo, [&](OrtMemoryInfo** made) {
        return api.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, made);
    }));
    std::vector<char const*> input_names;
    std::vector<Feed> feeds;
    std::vector<OrtValue const*> values;
    for (auto const& input : arranged) {
        input_names.push_back(input.value->name.c_str());
        auto feed = TRY(within("input " + input.value->name, feed_of(api, memory.get(), *input.tensor)));
        values.push_back(feed.value.get());
        feeds.push_back(std::move(feed));
    }
    auto const options = TRY(ort_object<OrtRunOptions>(api, api.ReleaseRunOptions, [&](OrtRunOptions** made) { return api.CreateRunOptions(made); }));
    if (!model_->runs->begin(options.get()))
        return cancelled("the model runs no more: it was stopped");
    std::vector<OrtValue*> answers(output_names.size());
    auto const ran = ort_result(api,
        api.Run(model_->session.get(), options.get(), input_names.data(), values.data(), values.size(),
            output_names.data(), output_names.size(), answers.data()));
    std::vector<OrtOwned<OrtValue>> owned;
    for (auto* answer : answers)
        owned.emplace_back(answer, api.ReleaseValue);
    model_->runs->end(options.get());
    if (!ran && model_->runs->stopped())
        return cancelled("the run was stopped");
    if (!ran)
        return tl::unexpected(ran.error());
    std::vector<Tensor> tensors;
    for (size_t i = 0; i < owned.size(); ++i) {
        auto tensor = TRY(within(fmt::format("output {}", output_names[i]), tensor_of(model_, feeds, std::move(owned[i]))));
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

void Session::stop() const { model_->runs->stop(); }
