#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

/// Events, one JSON object a line, as lines for people: "03:04:05 server.state fs status=ready".
std::string events_text(std::string_view ndjson);

/// The highest "number" in lines of JSON objects; `before` where there is none higher.
std::int64_t last_number(std::string_view ndjson, std::int64_t before);

/// Recorded calls, one JSON object a line, as a table. @param width 0 = no limit
std::string trajectories_text(std::string_view ndjson, std::size_t width);

/// The tools in an answer to GET /api/v1/tools.
/// @returns nothing where the body is no such answer
struct tools_answer {
  std::string text;      ///< The table, or one JSON array where asked for.
  std::size_t count = 0; ///< Of the tools in it.
  bool readable = false;
};
tools_answer tools_text(std::string_view body, std::string_view server, bool json,
                        std::size_t width);

} // namespace toolscore
