#pragma once
#include "messages/call.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolscore {

/// Why the owner itself asked the server something.
enum class own_request : std::uint8_t { none, ping, list };

/// What the server asked the caller, who has not answered yet.
struct open_question {
  std::string id;           ///< Raw, as the server sent it.
  std::uint64_t number = 0; ///< Of the exchange.
};

/// A call that was given up while its server may still be at it.
struct given_up_call {
  std::int64_t id = 0;
  std::uint64_t instance = 0;
  std::string session;                         ///< Empty = it had none.
  std::chrono::steady_clock::time_point until; ///< It is forgotten then.
};

/// One request that an instance owes an answer to.
struct pending_call {
  call_request request; ///< Empty reply for the owner's own requests.
  own_request own = own_request::none;
  std::uint64_t instance = 0;
  std::uint32_t replica = 0; ///< Its place among the server's replicas.
  std::uint64_t line = 0;    ///< Its number on the instance's link.
  std::chrono::steady_clock::time_point written;
  std::chrono::steady_clock::time_point deadline;
  std::chrono::steady_clock::time_point deadline_max; ///< Progress never extends it past this.
  std::vector<open_question> questions;               ///< While there are any, the clock stands.
  std::chrono::steady_clock::time_point asked_at;     ///< Since then.
  std::chrono::steady_clock::time_point max_before;   ///< `deadline_max` as it was.
  std::string unasked; ///< What the server wanted to ask and the caller has not declared.
};

/// A call that was taken out of its table, where it stood: it is big, and is not moved for that.
/// Empty where there was none.
class taken_call {
public:
  using node = std::unordered_map<std::int64_t, pending_call>::node_type;
  taken_call() = default;
  explicit taken_call(node held) noexcept : held_(std::move(held)) {}
  explicit operator bool() const noexcept { return !held_.empty(); }
  pending_call& operator*() const { return held_.mapped(); }
  pending_call* operator->() const { return &held_.mapped(); }

private:
  node held_;
};

/// The calls in flight on one server, by the id we gave them upstream. Ids are never used twice, so
/// a late answer to a call that was given up finds nothing. Pure: time is an argument.
class call_table {
public:
  using clock = std::chrono::steady_clock;

  explicit call_table(std::size_t in_flight_max, std::size_t replicas = 1)
      : in_flight_max_(in_flight_max), callers_of_(replicas) {}

  /// The next upstream id; the owner's own requests do not count against the limit.
  std::int64_t next_id() const noexcept { return next_id_; }
  /// An id for a request that has no place in this table.
  std::int64_t take_id() noexcept { return next_id_++; }
  bool full() const noexcept { return callers_ >= in_flight_max_; }
  std::size_t callers() const noexcept { return callers_; }
  std::size_t callers_of(std::size_t replica) const { return callers_of_.at(replica); }
  /// There are `replicas` places now.
  void make_room(std::size_t replicas) {
    if (callers_of_.size() < replicas) callers_of_.resize(replicas);
  }
  bool empty() const noexcept { return calls_.empty(); }

  /// Enters a call under next_id() and returns that id.
  std::int64_t enter(pending_call&& call);
  /// Null where the id is unknown: answered, given up, or never ours.
  pending_call* find(std::int64_t id);
  taken_call take(std::int64_t id);
  /// The id of the call that `reply` waits for.
  std::optional<std::int64_t> id_of(const exchange* reply) const;

  /// The call that a server's own word belongs to, as far as that is certain: the only one on that
  /// instance in which a server may ask, or the oldest where all are of one session. One that was
  /// given up a little while ago counts, for the word may be about it.
  std::optional<std::int64_t> asker(std::uint64_t instance, clock::time_point now) const;
  /// Whether calls in which a server may ask are in flight on that instance.
  bool may_be_asked(std::uint64_t instance) const;
  /// For so long a server that was told that nobody waits for a call may still ask about it.
  static constexpr std::chrono::seconds given_up_memory{30};
  void give_up(std::int64_t id, const pending_call& call, clock::time_point now);
  /// A late answer: with it that call is over for its server, too.
  void answered_late(std::int64_t id);
  /// Whether calls of that instance were given up a little while ago.
  bool was_given_up(std::uint64_t instance, clock::time_point now) const;
  /// Of one client, as client_of() tells them apart.
  std::size_t in_flight_of(std::string_view client) const;
  /// The call in which the server of `instance` asked by that id, null if there is none.
  pending_call* with_question(std::uint64_t instance, std::string_view id_raw);

  std::vector<std::pair<std::int64_t, pending_call>> take_instance(std::uint64_t instance);
  std::vector<std::pair<std::int64_t, pending_call>> take_expired(clock::time_point now);
  /// Moves the deadline to now + timeout, to the call's maximum at most, unless its clock stands.
  void progressed(std::int64_t id, clock::time_point now, std::chrono::milliseconds timeout);
  /// When the next deadline is due; nothing while the table is empty.
  std::optional<clock::time_point> next_deadline() const;

private:
  static constexpr std::size_t given_up_max = 256;
  void count(const pending_call& call, std::int32_t change);
  std::vector<std::pair<std::int64_t, pending_call>> take_ids(const std::vector<std::int64_t>& ids);

  std::unordered_map<std::int64_t, pending_call> calls_;
  std::int64_t next_id_ = 1;
  std::size_t in_flight_max_;
  std::size_t callers_ = 0;
  std::vector<std::uint32_t> callers_of_; ///< By the replica's place.
  std::vector<given_up_call> given_up_;   ///< The oldest first.
  clock::time_point nothing_certain_;     ///< Until then: more were given up than are kept.
};

} // namespace toolscore
