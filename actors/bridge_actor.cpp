#include "actors/bridge_actor.hpp"

#include "actors/call_outcome.hpp"
#include "loop/house_handlers.hpp"
#include "mcp/answers.hpp"
#include "mcp/listening.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace toolscore {

namespace {

constexpr std::size_t calls_a_turn = 16; // As many as a turn commonly brings.

/// As clients are told: templates are a part of the resources.
std::vector<mcp::list_kind> kinds_of(mcp::list_set changed) {
  std::vector<mcp::list_kind> kinds;
  if (changed.has(mcp::served_list::tools)) kinds.push_back(mcp::list_kind::tools);
  if (changed.has(mcp::served_list::prompts)) kinds.push_back(mcp::list_kind::prompts);
  if (changed.has(mcp::served_list::resources) || changed.has(mcp::served_list::templates))
    kinds.push_back(mcp::list_kind::resources);
  return kinds;
}

} // namespace

caf::behavior make_bridge(caf::stateful_actor<bridge_state>* self,
                          std::shared_ptr<tree_routes> route) {
  set_house_handlers(self);
  return {
      [route](const directory_changed& message) {
        route->servers = message.servers;
        if (route->on_servers) route->on_servers();
      },
      [route](const catalog_changed& message) {
        route->views = message.views;
        if (route->on_list_news) route->on_list_news(message.news);
      },
      [route](const readiness_changed& message) { route->readiness = message.readiness; },
  };
}

tree_backend::tree_backend(addresses_ptr tree, std::shared_ptr<tree_routes> route,
                           std::shared_ptr<store_counters> kept)
    : tree_(std::move(tree)), route_(std::move(route)), kept_(std::move(kept)) {}

caf::actor tree_backend::address_of(const server_id& server) const {
  const auto at = route_->servers->find(server.value);
  return at == route_->servers->end() ? caf::actor{} : at->second;
}

bool tree_backend::has_server(const server_id& server) const {
  return route_->servers->count(server.value) != 0;
}

void tree_backend::call(const server_id& server, call_request&& request) {
  if (const auto address = address_of(server)) {
    // A caller that goes away cancels its call. The exchange decides whether its going counts.
    request.reply->on_abandoned([address, reply = std::weak_ptr<exchange>(request.reply)] {
      turn_scope::hand_in(); // The call itself goes before.
      if (auto held = reply.lock())
        caf::anon_send(address, call_cancel{std::move(held), "disconnected"});
    });
    gather(address, std::move(request));
    return;
  }
  call_failure failure;
  failure.code = errc::unknown_server;
  failure.server = server.value;
  const auto reply = request.reply;
  auto text = mcp::failure_response(request.spans.id.of(*request.body), failure);
  if (request.method == "tools/call") {
    call_end end;
    end.now = std::chrono::steady_clock::now();
    end.wall_now = std::chrono::system_clock::now();
    record(unanswered(server, std::move(request), std::move(end), false,
                      mcp::failure_reason(failure)));
  }
  reply->end(404, std::make_shared<const std::string>(std::move(text)));
}

/// Calls that come together go to their server as one message.
void tree_backend::gather(const caf::actor& address, call_request&& request) {
  auto at = std::find_if(gathered_.begin(), gathered_.end(),
                         [&](const auto& x) { return x.address == address; });
  if (at == gathered_.end()) {
    at = gathered_.insert(at, {address, std::make_shared<std::vector<call_request>>()});
    at->calls->reserve(calls_a_turn);
  }
  at->calls->push_back(std::move(request));
  if (!turn_scope::gather(*this)) run_turn();
}

void tree_backend::run_turn() {
  for (auto& x : gathered_) caf::anon_send(x.address, calls_in{std::move(x.calls)});
  gathered_.clear();
}

void tree_backend::cancel(const server_id& server, call_cancel request) {
  turn_scope::hand_in();
  if (const auto address = address_of(server)) caf::anon_send(address, std::move(request));
}

void tree_backend::end_session(const server_id& server, const std::string& session) {
  turn_scope::hand_in();
  if (const auto address = address_of(server)) caf::anon_send(address, session_over{session});
}

void tree_backend::listen(const server_id& server, session_listen request) {
  turn_scope::hand_in();
  if (const auto address = address_of(server)) caf::anon_send(address, std::move(request));
}

void tree_backend::notify(const server_id& server, session_notice notice) {
  turn_scope::hand_in();
  if (const auto address = address_of(server)) caf::anon_send(address, std::move(notice));
}

void tree_backend::record(call_record record) {
  if (tree_->records.put(std::move(record))) caf::anon_send(tree_->store, records_waiting{});
}

std::shared_ptr<const mcp::joint_view> tree_backend::view(std::string_view group) const {
  if (group.empty()) return route_->views->all;
  const auto at = route_->views->groups.find(group);
  return at == route_->views->groups.end() ? nullptr : at->second;
}

void tree_backend::want_lists(const server_id& server) {
  turn_scope::hand_in();
  if (const auto address = address_of(server)) caf::anon_send(address, lists_wanted{});
}

void tree_backend::on_servers_change(std::function<void()> hook) {
  route_->on_servers = std::move(hook);
}

void tree_backend::on_view_change(
    std::function<void(std::string_view group, std::vector<mcp::list_kind>)> hook) {
  route_->on_list_news = [hook = std::move(hook)](const list_news& news) {
    for (const auto& [group, changed] : news.views) hook(group, kinds_of(changed));
  };
}

node_readiness tree_backend::readiness() const {
  return route_->readiness;
}

void tree_backend::servers(std::function<void(std::vector<server_status>)> then) {
  caf::anon_send(tree_->manager, servers_query{std::move(then)});
}

void tree_backend::add(std::string name, std::string config_json, bool wait,
                       std::function<void(result<install_result>)> then) {
  caf::anon_send(tree_->manager,
                 add_request{std::move(name), std::move(config_json), wait, std::move(then)});
}

void tree_backend::act(server_id server, server_verb verb, std::function<void(result<done>)> then) {
  caf::anon_send(tree_->manager, act_request{std::move(server), verb, std::move(then)});
}

void tree_backend::logs(server_id server, log_request request,
                        std::function<void(result<log_answer>)> then) {
  if (const auto address = address_of(server))
    caf::anon_send(address, logs_query{request, std::move(then)});
  else
    caf::anon_send(tree_->manager, resume{[then = std::move(then), name = server.value] {
                     then(error{errc::unknown_server, "there is no server \"" + name + "\""});
                   }});
}

void tree_backend::pins(server_id server, std::function<void(result<std::string>)> then) {
  caf::anon_send(tree_->store, pins_query{std::move(server), std::move(then)});
}

void tree_backend::approve(server_id server, std::string tool,
                           std::function<void(result<done>)> then) {
  if (const auto address = address_of(server))
    caf::anon_send(address, approve_request{std::move(tool), std::move(then)});
  else
    caf::anon_send(tree_->manager, resume{[then = std::move(then), name = server.value] {
                     then(error{errc::unknown_server, "there is no server \"" + name + "\""});
                   }});
}

void tree_backend::login(server_id server, login_verb verb,
                         std::function<void(result<login_answer>)> then) {
  if (const auto address = address_of(server))
    caf::anon_send(address, login_request{verb, std::move(then)});
  else
    caf::anon_send(tree_->manager, resume{[then = std::move(then), name = server.value] {
                     then(error{errc::unknown_server, "there is no server \"" + name + "\""});
                   }});
}

void tree_backend::update(server_id server, bool back,
                          std::function<void(result<update_result>)> then) {
  if (const auto address = address_of(server))
    caf::anon_send(address, update_order{back, std::move(then)});
  else
    caf::anon_send(tree_->manager, resume{[then = std::move(then), name = server.value] {
                     then(error{errc::unknown_server, "there is no server \"" + name + "\""});
                   }});
}

void tree_backend::crashes(crash_query query,
                           std::function<void(result<std::vector<crash_report>>)> then) {
  caf::anon_send(tree_->store, crashes_query{std::move(query), std::move(then)});
}

void tree_backend::trajectories(trajectory_query query,
                                std::function<void(result<std::string>)> then) {
  // What was called before the question is in the answer.
  caf::anon_send(tree_->store, flush_records{[store = tree_->store, query = std::move(query),
                                              then = std::move(then)] {
                   caf::anon_send(store, records_query{query, then});
                 }});
}

std::uint64_t tree_backend::subscribe(std::uint64_t after, std::function<void(event_ptr)> sink) {
  const auto subscription = next_subscription_++;
  caf::anon_send(tree_->events, subscribe_events{subscription, after, std::move(sink)});
  return subscription;
}

void tree_backend::unsubscribe(std::uint64_t subscription) {
  caf::anon_send(tree_->events, unsubscribe_events{subscription});
}

void tree_backend::publish(event content) {
  caf::anon_send(tree_->events, new_event{std::move(content)});
}

std::vector<std::pair<std::string, double>> tree_backend::counters() const {
  return {{"toolscore_records_kept_total", static_cast<double>(kept_->records_kept)},
          {"toolscore_records_lost_total", static_cast<double>(kept_->records_lost)},
          {"toolscore_crash_reports_kept_total", static_cast<double>(kept_->crashes_kept)},
          {"toolscore_crash_reports_lost_total", static_cast<double>(kept_->crashes_lost)}};
}

} // namespace toolscore
