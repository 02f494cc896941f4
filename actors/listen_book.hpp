#pragma once
#include "mcp/listening.hpp"
#include "messages/exchange.hpp"
#include "messages/listening.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One client that hears of changes: a modern one by a stream that it opened for that, a legacy one
/// by its session.
struct open_listen {
  exchange_ptr reply;        ///< Null for a session.
  session_listener_ptr sink; ///< Null for a modern client.
  std::string id_raw;        ///< Of the modern client's request.
  std::string session;
  std::string principal;
  mcp::listen_filter filter;
};

/// Whose an instance is, as far as listening goes.
struct heard_instance {
  std::string_view owned_by; ///< "s SESSION", "p PRINCIPAL", empty = everybody's.
  /// Says whether a session has an instance to itself, and so hears nothing of everybody's.
  bool (*has_own)(const void* context, const std::string& session) = nullptr;
  const void* context = nullptr;
};

/// Who listens to one server. Pure: what to write to whom is asked of it.
class listen_book {
public:
  static constexpr std::size_t listens_max = 20'000;
  static constexpr std::size_t watched_max = 4'096; ///< URIs, over all that listen.

  bool full() const noexcept { return listens_.size() >= listens_max; }
  bool empty() const noexcept { return listens_.empty(); }
  std::size_t size() const noexcept { return listens_.size(); }
  /// Resources are watched, so whoever tells of them must run.
  bool watches() const noexcept;
  std::size_t watched() const noexcept;

  /// A modern client's stream, or a session that is not known yet; not while full().
  open_listen& add(open_listen x);
  open_listen* of_session(std::string_view session);
  /// @returns what was taken out
  std::optional<open_listen> take(const exchange* reply);
  std::optional<open_listen> take_session(std::string_view session);
  std::list<open_listen> take_all() { return std::exchange(listens_, {}); }

  /// What must be asked of an instance, for all that hear it.
  std::vector<std::string> watched_at(const heard_instance& at) const;
  void list_changed(mcp::list_kind kind, const heard_instance& at) const;
  void resource_updated(const std::string& uri, const heard_instance& at) const;

private:
  std::list<open_listen> listens_;
};

/// True if a client that listens hears what that instance tells.
bool hears(const open_listen& who, const heard_instance& at);

/// Sends at once what comes alone, and of many in a row the first and then one for the rest.
class announcer {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds pause{100};

  /// @returns true if it is to be told now; else one more is due at next()
  bool on_change(mcp::list_kind kind, time_point now);
  /// Which are due now.
  std::vector<mcp::list_kind> on_timer(time_point now);
  std::optional<time_point> next() const;

private:
  struct entry {
    time_point quiet_until{};
    bool due = false;
  };
  std::array<entry, mcp::list_kind_count> kinds_;
};

/// What was asked of one instance.
struct upstream_listen {
  // A modern server: one stream for all, replaced by another when what is wanted changes.
  std::int64_t id = 0;     ///< Of the request in force or on its way; 0 = none.
  std::int64_t former = 0; ///< The one that it replaces, until it is acknowledged.
  bool acknowledged = false;
  mcp::listen_filter filter;
  std::uint32_t ended = 0; ///< How often the server has ended it by itself.
  bool refused = false;
  // A legacy server: one request a resource.
  std::vector<std::string> subscribed; ///< Sorted.
  announcer lists;
  std::uint64_t timer = 0;
};

} // namespace toolscore
