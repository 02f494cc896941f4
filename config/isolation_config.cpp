#include "config/isolation_config.hpp"

#include "config/container_config.hpp"
#include "config/expand.hpp"
#include "messages/in_container.hpp"

#include <array>

namespace toolscore {
namespace {

using namespace std::string_view_literals;
using json = nlohmann::ordered_json;

constexpr std::size_t paths_max = 256;
constexpr std::size_t path_bytes_max = 4'000;

template <class Enum>
void read_word(fields& object, std::string_view key, std::optional<Enum>& out,
               std::initializer_list<std::string_view> names) {
  if (object.find(key) == nullptr) return;
  Enum found{};
  object.word(key, found, names);
  out = found;
}

void read_flag(fields& object, std::string_view key, std::optional<bool>& out) {
  if (object.find(key) == nullptr) return;
  bool found = false;
  object.flag(key, found);
  out = found;
}

/// What the kernel is told is the path alone: no "." or ".." on the way, no "/" at the end.
std::string plain(const std::string& path) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const std::string_view part(path.data() + at, end - at);
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    at = end + 1;
  }
  std::string out;
  for (const auto part : parts) out.append("/").append(part);
  return out.empty() ? "/" : out;
}

void expand_paths(fields& server, std::string_view key, std::vector<std::string>& list,
                  const environment& env) {
  for (auto& path : list) {
    auto expanded = expand(path, env);
    if (expanded) expanded = expand_home(*expanded, env);
    const auto place = "paths." + std::string(key);
    if (!expanded) return server.fail(place, expanded.failure().detail);
    if (!expanded->starts_with('/') || expanded->size() > path_bytes_max ||
        expanded->find('\0') != expanded->npos)
      return server.fail(place, shown(json(path)) + " is no absolute path, write \"/data\"");
    path = plain(*expanded);
  }
}

void check_elsewhere(fields& server, const server_spec& spec) {
  const bool image = in_container(spec);
  const json* const level = server.find("isolation");
  if (level != nullptr && *level == "strict")
    server.fail("isolation", image ? "a container is shut off by its engine, remove the key"
                                   : "nothing is started here for a url, remove the key");
  for (const auto key : {"private_tmp"sv, "no_new_privs"sv})
    if (server.find(key) != nullptr)
      server.fail(key, "has a meaning only for a process of this host, remove the key");
}

} // namespace

std::span<const std::string_view> isolation_keys() noexcept {
  static constexpr std::array keys{"isolation"sv, "network"sv, "paths"sv, "private_tmp"sv,
                                   "no_new_privs"sv};
  return keys;
}

bool is_elsewhere(const server_spec& spec) noexcept {
  return in_container(spec) || spec.source == source_kind::remote;
}

void read_isolation(fields& object, isolation_policy& out) {
  read_word(object, "isolation", out.level, {"none", "default", "strict"});
  read_flag(object, "private_tmp", out.own_tmp);
  object.flag("no_new_privs", out.no_new_privs);
  if (runs_in_container(object)) return;
  read_word(object, "network", out.network, {"none", "loopback", "full"});
  fields paths = object.section("paths");
  paths.only({"read", "write"});
  paths.texts("read", out.read, paths_max);
  paths.texts("write", out.write, paths_max);
}

void check_isolation(fields& server, server_spec& spec, const environment& env) {
  if (is_elsewhere(spec)) return check_elsewhere(server, spec);
  auto& asked = spec.policy.isolation;
  expand_paths(server, "read", asked.read, env);
  expand_paths(server, "write", asked.write, env);
  const bool strict = asked.level == isolation_level::strict;
  if (!asked.no_new_privs && (strict || !asked.read.empty() || !asked.write.empty()))
    server.fail("no_new_privs", "an isolated server cannot do without it, remove the key");
  if (!strict && !asked.network) return;
  const auto network = asked.network.value_or(network_access::none);
  if (network != network_access::full && (spec.policy.port || is_dialed(spec.policy.link)))
    server.fail("network", "its port is out of the node's reach in a network of its own, write "
                           "\"network\": \"full\"");
}

void write_isolation(json& out, const isolation_policy& policy) {
  // Written out it would be asked for, where now it is only wished.
  if (policy.level) out["isolation"] = to_string(*policy.level);
  if (policy.network) out["network"] = to_string(*policy.network);
  if (policy.own_tmp) out["private_tmp"] = *policy.own_tmp;
  if (!policy.no_new_privs) out["no_new_privs"] = false;
  const auto write = [&](const char* key, const std::vector<std::string>& list) {
    for (const auto& path : list) out["paths"][key].push_back(escape_references(path));
  };
  write("read", policy.read);
  write("write", policy.write);
}

} // namespace toolscore
