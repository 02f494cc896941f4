#include "node/stdio/client_message.hpp"

#include "mcp/era.hpp"
#include "mcp/members.hpp"
#include "mcp/mirrored_headers.hpp"

namespace toolscore {
namespace {

std::string one_spelling(std::string_view raw_id) {
  return mcp::is_string(raw_id) ? mcp::quote(mcp::decode(raw_id)) : std::string(raw_id);
}

std::string own_meta(const mcp::meta_view& meta) {
  std::string out =
      R"({"io.modelcontextprotocol/protocolVersion":)" + std::string(meta.protocol_version);
  if (!meta.client_capabilities.empty())
    out.append(R"(,"io.modelcontextprotocol/clientCapabilities":)")
        .append(meta.client_capabilities);
  if (!meta.client_info.empty())
    out.append(R"(,"io.modelcontextprotocol/clientInfo":)").append(meta.client_info);
  return out + "}";
}

std::string name_of(const client_message& x, const envelope& spans) {
  if (spans.name) return mcp::decode(spans.name.of(x.body));
  if (!x.method.starts_with("tasks/") || !spans.params) return {};
  return mcp::decode(mcp::member_of(spans.params.of(x.body), "taskId"));
}

} // namespace

std::variant<client_message, std::string> read_client_message(mcp::scanner& scanner,
                                                              std::string line) {
  const auto scanned = scanner.scan(line);
  if (!scanned)
    return mcp::refusal_body(mcp::refuse_scan(scanner, scanned.failure()),
                             scanner.readable_id().of(line));
  client_message x;
  x.kind = scanned->kind;
  x.body = std::move(line);
  if (scanned->id) x.id = one_spelling(scanned->id.of(x.body));
  if (!scanned->method) return x;
  x.method = mcp::decode(scanned->method.of(x.body));
  x.name = name_of(x, *scanned);
  if (scanned->arguments) x.arguments = scanned->arguments.of(x.body);
  // Scanned anew where the text may have moved with its string.
  const auto meta = scanned->meta ? mcp::view_meta(scanned->meta.of(x.body)) : mcp::meta_view{};
  if (!meta.protocol_version.empty()) {
    x.speaks = era::modern;
    x.version = mcp::decode(meta.protocol_version);
    x.meta = own_meta(meta);
  }
  if (x.method == "notifications/cancelled" && scanned->params)
    x.cancels = one_spelling(mcp::member_of(scanned->params.of(x.body), "requestId"));
  return x;
}

header_list session_headers(const stdio_session& session) {
  header_list out;
  if (!session.id.empty()) out.emplace_back("Mcp-Session-Id", session.id);
  if (!session.version.empty()) out.emplace_back("MCP-Protocol-Version", session.version);
  return out;
}

header_list post_headers(const client_message& x, const stdio_session& session,
                         const mcp::mirrored_tools& mirrored) {
  header_list out{{"Content-Type", "application/json"},
                  {"Accept", "application/json, text/event-stream"}};
  if (x.speaks == era::legacy) {
    if (x.opens_session()) return out;
    for (auto& header : session_headers(session)) out.push_back(std::move(header));
    return out;
  }
  out.emplace_back("MCP-Protocol-Version", mcp::encode_header(x.version));
  out.emplace_back("Mcp-Method", mcp::encode_header(x.method));
  if (!x.name.empty()) out.emplace_back("Mcp-Name", mcp::encode_header(x.name));
  if (x.method != "tools/call") return out;
  const auto marked = mirrored.find(x.name);
  if (marked == mirrored.end()) return out;
  for (auto& header : mcp::mirror_headers(marked->second, x.arguments))
    out.push_back(std::move(header));
  return out;
}

client_message list_question(const client_message& call, std::string_view cursor) {
  client_message x;
  x.speaks = era::modern;
  x.method = "tools/list";
  x.version = call.version;
  x.meta = call.meta;
  x.id = "1"; // The only one on its connection.
  x.body = R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{)";
  if (!cursor.empty()) x.body.append(R"("cursor":)").append(cursor).append(",");
  x.body.append(R"("_meta":)").append(call.meta).append("}}");
  return x;
}

} // namespace toolscore
