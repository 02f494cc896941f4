#include "actors/coordination.hpp"

#include <algorithm>
#include <utility>

namespace toolscore {
namespace {

bool is_up(process_status status) noexcept {
  return status == process_status::starting || status == process_status::ready ||
         status == process_status::degraded || status == process_status::stopping;
}

/// It runs, or is to run again by itself, so what it needs must be there.
bool leans(process_status status) noexcept {
  return is_up(status) || status == process_status::waiting ||
         status == process_status::backing_off;
}

const char* words_of(dependency_condition condition) noexcept {
  switch (condition) {
  case dependency_condition::started:
    return "to start";
  case dependency_condition::ready:
    return "to be ready";
  case dependency_condition::completed:
    return "to complete";
  }
  return "";
}

} // namespace

bool satisfies(process_status status, bool running, bool succeeded,
               dependency_condition condition) noexcept {
  // One that sleeps is woken for whom needs it.
  const bool serves = status == process_status::ready || status == process_status::degraded;
  const bool completed = status == process_status::completed && succeeded;
  switch (condition) {
  case dependency_condition::started:
    return serves || completed || (running && status == process_status::starting);
  case dependency_condition::ready:
    return serves;
  case dependency_condition::completed:
    return completed;
  }
  return false;
}

coordination::coordination(std::shared_ptr<const relations> all, std::size_t starts_max)
    : all_(std::move(all)), gate_(starts_max) {}

void coordination::queue(const start_request& request, steps& out) {
  queued_.push_back(request);
  grant(gate_.ask(request.start), out);
}

/// While it stood in the gate's line, what it needs may have ended, or its group may have begun to
/// restart: then it waits once more and the next has its place.
void coordination::grant(std::vector<start_gate::start> starts, steps& out) {
  while (!starts.empty()) {
    std::vector<start_gate::start> next;
    for (auto& start : starts) {
      const auto at = std::find_if(queued_.begin(), queued_.end(),
                                   [&](const auto& x) { return x.start == start; });
      const auto request = *at;
      queued_.erase(at);
      const bool restarts = in_run(request.server);
      auto obstacle = restarts ? std::string{} : obstacle_of(request.server);
      if (!restarts && obstacle.empty()) {
        out.emplace_back(std::in_place_type<grant_start>, std::move(start)); // As in cycle().
        continue;
      }
      defer(request, std::move(obstacle), out);
      for (auto& other : gate_.release(start)) next.push_back(std::move(other));
    }
    starts = std::move(next);
  }
}

bool coordination::in_run(const std::string& server) const {
  return std::any_of(runs_.begin(), runs_.end(), [&](const auto& run) {
    return std::find(run.start.begin(), run.start.end(), server) != run.start.end();
  });
}

std::string coordination::obstacle_of(const std::string& server) const {
  const auto needs = all_->needs.find(server);
  if (needs == all_->needs.end()) return {};
  for (const auto& [other, condition] : needs->second) {
    // A file that was edited since can have taken away what an added server needs.
    if (all_->needs.count(other) == 0)
      return "waits for \"" + other +
             "\", but there is no such server; add it, or remove this one "
             "and add it without depends_on." +
             other;
    if (condition == dependency_condition::completed && all_->permanent.count(other) != 0)
      return "waits for \"" + other +
             "\" to complete, but it is permanent and never does; make it "
             "transient, or depend on \"ready\"";
    const auto at = servers_.find(other);
    const auto now = at == servers_.end() ? standing{} : at->second;
    if (!satisfies(now.status, now.running, now.succeeded, condition))
      return "waits for \"" + other + "\" " + words_of(condition) + "; it is " +
             to_string(now.status);
  }
  return {};
}

void coordination::begin_run(const start_request& request, steps& out) {
  auto plan = plan_group_restart(*all_, request.server);
  std::set<std::string> up;
  for (const auto& server : plan.stop)
    if (const auto at = servers_.find(server); at != servers_.end() && is_up(at->second.status))
      up.insert(server);
  if (up.empty()) return;
  // Replicas of it that still start end with it, before what it needs.
  if (!request.last) up.insert(request.server);
  runs_.push_back({std::move(plan.start), stop_sequence(*all_, up)});
  cycle(runs_.back().stops.begin(), out);
}

void coordination::cycle(const std::vector<std::string>& servers, steps& out) {
  for (const auto& server : servers)
    if (cycling_.insert(server).second) // In place: g++ 12 warns in vain about a moved variant.
      out.emplace_back(std::in_place_type<cycle_server_now>, server);
}

coordination::steps coordination::ask(const start_request& request) {
  steps out;
  // It serves no more, whatever was told of it last.
  if (const auto at = servers_.find(request.server); request.alone && at != servers_.end()) {
    auto& x = at->second;
    if (satisfies(x.status, x.running, x.succeeded, dependency_condition::started))
      x = {process_status::starting, x.running && !request.last, false};
  }
  if (request.restart && !in_run(request.server)) begin_run(request, out);
  if (in_run(request.server)) {
    deferred_.push_back({request, {}});
    return out;
  }
  auto obstacle = obstacle_of(request.server);
  if (obstacle.empty()) {
    queue(request, out);
    return out;
  }
  defer(request, std::move(obstacle), out);
  return out;
}

/// An empty obstacle: only the restart of its group is in the way, which ends by itself.
void coordination::defer(const start_request& request, std::string obstacle, steps& out) {
  if (!obstacle.empty()) {
    out.push_back(defer_start{request.start, obstacle});
    for (const auto& [other, condition] : all_->needs.find(request.server)->second)
      if (const auto at = servers_.find(other);
          at != servers_.end() && at->second.status == process_status::asleep)
        out.push_back(wake_server_now{other});
  }
  deferred_.push_back({request, std::move(obstacle)});
}

bool coordination::is_needed(const std::string& server) const {
  const auto asks = [](const auto& all, const std::string& other, auto name_of) {
    return std::any_of(all.begin(), all.end(), [&](const auto& x) { return name_of(x) == other; });
  };
  for (const auto& [other, needs] : all_->needs) {
    const auto need = needs.find(server);
    if (need == needs.end() || need->second == dependency_condition::completed) continue;
    const auto at = servers_.find(other);
    if (at != servers_.end() && leans(at->second.status)) return true;
    if (asks(queued_, other, [](const auto& x) { return x.server; }) ||
        asks(deferred_, other, [](const auto& x) { return x.request.server; }))
      return true;
  }
  return false;
}

void coordination::let_sleepers(steps& out) {
  for (auto at = sleepers_.begin(); at != sleepers_.end();) {
    if (is_needed(*at)) {
      ++at;
      continue;
    }
    // From here on nobody starts on its strength.
    servers_[*at] = {process_status::stopping, false, false};
    out.push_back(let_sleep{*at});
    at = sleepers_.erase(at);
  }
}

coordination::steps coordination::wants_sleep(const std::string& server) {
  steps out;
  sleepers_.insert(server);
  let_sleepers(out);
  return out;
}

coordination::steps coordination::release(const start_gate::start& ended) {
  steps out;
  if (!gate_.holds(ended)) { // Who holds its permit waits nowhere any more.
    std::erase_if(deferred_, [&](const auto& x) { return x.request.start == ended; });
    std::erase_if(queued_, [&](const auto& x) { return x.start == ended; });
  }
  grant(gate_.release(ended), out);
  return out;
}

coordination::steps coordination::forget(std::uint64_t asker) {
  steps out;
  std::erase_if(deferred_, [&](const auto& x) { return x.request.start.asker == asker; });
  std::erase_if(queued_, [&](const auto& x) { return x.start.asker == asker; });
  grant(gate_.forget(asker), out);
  return out;
}

coordination::steps coordination::on_state(const state_changed& state) {
  steps out;
  servers_[state.server.value] = {state.to, state.running, state.succeeded};
  if (state.to != process_status::ready && state.to != process_status::degraded)
    sleepers_.erase(state.server.value);
  look_again(out);
  let_sleepers(out);
  return out;
}

coordination::steps coordination::cycled(const std::string& server) {
  steps out;
  if (cycling_.erase(server) == 0) return out;
  for (auto& run : runs_) cycle(run.stops.stopped(server), out);
  std::vector<std::string> order;
  for (const auto& run : runs_)
    if (run.stops.done()) order.insert(order.end(), run.start.begin(), run.start.end());
  std::erase_if(runs_, [](const auto& run) { return run.stops.done(); });
  const auto place = [&](const held_back& x) {
    return std::find(order.begin(), order.end(), x.request.server) - order.begin();
  };
  std::stable_sort(deferred_.begin(), deferred_.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  look_again(out);
  return out;
}

void coordination::look_again(steps& out) {
  if (deferred_.empty()) return;
  std::vector<held_back> left;
  for (auto& entry : std::exchange(deferred_, {})) {
    if (in_run(entry.request.server)) {
      left.push_back(std::move(entry));
      continue;
    }
    auto obstacle = obstacle_of(entry.request.server);
    if (obstacle.empty()) {
      queue(entry.request, out);
      continue;
    }
    if (obstacle == entry.reason) {
      left.push_back(std::move(entry));
      continue;
    }
    defer(entry.request, std::move(obstacle), out);
    left.push_back(std::move(deferred_.back()));
    deferred_.pop_back();
  }
  for (auto& entry : deferred_)
    left.push_back(std::move(entry)); // They came out of the gate's line.
  deferred_ = std::move(left);
}

} // namespace toolscore
