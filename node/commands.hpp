#pragma once
#include "messages/error.hpp"
#include "node/cli.hpp"
#include "node/exit_code.hpp"
#include "node/http_message.hpp"
#include "node/wall_time.hpp"

#include <cstddef>
#include <functional>

namespace toolscore {

/// What a command needs of the world.
struct command_context {
  /// Asks the node; the errors are those of send_http.
  std::function<result<http_reply>(const http_request&)> ask;
  wall_time now;
  std::size_t width = 0; ///< Of the terminal; 0 = stdout is none.
};

/// Runs one command that talks to a node, but for its `--follow`.
command_output run_command(const cli_request& request, const command_context& context);

/// The command's failure for a node's refusal, or for no answer at all.
command_output refusal(const http_reply& reply);
command_output no_answer(const error& failure);

/// The request for the next events, or the next log lines, of a follower.
http_request events_request(std::int64_t after);
http_request logs_request(const std::string& server, std::uint32_t lines);
/// What follows a position that an answer gave.
http_request logs_from_request(const std::string& server, const std::string& position);

} // namespace toolscore
