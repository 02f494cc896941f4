#pragma once
#include "messages/server_state.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace toolscore {

// The details of calls that get no answer. Each stands behind what mcp::failure_reason says of the
// code, and so repeats none of it. Pure.

/// server_not_ready: in the time that a call waits; `reason` is the server's and may be empty.
std::string detail_waited(std::chrono::milliseconds wait, const std::string& reason);
/// queue_full: others were in flight all the time that a call waits.
std::string detail_no_turn(std::chrono::milliseconds wait, std::size_t in_flight);
/// queue_full: `max` calls are being answered.
std::string detail_in_flight(std::uint32_t max);
/// queue_full: `max` calls wait for the server to become ready.
std::string detail_queued(std::uint32_t max);
/// call_timed_out.
std::string detail_timed_out(std::chrono::milliseconds timeout, std::chrono::milliseconds most);
/// call_timed_out: the server asked, and the caller has not answered.
std::string detail_unanswered(std::chrono::milliseconds wait);
/// cancelled; `reason` is one word.
std::string detail_cancelled(std::string_view reason, bool while_waiting);
/// tool_denied: it has changed since it was approved, and how to approve it.
std::string detail_held(std::string_view server, std::string_view tool);
/// tool_denied; `tool` is the server's own name.
std::string detail_hidden(std::string_view tool);
/// server_not_ready: its calls get no answers.
std::string detail_open(std::uint32_t failures, std::chrono::milliseconds next_trial);
/// bad_request: a requestState that is nobody's here.
std::string detail_stale_state();
/// bad_request: inputResponses that are no object.
std::string detail_malformed_responses();
/// too_large: its answer was a line over the limit.
std::string detail_overlong(std::size_t bytes_max);
/// server_gone; empty where the exit or that it hung, which are told anyway, say it all.
std::string detail_gone(const gone_reason& reason);

} // namespace toolscore
