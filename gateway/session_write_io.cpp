#include "gateway/response_text.hpp"
#include "gateway/session_io.hpp"

#include <array>
#include <utility>

namespace toolscore {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Pieces of queued answers that go out in one call.
constexpr std::size_t gather_max = 16;
// A smaller body is copied behind its head: one piece is cheaper to send than two.
constexpr std::size_t copy_max = 8 * 1024;
// What an idle connection may keep of the room that its last answer took.
constexpr std::size_t scratch_keep_max = 16 * 1024;

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

void http_session::watch(std::uint64_t turn, gone_watcher* watcher) {
  if (!is_over(turn)) watcher_ = watcher;
}

void http_session::send(std::string_view text, const bytes& body) {
  if (phase_ == phase::closed) return;
  std::size_t written = 0;
  if (out_.empty()) {
    const std::array<asio::const_buffer, 2> both{asio::buffer(text),
                                                 body ? asio::buffer(*body) : asio::const_buffer{}};
    error_code ec;
    written = body ? socket_.write_some(both, ec) : socket_.write_some(asio::buffer(text), ec);
    if (ec && ec != asio::error::would_block && ec != asio::error::interrupted) {
      on_gone();
      return;
    }
  }
  if (written < text.size() + (body ? body->size() : 0)) {
    queue(text, body, written);
    if (!writing_) write_queued();
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

void http_session::write_queued() {
  std::array<asio::const_buffer, gather_max> buffers;
  std::size_t count = 0;
  for (const piece& x : out_) {
    if (count == gather_max) break;
    const std::size_t skip = count == 0 ? out_offset_ : 0;
    buffers[count++] = asio::const_buffer(x.text().data() + skip, x.text().size() - skip);
  }
  writing_ = true;
  set_deadline(set_->limits().write);
  socket_.async_write_some(buffers,
                           [self = shared_from_this()](const error_code& ec, std::size_t n) {
                             self->writing_ = false;
                             if (ec)
                               self->on_gone();
                             else
                               self->on_written(n);
                           });
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
    write_queued();
  } else if (turn_done_) {
    end_turn();
  } else {
    no_deadline();
  }
}

void http_session::end_turn() {
  end_flight();
  turn_done_ = false;
  if (scratch_.capacity() > scratch_keep_max) scratch_ = {};
  if (!keep_alive_ || set_->closing()) {
    linger();
    return;
  }
  phase_ = phase::idle;
  set_deadline(set_->limits().idle);
  process();
  arm_read();
}

/// Lets the client read its answer: closing with unread bytes would reset the connection.
void http_session::linger() {
  phase_ = phase::lingering;
  set_deadline(set_->limits().linger);
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  arm_read();
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
  end_flight();
  error_code ignored;
  socket_.close(ignored);
  out_.clear();
  unsent_ = 0;
  std::exchange(set_, nullptr)->leave(*this);
  if (auto* watcher = std::exchange(watcher_, nullptr)) watcher->on_gone();
}

void http_session::begin_flight() noexcept {
  in_flight_ = true;
  ++set_->in_flight;
}

void http_session::end_flight() noexcept {
  if (std::exchange(in_flight_, false)) --set_->in_flight;
}

void http_session::set_deadline(std::chrono::milliseconds from_now) {
  deadline_ = std::chrono::steady_clock::now() + from_now;
  set_->note_deadline(deadline_);
}

} // namespace toolscore
