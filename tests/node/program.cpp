#include "program.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::test {
namespace {

constexpr int time_ms_max = 20'000;

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (auto& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

int wait_for(pid_t pid) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd ended{pidfd, POLLIN, 0};
  if (::poll(&ended, 1, time_ms_max) != 1) ::kill(pid, SIGKILL);
  ::close(pidfd);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

program_end run_toolscore(const std::string& directory, const std::vector<std::string>& arguments,
                          const std::string& input) {
  const auto out = directory + "/.out";
  const auto err = directory + "/.err";
  const auto in = directory + "/.in";
  std::ofstream(in) << input;
  std::vector<std::string> words{TOOLSCORE_BIN_DIR "/toolscore"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables{"HOME=" + directory, "PATH=/usr/bin:/bin"};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  constexpr int create = O_WRONLY | O_CREAT | O_TRUNC;
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), create, 0600);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), create, 0600);
  pid_t pid = 0;
  const int failure = ::posix_spawn(&pid, words[0].c_str(), &actions, nullptr,
                                    pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  program_end end;
  if (failure != 0) return end;
  end.code = wait_for(pid);
  end.out = text_of_file(out);
  end.err = text_of_file(err);
  return end;
}

} // namespace toolscore::test
