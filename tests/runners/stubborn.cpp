// A server that does not want to go: `stubborn N` starts N escapees in sessions of their own, all
// orphaned by a double fork, all deaf to every signal that can be ignored. It says "ready" on
// stdout when all of them live, and waits for ever. `stubborn hop` starts one that never stays: it
// forks and exits, over and over, so that whoever looks for it by pid comes too late.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void ignore_all_signals() {
  for (int number = 1; number < NSIG; ++number)
    if (number != SIGCHLD) std::signal(number, SIG_IGN);
}

[[noreturn]] void wait_for_ever() {
  for (;;) pause();
}

void start_escapee(int ready) {
  if (fork() != 0) {
    wait(nullptr);
    return;
  }
  if (fork() != 0) _exit(0);
  setsid();
  ignore_all_signals();
  const char done = '.';
  if (write(ready, &done, 1) != 1) _exit(1);
  for (int fd = 0; fd < 64; ++fd) close(fd);
  wait_for_ever();
}

void start_hopper() {
  if (fork() != 0) return;
  setsid();
  ignore_all_signals();
  std::signal(SIGCHLD, SIG_IGN);
  for (;;)
    if (fork() != 0) _exit(0);
}

} // namespace

int main(int argc, char** argv) {
  const bool hops = argc > 1 && std::strcmp(argv[1], "hop") == 0;
  const int escapees = argc > 1 ? std::atoi(argv[1]) : 1;
  int ready[2];
  if (pipe(ready) != 0) return 1;
  if (hops) start_hopper();
  ignore_all_signals();
  for (int i = 0; i < escapees; ++i) start_escapee(ready[1]);
  for (int i = 0; i < escapees; ++i) {
    char one = 0;
    if (read(ready[0], &one, 1) != 1) return 1;
  }
  if (write(1, "ready\n", 6) != 6) return 1;
  wait_for_ever();
}
