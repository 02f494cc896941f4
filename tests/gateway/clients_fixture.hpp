#pragma once
#include "gateway/digest_io.hpp"
#include "tests/gateway/joint_view_support.hpp"
#include "tests/gateway/mcp_client.hpp"

#include <string>
#include <vector>

namespace toolscore::test {

inline const std::string reader_token(40, 'r');
inline const std::string caller_token(40, 'c');
inline const std::string monitor_token(40, 'm');
inline const std::string operator_token(40, 'o');

inline scope_set only(scope x) {
  scope_set out;
  out.add(x);
  return out;
}

inline void with_clients(gateway_options& x) {
  x.mcp_token = true;
  x.tokens = {{"reader", only(scope::mcp_read), sha256(reader_token)},
              {"ci", only(scope::mcp_call), sha256(caller_token)},
              {"monitor", only(scope::control_read), sha256(monitor_token)},
              {"ops", only(scope::control_write), sha256(operator_token)}};
}

inline std::string bearer(const std::string& x) {
  return "Authorization: Bearer " + x + "\r\n";
}

/// A gateway with those clients and two servers, "fs" and "web", of which each has two tools.
struct with_tools : server_fixture {
  explicit with_tools(const std::vector<access_rule>& rules)
      : server_fixture([&](gateway_options& x) {
          with_clients(x);
          x.rules = rules;
        }) {
    on_loop([&] {
      tree.names = {"fs", "web"};
      const auto array = std::make_shared<const std::string>(
          R"([{"name":"read","inputSchema":{}},{"name":"write","inputSchema":{}}])");
      const std::string prompts = R"([{"name":"greet"}])";
      tree.views[""] = view_of(
          {{.id = "fs", .tools = *array, .prompts = prompts, .resources = R"([{"uri":"f://1"}])"},
           {.id = "web",
            .tools = *array,
            .prompts = prompts,
            .resources = R"([{"uri":"w://1"}])"}});
      group_view searched;
      searched.search = true;
      tree.views["all"] =
          view_of({{.id = "fs", .tools = *array}, {.id = "web", .tools = *array}}, searched);
      tree.on_call = [array](call_request& call) {
        const auto id = call.spans.id.of(*call.body);
        if (call.method != "tools/list") return fake_backend::answer_ok(call);
        call.reply->end(
            200, std::make_shared<const std::string>(R"({"jsonrpc":"2.0","id":)" + std::string(id) +
                                                     R"(,"result":{"tools":)" + *array + "}}"));
      };
    });
  }
};

inline std::string names_in(const http_reply& x) {
  const auto json = nlohmann::json::parse(x.body, nullptr, false);
  std::string names;
  if (json.is_object() && json.contains("result"))
    for (const auto& tool : json["result"]["tools"]) names += tool["name"].get<std::string>() + " ";
  return names;
}

inline http_reply list(asking& ask, const std::string& path, const std::string& whose) {
  return ask(path, modern_text("tools/list"), modern_headers("tools/list") + bearer(whose));
}
inline http_reply call(asking& ask, const std::string& path, const std::string& tool,
                       const std::string& whose) {
  return ask(path, modern_text("tools/call", R"("name":")" + tool + "\""),
             modern_headers("tools/call", tool) + bearer(whose));
}

} // namespace toolscore::test
