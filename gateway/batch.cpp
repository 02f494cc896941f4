#include "gateway/batch.hpp"

#include "gateway/response_text.hpp"
#include "mcp/json_walk.hpp"

#include <utility>

namespace toolscore {

bool begins_array(std::string_view body) noexcept {
  const auto at = body.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && body[at] == '[';
}

std::optional<std::vector<std::string_view>> split_batch(std::string_view body,
                                                         std::size_t items_max) {
  mcp::json_walk walk(body);
  std::vector<std::string_view> items;
  text_span whole;
  const bool read = walk.array(whole, [&] {
    text_span item;
    if (items.size() == items_max || !walk.value(item)) return false;
    items.push_back(item.of(body));
    return true;
  });
  if (!read || !walk.at_end() || items.empty()) return std::nullopt;
  return items;
}

batch_answers::batch_answers(std::shared_ptr<client_connection> connection, std::uint64_t turn,
                             std::size_t count)
    : connection_(std::move(connection)), turn_(turn), messages_(count), left_(count) {
  connection_->watch(turn_, this);
}

batch_answers::~batch_answers() {
  if (left_ != 0) connection_->watch(turn_, nullptr);
}

bool batch_answers::is_over(std::uint64_t turn) const {
  return messages_.at(turn - 1).over || connection_->is_over(turn_);
}

void batch_answers::answer(std::uint64_t turn, outbound_answer x) {
  if (is_over(turn)) return;
  const bool says = x.body && !x.body->empty(); // A notification is answered by nothing.
  if (says && streaming_) {
    std::string text;
    append_sse_message(text, *x.body);
    connection_->stream(turn_, text);
  } else if (says) {
    answers_.push_back(std::move(x.body));
  }
  finish(turn);
}

void batch_answers::begin_stream(std::uint64_t turn, std::string_view content_type,
                                 std::string_view headers, std::string_view first) {
  if (is_over(turn)) return;
  if (streaming_) return connection_->stream(turn_, first);
  streaming_ = true;
  std::string text;
  for (const auto& x : std::exchange(answers_, {})) append_sse_message(text, *x);
  text += first;
  connection_->begin_stream(turn_, content_type, headers, text);
}

void batch_answers::stream(std::uint64_t turn, std::string_view text) {
  if (!is_over(turn)) connection_->stream(turn_, text);
}

void batch_answers::end_stream(std::uint64_t turn, std::string_view last) {
  if (is_over(turn)) return;
  if (!last.empty()) connection_->stream(turn_, last);
  finish(turn);
}

void batch_answers::cut_off(std::uint64_t turn) {
  if (!is_over(turn)) connection_->cut_off(turn_);
}

void batch_answers::watch(std::uint64_t turn, gone_watcher* watcher) {
  if (!is_over(turn)) messages_.at(turn - 1).watcher = watcher;
}

void batch_answers::finish(std::uint64_t turn) {
  messages_.at(turn - 1) = {true, nullptr};
  if (--left_ == 0) end_all();
}

void batch_answers::end_all() {
  if (streaming_) return connection_->end_stream(turn_, {});
  if (answers_.empty()) {
    outbound_answer nothing;
    nothing.status = 202;
    return connection_->answer(turn_, std::move(nothing));
  }
  std::string all = "[";
  for (const auto& x : answers_) all.append(all.size() > 1 ? "," : "").append(*x);
  connection_->answer(turn_, json_answer(200, all + "]"));
}

void batch_answers::on_gone() {
  const auto self = shared_from_this();
  for (auto& x : messages_)
    if (auto* const watcher = std::exchange(x.watcher, nullptr)) watcher->on_gone();
}

} // namespace toolscore
