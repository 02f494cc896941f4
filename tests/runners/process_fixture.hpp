#pragma once
#include "runners/process_io.hpp"
#include "tests/census.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace toolscore::test {

/// A loop with a process_io on it, a census of its own and a folder of its own. At the end it kills
/// what lives and checks that the census is empty and that no child is left, not even a zombie.
struct process_fixture {
  process_fixture();
  ~process_fixture();

  launch_plan plan(std::vector<std::string> argv) const;
  /// Starts and waits for the answer.
  result<std::unique_ptr<hosted_process>> start(const launch_plan& what,
                                                spawn_options options = {});
  /// Starts what must start.
  std::unique_ptr<hosted_process> must_start(const launch_plan& what, spawn_options options = {});
  /// Runs the loop until `done` or the limit. @returns whether it is done
  bool run_until(const std::function<bool()>& done,
                 std::chrono::seconds limit = std::chrono::seconds(20));
  /// The child's exit, waited for.
  std::optional<process_exit> exit_of(hosted_process& child);
  /// The next line of the child's stdout, waited for; the descriptor stays open.
  std::string read_line(int fd);
  bool kill_all();
  /// Waits until the census counts exactly so many.
  bool census_reaches(std::size_t expected);
  /// What a census must count: an init hides its environment from all but root.
  static std::size_t counted(std::size_t trees, std::size_t processes_a_tree, bool spawner = true);

  std::string marker = new_census_marker();
  std::filesystem::path folder;
  boost::asio::io_context io;
  std::unique_ptr<process_io> processes;
};

std::size_t open_descriptors();
std::string subject(); ///< The path of the test program of that name.
std::string stubborn();

} // namespace toolscore::test
