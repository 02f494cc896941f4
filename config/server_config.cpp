#include "config/server_config.hpp"

#include "config/container_config.hpp"
#include "config/endpoint_config.hpp"
#include "config/expand.hpp"
#include "config/expanded_fields.hpp"
#include "config/fields.hpp"
#include "config/isolation_config.hpp"
#include "config/json_text.hpp"
#include "config/policy_config.hpp"
#include "config/readiness_config.hpp"
#include "config/source_config.hpp"
#include "config/suggest.hpp"
#include "config/unsupported.hpp"
#include "config/upkeep_config.hpp"
#include "messages/http_place.hpp"
#include "messages/in_container.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using namespace std::string_view_literals;
using json = nlohmann::ordered_json;

constexpr std::size_t name_bytes_max = 24;
constexpr std::size_t args_max = 1'024;
constexpr std::size_t variables_max = 1'024;

constexpr std::array source_keys{"type"sv,    "command"sv, "args"sv,     "env"sv,
                                 "cwd"sv,     "image"sv,   "runner"sv,   "url"sv,
                                 "headers"sv, "tls"sv,     "disabled"sv, "container"sv};

// Keys that other hosts are known to write. Some are near to ours ("dev" and "env"), and no slip.
constexpr std::array foreign_keys{
    "$schema"sv, "alwaysAllow"sv, "autoApprove"sv, "autoStart"sv, "cmd"sv,     "description"sv,
    "dev"sv,     "enabled"sv,     "envFile"sv,     "gallery"sv,   "icon"sv,    "id"sv,
    "inputs"sv,  "name"sv,        "oauth"sv,       "roots"sv,     "sandbox"sv, "sandboxEnabled"sv,
    "scope"sv,   "timeout"sv,     "title"sv,       "transport"sv, "trust"sv,   "version"sv};

template <class Keys>
bool holds(const Keys& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// Lists foreign keys; a near miss of one of ours is a slip and fails.
void check_keys(fields& server, std::vector<std::string>* ignored) {
  static const std::vector<std::string_view> ours = [] {
    std::vector<std::string_view> all(source_keys.begin(), source_keys.end());
    all.insert(all.end(), install_source_keys().begin(), install_source_keys().end());
    all.insert(all.end(), policy_keys().begin(), policy_keys().end());
    return all;
  }();
  for (const auto& [key, value] : server.object().items()) {
    if (holds(ours, key)) continue;
    const auto near =
        holds(foreign_keys, key) ? std::string_view() : nearest(key, ours, near_miss_max(key));
    if (!near.empty())
      server.fail("", "unknown key \"" + key + "\"; did you mean \"" + std::string(near) + "\"?");
    if (ignored != nullptr) ignored->push_back(server.path_of(key));
  }
}

void read_variables(fields& server, server_spec& spec, const environment& env) {
  fields section = server.section("env");
  if (section.object().size() > variables_max)
    return section.fail("", "more than " + std::to_string(variables_max) + " variables");
  for (const auto& [name, value] : section.object().items()) {
    if (name.empty() || name.find('=') != name.npos || name.find('\0') != name.npos)
      return section.fail("", shown(name) + " cannot name a variable");
    if (value.is_null()) continue; // other hosts unset a variable so; ours begins unset
    std::string text;
    if (value.is_number() || value.is_boolean())
      text = value.dump();
    else
      read_late(section, name, text, env);
    if (text.find('\0') != text.npos) return section.fail(name, "holds a NUL character");
    spec.env[name] = std::move(text);
  }
}

void read_source(fields& server, server_spec& spec, const environment& env) {
  refuse_sources(server);
  read_path(server, "command", spec.command, env);
  read_expanded_list(server, "args", spec.args, args_max, env);
  read_variables(server, spec, env);
  read_path(server, "cwd", spec.cwd, env);
  read_install_source(server, spec, env);
  read_container(server, spec, env);
  server.flag("disabled", spec.disabled);
  if (server.find("command") == nullptr && server.find("url") == nullptr &&
      spec.source == source_kind::command)
    server.fail("", "says not where the server comes from, add \"command\", \"git\", \"npm\", "
                    "\"pypi\", \"image\" or \"url\"");
  if (server.find("command") != nullptr && spec.command.empty())
    server.fail("command", "is empty, write the program's name or path");
}

/// Where the server has a port, "${PORT}" stays for the start of an instance, which knows it.
environment with_port(const fields& server, const server_policy& defaults, environment env) {
  const json* const own = server.find("port");
  const bool has_port = own != nullptr ? !own->is_null() : defaults.port.has_value();
  if (!has_port && !has_endpoint(server, defaults)) return env;
  env.variable = [before = std::move(env.variable)](std::string_view name) {
    return name == "PORT" ? std::optional<std::string>("${PORT}") : before(name);
  };
  return env;
}

json spec_json(const server_spec& spec) {
  json out = json::object();
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) out[key] = escape_references(text);
  };
  put("command", spec.command);
  add_install_source(out, spec);
  put("cwd", spec.cwd);
  if (!spec.args.empty()) {
    out["args"] = json::array();
    for (const auto& argument : spec.args) out["args"].push_back(escape_references(argument));
  }
  for (const auto& [name, value] : spec.env) out["env"][name] = escape_references(value);
  out.update(endpoint_json(spec));
  if (spec.disabled) out["disabled"] = true;
  out.update(policy_json(spec.policy));
  if (is_elsewhere(spec))
    for (const auto key : isolation_keys()) out.erase(std::string(key));
  if (spec.endpoint && spec.endpoint->place.web_socket) out["link"] = "ws";
  if (in_container(spec)) out.update(container_json(spec.container));
  if (spec.source == source_kind::remote) // Which has no process that they could be about.
    for (const char* key : {"limits", "port"}) out.erase(key);
  return out;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

result<server_spec> parse_server(std::string_view name, std::string_view json_text,
                                 const server_policy& defaults, const environment& env,
                                 std::vector<std::string>* ignored) {
  const auto object = parse_json_text(json_text, name);
  if (!object) return object.failure();
  return parse_server(name, *object, name, defaults, env, ignored);
}

result<server_spec> parse_server(std::string_view name, const nlohmann::ordered_json& object,
                                 std::string_view path, const server_policy& defaults,
                                 const environment& env, std::vector<std::string>* ignored) {
  if (!legal_server_name(name))
    return error{errc::bad_config, std::string(path) + ": " + shown(json(name)) +
                                       " is no server name ([a-z][a-z0-9-]{0,23}), call it \"" +
                                       suggest_server_name(name) + "\""};
  std::optional<error> failure;
  fields server(object, std::string(path), failure);
  server_spec spec;
  spec.id.value = std::string(name);
  spec.policy = defaults;
  check_keys(server, ignored);
  const auto variables = with_port(server, defaults, env);
  read_source(server, spec, variables);
  read_policy(server, spec.policy);
  read_endpoint(server, spec, variables);
  check_readiness(server, spec.policy);
  check_upkeep(server, spec.policy);
  check_container(server, spec);
  check_isolation(server, spec, env);
  if (failure) return *failure;
  spec.origin_json = dump(object);
  if (env.pin.empty() || object.contains("pin")) return spec;
  auto with_pin = object;
  with_pin["pin"] = env.pin;
  spec.origin_json = dump(with_pin);
  return spec;
}

std::string to_json(const server_spec& spec) {
  return spec.origin_json.empty() ? dump(spec_json(spec)) : spec.origin_json;
}

std::string effective_json(const server_spec& spec) {
  return dump(spec_json(spec));
}

bool legal_server_name(std::string_view name) noexcept {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.empty() || name.size() > name_bytes_max || !letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::string suggest_server_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (out.size() == name_bytes_max) break;
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool letter = lower >= 'a' && lower <= 'z';
    if (letter || (lower >= '0' && lower <= '9' && !out.empty()))
      out += lower;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "server" : out;
}

} // namespace toolscore
