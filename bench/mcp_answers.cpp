#include "bench/mcp_answers.hpp"

#include "bench/json_scan.hpp"

#include <array>

namespace toolscore {
namespace {

constexpr std::string_view caching = R"(,"ttlMs":60000,"cacheScope":"public")";

/// Everything in front of the result's or error's own value.
void append_begin(std::string& out, const request_parts& to, std::string_view key) {
  out.append(R"({"jsonrpc":"2.0","id":)").append(to.id).append(",\"").append(key).append("\":{");
}

constexpr std::string_view echo_tool =
    R"([{"name":"echo","description":"Answers the text it is given.","inputSchema":)"
    R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}}])";

} // namespace

bool read_request(std::string_view line, request_parts& request) {
  std::array top{json_member{"id"}, json_member{"method"}, json_member{"params"}};
  if (!scan_object(line, top) || top[1].value.empty()) return false;
  request = request_parts{};
  request.id = top[0].value;
  request.method = unquoted(top[1].value);
  std::array params{json_member{"name"}, json_member{"arguments"}, json_member{"protocolVersion"},
                    json_member{"_meta"}};
  if (top[2].value.empty() || !scan_object(top[2].value, params)) return true;
  request.name = unquoted(params[0].value);
  request.arguments = params[1].value;
  request.version = params[2].value;
  std::array meta{json_member{"progressToken"},
                  json_member{"io.modelcontextprotocol/protocolVersion"}};
  if (params[3].value.empty() || !scan_object(params[3].value, meta)) return true;
  request.progress_token = meta[0].value;
  request.modern = !meta[1].value.empty();
  return true;
}

void append_result(std::string& out, const request_parts& to, std::string_view members) {
  append_begin(out, to, "result");
  if (to.modern) out.append(R"("resultType":"complete")").append(members.empty() ? "" : ",");
  out.append(members).append("}}");
}

void append_error(std::string& out, const request_parts& to, int code, std::string_view message) {
  append_begin(out, to, "error");
  out.append("\"code\":").append(std::to_string(code));
  out.append(",\"message\":\"").append(message).append("\"}}");
}

void append_text(std::string& out, const request_parts& to, std::string_view raw_text,
                 bool is_error) {
  append_begin(out, to, "result");
  if (to.modern) out.append(R"("resultType":"complete",)");
  out.append(R"("content":[{"type":"text","text":)").append(raw_text).append("}]");
  out.append(is_error ? ",\"isError\":true}}" : "}}");
}

void append_tools(std::string& out, const request_parts& to, std::string_view tools) {
  append_result(out, to, std::string("\"tools\":").append(tools).append(to.modern ? caching : ""));
}

void append_initialized(std::string& out, const request_parts& to, std::string_view server_name) {
  std::string members = "\"protocolVersion\":";
  members.append(to.version.empty() ? "\"2025-11-25\"" : to.version);
  members.append(R"(,"capabilities":{"tools":{}},"serverInfo":{"name":")").append(server_name);
  append_result(out, to, members.append(R"(","version":"1"})"));
}

void append_discovered(std::string& out, const request_parts& to, std::string_view server_name) {
  std::string members = R"("supportedVersions":["2026-07-28"],"capabilities":{"tools":{}})";
  members.append(caching).append(R"(,"_meta":{"io.modelcontextprotocol/serverInfo":{"name":")");
  members.append(server_name).append(R"(","version":"1"}})");
  request_parts modern = to; // Only a modern peer knows the method.
  modern.modern = true;
  append_result(out, modern, members);
}

void append_instant_answer(std::string& out, std::string_view line, bool legacy) {
  request_parts request;
  if (!read_request(line, request) || request.id.empty()) return;
  const std::string_view method = request.method;
  if (method == "tools/call") {
    const auto text = find_member(request.arguments, "text");
    if (request.name == "echo" && text)
      append_text(out, request, *text);
    else
      append_error(out, request, -32602, "the one tool is echo, and it needs a text");
  } else if (method == "ping") {
    append_result(out, request, {});
  } else if (method == "tools/list") {
    append_tools(out, request, echo_tool);
  } else if (method == "initialize") {
    append_initialized(out, request, "toolscore-bench-server");
  } else if (method == "server/discover" && !legacy) {
    append_discovered(out, request, "toolscore-bench-server");
  } else {
    append_error(out, request, -32601, "Method not found");
  }
  out += '\n';
}

} // namespace toolscore
