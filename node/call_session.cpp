#include "node/call_session.hpp"

#include "node/call_text.hpp"

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr const char* protocol_version = "2025-11-25";

http_request message(const call_session& session, const reply_json& body) {
  http_request request;
  request.method = "POST";
  request.target = session.target;
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json, text/event-stream"}};
  if (!session.id.empty()) request.headers.emplace_back("Mcp-Session-Id", session.id);
  if (!session.version.empty())
    request.headers.emplace_back("MCP-Protocol-Version", session.version);
  request.body = compact(body);
  request.timeout = session.timeout;
  return request;
}

} // namespace

call_session::call_session(const std::string& server, std::chrono::milliseconds wait)
    : target(server.empty() ? "/mcp" : "/mcp/" + percent_encoded(server)), timeout(wait) {}

std::optional<command_output> open_session(call_session& session, const command_context& context,
                                           bool json) {
  const reply_json hello{
      {"jsonrpc", "2.0"},
      {"id", 1},
      {"method", "initialize"},
      {"params",
       {{"protocolVersion", protocol_version},
        {"capabilities", reply_json::object()},
        {"clientInfo", {{"name", "toolscore"}, {"version", TOOLSCORE_VERSION}}}}}};
  const auto reply = context.ask(message(session, hello));
  if (!reply) return no_answer(reply.failure());
  const auto text = rpc_message(reply->content_type, reply->body);
  if (reply->status == 404) {
    auto answer = refusal(*reply);
    answer.code = exit_code::unknown_server;
    return answer;
  }
  const auto answer = parse_reply(text);
  if (!answer || !member_of(*answer, "result").is_object()) {
    if (answer && member_of(*answer, "jsonrpc") == "2.0") return call_text(text, json);
    return refusal(*reply);
  }
  session.id = reply->session;
  session.version = text_of(member_of(*answer, "result"), "protocolVersion");
  const auto told =
      context.ask(message(session, {{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}));
  if (!told) return no_answer(told.failure());
  return std::nullopt;
}

call_answer call_in_session(const call_session& session, const command_context& context,
                            const std::string& tool, const reply_json& arguments,
                            const reply_json& meta) {
  reply_json params{{"name", tool}};
  if (!arguments.is_null()) params["arguments"] = arguments;
  if (!meta.is_null()) params["_meta"] = meta;
  const reply_json call{
      {"jsonrpc", "2.0"}, {"id", 2}, {"method", "tools/call"}, {"params", std::move(params)}};
  const auto reply = context.ask(message(session, call));
  if (!reply) return {{}, no_answer(reply.failure())};
  auto text = rpc_message(reply->content_type, reply->body);
  const auto answer = parse_reply(text);
  if (!answer || member_of(*answer, "jsonrpc") != "2.0") return {{}, refusal(*reply)};
  return {std::move(text), {}};
}

void close_session(const call_session& session, const command_context& context) {
  if (session.id.empty()) return;
  auto request = message(session, {});
  request.method = "DELETE";
  request.body.clear();
  request.timeout = 5s;
  // The node forgets an idle session by itself: a failure here is nobody's concern.
  [[maybe_unused]] const auto ignored = context.ask(request);
}

} // namespace toolscore
