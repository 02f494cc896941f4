#include "bench/stdio_child_io.hpp"

#include <csignal>
#include <cstring>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore {
namespace {

volatile pid_t server_pid = -1;

/// Calls only what may be called in a signal handler.
void end_with_server(int) {
  ::kill(server_pid, SIGKILL);
  ::waitpid(server_pid, nullptr, 0);
  ::_exit(0);
}

} // namespace

result<stdio_child> start_stdio_child(const std::vector<std::string>& command) {
  auto in = make_pipe();
  auto out = make_pipe();
  if (!in || !out) return in ? out.failure() : in.failure();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in->read.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out->write.get(), STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int failed =
      ::posix_spawn(&pid, arguments.front(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return error{errc::spawn_failed, "start " + command.front() + ": " + std::strerror(failed)};
  server_pid = pid;
  std::signal(SIGTERM, end_with_server);
  std::signal(SIGINT, end_with_server);
  return stdio_child{std::move(in->write), std::move(out->read)};
}

} // namespace toolscore
