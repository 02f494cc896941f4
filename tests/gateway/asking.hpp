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

inline int code_in(const http_reply& x) {
  const auto json = nlohmann::json::parse(x.body, nullptr, false);
  return json.is_object() && json.contains("error") ? json["error"]["code"].get<int>() : 0;
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

/// A modern tools/call with all the headers it needs.
inline std::string modern_call(const server_fixture& node, std::string_view path = "/mcp/fs") {
  const std::string body =
      R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","_meta":{)"
      R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  return node.post(path, body,
                   "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
                   "Mcp-Name: echo\r\n");
}

inline bytes text(std::string x) {
  return std::make_shared<const std::string>(std::move(x));
}

} // namespace toolscore::test
