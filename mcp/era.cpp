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

/// What a JSON string stands for: a view of it where it holds no escapes, as good as always.
class decoded {
public:
  explicit decoded(std::string_view raw) {
    if (has_escape(raw))
      view_ = room_ = decode(raw);
    else if (raw.size() >= 2 && raw.front() == '"')
      view_ = raw.substr(1, raw.size() - 2);
  }
  decoded(const decoded&) = delete;
  decoded& operator=(const decoded&) = delete;
  std::string_view view() const noexcept { return view_; }

private:
  std::string room_;
  std::string_view view_;
};

/// What the checks look at.
struct facts {
  const http_view& view;
  std::string_view body;
  const envelope& spans;
  std::string_view method; ///< Empty for a response.
  const meta_view& meta;
  bool answer() const noexcept {
    return spans.kind == message_kind::response || spans.kind == message_kind::error_response;
  }
};

/// Empty = there is none.
std::string header_version(const facts& x) {
  return x.view.protocol_version ? decode_header(*x.view.protocol_version).value_or("?")
                                 : std::string();
}

bool has_modern_version(const facts& x) {
  if (!x.view.protocol_version || is_legacy_version(*x.view.protocol_version)) return false;
  const auto version = header_version(x);
  return !version.empty() && !is_legacy_version(version);
}

bool is_modern(const facts& x) {
  return !x.meta.protocol_version.empty() || has_modern_version(x) ||
         x.method == "server/discover" || x.method == "subscriptions/listen";
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

/// `raw` is what the body says, empty where it says nothing.
std::optional<refusal> check_header(const char* name, std::optional<std::string_view> header,
                                    std::string_view raw) {
  if (header && !header->starts_with("=?") && says(raw, *header)) return std::nullopt;
  const std::string title = std::string("the header ") + name;
  if (!header) return refuse(code::header_mismatch, title + " is missing");
  const auto value = decode_header(*header);
  if (!value) return refuse(code::header_mismatch, title + " is not valid Base64");
  if (*value != decode(raw))
    return refuse(code::header_mismatch, title + " does not say what the body says");
  return std::nullopt;
}

std::optional<refusal> check_headers(const facts& x) {
  if (auto wrong =
          check_header("MCP-Protocol-Version", x.view.protocol_version, x.meta.protocol_version))
    return wrong;
  if (auto wrong = check_header("Mcp-Method", x.view.mcp_method, x.spans.method.of(x.body)))
    return wrong;
  const bool named =
      x.method == "tools/call" || x.method == "prompts/get" || x.method == "resources/read";
  // Without a name in the body there is nothing to compare, and routing refuses the request.
  if (!named || (!x.spans.name && !x.view.mcp_name)) return std::nullopt;
  return check_header("Mcp-Name", x.view.mcp_name, x.spans.name.of(x.body));
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
  if (x.answer())
    return refuse(code::invalid_request, "a client of this protocol version sends no responses");
  // Notifications carry no `_meta` of their own and only the version's header.
  if (x.spans.kind == message_kind::notification) {
    const std::string version =
        x.meta.protocol_version.empty() ? header_version(x) : decode(x.meta.protocol_version);
    if (!x.meta.protocol_version.empty())
      if (auto wrong = check_header("MCP-Protocol-Version", x.view.protocol_version,
                                    x.meta.protocol_version))
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
  const decoded method(spans.method.of(body));
  const facts x{view, body, spans, method.view(), meta};
  return is_modern(x) ? modern(x, served) : legacy(x);
}

std::string refusal_body(const refusal& x, std::string_view id_raw) {
  return error_response(id_raw, x.code, x.message, x.data_json);
}

} // namespace toolscore::mcp
