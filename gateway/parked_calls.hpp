#pragma once
#include "mcp/state_seal.hpp"
#include "messages/exchange.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace toolscore {

class asking_exchange;

using mcp::call_identity;

struct parking_limits {
  std::chrono::milliseconds gather{30}; ///< For the questions that come with the first one.
  std::chrono::milliseconds patience{5 * 60'000};
  std::size_t calls_max = 1'000;
  /// For so long a client may go on from a modern server's requestState.
  std::chrono::milliseconds state_life{60 * 60'000};
};

/// The calls of modern clients whose legacy server waits for the client's answer. Each waits under
/// an unguessable state, which the client sends back with its answers; it is bound to the principal
/// and to the call, used once, and forgotten after a while, when the server is told that nobody
/// answers. Pure: ids and timers are given. On the loop's thread.
class parked_calls {
public:
  using timer = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  using time_point = std::chrono::steady_clock::time_point;
  parked_calls(parking_limits limits, std::function<std::string()> random_id, timer after,
               std::function<time_point()> now);

  /// The way back of a call in which its server may ask. `id_raw` is the request's.
  exchange_ptr begin(exchange_ptr sink, std::string id_raw, call_identity call);

  /// A request that goes on: the same call with answers.
  struct retry {
    exchange_ptr sink;
    std::string id_raw;
    std::string token_raw; ///< Its progress token; empty = none.
    call_identity call;
    std::string params; ///< The whole object.
  };
  /// True for a state that was given by us.
  static bool is_ours(std::string_view state) noexcept;
  /// Ends `again.sink` with an error where the state is unknown or another call's.
  /// @returns why, in one line; empty = the call goes on
  std::string resume(const std::string& state, retry again);

  std::size_t size() const noexcept { return parked_.size(); }

private:
  friend class asking_exchange;
  bool full() const noexcept { return parked_.size() >= limits_.calls_max; }
  std::string park(std::shared_ptr<asking_exchange> call);
  std::shared_ptr<asking_exchange> take(const std::string& state);
  void arm();
  void expire();

  struct parked {
    std::shared_ptr<asking_exchange> call;
    std::list<std::pair<time_point, std::string>>::iterator place;
  };
  parking_limits limits_;
  std::function<std::string()> random_id_;
  timer after_;
  std::function<time_point()> now_;
  std::unordered_map<std::string, parked> parked_;
  std::list<std::pair<time_point, std::string>> by_time_; ///< Deadline and state, the first first.
  bool armed_ = false;                                    ///< The one timer runs.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace toolscore
