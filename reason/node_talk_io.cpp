#include "reason/node_talk_io.hpp"

#include "mcp/handshake_texts.hpp"
#include "mcp/versions.hpp"
#include "node/reply_json.hpp"
#include "reason/mcp_messages.hpp"

#include <algorithm>
#include <utility>

namespace toolscore::reason {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds probe_limit{15'000};
constexpr milliseconds farewell_limit{1'000};

} // namespace

node_talk::node_talk(node_choice choice)
    : choice_(std::move(choice)), dialer_(loop_.io(), run_in(pool_, loop_.io())) {
  if (choice_.speaks) speaks_ = *choice_.speaks;
}

node_talk::~node_talk() {
  std::size_t left = clients_.size();
  for (const auto& [path, client] : clients_) client->close(farewell_limit, [&left] { --left; });
  loop_.run_until([&left] { return left == 0; });
}

mcp_client& node_talk::client_at(const std::string& path) {
  auto& at = clients_[path];
  if (!at) {
    auto place = choice_.place;
    place.place.target = path;
    at = std::make_unique<mcp_client>(dialer_, std::move(place), speaks_);
  }
  return *at;
}

result<era> node_talk::find_era() {
  std::optional<call_answer> answer;
  auto place = choice_.place;
  place.place.target = "/mcp";
  const auto probe = std::make_unique<mcp_client>(dialer_, place, era::modern);
  // Asked in the modern era without a session, so that nothing is left behind if it is the other.
  auto& client = choice_.speaks ? client_at("/mcp") : *probe;
  const auto heard = [&](call_answer x) { answer = std::move(x); };
  if (speaks_ == era::legacy)
    client.request("ping", json::object(), probe_limit, heard);
  else
    client.request("server/discover", json::object(), probe_limit, heard);
  loop_.run_until([&] { return answer.has_value(); });
  if (const auto& why = answer->unanswered) {
    const bool here = why->code == errc::bad_answer || why->code == errc::unknown_server;
    if (!here || choice_.speaks) return *why;
  }
  if (!choice_.speaks && (!answer->result || !mcp::read_discover(compact(*answer->result)).modern))
    speaks_ = era::legacy;
  return speaks_;
}

std::vector<call_answer> node_talk::call(const std::vector<wanted_call>& calls,
                                         const std::string& task_id, milliseconds limit) {
  std::vector<call_answer> out(calls.size());
  std::size_t begun = 0;
  std::size_t ended = 0;
  const auto until = std::chrono::steady_clock::now() + limit;
  // Whose turn comes too late is not made: nobody would wait for what it does.
  const auto refuse_rest = [&] {
    for (; begun < calls.size(); ++begun, ++ended) {
      const auto now = moment{std::chrono::system_clock::now(), std::chrono::steady_clock::now()};
      out[begun].unanswered = error{errc::stopping, "the task's time was over before its turn"};
      out[begun].begun = out[begun].ended = now;
    }
  };
  const auto begin_next = [&](auto& again) -> void {
    const auto left =
        std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return refuse_rest();
    const auto at = begun++;
    const auto& one = calls[at];
    client_at(endpoint_of(one))
        .request("tools/call", call_params(one.tool, one.arguments, task_id, choice_.trajectory),
                 std::clamp(left, milliseconds{1}, choice_.call_limit),
                 [&, at](call_answer answer) {
                   out[at] = std::move(answer);
                   ++ended;
                   if (begun < calls.size()) again(again);
                 });
    if (interrupted_) client_at(endpoint_of(one)).cancel_all();
  };
  while (begun < std::min(calls.size(), choice_.parallel)) begin_next(begin_next);
  loop_.run_until([&] { return ended == calls.size(); });
  return out;
}

tool_list node_talk::list_tools(const std::string& path, milliseconds limit) {
  tool_list out;
  std::optional<call_answer> answer;
  client_at(path).list_tools(limit, [&](call_answer x) { answer = std::move(x); });
  if (interrupted_) client_at(path).cancel_all();
  loop_.run_until([&] { return answer.has_value(); });
  out.fault = failure_line(*answer);
  if (!out.fault.empty()) return out;
  for (const auto& each : member_of(*answer->result, "tools")) out.tools.push_back(each);
  return out;
}

std::string node_talk::unready(milliseconds limit) {
  std::optional<std::pair<int, std::string>> answer;
  client_at("/readyz").look(
      limit, [&](int status, std::string why) { answer.emplace(status, std::move(why)); });
  loop_.run_until([&] { return answer.has_value(); });
  constexpr int not_now = 503;
  return answer->first == not_now ? answer->second : std::string();
}

void node_talk::pause(milliseconds time) {
  bool over = false;
  boost::asio::steady_timer timer(loop_.io(), time);
  timer.async_wait([&over](boost::system::error_code) { over = true; });
  loop_.run_until([&] { return over || interrupted_; });
  timer.cancel();
  loop_.run_until([&] { return over; });
}

void node_talk::interrupt() {
  interrupted_ = true;
  for (const auto& [path, client] : clients_) client->cancel_all();
}

} // namespace toolscore::reason
