#include "node/stdio/node_answer.hpp"

#include "mcp/answers.hpp"
#include "mcp/event_reader.hpp"
#include "mcp/members.hpp"
#include "mcp/post_head.hpp"
#include "mcp/versions.hpp"
#include "node/printable.hpp"

namespace toolscore {

answer_reading read_answer(mcp::scanner& scanner, std::string_view message) {
  answer_reading out;
  const auto spans = scanner.scan(message);
  if (!spans) return out;
  out.failed = spans->kind == message_kind::error_response;
  out.is_response = out.failed || spans->kind == message_kind::response;
  if (out.failed)
    out.wrong_head = mcp::member_of(spans->failure.of(message), "code") ==
                     std::to_string(mcp::code::header_mismatch);
  else if (out.is_response)
    out.result = spans->result.of(message);
  return out;
}

std::string answer_line(mcp::scanner& scanner, int status, std::string body,
                        std::string_view id_raw) {
  const auto spans = scanner.scan(body);
  const bool failed = spans && spans->kind == message_kind::error_response;
  if (failed && !spans->id)
    return mcp::on_one_line(mcp::error_under(id_raw, spans->failure.of(body)));
  if (failed || (spans && spans->kind == message_kind::response))
    return mcp::on_one_line(std::move(body));
  constexpr std::size_t shown_bytes = 200;
  std::string text = "the node answered with HTTP status " + std::to_string(status);
  if (!body.empty()) text += ": " + printable(body.substr(0, shown_bytes));
  return failure_line(id_raw, text);
}

std::string refusal_line(std::string_view id_raw, int code, std::string_view text) {
  return mcp::error_response(id_raw, code, text);
}

std::string next_cursor_of(std::string_view result) {
  if (!mcp::is_object(result)) return {};
  const auto cursor = mcp::member_of(result, "nextCursor");
  return std::string(mcp::is_string(cursor) ? cursor : std::string_view{});
}

mcp::listen_filter announced_in(std::string_view result) {
  if (!mcp::is_object(result)) return {};
  return mcp::listenable_of(mcp::member_of(result, "capabilities")).lists;
}

std::optional<mcp::listen_filter> acknowledged_in(mcp::scanner& scanner, std::string_view message) {
  const auto spans = scanner.scan(message);
  if (!spans || !mcp::says(spans->method.of(message), "notifications/subscriptions/acknowledged"))
    return std::nullopt;
  auto filter = mcp::read_listen(spans->params.of(message));
  if (!filter) return std::nullopt;
  return std::move(*filter);
}

std::string no_node_text(std::string_view place, std::string_view why) {
  return std::string("no node answers at ")
      .append(place)
      .append(" (")
      .append(why)
      .append("); start one with `toolscore up`");
}

std::string failure_line(std::string_view id_raw, std::string_view text) {
  return mcp::error_response(id_raw, mcp::code::internal, text);
}

} // namespace toolscore
