#include "actors/former_node_io.hpp"

#include "loop/log_io.hpp"
#include "messages/in_container.hpp"
#include "runners/leftovers_io.hpp"
#include "runners/log_file_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/tree_notes_io.hpp"

#include <unistd.h>

#include <algorithm>

namespace toolscore {
namespace {

constexpr auto end_limit = std::chrono::milliseconds{5'000};

process_mark mark_of(const stored_instance& row) {
  return {row.init_pid, row.start_time, row.boot_id};
}

kept_claim claim_of(const instance_id& id, const std::vector<initial_server>& servers, bool boxed) {
  const auto at = std::find_if(servers.begin(), servers.end(),
                               [&](const auto& x) { return x.spec.id == id.server; });
  if (at == servers.end() || !at->refused.empty()) return kept_claim::removed;
  if (at->desired != desired_state::running) return kept_claim::stopped;
  if (at->spec.policy.on_node_exit != node_exit::keep) return kept_claim::not_kept;
  if (in_container(at->spec) != boxed) return kept_claim::changed;
  return kept_claim::same; // Whether it is will be seen once it is installed.
}

bool is_spared(const process_mark& mark, const std::vector<kept_offer>& kept) {
  return std::any_of(kept.begin(), kept.end(),
                     [&](const auto& offer) { return offer.note.init.pid == mark.pid; });
}

std::string cgroup_record(const std::string& state_dir) {
  return state_dir + "/run/cgroups";
}

} // namespace

std::shared_ptr<node_cgroups> cgroups_of(const std::string& state_dir) {
  return std::make_shared<node_cgroups>(cgroup_id_of(state_dir), cgroup_record(state_dir));
}

std::string kept_directory(const std::string& state_dir) {
  return state_dir + "/run/kept";
}
std::string kept_containers_directory(const std::string& state_dir) {
  return state_dir + "/run/kept-containers";
}

kept_survivors look_for_kept(const kept_trees& trees, const std::vector<initial_server>& servers,
                             const std::string& state_dir, bool in_containers) {
  auto found =
      find_kept(trees, [&](const auto& id) { return claim_of(id, servers, in_containers); });
  for (const auto& note : found.ended) {
    const auto& server = note.id.server.value;
    log_file(state_dir + "/logs/" + server + ".log").append(trees.take_away_log(note.id));
    log::write(log::level::warn, "node.kept_gone",
               {log::kv("server", server), log::kv("instance", note.id.number),
                log::kv("pid", note.init.pid),
                log::kv("reason", "it ended while no node was there; its server starts anew")});
    trees.forget(note.id);
  }
  for (const auto& [note, claim] : found.condemned)
    log::write(log::level::info, "node.kept_reaped",
               {log::kv("server", note.id.server.value), log::kv("instance", note.id.number),
                log::kv("reason", to_words(claim))});
  return found;
}

void reap_former_trees(const std::string& state_dir, const std::vector<kept_offer>& offers) {
  spared_cgroups spared;
  for (const auto& offer : offers) {
    const auto& its = offer.note.cgroups;
    spared.directories.insert(spared.directories.end(), its.begin(), its.end());
    spared.pids.push_back(static_cast<long>(offer.note.init.pid));
  }
  const auto found =
      reap_former_cgroups(cgroup_id_of(state_dir), cgroup_record(state_dir), end_limit, spared);
  if (found.processes > 0)
    log::write(log::level::warn, "node.leftover_killed", {log::kv("processes", found.processes)});
  for (const auto& directory : found.stuck)
    log::write(
        log::level::error, "node.leftover_lives",
        {log::kv("cgroup", directory),
         log::kv("reason", "what a former node started there does not die; end it by hand")});
}

std::string tree_notes_path(const std::string& run_directory) {
  return run_directory + "/trees";
}

void mark_child(stored_instance& row) {
  const auto facts = facts_of(row.init_pid);
  if (!facts || facts->parent != ::getpid()) return;
  row.start_time = facts->start_time;
  row.boot_id = boot_id();
}

result<done> reap_former_node(instances& live, const std::string& run_directory,
                              const kept_trees& trees, const kept_survivors& kept_ones,
                              const std::vector<kept_offer>& containers) {
  const auto rows = live.all();
  if (!rows) return rows.failure();
  const auto notes = tree_notes_path(run_directory);
  auto noted = read_tree_notes(notes);
  for (const auto& row : *rows) noted.push_back(mark_of(row));
  const auto spared = [&](const process_mark& mark) {
    return is_spared(mark, kept_ones.offers) || is_spared(mark, containers);
  };
  std::erase_if(noted, spared);
  for (const auto& [note, claim] : kept_ones.condemned) noted.push_back(note.init);
  const auto found = reap_leftovers(noted, end_limit);
  for (const auto& mark : found.gone)
    log::write(log::level::warn, "node.leftover_killed", {log::kv("pid", mark.pid)});
  for (const auto& mark : found.stuck)
    log::write(log::level::error, "node.leftover_lives",
               {log::kv("pid", mark.pid),
                log::kv("reason", "a former node's process does not die; end it by hand")});
  std::vector<live_change> ended;
  for (const auto& row : *rows)
    if (std::count(found.stuck.begin(), found.stuck.end(), mark_of(row)) == 0 &&
        !spared(mark_of(row)))
      ended.push_back(row.id);
  if (auto forgotten = live.change(ended); !forgotten) return forgotten;
  for (const auto& [note, claim] : kept_ones.condemned)
    if (std::count(found.stuck.begin(), found.stuck.end(), note.init) == 0) trees.forget(note.id);
  auto kept = found.stuck;
  std::erase_if(kept, [](const auto& mark) { return mark.born_by == 0; });
  rewrite_tree_notes(notes, kept);
  return done{};
}

} // namespace toolscore
