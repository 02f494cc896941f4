// A legacy MCP server on stdio that fails as its command line says; see fault_options.cpp.
#include "bench/json_scan.hpp"
#include "bench/mcp_answers.hpp"
#include "tests/fakes/fault_options.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace toolscore;
using toolscore::test::fault_options;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t line_bytes_max = 256 * 1024 * 1024;

/// Ends the program if the other end is gone, as most servers do.
void write_out(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) ::_exit(1);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

/// The names of all environment variables, with a comma between them.
std::string environment_names() {
  std::string names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    names.append(names.empty() ? "" : ",");
    for (const char c : text.substr(0, text.find('=')))
      names += c == '"' || c == '\\' || c < ' ' ? '?' : c; // It stands in a JSON string.
  }
  return names;
}

/// Touches so much memory, a piece at a time, and keeps it.
std::string hog(std::size_t mebibytes) {
  constexpr std::size_t piece = 1U << 20U;
  for (std::size_t done = 0; done < mebibytes; ++done) {
    auto* const memory = static_cast<volatile char*>(std::malloc(piece));
    for (std::size_t at = 0; memory != nullptr && at < piece; at += 4096) memory[at] = 1;
  }
  return "had " + std::to_string(mebibytes);
}

/// "CHILDREN ERRNO": how many forks went well, and why the first did not. The children live on.
std::string bomb(std::size_t forks) {
  std::size_t born = 0;
  int failure = 0;
  for (std::size_t i = 0; i < forks; ++i) {
    const pid_t child = ::fork();
    if (child == 0)
      for (;;) ::pause();
    if (child > 0)
      ++born;
    else if (failure == 0)
      failure = errno;
  }
  return std::to_string(born) + " " + std::to_string(failure);
}

/// Leaves a process that has escaped to a session of its own, keeps stdin and stdout open and lives
/// for ever. Its parent is gone, so whoever adopts orphans has it now.
void leave_an_escapee() {
  std::signal(SIGTERM, SIG_IGN);
  if (const pid_t child = ::fork(); child != 0) {
    ::waitpid(child, nullptr, 0);
    return;
  }
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  for (;;) ::pause();
}

class fault_server {
public:
  explicit fault_server(const fault_options& options) : options_(options) {}

  int run() {
    if (options_.garbage) say("starting up, please wait...");
    std::string in;
    for (;;) {
      pollfd entry{STDIN_FILENO, POLLIN, 0};
      if (::poll(&entry, 1, ms_to_next()) < 0 && errno != EINTR) return 1;
      say_what_is_due();
      if (entry.revents == 0) continue;
      const std::size_t had = in.size();
      in.resize(had + read_bytes);
      const ssize_t got = ::read(STDIN_FILENO, in.data() + had, read_bytes);
      in.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
      if (got <= 0 || in.size() > line_bytes_max) return at_end_of_input();
      std::size_t begin = 0;
      for (std::size_t end = in.find('\n', had); end != std::string::npos;
           end = in.find('\n', begin)) {
        take_line(std::string_view(in).substr(begin, end - begin));
        begin = end + 1;
      }
      in.erase(0, begin);
    }
  }

private:
  int at_end_of_input() const {
    while (options_.ignore_eof) ::pause();
    return 0;
  }

  int ms_to_next() const {
    if (due_.empty()) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - clock_type::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }

  void say_what_is_due() {
    while (!due_.empty() && due_.begin()->first <= clock_type::now()) {
      const auto [text, ends_a_call] = due_.begin()->second;
      due_.erase(due_.begin());
      answer(text);
      if (ends_a_call) call_is_answered();
    }
  }

  void say(std::string_view line) {
    write_out(STDOUT_FILENO, std::string(line) + (options_.crlf ? "\r\n" : "\n"));
  }

  void answer(std::string_view line) {
    if (options_.garbage) say("{\"half\": [1, 2");
    say(line);
    if (options_.garbage) {
      say("");
      say("\x01\xff not text");
    }
  }

  void answer_in(std::chrono::milliseconds delay, std::string line, bool ends_a_call) {
    due_.emplace(clock_type::now() + delay, due_answer{std::move(line), ends_a_call});
    say_what_is_due();
  }

  void call_is_answered() {
    if (++calls_answered_ == options_.exit_after_calls) {
      std::fprintf(stderr, "fault_server: exits after %zu calls\n", calls_answered_);
      ::_exit(options_.exit_code);
    }
  }

  void take_line(std::string_view line) {
    request_parts request;
    if (options_.silent || !read_request(line, request)) return;
    if (request.id.empty()) {
      cancelled_ += request.method == "notifications/cancelled";
      return;
    }
    const bool discover = request.method == "server/discover" && options_.modern;
    std::string out;
    if (request.method == "initialize") {
      append_initialized(out, request, "fault_server");
      answer_in(options_.delay_handshake, std::move(out), false);
    } else if (discover && !discovered_) {
      discovered_ = true;
      append_discovered(out, request, "fault_server");
      answer_in(options_.delay_handshake, std::move(out), false);
    } else if (discover || request.method == "ping") {
      if (options_.hang_ping) return;
      discover ? append_discovered(out, request, "fault_server") : append_result(out, request, {});
      answer(out);
    } else if (request.method == "tools/list") {
      append_tools(out, request, tools());
      answer(out);
    } else if (request.method == "tools/call") {
      take_call(request);
    } else {
      append_error(out, request, -32601, "Method not found");
      answer(out);
    }
  }

  void take_call(const request_parts& request) {
    if (options_.hang) return;
    std::string out;
    std::chrono::milliseconds delay{0};
    const std::string_view name = request.name;
    if (name == "echo" && options_.huge_line_bytes > 0) return answer_hugely(request);
    if (name == "echo")
      append_text(out, request, find_member(request.arguments, "text").value_or("\"\""));
    else if (name == "pid")
      append_text(out, request, quoted(std::to_string(::getpid())));
    else if (name == "env")
      append_text(out, request, quoted(environment_names()));
    else if (name == "cancelled")
      append_text(out, request, quoted(std::to_string(cancelled_)));
    else if (name == "progress")
      delay = report_progress(request, out);
    else if (name == "slow" && options_.slow) {
      delay = *options_.slow;
      append_text(out, request, "\"slow\"");
    } else if (name == "fail_rpc" && options_.rpc_error)
      append_error(out, request, -32603, "fail_rpc fails");
    else if (name == "fail_tool" && options_.tool_error)
      append_text(out, request, "\"fail_tool fails\"", true);
    else if (name == "die" && options_.die_on_call)
      std::raise(SIGKILL);
    else if (name == "hog" && options_.hog_mebibytes > 0)
      append_text(out, request, quoted(hog(options_.hog_mebibytes)));
    else if (name == "bomb" && options_.bomb_forks > 0)
      append_text(out, request, quoted(bomb(options_.bomb_forks)));
    else
      append_error(out, request, -32602, "Unknown tool");
    answer_in(delay, std::move(out), true);
  }

  /// Three notifications, if a token was given. @returns when the result, appended to `out`, is due
  std::chrono::milliseconds report_progress(const request_parts& request, std::string& out) {
    constexpr int steps = 3;
    for (int step = 1; step <= steps && !request.progress_token.empty(); ++step) {
      std::string line = R"({"jsonrpc":"2.0","method":"notifications/progress","params":)";
      line.append("{\"progressToken\":").append(request.progress_token);
      line.append(",\"progress\":").append(std::to_string(step)).append(",\"total\":3}}");
      answer_in(step * options_.progress_every, std::move(line), false);
    }
    append_text(out, request, "\"progress\"");
    return (steps + 1) * options_.progress_every;
  }

  /// One line of exactly the size that was asked for, never held as a whole.
  void answer_hugely(const request_parts& request) {
    std::string frame;
    append_text(frame, request, "\"\"");
    const std::size_t middle = frame.find("\"\"}]") + 1;
    const std::string_view ending = options_.crlf ? "\r\n" : "\n";
    const std::size_t around = frame.size() + ending.size();
    std::size_t left = options_.huge_line_bytes > around ? options_.huge_line_bytes - around : 0;
    const std::string piece(read_bytes, 'h');
    write_out(STDOUT_FILENO, std::string_view(frame).substr(0, middle));
    for (; left > 0; left -= std::min(left, piece.size()))
      write_out(STDOUT_FILENO, std::string_view(piece).substr(0, left));
    write_out(STDOUT_FILENO, frame.substr(middle).append(ending));
    call_is_answered();
  }

  std::string tools() const {
    std::string list;
    const auto add = [&](std::string_view name, bool exists = true) {
      if (exists)
        list.append(list.empty() ? "[" : ",")
            .append("{\"name\":\"")
            .append(name)
            .append(R"(","inputSchema":{"type":"object"}})");
    };
    for (const std::string_view name : {"echo", "pid", "env", "progress", "cancelled"}) add(name);
    add("slow", options_.slow.has_value());
    add("fail_rpc", options_.rpc_error);
    add("fail_tool", options_.tool_error);
    add("die", options_.die_on_call);
    add("hog", options_.hog_mebibytes > 0);
    add("bomb", options_.bomb_forks > 0);
    return list + ']';
  }

  struct due_answer {
    std::string line;
    bool ends_a_call;
  };
  fault_options options_;
  std::multimap<clock_type::time_point, due_answer> due_;
  std::size_t calls_answered_ = 0;
  std::size_t cancelled_ = 0;
  bool discovered_ = false;
};

} // namespace

int main(int count, char** words) {
  fault_options options;
  if (!toolscore::test::read_options(count, words, options)) return 2;
  if (options.exit_at_start) {
    std::fprintf(stderr, "fault_server: exits at start with %d\n", *options.exit_at_start);
    return *options.exit_at_start;
  }
  std::signal(SIGPIPE, SIG_IGN);
  if (options.fork_setsid) leave_an_escapee();
  for (std::size_t left = options.flood_stderr_bytes; left > 0;) {
    const std::string line = std::string(std::min<std::size_t>(left, 100) - 1, 'e') + '\n';
    write_out(STDERR_FILENO, line);
    left -= line.size();
  }
  return fault_server{options}.run();
}
