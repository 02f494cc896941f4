#include "node/stdio/client_message.hpp"

#include "mcp/era.hpp"
#include "mcp/members.hpp"

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
                             scanner.readable().id.of(line));
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

mcp::header_pairs post_headers(const client_message& x, const mcp::http_session& session,
                               const mcp::mirrored_tools& mirrored) {
  mcp::outgoing says;
  says.kind = x.kind;
  says.speaks = x.speaks;
  says.method = x.method;
  says.name = x.name;
  says.version = x.version;
  says.arguments = x.arguments;
  return mcp::post_headers(says, session, mirrored);
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
