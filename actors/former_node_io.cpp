#include "actors/former_node_io.hpp"

#include "loop/log_io.hpp"
#include "runners/leftovers_io.hpp"
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

std::string cgroup_record(const std::string& state_dir) {
  return state_dir + "/run/cgroups";
}

} // namespace

std::shared_ptr<node_cgroups> cgroups_of(const std::string& state_dir) {
  return std::make_shared<node_cgroups>(cgroup_id_of(state_dir), cgroup_record(state_dir));
}

void reap_former_trees(const std::string& state_dir) {
  const auto found =
      reap_former_cgroups(cgroup_id_of(state_dir), cgroup_record(state_dir), end_limit);
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

result<done> reap_former_node(instances& live, const std::string& run_directory) {
  const auto rows = live.all();
  if (!rows) return rows.failure();
  auto noted = read_pidfiles(run_directory); // Other versions write those.
  const auto notes = tree_notes_path(run_directory);
  for (auto& mark : read_tree_notes(notes)) noted.push_back(std::move(mark));
  for (const auto& row : *rows) noted.push_back(mark_of(row));
  const auto found = reap_leftovers(noted, end_limit);
  for (const auto& mark : found.gone)
    log::write(log::level::warn, "node.leftover_killed", {log::kv("pid", mark.pid)});
  for (const auto& mark : found.stuck)
    log::write(log::level::error, "node.leftover_lives",
               {log::kv("pid", mark.pid),
                log::kv("reason", "a former node's process does not die; end it by hand")});
  std::vector<live_change> ended;
  for (const auto& row : *rows)
    if (std::count(found.stuck.begin(), found.stuck.end(), mark_of(row)) == 0)
      ended.push_back(row.id);
  if (auto forgotten = live.change(ended); !forgotten) return forgotten;
  remove_pidfiles(run_directory, found.stuck);
  auto kept = found.stuck;
  std::erase_if(kept, [](const auto& mark) { return mark.born_by == 0; });
  rewrite_tree_notes(notes, kept);
  return done{};
}

} // namespace toolscore
