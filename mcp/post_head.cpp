#include "mcp/post_head.hpp"

#include "mcp/members.hpp"
#include "mcp/mirrored_headers.hpp"

#include <algorithm>

namespace toolscore::mcp {
namespace {

constexpr std::size_t session_bytes_max = 1'024;

std::string name_of(const outgoing& x, const envelope& spans, std::string_view line) {
  if (spans.name) return decode(spans.name.of(line));
  if (!x.method.starts_with("tasks/") || !spans.params) return {};
  return decode(member_of(spans.params.of(line), "taskId"));
}

} // namespace

std::optional<outgoing> read_outgoing(scanner& scanner, std::string_view line) {
  const auto spans = scanner.scan(line);
  if (!spans) return std::nullopt;
  outgoing x;
  x.kind = spans->kind;
  if (spans->id) x.id = spans->id.of(line);
  if (!spans->method) return x;
  x.method = decode(spans->method.of(line));
  x.name = name_of(x, *spans, line);
  if (spans->arguments) x.arguments = spans->arguments.of(line);
  if (const auto version = scanner.meta().protocol_version; spans->meta && !version.empty()) {
    x.speaks = era::modern;
    x.version = decode(version);
  }
  if (x.method == "notifications/cancelled" && spans->params)
    x.cancels = member_of(spans->params.of(line), "requestId");
  return x;
}

header_pairs session_headers(const http_session& session) {
  header_pairs out;
  if (!session.id.empty()) out.emplace_back("Mcp-Session-Id", session.id);
  if (!session.version.empty()) out.emplace_back("MCP-Protocol-Version", session.version);
  return out;
}

header_pairs post_headers(const outgoing& x, const http_session& session,
                          const mirrored_tools& mirrored) {
  header_pairs out{{"Content-Type", "application/json"},
                   {"Accept", "application/json, text/event-stream"}};
  if (x.speaks == era::legacy) {
    if (x.opens_session()) return out;
    for (auto& header : session_headers(session)) out.push_back(std::move(header));
    return out;
  }
  out.emplace_back("MCP-Protocol-Version", encode_header(x.version));
  out.emplace_back("Mcp-Method", encode_header(x.method));
  if (!x.name.empty()) out.emplace_back("Mcp-Name", encode_header(x.name));
  if (x.method != "tools/call") return out;
  const auto marked = mirrored.find(x.name);
  if (marked == mirrored.end()) return out;
  for (auto& header : mirror_headers(marked->second, x.arguments)) out.push_back(std::move(header));
  return out;
}

bool is_session_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= session_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char x) { return x > ' ' && x < 0x7f; });
}

std::string error_under(std::string_view id_raw, std::string_view failure_object) {
  return std::string(R"({"jsonrpc":"2.0","id":)")
      .append(id_raw)
      .append(R"(,"error":)")
      .append(failure_object)
      .append("}");
}

std::string protocol_version_of(std::string_view result) {
  return is_object(result) ? decode(member_of(result, "protocolVersion")) : std::string();
}

mirrored_tools mirrored_in_result(std::string_view result) {
  if (!is_object(result)) return {};
  return mirrored_in(member_of(result, "tools"));
}

} // namespace toolscore::mcp
