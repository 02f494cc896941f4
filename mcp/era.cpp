#include "mcp/era.hpp"

#include "mcp/answers.hpp"
#include "mcp/json_walk.hpp"
#include "mcp/versions.hpp"

#include <algorithm>
#include <array>

namespace toolscore::mcp {
namespace {

refusal refuse(int code, std::string message, std::string data = {}, int http_status = 400) {
  return {http_status, code, std::move(message), std::move(data)};
}

/// What the checks look at, decoded once.
struct facts {
  const http_view& view;
  std::string_view body;
  const envelope& spans;
  std::string method;         ///< Empty for a response.
  std::string header_version; ///< Empty = no header.
  const meta_view& meta;
  bool answer = false; ///< The body is a response.
};

facts gather(const http_view& view, std::string_view body, const envelope& spans,
             const meta_view& meta) {
  facts x{view, body, spans, decode(spans.method.of(body)), {}, meta, {}};
  if (view.protocol_version) x.header_version = decode_header(*view.protocol_version).value_or("?");
  x.answer = spans.kind == message_kind::response || spans.kind == message_kind::error_response;
  return x;
}

bool is_modern(const facts& x) {
  if (!x.meta.protocol_version.empty()) return true;
  if (!x.header_version.empty() && !is_legacy_version(x.header_version)) return true;
  return x.method == "server/discover" || x.method == "subscriptions/listen";
}

std::optional<refusal> check_meta(const facts& x) {
  if (x.meta.repeated) return refuse(code::bad_params, "a key of params._meta stands there twice");
  if (x.meta.protocol_version.empty() || x.meta.protocol_version.front() != '"')
    return refuse(code::bad_params,
                  "params._meta must have \"io.modelcontextprotocol/protocolVersion\", a string");
  if (x.meta.client_capabilities.empty() || x.meta.client_capabilities.front() != '{')
    return refuse(
        code::bad_params,
        "params._meta must have \"io.modelcontextprotocol/clientCapabilities\", an object");
  return std::nullopt;
}

/// `wanted` is what the body says, empty where it says nothing.
std::optional<refusal> check_header(const char* name, std::optional<std::string_view> header,
                                    const std::string& wanted) {
  if (header && *header == wanted && !wanted.starts_with("=?")) return std::nullopt;
  const std::string title = std::string("the header ") + name;
  if (!header) return refuse(code::header_mismatch, title + " is missing");
  const auto value = decode_header(*header);
  if (!value) return refuse(code::header_mismatch, title + " is not valid Base64");
  if (*value != wanted)
    return refuse(code::header_mismatch, title + " does not say what the body says");
  return std::nullopt;
}

std::optional<refusal> check_headers(const facts& x) {
  if (auto wrong = check_header("MCP-Protocol-Version", x.view.protocol_version,
                                decode(x.meta.protocol_version)))
    return wrong;
  if (auto wrong = check_header("Mcp-Method", x.view.mcp_method, x.method)) return wrong;
  const bool named =
      x.method == "tools/call" || x.method == "prompts/get" || x.method == "resources/read";
  // Without a name in the body there is nothing to compare, and routing refuses the request.
  if (!named || (!x.spans.name && !x.view.mcp_name)) return std::nullopt;
  return check_header("Mcp-Name", x.view.mcp_name, decode(x.spans.name.of(x.body)));
}

std::optional<refusal> check_version(const std::string& version) {
  if (is_modern_version(version)) return std::nullopt;
  return refuse(code::unsupported_version, "this protocol version is not supported",
                R"({"supported":)" + std::string(supported_versions_json()) + R"(,"requested":)" +
                    quote(version) + "}");
}

bool is_served(std::string_view method, const served_methods& served) {
  struct row {
    std::string_view method;
    bool served_methods::*family;
  };
  static constexpr std::array rows{row{"tools/list", &served_methods::tools},
                                   row{"tools/call", &served_methods::tools},
                                   row{"prompts/list", &served_methods::prompts},
                                   row{"prompts/get", &served_methods::prompts},
                                   row{"resources/list", &served_methods::resources},
                                   row{"resources/read", &served_methods::resources},
                                   row{"resources/templates/list", &served_methods::resources},
                                   row{"completion/complete", &served_methods::completions},
                                   row{"subscriptions/listen", &served_methods::subscriptions}};
  const auto* found =
      std::find_if(rows.begin(), rows.end(), [&](const row& x) { return x.method == method; });
  return method == "server/discover" || (found != rows.end() && served.*(found->family));
}

std::variant<classified, refusal> modern(const facts& x, const served_methods& served) {
  if (x.answer)
    return refuse(code::invalid_request, "a client of this protocol version sends no responses");
  // Notifications carry no `_meta` of their own and only the version's header.
  if (x.spans.kind == message_kind::notification) {
    const std::string version =
        x.meta.protocol_version.empty() ? x.header_version : decode(x.meta.protocol_version);
    if (!x.meta.protocol_version.empty())
      if (auto wrong = check_header("MCP-Protocol-Version", x.view.protocol_version, version))
        return *wrong;
    if (auto wrong = check_version(version)) return *wrong;
    return classified{era::modern, version, x.meta};
  }
  if (auto wrong = check_meta(x)) return *wrong;
  if (auto wrong = check_headers(x)) return *wrong;
  const std::string version = decode(x.meta.protocol_version);
  if (auto wrong = check_version(version)) return *wrong;
  if (!is_served(x.method, served))
    return refuse(code::unknown_method, "no such method here", {}, 404);
  return classified{era::modern, version, x.meta};
}

std::variant<classified, refusal> legacy(const facts& x) {
  if (x.method == "initialize" && x.spans.kind == message_kind::request) {
    std::string wanted;
    for_members(x.spans.params.of(x.body), [&](std::string_view key, std::string_view value) {
      if (says(key, "protocolVersion")) wanted = decode(value);
      return true;
    });
    return classified{era::legacy, std::string(negotiate_legacy(wanted)), x.meta};
  }
  if (!x.view.session_id)
    return refuse(code::invalid_request, "the header Mcp-Session-Id is missing: initialize first");
  if (!x.view.session_version)
    return refuse(code::invalid_request, "no such session: initialize again", {}, 404);
  return classified{era::legacy, std::string(*x.view.session_version), x.meta};
}

/// True if the list of media types has one that admits `type`/`subtype`.
bool admits(std::string_view list, std::string_view type) {
  if (list.find(type) != std::string_view::npos) return true; // As nearly everybody writes it.
  std::string lower(list);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x; });
  return lower.find(type) != std::string::npos;
}

} // namespace

std::optional<refusal> check_media(const http_view& view) {
  std::string_view kind = view.content_type.substr(0, view.content_type.find(';'));
  while (!kind.empty() && (kind.back() == ' ' || kind.back() == '\t')) kind.remove_suffix(1);
  while (!kind.empty() && (kind.front() == ' ' || kind.front() == '\t')) kind.remove_prefix(1);
  if (kind.size() != std::string_view("application/json").size() ||
      !admits(kind, "application/json"))
    return refuse(code::invalid_request, "the Content-Type must be application/json", {}, 415);
  if (view.accept && !admits(*view.accept, "application/json") &&
      !admits(*view.accept, "application/*") && !admits(*view.accept, "*/*"))
    return refuse(code::invalid_request,
                  "the client must accept application/json and text/event-stream", {}, 406);
  return std::nullopt;
}

refusal refuse_scan(const scanner& scanned, const error& why) {
  if (scanned.fault() == scan_fault::too_large)
    return refuse(code::invalid_request, why.detail, {}, 413);
  return refuse(scanned.fault() == scan_fault::syntax ? code::parse_error : code::invalid_request,
                why.detail);
}

std::variant<classified, refusal> classify(const http_view& view, std::string_view body,
                                           const envelope& spans, const meta_view& meta,
                                           const served_methods& served) {
  const facts x = gather(view, body, spans, meta);
  return is_modern(x) ? modern(x, served) : legacy(x);
}

std::string refusal_body(const refusal& x, std::string_view id_raw) {
  return error_response(id_raw, x.code, x.message, x.data_json);
}

} // namespace toolscore::mcp
