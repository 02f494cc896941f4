#pragma once
#include "tests/gateway/server_fixture.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace toolscore::test {

inline constexpr const char* meta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

inline std::string modern_text(std::string_view method, std::string_view params = {}) {
  return R"({"jsonrpc":"2.0","id":"m","method":")" + std::string{method} + R"(","params":{)" +
         std::string{params} + (params.empty() ? "" : ",") + meta + "}}";
}

inline std::string modern_headers(std::string_view method, std::string_view name = {}) {
  std::string x = "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: " + std::string{method} + "\r\n";
  if (!name.empty()) x += "Mcp-Name: " + std::string{name} + "\r\n";
  return x;
}

/// A modern tools/call with all the headers it needs.
inline std::string modern_call(const server_fixture& node) {
  return node.post("/mcp/fs", modern_text("tools/call", R"("name":"echo")"),
                   modern_headers("tools/call", "echo"));
}

inline int code_in(const http_reply& x) {
  const auto json = nlohmann::json::parse(x.body, nullptr, false);
  return json.is_object() && json.contains("error") ? json["error"]["code"].get<int>() : 0;
}

/// What comes until that text has.
inline std::string read_until(http_client& client, std::string_view text) {
  std::string seen;
  while (seen.find(text) == std::string::npos) {
    const auto more = client.read_some();
    if (more.empty()) break;
    seen += more;
  }
  return seen;
}

/// A client that asks one thing after the other.
struct asking {
  explicit asking(server_fixture& fixture) : node(fixture), client(fixture.connect()) {}
  http_reply operator()(std::string_view path, std::string_view body,
                        std::string_view headers = {}) {
    client.send(node.post(path, body, headers));
    return client.read();
  }
  /// Initializes at `path`. @returns the header line of the session
  std::string open(std::string_view path) {
    return "Mcp-Session-Id: " + (*this)(path, initialize_text()).headers["mcp-session-id"] + "\r\n";
  }
  server_fixture& node;
  http_client client;
};

} // namespace toolscore::test
