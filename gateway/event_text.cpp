#include "gateway/event_text.hpp"

#include "gateway/rest_text.hpp"
#include "mcp/json_text.hpp"

namespace toolscore {

std::string event_text(const event& x) {
  std::string out = R"({"number":)" + std::to_string(x.number) + R"(,"at":")" + rfc3339(x.at) +
                    R"(","kind":)" + mcp::quote(x.kind) + R"(,"server":)" +
                    mcp::quote(x.server.value) + R"(,"fields":{)";
  for (const auto& [name, value] : x.fields) {
    if (out.back() != '{') out += ',';
    out += mcp::quote(name) + ':' + mcp::quote(value);
  }
  return out + "}}";
}

} // namespace toolscore
