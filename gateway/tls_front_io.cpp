#include "gateway/tls_front_io.hpp"

#include "gateway/tls_session_io.hpp"

#include <csignal>
#include <utility>

namespace toolscore {
namespace {

/// OpenSSL writes without a flag against it, and a client that has gone must not end the process.
void ignore_broken_pipes() {
  struct sigaction present {};
  if (::sigaction(SIGPIPE, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace

tls_front::tls_front(boost::asio::io_context& io, tls_context context, opened then,
                     tls_limits limits)
    : io_(io), context_(std::move(context)), then_(std::move(then)), limits_(limits), sockets_(io),
      timer_(io) {
  ignore_broken_pipes();
}

tls_front::~tls_front() {
  for (const auto& session : std::exchange(sessions_, {})) session->abort();
}

void tls_front::serve(stream_socket socket, peer_info peer) {
  if (sessions_.size() >= limits_.connections_max || closing_) {
    ++counters.refused;
    return;
  }
  auto session =
      std::make_shared<tls_session>(std::move(socket), std::move(peer), context_.get(), *this);
  session->index_in_front = sessions_.size();
  sessions_.push_back(session);
  session->start();
}

void tls_front::leave(tls_session& session) {
  const auto at = session.index_in_front;
  if (at >= sessions_.size() || sessions_[at].get() != &session) return;
  if (at + 1 != sessions_.size()) {
    sessions_[at] = std::move(sessions_.back());
    sessions_[at]->index_in_front = at;
  }
  sessions_.pop_back();
  if (closing_ && sessions_.empty()) finish_closing();
}

void tls_front::close(std::chrono::milliseconds patience, std::function<void()> then) {
  closing_ = true;
  closed_ = std::move(then);
  const auto sessions = sessions_; // They leave while we walk.
  for (const auto& session : sessions) session->hurry();
  if (sessions_.empty()) return finish_closing();
  timer_.expires_after(patience);
  timer_.async_wait([this](const boost::system::error_code& ended) {
    if (ended) return;
    const auto late = sessions_;
    for (const auto& session : late) session->abort();
  });
}

void tls_front::finish_closing() {
  timer_.cancel();
  if (auto then = std::exchange(closed_, nullptr)) boost::asio::post(io_, std::move(then));
}

} // namespace toolscore
