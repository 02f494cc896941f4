#pragma once
#include "node/http_message.hpp"
#include "node/reply_json.hpp"
#include "processes.hpp"
#include "tests/census.hpp"

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <vector>

namespace toolscore::test {

/// Who the node runs as; `sandboxed` is the test's own user where no new namespace is to be had.
enum class account : std::uint8_t { own, ordinary, sandboxed };

/// What a call came back with. No answer at all is status 0.
struct call_answer {
  int status = 0;
  reply_json body; ///< The JSON-RPC response, or the gateway's error.
  std::chrono::milliseconds took{0};

  bool good() const;
  std::string text() const;        ///< Of the first content item.
  const reply_json& facts() const; ///< error.data.toolscore
  std::string told() const;        ///< Status and body, for a failed check.
};

/// A node as a user starts it, in a directory of its own: its config, its state, its output. All of
/// it and all that it started is gone with the fixture. The calls may be made from any thread.
class node_fixture {
public:
  explicit node_fixture(account as = account::own);
  ~node_fixture();
  node_fixture(const node_fixture&) = delete;
  node_fixture& operator=(const node_fixture&) = delete;

  /// One member of "mcpServers". The marker joins its "env", if something is started for it.
  void add(const std::string& name, reply_json definition);
  /// A fault_server with these words; `more` are further keys of its definition.
  void add_fault(const std::string& name, const std::vector<std::string>& words,
                 const reply_json& more = reply_json::object());
  /// The config's next writing is without it.
  void forget(const std::string& name) { servers_.erase(name); }
  reply_json fault_definition(const std::vector<std::string>& words) const;
  reply_json defaults = reply_json::object(); ///< The config's "defaults".
  reply_json groups = reply_json::object();   ///< The config's "groups".
  reply_json node = reply_json::object();     ///< Of the config's "node", beside its state_dir.
  std::string listen = "127.0.0.1:0";
  /// "NAME=value": what the node's environment has beside HOME, PATH and the marker.
  std::vector<std::string> variables;

  /// For a node that is not started by itself.
  void write_config() const;
  /// Writes the config, starts the program and waits until it listens and, unless told otherwise,
  /// /readyz says yes. @returns false if that takes more than 20 s; `log()` says why.
  bool start(bool until_ready = true);
  /// SIGTERM. @returns the exit code; -1 = still there after `limit`, or killed by a signal
  int stop(std::chrono::milliseconds limit = 15s);
  void signal(int number) const;
  /// Waits for the program's end. @returns as `stop`; -2 - n = killed by signal n
  int wait_for_end(std::chrono::milliseconds limit);
  /// Runs the program with further arguments on the same state directory, to its end.
  struct command_end {
    int code = -1;
    std::string text; ///< stdout and stderr.
  };
  command_end command(const std::vector<std::string>& arguments, account as) const;

  pid_t pid() const { return pid_; }
  const std::string& marker() const { return marker_; }
  const std::string& directory() const { return directory_; }
  std::string state_dir() const { return directory_ + "/state"; }
  std::string url() const { return to_string(tcp_); } ///< "http://127.0.0.1:PORT"
  std::string log() const;                            ///< What the node wrote to stdout and stderr.

  /// One request over the unix socket, as its owner. Status 0 = no answer.
  http_reply ask(const std::string& method, const std::string& target, const std::string& body = {},
                 std::chrono::milliseconds limit = 30s) const;
  /// The same over TCP without the token.
  http_reply ask_as_stranger(const std::string& method, const std::string& target,
                             const std::string& body = {}) const;
  /// POST to an MCP path with any headers on top of the media types.
  http_reply post_mcp(const std::string& path, const std::string& body,
                      const std::vector<std::pair<std::string, std::string>>& headers = {},
                      std::chrono::milliseconds limit = 30s) const;

  /// tools/call at /mcp/{server} in a legacy session, one for each server, opened at need.
  call_answer call(const std::string& server, const std::string& tool,
                   const reply_json& arguments = reply_json::object(),
                   std::chrono::milliseconds limit = 30s);
  /// The same without a session, as a client of the modern era.
  call_answer modern_call(const std::string& server, const std::string& tool,
                          const reply_json& arguments = reply_json::object(),
                          std::chrono::milliseconds limit = 30s);
  std::future<call_answer> call_later(const std::string& server, const std::string& tool,
                                      std::chrono::milliseconds limit = 30s);

  reply_json row(const std::string& server) const; ///< As /api/v1/servers/{server} tells it.
  pid_t pid_of(const std::string& server) const;
  std::string status_of(const std::string& server) const;
  std::vector<reply_json> events(const std::string& server = {}) const;
  std::vector<reply_json> trajectories(const std::string& server) const;
  bool wait_for_status(const std::string& server, const std::string& status,
                       std::chrono::milliseconds limit = 15s) const;

private:
  std::string session_of(const std::string& server, std::chrono::milliseconds limit);

  account as_;
  std::string directory_;
  std::string marker_ = new_census_marker();
  reply_json servers_ = reply_json::object();
  pid_t pid_ = 0; ///< 0 = not running, or reaped.
  http_address socket_;
  http_address tcp_;
  std::mutex guard_; ///< Of `sessions_`.
  std::map<std::string, std::string> sessions_;
};

/// What every test ends with, as Boost checks: the node leaves with 0 and nothing of it is left.
void end_well(node_fixture& node, std::chrono::milliseconds limit = 15s);
/// The same for a node that was told to end already.
void check_good_end(node_fixture& node, std::chrono::milliseconds limit = 15s);

} // namespace toolscore::test
