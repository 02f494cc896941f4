#include "gateway/tls_session_io.hpp"

#include "gateway/tls_front_io.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t piece_max = std::size_t{16} * 1024; // One TLS record.
constexpr int rounds_max = 16;                            // Then others have their turn.
// For what a client has been sent when the node ends.
constexpr std::chrono::milliseconds hurried_linger{200};

/// Where both directions of all sessions are read to, one piece at a time.
std::array<char, piece_max>& scratch() {
  static thread_local std::array<char, piece_max> room;
  return room;
}

bool is_passing(int failure) noexcept {
  return failure == EAGAIN || failure == EINTR;
}

} // namespace

void tls_session::backlog::took(std::size_t count) {
  at += count;
  if (!empty()) return;
  text = {}; // Idle connections hold nothing.
  at = 0;
}

tls_session::tls_session(stream_socket socket, peer_info peer, ssl_ctx_st* context,
                         tls_front& front)
    : front_(&front), peer_(std::move(peer)), ssl_(::SSL_new(context), ::SSL_free),
      timer_(front.io()) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  outer_.fd = socket.release(ignored); // Out of Asio's epoll: it is watched by the front's.
}

tls_session::~tls_session() {
  for (side* x : {&outer_, &inner_})
    if (x->fd >= 0) ::close(x->fd);
}

void tls_session::start() {
  const auto token = front_->sockets().add(outer_.fd, outer_);
  if (!token || !ssl_ || ::SSL_set_fd(ssl_.get(), outer_.fd) != 1) return close();
  outer_.token = *token;
  ::SSL_set_accept_state(ssl_.get());
  arm(front_->limits().handshake);
  run();
}

void tls_session::arm(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& stopped) {
    const auto self = weak.lock();
    if (!stopped && self) self->close();
  });
}

void tls_session::hurry() {
  if (phase_ == phase::handshake) return close();
  if (phase_ == phase::lingering) arm(hurried_linger);
}

/// Something has changed: goes on until nothing moves.
void tls_session::run() {
  const auto self = shared_from_this();
  if (phase_ == phase::handshake) shake_hands();
  int rounds = 0;
  while ((phase_ == phase::open || phase_ == phase::lingering) && pump()) {
    if (++rounds < rounds_max) continue;
    // OpenSSL may hold what the descriptor will never tell of again.
    boost::asio::post(front_->io(), [weak = weak_from_this()] {
      const auto later = weak.lock();
      if (later && later->phase_ != phase::closed) later->run();
    });
    break;
  }
  if (phase_ != phase::closed) watch();
}

void tls_session::shake_hands() {
  wants_write_ = false;
  ::ERR_clear_error();
  const int outcome = ::SSL_do_handshake(ssl_.get());
  if (outcome != 1) {
    wait_or_end(outcome);
    return;
  }
  ++front_->counters.handshakes;
  timer_.cancel();
  phase_ = phase::open;
  if (!open_inner()) close();
}

/// Makes the socket pair and has its other end served.
bool tls_session::open_inner() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return false;
  inner_.fd = ends[0];
  stream_socket plain(front_->io());
  boost::system::error_code failed;
  plain.assign({AF_UNIX, 0}, ends[1], failed);
  if (failed) {
    ::close(ends[1]);
    return false;
  }
  const auto token = front_->sockets().add(inner_.fd, inner_);
  if (!token) return false;
  inner_.token = *token;
  front_->hand_over(std::move(plain), peer_);
  return true;
}

/// @returns true if anything moved
bool tls_session::pump() {
  wants_write_ = false;
  bool moved = false;
  if (!outer_ended_ && in_.empty()) moved |= read_outer();
  if (phase_ != phase::closed && !in_.empty()) moved |= write_inner();
  if (phase_ != phase::closed && inner_.fd >= 0 && out_.empty()) moved |= read_inner();
  if (phase_ != phase::closed && !out_.empty()) moved |= write_outer();
  if (phase_ == phase::open && inner_.fd < 0 && out_.empty()) begin_lingering();
  if (phase_ == phase::lingering && outer_ended_) close();
  return moved && phase_ != phase::closed;
}

bool tls_session::wait_or_end(int outcome) {
  switch (::SSL_get_error(ssl_.get(), outcome)) {
  case SSL_ERROR_WANT_READ:
    break;
  case SSL_ERROR_WANT_WRITE:
    wants_write_ = true;
    break;
  default:
    close();
  }
  return false;
}

bool tls_session::read_outer() {
  ::ERR_clear_error();
  auto& room = scratch();
  const int count = ::SSL_read(ssl_.get(), room.data(), static_cast<int>(room.size()));
  if (count > 0) {
    if (inner_.fd >= 0) in_.text.assign(room.data(), static_cast<std::size_t>(count));
    return true; // What comes after the end is thrown away.
  }
  if (::SSL_get_error(ssl_.get(), count) != SSL_ERROR_ZERO_RETURN) return wait_or_end(count);
  outer_ended_ = true;
  if (inner_.fd >= 0) ::shutdown(inner_.fd, SHUT_WR);
  return true;
}

bool tls_session::write_inner() {
  const auto count = ::send(inner_.fd, in_.text.data() + in_.at, in_.text.size() - in_.at,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count > 0) {
    in_.took(static_cast<std::size_t>(count));
    return true;
  }
  if (is_passing(errno)) return false;
  in_.took(in_.text.size() - in_.at); // Nobody reads it any more; the answer may still be there.
  return true;
}

bool tls_session::read_inner() {
  auto& room = scratch();
  const auto count = ::recv(inner_.fd, room.data(), room.size(), MSG_DONTWAIT);
  if (count > 0) {
    out_.text.assign(room.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count < 0 && is_passing(errno)) return false;
  end_inner();
  return true;
}

bool tls_session::write_outer() {
  ::ERR_clear_error();
  const int count = ::SSL_write(ssl_.get(), out_.text.data() + out_.at,
                                static_cast<int>(out_.text.size() - out_.at));
  if (count <= 0) return wait_or_end(count);
  out_.took(static_cast<std::size_t>(count));
  if (inner_hung_) arm(front_->limits().linger); // It reads on.
  return true;
}

/// It has been closed, and what stands in it is all that will come. The kernel would tell so again
/// and again.
void tls_session::on_inner_hangup() {
  front_->sockets().remove(std::exchange(inner_.token, 0));
  inner_hung_ = true;
  arm(front_->limits().linger);
  run();
}

/// All has been answered that will be.
void tls_session::end_inner() {
  release(inner_);
  in_ = {};
}

/// Lets the client read its answer: closing with unread bytes would reset the connection.
void tls_session::begin_lingering() {
  phase_ = phase::lingering;
  ::ERR_clear_error();
  ::SSL_shutdown(ssl_.get());
  ::shutdown(outer_.fd, SHUT_WR);
  arm(front_->closing() ? std::min(hurried_linger, front_->limits().linger)
                        : front_->limits().linger);
}

void tls_session::watch() {
  want(outer_, !outer_ended_ && in_.empty(), wants_write_);
  want(inner_, out_.empty(), !in_.empty());
}

void tls_session::want(side& x, bool input, bool output) {
  if (x.token == 0 || (input == x.input && output == x.output)) return;
  x.input = input;
  x.output = output;
  front_->sockets().want(x.token, input, output);
}

void tls_session::release(side& x) {
  if (x.fd < 0) return;
  if (x.token != 0 && front_ != nullptr) front_->sockets().remove(x.token); // Before it is closed.
  x.token = 0;
  ::close(std::exchange(x.fd, -1));
}

void tls_session::close() {
  if (phase_ == phase::closed) return;
  const auto self = shared_from_this();
  if (phase_ == phase::handshake) ++front_->counters.failed;
  phase_ = phase::closed;
  timer_.cancel();
  release(inner_);
  release(outer_);
  in_ = out_ = {};
  std::exchange(front_, nullptr)->leave(*this);
}

} // namespace toolscore
