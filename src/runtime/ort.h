#pragma once

#include "runtime/runtime.h"

#include <memory>
#include <mutex>
#include <onnxruntime_c_api.h>
#include <set>

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

// The runs that a session has in progress, so that they can be ended from outside.
class OrtRuns {
public:
    explicit OrtRuns(OrtApi const& api)
        : api_(api)
    {
    }

    // False once stopped: then the run must not begin.
    bool begin(OrtRunOptions* options)
    {
        std::lock_guard const lock(mutex_);
        if (!stopped_)
            running_.insert(options);
        return !stopped_;
    }
    void end(OrtRunOptions* options)
    {
        std::lock_guard const lock(mutex_);
        running_.erase(options);
    }
    void stop()
    {
        std::lock_guard const lock(mutex_);
        stopped_ = true;
        for (auto* options : running_)
            if (auto* const status = api_.RunOptionsSetTerminate(options))
                api_.ReleaseStatus(status);
    }
    bool stopped() const
    {
        std::lock_guard const lock(mutex_);
        return stopped_;
    }

private:
    OrtApi const& api_;
    mutable std::mutex mutex_;
    std::set<OrtRunOptions*> running_;
    bool stopped_ = false;
};

struct OrtModel {
    Runtime runtime; // keeps the library's environment alive
    OrtLibrary const& library;
    OrtOwned<OrtSession> session;
    std::vector<SessionValue> inputs;
    std::vector<SessionValue> optional_inputs; // those that the model has a value for
    std::vector<SessionValue> outputs;
    std::vector<std::string> warnings;
    std::shared_ptr<OrtRuns> runs; // shared, because the model itself is constant
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
