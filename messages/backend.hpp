#pragma once
#include "messages/admin.hpp"
#include "messages/call.hpp"
#include "messages/crash.hpp"
#include "messages/events.hpp"
#include "messages/listening.hpp"
#include "messages/log_position.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

namespace mcp {
class joint_view;
enum class list_kind : std::uint8_t;
} // namespace mcp

/// Which records; what is empty does not select.
struct trajectory_query {
  std::string server;
  std::string tool;
  std::string trajectory;
  /// "success", "failed", "needs_input", or the step that failed, as outcomes are named.
  std::string outcome;
  std::optional<std::int64_t> since_us;  ///< Microseconds since 1970.
  std::optional<std::int64_t> before_us; ///< The first that is not meant any more.
  std::int64_t after = 0;                ///< Only records with a greater number.
  std::uint32_t limit = 100;
};

struct node_readiness {
  bool ready = false; ///< Every configured server is ready or has its verdict.
  std::string detail; ///< "2 of 3: weather is building".
};

/// What a program asks of the tree behind it: the gateway and embedders call it, actors/ implements
/// it, tests fake it.
/// All calls and all answers are on the loop's thread; answers never come from inside the call.
class backend {
public:
  backend() = default;
  backend(const backend&) = delete;
  backend& operator=(const backend&) = delete;
  virtual ~backend() = default;

  // The call path.
  virtual bool has_server(const server_id& server) const = 0;
  /// The exchange is ended exactly once, whatever happens. `initialize`, `server/discover` and
  /// `ping` are answered by the server's owner too, from its handshake.
  virtual void call(const server_id& server, call_request&& request) = 0;
  virtual void cancel(const server_id& server, call_cancel request) = 0;
  /// A legacy client's session is over; what a server keeps for it alone goes, too.
  virtual void end_session(const server_id& server, const std::string& session) = 0;
  /// A legacy client's session hears of the server's changes, until it is over.
  virtual void listen(const server_id& server, session_listen request) = 0;
  virtual void notify(const server_id& server, session_notice notice) = 0;
  /// A call that was refused before it reached a server is recorded too.
  virtual void record(call_record record) = 0;
  /// What `/mcp` shows, or with the name of a group what `/mcp/@group` does; null = no such group.
  /// Immutable; a new one replaces it when anything changes.
  virtual std::shared_ptr<const mcp::joint_view> view(std::string_view group) const = 0;
  /// A client asks for lists of which this server's part may be good no more, or listens to them:
  /// those that are not are fetched anew.
  virtual void want_lists(const server_id& server) = 0;
  /// Called when servers have come or gone, or have another owner; at most one hook.
  virtual void on_servers_change(std::function<void()> hook) = 0;
  /// Called when a view shows other lists than before; at most one hook.
  virtual void
  on_view_change(std::function<void(std::string_view group, std::vector<mcp::list_kind>)> hook) = 0;

  // The control plane.
  virtual node_readiness readiness() const = 0;
  virtual void servers(std::function<void(std::vector<server_status>)> then) = 0;
  /// `config_json` is one server's object as under "mcpServers". Answers when the server is ready
  /// or has failed if `wait`, else when its definition is stored.
  virtual void add(std::string name, std::string config_json, bool wait,
                   std::function<void(result<install_result>)> then) = 0;
  virtual void act(server_id server, server_verb verb, std::function<void(result<done>)> then) = 0;
  virtual void logs(server_id server, log_request request,
                    std::function<void(result<log_answer>)> then) = 0;
  /// What crashed before the question is in the answer; it may be of a former node's life.
  virtual void crashes(crash_query query,
                       std::function<void(result<std::vector<crash_report>>)> then) = 0;
  /// NDJSON, one record a line.
  virtual void trajectories(trajectory_query query,
                            std::function<void(result<std::string>)> then) = 0;
  /// Calls `sink` with every event numbered above `after`, old ones first. @returns a subscription
  virtual std::uint64_t subscribe(std::uint64_t after, std::function<void(event_ptr)> sink) = 0;
  virtual void unsubscribe(std::uint64_t subscription) = 0;
  /// Puts an event of its program's own into the log, which numbers it.
  virtual void publish(event content) = 0;
  /// Prometheus counters the tree keeps, name -> value.
  virtual std::vector<std::pair<std::string, double>> counters() const = 0;
  /// What is approved of a server's tools and what differs from that, as JSON. A program without a
  /// store has none.
  virtual void pins(server_id server, std::function<void(result<std::string>)> then) {
    then(error{errc::not_supported, server.value + ": tools are not pinned here"});
  }
  /// Installs a server anew beside what it runs from, tries that, and goes over to it; `back`: to
  /// the install before. On a failure it runs on from what it ran from.
  virtual void update(server_id server, bool back,
                      std::function<void(result<update_result>)> then) {
    then(error{errc::not_supported, "nothing is installed here for " + server.value +
                                        (back ? ", so there is no way back" : "")});
  }
  /// Approves a tool as it is now; an empty name is all of them.
  virtual void approve(server_id server, std::string tool, std::function<void(result<done>)> then) {
    then(error{errc::not_supported, server.value + ": " + tool + " is not pinned here"});
  }
  /// Of a remote server's login. `begin` answers with the page on which a person logs in.
  virtual void login(server_id server, login_verb, std::function<void(result<login_answer>)> then) {
    then(error{errc::not_supported, server.value + ": nobody logs in here"});
  }
};

} // namespace toolscore
