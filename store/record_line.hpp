#pragma once
#include "messages/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// One stored record on its way out.
struct record_row {
  std::int64_t number = 0;
  std::int64_t at_us = 0; ///< Since 1970.
  std::string trajectory, task, trace;
  std::string server;
  std::int64_t instance = 0;
  std::string server_version, server_commit;
  std::string principal, method, tool;
  outcome admission = outcome::not_reached;
  outcome transport = outcome::not_reached;
  outcome rpc = outcome::not_reached;
  outcome tool_outcome = outcome::not_reached;
  std::string failure;
  std::int64_t attempt = 1;
  std::int64_t queued_us = 0, wire_us = 0, total_us = 0;
  bool arguments_cut = false; ///< Not complete.
  bool result_cut = false;
  std::string arguments, result;
};

/// Appends the record as one JSON object and a newline. Complete JSON is embedded as it is; a text
/// that was cut off, or is no JSON, as a string, and then `"truncated":true` stands behind it.
void append_line(std::string& out, const record_row& row);

} // namespace toolscore
