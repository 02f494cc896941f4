#pragma once
#include "runners/container/container_host_io.hpp"
#include "runners/node_cgroups_io.hpp"
#include "runners/pool_io.hpp"
#include "runners/process_io.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace toolscore::test {

/// The backends that keep one contract.
enum class backend { process, container };
std::ostream& operator<<(std::ostream& out, backend x);
/// Those that can be tried here; what cannot is told.
std::vector<backend> backends();

/// A loop and a host of that kind on it. At the end all is killed and nothing may be left.
struct runner_fixture {
  explicit runner_fixture(backend which);
  ~runner_fixture();

  /// A program of the tests, by its name, with its words.
  launch_plan plan(const std::string& program, const std::vector<std::string>& words) const;
  result<std::unique_ptr<hosted_process>> start(const launch_plan& what,
                                                spawn_options options = {});
  std::unique_ptr<hosted_process> must_start(const launch_plan& what, spawn_options options = {});
  bool run_until(const std::function<bool()>& done,
                 std::chrono::seconds limit = std::chrono::seconds(60));
  std::optional<process_exit> exit_of(hosted_process& child);
  std::string read_line(int fd); ///< Of a non-blocking descriptor, which stays open.
  bool kill_all();
  /// From now on what is started with `keep` may outlive the host: as a node begins.
  void keep();
  /// The host lets go of `child` and makes way for another one, as a node ends and its successor
  /// begins.
  void leave_to_next(std::unique_ptr<hosted_process> child);
  std::size_t alive() const;
  /// Live processes of the backend's instances, by the marker in their environment.
  std::size_t census() const;

  void make_host();

  backend kind;
  std::string marker;
  std::filesystem::path folder;
  boost::asio::io_context io;
  std::optional<blocking_pool> pool;
  std::shared_ptr<node_cgroups> cgroups;
  std::unique_ptr<process_io> processes;
  std::unique_ptr<container_host> containers;
  process_host* host = nullptr;
};

} // namespace toolscore::test
