#pragma once
#include "actors/manager_actor.hpp"
#include "runners/runner_messages.hpp"
#include "tests/virtual_host.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toolscore::test {

/// What the caller of a call was asked while it was in flight.
struct made_question {
  std::uint64_t number = 0;
  input_request asked;
  std::function<void(input_response)> then; ///< Null once it can be answered no more.
  bool withdrawn = false;
};

/// A call as its caller sees it.
struct made_call {
  std::string server;
  actor_fixture::moment at{};
  actor_fixture::moment answered{};
  int ends = 0; ///< How often it was answered: exactly once is right.
  int events = 0;
  bool dropped = false; ///< Its exchange went without an answer.
  int http_status = 0;
  std::string text;
  std::vector<std::string> told; ///< Its events.
  bool streams = true;           ///< Else its caller cannot be asked.
  std::vector<made_question> questions;
  std::weak_ptr<exchange> way_back;
  bool failed() const { return text.find("\"error\"") != std::string::npos; }
};
using made_call_ptr = std::shared_ptr<made_call>;

/// An order, and how often it was answered.
struct made_order {
  std::string server;
  server_verb verb = server_verb::start;
  actor_fixture::moment at{};
  actor_fixture::moment answered{};
  int answers = 0;
  std::optional<result<done>> outcome;
};
using made_order_ptr = std::shared_ptr<made_order>;

/// An update, and how often it was answered.
struct made_update {
  int answers = 0;
  std::optional<result<update_result>> outcome;
};
using made_update_ptr = std::shared_ptr<made_update>;

/// What the event log was told of one server.
struct seen_state {
  std::string status;
  std::string reason;
  std::string instance;
  actor_fixture::moment at{};
};

/// The real manager, coordinator, supervisors, server and instance actors on virtual time; store,
/// runner, catalog, events and bridge are stand-ins that answer at once.
class virtual_node {
public:
  explicit virtual_node(actor_fixture& time, std::size_t starts_max = 4);
  ~virtual_node();
  void begin(std::vector<initial_server> initial);
  /// A server with a program of its own; tests change its policy.
  static server_spec spec(const std::string& name);

  made_call_ptr call(const std::string& server, bool with_progress = false);
  /// Of a caller who can be asked; `method` names a tool only in tools/call.
  made_call_ptr call_of(const std::string& server, std::shared_ptr<const caller> from,
                        const std::string& method = "tools/call", era client = era::legacy,
                        bool with_progress = false);
  /// The caller answers what it was asked as its question number `which`, from 0.
  void answer(const made_call_ptr& call, std::size_t which, const std::string& json,
              bool failed = false);
  /// In one message, as the calls of one turn of the loop come.
  std::vector<made_call_ptr> calls_together(const std::string& server, std::size_t count,
                                            bool with_progress = false);
  /// Any other request of a modern client; its answer comes to `made`.
  void ask(const std::string& server, const std::string& method, const std::string& params,
           const made_call_ptr& made);
  /// Any request of a legacy client's session.
  void ask_as(const std::string& server, std::shared_ptr<const caller> from,
              const std::string& method, const std::string& params, const made_call_ptr& made);
  void cancel(const made_call_ptr& call);
  made_order_ptr order(const std::string& server, server_verb verb);
  made_order_ptr add(const server_spec& spec);
  made_update_ptr update(const std::string& server, bool back = false);
  /// What `ps` shows now.
  std::vector<server_status> rows();
  /// Asks the manager for the node's stop. @returns what becomes true when it has ended
  std::shared_ptr<bool> stop_all();
  /// Ends the whole tree as the root does: the manager, then the servers.
  void end();

  std::string status(const std::string& server) const;
  std::size_t times(const std::string& server, const std::string& status) const;

  actor_fixture& time;
  virtual_host host;
  addresses_ptr tree = std::make_shared<addresses>();
  std::map<std::string, std::vector<seen_state>> seen;
  std::vector<event> crashes; ///< Every event server.crashed; the reports wait in tree->records.
  std::map<std::string, caf::actor> directory;
  std::vector<made_call_ptr> calls;
  std::vector<made_order_ptr> orders;
  std::vector<caf::actor_addr> fixed;
  std::chrono::milliseconds install_takes{0};
  std::string install_error;
  std::string install_version;                ///< Of what is installed next.
  std::vector<install_server_request> beside; ///< Those of updates.
  std::vector<std::uint32_t> discarded;       ///< Revisions.
  std::vector<install_choice> choices;        ///< As the store was told, in order.
  std::string store_error;                    ///< Not empty: it takes none.
  std::vector<group_spec> groups;             ///< Of the manager's options; set before begin().
  std::function<double()> random = [] { return 0.5; };

private:
  std::pair<call_request, made_call_ptr> tool_call(const std::string& server, bool with_progress,
                                                   const std::string& method = "tools/call");
  call_request request_of(const std::string& method, const std::string& params,
                          const made_call_ptr& made);
  void deliver(const std::string& server, call_request request);

  std::size_t starts_max_;
  std::map<std::string, server_spec> known_;
};

} // namespace toolscore::test
