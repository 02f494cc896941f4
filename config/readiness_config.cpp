#include "config/readiness_config.hpp"

#include "config/container_config.hpp"
#include "config/log_pattern.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using namespace std::string_view_literals;
using json = nlohmann::ordered_json;

constexpr std::array ready_words{"mcp"sv, "started"sv, "notify"sv};
constexpr std::array ready_probes{"http"sv, "ws"sv, "tcp"sv, "log"sv};
constexpr std::size_t path_bytes_max = 1'024;

void read_log(fields& object, const json& value, server_policy& out) {
  if (!value.is_string())
    return object.fail("ready.log", shown(value) + " is no text, write a regular expression");
  const auto& text = value.get_ref<const std::string&>();
  if (const auto compiled = log_pattern::compile(text); !compiled)
    return object.fail("ready.log", compiled.failure().detail);
  out.ready = ready_policy{ready_kind::log, text, {}};
}

/// It goes into a request's first line as it stands.
bool is_path(const json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.starts_with('/') && text.size() <= path_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

void read_path(fields& object, std::string_view key, const json& value, server_policy& out) {
  if (!is_path(value))
    return object.fail("ready." + std::string(key),
                       shown(value) + " is no path, write one such as \"/health\"");
  out.ready =
      ready_policy{key == "http" ? ready_kind::http : ready_kind::ws, {}, value.get<std::string>()};
}

void read_ready(fields& object, const json& value, server_policy& out) {
  for (const auto kind : {ready_kind::mcp, ready_kind::started, ready_kind::notify})
    if (value == to_string(kind)) {
      out.ready = ready_policy{kind, {}, {}};
      return;
    }
  if (value.is_object() && value.size() == 1) {
    const auto member = value.begin();
    const auto& key = member.key();
    const auto& content = member.value();
    if (key == "log") return read_log(object, content, out);
    if (key == "http" || key == "ws") return read_path(object, key, content, out);
    if (key == "tcp" && content != true)
      return object.fail("ready.tcp", shown(content) + " says nothing, write true");
    if (key == "tcp") {
      out.ready = ready_policy{ready_kind::tcp, {}, {}};
      return;
    }
  }
  object.fail("ready", shown(value) + " is not known here, write " + list_of_words(ready_words) +
                           ", or an object with one of " + list_of_words(ready_probes));
}

void read_port(fields& object, server_policy& out) {
  const json* const value = object.find("port");
  if (value == nullptr) return;
  out.port.reset();
  if (value->is_null()) return;
  if (*value == "auto") {
    out.port = port_auto;
    return;
  }
  const auto number = value->is_number_integer() ? value->get<std::int64_t>() : 0;
  if (number < 1 || number > 65'535)
    return object.fail("port", shown(*value) + " is no port, write 1 to 65535 or \"auto\"");
  out.port = static_cast<std::uint16_t>(number);
}

} // namespace

void read_readiness(fields& object, server_policy& out) {
  // Other values are refused with what else is not acted on.
  if (const json* const link = object.find("link"); link != nullptr && link->is_string())
    out.link = *link == "none"   ? link_kind::none
               : *link == "http" ? link_kind::http
               : *link == "ws"   ? link_kind::http // Its place says how it is opened.
               : *link == "sse"  ? link_kind::sse
                                 : link_kind::stdio;
  read_port(object, out);
  if (const json* const ready = object.find("ready")) read_ready(object, *ready, out);
}

namespace {

void check_keep(fields& server, const server_policy& policy) {
  if (policy.on_node_exit != node_exit::keep) return;
  if (is_dialed(policy.link) && !runs_in_container(server))
    server.fail("on_node_exit",
                "\"keep\" is not supported by this build yet for a server with a link, write "
                "\"stop\", or \"link\": \"none\" for what speaks no MCP",
                errc::not_supported);
  else if (policy.link == link_kind::stdio)
    server.fail("on_node_exit",
                "\"keep\" cannot hold for a server on stdio, which ends with its "
                "pipes; write \"stop\", or \"link\": \"none\" for what speaks no MCP");
  else if (policy.replicas > 1)
    server.fail("on_node_exit", "\"keep\" cannot hold for " + std::to_string(policy.replicas) +
                                    " replicas, write \"replicas\": 1 or \"stop\"");
  else if (policy.ready && policy.ready->kind == ready_kind::notify)
    server.fail("on_node_exit",
                "\"keep\" cannot hold with \"ready\": \"notify\", whose socket ends "
                "with the node; write a probe, {\"log\": ...} or \"started\"");
}

} // namespace

void check_readiness(fields& server, const server_policy& policy) {
  check_keep(server, policy);
  if (policy.replicas > 1 && policy.port && *policy.port != port_auto)
    server.fail(server.find("port") != nullptr ? "port" : "replicas",
                std::to_string(policy.replicas) + " replicas cannot all listen on port " +
                    std::to_string(*policy.port) + ", write \"port\": \"auto\"");
  if (!policy.ready) return;
  if (policy.link == link_kind::none && policy.ready->kind == ready_kind::mcp)
    server.fail("ready", "\"mcp\" needs a link and \"link\" is \"none\", write \"started\"");
  if (policy.ready->probes() && !policy.port)
    server.fail("ready", std::string("\"") + to_string(policy.ready->kind) +
                             "\" asks a port and none is known, add \"port\": 8080 or \"auto\"");
  if (policy.link == link_kind::none) return;
  if (policy.ready->kind == ready_kind::started)
    server.fail("ready", "\"started\" is before the MCP handshake, without which no call can be "
                         "made; write \"mcp\", or \"link\": \"none\" for what speaks no MCP");
  else if (policy.ready->kind != ready_kind::mcp)
    server.fail("ready", "it makes only what speaks no MCP ready, a server with a link is ready by "
                         "its handshake; write \"mcp\", or \"link\": \"none\"");
}

nlohmann::ordered_json readiness_json(const server_policy& policy) {
  const auto by_link = policy.link == link_kind::none ? ready_kind::started : ready_kind::mcp;
  const auto kind = policy.ready ? policy.ready->kind : by_link;
  switch (kind) {
  case ready_kind::log:
    return {{"log", policy.ready->log_pattern}};
  case ready_kind::http:
  case ready_kind::ws:
    return {{to_string(kind), policy.ready->path}};
  case ready_kind::tcp:
    return {{"tcp", true}};
  case ready_kind::mcp:
  case ready_kind::started:
  case ready_kind::notify:
    break;
  }
  return to_string(kind);
}

} // namespace toolscore
