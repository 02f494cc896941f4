#include "gateway/session_io.hpp"

#include "gateway/response_text.hpp"
#include "gateway/unread_text.hpp"
#include "loop/turn_scope.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

namespace toolscore {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t buffer_small = 8 * 1024;  ///< What an idle connection holds.
constexpr std::size_t lone_max = 2;             ///< Calls in flight that are no crowd yet.
constexpr std::size_t reads_put_off_max = 8;    ///< Then the actors run, and the server has work.
constexpr std::size_t buffer_large = 64 * 1024; ///< While a big body comes in; above any head.

} // namespace

http_session::http_session(stream_socket socket, peer_info peer, connection_set& set)
    : socket_(std::move(socket)), peer_(std::move(peer)), set_(&set), reader_(set.limits().reader) {
}

void http_session::start() {
  set_deadline(set_->limits().idle);
  arm_read();
}

void http_session::make_room() {
  const std::size_t held = end_ - begin_;
  if (held == 0) begin_ = end_ = 0;
  std::size_t wanted = std::max(capacity_, buffer_small);
  if (reader_.body_left() > buffer_small || (held >= buffer_small && !in_flight_))
    wanted = buffer_large;
  else if (held == 0)
    wanted = buffer_small;
  if (wanted != capacity_) {
    std::unique_ptr<char[]> room(new char[wanted]);
    if (held != 0) std::memcpy(room.get(), buffer_.get() + begin_, held);
    buffer_ = std::move(room);
    capacity_ = wanted;
  } else if (begin_ != 0 && end_ == capacity_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, held);
  } else {
    return;
  }
  begin_ = 0;
  end_ = held;
}

void http_session::arm_read() {
  if (reading_ || phase_ == phase::closed) return;
  make_room();
  if (end_ == capacity_) return; // full of what was sent ahead; goes on with the next turn
  reading_ = true;
  socket_.async_read_some(asio::buffer(buffer_.get() + end_, capacity_ - end_),
                          [self = shared_from_this()](const error_code& ec, std::size_t count) {
                            self->reading_ = false;
                            if (ec)
                              self->on_gone();
                            else
                              self->on_read(count);
                          });
}

void http_session::on_read(std::size_t count) {
  if (phase_ == phase::closed) return;
  // A lone call's actors run at once; those of a crowd run for several calls in one go.
  std::optional<turn_scope> turn;
  if (set_->in_flight <= lone_max || ++set_->reads_put_off >= reads_put_off_max) {
    set_->reads_put_off = 0;
    turn.emplace();
  }
  end_ += count;
  if (phase_ == phase::lingering) begin_ = end_ = 0;
  process();
  arm_read();
}

void http_session::on_gone() {
  if (phase_ == phase::closed) return;
  if (in_flight_) ++set_->counters.abandoned;
  close();
}

void http_session::process() {
  if (processing_) return; // the loop below is running further up the stack
  processing_ = true;
  while (step()) {
  }
  processing_ = false;
}

/// Takes one step in reading a request. @returns false when nothing more can be done for now.
bool http_session::step() {
  if (begin_ == end_ || in_flight_ || phase_ == phase::lingering || phase_ == phase::closed)
    return false;
  const bool first = phase_ == phase::idle;
  if (first) phase_ = phase::head;
  const std::size_t used = reader_.feed({buffer_.get() + begin_, end_ - begin_});
  begin_ += used;
  if (reader_.failure() != 0 || (used == 0 && end_ - begin_ == buffer_large))
    return refuse_unread();
  if (phase_ == phase::head && reader_.has_head()) {
    phase_ = phase::body;
    return judge_head();
  }
  if (reader_.complete()) {
    dispatch();
    return true;
  }
  if (first) set_deadline(set_->limits().header);
  return used != 0;
}

/// @returns true when there is more to do.
bool http_session::judge_head() {
  inbound_request& request = reader_.request();
  request.peer = peer_;
  head_verdict verdict = set_->handler().on_head(request);
  if (verdict.what == head_verdict::kind::refuse) {
    begin_ += reader_.feed({buffer_.get() + begin_, end_ - begin_});
    return refuse(std::move(verdict.refusal));
  }
  if (verdict.what == head_verdict::kind::upgrade) {
    // What comes behind an upgrade must wait for our answer.
    if (begin_ != end_ || !reader_.complete()) return refuse_unread();
    upgrade();
    return false;
  }
  if (begin_ != end_ && !reader_.complete())
    begin_ += reader_.feed({buffer_.get() + begin_, end_ - begin_});
  if (reader_.failure() != 0) return refuse_unread();
  if (reader_.complete()) {
    dispatch();
    return true;
  }
  set_deadline(set_->limits().body);
  if (begin_ == end_ && reader_.wants_continue()) send("HTTP/1.1 100 Continue\r\n\r\n", nullptr);
  return begin_ != end_; // the next step sees why nothing more was taken
}

/// Answers what is no HTTP, or over a limit.
bool http_session::refuse_unread() {
  const int status = reader_.failure() != 0 ? reader_.failure() : 400;
  const auto& limits = set_->limits().reader;
  const auto path = reader_.request().path(); // Known once the first line was read.
  auto x = json_answer(status,
                       unread_text(status, path, limits.header_bytes_max, limits.body_bytes_max));
  x.close = true;
  return refuse(std::move(x));
}

void http_session::dispatch() {
  inbound_request& request = reader_.request();
  ++turn_;
  begin_flight();
  phase_ = phase::in_flight;
  keep_alive_ = request.keep_alive && !set_->closing();
  version_ = request.version;
  ++set_->counters.requests;
  request.received = std::chrono::steady_clock::now();
  no_deadline();
  const auto self = shared_from_this();
  set_->handler().on_request(request, self, turn_);
  reader_.reset();
}

/// Answers what will not be handled. The connection survives if all of the request has been read.
bool http_session::refuse(outbound_answer x) {
  ++turn_;
  begin_flight();
  phase_ = phase::in_flight;
  version_ = reader_.request().version;
  keep_alive_ = reader_.complete() && reader_.request().keep_alive && !set_->closing();
  reader_.reset();
  answer(turn_, std::move(x));
  return phase_ == phase::idle;
}

void http_session::upgrade() {
  const auto self = shared_from_this();
  error_code ignored;
  if (reading_) socket_.cancel(ignored);
  phase_ = phase::closed;
  no_deadline();
  auto* set = std::exchange(set_, nullptr);
  set->leave(*this);
  set->handler().on_upgrade(reader_.request(), std::move(socket_));
}

} // namespace toolscore
