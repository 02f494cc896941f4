#include "gateway/connection_set_io.hpp"

#include "gateway/response_text.hpp"
#include "gateway/session_io.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace toolscore {

namespace {

// Deadlines are kept this coarsely, so that many near ones share a wake-up.
constexpr std::chrono::milliseconds granularity{50};

} // namespace

connection_set::connection_set(boost::asio::io_context& io, request_handler& handler,
                               connection_limits limits)
    : io_(io), handler_(handler), limits_(limits), sockets_(io), timer_(io) {}

connection_set::~connection_set() {
  // Exchanges may hold sessions for longer than we live: they must forget us first.
  auto sessions = std::move(sessions_);
  sessions_.clear();
  for (const auto& session : sessions) session->abort();
}

void connection_set::open(stream_socket socket, peer_info peer) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  if (sessions_.size() >= limits_.connections_max || closing_) {
    ++counters.refused;
    std::string text;
    append_head(text, {.status = 503, .keep_alive = false, .content_type = {}, .headers = {}}, 0);
    socket.write_some(boost::asio::buffer(text), ignored);
    return;
  }
  auto session = std::make_shared<http_session>(std::move(socket), std::move(peer), *this);
  if (!session->start()) {
    ++counters.refused;
    return;
  }
  ++counters.accepted;
  session->index_in_set = sessions_.size();
  sessions_.push_back(std::move(session));
}

void connection_set::leave(http_session& session) {
  const std::size_t at = session.index_in_set;
  if (at >= sessions_.size() || sessions_[at].get() != &session) return;
  if (at + 1 != sessions_.size()) {
    sessions_[at] = std::move(sessions_.back());
    sessions_[at]->index_in_set = at;
  }
  sessions_.pop_back();
  if (closing_ && sessions_.empty()) finish_closing();
}

void connection_set::close(std::chrono::milliseconds patience, std::function<void()> then) {
  closing_ = true;
  closed_ = std::move(then);
  closed_at_most_ = std::chrono::steady_clock::now() + patience;
  const auto sessions = sessions_; // they leave while we walk
  for (const auto& session : sessions) session->finish();
  if (sessions_.empty())
    finish_closing();
  else
    note_deadline(closed_at_most_);
}

void connection_set::finish_closing() {
  timer_.cancel();
  if (auto then = std::exchange(closed_, nullptr))
    boost::asio::post(timer_.get_executor(), std::move(then));
}

void connection_set::note_deadline(time_point deadline) {
  if (deadline < armed_) arm(deadline);
}

void connection_set::arm(time_point when) {
  armed_ = when;
  timer_.expires_at(when);
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& ec) {
    if (!ec && !alive.expired()) sweep();
  });
}

void connection_set::sweep() {
  const auto now = std::chrono::steady_clock::now();
  armed_ = time_point::max();
  if (closing_ && now >= closed_at_most_) {
    const auto sessions = sessions_;
    for (const auto& session : sessions) session->abort();
    return;
  }
  std::vector<std::shared_ptr<http_session>> late;
  time_point next = closing_ ? closed_at_most_ : time_point::max();
  for (const auto& session : sessions_) {
    if (session->deadline() <= now)
      late.push_back(session);
    else
      next = std::min(next, session->deadline());
  }
  for (const auto& session : late) {
    ++counters.timeouts;
    session->on_deadline();
  }
  if (next != time_point::max() && !sessions_.empty())
    note_deadline(std::max(next, now + granularity));
}

} // namespace toolscore
