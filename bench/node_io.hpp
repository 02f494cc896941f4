#pragma once
#include "bench/child_io.hpp"
#include "bench/load_io.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// A toolscore node that the bench started, with one server named `bench`.
struct running_node {
  bench_child process;
  endpoint_address endpoint; ///< /mcp/bench
};

struct node_plan {
  std::vector<std::string> launcher; ///< What to put in front of the node's command; may be empty.
  std::string program;               ///< toolscore
  std::vector<std::string> server;   ///< The server's command.
  std::string directory;             ///< Its config, log and state go here; exists.
  /// The whole configuration, in the place of `server`; its state is in DIRECTORY/state.
  std::string config;
  bool records = true;                   ///< Where `server` is given: its calls.
  bool wait_ready = true;                ///< For GET /readyz, and not for the address alone.
  std::chrono::milliseconds wait{30000}; ///< For its address and its readiness.
};

/// `what`, with the end of the log at `log_file`. @returns errc::io_failed
error with_log(std::string what, const std::string& log_file);

/// Starts `toolscore up -c CONFIG`, waits for `<state_dir>/address` and for GET /readyz to say 200.
/// @error spawn_failed, io_failed  with the end of the node's log
/// @error cancelled                a signal came in the meantime
result<running_node> start_node(const node_plan& plan);

/// What the node answers its owner. @error bad_answer  it is no 200
result<std::string> ask_owner(const running_node& node, const std::string& state_dir,
                              const std::string& target);

/// Waits until the node has written down `calls` calls, two seconds at most. Figures of a node that
/// does not record say nothing. @error io_failed  with what it has kept and lost
result<done> await_records(const running_node& node, const std::string& state_dir,
                           std::uint64_t calls);

} // namespace toolscore
