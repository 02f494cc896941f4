#include "runners/spawner/server_start.hpp"

#include "runners/spawner/clone_into.hpp"
#include "runners/spawner/isolation.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace toolscore::spawner {
namespace {

/// Soft and hard, so that the server cannot raise it. Where raising is not permitted the host's
/// own limit stays and is reported.
bool limit_files(server_start& start) {
  const rlim_t asked = start.plan->files_max;
  if (asked == 0) return true;
  rlimit wanted{asked, asked};
  if (setrlimit(RLIMIT_NOFILE, &wanted) == 0) return true;
  if (errno != EPERM) return false;
  rlimit present{};
  if (getrlimit(RLIMIT_NOFILE, &present) != 0) return false;
  present.rlim_cur = present.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &present) != 0) return false;
  start.files_max = static_cast<std::uint32_t>(present.rlim_cur);
  return true;
}

/// Runs `path` and returns why it did not.
failure run(const char* path, const mapped_plan& plan) {
  execve(path, plan.argv, plan.environment);
  const int error = errno;
  if (error == ENOENT && access(path, F_OK) == 0) return {step::interpreter, error};
  return {step::exec, error};
}

const char* search_path(const mapped_plan& plan) {
  for (char** variable = plan.environment; *variable != nullptr; ++variable)
    if (std::strncmp(*variable, "PATH=", 5) == 0) return *variable + 5;
  return "/usr/local/bin:/usr/bin:/bin";
}

/// Tries argv[0] in each directory of the plan's own PATH. Empty entries are skipped: they would
/// mean the current directory, which nobody asks for on purpose.
failure search_and_run(const mapped_plan& plan) {
  const char* const name = plan.argv[0];
  if (std::strchr(name, '/') != nullptr) return run(name, plan);
  failure last{step::exec, ENOENT};
  const std::size_t name_bytes = std::strlen(name);
  for (const char* at = search_path(plan); *at != '\0';) {
    const std::size_t length = std::strcspn(at, ":");
    char path[PATH_MAX];
    if (length != 0 && length + name_bytes + 2 <= sizeof(path)) {
      std::memcpy(path, at, length);
      path[length] = '/';
      std::memcpy(path + length + 1, name, name_bytes + 1);
      const failure why = run(path, plan);
      // What is there but may not be run is remembered; the search goes on as execvp's does.
      if (why.error == EACCES)
        last = why;
      else if (why.at == step::interpreter || (why.error != ENOENT && why.error != ENOTDIR))
        return why;
    }
    at += length;
    if (*at == ':') ++at;
  }
  return last;
}

/// "0" is who writes it, so no namespace can be in the way of its pid.
failure join_cgroups(const server_start& start) {
  for (std::size_t which = 0; which < start.joins; ++which)
    if (write(start.join_fds[which], "0", 1) != 1) return {step::cgroup, errno};
  if (start.home < 0 || start.born_there) return {};
  const int door = openat(start.home, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  if (door < 0 || write(door, "0", 1) != 1) return {step::cgroup, errno};
  return {};
}

bool enter_directory(const mapped_plan& plan) {
  if (chdir(plan.cwd) == 0) return true;
  if (errno != ENOENT || !plan.own_cwd) return false;
  return (mkdir(plan.cwd, 0700) == 0 || errno == EEXIST) && chdir(plan.cwd) == 0;
}

failure prepare_and_run(server_start& start) {
  if (const failure why = join_cgroups(start)) return why;
  if (setsid() < 0) return {step::session, errno};
  if (start.dies_with_parent && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
    return {step::privileges, errno};
  if (dup2(start.input, 0) < 0 || dup2(start.output, 1) < 0 || dup2(start.errors, 2) < 0 ||
      close_range(3, ~0U, 0) != 0)
    return {step::stdio, errno};
  const mapped_plan& plan = *start.plan;
  if (const failure why = isolate_places(plan.orders, start.order)) return why;
  if (!limit_files(start)) return {step::limits, errno};
  if (!plan.may_gain && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return {step::privileges, errno};
  if (!enter_directory(plan)) return {step::directory, errno};
  if (const failure why = isolate_rights(plan.orders, start.order)) return why;
  // Dispositions are the defaults already: the spawner was started so and nobody sets a handler.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  return search_and_run(plan);
}

int child_main(void* raw) {
  auto& start = *static_cast<server_start*>(raw);
  start.failed = prepare_and_run(start);
  _exit(127);
}

} // namespace

pid_t start_server(server_start& start) {
  // Shared memory and a suspended parent: the cheapest way, and errors come back in `start`.
  // search_and_run needs PATH_MAX and little more, and so does an isolation.
  alignas(16) static char stack[64 * 1024];
  if (start.home >= 0) {
    start.born_there = true;
    const long pid = clone_into(start.home, child_main, stack, sizeof(stack), &start);
    if (pid > 0) return static_cast<pid_t>(pid);
    start.born_there = false; // A sandbox that knows no clone3: it moves there.
  }
  const int pid =
      clone(child_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
  if (pid < 0) start.failed = {step::fork, errno};
  return pid;
}

} // namespace toolscore::spawner
