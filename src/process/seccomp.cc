#include "process/fences.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

#if defined(__x86_64__)
constexpr uint32_t own_architecture = AUDIT_ARCH_X86_64;
constexpr uint32_t first_foreign_call = 0x40000000; // of the x32 ABI
#elif defined(__aarch64__)
constexpr uint32_t own_architecture = AUDIT_ARCH_AARCH64;
constexpr uint32_t first_foreign_call = 0xffffffff;
#endif

#if defined(__x86_64__) || defined(__aarch64__)

// What a process does that reads files, keeps memory, talks over its channel and ends.
constexpr auto allowed_calls = std::to_array<uint32_t>({
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_sendto,
    SYS_sendmsg,
    SYS_munmap,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_lseek,
    SYS_brk,
    SYS_mremap,
    SYS_madvise,
    SYS_futex,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_getrandom,
    SYS_getpid,
    SYS_gettid,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_restart_syscall,
    SYS_sched_yield,
    SYS_exit,
    SYS_exit_group,
});

// Programs that look for mistakes in memory ask through a pipe whether an address can be read, and for the names of places.
#if defined(__x86_64__)
constexpr auto calls_of_sanitizers = std::to_array<uint32_t>({SYS_pipe2, SYS_readlink, SYS_sigaltstack});
#else
constexpr auto calls_of_sanitizers = std::to_array<uint32_t>({SYS_pipe2, SYS_readlinkat, SYS_sigaltstack});
#endif

class Filter {
public:
    explicit Filter(bool nameless_files)
    {
        load(offsetof(seccomp_data, arch));
        add(BPF_JMP | BPF_JEQ | BPF_K, own_architecture, 1, 0);
        give(SECCOMP_RET_KILL_PROCESS);
        load(offsetof(seccomp_data, nr));
        add(BPF_JMP | BPF_JGE | BPF_K, first_foreign_call, 0, 1);
        give(SECCOMP_RET_KILL_PROCESS);
        for (uint32_t const call : allowed_calls) {
            only_for(call, 1);
            give(SECCOMP_RET_ALLOW);
        }
        for (uint32_t const call : calls_of_sanitizers) {
            if (!is_sanitized())
                break;
            only_for(call, 1);
            give(SECCOMP_RET_ALLOW);
        }
        // What libraries try first, and go on without.
        for (uint32_t const call : {uint32_t{SYS_openat2}, uint32_t{SYS_clone3}}) {
            only_for(call, 1);
            give_error(ENOSYS);
        }
        allow_without_code(SYS_mmap);
        allow_without_code(SYS_mprotect);
        allow_opening(nameless_files);
        allow_own_end();
        if (!nameless_files) {
            only_for(SYS_unlinkat, 1);
            give(SECCOMP_RET_ALLOW);
#if defined(__x86_64__)
            only_for(SYS_unlink, 1);
            give(SECCOMP_RET_ALLOW);
#endif
        }
        give_error(EPERM);
    }

    bool install()
    {
        sock_fprog program{static_cast<unsigned short>(steps_.size()), steps_.data()};
        // Without the flag, older kernels make every branch of the process slower.
        return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0
            || ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
    }

private:
    void add(uint32_t code, uint32_t value, uint8_t steps_if = 0, uint8_t steps_else = 0) { steps_.push_back({static_cast<uint16_t>(code), steps_if, steps_else, value}); }
    void load(size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)); }
    // The lower half: what is asked of these arguments has no more than 32 bits.
    void load_argument(size_t index) { load(offsetof(seccomp_data, args) + index * sizeof(uint64_t)); }
    void give(uint32_t what) { add(BPF_RET | BPF_K, what); }
    void give_error(uint32_t number) { give(SECCOMP_RET_ERRNO | number); }
    void only_for(uint32_t call, uint8_t steps) { add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, steps); }

    void allow_without_code(uint32_t call)
    {
        only_for(call, 4);
        load_argument(2);
        add(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
        give_error(EPERM);
        give(SECCOMP_RET_ALLOW);
    }

    // For reading, and for files that are new: without a name, or under one that nothing had.
    void allow_opening(bool nameless_files)
    {
        uint32_t const new_file = nameless_files ? O_TMPFILE : O_CREAT | O_EXCL;
        only_for(SYS_openat, 7);
        load_argument(2);
        add(BPF_JMP | BPF_JSET | BPF_K, O_ACCMODE | O_CREAT | O_TRUNC, 1, 0);
        give(SECCOMP_RET_ALLOW);
        add(BPF_ALU | BPF_AND | BPF_K, new_file);
        add(BPF_JMP | BPF_JEQ | BPF_K, new_file, 0, 1);
        give(SECCOMP_RET_ALLOW);
        give_error(EPERM);
    }

    // abort() sends a signal to the process itself.
    void allow_own_end()
    {
        only_for(SYS_tgkill, 4);
        load_argument(0);
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(::getpid()), 0, 1);
        give(SECCOMP_RET_ALLOW);
        give_error(EPERM);
    }

    std::vector<sock_filter> steps_;
};

#endif

}

bool restrict_calls(bool nameless_files)
{
#if defined(__x86_64__) || defined(__aarch64__)
    return Filter(nameless_files).install();
#else
    (void)nameless_files;
    return false;
#endif
}
