#pragma once

#include "process/sandbox.h"

// The means of a sandbox, one by one. Each tells whether it came about.

// Whether `folder` takes files that never have a name. Those that do not get them under a name that is removed at once.
bool takes_nameless_files(std::filesystem::path const& folder);

bool limit_resources(SandboxRules const& rules);
bool restrict_files(SandboxRules const& rules, bool nameless_files);
// Everything that is not on the list of calls fails with EPERM.
bool restrict_calls(bool nameless_files);

// Programs that look for mistakes in memory map terabytes of it for their own use: they get no limit of it.
inline constexpr bool is_sanitized()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
    return __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer);
#else
    return false;
#endif
}
