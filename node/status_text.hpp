#pragma once
#include "node/reply_json.hpp"
#include "node/wall_time.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace toolscore {

/// The servers in an answer to GET /api/v1/servers: an array, or an object with "servers". Nothing
/// where it is neither.
std::optional<reply_json> server_rows(std::string_view body);

/// One server's object as a row of `ps`.
std::vector<std::string> ps_row(const reply_json& server, wall_time now);

/// The whole table. @param width of the terminal; 0 = no limit
std::string ps_text(const reply_json& servers, wall_time now, std::size_t width);

} // namespace toolscore
