#pragma once
#include <chrono>
#include <cstddef>
#include <optional>

namespace toolscore::test {

/// Everything that the fault server can do wrong; all of it combines.
struct fault_options {
  std::optional<int> exit_at_start;   ///< Exit with this code before anything else.
  std::size_t exit_after_calls = 0;   ///< Exit once so many tool calls are answered.
  int exit_code = 1;                  ///< What --exit-after-calls exits with.
  bool garbage = false;               ///< Lines that are no JSON before, between and after answers.
  std::size_t huge_line_bytes = 0;    ///< echo answers one line of this size, newline included.
  std::size_t flood_stderr_bytes = 0; ///< Written to stderr before stdin is read.
  bool hang = false;                  ///< Tool calls are never answered.
  bool hang_ping = false;             ///< Pings, and any discover after the first, neither.
  std::optional<std::chrono::milliseconds> slow; ///< The tool `slow` exists and takes this long.
  bool silent = false;                           ///< Never answers anything.
  bool fork_setsid = false;                      ///< An escaped grandchild; all ignore SIGTERM.
  bool ignore_eof = false;                       ///< Lives on when stdin ends.
  bool rpc_error = false;                        ///< The tool `fail_rpc` exists.
  bool tool_error = false;                       ///< The tool `fail_tool` exists.
  bool modern = false;                           ///< Knows server/discover.
  std::chrono::milliseconds delay_handshake{
      0};                   ///< Before `initialize` and the first discover are answered.
  bool die_on_call = false; ///< The tool `die` exists: SIGKILL to itself, in mid-call.
  std::chrono::milliseconds progress_every{
      0};                        ///< Between the notifications of the tool `progress`.
  std::size_t hog_mebibytes = 0; ///< The tool `hog` exists and takes so much memory for good.
  std::size_t bomb_forks = 0;    ///< The tool `bomb` exists and forks so often.
  bool crlf = false;             ///< Lines end with \r\n.
};

/// @returns false, and a usage text on stderr, if the words are not understood
bool read_options(int count, char** words, fault_options& options);

} // namespace toolscore::test
