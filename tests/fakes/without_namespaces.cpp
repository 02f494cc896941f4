// `without_namespaces PROGRAM ARGUMENT...` runs a program where the kernel refuses new namespaces,
// as many sandboxes do: clone with any CLONE_NEW* flag and unshare fail with EPERM, clone3 (whose
// flags a filter cannot read) with ENOSYS. All that descends from it is under the same filter.
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <iterator>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr unsigned new_namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWNET |
                                    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

constexpr sock_filter load(std::size_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<unsigned>(offset)};
}
constexpr sock_filter answer(unsigned what) {
  return {BPF_RET | BPF_K, 0, 0, what};
}
/// Goes on at the next instruction if equal, else jumps over `otherwise` of them.
constexpr sock_filter if_equal(unsigned value, unsigned char otherwise) {
  return {BPF_JMP | BPF_JEQ | BPF_K, 0, otherwise, value};
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  // clone's flags are its first argument on both machines this is built for.
  sock_filter program[] = {
      load(offsetof(seccomp_data, nr)),   if_equal(SYS_unshare, 1),
      answer(SECCOMP_RET_ERRNO | EPERM),  if_equal(SYS_clone3, 1),
      answer(SECCOMP_RET_ERRNO | ENOSYS), if_equal(SYS_clone, 3),
      load(offsetof(seccomp_data, args)), {BPF_JMP | BPF_JSET | BPF_K, 0, 1, new_namespaces},
      answer(SECCOMP_RET_ERRNO | EPERM),  answer(SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    std::perror("without_namespaces: seccomp");
    return 1;
  }
  execv(argv[1], argv + 1);
  std::perror(argv[1]);
  return 127;
}
