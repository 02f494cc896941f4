#pragma once
#include "actors/addresses_actor.hpp"
#include "actors/catalog_messages_actor.hpp"
#include "actors/local_messages_actor.hpp"
#include "actors/store_actor.hpp"
#include "loop/turn_scope.hpp"

#include <caf/behavior.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>
#include <vector>

namespace toolscore {

/// What calls are routed by; written by the bridge actor, read on the same thread.
struct tree_routes {
  std::shared_ptr<const std::map<std::string, caf::actor>> servers =
      std::make_shared<const std::map<std::string, caf::actor>>();
  std::shared_ptr<const joint_views> views = std::make_shared<const joint_views>();
  node_readiness readiness;
  std::function<void()> on_servers; ///< Told when `servers` is another; may be null.
  /// Told of every list that is another than before; may be null.
  std::function<void(const list_news&)> on_list_news;
};

struct bridge_state {
  static inline const char* name = "toolscore.bridge";
};

/// Receives the tree's snapshots.
caf::behavior make_bridge(caf::stateful_actor<bridge_state>* self,
                          std::shared_ptr<tree_routes> route);

/// The tree as its programs see it: plain functions over messages.
class tree_backend : public backend, private turn_work {
public:
  tree_backend(addresses_ptr tree, std::shared_ptr<tree_routes> route,
               std::shared_ptr<store_counters> kept);

  bool has_server(const server_id& server) const override;
  void call(const server_id& server, call_request&& request) override;
  void cancel(const server_id& server, call_cancel request) override;
  void end_session(const server_id& server, const std::string& session) override;
  void listen(const server_id& server, session_listen request) override;
  void notify(const server_id& server, session_notice notice) override;
  void record(call_record record) override;
  std::shared_ptr<const mcp::joint_view> view(std::string_view group) const override;
  void want_lists(const server_id& server) override;
  void on_servers_change(std::function<void()> hook) override;
  void on_view_change(
      std::function<void(std::string_view group, std::vector<mcp::list_kind>)> hook) override;
  node_readiness readiness() const override;
  void servers(std::function<void(std::vector<server_status>)> then) override;
  void add(std::string name, std::string config_json, bool wait,
           std::function<void(result<install_result>)> then) override;
  void act(server_id server, server_verb verb, std::function<void(result<done>)> then) override;
  void logs(server_id server, log_request request,
            std::function<void(result<log_answer>)> then) override;
  void pins(server_id server, std::function<void(result<std::string>)> then) override;
  void approve(server_id server, std::string tool, std::function<void(result<done>)> then) override;
  void login(server_id server, login_verb verb,
             std::function<void(result<login_answer>)> then) override;
  void update(server_id server, bool back,
              std::function<void(result<update_result>)> then) override;
  void crashes(crash_query query,
               std::function<void(result<std::vector<crash_report>>)> then) override;
  void trajectories(trajectory_query query, std::function<void(result<std::string>)> then) override;
  std::uint64_t subscribe(std::uint64_t after, std::function<void(event_ptr)> sink) override;
  void unsubscribe(std::uint64_t subscription) override;
  void publish(event content) override;
  std::vector<std::pair<std::string, double>> counters() const override;

private:
  /// Calls of the turn at hand for one server.
  struct gathered_calls {
    caf::actor address;
    std::shared_ptr<std::vector<call_request>> calls;
  };

  caf::actor address_of(const server_id& server) const;
  void gather(const caf::actor& address, call_request&& request);
  void run_turn() override;

  addresses_ptr tree_;
  std::shared_ptr<tree_routes> route_;
  std::shared_ptr<store_counters> kept_;
  std::uint64_t next_subscription_ = 1;
  std::vector<gathered_calls> gathered_; ///< Empty between two turns.
};

} // namespace toolscore
