#include "config/relations.hpp"

#include "config/fields.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace toolscore {
namespace {

using names = std::vector<std::string>;

/// server -> those that name it in their depends_on.
std::map<std::string, names> reversed(const relations& all) {
  std::map<std::string, names> out;
  for (const auto& [server, needs] : all.needs)
    for (const auto& [other, condition] : needs) out[other].push_back(server);
  return out;
}

/// Walks needs that cannot be met from `from` until a server comes twice: "a -> b -> a".
names cycle_from(const relations& all, const std::set<std::string>& stuck, std::string from) {
  names walk;
  for (;;) {
    const auto seen = std::find(walk.begin(), walk.end(), from) - walk.begin();
    walk.push_back(from);
    if (seen + 1 < std::ssize(walk)) return {walk.begin() + seen, walk.end()};
    const auto& needs = all.needs.at(from);
    const auto next = std::find_if(needs.begin(), needs.end(),
                                   [&](const auto& x) { return stuck.count(x.first); });
    from = next->first;
  }
}

std::optional<relation_fault> unknown_of(const relations& all) {
  std::vector<std::string_view> known;
  for (const auto& [name, needs] : all.needs) known.push_back(name);
  for (const auto& [server, needs] : all.needs)
    for (const auto& [other, condition] : needs) {
      if (all.needs.count(other) == 0)
        return relation_fault{server, "depends_on." + other,
                              "there is no server \"" + other + "\"" + did_you_mean(other, known)};
      if (condition == dependency_condition::completed && all.permanent.count(other) != 0)
        return relation_fault{server, "depends_on." + other,
                              "\"" + other +
                                  "\" is permanent and never completes, write \"ready\" "
                                  "or make it transient"};
    }
  return std::nullopt;
}

/// The servers of a group that restart with one of them.
std::set<std::string> concerned(const relations& all, const group_spec& group,
                                const std::string& server) {
  std::set<std::string> members(group.servers.begin(), group.servers.end());
  if (group.how == strategy::one_for_one || members.count(server) == 0) return {};
  std::set<std::string> out;
  if (group.how == strategy::one_for_all) {
    out = members;
    out.erase(server);
    return out;
  }
  const bool ordered = std::any_of(members.begin(), members.end(), [&](const auto& member) {
    const auto after = dependents_of(all, member);
    return std::any_of(after.begin(), after.end(), [&](const auto& x) { return members.count(x); });
  });
  if (!ordered) {
    const auto at = std::find(group.servers.begin(), group.servers.end(), server);
    return {std::next(at), group.servers.end()};
  }
  for (const auto& x : dependents_of(all, server))
    if (members.count(x) != 0) out.insert(x);
  return out;
}

/// Where a server stands in the order of starts: by level, then as the groups were written.
std::vector<std::string> in_start_order(const relations& all, const std::set<std::string>& wanted) {
  std::map<std::string, std::size_t> written;
  for (const auto& group : all.groups)
    for (const auto& server : group.servers) written.emplace(server, written.size());
  names out;
  for (auto level : start_levels(all)) {
    std::stable_sort(level.begin(), level.end(), [&](const auto& a, const auto& b) {
      const auto place = [&](const auto& x) {
        const auto at = written.find(x);
        return at == written.end() ? written.size() : at->second;
      };
      return place(a) < place(b);
    });
    for (auto& server : level)
      if (wanted.count(server) != 0) out.push_back(std::move(server));
  }
  return out;
}

} // namespace

std::optional<relation_fault> fault_of(const relations& all) {
  if (auto fault = unknown_of(all)) return fault;
  std::set<std::string> stuck;
  for (const auto& [server, needs] : all.needs) stuck.insert(server);
  for (const auto& level : start_levels(all))
    for (const auto& server : level) stuck.erase(server);
  if (stuck.empty()) return std::nullopt;
  const auto cycle = cycle_from(all, stuck, *stuck.begin());
  std::string shown = cycle.front();
  for (std::size_t at = 1; at < cycle.size(); ++at) shown += " -> " + cycle[at];
  return relation_fault{cycle[0], "depends_on." + cycle[1],
                        "\"" + cycle[0] + "\" depends on itself (" + shown +
                            "), remove one of these dependencies"};
}

std::optional<relation_fault> fault_of_added(relations all, const std::string& server) {
  for (auto& [name, needs] : all.needs)
    if (name != server)
      std::erase_if(needs, [&](const auto& x) {
        return x.first != server &&
               (all.needs.count(x.first) == 0 ||
                (x.second == dependency_condition::completed && all.permanent.count(x.first) != 0));
      });
  return fault_of(all);
}

std::vector<std::vector<std::string>> start_levels(const relations& all) {
  const auto dependents = reversed(all);
  std::map<std::string, std::size_t> open;
  names level;
  for (const auto& [server, needs] : all.needs) {
    open[server] = needs.size();
    if (needs.empty()) level.push_back(server);
  }
  std::vector<names> out;
  while (!level.empty()) {
    names next;
    for (const auto& server : level)
      if (const auto at = dependents.find(server); at != dependents.end())
        for (const auto& dependent : at->second)
          if (--open[dependent] == 0) next.push_back(dependent);
    std::sort(next.begin(), next.end());
    out.push_back(std::exchange(level, std::move(next)));
  }
  return out;
}

std::set<std::string> dependents_of(const relations& all, const std::string& server) {
  const auto dependents = reversed(all);
  std::set<std::string> out;
  names open{server};
  while (!open.empty()) {
    const auto at = dependents.find(open.back());
    open.pop_back();
    if (at == dependents.end()) continue;
    for (const auto& dependent : at->second)
      if (dependent != server && out.insert(dependent).second) open.push_back(dependent);
  }
  return out;
}

group_restart plan_group_restart(const relations& all, const std::string& server) {
  std::set<std::string> others;
  for (const auto& group : all.groups) others.merge(concerned(all, group, server));
  group_restart plan;
  if (others.empty()) return plan;
  auto wanted = others;
  wanted.insert(server);
  plan.start = in_start_order(all, wanted);
  plan.stop.assign(plan.start.rbegin(), plan.start.rend());
  std::erase(plan.stop, server);
  return plan;
}

stop_sequence::stop_sequence(const relations& all, const std::set<std::string>& running)
    : left_(running) {
  for (const auto& server : running) dependents_.emplace(server, 0);
  for (const auto& server : running) {
    // What is not running stands for what it needs itself: the order goes through it.
    auto& nearest = needs_[server];
    std::set<std::string> seen;
    names open{server};
    while (!open.empty()) {
      const auto at = all.needs.find(open.back());
      open.pop_back();
      if (at == all.needs.end()) continue;
      for (const auto& [other, condition] : at->second) {
        if (other == server || !seen.insert(other).second) continue;
        if (running.count(other) == 0) {
          open.push_back(other);
          continue;
        }
        nearest.push_back(other);
        ++dependents_[other];
      }
    }
  }
}

std::vector<std::string> stop_sequence::begin() {
  names out;
  for (const auto& [server, count] : dependents_)
    if (count == 0) out.push_back(server);
  return out;
}

std::vector<std::string> stop_sequence::stopped(const std::string& server) {
  names out;
  if (left_.erase(server) == 0) return out;
  for (const auto& other : needs_[server])
    if (--dependents_[other] == 0 && left_.count(other) != 0) out.push_back(other);
  return out;
}

} // namespace toolscore
