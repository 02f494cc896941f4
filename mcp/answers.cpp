#include "mcp/answers.hpp"

#include "mcp/json_text.hpp"
#include "mcp/older_clients.hpp"
#include "mcp/versions.hpp"

#include <nlohmann/json.hpp>

namespace toolscore::mcp {
namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& x) {
  return x.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string initialize_result(std::string_view version, std::string_view capabilities,
                              std::string_view info, std::string_view instructions) {
  std::string text = R"({"protocolVersion":")";
  text.append(version).append(R"(","capabilities":)").append(capabilities);
  text.append(R"(,"serverInfo":)").append(info);
  if (!instructions.empty()) text.append(R"(,"instructions":)").append(instructions);
  return text += '}';
}

std::string discover_result(std::string_view capabilities, std::string_view info,
                            std::string_view instructions) {
  std::string text = R"({"resultType":"complete","supportedVersions":)";
  text.append(supported_versions_json()).append(R"(,"capabilities":)").append(capabilities);
  if (!instructions.empty()) text.append(R"(,"instructions":)").append(instructions);
  text.append(R"(,"ttlMs":0,"cacheScope":"private")");
  text.append(R"(,"_meta":{"io.modelcontextprotocol/serverInfo":)").append(info);
  return text += "}}";
}

/// A server that told no name still needs one: `name` and `version` are required of us.
std::string info_of(const handshake_result& server) {
  if (!server.server_info_json.empty()) return server.server_info_json;
  return R"({"name":)" + quote(server.server_name) + R"(,"version":)" +
         quote(server.server_version) + "}";
}

constexpr std::string_view hung_words = "hung while the call was in flight";

std::string what_happened(const call_failure& x, std::optional<gone_kind> ended) {
  const std::string in_flight = " while the call was in flight";
  switch (x.code) {
  case errc::server_gone:
    if (ended == gone_kind::hung) return std::string(hung_words);
    if (x.signal)
      return "was killed by signal " + std::to_string(*x.signal) + " (" + signal_name(*x.signal) +
             ")" + in_flight;
    if (x.exit_code) return "exited with code " + std::to_string(*x.exit_code) + in_flight;
    return "went away" + in_flight;
  case errc::call_timed_out:
    return "did not answer in time";
  case errc::queue_full:
    return "has no room for another call";
  case errc::server_not_ready:
    return x.state.empty() ? "is not ready" : "is not ready, it is " + x.state;
  case errc::stopping:
    return "is stopping";
  case errc::bad_answer:
    return "answered something that is not its protocol";
  case errc::too_large:
    return "broke the limit of one message";
  case errc::unknown_server:
    return "is not known here";
  case errc::not_supported:
    return "speaks no MCP";
  case errc::cancelled:
    return "had not answered yet";
  case errc::bad_request:
    return "was not called";
  case errc::tool_denied:
    return "does not offer this tool";
  case errc::io_failed:
    return "could not be written to or read from";
  default:
    return std::string("failed the call: ") + to_string(x.code);
  }
}

/// Details come from many places; what a person reads is one line.
std::string one_line(std::string text) {
  for (char& x : text)
    if (static_cast<unsigned char>(x) < 0x20) x = ' ';
  return text;
}

} // namespace

std::string error_response(std::string_view id_raw, int code, std::string_view message,
                           std::string_view data_json) {
  std::string text = R"({"jsonrpc":"2.0",)";
  if (!id_raw.empty()) text.append(R"("id":)").append(id_raw).append(",");
  text.append(R"("error":{"code":)").append(std::to_string(code));
  text.append(R"(,"message":)").append(quote(message));
  if (!data_json.empty()) text.append(R"(,"data":)").append(data_json);
  return text += "}}";
}

std::string error_object(int code, std::string_view message) {
  return R"({"code":)" + std::to_string(code) + R"(,"message":)" + quote(message) + "}";
}

std::string failure_reason(const call_failure& failure, std::optional<gone_kind> ended) {
  auto text = what_happened(failure, ended);
  if (!failure.detail.empty()) text += ": " + failure.detail;
  return one_line(std::move(text));
}

std::string failure_message(const call_failure& failure, std::optional<gone_kind> ended) {
  std::string text = failure.server.empty() ? "the server" : "server \"" + failure.server + "\"";
  text += " " + failure_reason(failure, ended);
  if (failure.retry_in)
    text += "; restart " + std::to_string(failure.attempt) + " in " +
            std::to_string(failure.retry_in->count()) + " ms";
  return text;
}

std::string failure_json(const call_failure& failure, std::optional<gone_kind> ended) {
  ordered_json data;
  data["server"] = failure.server;
  data["state"] = failure.state;
  data["code"] = to_string(failure.code);
  if (ended) data["ended"] = to_string(*ended);
  if (failure.exit_code) data["exit_code"] = *failure.exit_code;
  if (failure.signal) data["signal"] = *failure.signal;
  if (failure.out_of_memory) data["out_of_memory"] = true;
  data["attempt"] = failure.attempt;
  if (failure.retry_in) data["retry_in_ms"] = failure.retry_in->count();
  return dump(data);
}

std::string refusal_data(errc code, std::string_view server) {
  call_failure failure;
  failure.code = code;
  failure.server = server;
  return R"({"toolscore":)" + failure_json(failure) + "}";
}

bool tells_hung(std::string_view reason) noexcept {
  return reason.starts_with(hung_words);
}

std::string failure_response(std::string_view id_raw, const call_failure& failure,
                             std::optional<gone_kind> ended) {
  // As an unknown tool is told, which it is to this caller.
  const bool callers_fault = failure.code == errc::tool_denied || failure.code == errc::bad_request;
  const int code = callers_fault ? code::bad_params : code::internal;
  return error_response(id_raw, code, failure_message(failure, ended),
                        R"({"toolscore":)" + failure_json(failure, ended) + "}");
}

std::string result_response(std::string_view id_raw, std::string_view result_object) {
  std::string text;
  text.reserve(id_raw.size() + result_object.size() + 40);
  text.append(R"({"jsonrpc":"2.0","id":)").append(id_raw);
  text.append(R"(,"result":)").append(result_object);
  return text += '}';
}

std::string empty_response(std::string_view id_raw, era client) {
  return result_response(id_raw, client == era::modern ? R"({"resultType":"complete"})" : "{}");
}

std::string restrict_capabilities(std::string_view capabilities_json) {
  const auto told = ordered_json::parse(capabilities_json, nullptr, false);
  auto kept = ordered_json::object();
  if (!told.is_object()) return "{}";
  for (const char* name : {"tools", "prompts", "resources", "completions", "logging"}) {
    const auto found = told.find(name);
    if (found != told.end() && found->is_object()) kept[name] = *found;
  }
  return dump(kept);
}

std::string initialize_response(std::string_view id_raw, const handshake_result& server,
                                std::string_view version) {
  const auto capabilities =
      older_capabilities(restrict_capabilities(server.capabilities_json), version);
  return result_response(id_raw, initialize_result(version, capabilities,
                                                   older_info(info_of(server), version),
                                                   server.instructions_json));
}

std::string discover_response(std::string_view id_raw, const handshake_result& server) {
  return result_response(id_raw, discover_result(restrict_capabilities(server.capabilities_json),
                                                 info_of(server), server.instructions_json));
}

std::string gateway_initialize_response(std::string_view id_raw, std::string_view version,
                                        std::string_view instructions,
                                        std::string_view capabilities) {
  return result_response(
      id_raw, initialize_result(version, older_capabilities(capabilities, version), product_json(),
                                instructions.empty() ? "" : quote(instructions)));
}

std::string gateway_discover_response(std::string_view id_raw, std::string_view instructions,
                                      std::string_view capabilities) {
  return result_response(id_raw, discover_result(capabilities, product_json(),
                                                 instructions.empty() ? "" : quote(instructions)));
}

} // namespace toolscore::mcp
