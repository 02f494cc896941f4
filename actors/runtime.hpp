#pragma once
#include "config/node_config.hpp"
#include "messages/admin.hpp"
#include "messages/backend.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace toolscore {

struct runtime_options {
  node_config config;
  std::string libexec_dir;               ///< Where toolscore-spawner and toolscore-clone are.
  environment variables;                 ///< What `${VAR}` in definitions refers to.
  std::function<std::string()> endpoint; ///< Where the gateway listens; empty = nowhere.
};

/// The whole tree in one object, free of CAF: what a program embeds and what the node runs.
///
/// Threads: the tree lives on one loop. Either the caller's thread becomes it (run()), or start()
/// gives it a thread of its own; the blocking functions below are for other threads than the
/// loop's. Children die with the loop's thread, so it must live as long as they shall.
class runtime {
public:
  /// Takes the state directory's lock, opens the store and prepares the tree; starts nothing yet.
  /// @error already_exists  another node is on that state directory
  /// @error store_failed    the database is damaged, newer, or cannot be written
  static result<std::unique_ptr<runtime>> open(runtime_options options);
  ~runtime();

  /// The tree behind the gateway; to be used on the loop's thread.
  backend& tree();
  boost::asio::io_context& io();

  /// Starts every configured and stored server; on the loop's thread, before run().
  void begin();
  /// Runs the loop on this thread until `finished`.
  void run_until(const std::function<bool()>& finished);
  /// Set once servers marked `significant` have ended for good, with success or not: the program is
  /// to finish(). On the loop's thread.
  std::optional<bool> ended() const;
  /// Stops all servers, verified, within the configured stop_deadline, writes what is pending, and
  /// ends the tree. Runs the loop meanwhile. `close` closes what uses the tree from outside, after
  /// the servers have drained; it may be null. @returns false if the deadline had to kill something
  bool finish(const std::function<void(std::function<void()> then)>& close = nullptr);

  /// Ends the wait of finish() for calls and servers: what still lives is killed. On the loop's
  /// thread.
  void hurry();

  /// Gives the loop a thread of its own and begins.
  void start();
  /// finish() on that thread, then joins it.
  bool stop();

  // From other threads, after start(). Each blocks until it is done.
  install_result install_server(const std::string& name, const std::string& config_json);
  bool stop_server(const std::string& id);
  /// True if the server behind `endpoint` (".../mcp/NAME", or just NAME) is ready.
  bool health_check(const std::string& endpoint);
  /// One tools/call; the answer is the JSON-RPC response. Recorded like every call.
  std::string call(const std::string& server, const std::string& tool,
                   const std::string& arguments_json);
  /// Records as NDJSON.
  result<std::string> trajectories(const trajectory_query& query);
  std::vector<server_status> servers();
  /// `sink` is called on the loop's thread.
  std::uint64_t events(std::uint64_t after, std::function<void(event_ptr)> sink);

private:
  struct state;
  explicit runtime(std::unique_ptr<state> content);
  std::unique_ptr<state> state_;
};

} // namespace toolscore
