#include "gateway/session_io.hpp"

#include "gateway/response_text.hpp"
#include "gateway/unread_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

namespace toolscore {

namespace {

using boost::system::error_code;

constexpr std::size_t buffer_small = 8u * 1024;  ///< What an idle connection holds.
constexpr std::size_t buffer_large = 64u * 1024; ///< While a big body comes in; above any head.

} // namespace

http_session::http_session(stream_socket socket, peer_info peer, connection_set& set)
    : protocol_(AF_UNSPEC, 0), peer_(std::move(peer)), set_(&set), reader_(set.limits().reader) {
  error_code ignored;
  const auto family = socket.local_endpoint(ignored).protocol().family();
  protocol_ = {family, family == AF_UNIX ? 0 : IPPROTO_TCP};
  fd_ = socket.release(ignored); // Out of Asio's epoll: it is watched by the set's.
}

http_session::~http_session() {
  shut();
}

bool http_session::start() {
  const auto token = set_->sockets().add(fd_, *this);
  if (!token) return false;
  token_ = *token;
  set_deadline(set_->limits().idle);
  return true;
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

/// Tells the set what is waited for, where that has changed.
void http_session::watch_socket() {
  if (phase_ == phase::closed) return;
  if (end_ == capacity_) make_room();
  const bool takes = end_ != capacity_;
  const bool writes = !out_.empty();
  if (takes == takes_input_ && writes == writing_) return;
  takes_input_ = takes;
  writing_ = writes;
  set_->sockets().want(token_, takes, writes);
}

void http_session::on_readable() {
  const auto self = shared_from_this();
  make_room();
  if (end_ == capacity_) return watch_socket(); // Full of what was sent ahead.
  const auto count = ::recv(fd_, buffer_.get() + end_, capacity_ - end_, MSG_DONTWAIT);
  if (count > 0)
    on_read(static_cast<std::size_t>(count));
  else if (count == 0 || (errno != EAGAIN && errno != EINTR))
    on_gone();
}

void http_session::on_read(std::size_t count) {
  end_ += count;
  if (phase_ == phase::lingering) begin_ = end_ = 0;
  process();
  watch_socket();
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
  if (!request.found.let_in) request.peer = peer_;
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
  in_flight_ = true;
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
  in_flight_ = true;
  phase_ = phase::in_flight;
  version_ = reader_.request().version;
  keep_alive_ = reader_.complete() && reader_.request().keep_alive && !set_->closing();
  reader_.reset();
  answer(turn_, std::move(x));
  return phase_ == phase::idle;
}

void http_session::upgrade() {
  const auto self = shared_from_this();
  auto* set = set_;
  set->sockets().remove(std::exchange(token_, 0));
  stream_socket socket(set->io());
  error_code failed;
  socket.assign(protocol_, fd_, failed);
  if (failed) return on_gone();
  fd_ = -1;
  phase_ = phase::closed;
  no_deadline();
  set_ = nullptr;
  set->leave(*this);
  set->handler().on_upgrade(reader_.request(), std::move(socket));
}

} // namespace toolscore
