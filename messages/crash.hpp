#pragma once
#include "messages/ids.hpp"
#include "messages/launch_plan.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// A call that was in flight when its instance ended.
struct lost_call {
  std::string method;
  std::string tool; ///< tools/call: the server's own name of the tool; else empty.
  std::string id;   ///< As its caller wrote it: raw JSON.
  std::string trajectory;
};

/// One end of an instance that nobody asked for. Its texts are bounded and free of secrets
/// (actors/crash_report.hpp makes it).
struct crash_report {
  std::int64_t number = 0;                  ///< Given by the store; never twice.
  std::chrono::system_clock::time_point at; ///< Wall clock, for people.
  server_id server;
  std::uint64_t instance = 0;
  std::int64_t pid = 0;             ///< The server's own on the host; 0 = it never ran.
  std::string kind;                 ///< gone_kind as text.
  std::string reason;               ///< One line for people.
  std::optional<process_exit> exit; ///< Empty where no process ended.
  std::optional<std::chrono::milliseconds> uptime; ///< Since it was started; empty: it never ran.
  bool was_ready = false;
  std::uint32_t in_flight = 0;                    ///< Calls of callers.
  std::vector<lost_call> calls;                   ///< The first of them.
  std::vector<std::string> log;                   ///< The last lines of its log, newest last.
  std::uint32_t attempt = 0;                      ///< Which restart in a row follows it.
  std::optional<std::chrono::milliseconds> delay; ///< Until that start; empty: none is planned.
};

/// Which reports are asked for, the newest first.
struct crash_query {
  server_id server;        ///< Empty = of all.
  std::int64_t before = 0; ///< Only reports with a lower number; 0 = from the newest on.
  std::uint32_t limit = 20;
};

} // namespace toolscore
