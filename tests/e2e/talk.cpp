#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>

namespace toolscore::test {

std::string talk_reply::said() const {
  const auto& content = member_of(result(), "content");
  return content.is_array() && !content.empty() ? text_of(content[0], "text") : std::string();
}

talk_reply read_reply(const http_reply& reply) {
  talk_reply out;
  out.status = reply.status;
  out.session = reply.session;
  out.text = reply.body;
  out.streamed = reply.content_type.starts_with("text/event-stream");
  if (!out.streamed) {
    if (auto body = parse_reply(reply.body)) out.body = std::move(*body);
    return out;
  }
  std::istringstream lines(reply.body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("data: ")) continue;
    auto message = parse_reply(line.substr(6));
    if (!message) continue;
    if (message->contains("method"))
      out.notes.push_back(std::move(*message));
    else
      out.body = std::move(*message);
  }
  return out;
}

header_list talker::headers(const std::string& method, const reply_json& params) const {
  if (era_ == era::legacy) {
    if (session_.empty()) return {};
    return {{"Mcp-Session-Id", session_}, {"MCP-Protocol-Version", legacy_protocol}};
  }
  header_list list{{"MCP-Protocol-Version", modern_protocol}, {"Mcp-Method", method}};
  if (params.contains("name")) list.emplace_back("Mcp-Name", text_of(params, "name"));
  return list;
}

talk_reply talker::greet() {
  if (era_ == era::modern) return ask("server/discover");
  auto reply = ask("initialize", {{"protocolVersion", legacy_protocol},
                                  {"capabilities", reply_json::object()},
                                  {"clientInfo", {{"name", "e2e"}, {"version", "1"}}}});
  session_ = reply.session;
  BOOST_TEST(tell("notifications/initialized", reply_json::object()) == 202);
  return reply;
}

talk_reply talker::ask(const std::string& method, const reply_json& params,
                       std::chrono::milliseconds limit, const header_list& more) const {
  auto sent = params;
  if (era_ == era::modern) {
    auto& meta = sent["_meta"];
    meta["io.modelcontextprotocol/protocolVersion"] = modern_protocol;
    meta["io.modelcontextprotocol/clientCapabilities"] = reply_json::object();
    meta["io.modelcontextprotocol/clientInfo"] = {{"name", "e2e"}, {"version", "1"}};
  }
  auto list = headers(method, params);
  list.insert(list.end(), more.begin(), more.end());
  const reply_json body{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", sent}};
  return read_reply(node_.post_mcp(path_, compact(body), list, limit));
}

talk_reply talker::call(const std::string& tool, const reply_json& arguments,
                        std::chrono::milliseconds limit, const reply_json& meta) const {
  reply_json params{{"name", tool}, {"arguments", arguments}};
  if (!meta.is_null()) params["_meta"] = meta;
  return ask("tools/call", params, limit);
}

int talker::tell(const std::string& method, const reply_json& params) const {
  const reply_json body{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}};
  return node_.post_mcp(path_, compact(body), headers(method, params)).status;
}

void check_unharmed(node_fixture& node, const std::string& server) {
  const auto answer = node.modern_call(server, "echo", {{"text", "still here"}}, 5s);
  BOOST_TEST(answer.text() == "still here", answer.told());
  const auto row = node.row(server);
  BOOST_TEST(text_of(row, "process_status") == "ready");
  BOOST_TEST(number_of(row, "restarts") == 0);
}

bool is_one_line(const std::string& text) {
  return !text.empty() && text.find('\n') == text.npos && text.find('\r') == text.npos;
}

} // namespace toolscore::test
