#pragma once
#include "loop/asio.hpp"
#include "mcp/joint_view.hpp"
#include "messages/backend.hpp"

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace toolscore::test {

/// A tree without servers: it answers calls from the loop as its owner tells it to. Loop's thread.
class fake_backend final : public backend {
public:
  explicit fake_backend(boost::asio::io_context& io) : io_(io) {}

  std::set<std::string> names{"fs"};
  /// What is done with a call, from the loop, never from inside call().
  std::function<void(call_request&)> on_call = answer_ok;
  std::vector<std::string> called; ///< The servers of all calls.
  std::vector<call_record> records;
  std::vector<event> published;
  std::vector<std::string> cancelled; ///< Reasons.
  std::vector<std::string> acts;
  std::vector<std::pair<std::string, std::string>> ended_sessions; ///< Server, session.
  std::function<void(std::string_view group, std::vector<mcp::list_kind>)> view_change;
  std::vector<std::pair<std::string, session_listen>> listens; ///< By server.
  std::vector<std::pair<std::string, std::string>> notices;    ///< Server, method.
  /// By group; empty = what /mcp shows.
  std::map<std::string, mcp::view_ptr, std::less<>> views{
      {"", std::make_shared<const mcp::joint_view>()}};
  std::deque<event_ptr> events;
  node_readiness ready{true, "1 of 1"};
  std::vector<server_status> statuses;
  /// The ids and text that add() was given.
  std::vector<std::pair<std::string, std::string>> added;
  bool answers_control = true; ///< False = the control plane never answers.

  static void answer_ok(call_request& call);
  void emit(event_ptr x);

  bool has_server(const server_id& server) const override;
  void end_session(const server_id& server, const std::string& session) override {
    ended_sessions.emplace_back(server.value, session);
  }
  void listen(const server_id& server, session_listen request) override {
    listens.emplace_back(server.value, std::move(request));
  }
  std::vector<std::string> wanted_lists; ///< By server.
  std::function<void()> servers_change;
  void want_lists(const server_id& server) override { wanted_lists.push_back(server.value); }
  void on_servers_change(std::function<void()> hook) override { servers_change = std::move(hook); }
  void on_view_change(
      std::function<void(std::string_view group, std::vector<mcp::list_kind>)> hook) override {
    view_change = std::move(hook);
  }
  void notify(const server_id& server, session_notice notice) override {
    notices.emplace_back(server.value, std::move(notice.method));
  }
  void call(const server_id& server, call_request&& request) override;
  void cancel(const server_id& server, call_cancel request) override;
  void record(call_record record) override { records.push_back(std::move(record)); }
  mcp::view_ptr view(std::string_view group) const override {
    const auto at = views.find(group);
    return at == views.end() ? nullptr : at->second;
  }
  node_readiness readiness() const override { return ready; }
  void servers(std::function<void(std::vector<server_status>)> then) override;
  void add(std::string name, std::string config_json, bool wait,
           std::function<void(result<install_result>)> then) override;
  void act(server_id server, server_verb verb, std::function<void(result<done>)> then) override;
  void logs(server_id server, log_request request,
            std::function<void(result<log_answer>)> then) override;
  /// One report whose reason is the question.
  void crashes(crash_query query,
               std::function<void(result<std::vector<crash_report>>)> then) override;
  void trajectories(trajectory_query query, std::function<void(result<std::string>)> then) override;
  std::uint64_t subscribe(std::uint64_t after, std::function<void(event_ptr)> sink) override;
  void unsubscribe(std::uint64_t subscription) override { sinks_.erase(subscription); }
  void publish(event content) override { published.push_back(std::move(content)); }
  std::vector<std::pair<std::string, double>> counters() const override;
  std::size_t subscribers() const { return sinks_.size(); }

private:
  boost::asio::io_context& io_;
  std::map<std::uint64_t, std::function<void(event_ptr)>> sinks_;
  std::uint64_t next_ = 1;
};

} // namespace toolscore::test
