// The filter of system calls of what is isolated strictly.
#include "runners/spawner/isolation_rights.hpp"

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

constexpr sock_filter load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
}
constexpr sock_filter unless_equal(std::uint32_t value, std::uint8_t skip) {
  return {BPF_JMP | BPF_JEQ | BPF_K, 0, skip, value};
}
constexpr sock_filter unless_any_bit(std::uint32_t bits, std::uint8_t skip) {
  return {BPF_JMP | BPF_JSET | BPF_K, 0, skip, bits};
}
constexpr sock_filter unless_at_least(std::uint32_t value, std::uint8_t skip) {
  return {BPF_JMP | BPF_JGE | BPF_K, 0, skip, value};
}
constexpr sock_filter answer(std::uint32_t what) {
  return {BPF_RET | BPF_K, 0, 0, what};
}
constexpr std::uint32_t refused = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t unknown = SECCOMP_RET_ERRNO | ENOSYS;

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t machine = 0;
#endif
constexpr std::uint32_t second_numbering = 0x40000000; // x32's, which would pass by each number.

constexpr std::uint32_t new_namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

constexpr int denied[] = {
    // Mounts and roots.
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_move_mount,
    SYS_open_tree,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_quotactl,
    SYS_quotactl_fd,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    // Namespaces, and others' processes.
    SYS_unshare,
    SYS_setns,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    SYS_pidfd_getfd,
    // The kernel's own inside.
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_kexec_load,
    SYS_kexec_file_load,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_syslog,
    // Keys.
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    // The machine.
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_vhangup,
#if defined(__x86_64__)
    SYS_iopl,
    SYS_ioperm,
#endif
};

/// Families of sockets that no network namespace holds, or that are the kernel's own inside.
constexpr std::uint32_t denied_families[] = {AF_VSOCK, AF_ALG};

constexpr std::size_t argument(std::size_t which) {
  return offsetof(seccomp_data, args) + which * sizeof(std::uint64_t);
}

} // namespace

bool can_filter_calls() {
  // A null filter is looked at only by a kernel that takes some.
  return machine != 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, nullptr, 0, 0) != 0 &&
         errno == EFAULT;
}

int filter_calls() {
  if (machine == 0) return ENOSYS;
  sock_filter program[32 + 2 * (std::size(denied) + std::size(denied_families))];
  unsigned short count = 0;
  const auto add = [&](sock_filter one) { program[count++] = one; };
  add(load(offsetof(seccomp_data, arch)));
  add({BPF_JMP | BPF_JEQ | BPF_K, 1, 0, machine});
  add(answer(unknown));
  add(load(offsetof(seccomp_data, nr)));
#if defined(__x86_64__)
  add(unless_at_least(second_numbering, 1));
  add(answer(unknown));
#endif
  for (const int number : denied) {
    add(unless_equal(static_cast<std::uint32_t>(number), 1));
    add(answer(refused));
  }
  // Its flags are in memory, where no filter can read; the C library then takes clone.
  add(unless_equal(SYS_clone3, 1));
  add(answer(unknown));
  add(unless_equal(SYS_clone, 4));
  add(load(argument(0)));
  add(unless_any_bit(new_namespaces, 1));
  add(answer(refused));
  add(answer(SECCOMP_RET_ALLOW));
  add(unless_equal(SYS_socket, 1 + 2 * std::size(denied_families)));
  add(load(argument(0)));
  for (const auto family : denied_families) {
    add(unless_equal(family, 1));
    add(answer(refused));
  }
  add(answer(SECCOMP_RET_ALLOW));
  const sock_fprog filter{count, program};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0 ? 0 : errno;
}

} // namespace toolscore::spawner
