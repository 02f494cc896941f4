#include "config/node_config.hpp"

#include "config/edge_config.hpp"
#include "config/expand.hpp"
#include "config/fields.hpp"
#include "config/json_text.hpp"
#include "config/policy_config.hpp"
#include "config/relations_config.hpp"
#include "config/server_config.hpp"
#include "config/unsupported.hpp"

#include <array>
#include <charconv>
#include <map>

namespace toolscore {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using json = nlohmann::ordered_json;

constexpr std::size_t inputs_max = 1'024;
constexpr std::string_view state_dir_default = "~/.local/state/toolscore";

// What other hosts write beside their servers; everything else at the top level is a slip.
constexpr std::array foreign_keys{"$schema"sv, "sandbox"sv, "globalShortcut"sv, "preferences"sv,
                                  "isUsingBuiltInNodeForMcp"sv};

bool foreign(std::string_view key) {
  return std::find(foreign_keys.begin(), foreign_keys.end(), key) != foreign_keys.end();
}

bool address_like(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.size() <= 253 && text.find_first_not_of(allowed) == text.npos;
}

/// "127.0.0.1:8088", "localhost:0", "[::1]:8088".
void read_listen(fields& node, node_config& out, const environment& env) {
  std::string written = out.listen_address + ":" + std::to_string(out.listen_port);
  node.text("listen", written);
  const auto expanded = expand(written, env);
  if (!expanded) return node.fail("listen", expanded.failure().detail);
  const std::string_view text = *expanded;
  const auto colon = text.rfind(':');
  const auto complain = [&] {
    node.fail("listen",
              "\"" + std::string(text.substr(0, 60)) +
                  "\" is no address and port, write \"127.0.0.1:8088\" or \"[::1]:8088\"");
  };
  if (colon == text.npos) return complain();
  std::string_view address = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || port > 65'535)
    return complain();
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
    if (!address_like(address, "0123456789abcdefABCDEF:.")) return complain();
  } else if (!address_like(address, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789.-_")) {
    return complain();
  }
  out.listen_address = std::string(address);
  out.listen_port = static_cast<std::uint16_t>(port);
}

void read_state_dir(fields& node, node_config& out, const environment& env) {
  std::string written(state_dir_default);
  node.text("state_dir", written);
  const auto expanded = expand(written, env);
  if (!expanded) return node.fail("state_dir", expanded.failure().detail);
  auto path = expand_home(*expanded, env);
  if (!path) return node.fail("state_dir", path.failure().detail);
  while (path->size() > 1 && path->ends_with('/')) path->pop_back();
  if (!path->starts_with('/'))
    return node.fail("state_dir", "\"" + *path + "\" is not absolute, write it from / or from ~/");
  out.state_dir = std::move(*path);
}

void read_engine(fields& node, node_config& out, const environment& env) {
  node.text("engine", out.engine);
  const auto expanded = expand(out.engine, env);
  if (!expanded) return node.fail("engine", expanded.failure().detail);
  out.engine = *expanded;
  if (!out.engine.empty() && !out.engine.starts_with('/') && !out.engine.starts_with("unix:///"))
    node.fail("engine", "\"" + out.engine.substr(0, 80) +
                            "\" is no unix socket, write one such as \"unix:///run/docker.sock\"");
}

/// "8100-8200"
void read_ports(fields& node, node_config& out) {
  std::string text;
  node.text("ports", text);
  if (node.find("ports") == nullptr) return;
  const auto dash = text.find('-');
  const auto number = [](std::string_view digits) {
    unsigned port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, port);
    return read.ec == std::errc{} && read.ptr == end && port <= 65'535 ? port : 0U;
  };
  const auto first = number(std::string_view(text).substr(0, dash));
  const auto last = dash == text.npos ? 0U : number(std::string_view(text).substr(dash + 1));
  if (first == 0 || last < first)
    return node.fail("ports",
                     "\"" + text.substr(0, 60) + "\" is no range of ports, write \"8100-8200\"");
  out.ports_first = static_cast<std::uint16_t>(first);
  out.ports_last = static_cast<std::uint16_t>(last);
}

void read_records(fields section, node_config& out) {
  section.only({"calls", "keep_max", "keep_for"});
  section.flag("calls", out.records_calls);
  section.whole("keep_max", out.records_keep_max, 1'000, 1'000'000'000);
  section.duration("keep_for", out.records_keep_for, 0ms);
}

void read_node(fields node, node_config& out, const environment& env) {
  node.only({"listen", "state_dir", "mcp_auth", "http_sse", "hosts", "tokens", "access", "issuer",
             "tls", "installs_max", "starts_max", "stop_deadline", "engine", "ports", "registry",
             "records"});
  read_listen(node, out, env);
  read_state_dir(node, out, env);
  read_edge(node, out.edge, env);
  if (!out.edge.tokens.empty() || out.edge.issuer) out.mcp_auth = mcp_auth_mode::token;
  node.word("mcp_auth", out.mcp_auth, {"none", "token"});
  node.whole("installs_max", out.installs_max, 1, 64);
  if (node.find("starts_max") != nullptr) node.whole("starts_max", out.starts_max, 1, 1'024);
  node.duration("stop_deadline", out.stop_deadline, 1ms);
  read_engine(node, out, env);
  read_ports(node, out);
  read_records(node.section("records"), out);
  node.text("registry", out.registry);
  auto registry = expand(out.registry, env);
  if (registry) registry = expand_home(*registry, env);
  if (!registry) return node.fail("registry", registry.failure().detail);
  out.registry = std::move(*registry);
  if (!out.registry.empty() && !out.registry.starts_with("https://") &&
      !out.registry.starts_with("http://") && !out.registry.starts_with('/'))
    node.fail("registry", "is no http or https URL and no absolute path");
}

void read_defaults(fields section, node_config& out) {
  section.only(policy_keys());
  if (const json* const link = section.find("link"); link != nullptr && *link == "ws")
    section.fail("link", "\"ws\" is written beside a server's own keys, move it there");
  read_policy(section, out.defaults);
}

void read_servers(fields section, node_config& out, std::map<std::string, std::string>& names,
                  const environment& env, std::optional<error>& failure) {
  for (const auto& [name, object] : section.object().items()) {
    if (failure) return;
    if (!names.emplace(name, section.path_of(name)).second)
      return section.fail(name, "the name stands in \"mcpServers\" and in \"servers\", remove one");
    if (names.size() > servers_max)
      return section.fail("", "more than " + std::to_string(servers_max) + " servers");
    auto spec = parse_server(name, object, section.path_of(name), out.defaults, env, &out.ignored);
    if (spec)
      out.servers.push_back(std::move(*spec));
    else
      failure = spec.failure();
  }
}

/// What VS Code asks its user for: "promptString", and "pickString" as well, which has a default.
void read_inputs(fields& top, node_config& out) {
  const json* const list = top.find("inputs");
  if (list == nullptr || list->is_null()) return;
  if (!list->is_array() || list->size() > inputs_max)
    return top.fail("inputs", "is no list of at most " + std::to_string(inputs_max) + " inputs");
  for (const auto& entry : *list) {
    const auto id = entry.is_object() ? entry.find("id") : entry.end();
    if (!entry.is_object() || id == entry.end() || !id->is_string())
      return top.fail("inputs", shown(entry) + " is no input, write {\"type\": \"promptString\", "
                                               "\"id\": \"api-key\", \"password\": true}");
    auto& note = out.inputs[id->get<std::string>()];
    const auto password = entry.find("password");
    note.secret = password != entry.end() && password->is_boolean() && password->get<bool>();
    const auto value = entry.find("default");
    if (value != entry.end() && value->is_string()) note.value_default = value->get<std::string>();
  }
}

void read_top(fields top, node_config& out, const environment& env, std::optional<error>& failure) {
  json known = json::object(); // without what other hosts write
  for (const auto& [key, value] : top.object().items())
    if (foreign(key))
      out.ignored.push_back(key);
    else
      known[key] = nullptr;
  fields(known, "", failure)
      .only({"node", "defaults", "mcpServers", "servers", "groups", "inputs"});
  read_node(top.section("node"), out, env);
  read_defaults(top.section("defaults"), out);
  read_inputs(top, out);
  environment with_inputs = env;
  with_inputs.inputs = out.inputs;
  std::map<std::string, std::string> names;
  read_servers(top.section("mcpServers"), out, names, with_inputs, failure);
  read_servers(top.section("servers"), out, names, with_inputs, failure);
  if (failure) return;
  read_groups(top.section("groups"), out);
  check_relations(top, out, names);
}

} // namespace

const char* to_string(mcp_auth_mode x) noexcept {
  return x == mcp_auth_mode::none ? "none" : "token";
}

result<node_config> parse_config(std::string_view text, std::string_view file_name,
                                 const environment& env) {
  json_limits limits;
  limits.bytes_max = config_bytes_max;
  const auto parsed = parse_json_text(text, file_name, limits);
  if (!parsed) return parsed.failure();
  node_config out;
  std::optional<error> failure;
  read_top(fields(*parsed, "", failure), out, env, failure);
  if (failure)
    return error{failure->code, std::string(file_name) + ": " + std::move(failure->detail)};
  return out;
}

result<node_config> default_config(const environment& env) {
  return parse_config("{}", "defaults", env);
}

} // namespace toolscore
