#include "node/follow_io.hpp"

#include "node/commands.hpp"
#include "node/http_client_io.hpp"
#include "node/log_tail.hpp"
#include "node/printable.hpp"
#include "node/record_text.hpp"
#include "node/terminal_io.hpp"

#include <algorithm>

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto question_interval = 500ms;
constexpr std::uint32_t follow_lines = 1'000; ///< More new lines than these between two questions
                                              ///< are told as a gap.

command_output follow_logs(const cli_request& request, const http_address& node,
                           std::size_t width) {
  std::string shown;
  for (bool first = true;; first = false) {
    const std::uint32_t lines = first ? request.lines : std::max(request.lines, follow_lines);
    auto reply = send_http(node, logs_request(request.server, lines));
    if (!reply) return no_answer(reply.failure());
    if (reply->status != 200) return refusal(*reply);
    std::string tail = std::move(reply->body);
    if (!tail.empty() && !tail.ends_with('\n')) tail += '\n';
    const auto growth = first ? log_growth{tail, false} : grown(shown, tail);
    if (growth.gap) write_error("toolscore: lines between these may be missing\n");
    const bool written =
        write_output(width != 0 ? printable(growth.lines, line_breaks::keep) : growth.lines);
    if (!written) return {{}, {}, exit_code::failed};
    shown = std::move(tail);
    pause_for(question_interval);
  }
}

command_output follow_events(const cli_request& request, const http_address& node) {
  std::int64_t after = request.after;
  for (;;) {
    const auto reply = send_http(node, events_request(after));
    if (!reply) return no_answer(reply.failure());
    if (reply->status != 200) return refusal(*reply);
    after = last_number(reply->body, after);
    if (!write_output(request.json ? reply->body : events_text(reply->body)))
      return {{}, {}, exit_code::failed};
    pause_for(question_interval);
  }
}

} // namespace

command_output follow(const cli_request& request, const http_address& node, std::size_t width) {
  return request.command == command_kind::logs ? follow_logs(request, node, width)
                                               : follow_events(request, node);
}

} // namespace toolscore
