#pragma once
#include "loop/actor_host.hpp"
#include "runners/process_io.hpp"
#include "runners/process_runner_actor.hpp"
#include "tests/census.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace toolscore::test {

/// A process runner on a real loop, with a folder of its own and someone who collects its answers
/// and its reports. At the end everything is killed and the census must be empty.
struct runner_fixture {
  runner_fixture();
  ~runner_fixture();

  /// Starts the runner; call once, after changing `options`.
  void start();
  void install(server_spec spec, std::uint64_t generation = 1, bool refresh = false);
  void cancel(const std::string& server);
  bool run_until(const std::function<bool()>& done,
                 std::chrono::milliseconds limit = std::chrono::seconds(200));
  /// Runs until `count` answers are there in all; fails the test if they do not come.
  void wait_for_answers(std::size_t count);
  /// Installs and waits for this answer.
  install_finished install_and_wait(server_spec spec, bool refresh = false);
  /// The answer to `server`, the newest.
  const install_finished& answer_of(const std::string& server) const;
  /// "cloning building building": what the manager was told of a server.
  std::string states_of(const std::string& server) const;

  /// Starts what was planned, writes one line and returns the first line of its answer.
  std::string ask(const launch_plan& plan, const std::string& line);

  /// Names under <state_dir>/installs.
  std::vector<std::string> installs() const;
  /// Live processes that carry this fixture's mark: inits, spawner, and every step by its TMPDIR.
  std::size_t alive() const;
  /// A git repository of `files` (path, text) with one commit. @returns its file:// URL
  std::string make_repository(const std::string& name,
                              const std::vector<std::pair<std::string, std::string>>& files);

  std::string marker = new_census_marker();
  std::filesystem::path folder;
  actor_host host;
  std::unique_ptr<process_io> processes;
  process_runner_options options;
  caf::actor runner;
  std::vector<install_finished> answers;
  std::vector<state_changed> reports;

private:
  caf::actor collector_;
  std::unique_ptr<blocking_pool> worker_;
};

server_spec git_server(const std::string& name, const std::string& url,
                       const std::string& ref = "");
server_spec npx_server(const std::string& name, std::vector<std::string> args);

/// The URL of an example of this project, made into a git repository once.
std::string example_url(const runner_fixture& fixture, const std::string& name);

/// The texts that every MCP server must understand first.
extern const char* const initialize_line;

/// A command that must succeed; its output.
std::string run(const std::string& command);

} // namespace toolscore::test
