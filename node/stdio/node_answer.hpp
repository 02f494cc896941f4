#pragma once
#include "mcp/envelope.hpp"
#include "mcp/listening.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// Whether a message from the node is the response to a request, and with what.
struct answer_reading {
  bool is_response = false;
  bool failed = false;     ///< An error response.
  bool wrong_head = false; ///< -32020: a header does not say what the body says.
  std::string result;      ///< The raw object of a good one.
};
answer_reading read_answer(mcp::scanner& scanner, std::string_view message);

/// The one line that answers a request for whose POST a whole body came: the response in it, its
/// error under the request's id where it has none, or an error that tells the status.
std::string answer_line(mcp::scanner& scanner, int status, std::string body,
                        std::string_view id_raw);

/// An error of our own, -32603.
std::string failure_line(std::string_view id_raw, std::string_view text);
/// One about a line that is no request that could be sent on; without an id where there is none.
std::string refusal_line(std::string_view id_raw, int code, std::string_view text);

/// Of the result of tools/list: where it goes on, as a raw JSON string.
std::string next_cursor_of(std::string_view result);

/// Of the same: which lists its server tells of unasked.
mcp::listen_filter announced_in(std::string_view result);
/// What a notification acknowledges that begins a stream of changes; nothing where it is another.
std::optional<mcp::listen_filter> acknowledged_in(mcp::scanner& scanner, std::string_view message);

/// That no node answers there, and what to do.
std::string no_node_text(std::string_view place, std::string_view why);

} // namespace toolscore
