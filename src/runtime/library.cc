#include "runtime/ort.h"

#include "onnx/model.h"
#include "onnx/write.h"

#include <algorithm>
#include <charconv>
#include <dlfcn.h>
#include <fmt/format.h>

namespace {

constexpr uint32_t oldest_api = 21; // ONNX Runtime 1.21

void* open_library(std::string const& path) { return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); }

std::vector<std::string> places_of(RuntimeOptions const& options)
{
    if (!options.library.empty())
        return {options.library};
    std::vector<std::string> places;
    if (!options.program_folder.empty()) {
        places.push_back(options.program_folder + "/libonnxruntime.so.1");
        places.push_back(options.program_folder + "/../lib/libonnxruntime.so.1");
    }
    places.push_back(HULLMARK_ONNXRUNTIME_LIBRARY);
    places.push_back("libonnxruntime.so.1");
    return places;
}

// The 31 of "1.31.1"; nothing where the version is spelled otherwise.
std::optional<uint32_t> minor_version(std::string_view version)
{
    if (!version.starts_with("1."))
        return std::nullopt;
    uint32_t minor = 0;
    auto const [end, error] = std::from_chars(version.data() + 2, version.data() + version.size(), minor);
    return error == std::errc() ? std::optional(minor) : std::nullopt;
}

// ONNX Runtime prints to standard error when it is asked for an interface it does not have: its version says beforehand.
Result<OrtApi const*> interface_of(OrtApiBase const& base)
{
    std::string const version = base.GetVersionString();
    auto const minor = minor_version(version);
    if (!minor || *minor < oldest_api)
        return unsupported(fmt::format("this is ONNX Runtime {}, wanted 1.{} or newer", version, oldest_api));
    OrtApi const* api = base.GetApi(std::min<uint32_t>(*minor, ORT_API_VERSION));
    if (api == nullptr)
        return unsupported(fmt::format("ONNX Runtime {} does not offer the interface of its own version", version));
    return api;
}

void ORT_API_CALL drop_message(void*, OrtLoggingLevel, char const*, char const*, char const*, char const*) {}

std::string path_of_function(void const* function, std::string const& otherwise)
{
    Dl_info found{};
    return dladdr(function, &found) != 0 && found.dli_fname != nullptr ? found.dli_fname : otherwise;
}

std::string smallest_model(int64_t opset)
{
    OnnxModel model;
    model.ir_version = 8;
    model.opsets = {{"", opset}};
    model.graph.name = "smallest";
    OnnxType type;
    type.element_type = 1;
    type.shape.emplace();
    model.graph.inputs.push_back({"x", type, {}, {}});
    model.graph.outputs.push_back({"y", type, {}, {}});
    OnnxNode node;
    node.op_type = "Abs"; // has kernels since the first opsets
    node.inputs = {"x"};
    node.outputs = {"y"};
    model.graph.nodes.push_back(std::move(node));
    return write_onnx(model);
}

}

Result<Runtime> Runtime::open(RuntimeOptions const& options)
{
    std::string tried;
    for (auto const& place : places_of(options)) {
        void* const handle = open_library(place); // never closed: its threads may outlive every session
        if (handle == nullptr) {
            tried += fmt::format("{}{}", tried.empty() ? "" : "; ", dlerror());
            continue;
        }
        auto const get_base = reinterpret_cast<OrtApiBase const* (*)()>(dlsym(handle, "OrtGetApiBase"));
        if (get_base == nullptr)
            return within(place, Result<Runtime>(unsupported("this library is not ONNX Runtime: it has no OrtGetApiBase")));
        OrtApiBase const* base = get_base();
        OrtApi const* api = TRY(within(place, interface_of(*base)));
        auto environment = TRY(ort_object<OrtEnv>(*api, api->ReleaseEnv, [&](OrtEnv** made) {
            return api->CreateEnvWithCustomLogger(drop_message, nullptr, ORT_LOGGING_LEVEL_FATAL, "hullmark", made);
        }));
        TRY(ort_result(*api, api->DisableTelemetryEvents(environment.get())));
        std::string path = path_of_function(reinterpret_cast<void const*>(get_base), place);
        return Runtime(std::make_shared<OrtLibrary const>(OrtLibrary{base, api, std::move(path), std::move(environment)}));
    }
    return missing("ONNX Runtime is not there: " + tried).hint("run ./setup, or name the library: HULLMARK_ONNXRUNTIME=/path/to/libonnxruntime.so.1");
}

std::string Runtime::version() const { return library_->base->GetVersionString(); }
std::string Runtime::library() const { return library_->path; }

std::vector<std::string> Runtime::providers() const { return provider_names(*library_); }

int64_t Runtime::highest_opset() const
{
    int64_t highest = 0;
    SessionOptions options;
    options.intra_threads = 1;
    for (int64_t opset = 17; opset < 100; ++opset) {
        std::string const model = smallest_model(opset);
        if (!Session::create(*this, bytes_of(model), options))
            break;
        highest = opset;
    }
    return highest;
}
