#include "bench/load_io.hpp"

#include "bench/child_io.hpp"
#include "bench/descriptor_io.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <vector>

namespace toolscore {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::size_t read_bytes = 256 * 1024;
constexpr std::size_t answer_bytes_max = http_head_bytes_max + 2 * http_body_bytes_max;

error wrong_answer(std::string_view to, std::string_view received) {
  return error{errc::bad_answer,
               "not an answer to " + std::string(to) + ": " + std::string(received.substr(0, 600))};
}

/// Sends a request on a blocking socket and reads its whole answer. Views of the answer point into
/// `received`. The socket's own receive timeout bounds each read.
result<http_answer> exchange(int socket, std::string_view request, std::string& received) {
  if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return last_error("send a request");
  received.clear();
  http_answer answer;
  for (std::string piece(read_bytes, '\0');;) {
    const ssize_t got = read_some(socket, piece.data(), piece.size());
    if (got <= 0)
      return got == 0 ? error{errc::io_failed, "the endpoint closed the connection"}
                      : last_error("read an answer");
    received.append(piece, 0, static_cast<std::size_t>(got));
    const auto progress = read_answer(received, answer);
    if (progress == http_progress::complete) return answer;
    if (progress == http_progress::malformed || received.size() > answer_bytes_max)
      return wrong_answer("HTTP", received);
  }
}

void set_receive_timeout(int socket, std::chrono::milliseconds wait) {
  timeval limit{};
  limit.tv_sec = wait.count() / 1000;
  limit.tv_usec = (wait.count() % 1000) * 1000;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

/// One closed loop.
struct client {
  owned_fd socket;
  call_writer writer;
  std::uint64_t id = 0; ///< Of the call that is out.
  clock::time_point sent{};
  std::string in{};

  /// @param raw  sent instead of a real call, if not empty
  bool send_call(std::uint64_t next_id, std::string_view raw) {
    id = next_id;
    const std::string_view request = raw.empty() ? writer.call(id) : raw;
    sent = clock::now();
    // A closed loop has one small request in flight, so a healthy socket takes it whole.
    return ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
  }
};

class load_run {
public:
  explicit load_run(const load_options& options)
      : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(read_bytes, '\0'),
        raw_request_(options.raw_request_bytes, 'r') {}

  result<load_figures> run() {
    for (std::size_t i = 0; i < options_.connections; ++i)
      if (const auto opened = open_client(); !opened) return opened.failure();
    const auto begin = clock::now();
    warm_until_ = begin + options_.warm_up;
    measured_from_ = begin;
    last_answer_ = begin;
    for (auto& each : clients_)
      if (!start_next(*each)) return last_error("send a call");
    if (const auto looped = loop(); !looped) return looped.failure();
    if (figures_.calls == 0)
      return error{errc::io_failed, "no call was answered within the measured time"};
    figures_.elapsed = last_counted_ - measured_from_;
    return figures_;
  }

private:
  result<done> open_client() {
    auto socket = connect_to(options_.at.host.c_str(), options_.at.port);
    if (!socket) return socket.failure();
    clients_.push_back(std::make_unique<client>(client{
        std::move(*socket), call_writer(options_.at, options_.spoken, options_.text_bytes)}));
    client& made = *clients_.back();
    if (options_.raw_answer_bytes == 0)
      if (const auto shaken = shake_hands(made); !shaken) return shaken;
    set_nonblocking(made.socket.get());
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &made;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, made.socket.get(), &event) != 0)
      return last_error("watch a connection");
    return done{};
  }

  result<done> shake_hands(client& made) {
    set_receive_timeout(made.socket.get(), options_.stall_max);
    std::string received;
    const auto opened = exchange(made.socket.get(), made.writer.opening(), received);
    if (!opened) return opened.failure();
    if (!answers_result(*opened)) return wrong_answer("the handshake", received);
    if (options_.spoken == era::modern) return done{};
    made.writer.use_session(opened->head.session);
    const auto noted = exchange(made.socket.get(), made.writer.initialized(), received);
    if (!noted) return noted.failure();
    if (noted->head.status / 100 != 2) return wrong_answer("notifications/initialized", received);
    return done{};
  }

  /// Sends the client's next call unless the run is over. @returns false if its socket has failed
  bool start_next(client& idle) {
    if (finishing_ || (options_.calls > 0 && started_ == options_.calls)) return true;
    ++started_;
    ++in_flight_;
    return idle.send_call(next_id_++, raw_request_);
  }

  result<done> loop() {
    std::array<epoll_event, 256> events{};
    while (in_flight_ > 0) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 500);
      if (was_interrupted()) return error{errc::cancelled, "interrupted"};
      if (count <= 0 && clock::now() - last_answer_ > options_.stall_max)
        return error{errc::io_failed, std::to_string(in_flight_) + " calls got no answer for " +
                                          std::to_string(options_.stall_max.count()) + " ms"};
      for (int i = 0; i < count; ++i) {
        auto& ready = *static_cast<client*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (const auto taken = read_client(ready); !taken) return taken;
      }
    }
    return done{};
  }

  result<done> read_client(client& ready) {
    const ssize_t got = read_some(ready.socket.get(), scratch_.data(), scratch_.size());
    if (got < 0 && errno == EAGAIN) return done{};
    if (got < 0) return last_error("read an answer");
    if (got == 0) return error{errc::io_failed, "the endpoint closed a connection in mid-call"};
    const std::string_view piece(scratch_.data(), static_cast<std::size_t>(got));
    if (!ready.in.empty()) {
      ready.in.append(piece);
      return take_answer(ready, ready.in);
    }
    return take_answer(ready, piece); // Nearly always: the answer came whole and is not copied.
  }

  /// @param received  all of the answer that has come: `scratch_`, or the client's own buffer
  result<done> take_answer(client& ready, std::string_view received) {
    const auto now = clock::now();
    const bool raw = options_.raw_answer_bytes > 0;
    const auto progress = !raw ? read_answer(received, answer_)
                          : received.size() < options_.raw_answer_bytes ? http_progress::incomplete
                                                                        : http_progress::complete;
    if (progress == http_progress::incomplete && received.size() <= answer_bytes_max) {
      if (ready.in.empty()) ready.in.assign(received);
      return done{};
    }
    const bool right = progress == http_progress::complete &&
                       (raw ? received.size() == options_.raw_answer_bytes
                            : received.size() == answer_.size &&
                                  answers_call(answer_, ready.id, ready.writer.expected_text()));
    if (!right) return wrong_answer("call " + std::to_string(ready.id), received);
    count_answer(ready, now);
    ready.in.clear();
    return start_next(ready) ? result<done>{done{}} : last_error("send a call");
  }

  void count_answer(client& answered, clock::time_point now) {
    --in_flight_;
    last_answer_ = now;
    finishing_ = options_.calls == 0 && now >= warm_until_ + options_.duration;
    if (now < warm_until_) return;
    if (figures_.calls == 0 && options_.warm_up.count() > 0) measured_from_ = warm_until_;
    ++figures_.calls;
    figures_.latency.add(now - answered.sent);
    last_counted_ = now;
    figures_.request_bytes = answered.writer.request_bytes();
    figures_.request_body_bytes = answered.writer.body_bytes();
    figures_.answer_bytes = answer_.size;
    figures_.answer_body_bytes = answer_.body().size();
  }

  load_options options_;
  owned_fd epoll_;
  std::string scratch_;
  std::string raw_request_;
  http_answer answer_;
  std::vector<std::unique_ptr<client>> clients_;
  std::uint64_t next_id_ = first_call_id;
  std::uint64_t started_ = 0;
  std::size_t in_flight_ = 0;
  bool finishing_ = false;
  clock::time_point warm_until_{};
  clock::time_point measured_from_{};
  clock::time_point last_answer_{};
  clock::time_point last_counted_{};
  load_figures figures_;
};

} // namespace

result<load_figures> run_load(const load_options& options) {
  load_run run{options};
  return run.run();
}

result<http_answer> exchange_once(const endpoint_address& at, std::string_view request,
                                  std::string& received, std::chrono::milliseconds wait) {
  const auto socket = connect_to(at.host.c_str(), at.port);
  if (!socket) return socket.failure();
  set_receive_timeout(socket->get(), wait);
  return exchange(socket->get(), request, received);
}

} // namespace toolscore
