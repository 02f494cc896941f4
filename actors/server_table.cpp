#include "actors/server_table.hpp"

#include <algorithm>
#include <array>

namespace toolscore {
namespace {

struct transition {
  instance_state at;
  instance_event what;
  instance_state to;
};

// The whole life of an instance; a pair that is not listed is illegal.
constexpr std::array transitions{
    transition{instance_state::starting, instance_event::handshake_done, instance_state::ready},
    transition{instance_state::starting, instance_event::stop_asked, instance_state::stopping},
    transition{instance_state::starting, instance_event::process_gone, instance_state::gone},
    transition{instance_state::ready, instance_event::ping_missed, instance_state::unhealthy},
    transition{instance_state::ready, instance_event::ping_answered, instance_state::ready},
    transition{instance_state::ready, instance_event::stop_asked, instance_state::draining},
    transition{instance_state::ready, instance_event::process_gone, instance_state::gone},
    transition{instance_state::unhealthy, instance_event::ping_missed, instance_state::unhealthy},
    transition{instance_state::unhealthy, instance_event::ping_answered, instance_state::ready},
    transition{instance_state::unhealthy, instance_event::stop_asked, instance_state::draining},
    transition{instance_state::unhealthy, instance_event::process_gone, instance_state::gone},
    transition{instance_state::draining, instance_event::ping_answered, instance_state::draining},
    transition{instance_state::draining, instance_event::ping_missed, instance_state::draining},
    transition{instance_state::draining, instance_event::stop_asked, instance_state::draining},
    transition{instance_state::draining, instance_event::drained, instance_state::stopping},
    transition{instance_state::draining, instance_event::process_gone, instance_state::gone},
    transition{instance_state::stopping, instance_event::handshake_done, instance_state::stopping},
    transition{instance_state::stopping, instance_event::ping_answered, instance_state::stopping},
    transition{instance_state::stopping, instance_event::ping_missed, instance_state::stopping},
    transition{instance_state::stopping, instance_event::stop_asked, instance_state::stopping},
    transition{instance_state::stopping, instance_event::drained, instance_state::stopping},
    transition{instance_state::stopping, instance_event::process_gone, instance_state::gone},
};

process_status of_instances(instances_status instances) noexcept {
  switch (instances) {
  case instances_status::none:
  case instances_status::starting:
    return process_status::starting;
  case instances_status::ready:
    return process_status::ready;
  case instances_status::degraded:
    return process_status::degraded;
  case instances_status::ending:
  case instances_status::dozing:
    return process_status::stopping;
  case instances_status::asleep:
    return process_status::asleep;
  case instances_status::backing_off:
    return process_status::backing_off;
  case instances_status::parked:
    return process_status::crash_loop;
  case instances_status::finished:
    return process_status::completed;
  case instances_status::waiting:
    return process_status::waiting;
  case instances_status::locked:
    return process_status::needs_login;
  }
  return process_status::failed;
}

// Where none is ready, the first of these that any replica is in is what they are together.
constexpr std::array most_hope{instances_status::ending,      instances_status::dozing,
                               instances_status::starting,    instances_status::waiting,
                               instances_status::backing_off, instances_status::none,
                               instances_status::locked,      instances_status::parked,
                               instances_status::asleep,      instances_status::finished};

} // namespace

instances_status together(std::span<const instances_status> replicas) noexcept {
  const auto any = [&](instances_status wanted) {
    return std::find(replicas.begin(), replicas.end(), wanted) != replicas.end();
  };
  const auto ready = std::count(replicas.begin(), replicas.end(), instances_status::ready);
  if (ready != 0 && static_cast<std::size_t>(ready) == replicas.size())
    return instances_status::ready;
  if (ready != 0 || any(instances_status::degraded)) return instances_status::degraded;
  for (const auto status : most_hope)
    if (any(status)) return status;
  return instances_status::none;
}

bool all_settled(std::span<const instances_status> replicas) noexcept {
  return std::all_of(replicas.begin(), replicas.end(), [](instances_status x) {
    return x == instances_status::ready || x == instances_status::parked ||
           x == instances_status::locked || x == instances_status::finished ||
           x == instances_status::asleep;
  });
}

process_status status_of(install_status install, desired_state desired,
                         instances_status instances) noexcept {
  if (desired == desired_state::stopped) {
    const bool down =
        instances == instances_status::none || instances == instances_status::finished ||
        instances == instances_status::parked || instances == instances_status::locked ||
        instances == instances_status::asleep;
    return down ? process_status::stopped : process_status::stopping;
  }
  switch (install) {
  case install_status::none:
  case install_status::queued:
    return process_status::queued;
  case install_status::cloning:
    return process_status::cloning;
  case install_status::building:
    return process_status::building;
  case install_status::failed:
    return process_status::failed;
  case install_status::installed:
    return of_instances(instances);
  }
  return process_status::failed;
}

instances_status after_report(instances_status now, child_event what, bool login) noexcept {
  // Whatever its supervisor still does with it, it has been told to end it.
  if (now == instances_status::dozing)
    return what == child_event::finished ? instances_status::asleep : now;
  switch (what) {
  case child_event::starting:
  case child_event::restarting:
    return instances_status::starting;
  case child_event::ready:
    return instances_status::ready;
  case child_event::ended:
    return now;
  case child_event::backing_off:
    return instances_status::backing_off;
  case child_event::parked:
    return login ? instances_status::locked : instances_status::parked;
  case child_event::finished:
    return instances_status::finished;
  case child_event::waiting:
    return instances_status::waiting;
  }
  return now;
}

bool is_decided(process_status status, desired_state desired, bool comes_and_goes) noexcept {
  switch (status) {
  case process_status::ready:
  case process_status::degraded: // It serves.
  case process_status::asleep:
  case process_status::crash_loop:
  case process_status::needs_login:
  case process_status::failed:
  case process_status::completed:
  case process_status::stopped:
    return true;
  case process_status::waiting:
  case process_status::starting:
  case process_status::stopping:
    return comes_and_goes && desired == desired_state::running;
  case process_status::queued:
  case process_status::cloning:
  case process_status::building:
  case process_status::backing_off:
    return false;
  }
  return false;
}

std::optional<bool> node_end(const std::vector<significant_server>& servers) {
  bool open = false;
  std::optional<bool> all;
  for (const auto& x : servers) {
    if (x.significant == significance::none) continue;
    const bool ended = x.status == process_status::completed ||
                       x.status == process_status::crash_loop || x.status == process_status::failed;
    const bool success = x.status == process_status::completed && x.succeeded;
    if (x.significant == significance::any && ended) return success;
    if (x.significant != significance::all) continue;
    open = open || !ended;
    all = all.value_or(true) && success;
  }
  return open ? std::nullopt : all;
}

std::optional<instance_state> next(instance_state at, instance_event what) noexcept {
  for (const auto& row : transitions)
    if (row.at == at && row.what == what) return row.to;
  return std::nullopt;
}

admission admit(process_status status) noexcept {
  switch (status) {
  case process_status::ready:
  case process_status::degraded:
    return admission::serve;
  case process_status::queued:
  case process_status::cloning:
  case process_status::building:
  case process_status::waiting:
  case process_status::starting:
  case process_status::asleep:
  case process_status::backing_off:
    return admission::wait;
  case process_status::crash_loop:
  case process_status::needs_login:
  case process_status::failed:
  case process_status::completed:
  case process_status::stopping:
  case process_status::stopped:
    return admission::refuse;
  }
  return admission::refuse;
}

} // namespace toolscore
