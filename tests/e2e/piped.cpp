#include "piped.hpp"

#include "programs.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::test {
namespace {

using clock_type = std::chrono::steady_clock;

int milliseconds_to(clock_type::time_point end) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - clock_type::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

} // namespace

piped::piped(const node_fixture& node, std::vector<std::string> words)
    : error_file_(node.directory() + "/stdio.err") {
  ::unlink(error_file_.c_str());
  words.insert(words.begin(),
               {built_programs().toolscore, "--state-dir", node.state_dir(), "stdio"});
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string home = "HOME=" + node.directory();
  std::string marker = std::string(census_variable) + "=" + node.marker();
  char* variables[]{home.data(), marker.data(), nullptr};
  int to[2];
  int from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, node.directory().c_str());
  ::posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, error_file_.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int failure =
      ::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), variables);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(to[0]);
  ::close(from[1]);
  in_ = to[1];
  out_ = from[0];
  if (failure != 0) throw std::runtime_error("cannot start toolscore stdio");
}

piped::~piped() {
  close_input();
  ::close(out_);
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void piped::write(const std::string& text) const {
  for (std::size_t at = 0; at < text.size();) {
    const auto count = ::write(in_, text.data() + at, text.size() - at);
    if (count <= 0) return; // The test sees that no answer comes.
    at += static_cast<std::size_t>(count);
  }
}

void piped::close_input() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

void piped::signal(int number) const {
  ::kill(pid_, number);
}

reply_json piped::next(std::chrono::milliseconds limit) {
  const auto end = clock_type::now() + limit;
  for (;;) {
    const auto line_end = unread_.find('\n');
    if (line_end != std::string::npos) {
      auto line = parse_reply(unread_.substr(0, line_end));
      unread_.erase(0, line_end + 1);
      return line ? std::move(*line) : reply_json();
    }
    pollfd ready{out_, POLLIN, 0};
    if (::poll(&ready, 1, milliseconds_to(end)) != 1) return {};
    char part[65'536];
    const auto count = ::read(out_, part, sizeof part);
    if (count <= 0) return {};
    unread_.append(part, static_cast<std::size_t>(count));
  }
}

reply_json piped::answer(const reply_json& id, std::chrono::milliseconds limit) {
  const auto end = clock_type::now() + limit;
  for (;;) {
    auto line = next(std::chrono::milliseconds(milliseconds_to(end)));
    if (line.is_null()) return line;
    if (line.contains("id") && line["id"] == id && !line.contains("method")) return line;
    notes.push_back(std::move(line));
  }
}

reply_json piped::note(const std::string& method, std::chrono::milliseconds limit) {
  const auto end = clock_type::now() + limit;
  for (;;) {
    auto line = next(std::chrono::milliseconds(milliseconds_to(end)));
    if (line.is_null() || text_of(line, "method") == method) return line;
    notes.push_back(std::move(line));
  }
}

int piped::wait_for_end(std::chrono::milliseconds limit) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  pollfd ended{fd, POLLIN, 0};
  const int ready = ::poll(&ended, 1, static_cast<int>(limit.count()));
  ::close(fd);
  if (ready != 1) return -1;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string piped::said() const {
  std::ostringstream text;
  text << std::ifstream(error_file_).rdbuf();
  return text.str();
}

} // namespace toolscore::test
