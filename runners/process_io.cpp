#include "runners/process_io.hpp"

#include "runners/process_state_io.hpp"
#include "runners/spawner_plan.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <vector>

namespace toolscore {
namespace {

using namespace spawner;

/// Requests that the spawner has not answered. Descriptors under way count against the sender's
/// own limit, and a spawner's death costs the starts it had in hand.
constexpr std::size_t unanswered_max = 16;
/// Starts that wait for those; they hold no descriptors yet.
constexpr std::size_t waiting_max = 10'000;
hold to_hold(const std::optional<confinement>& wanted) {
  if (!wanted) return hold::strongest;
  switch (*wanted) {
  case confinement::pid_namespace:
    return hold::pid_namespace;
  case confinement::user_pid_namespace:
    return hold::user_namespace;
  case confinement::none:
    break;
  }
  return hold::sweep;
}

/// A write to a server that has died must be an error and not the node's end.
void ignore_broken_pipes() {
  struct sigaction present {};
  if (sigaction(SIGPIPE, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace

result<done> process_io::state::ensure_spawner() {
  if (client && client->running()) return done{};
  spawner_client::events hooks;
  hooks.on_reply = [weak = weak_from_this()](const spawn_reply& reply, descriptor pidfd) {
    if (const auto self = weak.lock()) self->on_reply(reply, std::move(pidfd));
  };
  hooks.on_strength = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->silent_spawners = 0;
    self->first_word_timer.cancel();
    if (self->spares) self->spares->refill();
    self->pump();
  };
  hooks.on_lost = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->on_lost();
  };
  hooks.is_known = [weak = weak_from_this()](pid_t pid) {
    const auto self = weak.lock();
    if (!self) return false;
    for (const auto& one : self->living)
      if (one->init_pid == pid) return true;
    return self->spares && self->spares->holds(pid);
  };
  client = std::make_shared<spawner_client>(io, std::move(hooks));
  const auto started = client->start(program);
  if (started) await_first_word();
  return started;
}

void process_io::state::when_due(std::function<void()> work) {
  next_round();
  news.push_back(std::move(work));
  if (news.size() == 1) take_news();
}

void process_io::state::next_round() {
  if (std::exchange(round_posted, true)) return;
  boost::asio::post(io, [self = shared_from_this()] {
    self->round_posted = false;
    self->news_taken = 0;
    self->take_news();
  });
}

void process_io::state::take_news() {
  while (!news.empty() && news_taken < news_a_round_max) {
    ++news_taken;
    const auto work = std::move(news.front());
    news.pop_front();
    work();
  }
  if (!news.empty()) next_round();
}

void process_io::state::pump() {
  while (!waiting.empty() && unanswered.size() + preparing < unanswered_max) {
    if (auto ready = ensure_spawner(); !ready) return fail_waiting(ready.failure());
    if (waits_for_word(waiting.front())) return;
    auto next = std::move(waiting.front());
    waiting.pop_front();
    if (!next.who->on_started) continue; // It has waited too long.
    if (!isolate(next)) continue;
    if (next.who->kept && (wait_for_kept(next) || adopt_kept(next))) continue;
    if (wants_cgroup(next) && !revive_cgroup(next))
      make_cgroup(std::move(next));
    else if (!begin(std::move(next)))
      return;
  }
}

/// @returns false when the spawner turned out to be dead: on_lost comes and goes on from there.
bool process_io::state::begin(waiting_start next) {
  const auto who = next.who;
  auto theirs = who->prepare(next.wire);
  if (!theirs) {
    who->give_up(theirs.failure());
    return true;
  }
  if (begin_with_spare(next, *theirs)) return true;
  if (const auto made = who->connect((*theirs)[control_fd]); !made) {
    who->give_up(made.failure());
    return true;
  }
  spawn_request request;
  request.number = ++last_number;
  request.wanted = next.wanted;
  request.keeps = who->keep_fds.empty() ? 0 : 1;
  request.joins = static_cast<std::uint32_t>(who->cgroup.joins.size());
  request.homes = who->cgroup.home ? 1 : 0;
  if (kill_all_trees && !client->guards()) client->guard(kill_all_trees);
  if (const int number = client->send(request, fds_of(*who, *theirs))) {
    // Nothing was sent, so trying again is safe; but not for ever with a spawner that keeps dying.
    const bool dead = number == EPIPE || number == ECONNRESET;
    if (dead && ++next.tries < tries_max)
      waiting.push_front(std::move(next));
    else
      who->give_up(
          {errc::spawn_failed,
           who->cannot_start() + ": the spawner is not to be reached: " + std::strerror(number)});
    return !dead;
  }
  unanswered.emplace(request.number, who);
  note_sent(who);
  return true;
}

std::vector<int> process_io::state::fds_of(const child_process::state& who,
                                           std::span<const descriptor> theirs) {
  std::vector<int> fds;
  for (const auto& fd : theirs)
    if (fd) fds.push_back(fd.get());
  for (const auto& fd : who.cgroup.joins) fds.push_back(fd.get());
  if (who.cgroup.home) fds.push_back(who.cgroup.home.get());
  for (const auto& fd : who.keep_fds) fds.push_back(fd.get());
  return fds;
}

void process_io::state::note_sent(const child& who) {
  who->cgroup.joins.clear();
  who->cgroup.home.reset();
  who->keep_fds.clear();
  while (!deadlines.empty()) { // Those at the front that have started need none any more.
    const auto oldest = deadlines.front().who.lock();
    if (oldest && oldest->on_started) break;
    deadlines.pop_front();
  }
  deadlines.push_back({std::chrono::steady_clock::now() + start_time_max, who});
  watch_deadlines();
  ended->wait();
  if (spares) spares->refill();
}

void process_io::state::on_reply(const spawn_reply& reply, descriptor pidfd) {
  if (spares && spares->answered(reply, pidfd)) return;
  const auto found = unanswered.extract(reply.number);
  if (!found) return; // Given up meanwhile: without its control socket the init ends.
  const auto who = found.mapped();
  if (reply.error != 0 || !pidfd) {
    const int number = reply.error != 0 ? reply.error : EMFILE; // The pidfd was dropped on its way.
    who->give_up({errc::spawn_failed, describe_failure(*who->plan, reply.failed, number)});
  } else {
    watch_living(who, notes ? notes->note(reply.init_pid) : tree_notes::no_place);
    who->adopt(reply, std::move(pidfd));
    if (who->kept && !who->is_empty() && note_kept(who, reply)) who->go();
  }
  pump();
}

void process_io::state::on_lost() {
  if (spares) spares->lose_spawner();
  const auto lost = std::exchange(unanswered, {});
  for (const auto& [number, who] : lost)
    who->give_up({errc::spawn_failed,
                  who->cannot_start() + ": the spawner died while it was at it; try again"});
  first_word_timer.cancel();
  if ((cgroups || isolating) && !client->strength() && ++silent_spawners >= tries_max) {
    silent_spawners = 0;
    fail_waiting({errc::spawn_failed, "cannot start anything: the spawner '" + program +
                                          "' ends as soon as it is started"});
  }
  pump();
  check_empty();
}

void process_io::state::fail_waiting(const error& why) {
  for (auto& one : std::exchange(waiting, {})) one.who->give_up(why);
  for (auto& one : std::exchange(behind_kept, {})) one.who->give_up(why);
}

void process_io::state::forget(const child& who) {
  living.erase(who);
  if (!behind_kept.empty()) {
    for (auto& one : std::exchange(behind_kept, {})) waiting.push_front(std::move(one));
    boost::asio::post(io, [self = shared_from_this()] { self->pump(); });
  }
  check_empty();
}

/// One timer for all starts under way: they have the same limit, so the oldest is due first.
void process_io::state::watch_deadlines() {
  if (timer_set || deadlines.empty()) return;
  timer_set = true;
  timer.expires_at(deadlines.front().at);
  timer.async_wait([weak = weak_from_this()](auto failed) {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_set = false;
    if (failed) return;
    const auto now = std::chrono::steady_clock::now();
    while (!self->deadlines.empty() && self->deadlines.front().at <= now) {
      const auto who = self->deadlines.front().who.lock();
      self->deadlines.pop_front();
      if (who && who->on_started) self->expire(who);
    }
    self->watch_deadlines();
  });
}

void process_io::state::expire(const child& who) {
  who->give_up({errc::spawn_failed, who->cannot_start() + ": no exec within " +
                                        std::to_string(start_time_max.count()) +
                                        " ms; it has been killed"});
  // Not even an answer: the spawner hangs, and what waits behind it would wait for ever.
  const bool unheard = std::any_of(unanswered.begin(), unanswered.end(),
                                   [&](const auto& one) { return one.second == who; });
  if (!unheard) return;
  client->close();
  on_lost();
}

void process_io::state::kill_all(std::function<void()> then) {
  on_empty.push_back(std::move(then));
  boost::asio::post(io, [self = shared_from_this()] {
    self->fail_waiting({errc::stopping, "all servers are being stopped"});
    self->end_resting(std::chrono::steady_clock::time_point::max());
    if (self->spares) self->spares->close();
    self->ended->release();
    for (const auto& [number, who] : self->unanswered) who->kill();
    for (const auto& who : std::set(self->living))
      if (!who->leave()) who->kill();
    self->check_empty();
  });
}

void process_io::state::check_empty() {
  if (!unanswered.empty() || !living.empty() || on_empty.empty()) return;
  if (preparing != 0 || cgroups_ending != 0 || (spares && !spares->empty())) return;
  boost::asio::post(io, [hooks = std::exchange(on_empty, {})] {
    for (const auto& hook : hooks) hook();
  });
}

process_io::process_io(boost::asio::io_context& io, std::string libexec_dir,
                       std::chrono::milliseconds start_time_max)
    : state_(std::make_shared<state>(io, std::move(libexec_dir), start_time_max)) {
  ignore_broken_pipes();
}

process_io::~process_io() {
  for (const auto& who : std::set(state_->living))
    if (!who->leave()) who->kill();
  state_->timer.cancel();
  state_->first_word_timer.cancel();
  state_->resting_timer.cancel();
  if (state_->spares) state_->spares->close();
  state_->ended->close();
  state_->bells->cancel();
  if (state_->client) state_->client->close();
  boost::asio::post(state_->io, [self = state_] {
    const error why{errc::stopping, "the node is stopping"};
    self->fail_waiting(why);
    for (const auto& [number, who] : std::exchange(self->unanswered, {})) who->give_up(why);
  });
}

void process_io::use_cgroups(std::shared_ptr<node_cgroups> cgroups, blocking_runner pool) {
  state_->cgroups = std::move(cgroups);
  state_->pool = std::move(pool);
}

void process_io::note_trees_in(tree_notes notes) {
  state_->notes = std::move(notes);
}

void process_io::spawn(const launch_plan& plan, spawn_options options, spawned then) {
  const auto refuse = [&](error why) {
    boost::asio::post(state_->io, [then = std::move(then), why = std::move(why)] { then(why); });
  };
  auto wire = to_wire(plan);
  if (!wire) return refuse(wire.failure());
  if (!state_->on_empty.empty()) return refuse({errc::stopping, "all servers are being stopped"});
  if (options.keep && !state_->kept_files)
    return refuse({errc::spawn_failed,
                   "it cannot be kept: this program keeps nothing beyond its own end; write "
                   "\"on_node_exit\": \"stop\""});
  if (state_->waiting.size() + state_->preparing + state_->behind_kept.size() >= waiting_max)
    return refuse({errc::queue_full, std::to_string(waiting_max) + " starts wait already"});
  const auto wanted = to_hold(options.held_by);
  const auto who = state_->make_child(plan, std::move(options));
  who->on_started = [weak = std::weak_ptr(who), then = std::move(then)](auto outcome) {
    if (!outcome) return then(outcome.failure());
    then(std::unique_ptr<hosted_process>(std::make_unique<child_process>(weak.lock())));
  };
  state_->waiting.push_back({who, std::move(*wire), wanted});
  // Not from here: `then` may be called by what fails at once.
  boost::asio::post(state_->io, [self = state_] { self->pump(); });
}

std::size_t process_io::alive() const {
  return state_->living.size() + state_->unanswered.size();
}

std::int64_t process_io::spawner_pid() const {
  return state_->client && state_->client->running() ? state_->client->pid() : 0;
}

void process_io::kill_all(std::function<void()> then) {
  state_->kill_all(std::move(then));
}

} // namespace toolscore
