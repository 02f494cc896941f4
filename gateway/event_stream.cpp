#include "gateway/event_stream.hpp"

#include "gateway/response_text.hpp"

#include <charconv>
#include <utility>

namespace toolscore {
namespace {

std::string id_text(std::uint64_t stream, std::uint64_t event) {
  return "id: " + std::to_string(stream) + "-" + std::to_string(event) + "\n";
}

/// How soon a client that lost its stream is welcome again.
constexpr const char* retry_field = "retry: 1000\n";

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

} // namespace

std::optional<event_place> read_event_id(std::string_view text) {
  const auto dash = text.find('-');
  event_place place;
  if (dash == std::string_view::npos || !read_number(text.substr(0, dash), place.stream) ||
      !read_number(text.substr(dash + 1), place.event))
    return std::nullopt;
  return place;
}

event_stream::event_stream(std::uint64_t number, event_numbering numbering, stream_limits limits,
                           std::shared_ptr<stream_counters> counters)
    : number_(number), numbering_(numbering), limits_(limits), counters_(std::move(counters)) {}

event_stream::~event_stream() {
  if (connection_) connection_->watch(turn_, nullptr);
  counters_->kept_bytes -= kept_bytes_;
}

void event_stream::attach(std::shared_ptr<client_connection> connection, std::uint64_t turn,
                          std::uint64_t after, std::string opening) {
  const auto self = shared_from_this(); // A connection that fails at once lets go of us.
  if (connection_) write({}, true);     // The client has given that one up.
  connection_ = std::move(connection);
  turn_ = turn;
  connection_->watch(turn_, this);
  std::string first = std::move(opening);
  if (numbering_ == event_numbering::primed)
    first += id_text(number_, after) + retry_field + "data:\n\n";
  for (const auto& event : kept_)
    if (event.number > after) first += text_of(event.number, event.json);
  if (first.empty()) first = ":\n\n"; // Nothing to tell yet, but the head is.
  connection_->begin_stream(turn_, "text/event-stream",
                            "X-Accel-Buffering: no\r\nCache-Control: no-cache\r\n", first);
  if (ended_ && connection_) write({}, true);
}

std::string event_stream::text_of(std::uint64_t number, const bytes& json) const {
  std::string text;
  if (numbering_ != event_numbering::none) text = id_text(number_, number);
  append_sse_message(text, *json);
  return text;
}

void event_stream::keep(std::uint64_t number, const bytes& json) {
  kept_.push_back({number, json});
  kept_bytes_ += json->size();
  counters_->kept_bytes += json->size();
  while (!kept_.empty() &&
         (kept_.size() > limits_.kept_events_max || kept_bytes_ > limits_.kept_bytes_max ||
          counters_->kept_bytes > limits_.kept_bytes_all_max)) {
    kept_bytes_ -= kept_.front().json->size();
    counters_->kept_bytes -= kept_.front().json->size();
    kept_.erase(kept_.begin());
  }
}

void event_stream::write(std::string_view text, bool last) {
  const auto connection = connection_; // It may tell us that it has gone.
  if (last) {
    let_go();
    connection->end_stream(turn_, text);
  } else if (connection->unsent() > limits_.unsent_max) {
    ++counters_->cut_off;
    connection->cut_off(turn_); // We hear of it as of any that goes.
  } else {
    connection->stream(turn_, text);
  }
}

void event_stream::send(const bytes& json) {
  if (ended_) return;
  const auto self = shared_from_this();
  keep(++last_, json);
  if (connection_) write(text_of(last_, json), false);
}

void event_stream::end(const bytes& json) {
  if (ended_) return;
  const auto self = shared_from_this();
  ended_ = true;
  detached_ = nullptr;
  if (json) keep(++last_, json);
  if (connection_) write(json ? text_of(last_, json) : std::string{}, true);
}

bool event_stream::beat() {
  if (ended_ || !connection_) return false;
  const auto self = shared_from_this();
  write(":\n\n", false);
  return connection_ != nullptr;
}

void event_stream::let_go() {
  connection_->watch(turn_, nullptr);
  connection_ = nullptr;
}

void event_stream::on_gone() {
  const auto self = shared_from_this();
  connection_ = nullptr;
  if (const auto told = detached_) told(); // It may end us, and with that its own hook.
}

} // namespace toolscore
