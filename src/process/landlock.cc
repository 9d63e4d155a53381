#include "process/fences.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Source: Linux include/uapi/linux/landlock.h. Written out here, as the header of the system that builds may be older than the kernel
// that runs.

namespace {

constexpr long create_ruleset_call = 444;
constexpr long add_rule_call = 445;
constexpr long restrict_self_call = 446;

struct Ruleset {
    uint64_t file_rights = 0;
    uint64_t net_rights = 0; // since version 4
    uint64_t scopes = 0; // since version 6
};

struct __attribute__((packed)) RuleBeneath {
    uint64_t rights;
    int32_t parent;
};

constexpr unsigned ask_version = 1;
constexpr int rule_beneath = 1;

constexpr uint64_t write_file = 1 << 1;
constexpr uint64_t read_file = 1 << 2;
constexpr uint64_t read_folder = 1 << 3;
constexpr uint64_t remove_file = 1 << 5;
constexpr uint64_t make_file = 1 << 8;
constexpr uint64_t shorten_file = 1 << 14;

constexpr uint64_t all_nets = 0b11; // bind and connect over TCP
constexpr uint64_t all_scopes = 0b11; // abstract sockets of others, signals to others

// All that the kernel knows: what is handled and not allowed by a rule is forbidden.
uint64_t file_rights_of(long version)
{
    constexpr int first_bits = 13;
    constexpr int bits_by_version[] = {0, first_bits, 14, 15, 15, 16};
    return (uint64_t{1} << bits_by_version[std::min(version, 5L)]) - 1;
}

size_t size_of_ruleset(long version) { return version < 4 ? 8 : version < 6 ? 16
                                                                            : sizeof(Ruleset); }

void allow(int ruleset, std::filesystem::path const& path, uint64_t folder_rights)
{
    int const parent = ::open(path.empty() ? "." : path.c_str(), O_PATH | O_CLOEXEC);
    struct stat status;
    if (parent >= 0 && ::fstat(parent, &status) == 0) {
        RuleBeneath const rule{S_ISDIR(status.st_mode) ? folder_rights : read_file, parent};
        ::syscall(add_rule_call, ruleset, rule_beneath, &rule, 0);
    }
    if (parent >= 0)
        ::close(parent);
}

}

bool restrict_files(SandboxRules const& rules, bool nameless_files)
{
    long const version = ::syscall(create_ruleset_call, nullptr, size_t{0}, ask_version);
    if (version < 1)
        return false;
    Ruleset const handled{file_rights_of(version), all_nets, all_scopes};
    auto const ruleset = static_cast<int>(::syscall(create_ruleset_call, &handled, size_of_ruleset(version), 0));
    if (ruleset < 0)
        return false;
    for (auto const& path : rules.readable)
        allow(ruleset, path, read_file | read_folder);
    uint64_t const spooling = write_file | read_file | (nameless_files ? 0 : make_file | remove_file);
    allow(ruleset, rules.temporary_folder, spooling | (handled.file_rights & shorten_file));
    bool const is_set = ::syscall(restrict_self_call, ruleset, 0) == 0;
    ::close(ruleset);
    return is_set;
}
