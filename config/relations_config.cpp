#include "config/relations_config.hpp"

#include "config/server_config.hpp"
#include "config/view_config.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t dependencies_max = 1'000;
constexpr std::size_t groups_max = 1'000;

void read_depends_on(fields& object, server_policy& out) {
  const json* const value = object.find("depends_on");
  if (value == nullptr || value->is_null()) return;
  if (!value->is_object())
    return object.fail("depends_on", shown(*value) + " is no object, write {\"db\": \"ready\"}");
  fields section = object.section("depends_on");
  if (value->size() > dependencies_max)
    return section.fail("", "more than " + std::to_string(dependencies_max) + " dependencies");
  dependency_map found;
  for (const auto& [name, condition] : value->items()) {
    auto wanted = dependency_condition::ready;
    section.word(name, wanted, {"started", "ready", "completed"});
    found.emplace(name, wanted);
  }
  out.depends_on = std::move(found);
}

void read_significant(fields& object, server_policy& out) {
  const json* const value = object.find("significant");
  if (value == nullptr) return;
  if (value->is_null())
    out.significant = significance::none;
  else if (*value == "any")
    out.significant = significance::any;
  else if (*value == "all")
    out.significant = significance::all;
  else
    return object.fail("significant",
                       shown(*value) + " is not known here, write null, \"any\" or \"all\"");
  if (out.significant != significance::none && out.restart == restart_type::permanent)
    object.fail("significant", shown(*value) + " has no effect on a permanent server, which never "
                                               "ends for good; add \"restart\": \"transient\"");
}

void read_group(fields group, const std::string& name, node_config& out) {
  group.only({"servers", "strategy", "tools", "prefix", "search"});
  group_spec spec;
  spec.name = name;
  group.texts("servers", spec.servers, servers_max);
  group.word("strategy", spec.how, {"one_for_one", "one_for_all", "rest_for_one"});
  read_group_view(group, spec.view);
  if (!legal_server_name(name))
    group.fail("", "a group's name is [a-z][a-z0-9-]{0,23}, call it \"" +
                       suggest_server_name(name) + "\"");
  if (spec.servers.empty()) group.fail("servers", "is empty, name the group's servers");
  std::vector<std::string_view> known;
  for (const auto& server : out.servers) known.push_back(server.id.value);
  for (std::size_t at = 0; at < spec.servers.size(); ++at) {
    const auto& server = spec.servers[at];
    const auto place = "servers[" + std::to_string(at) + "]";
    if (std::find(known.begin(), known.end(), server) == known.end())
      group.fail(place, "there is no server \"" + server + "\"" + did_you_mean(server, known));
    if (std::find(spec.servers.begin(), spec.servers.begin() + static_cast<std::ptrdiff_t>(at),
                  server) != spec.servers.begin() + static_cast<std::ptrdiff_t>(at))
      group.fail(place, "\"" + server + "\" stands there twice, remove one");
  }
  out.groups.push_back(std::move(spec));
}

} // namespace

void read_relations(fields& object, server_policy& out) {
  read_depends_on(object, out);
  read_significant(object, out);
}

void read_groups(fields section, node_config& out) {
  if (section.object().size() > groups_max)
    return section.fail("", "more than " + std::to_string(groups_max) + " groups");
  for (const auto& [name, object] : section.object().items()) {
    if (!object.is_object()) return section.fail(name, shown(object) + " is no object");
    read_group(section.section(name), name, out);
  }
}

void relate(relations& all, const server_spec& spec) {
  all.needs[spec.id.value] = spec.policy.depends_on;
  if (spec.policy.restart == restart_type::permanent)
    all.permanent.insert(spec.id.value);
  else
    all.permanent.erase(spec.id.value);
}

relations relations_of(const std::vector<server_spec>& servers, std::vector<group_spec> groups) {
  relations all;
  for (const auto& spec : servers) relate(all, spec);
  all.groups = std::move(groups);
  return all;
}

void check_relations(fields& top, const node_config& config,
                     const std::map<std::string, std::string>& places) {
  if (top.failed()) return;
  const auto fault = fault_of(relations_of(config.servers, config.groups));
  if (!fault) return;
  top.fail(places.at(fault->server) + "." + fault->path, fault->what);
}

} // namespace toolscore
