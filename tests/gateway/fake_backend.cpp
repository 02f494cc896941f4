#include "tests/gateway/fake_backend.hpp"

#include "mcp/answers.hpp"

#include <memory>

namespace toolscore::test {

void fake_backend::answer_ok(call_request& call) {
  const auto id = call.spans.id.of(*call.body);
  const std::string result =
      call.method == "initialize"
          ? R"({"protocolVersion":")" + call.version +
                R"(","capabilities":{},"serverInfo":{"name":"fake","version":"1"}})"
          : R"({"content":[{"type":"text","text":"pong"}]})";
  call.reply->end(200, std::make_shared<const std::string>(mcp::result_response(id, result)));
}

bool fake_backend::has_server(const server_id& server) const {
  return names.contains(server.value);
}

void fake_backend::call(const server_id& server, call_request&& request) {
  called.push_back(server.value);
  boost::asio::post(io_, [this, x = std::move(request)]() mutable { on_call(x); });
}

void fake_backend::cancel(const server_id&, call_cancel request) {
  cancelled.push_back(request.reason);
  boost::asio::post(io_, [x = std::move(request)] {
    x.reply->end(200, std::make_shared<const std::string>(
                          mcp::error_response("0", -32603, "the call was cancelled")));
  });
}

void fake_backend::servers(std::function<void(std::vector<server_status>)> then) {
  if (answers_control) boost::asio::post(io_, [then = std::move(then), x = statuses] { then(x); });
}

void fake_backend::add(std::string name, std::string config_json, bool wait,
                       std::function<void(result<install_result>)> then) {
  added.emplace_back(name, config_json + (wait ? " wait" : ""));
  boost::asio::post(io_, [then = std::move(then), name] {
    if (name == "fs")
      then(error{errc::already_exists, "fs is there already"});
    else
      then(install_result{true, "http://127.0.0.1/mcp/" + name, 42, {}});
  });
}

void fake_backend::act(server_id server, server_verb verb, std::function<void(result<done>)> then) {
  acts.push_back(std::string{to_string(verb)} + " " + server.value);
  boost::asio::post(io_, [then = std::move(then), known = has_server(server)] {
    if (known)
      then(done{});
    else
      then(error{errc::unknown_server, "no such server"});
  });
}

void fake_backend::logs(server_id server, log_request request,
                        std::function<void(result<log_answer>)> then) {
  boost::asio::post(io_, [then = std::move(then), request, known = has_server(server)] {
    if (known)
      then(log_answer{request.from ? "from " + to_string(*request.from) + "\n"
                                   : std::to_string(request.lines) + " lines asked\n",
                      {3, 1'024},
                      request.from.has_value()});
    else
      then(error{errc::unknown_server, "no such server"});
  });
}

void fake_backend::crashes(crash_query query,
                           std::function<void(result<std::vector<crash_report>>)> then) {
  const bool known = query.server.value.empty() || has_server(query.server);
  boost::asio::post(io_, [then = std::move(then), query, known] {
    if (!known) return then(error{errc::unknown_server, "no such server"});
    crash_report x;
    x.reason =
        query.server.value + "|" + std::to_string(query.before) + "|" + std::to_string(query.limit);
    then(std::vector{x});
  });
}

void fake_backend::trajectories(trajectory_query query,
                                std::function<void(result<std::string>)> then) {
  boost::asio::post(io_, [then = std::move(then), query] {
    then(query.server + "|" + query.trajectory + "|" + std::to_string(query.after) + "|" +
         std::to_string(query.limit) + "\n");
  });
}

std::uint64_t fake_backend::subscribe(std::uint64_t after, std::function<void(event_ptr)> sink) {
  const auto id = next_++;
  sinks_[id] = std::move(sink);
  boost::asio::post(io_, [this, id, after] {
    for (const auto& x : events) {
      const auto found = sinks_.find(id);
      if (found == sinks_.end()) return;
      if (x->number > after) found->second(x);
    }
  });
  return id;
}

void fake_backend::emit(event_ptr x) {
  events.push_back(x);
  const auto sinks = sinks_;
  for (const auto& sink : sinks) sink.second(x);
}

std::vector<std::pair<std::string, double>> fake_backend::counters() const {
  return {{"toolscore_calls_total", 7.0}};
}

} // namespace toolscore::test
