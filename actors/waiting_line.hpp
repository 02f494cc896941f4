#pragma once
#include "messages/call.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string_view>

namespace toolscore {

/// Whose a call is, as far as sharing a server goes: a legacy client's session, else the principal.
std::string_view client_of(const call_request& request);

/// How many calls one client may have in flight on a server that has `in_flight_max` in all,
/// whatever the others do; as many stay free for whoever has fewer.
constexpr std::size_t client_share(std::size_t in_flight_max) noexcept {
  constexpr std::size_t share_max = 64;
  const std::size_t quarter = in_flight_max / 4;
  return quarter < 1 ? 1 : quarter < share_max ? quarter : share_max;
}

/// What a call waits for.
enum class waits_for : std::uint8_t {
  start, ///< Its instance is on its way.
  room,  ///< Others are in flight: as many as may be, or the one that a serial server takes.
};

struct waiting_call {
  call_request request;
  std::chrono::steady_clock::time_point deadline;
  waits_for why = waits_for::start;
  std::uint64_t round = 0; ///< Its client's n-th call that waits stands in the n-th round from now.
};

/// The calls that wait at one server, in the order in which they are served: one of each client,
/// then the next one of each, so that nobody stands behind all of another's. Pure.
class waiting_line {
public:
  using list = std::list<waiting_call>; // Empty, it takes no memory.
  using iterator = list::iterator;

  bool empty() const noexcept { return calls_.empty(); }
  std::size_t size() const noexcept { return calls_.size(); }
  iterator begin() noexcept { return calls_.begin(); }
  iterator end() noexcept { return calls_.end(); }

  /// Lets a call in. Where `max` wait already, the client with the most of them gives up its last
  /// one for a client that has fewer by more than one.
  /// @returns the call that there is no room for: that one, or the newcomer
  std::optional<waiting_call> add(waiting_call x, std::size_t max);
  /// Before all others: they had been served, in vain.
  void add_first(list&& calls);
  /// Takes one out; its round is over for whoever comes from now on.
  waiting_call take(iterator at);
  /// Takes one out that will not be served. @returns the one behind it
  iterator drop(iterator at) { return calls_.erase(at); }
  list take_all();

private:
  list calls_;
  std::uint64_t round_ = 0; ///< Of the last one that was served.
};

} // namespace toolscore
