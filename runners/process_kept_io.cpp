// Trees that outlive their node, as process_io starts, adopts and ends them.
#include "loop/log_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/process_state_io.hpp"

#include <poll.h>

#include <algorithm>
#include <csignal>

namespace toolscore {
namespace {

bool has_ended(const kept_offer& offer) {
  pollfd end{offer.pidfd.get(), POLLIN, 0};
  return ::poll(&end, 1, 0) == 1;
}

/// It lived when this node looked for what a former one had kept.
void tell_gone(const kept_note& note, bool ended) {
  log::write(
      log::level::warn, "node.kept_gone",
      {log::kv("server", note.id.server.value), log::kv("instance", note.id.number),
       log::kv("pid", note.init.pid),
       log::kv("reason", ended ? "it ended before it was adopted; its server starts anew"
                               : "it does not answer and is ended; its server starts anew")});
}

} // namespace

/// Its init waits: nothing of the tree runs before the note is on the disk.
bool process_io::state::note_kept(const child& who, const spawner::spawn_reply& reply) {
  auto& note = who->kept->note;
  note.init.pid = reply.init_pid;
  note.init.start_time = start_time_of(reply.init_pid);
  note.init.boot_id = boot_id();
  note.held = who->held;
  note.cgroups = who->cgroup.directories;
  note.cgroup_words = who->cgroup.words;
  note.not_given = who->not_given;
  auto written = note.init.start_time != 0
                     ? who->kept->files->note(note)
                     : error{errc::io_failed, "/proc does not tell when its init was born"};
  if (!written)
    who->give_up({errc::spawn_failed,
                  "cannot keep '" + note.id.server.value + "': " + written.failure().detail});
  return static_cast<bool>(written);
}

/// One copy at a time: what of the server is not known to be empty comes to its end first. One of
/// the same number has the same files until it is reaped.
bool process_io::state::wait_for_kept(waiting_start& next) {
  const auto& id = next.who->kept->note.id;
  const bool lives = std::any_of(living.begin(), living.end(), [&](const child& one) {
    return one->kept && one->kept->note.id.server == id.server &&
           (!one->is_empty() || one->kept->note.id == id);
  });
  if (!lives) return false;
  deadlines.push_back({std::chrono::steady_clock::now() + start_time_max, next.who});
  behind_kept.push_back(std::move(next));
  watch_deadlines();
  return true;
}

/// @returns whether the start has been seen to: by the tree that a former node kept, by the wait
///          for the end of one that is not to go on, or by a refusal, where the number was its own
bool process_io::state::adopt_kept(waiting_start& next) {
  const auto& wanted = next.who->kept->note;
  const auto found = offers.find(wanted.id.server.value);
  if (found == offers.end()) return false;
  const auto& note = found->second.note;
  auto connection = note.digest == wanted.digest ? kept_files->connect(note) : descriptor{};
  if (!connection) {
    const bool dead = has_ended(found->second);
    const bool was_it = note.id == wanted.id;
    if (dead || was_it) tell_gone(note, dead);
    if (dead) next.who->log->catch_up(kept_files->take_away_log(note.id));
    end_kept(found->first, next.who->kept->term, {});
    if (!was_it) return wait_for_kept(next);
    next.who->give_up({errc::spawn_failed, "what a former node kept is no more to be adopted"});
    return true;
  }
  auto offer = std::move(offers.extract(found).mapped());
  watch_living(next.who, tree_notes::no_place);
  deadlines.push_back({std::chrono::steady_clock::now() + start_time_max, next.who});
  next.who->take_over(std::move(offer), std::move(connection));
  watch_deadlines();
  return true;
}

/// Asked first, then killed. Without a connection it can only be killed.
bool process_io::state::end_kept(const std::string& server, std::chrono::milliseconds term,
                                 std::function<void()> then) {
  auto found = offers.extract(server);
  if (!found) return false;
  auto& last = last_kept[server];
  last = std::max(last, found.mapped().note.id.number);
  launch_plan plan; // Of what it was started from nothing is wanted any more.
  plan.argv = {server};
  plan.name = server;
  spawn_options options;
  options.keep = kept_as{found.mapped().note.id, {}, 0, term};
  const auto who = make_child(plan, std::move(options));
  who->cgroup_rests = false;
  if (then) who->set_exit_hook([then = std::move(then)](const process_exit&) { then(); });
  watch_living(who, tree_notes::no_place);
  auto connection = kept_files->connect(found.mapped().note);
  who->take_over(std::move(found.mapped()), std::move(connection));
  who->signal(SIGTERM);
  const auto patience = std::make_shared<boost::asio::steady_timer>(io, term);
  patience->async_wait([patience, weak = std::weak_ptr(who)](auto failed) {
    if (const auto still = weak.lock(); !failed && still) still->kill();
  });
  return true;
}

void process_io::keep_trees_in(kept_trees files, std::vector<kept_offer> offers,
                               std::map<std::string, std::uint64_t> last) {
  state_->last_kept = std::move(last);
  state_->kept_files = std::make_shared<const kept_trees>(std::move(files));
  for (auto& offer : offers) {
    const auto server = offer.note.id.server.value;
    state_->end_kept(server, stop_policy{}.term, {}); // Two of one server are one too many.
    state_->offers.emplace(server, std::move(offer));
  }
}

void process_io::let_kept_go() {
  state_->leaving = true;
}

std::optional<kept_instance> process_io::kept(const server_id& server) const {
  const auto found = state_->offers.find(server.value);
  if (found == state_->offers.end() || has_ended(found->second)) return std::nullopt;
  const auto& note = found->second.note;
  return kept_instance{note.id.number, note.digest, note.port};
}

std::uint64_t process_io::last_kept(const server_id& server) const {
  const auto found = state_->last_kept.find(server.value);
  const auto last = found == state_->last_kept.end() ? 0 : found->second;
  const auto offer = state_->offers.find(server.value); // What starts next tells of its end.
  return offer == state_->offers.end() ? last : std::max(last, offer->second.note.id.number);
}

bool process_io::end_kept(const server_id& server, std::chrono::milliseconds term,
                          std::function<void()> then) {
  return !state_->leaving && state_->end_kept(server.value, term, std::move(then));
}

} // namespace toolscore
