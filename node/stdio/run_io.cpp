#include "node/stdio/run_io.hpp"

#include "node/commands.hpp"
#include "node/http_client_io.hpp"
#include "node/reply_json.hpp"
#include "node/stdio/bridge_io.hpp"
#include "node/stdio/node_answer.hpp"
#include "node/terminal_io.hpp"

#include <csignal>

namespace toolscore {

std::string stdio_target(const cli_request& request) {
  if (!request.group.empty()) return "/mcp/@" + percent_encoded(request.group);
  return request.server.empty() ? "/mcp" : "/mcp/" + percent_encoded(request.server);
}

namespace {

struct obstacle {
  exit_code code = exit_code::ok;
  std::string why;
};

/// A notification that means nothing to anybody: only whether there is such a place for us.
obstacle look(const http_address& node, const std::string& target) {
  client_message x;
  x.kind = message_kind::notification;
  x.speaks = era::modern;
  x.version = "2026-07-28";
  x.method = "notifications/initialized";
  http_request request;
  request.method = "POST";
  request.target = target;
  request.headers = post_headers(x, {}, {});
  request.body = R"({"jsonrpc":"2.0","method":"notifications/initialized","params":{"_meta":{)"
                 R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                 R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  const auto reply = send_http(node, request);
  if (!reply) {
    auto why = reply.failure().detail;
    if (reply.failure().code == errc::server_gone) why += "; start one with `toolscore up`";
    return {exit_code::no_node, why};
  }
  if (reply->status == 404) {
    const auto body = parse_reply(reply->body);
    auto text = body ? text_of(member_of(*body, "error"), "message") : std::string();
    if (text.empty()) text = "the node has no " + target;
    return {exit_code::unknown_server, text};
  }
  if (reply->status == 401 || reply->status == 403)
    return {exit_code::usage, "the node refuses this token at " + target +
                                  "; give one that may call there with --token"};
  return {};
}

} // namespace

exit_code run_stdio(const cli_request& request, const http_address& node) {
  try {
    std::signal(SIGPIPE, SIG_IGN); // A reader that is gone is told by write().
    boost::asio::io_context loop(1);
    const auto target = stdio_target(request);
    const auto found = look(node, target);
    stdio_bridge bridge(loop, node, target, [&loop] { loop.stop(); });
    boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code failure, int) {
      if (!failure) bridge.finish();
    });
    bridge.start();
    if (!found.why.empty()) bridge.give_up(found.code, found.why);
    loop.run();
    return bridge.code();
  } catch (const std::exception& failure) {
    write_error(std::string("error: stdio: ") + failure.what() + "\n");
    return exit_code::failed;
  }
}

} // namespace toolscore
