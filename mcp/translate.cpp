#include "mcp/translate.hpp"

#include "mcp/answers.hpp"
#include "mcp/members.hpp"
#include "mcp/older_clients.hpp"
#include "mcp/rewrite.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace toolscore::mcp {
namespace {

using nlohmann::json;

/// The line with its id replaced, and its body (result or error) by what `write` appends.
template <class Write>
std::string rebuilt(std::string_view line, const envelope& spans, std::string_view id_raw,
                    text_span body, Write&& write) {
  std::string out;
  out.reserve(line.size() + id_raw.size() + 96);
  std::size_t from = 0;
  const auto put_id = [&] {
    out += line.substr(from, spans.id.at - from);
    out += id_raw;
    from = spans.id.at + spans.id.length;
  };
  const bool id_first = spans.id && spans.id.at < body.at;
  if (id_first) put_id();
  out += line.substr(from, body.at - from);
  write(out);
  from = body.at + body.length;
  if (spans.id && !id_first) put_id();
  out += line.substr(from);
  make_one_line(out);
  return out;
}

void dress(std::string& out, std::string_view result, const downstream_answer& answer) {
  bool has_type = false;
  bool has_ttl = false;
  bool has_scope = false;
  bool empty = true;
  for_members(result, [&](std::string_view key, std::string_view) {
    empty = false;
    has_type = has_type || says(key, "resultType");
    has_ttl = has_ttl || says(key, "ttlMs");
    has_scope = has_scope || says(key, "cacheScope");
    return true;
  });
  std::string added;
  if (!has_type) added += R"(,"resultType":"complete")";
  if (is_cacheable(answer.method)) {
    if (!has_ttl) added += ",\"ttlMs\":" + std::to_string(answer.ttl_ms);
    if (!has_scope) added += ",\"cacheScope\":" + quote(answer.cache_scope);
  }
  out += '{';
  if (!added.empty()) {
    out += std::string_view(added).substr(1);
    if (!empty) out += ',';
  }
  out += result.substr(1);
}

/// @returns its resultType, raw; empty where there is none
std::string_view strip(std::string& out, std::string_view result) {
  std::string_view type;
  bool comma = false;
  std::string meta;
  out += '{';
  append_members(out, result, comma, [&](std::string_view key, std::string_view value) {
    const bool is_type = says(key, "resultType");
    if (is_type && type.empty()) type = value;
    if (is_type || says(key, "ttlMs") || says(key, "cacheScope")) return std::string_view{};
    if (!says(key, "_meta") || value.front() != '{') return value;
    bool inner_comma = false;
    meta = "{";
    append_members(meta, value, inner_comma, [](std::string_view inner, std::string_view kept) {
      return is_protocol_key(inner) ? std::string_view{} : kept;
    });
    if (!inner_comma && value.find(':') != std::string_view::npos)
      return std::string_view{}; // Only the protocol's own stood there.
    return std::string_view(meta += '}');
  });
  out += '}';
  return type;
}

/// Nearly every result that does not need a second look is told by this.
bool holds(std::string_view result, std::string_view name) {
  return result.find(name) != std::string_view::npos;
}

/// A model can do something about a tool's failure, so that is what a tool call gets.
std::string refuse_legacy(const downstream_answer& answer, const std::string& why,
                          const std::string& data = {}) {
  if (answer.method == "tools/call")
    return result_response(answer.id_raw, R"({"content":[{"type":"text","text":)" + quote(why) +
                                              R"(}],"isError":true})");
  return error_response(answer.id_raw, code::internal, why, data);
}

std::string text_of(const json& failure, const char* member) {
  const auto found = failure.find(member);
  return found != failure.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The answer with a code that the client's era knows; empty where the error may pass as it is.
std::string mapped_error(std::string_view failure_text, const downstream_answer& answer) {
  if (answer.client == era::legacy && answer.server == era::legacy) return {};
  const auto number = error_code(failure_text);
  const bool reserved = number && *number <= -32000 && *number >= -32099;
  const bool to_legacy = answer.client == era::legacy;
  if (number && !reserved && !(to_legacy && *number == code::bad_params)) return {};
  if (to_legacy && number == code::legacy_resource_not_found) return {};
  if (!to_legacy && answer.server == era::modern && number == code::missing_capability) return {};
  const json failure = json::parse(failure_text, nullptr, false);
  const auto found = failure.is_object() ? failure.find("data") : failure.end();
  json data = failure.is_object() && found != failure.end() ? *found : json();
  const std::string message = failure.is_object() ? text_of(failure, "message") : std::string{};
  if (to_legacy && number == code::bad_params) {
    if (answer.method != "resources/read" || !data.is_object() || !data.contains("uri")) return {};
    return error_response(answer.id_raw, code::legacy_resource_not_found, message, dump(data));
  }
  if (number == code::legacy_resource_not_found) {
    if (!data.is_object()) data = json::object();
    if (!data.contains("uri") && !answer.uri_raw.empty()) data["uri"] = decode(answer.uri_raw);
    return error_response(answer.id_raw, code::bad_params, message,
                          data.empty() ? std::string{} : dump(data));
  }
  json told{{"upstreamMessage", message}};
  if (number) told["upstreamCode"] = *number;
  if (to_legacy && number == code::missing_capability)
    return refuse_legacy(answer,
                         "the server needs something of the client that a client of this "
                         "protocol version cannot declare: " +
                             message,
                         dump(told));
  return error_response(answer.id_raw, code::internal,
                        message.empty() ? "the server failed the request" : message, dump(told));
}

} // namespace

std::string to_client(std::string_view line, const envelope& spans,
                      const downstream_answer& answer) {
  if (spans.kind == message_kind::error_response) {
    const auto failure = spans.failure.of(line);
    if (std::string mapped = mapped_error(failure, answer); !mapped.empty()) return mapped;
    return rebuilt(line, spans, answer.id_raw, spans.failure,
                   [&](std::string& out) { out += failure; });
  }
  const auto body = spans.result.of(line);
  std::string_view type;
  auto told = rebuilt(line, spans, answer.id_raw, spans.result, [&](std::string& out) {
    if (answer.client == answer.server) {
      out += body;
    } else if (answer.client == era::modern) {
      dress(out, body, answer);
    } else if (answer.method == "tools/call" && holds(body, "structuredContent")) {
      strip(out, legacy_structure(body));
      type = member_of(body, "resultType");
    } else if (answer.method == "tools/list" && holds(body, "outputSchema")) {
      strip(out, legacy_schemas(body));
      type = member_of(body, "resultType");
    } else {
      type = strip(out, body);
    }
  });
  if (says(type, "complete")) return told;
  const auto unfinished = decode(type);
  if (unfinished.empty()) return told;
  return refuse_legacy(answer, "the server answered \"" + unfinished +
                                   "\", from which a client of this protocol version cannot go on");
}

bool is_cacheable(std::string_view method) noexcept {
  static constexpr std::array<std::string_view, 6> methods{
      "server/discover", "tools/list",     "prompts/list",
      "resources/list",  "resources/read", "resources/templates/list"};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

std::optional<std::int64_t> error_code(std::string_view failure_object) {
  std::optional<std::int64_t> number;
  for_members(failure_object, [&](std::string_view key, std::string_view value) {
    if (!says(key, "code")) return true;
    std::int64_t read = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), read);
    if (fault == std::errc{} && end == value.data() + value.size()) number = read;
    return false;
  });
  return number;
}

int http_status_of(era client, std::int64_t error_code) noexcept {
  if (client == era::legacy) return 200;
  if (error_code == code::unknown_method) return 404;
  return error_code <= code::header_mismatch && error_code >= code::unsupported_version ? 400 : 200;
}

} // namespace toolscore::mcp
