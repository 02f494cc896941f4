#include "node/stdio/pipes_io.hpp"

#include <algorithm>
#include <cerrno>
#include <limits.h>
#include <unistd.h>
#include <utility>

namespace toolscore {
namespace asio = boost::asio;
using asio::posix::descriptor_base;
using boost::system::error_code;

input_pipe::input_pipe(asio::io_context& loop, int descriptor, receiver take)
    : loop_(loop), pipe_(loop), take_(std::move(take)) {
  error_code ignored; // A descriptor that is none is told by its first read.
  pipe_.assign(descriptor, ignored);
}

input_pipe::~input_pipe() {
  if (pipe_.is_open()) pipe_.release();
}

void input_pipe::stop() {
  stopped_ = true;
  error_code ignored;
  pipe_.cancel(ignored);
}

void input_pipe::wait() {
  if (stopped_) return;
  pipe_.async_wait(descriptor_base::wait_read,
                   [this, alive = std::weak_ptr(alive_)](error_code failure) {
                     if (alive.expired() || stopped_ || failure == asio::error::operation_aborted)
                       return;
                     read();
                   });
}

void input_pipe::read() {
  const auto count =
      ::read(pipe_.is_open() ? pipe_.native_handle() : -1, part_.data(), part_.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return wait();
  if (count <= 0) {
    stopped_ = true;
    return take_({});
  }
  take_({part_.data(), static_cast<std::size_t>(count)});
  wait();
}

output_pipe::output_pipe(asio::io_context& loop, int descriptor, std::function<void()> on_broken)
    : loop_(loop), pipe_(loop), on_broken_(std::move(on_broken)) {
  error_code ignored;
  pipe_.assign(descriptor, ignored);
}

output_pipe::~output_pipe() {
  if (pipe_.is_open()) pipe_.release();
}

void output_pipe::write(std::string line) {
  if (broken_) return;
  line += '\n';
  waiting_bytes_ += line.size();
  lines_.push_back(std::move(line));
  wait();
}

void output_pipe::when_empty(std::function<void()> then) {
  on_empty_ = std::move(then);
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) tell();
  });
}

void output_pipe::wait() {
  if (std::exchange(waits_, true)) return;
  pipe_.async_wait(descriptor_base::wait_write,
                   [this, alive = std::weak_ptr(alive_)](error_code failure) {
                     if (alive.expired()) return;
                     waits_ = false;
                     if (failure != asio::error::operation_aborted) write_some();
                   });
}

void output_pipe::write_some() {
  const auto& line = lines_.front();
  // What has room has room for so much.
  const auto size = std::min<std::size_t>(line.size() - written_, PIPE_BUF);
  const auto count =
      ::write(pipe_.is_open() ? pipe_.native_handle() : -1, line.data() + written_, size);
  if (count < 0 && errno != EINTR && errno != EAGAIN) {
    broken_ = true;
    lines_.clear();
    waiting_bytes_ = 0;
    on_broken_();
    return tell();
  }
  if (count > 0) {
    written_ += static_cast<std::size_t>(count);
    waiting_bytes_ -= static_cast<std::size_t>(count);
  }
  if (written_ == line.size()) {
    lines_.pop_front();
    written_ = 0;
  }
  if (!lines_.empty()) wait();
  tell();
}

void output_pipe::tell() {
  if (!is_full())
    for (auto& resume : std::exchange(resumes_, {})) resume();
  if (lines_.empty() && on_empty_) std::exchange(on_empty_, nullptr)();
}

} // namespace toolscore
