#include "config/endpoint_config.hpp"

#include "config/auth_config.hpp"
#include "config/expand.hpp"
#include "messages/http_place.hpp"
#include "messages/late_value.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using namespace std::string_view_literals;
using json = nlohmann::ordered_json;

constexpr auto own_url = "http://127.0.0.1:${PORT}/mcp";
constexpr auto own_older_url = "http://127.0.0.1:${PORT}/sse";
constexpr auto own_web_socket_url = "ws://127.0.0.1:${PORT}/mcp";
constexpr std::size_t headers_max = 64;
constexpr std::size_t value_bytes_max = 16 * 1024;
constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~"; // RFC 9110, 5.6.2

/// Those that the protocols themselves need, and what belongs to one connection.
constexpr std::array ours{"accept"sv,    "connection"sv, "content-length"sv,    "content-type"sv,
                          "expect"sv,    "host"sv,       "keep-alive"sv,        "last-event-id"sv,
                          "te"sv,        "trailer"sv,    "transfer-encoding"sv, "upgrade"sv,
                          "user-agent"sv};
/// What means nothing where nothing is started here.
constexpr std::array of_processes{"args"sv, "env"sv, "cwd"sv, "limits"sv, "port"sv, "paths"sv};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& x : out)
    if (x >= 'A' && x <= 'Z') x = static_cast<char>(x + ('a' - 'A'));
  return out;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char x) {
    return (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
           token_marks.find(x) != std::string_view::npos;
  });
}

/// It must never end a header, and a value's end is not seen.
bool is_value(std::string_view text) {
  return text.size() <= value_bytes_max && std::all_of(text.begin(), text.end(), [](char x) {
           return static_cast<unsigned char>(x) >= ' ' && x != 0x7f;
         });
}

void read_headers(fields& server, http_endpoint& out, const environment& env) {
  fields section = server.section("headers");
  if (section.object().size() > headers_max)
    return section.fail("", "more than " + std::to_string(headers_max) + " headers");
  for (const auto& [name, value] : section.object().items()) {
    const auto small = lower(name);
    if (!is_token(name)) return section.fail("", shown(json(name)) + " is no header's name");
    if (std::find(ours.begin(), ours.end(), small) != ours.end() || small.starts_with("mcp-"))
      return section.fail(name, "is set by the node itself, remove it");
    std::string written;
    section.text(name, written);
    auto expanded = expand_late(written, env);
    if (!expanded) return section.fail(name, expanded.failure().detail);
    if (is_late(*expanded)) { // What it becomes is looked at then.
      out.headers.emplace_back(name, std::move(*expanded));
      continue;
    }
    // What is read from a file often ends in an end of line or a space.
    const auto end = expanded->find_last_not_of(" \t\r\n");
    expanded->resize(end == expanded->npos ? 0 : end + 1);
    // The value may be a secret, so it is not shown.
    if (!is_value(*expanded))
      return section.fail(name, "its value holds a control character or is over 16 KiB");
    out.headers.emplace_back(name, std::move(*expanded));
  }
}

void read_tls(fields& server, http_endpoint& out, const environment& env) {
  fields section = server.section("tls");
  section.only({"ca"});
  std::string written;
  section.text("ca", written);
  auto path = expand(written, env);
  if (path) path = expand_home(*path, env);
  if (!path) return section.fail("ca", path.failure().detail);
  if (!path->empty() && !path->starts_with('/'))
    return section.fail("ca", shown(json(*path)) + " is no absolute path, write one");
  if (!path->empty() && !out.place.tls)
    return section.fail("ca", "has a meaning for an https:// or wss:// URL alone");
  out.ca_file = std::move(*path);
}

/// Where a program of ours listens.
void check_own(fields& server, server_spec& spec, const http_place& place) {
  if (place.tls || !is_loopback(place.host))
    return server.fail("url", "beside \"command\" it says where that program listens: write "
                              "\"" +
                                  std::string(own_url) + "\", or remove \"command\"");
  auto& port = spec.policy.port;
  if (!port) port = place.port; // Of ${PORT} this is port_auto.
  if (place.port != 0 && place.port != *port)
    server.fail("url", "names port " + std::to_string(place.port) +
                           " and \"port\" another, write ${PORT}");
}

bool is_default(const intensity_policy& x) {
  const intensity_policy all;
  return x.max == all.max && x.period == all.period && x.never_ready == all.never_ready &&
         x.half_open == all.half_open;
}

/// It goes on being tried at its back-off; the window only stops who has switched that off, too.
constexpr intensity_policy remote_intensity{1'000, milliseconds{60'000}, 1'000'000,
                                            milliseconds{300'000}};

void check_remote(fields& server, server_spec& spec, const http_place& place) {
  for (const auto key : of_processes)
    if (const json* const value = server.find(key); value != nullptr && !value->empty())
      server.fail(key, "means nothing for a remote server, remove it");
  if (place.port == 0) server.fail("url", "${PORT} is the port of a program of ours, write one");
  spec.policy.port.reset(); // Of the defaults.
  if (server.find("on_node_exit") == nullptr) spec.policy.on_node_exit = node_exit::stop;
  // Nothing is started for it and nobody dies: another try costs a connection, and it may be back
  // at any moment. What somebody has written down counts.
  if (server.find("intensity") == nullptr && is_default(spec.policy.intensity))
    spec.policy.intensity = remote_intensity;
}

/// The word in "type", of other hosts, must not say the opposite.
void check_type(fields& server, const server_spec& spec) {
  const json* const type = server.find("type");
  if (type == nullptr) return;
  if (*type == "stdio" && server.find("url") != nullptr)
    server.fail("type", "\"stdio\" has no \"url\", remove one of them");
  if ((*type == "http" || *type == "streamable-http" || *type == "sse" || *type == "ws") &&
      !is_dialed(spec.policy.link))
    server.fail("type", shown(*type) + " is spoken at a URL, add \"url\" or a \"link\"");
}

} // namespace

bool has_endpoint(const fields& server, const server_policy& defaults) {
  if (server.find("url") != nullptr) return true;
  const json* const link = server.find("link");
  return link != nullptr ? *link == "http" || *link == "sse" || *link == "ws"
                         : is_dialed(defaults.link);
}

namespace {

bool says(const fields& server, std::string_view key, std::string_view word) {
  const json* const value = server.find(key);
  return value != nullptr && *value == word;
}

/// "link" and "type" must not say the opposite of the URL.
void check_scheme(fields& server, const http_place& place) {
  const bool named = server.find("link") != nullptr;
  if (place.web_socket && named && !says(server, "link", "ws"))
    return server.fail("link", "the URL is a WebSocket's, write \"ws\" or remove \"link\"");
  if (!place.web_socket && says(server, "link", "ws"))
    return server.fail("url", "\"ws\" is spoken at ws:// or wss://, write one");
  if (!place.web_socket && says(server, "type", "ws"))
    return server.fail("type", "\"ws\" is spoken at ws:// or wss://, write such a URL");
  if (place.web_socket && server.find("type") != nullptr && !says(server, "type", "ws"))
    server.fail("type", "the URL is a WebSocket's, write \"ws\" or remove \"type\"");
}

} // namespace

void read_endpoint(fields& server, server_spec& spec, const environment& env) {
  const json* const url = server.find("url");
  const bool program = server.find("command") != nullptr || spec.source != source_kind::command;
  const json* const type = server.find("type");
  if (url != nullptr && server.find("link") == nullptr)
    spec.policy.link = type != nullptr && *type == "sse" ? link_kind::sse : link_kind::http;
  check_type(server, spec);
  if (!is_dialed(spec.policy.link)) {
    if (url != nullptr)
      return server.fail("link", std::string("\"") + to_string(spec.policy.link) +
                                     "\" has no \"url\", write \"http\" or remove one of them");
    for (const auto key : {"headers"sv, "tls"sv, "auth"sv})
      if (const json* const value = server.find(key); value != nullptr && !value->empty())
        server.fail(key, "has a meaning only beside \"url\", or for \"link\": \"http\"");
    return;
  }
  std::string text = spec.policy.link == link_kind::sse ? own_older_url : own_url;
  if (says(server, "link", "ws")) text = own_web_socket_url;
  if (url != nullptr) {
    server.text("url", text);
    auto expanded = expand(text, env);
    if (!expanded) return server.fail("url", expanded.failure().detail);
    text = std::move(*expanded);
  }
  const auto place = read_dialed_place(text);
  if (!place) return server.fail("url", place.failure().detail);
  check_scheme(server, *place);
  auto endpoint = std::make_shared<http_endpoint>();
  endpoint->place = *place;
  if (program)
    check_own(server, spec, *place);
  else if (url != nullptr)
    check_remote(server, spec, *place);
  if (!program && url != nullptr) spec.source = source_kind::remote;
  read_headers(server, *endpoint, env);
  read_tls(server, *endpoint, env);
  if (spec.source == source_kind::remote)
    read_auth(server, *endpoint, env);
  else if (const json* const auth = server.find("auth"); auth != nullptr && !auth->is_null())
    server.fail("auth", "is for remote servers, and this program is the node's own; remove it");
  spec.endpoint = std::move(endpoint);
}

nlohmann::ordered_json endpoint_json(const server_spec& spec) {
  json out = json::object();
  if (!spec.endpoint) return out;
  const auto& x = *spec.endpoint;
  // The port's own name is no reference that is to be escaped.
  auto origin = origin_of(x.place);
  out["url"] = origin + escape_references(x.place.target);
  for (const auto& [name, value] : x.headers) out["headers"][name] = escape_references(value);
  if (auto auth = auth_json(x.auth); !auth.is_null()) out["auth"] = std::move(auth);
  if (!x.ca_file.empty()) out["tls"]["ca"] = escape_references(x.ca_file);
  return out;
}

} // namespace toolscore
