#pragma once
#include "messages/relations.hpp"
#include "messages/server_state.hpp"
#include "messages/supervision.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace toolscore {

/// Where a server's installation stands.
enum class install_status : std::uint8_t { none, queued, cloning, building, installed, failed };
inline constexpr std::size_t install_status_count = 6;

/// What its supervisor last said about one of its replicas; of a server with several, what that
/// makes of them together.
enum class instances_status : std::uint8_t {
  none, ///< No supervisor yet.
  starting,
  ready,
  ending, ///< Asked to stop.
  backing_off,
  parked,
  finished, ///< Will not be started again.
  waiting,  ///< Its start is held back, for what it depends on or for its group.
  dozing,   ///< Asked to stop, to sleep.
  asleep,   ///< Idle for long; the next call starts it.
  degraded, ///< Of several: some are ready and some are not.
  locked,   ///< Parked until somebody logs in.
};
inline constexpr std::size_t instances_status_count = 12;

/// What the replicas of a server are together. Total; for a single one it is what that one is.
/// Once none is ready it is the state that has most hope: who is to start again speaks for those
/// that are parked or finished.
instances_status together(std::span<const instances_status> replicas) noexcept;

/// Whether each replica stands where it stays by itself: ready, parked, locked, finished or asleep.
/// Between them stands who starts, ends, or waits to start.
bool all_settled(std::span<const instances_status> replicas) noexcept;

/// The server's status, from nothing but its install, what is desired and its instances.
/// Total: every combination has an answer.
process_status status_of(install_status install, desired_state desired,
                         instances_status instances) noexcept;

/// What a report of the supervisor makes of the instances' status. Reports that say nothing about
/// it (an `ended` that a decision follows) leave it as it was.
/// @param login  its last instance ended for want of a login
instances_status after_report(instances_status now, child_event what, bool login = false) noexcept;

/// Whether the node need not wait for it to be ready itself.
/// @param comes_and_goes  it has served, and sleeps, wakes and is replaced as it was told to
bool is_decided(process_status status, desired_state desired, bool comes_and_goes) noexcept;

/// A server as the rule of the node's own end sees it.
struct significant_server {
  significance significant = significance::none;
  process_status status = process_status::queued;
  bool succeeded = false;
};
/// Whether the node is to end, as OTP's automatic shutdown: a server has ended for good once it is
/// completed, or parked as crash_loop, or its install failed.
/// @returns true for an end with success; nothing while the node goes on
std::optional<bool> node_end(const std::vector<significant_server>& servers);

/// The instance machine: one row a legal pair, everything else is a bug.
enum class instance_event : std::uint8_t {
  handshake_done,
  ping_missed,
  ping_answered,
  stop_asked,
  drained,
  process_gone
};
inline constexpr std::size_t instance_event_count = 6;
std::optional<instance_state> next(instance_state at, instance_event what) noexcept;

/// May a call be written to it, must it wait, or can it not be served?
enum class admission : std::uint8_t { serve, wait, refuse };
admission admit(process_status status) noexcept;

} // namespace toolscore
