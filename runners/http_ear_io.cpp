#include "runners/http_ear_io.hpp"

#include <utility>

namespace toolscore {

http_ear::http_ear(http_client& client, boost::asio::io_context& io, std::size_t event_bytes_max,
                   hooks tell)
    : client_(client), timer_(io), event_bytes_max_(event_bytes_max), tell_(std::move(tell)) {}

void http_ear::open() {
  if (closed_) return;
  goes_on_ = false;
  reader_ = std::make_unique<mcp::event_reader>(event_bytes_max_);
  http_text request;
  request.head = tell_.head(last_id_);
  request.repeatable = true;
  http_hooks heard;
  const auto with = [weak = weak_from_this()](auto work) {
    return [weak, work](auto&&... what) {
      const auto self = weak.lock();
      if (self && !self->closed_) work(*self, std::forward<decltype(what)>(what)...);
    };
  };
  heard.on_head = with([](http_ear& self, const auto& head) { self.take_head(head); });
  heard.on_part = with([](http_ear& self, std::string_view part) { self.take_part(part); });
  heard.on_end = with([](http_ear& self, const http_end& end) { self.take_end(end); });
  way_ = client_.start(std::move(request), std::move(heard));
}

void http_ear::close() {
  closed_ = true;
  timer_.cancel();
  if (way_) way_->close();
}

void http_ear::take_head(const http_answer_head& head) {
  if (way_of(head, true, false) == answer_way::stream) {
    was_open_ = goes_on_ = true;
    return;
  }
  way_->close();
  // Before it was ever open a 404 only says that there is no such path for a GET.
  if (head.status == 404 && was_open_) return tell_.on_session_lost();
  if (head.status < 500 || !was_open_) return; // It offers none, or none any more.
  goes_on_ = true;
  take_end({});
}

void http_ear::take_part(std::string_view part) {
  std::vector<mcp::stream_event> events;
  const bool good = reader_->feed(part, events);
  last_id_ = reader_->last_id();
  if (reader_->retry()) retry_ = reader_->retry();
  if (!events.empty()) {
    ends_ = 0;
    tell_.on_events(std::move(events));
  }
  if (good || closed_) return;
  way_->close();
  tell_.on_overlong(event_bytes_max_);
  if (!closed_) take_end({});
}

void http_ear::take_end(const http_end& end) {
  if (end.how == http_end::fate::no_token || end.how == http_end::fate::no_login)
    return tell_.on_no_token(end);
  if (end.how == http_end::fate::unreachable && tell_.on_unreachable)
    return tell_.on_unreachable(end.why);
  // A server that was there may be there again.
  const bool again = goes_on_ || (was_open_ && end.how != http_end::fate::whole);
  if (!again || ends_ >= reopen_max) return;
  timer_.expires_after(reopen_after(retry_, ends_++));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
    const auto self = weak.lock();
    if (!stopped && self) self->open();
  });
}

} // namespace toolscore
