#include "node/call_command.hpp"

#include "config/json_text.hpp"
#include "node/call_text.hpp"
#include "node/reply_json.hpp"

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr const char* protocol_version = "2025-11-25";

struct call_session {
  std::string target;
  std::string id;
  std::string version;
  std::chrono::milliseconds timeout;
};

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

/// Nothing = the session is open.
std::optional<command_output> open(call_session& session, const command_context& context,
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

void close(const call_session& session, const command_context& context) {
  if (session.id.empty()) return;
  auto request = message(session, {});
  request.method = "DELETE";
  request.body.clear();
  request.timeout = 5s;
  // The node forgets an idle session by itself: a failure here is nobody's concern.
  [[maybe_unused]] const auto ignored = context.ask(request);
}

} // namespace

command_output call_command(const cli_request& request, const command_context& context) {
  const auto arguments = parse_json_text(request.arguments, "arguments");
  if (!arguments || !arguments->is_object())
    return {{},
            "error: " +
                (arguments ? std::string("the arguments are no JSON object, write '{\"key\": 1}'")
                           : arguments.failure().detail) +
                "\n",
            exit_code::usage};
  call_session session;
  session.target = "/mcp/" + percent_encoded(request.server);
  session.timeout = request.timeout;
  if (auto failed = open(session, context, request.json)) return *failed;
  const reply_json call{{"jsonrpc", "2.0"},
                        {"id", 2},
                        {"method", "tools/call"},
                        {"params", {{"name", request.tool}, {"arguments", *arguments}}}};
  const auto reply = context.ask(message(session, call));
  close(session, context);
  if (!reply) return no_answer(reply.failure());
  const auto text = rpc_message(reply->content_type, reply->body);
  const auto answer = parse_reply(text);
  if (!answer || member_of(*answer, "jsonrpc") != "2.0") return refusal(*reply);
  return call_text(text, request.json);
}

} // namespace toolscore
