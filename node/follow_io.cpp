#include "node/follow_io.hpp"

#include "node/commands.hpp"
#include "node/http_client_io.hpp"
#include "node/printable.hpp"
#include "node/record_text.hpp"
#include "node/terminal_io.hpp"

namespace toolscore {
namespace {

using namespace std::chrono_literals;

constexpr auto question_interval = 500ms;
constexpr std::size_t hurry_bytes = 64 * 1024; ///< So much new text asks for more at once.

command_output follow_logs(const cli_request& request, const http_address& node,
                           std::size_t width) {
  auto question = logs_request(request.server, request.lines);
  for (;;) {
    auto reply = send_http(node, question);
    if (!reply) return no_answer(reply.failure());
    if (reply->status != 200) return refusal(*reply);
    if (reply->log_next.empty())
      return {{}, "error: this node is too old for logs -f; update it\n", exit_code::failed};
    question = logs_from_request(request.server, reply->log_next);
    auto& text = reply->body;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    if (reply->log_gap)
      write_error("toolscore: lines are missing here: they came faster than they were read\n");
    if (!text.empty() && !write_output(width != 0 ? printable(text, line_breaks::keep) : text))
      return {{}, {}, exit_code::failed};
    if (text.size() < hurry_bytes) pause_for(question_interval);
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
