#pragma once
#include "mcp/post_head.hpp"
#include "messages/error.hpp"
#include "messages/server_state.hpp"
#include "reason/bounded_json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::reason {

// The texts of our side of MCP, and what the node's answers are. Pure.

/// One request. In the modern era `params` is given the `_meta` that it demands, beside what stands
/// in it already.
std::string request_line(std::int64_t id, const std::string& method, json params, era speaks);
/// params of tools/call, with the ids that the node records the call by.
json call_params(const std::string& tool, const json& arguments, const std::string& task_id,
                 const std::string& trajectory);
std::string initialize_request(std::int64_t id);
std::string cancelled_line(std::int64_t id);

/// What a message on the way to an answer is.
struct heard {
  bool answers = false; ///< It is the response to the request.
  std::optional<json> result;
  std::optional<json> failure;
  std::string reply; ///< What is said to a request of the other side; empty = nothing.
};
/// @param id  of our request; an error that names none is its answer, too
heard read_message(std::string_view text, std::int64_t id);

/// Why there is no response, by the status and the text of an answer that holds none.
error no_response(int status, std::string_view body);

/// Whether a refusal says that arguments should have stood in headers (-32020): it was not run.
bool wants_headers(const std::optional<json>& failure);

} // namespace toolscore::reason
