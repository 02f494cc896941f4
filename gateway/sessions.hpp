#pragma once
#include "gateway/event_stream.hpp"
#include "messages/caller.hpp"
#include "messages/exchange.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolscore {

class sse_channel;

/// One legacy client's session. Possession of its id is no authentication: it is bound to the
/// principal and the path that it was opened with.
struct mcp_session {
  using time_point = std::chrono::steady_clock::time_point;
  struct in_flight {
    std::string id; ///< Raw, as the client sent it: `7` or `"a"`.
    server_id server;
    std::weak_ptr<exchange> reply;
    const exchange* key = nullptr; ///< The same object; never looked into.
  };

  /// What a server asked and the client has not answered yet.
  struct question {
    std::uint64_t number = 0; ///< Its JSON-RPC id.
    const exchange* key = nullptr;
    std::function<void(input_response)> then;
  };
  static constexpr std::size_t questions_max = 64;
  /// What its client has subscribed to at a joint endpoint.
  struct watched_resource {
    server_id server;
    std::string uri; ///< The server's own.
    bool operator==(const watched_resource&) const = default;
  };
  /// A stream that its client may come back to, or listens to.
  struct open_stream {
    std::shared_ptr<event_stream> stream;
    bool own = false; ///< A GET's: it hears what belongs to no call.
  };
  static constexpr std::size_t streams_max =
      4; ///< Those that are over; calls in flight do not count.
  static constexpr std::size_t own_streams_max = 4;
  static constexpr std::size_t untold_max = 64;

  std::string id;
  std::string principal;
  std::string path;
  std::shared_ptr<caller> from; ///< As the servers know it.
  std::string version;          ///< Negotiated by initialize.
  std::string trajectory;       ///< Under which its calls are recorded unless they name another.
  time_point last_used;
  std::vector<in_flight> calls;
  std::vector<question> questions;
  std::uint64_t last_question = 0;
  std::vector<server_id> called; ///< Every server that has had a call of it.
  bool over = false;             ///< Its client can answer nothing more.
  std::vector<server_id> heard;  ///< They were told that it listens.
  std::vector<watched_resource> watched;
  std::uint64_t last_stream = 0;
  std::vector<open_stream> streams; ///< The newest last.
  std::vector<bytes> untold;        ///< What came while nobody listened; each text once.
  /// Of the HTTP+SSE transport: what all its answers go out on. Null = of Streamable HTTP.
  std::shared_ptr<sse_channel> channel{};
  bool initialized = false; ///< There: its client has said so.

  /// @returns the question's number; 0 where too many are open, or the session is over
  std::uint64_t ask(const exchange* key, std::function<void(input_response)> then);
  /// Nothing where there is none of that number, or none any more.
  std::optional<question> take_question(std::uint64_t number);
  /// Those of one call, or with null all of them.
  std::vector<question> take_questions(const exchange* key);
  void note_call(const server_id& server);
  /// @returns false where that server was told before
  bool hears_first(const server_id& server);

  /// A new stream that is the session's to find; not yet on any connection.
  std::shared_ptr<event_stream> begin_stream(bool own, const stream_limits& limits,
                                             const std::shared_ptr<stream_counters>& counters);
  /// Null where it is kept no more.
  std::shared_ptr<event_stream> find_stream(std::uint64_t number) const;
  /// Forgets those that are over, and of the others the oldest that nobody reads.
  void tidy_streams();
  /// Its client listens.
  bool reads() const;
  /// On one of the client's own streams; while there is none it is kept.
  void tell(bytes json);
  /// What was kept, now that it has one.
  void tell_untold();
  /// @returns false where it has no stream at the moment
  bool tell_now(const bytes& json);

  void finished(const exchange* key) noexcept;
  const in_flight* find(std::string_view raw_id) const noexcept;
};

struct session_limits {
  std::size_t sessions_max = 10'000;
  std::chrono::milliseconds idle{30 * 60'000};
  std::size_t in_flight_max = 64; ///< Of one session.
};

/// The legacy sessions, least recently used first. Pure: ids and times are given.
class session_table {
public:
  using time_point = mcp_session::time_point;
  explicit session_table(session_limits limits = {}) : limits_(limits) {}

  /// Told of each session that is over, whatever ended it.
  void on_end(std::function<void(mcp_session&)> hook) { on_end_ = std::move(hook); }
  /// Ends those that nobody has used for too long.
  void expire(time_point now);

  /// True if open() would succeed now.
  bool has_room(time_point now);
  /// Opens a session. When there are too many, the one unused for longest that has no call in
  /// flight and does not listen makes room; its client is told 404 and initializes again.
  /// @returns null when there is none of that kind
  std::shared_ptr<mcp_session> open(mcp_session x, time_point now);
  /// @returns null for an unknown or expired id, another principal or another path
  std::shared_ptr<mcp_session> find(std::string_view id, std::string_view principal,
                                    std::string_view path, time_point now);
  /// @returns false as find() does
  bool end(std::string_view id, std::string_view principal, std::string_view path, time_point now);

  std::size_t size() const noexcept { return sessions_.size(); }
  std::uint64_t evicted() const noexcept { return evicted_; }
  const session_limits& limits() const noexcept { return limits_; }

private:
  using order = std::list<std::shared_ptr<mcp_session>>;
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view x) const noexcept {
      return std::hash<std::string_view>{}(x);
    }
  };
  bool expired(const mcp_session& x, time_point now) const;
  void erase(order::iterator at);
  order::iterator oldest_idle();

  session_limits limits_;
  std::function<void(mcp_session&)> on_end_;
  order by_use_;
  std::unordered_map<std::string, order::iterator, text_hash, std::equal_to<>> sessions_;
  std::uint64_t evicted_ = 0;
};

} // namespace toolscore
