// The part of process_io that gives trees their cgroups. The loop never touches their files: a move
// between cgroups may take the kernel some milliseconds.
#include "runners/cgroup_files_io.hpp"
#include "runners/process_state_io.hpp"

namespace toolscore {
namespace {

/// A tree that outlives its init is killed at once; what takes longer than this is stuck in the
/// kernel, and is looked for again at the next start.
constexpr std::chrono::milliseconds end_limit{2'000};
constexpr std::chrono::milliseconds resting_time{500};
constexpr std::size_t resting_max = 1'000;

} // namespace

bool process_io::state::wants_cgroup(const waiting_start& next) const {
  if (next.prepared) return false;
  if (!cgroups) return demands_cgroup(next.who->limits);
  if (needs_cgroup(next.who->limits)) return true;
  // Where a namespace holds the tree one is made for a limit alone.
  const auto held = next.wanted == spawner::hold::strongest && client->strength()
                        ? *client->strength()
                        : next.wanted;
  return held == spawner::hold::sweep;
}

void process_io::state::make_cgroup(waiting_start next) {
  next.prepared = true;
  if (!cgroups)
    return next.who->give_up({errc::spawn_failed,
                              "limits of memory, cpu or pids cannot be had: this program runs its "
                              "servers without cgroups; remove the limits"});
  ++preparing;
  const auto made = std::make_shared<std::optional<result<tree_cgroup>>>();
  const auto held = std::make_shared<waiting_start>(std::move(next));
  const bool tracked =
      held->wanted == spawner::hold::sweep || client->strength() == spawner::hold::sweep;
  pool([from = cgroups, made, limits = held->who->limits, tracked, name = held->who->cgroup_name,
        kept =
            held->who->kept != nullptr] { made->emplace(from->make(limits, tracked, name, kept)); },
       [self = shared_from_this(), made, held] {
         self->take_cgroup(std::move(*held), std::move(*made));
       });
}

void process_io::state::take_cgroup(waiting_start next, std::optional<result<tree_cgroup>> made) {
  --preparing;
  if (made && *made) {
    auto& cgroup = next.who->cgroup = std::move(**made);
    next.who->note(cgroup.not_given);
    if (cgroup.kill_all && !kill_all_trees) kill_all_trees = std::move(cgroup.kill_all);
    cgroup.kill_all.reset();
  }
  if (!made)
    next.who->give_up(
        {errc::queue_full, next.who->cannot_start() + ": too much work for files waits already"});
  else if (!*made)
    next.who->give_up(
        {made->failure().code, next.who->cannot_start() + ": " + made->failure().detail});
  else if (!on_empty.empty())
    next.who->give_up({errc::stopping, "all servers are being stopped"});
  else
    waiting.push_front(std::move(next));
  pump();
  check_empty();
}

void process_io::state::end_cgroup(std::vector<std::string> directories,
                                   std::function<void(node_cgroups::farewell)> then) {
  ++cgroups_ending;
  const auto told = std::make_shared<node_cgroups::farewell>();
  pool([told, directories =
                  std::move(directories)] { *told = node_cgroups::end(directories, end_limit); },
       [self = shared_from_this(), told, then = std::move(then)] {
         --self->cgroups_ending;
         then(*told);
         self->check_empty();
       });
}

/// A server that crashes is started again at once: making and removing a cgroup would be a good
/// part of what that takes. So an empty one is kept for as long.
void process_io::state::rest_cgroup(const std::string& name, const limits_policy& limits,
                                    tree_cgroup cgroup) {
  cgroup.joins.clear();
  cgroup.home.reset();
  if (!on_empty.empty() || resting.size() >= resting_max || resting.contains(name))
    return end_cgroup(std::move(cgroup.directories), [](auto) {});
  resting.emplace(name, resting_cgroup{std::move(cgroup), limits,
                                       std::chrono::steady_clock::now() + resting_time});
  watch_resting();
}

/// @returns whether `next` has got the one of its predecessor
bool process_io::state::revive_cgroup(waiting_start& next) {
  if (!cgroups || next.who->limits.memory_bytes != 0) return false;
  const auto found = resting.extract(next.who->cgroup_name);
  if (!found) return false;
  auto& [cgroup, limits, until] = found.mapped();
  const auto& asked = next.who->limits;
  if (limits.pids != asked.pids || limits.pids_required != asked.pids_required ||
      limits.cpu != asked.cpu || !open_doors(cgroup)) {
    end_cgroup(std::move(cgroup.directories), [](auto) {});
    return false;
  }
  next.prepared = true;
  next.who->note(cgroup.not_given);
  next.who->cgroup = std::move(cgroup);
  return true;
}

void process_io::state::end_resting(std::chrono::steady_clock::time_point due) {
  for (auto at = resting.begin(); at != resting.end();) {
    if (at->second.until <= due) {
      end_cgroup(std::move(at->second.cgroup.directories), [](auto) {});
      at = resting.erase(at);
    } else {
      ++at;
    }
  }
}

void process_io::state::watch_resting() {
  if (resting_timer_set || resting.empty()) return;
  resting_timer_set = true;
  resting_timer.expires_after(resting_time);
  resting_timer.async_wait([weak = weak_from_this()](auto failed) {
    const auto self = weak.lock();
    if (!self) return;
    self->resting_timer_set = false;
    if (failed) return;
    self->end_resting(std::chrono::steady_clock::now());
    self->watch_resting();
  });
}

void process_io::state::kill_cgroup(std::vector<std::string> directories) {
  pool(
      [directories = std::move(directories)] {
        for (const auto& directory : directories) kill_in_cgroup(directory);
      },
      [] {});
}

/// A spawner that hangs before its first word would hold up every start.
void process_io::state::await_first_word() {
  first_word_timer.expires_after(start_time_max);
  first_word_timer.async_wait([weak = weak_from_this(), from = std::weak_ptr(client)](auto failed) {
    const auto self = weak.lock();
    const auto silent = from.lock();
    if (failed || !self || !silent || self->client != silent || silent->strength()) return;
    silent->close();
    self->on_lost();
  });
}

} // namespace toolscore
