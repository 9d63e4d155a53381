#include "runtime/ort.h"

#include "onnx/model.h"
#include "onnx/read.h"

#include <algorithm>
#include <onnxruntime_session_options_config_keys.h>

namespace {

constexpr GraphOptimizationLevel level_of(GraphOptimisation optimisation)
{
    switch (optimisation) {
    case GraphOptimisation::none:
        return ORT_DISABLE_ALL;
    case GraphOptimisation::basic:
        return ORT_ENABLE_BASIC;
    case GraphOptimisation::extended:
        return ORT_ENABLE_EXTENDED;
    case GraphOptimisation::all:
        break;
    }
    return ORT_ENABLE_ALL;
}

char const* kind_of(ONNXType type)
{
    switch (type) {
    case ONNX_TYPE_TENSOR:
        return "tensor";
    case ONNX_TYPE_SEQUENCE:
        return "sequence";
    case ONNX_TYPE_MAP:
        return "map";
    case ONNX_TYPE_OPTIONAL:
        return "optional";
    case ONNX_TYPE_SPARSETENSOR:
        return "sparse tensor";
    default:
        return "opaque";
    }
}

Result<std::vector<SessionDim>> dims_of(OrtApi const& api, OrtTensorTypeAndShapeInfo const* info)
{
    size_t rank = 0;
    TRY(ort_result(api, api.GetDimensionsCount(info, &rank)));
    std::vector<int64_t> sizes(rank);
    std::vector<char const*> symbols(rank);
    TRY(ort_result(api, api.GetDimensions(info, sizes.data(), rank)));
    TRY(ort_result(api, api.GetSymbolicDimensions(info, symbols.data(), rank)));
    std::vector<SessionDim> dims(rank);
    for (size_t axis = 0; axis < rank; ++axis) {
        if (sizes[axis] >= 0)
            dims[axis].size = sizes[axis];
        else if (symbols[axis] != nullptr)
            dims[axis].symbol = symbols[axis];
    }
    return dims;
}

Result<SessionValue> value_of(OrtApi const& api, std::string name, OrtTypeInfo const* type)
{
    SessionValue value;
    value.name = std::move(name);
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    TRY(ort_result(api, api.GetOnnxTypeFromTypeInfo(type, &kind)));
    value.kind = kind_of(kind);
    if (kind != ONNX_TYPE_TENSOR)
        return value;
    OrtTensorTypeAndShapeInfo const* info = nullptr; // belongs to `type`
    TRY(ort_result(api, api.CastTypeInfoToTensorInfo(type, &info)));
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    TRY(ort_result(api, api.GetTensorElementType(info, &element)));
    value.dtype = dtype_of_onnx(static_cast<int32_t>(element));
    auto dims = TRY(dims_of(api, info));
    if (!dims.empty())
        value.dims = std::move(dims);
    return value;
}

using CountValues = OrtStatus* (*)(OrtSession const*, size_t*);
using NameValue = OrtStatus* (*)(OrtSession const*, size_t, OrtAllocator*, char**);
using TypeValue = OrtStatus* (*)(OrtSession const*, size_t, OrtTypeInfo**);

Result<std::vector<SessionValue>> values_of(OrtApi const& api, OrtSession const* session, CountValues count_values, NameValue name_value, TypeValue type_value)
{
    size_t count = 0;
    TRY(ort_result(api, count_values(session, &count)));
    OrtAllocator* allocator = nullptr; // the library's own
    TRY(ort_result(api, api.GetAllocatorWithDefaultOptions(&allocator)));
    std::vector<SessionValue> values;
    for (size_t i = 0; i < count; ++i) {
        char* name = nullptr;
        TRY(ort_result(api, name_value(session, i, allocator, &name)));
        std::string copy = name;
        TRY(ort_result(api, api.AllocatorFree(allocator, name)));
        auto const type = TRY(ort_object<OrtTypeInfo>(api, api.ReleaseTypeInfo, [&](OrtTypeInfo** made) { return type_value(session, i, made); }));
        auto value = TRY(value_of(api, std::move(copy), type.get()));
        values.push_back(std::move(value));
    }
    return values;
}

Result<void> set_external_files(OrtApi const& api, OrtSessionOptions* made, std::vector<ExternalFile> const& files)
{
    if (files.empty())
        return {};
    std::vector<char const*> names;
    std::vector<char*> buffers;
    std::vector<size_t> lengths;
    for (auto const& file : files) {
        names.push_back(file.location.c_str());
        buffers.push_back(const_cast<char*>(text_of(file.bytes.bytes()).data())); // only read, whatever the interface's type says
        lengths.push_back(file.bytes.size());
    }
    return ort_result(api, api.AddExternalInitializersFromFilesInMemory(made, names.data(), buffers.data(), lengths.data(), files.size()));
}

Result<OrtOwned<OrtSessionOptions>> options_for(OrtApi const& api, SessionOptions const& options)
{
    auto made = TRY(ort_object<OrtSessionOptions>(api, api.ReleaseSessionOptions, api.CreateSessionOptions));
    TRY(ort_result(api, api.SetIntraOpNumThreads(made.get(), options.intra_threads)));
    TRY(ort_result(api, api.SetInterOpNumThreads(made.get(), options.inter_threads)));
    TRY(ort_result(api, api.SetSessionGraphOptimizationLevel(made.get(), level_of(options.optimisation))));
    TRY(ort_result(api, api.SetSessionExecutionMode(made.get(), options.order == NodeOrder::parallel ? ORT_PARALLEL : ORT_SEQUENTIAL)));
    auto const set = [&](char const* key, std::string const& value) { return ort_result(api, api.AddSessionConfigEntry(made.get(), key, value.c_str())); };
    char const* const spinning = options.spinning ? "1" : "0";
    TRY(set(kOrtSessionOptionsConfigAllowIntraOpSpinning, spinning));
    TRY(set(kOrtSessionOptionsConfigAllowInterOpSpinning, spinning));
    if (!options.prepacking)
        TRY(set(kOrtSessionOptionsConfigDisablePrepacking, "1"));
    if (!options.external_folder.empty())
        TRY(set(kOrtSessionOptionsModelExternalInitializersFileFolderPath, options.external_folder));
    for (auto const& [key, value] : options.settings)
        TRY(set(key.c_str(), value));
    TRY(set_external_files(api, made.get(), options.external_files));
    return made;
}

// With the providers that are wanted; without them where the session cannot be made with them, and then `warnings` say so.
Result<OrtOwned<OrtSession>> session_with_providers(OrtLibrary const& library, Bytes model, SessionOptions const& options, std::vector<std::string>& warnings)
{
    auto const& api = *library.api;
    auto const session = [&](OrtSessionOptions const* made) {
        return ort_object<OrtSession>(api, api.ReleaseSession, [&](OrtSession** result) {
            return api.CreateSessionFromArray(library.environment.get(), model.data(), model.size(), made, result);
        });
    };
    auto const wanted = TRY(options_for(api, options));
    size_t const appended = append_providers(library, wanted.get(), options.providers, warnings);
    auto with_providers = session(wanted.get());
    if (with_providers || appended == 0)
        return with_providers;
    auto const plain = TRY(options_for(api, options));
    auto without = session(plain.get());
    if (without)
        warnings.push_back("only the processor is used: " + with_providers.error().text());
    return without;
}

// ONNX Runtime would follow "../" out of the folder.
Result<void> check_external_locations(OnnxModel const& model)
{
    for (auto const& external : external_tensors(model))
        TRY(within(external.place, check_external_location(external.tensor->external->location)));
    return {};
}

// What ONNX Runtime's interface of version 21 cannot say: a scalar, or a tensor of unknown rank. The model can.
void tell_scalars(std::vector<SessionValue>& values, std::vector<OnnxValueInfo> const& declared)
{
    for (auto& value : values) {
        if (!value.dtype || value.dims)
            continue;
        auto const found = std::find_if(declared.begin(), declared.end(), [&](auto const& info) { return info.name == value.name; });
        if (found != declared.end() && found->type.shape && found->type.shape->empty())
            value.dims.emplace();
    }
}

bool any_without_dims(std::vector<SessionValue> const& values)
{
    return std::any_of(values.begin(), values.end(), [](auto const& value) { return value.dtype && !value.dims; });
}

}

std::string text_of(SessionValue const& value)
{
    if (!value.dtype)
        return value.kind;
    std::string text(name_of(*value.dtype));
    if (!value.dims)
        return text + " of any shape";
    text += "[";
    for (size_t axis = 0; axis < value.dims->size(); ++axis) {
        auto const& dim = (*value.dims)[axis];
        text += axis == 0 ? "" : ", ";
        text += dim.size ? std::to_string(*dim.size) : dim.symbol.empty() ? "?"
                                                                          : dim.symbol;
    }
    return text + "]";
}

Result<Session> Session::create(Runtime const& runtime, Bytes model, SessionOptions const& options)
{
    OrtLibrary const& library = *runtime.library_;
    auto const& api = *library.api;
    SharedBytes const unowned(model, nullptr);
    if (!options.external_folder.empty()) {
        auto const read = TRY(read_onnx(unowned));
        TRY(check_external_locations(read));
    }
    std::vector<std::string> warnings;
    auto session = TRY(session_with_providers(library, model, options, warnings));
    auto inputs = TRY(values_of(api, session.get(), api.SessionGetInputCount, api.SessionGetInputName, api.SessionGetInputTypeInfo));
    auto optional_inputs = TRY(values_of(api, session.get(), api.SessionGetOverridableInitializerCount, api.SessionGetOverridableInitializerName, api.SessionGetOverridableInitializerTypeInfo));
    auto outputs = TRY(values_of(api, session.get(), api.SessionGetOutputCount, api.SessionGetOutputName, api.SessionGetOutputTypeInfo));
    if (any_without_dims(inputs) || any_without_dims(optional_inputs) || any_without_dims(outputs)) {
        auto const read = TRY(read_onnx(unowned));
        tell_scalars(inputs, read.graph.inputs);
        tell_scalars(optional_inputs, read.graph.inputs);
        tell_scalars(outputs, read.graph.outputs);
    }
    return Session(std::make_shared<OrtModel const>(
        OrtModel{runtime, library, std::move(session), std::move(inputs), std::move(optional_inputs), std::move(outputs), std::move(warnings), std::make_shared<OrtRuns>(*library.api)}));
}

std::vector<SessionValue> const& Session::inputs() const { return model_->inputs; }
std::vector<SessionValue> const& Session::outputs() const { return model_->outputs; }
std::vector<std::string> const& Session::warnings() const { return model_->warnings; }
Runtime const& Session::runtime() const { return model_->runtime; }
