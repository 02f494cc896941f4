#pragma once
#include "loop/asio.hpp"
#include "runners/descriptor_io.hpp"
#include "runners/process_host.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

struct command_limits {
  std::chrono::milliseconds time{10'000};
  std::size_t bytes = 64 * 1024; ///< Of what it prints.
};

/// Runs a command in a tree of its own and takes what it prints; nothing is on its stdin, and what
/// it says on stderr is dropped. Over a limit its whole tree is killed. On the loop's thread;
/// `host` outlives it.
class command_run : public std::enable_shared_from_this<command_run> {
public:
  using answer = std::function<void(result<std::string>)>;
  /// @param variables  its whole environment
  /// @param then  called once, never from inside: all it printed, or an error that says how it
  ///              ended, without its words and without what it printed
  /// @error spawn_failed
  static void run(boost::asio::io_context& io, process_host& host, std::vector<std::string> argv,
                  std::map<std::string, std::string> variables, answer then,
                  command_limits limits = {});

  command_run(boost::asio::io_context& io, answer then, command_limits limits);

private:
  void begin(process_host& host, launch_plan plan);
  void take_process(std::unique_ptr<hosted_process> process);
  void wait();
  bool read_some();
  void give_up(std::string why);
  void take_exit(const process_exit& how);
  void end(result<std::string> outcome);

  boost::asio::steady_timer timer_;
  watched_descriptor output_;
  answer then_;
  command_limits limits_;
  std::unique_ptr<hosted_process> process_;
  std::string text_;
  std::string why_; ///< Why it was killed.
};

} // namespace toolscore
