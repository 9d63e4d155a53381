#include "runtime/ort.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace {

// A provider's options as ONNX Runtime takes them: two arrays of C strings.
struct OptionArrays {
    std::vector<char const*> keys;
    std::vector<char const*> values;

    explicit OptionArrays(ProviderChoice const& provider)
    {
        for (auto const& [key, value] : provider.options) {
            keys.push_back(key.c_str());
            values.push_back(value.c_str());
        }
    }
};

Result<void> append_cuda(OrtApi const& api, OrtSessionOptions* session_options, OptionArrays const& arrays)
{
    auto const options = TRY(ort_object<OrtCUDAProviderOptionsV2>(api, api.ReleaseCUDAProviderOptions, api.CreateCUDAProviderOptions));
    TRY(ort_result(api, api.UpdateCUDAProviderOptions(options.get(), arrays.keys.data(), arrays.values.data(), arrays.keys.size())));
    return ort_result(api, api.SessionOptionsAppendExecutionProvider_CUDA_V2(session_options, options.get()));
}

Result<void> append_tensorrt(OrtApi const& api, OrtSessionOptions* session_options, OptionArrays const& arrays)
{
    auto const options = TRY(ort_object<OrtTensorRTProviderOptionsV2>(api, api.ReleaseTensorRTProviderOptions, api.CreateTensorRTProviderOptions));
    TRY(ort_result(api, api.UpdateTensorRTProviderOptions(options.get(), arrays.keys.data(), arrays.values.data(), arrays.keys.size())));
    return ort_result(api, api.SessionOptionsAppendExecutionProvider_TensorRT_V2(session_options, options.get()));
}

// All others go by the short name: "OpenVINO" of "OpenVINOExecutionProvider".
Result<void> append_by_name(OrtApi const& api, OrtSessionOptions* session_options, std::string const& name, OptionArrays const& arrays)
{
    std::string const short_name = name.substr(0, name.find("ExecutionProvider"));
    auto const append = api.SessionOptionsAppendExecutionProvider;
    return ort_result(api, append(session_options, short_name.c_str(), arrays.keys.data(), arrays.values.data(), arrays.keys.size()));
}

Result<void> append_provider(OrtApi const& api, OrtSessionOptions* session_options, ProviderChoice const& provider)
{
    OptionArrays const arrays(provider);
    if (provider.name == "CUDAExecutionProvider")
        return append_cuda(api, session_options, arrays);
    if (provider.name == "TensorrtExecutionProvider")
        return append_tensorrt(api, session_options, arrays);
    return append_by_name(api, session_options, provider.name, arrays);
}

}

std::vector<std::string> provider_names(OrtLibrary const& library)
{
    auto const& api = *library.api;
    char** names = nullptr;
    int count = 0;
    if (!ort_result(api, api.GetAvailableProviders(&names, &count)))
        return {};
    std::vector<std::string> providers(names, names + count);
    static_cast<void>(ort_result(api, api.ReleaseAvailableProviders(names, count)));
    return providers;
}

size_t append_providers(OrtLibrary const& library, OrtSessionOptions* session_options,
    std::vector<ProviderChoice> const& providers, std::vector<std::string>& warnings)
{
    auto const there = provider_names(library);
    size_t appended = 0;
    for (auto const& provider : providers) {
        if (provider.name == "CPUExecutionProvider")
            break; // it takes every operator: nothing that follows would get one
        if (std::find(there.begin(), there.end(), provider.name) == there.end()) {
            warnings.push_back(fmt::format("{} is not used: this build of ONNX Runtime has only {}", provider.name, fmt::join(there, ", ")));
            continue;
        }
        auto const result = append_provider(*library.api, session_options, provider);
        if (result)
            ++appended;
        else
            warnings.push_back(fmt::format("{} is not used: {}", provider.name, result.error().text()));
    }
    return appended;
}
