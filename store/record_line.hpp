#pragma once
#include "messages/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// One stored record. The texts are borrowed from where it was read.
struct record_row {
  std::int64_t number = 0;
  std::int64_t at_us = 0; ///< Since 1970.
  std::string_view trajectory, task, trace;
  std::string_view server;
  std::int64_t instance = 0;
  std::string_view server_version, server_commit;
  std::string_view principal, method, tool;
  outcome admission = outcome::not_reached;
  outcome transport = outcome::not_reached;
  outcome rpc = outcome::not_reached;
  outcome tool_outcome = outcome::not_reached;
  std::string_view failure;
  std::optional<gone_kind> ended; ///< Its instance ended meanwhile, and how.
  std::int64_t attempt = 1;
  std::int64_t queued_us = 0, wire_us = 0, total_us = 0;
  std::int64_t arguments_cut = 0; ///< The whole length of a text that was cut off; 0 = complete.
  std::int64_t result_cut = 0;
  std::string_view arguments, result;
  bool imported = false; ///< It was made by another store and is told as that one told it.
  /// No call but the place of some that could not be kept: from `at_us`, for `total_us`, because of
  /// `failure`; `queued_us` is how many, 0 = nobody knows.
  bool gap = false;

  bool success() const noexcept {
    return admission == outcome::ok && transport == outcome::ok && rpc == outcome::ok &&
           tool_outcome == outcome::ok;
  }
  bool needs_input() const noexcept {
    return rpc == outcome::ok && tool_outcome == outcome::not_reached;
  }
};

/// Appends the record as one JSON object and a newline. Complete JSON is embedded as it is; a text
/// that was cut off, or is no JSON, as a string, and then `"truncated":true` stands behind it.
void append_line(std::string& out, const record_row& row);

} // namespace toolscore
