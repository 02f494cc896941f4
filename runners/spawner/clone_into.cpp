#include "runners/spawner/clone_into.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <linux/sched.h>
#include <sys/syscall.h>

namespace toolscore::spawner {

// The C library has no clone3: a child that shares its parent's memory needs a stack of its own
// from its first instruction on, which no C function can see to.
long clone_into(int cgroup, int (*entry)(void*), void* stack, std::size_t stack_bytes,
                void* argument) {
  clone_args what{};
  what.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP;
  what.exit_signal = SIGCHLD;
  what.stack = reinterpret_cast<std::uintptr_t>(stack);
  what.stack_size = stack_bytes;
  what.cgroup = static_cast<std::uint64_t>(cgroup);
#if defined(__x86_64__)
  register auto function asm("r8") = entry;
  register void* given asm("r9") = argument;
  long result = SYS_clone3;
  asm volatile("syscall\n\t"
               "testq %%rax, %%rax\n\t"
               "jnz 1f\n\t"
               "xorl %%ebp, %%ebp\n\t"
               "movq %%r9, %%rdi\n\t"
               "callq *%%r8\n\t"
               "hlt\n"
               "1:"
               : "+a"(result)
               : "D"(&what), "S"(sizeof(what)), "r"(function), "r"(given)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long result asm("x0") = reinterpret_cast<long>(&what);
  register long size asm("x1") = sizeof(what);
  register long number asm("x8") = SYS_clone3;
  register auto function asm("x9") = entry;
  register void* given asm("x10") = argument;
  asm volatile("svc #0\n\t"
               "cbnz x0, 1f\n\t"
               "mov x29, #0\n\t"
               "mov x0, x10\n\t"
               "blr x9\n\t"
               "brk #0\n"
               "1:"
               : "+r"(result)
               : "r"(size), "r"(number), "r"(function), "r"(given)
               : "memory", "cc");
  return result;
#else
  static_cast<void>(entry);
  static_cast<void>(argument);
  return -ENOSYS;
#endif
}

} // namespace toolscore::spawner
