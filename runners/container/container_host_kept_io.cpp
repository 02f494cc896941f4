// Containers that outlive their node, as the host spares, adopts and ends them.
#include "loop/log_io.hpp"
#include "runners/container/container_host_state_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <poll.h>

#include <algorithm>
#include <csignal>

namespace toolscore {
namespace {

bool has_ended(const kept_offer& offer) {
  pollfd end{offer.pidfd.get(), POLLIN, 0};
  return ::poll(&end, 1, 0) == 1;
}

void tell_gone(const kept_note& note) {
  log::write(log::level::warn, "node.kept_gone",
             {log::kv("server", note.id.server.value), log::kv("instance", note.id.number),
              log::kv("pid", note.init.pid),
              log::kv("reason", "it ended before it was adopted; its server starts anew")});
}

std::string label_of(const listed_container& one, std::string_view name) {
  const auto at = one.labels.find(std::string(name));
  return at == one.labels.end() ? std::string() : at->second;
}

} // namespace

/// One copy of what is kept at a time, and one container at a port of the host: what has ended has
/// it until its engine has let go of it.
bool container_host::state::must_wait(const child& who) const {
  const auto port = who->plan.container->port;
  return std::any_of(living.begin(), living.end(), [&](const child& one) {
    const bool same = who->kept && one->kept && one->identity.server == who->identity.server;
    return same || (port != 0 && one->plan.container->port == port && one->has_ended());
  });
}

/// @returns whether the start has been seen to: by what a former node kept, by the wait for the end
///          of one that is not to go on, or by a refusal, where the number was its own
bool container_host::state::see_to_former(const child& who) {
  const auto& server = who->identity.server;
  const auto& wanted = who->kept->note;
  const auto refuse = [&] {
    who->owner.on_started(
        error{errc::spawn_failed, "what a former node kept is no more to be adopted"});
    return true;
  };
  const auto found = offers.find(server);
  if (found == offers.end()) {
    const auto last = last_numbers.find(server);
    return last != last_numbers.end() && last->second == wanted.id.number && refuse();
  }
  const auto& note = found->second.its.note;
  const bool lives = !has_ended(found->second.its);
  if (lives && note.digest == wanted.digest && !found->second.unwanted) {
    const auto offer = std::move(offers.extract(found).mapped());
    who->kept->note = offer.its.note;
    who->engine_name = engine_name;
    hold(who);
    who->adopt(offer.container);
    return true;
  }
  const bool was_it = note.id == wanted.id;
  if (!lives) tell_gone(note);
  end_offer(server, std::chrono::milliseconds(0), {});
  if (was_it) return refuse();
  behind.push_back(who);
  return true;
}

/// By its labels alone: a note without its container is of one that is no more.
bool container_host::state::spare(const listed_container& one) {
  const auto found = offers.find(label_of(one, container_label::server));
  if (found == offers.end()) return false;
  const auto& note = found->second.its.note;
  if (label_of(one, container_label::instance) != std::to_string(note.id.number) ||
      label_of(one, container_label::kept) != note.digest)
    return false;
  found->second.container = one.id;
  return true;
}

void container_host::state::forget_lost() {
  for (auto one = offers.begin(); one != offers.end();) {
    const auto& [server, offer] = *one;
    if (!offer.container.empty()) {
      ++one;
      continue;
    }
    auto& last = last_numbers[server];
    last = std::max(last, offer.its.note.id.number);
    tell_gone(offer.its.note);
    kept_files->forget(offer.its.note.id);
    one = offers.erase(one);
  }
}

/// Asked first, then killed; the engine has shown it.
void container_host::state::end_offer(const std::string& server, std::chrono::milliseconds term,
                                      std::function<void()> then) {
  auto found = offers.extract(server);
  if (!found) {
    if (then) then();
    return;
  }
  auto& note = found.mapped().its.note;
  auto& last = last_numbers[server];
  last = std::max(last, note.id.number);
  launch_plan plan; // Of what it was started from nothing is wanted any more.
  plan.name = server;
  plan.container = container_launch{};
  plan.container->port = note.port;
  spawn_options how;
  how.no_stdin = true;
  const auto who = std::make_shared<hosted_container::state>(
      io, engine, plan, how, container_identity{options.node, server, note.id.number, 0, {}});
  who->kept = hosted_container::state::keeping{kept_files, note, true};
  hold(who);
  if (then)
    who->owner.on_removed = [gone = who->owner.on_removed, then = std::move(then)] {
      gone();
      then();
    };
  who->end_former(found.mapped().container, term);
}

bool container_host::state::end_kept(const std::string& server, std::chrono::milliseconds term,
                                     std::function<void()> then) {
  const auto found = offers.find(server);
  if (leaving || found == offers.end() || std::exchange(found->second.unwanted, true)) return false;
  on_looked.push_back([self = weak_from_this(), server, term,
                       then = std::move(then)](const std::optional<error>& failed) {
    const auto all = self.lock();
    if (!all) return;
    if (!failed) return all->end_offer(server, term, then);
    // Its engine is away: it is ended without it, and removed by whoever finds it.
    if (const auto offer = all->offers.find(server); offer != all->offers.end())
      pidfd_send_signal(offer->second.its.pidfd.get(), SIGKILL, nullptr, 0);
    if (then) then();
  });
  if (at == former::none)
    boost::asio::post(io, [self = shared_from_this()] { self->looked(std::nullopt); });
  else
    look();
  return true;
}

void container_host::keep(kept_trees files, std::vector<kept_offer> offers,
                          std::map<std::string, std::uint64_t> last) {
  state_->last_numbers = std::move(last);
  state_->kept_files = std::make_shared<const kept_trees>(std::move(files));
  for (auto& offer : offers) {
    const auto server = offer.note.id.server.value;
    state_->offers.emplace(server, state::offered{std::move(offer), {}, false});
  }
}

void container_host::let_kept_go() {
  state_->leaving = true;
}

std::optional<kept_instance> container_host::kept(const server_id& server) const {
  const auto found = state_->offers.find(server.value);
  if (found == state_->offers.end() || found->second.unwanted || has_ended(found->second.its))
    return std::nullopt;
  const auto& note = found->second.its.note;
  return kept_instance{note.id.number, note.digest, note.port};
}

std::uint64_t container_host::last_kept(const server_id& server) const {
  const auto found = state_->last_numbers.find(server.value);
  const auto last = found == state_->last_numbers.end() ? 0 : found->second;
  const auto offer = state_->offers.find(server.value);
  return offer == state_->offers.end() ? last : std::max(last, offer->second.its.note.id.number);
}

bool container_host::end_kept(const server_id& server, std::chrono::milliseconds term,
                              std::function<void()> then) {
  return state_->end_kept(server.value, term, std::move(then));
}

} // namespace toolscore
