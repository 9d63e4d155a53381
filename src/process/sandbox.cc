#include "process/sandbox.h"

#include "process/fences.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

bool limit(int resource, uint64_t most)
{
    rlimit now{};
    if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0)
        return false;
    auto const least = std::min<rlim_t>(most, now.rlim_max);
    rlimit const wanted{least, least};
    return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &wanted) == 0;
}

}

bool takes_nameless_files(std::filesystem::path const& folder)
{
    int const file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0)
        ::close(file);
    return file >= 0;
}

bool limit_resources(SandboxRules const& rules)
{
    bool const memory = is_sanitized() || limit(RLIMIT_DATA, rules.memory_bytes);
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, rules.file_bytes) && limit(RLIMIT_NOFILE, rules.open_files) && limit(RLIMIT_NPROC, 0) && memory;
}

Sandbox enter_sandbox(SandboxRules const& rules)
{
    bool const nameless_files = takes_nameless_files(rules.temporary_folder);
    bool const no_dumps = ::prctl(PR_SET_DUMPABLE, 0) == 0; // a core file would hold what was read
    Sandbox sandbox;
    sandbox.limits = limit_resources(rules) && no_dumps;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return sandbox;
    sandbox.landlock = restrict_files(rules, nameless_files);
    sandbox.seccomp = restrict_calls(nameless_files);
    return sandbox;
}

std::string Sandbox::text() const
{
    std::vector<std::string> means;
    if (landlock)
        means.emplace_back("landlock");
    if (seccomp)
        means.emplace_back("seccomp");
    if (limits)
        means.emplace_back("limits");
    if (means.empty())
        return "nothing";
    if (means.size() == 1)
        return means[0] + " alone";
    return means.size() == 2 ? means[0] + " and " + means[1] : means[0] + ", " + means[1] + " and " + means[2];
}
