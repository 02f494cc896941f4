#include "actors/call_refusal.hpp"

#include "mcp/json_text.hpp"

namespace toolscore {
namespace {

std::string ms(std::chrono::milliseconds x) {
  return std::to_string(x.count()) + " ms";
}

} // namespace

std::string detail_waited(std::chrono::milliseconds wait, const std::string& reason) {
  auto text = "the call waited " + ms(wait) + " for it (queue.wait)";
  if (!reason.empty()) text += "; " + reason;
  return text;
}

std::string detail_no_turn(std::chrono::milliseconds wait, std::size_t in_flight) {
  return "the call waited " + ms(wait) + " for its turn (queue.wait) behind others, of which " +
         std::to_string(in_flight) + " are in flight";
}

std::string detail_in_flight(std::uint32_t max) {
  return std::to_string(max) + " wait behind those in flight (queue.max); wait for one to end";
}

std::string detail_queued(std::uint32_t max) {
  return std::to_string(max) + " wait for it to become ready (queue.max)";
}

std::string detail_timed_out(std::chrono::milliseconds timeout, std::chrono::milliseconds most) {
  return "call_timeout is " + ms(timeout) + ", call_timeout_max " + ms(most);
}

std::string detail_unanswered(std::chrono::milliseconds wait) {
  return "it asked the client something, which has not answered for " + ms(wait);
}

std::string detail_open(std::uint32_t failures, std::chrono::milliseconds next_trial) {
  return "its last " + std::to_string(failures) + " calls got no answer; one is tried in " +
         ms(next_trial);
}

std::string detail_stale_state() {
  return "this requestState is not known, or no longer; call again without it";
}

std::string detail_malformed_responses() {
  return "params.inputResponses must be an object";
}

std::string detail_cancelled(std::string_view reason, bool while_waiting) {
  auto text = "cancelled by its caller (" + std::string(reason) + ")";
  if (while_waiting) text += " while it waited";
  return text;
}

std::string detail_held(std::string_view server, std::string_view tool) {
  const auto name = std::string(server);
  return mcp::quote(tool.substr(0, 128)) +
         " is not as it was approved and is held back (\"pin\": \"enforce\"); `toolscore tools "
         "diff " +
         name + "` shows what changed, `toolscore tools approve " + name + " TOOL` lets it pass";
}

std::string detail_hidden(std::string_view tool) {
  return mcp::quote(tool.substr(0, 128)) +
         " is hidden by tools.allow or tools.deny of the server's definition";
}

std::string detail_overlong(std::size_t bytes_max) {
  return "its answer was a line over " + std::to_string(bytes_max) + " bytes; ask it for less";
}

std::string detail_gone(const gone_reason& reason) {
  if (reason.kind == gone_kind::hung) return reason.detail;
  if (reason.kind != gone_kind::exited && reason.kind != gone_kind::killed)
    return to_string(reason);
  const auto memory = memory_words(reason.exit);
  return memory.empty() || reason.detail.empty() ? memory + reason.detail
                                                 : memory + ", " + reason.detail;
}

} // namespace toolscore
