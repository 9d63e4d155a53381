#pragma once

#include "runtime/runtime.h"

#include <memory>
#include <onnxruntime_c_api.h>

// What the module's files share of ONNX Runtime's C interface. Private: the only files that see its headers are this one's users.

template <typename T>
using OrtOwned = std::unique_ptr<T, void (*)(T*)>;

// The loaded library. Its functions are those of the lower of the two versions: the header's and the library's.
struct OrtLibrary {
    OrtApiBase const* base;
    OrtApi const* api;
    std::string path;
    OrtOwned<OrtEnv> environment;
};

struct OrtModel {
    Runtime runtime; // keeps the library's environment alive
    OrtLibrary const& library;
    OrtOwned<OrtSession> session;
    std::vector<SessionValue> inputs;
    std::vector<SessionValue> outputs;
    std::vector<std::string> warnings;
};

// Takes over `status`: nothing where it is null, else the failure in ONNX Runtime's words, cleaned of paths of its own sources.
Result<void> ort_result(OrtApi const& api, OrtStatus* status);

// `make` fills a pointer and gives a status; `release` is what ends the object's life.
template <typename T, typename Make>
Result<OrtOwned<T>> ort_object(OrtApi const& api, void (*release)(T*), Make make)
{
    T* made = nullptr;
    auto result = ort_result(api, make(&made));
    OrtOwned<T> owned(made, release);
    if (!result)
        return tl::unexpected(std::move(result).error());
    return owned;
}

// The execution providers of this build; empty where it cannot say.
std::vector<std::string> provider_names(OrtLibrary const& library);

// Appends the providers that are there to `session_options`, and says in `warnings` of the others why they are not used.
// Gives the number appended.
size_t append_providers(OrtLibrary const& library, OrtSessionOptions* session_options,
    std::vector<ProviderChoice> const& providers, std::vector<std::string>& warnings);
