#include "gateway/response_text.hpp"
#include "gateway/session_io.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace toolscore {

namespace {

// Pieces of queued answers that go out in one call.
constexpr std::size_t gather_max = 16;
// A smaller body is copied behind its head: one piece is cheaper to send than two.
constexpr std::size_t copy_max = std::size_t{8} * 1024;
// What an idle connection may keep of the room that its last answer took.
constexpr std::size_t scratch_keep_max = std::size_t{16} * 1024;

iovec part(std::string_view text) noexcept {
  return {const_cast<char*>(text.data()), text.size()};
}

ssize_t send_parts(int fd, iovec* parts, std::size_t count) noexcept {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// The socket takes nothing just now, which is no failure.
bool is_passing(int failure) noexcept {
  return failure == EAGAIN || failure == EINTR;
}

} // namespace

void http_session::answer(std::uint64_t turn, outbound_answer x) {
  if (is_over(turn) || turn_done_) return;
  watcher_ = nullptr;
  turn_done_ = true;
  if (x.close) keep_alive_ = false;
  scratch_.clear();
  append_head(scratch_,
              {.status = x.status,
               .version = version_,
               .keep_alive = keep_alive_,
               .content_type = x.content_type,
               .headers = x.headers},
              x.body ? x.body->size() : 0);
  if (x.body && x.body->size() <= copy_max) {
    scratch_ += *x.body;
    x.body = nullptr;
    held_ = flush_scope::join(std::shared_ptr<flushable>(shared_from_this(), this));
    if (held_) return;
  }
  send(scratch_, x.body);
}

void http_session::flush() {
  if (std::exchange(held_, false)) send(scratch_, nullptr);
}

void http_session::begin_stream(std::uint64_t turn, std::string_view content_type,
                                std::string_view headers, std::string_view first) {
  if (is_over(turn) || turn_done_) return;
  if (version_ < 11) keep_alive_ = false;
  scratch_.clear();
  append_stream_head(scratch_, {.status = 200,
                                .version = version_,
                                .keep_alive = keep_alive_,
                                .content_type = content_type,
                                .headers = headers});
  if (version_ < 11)
    scratch_ += first;
  else
    append_chunk(scratch_, first);
  send(scratch_, nullptr);
}

void http_session::stream(std::uint64_t turn, std::string_view text) {
  if (is_over(turn) || turn_done_) return;
  if (version_ < 11) {
    send(text, nullptr);
    return;
  }
  scratch_.clear();
  append_chunk(scratch_, text);
  send(scratch_, nullptr);
}

void http_session::end_stream(std::uint64_t turn, std::string_view last) {
  if (is_over(turn) || turn_done_) return;
  watcher_ = nullptr;
  turn_done_ = true;
  scratch_.clear();
  if (version_ < 11) {
    scratch_ = last;
  } else {
    append_chunk(scratch_, last);
    scratch_ += last_chunk;
  }
  send(scratch_, nullptr);
}

void http_session::cut_off(std::uint64_t turn) {
  if (!is_over(turn)) on_gone();
}

void http_session::watch(std::uint64_t turn, gone_watcher* watcher) {
  if (!is_over(turn)) watcher_ = watcher;
}

void http_session::send(std::string_view text, const bytes& body) {
  if (phase_ == phase::closed) return;
  std::size_t written = 0;
  if (out_.empty()) {
    std::array<iovec, 2> both{part(text),
                              part(body ? std::string_view(*body) : std::string_view{})};
    const auto sent = body ? send_parts(fd_, both.data(), both.size())
                           : ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && !is_passing(errno)) return on_gone();
    written = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  }
  if (written < text.size() + (body ? body->size() : 0)) {
    queue(text, body, written);
    if (writing_) return;
    set_deadline(set_->limits().write);
    watch_socket();
  } else if (turn_done_) {
    end_turn();
  }
}

void http_session::queue(std::string_view text, const bytes& body, std::size_t written) {
  if (written < text.size()) {
    text.remove_prefix(written);
    unsent_ += text.size();
    out_.push_back({std::string{text}, nullptr});
    written = 0;
  } else {
    written -= text.size();
  }
  if (!body) return;
  if (out_.empty()) out_offset_ = written; // else all of it is unsent
  unsent_ += body->size() - written;
  out_.push_back({{}, body});
}

/// @returns how many bytes of the queue the socket took; none where it has failed, and is closed
std::size_t http_session::write_queued() {
  std::array<iovec, gather_max> parts;
  std::size_t count = 0;
  for (const piece& x : out_) {
    if (count == gather_max) break;
    parts[count] = part(std::string_view(x.text()).substr(count == 0 ? out_offset_ : 0));
    ++count;
  }
  const auto sent = send_parts(fd_, parts.data(), count);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (!is_passing(errno)) on_gone();
  return 0;
}

void http_session::on_writable() {
  const auto self = shared_from_this();
  if (const auto count = write_queued(); count != 0) on_written(count);
  watch_socket();
}

void http_session::on_written(std::size_t count) {
  if (phase_ == phase::closed) return;
  unsent_ -= count;
  while (!out_.empty()) {
    const std::size_t left = out_.front().text().size() - out_offset_;
    if (count < left) {
      out_offset_ += count;
      break;
    }
    count -= left;
    out_offset_ = 0;
    out_.pop_front();
  }
  if (!out_.empty()) {
    set_deadline(set_->limits().write); // It took something.
  } else if (turn_done_) {
    end_turn();
  } else {
    no_deadline();
  }
}

void http_session::end_turn() {
  in_flight_ = false;
  turn_done_ = false;
  if (scratch_.capacity() > scratch_keep_max) scratch_ = {};
  if (!keep_alive_ || set_->closing()) {
    linger();
    return;
  }
  phase_ = phase::idle;
  set_deadline(set_->limits().idle);
  process();
  watch_socket();
}

/// Lets the client read its answer: closing with unread bytes would reset the connection.
void http_session::linger() {
  phase_ = phase::lingering;
  set_deadline(set_->limits().linger);
  ::shutdown(fd_, SHUT_WR);
  begin_ = end_ = 0; // Nothing of it is read any more.
  watch_socket();
}

void http_session::finish() {
  keep_alive_ = false;
  if (!in_flight_ && phase_ != phase::lingering) close();
}

void http_session::abort() {
  close();
}

void http_session::on_deadline() {
  if (phase_ == phase::head || phase_ == phase::body) {
    outbound_answer x;
    x.status = 408;
    refuse(std::move(x));
  } else {
    on_gone();
  }
}

void http_session::close() {
  if (phase_ == phase::closed) return;
  const auto self = shared_from_this();
  phase_ = phase::closed;
  no_deadline();
  in_flight_ = false;
  shut();
  out_.clear();
  unsent_ = 0;
  std::exchange(set_, nullptr)->leave(*this);
  if (auto* watcher = std::exchange(watcher_, nullptr)) watcher->on_gone();
}

void http_session::shut() {
  if (fd_ < 0) return;
  if (set_ != nullptr) set_->sockets().remove(token_); // Before it is closed.
  ::close(std::exchange(fd_, -1));
}

void http_session::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
  set_->note_deadline(deadline_);
}

} // namespace toolscore
