#include "runners/container/attached_streams_io.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace toolscore {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr int reads_per_turn_max = 4; // A talkative server must not keep the loop to itself.

bool make_pipe(descriptor& read_end, descriptor& write_end) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
  return true;
}

bool may_go_on(ssize_t outcome) {
  return outcome >= 0 || errno == EAGAIN || errno == EINTR;
}

} // namespace

attached_streams::attached_streams(boost::asio::io_context& io, options how,
                                   std::shared_ptr<log_drain> log)
    : how_(how), log_(std::move(log)), connection_(io), writing_(io), from_us_(io), to_us_(io) {}

result<done> attached_streams::open(descriptor connection, std::string early) {
  const auto no = [] {
    return error{errc::spawn_failed,
                 std::string("making its pipes failed: ") + std::strerror(errno)};
  };
  if (how_.input) {
    descriptor theirs;
    descriptor copy(::fcntl(connection.get(), F_DUPFD_CLOEXEC, 3));
    if (!copy || !make_pipe(theirs, input) || !from_us_.assign(std::move(theirs)) ||
        !writing_.assign(std::move(copy)))
      return no();
  }
  if (!how_.output_to_log) {
    descriptor theirs;
    if (!make_pipe(output, theirs) || !to_us_.assign(std::move(theirs))) return no();
  }
  if (!connection_.assign(std::move(connection))) return no();
  held_ = std::move(early);
  if (how_.input) wait_input();
  if (!held_.empty() && !deliver()) return done{};
  wait_read();
  return done{};
}

void attached_streams::close() {
  end_hook_ = nullptr;
  ended_ = true;
  connection_.close();
  writing_.close();
  from_us_.close();
  to_us_.close();
}

void attached_streams::wait_read() {
  if (ended_) return;
  connection_.when_readable([self = shared_from_this()](bool ready) {
    if (ready) self->read_turn();
  });
}

void attached_streams::read_turn() {
  for (int turn = 0; turn < reads_per_turn_max; ++turn) {
    if (!read_some()) break;
    if (!deliver()) return; // Goes on when the pipe takes more.
  }
  wait_read();
}

/// @returns whether something came
bool attached_streams::read_some() {
  held_.resize(read_bytes);
  held_at_ = 0;
  const auto size = ::read(connection_.get(), held_.data(), held_.size());
  held_.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  if (size > 0) return true;
  if (size == 0 || !may_go_on(size)) end();
  return false;
}

/// @returns false where stdout's pipe is full: then somebody waits for it
bool attached_streams::deliver() {
  while (true) {
    if (!unsent_.empty() && !write_out()) return false;
    auto rest = std::string_view(held_).substr(held_at_);
    const auto piece = frames_.next(rest);
    held_at_ = held_.size() - rest.size();
    if (!piece) break;
    if (piece->from == stream_frames::source::errors || how_.output_to_log)
      log_->catch_up(piece->text);
    else
      unsent_ = piece->text;
  }
  if (frames_.is_broken()) end();
  return true;
}

/// @returns false where the pipe takes no more now
bool attached_streams::write_out() {
  while (!unsent_.empty() && to_us_.is_open()) {
    const auto size = ::write(to_us_.get(), unsent_.data(), unsent_.size());
    if (size > 0) unsent_.remove_prefix(static_cast<std::size_t>(size));
    if (size >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN) break;
    to_us_.when_writable([self = shared_from_this()](bool ready) {
      if (ready && self->deliver()) self->wait_read();
    });
    return false;
  }
  if (!unsent_.empty()) to_us_.close(); // Nobody reads: what it says is lost, and it lives on.
  unsent_ = {};
  return true;
}

void attached_streams::end() {
  if (std::exchange(ended_, true)) return;
  connection_.close();
  writing_.close();
  from_us_.close();
  to_us_.close();
  if (const auto hook = std::exchange(end_hook_, nullptr)) hook();
}

void attached_streams::wait_input() {
  from_us_.when_readable([self = shared_from_this()](bool ready) {
    if (ready) self->read_input();
  });
}

void attached_streams::read_input() {
  typed_.resize(read_bytes);
  const auto size = ::read(from_us_.get(), typed_.data(), typed_.size());
  typed_.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  if (size > 0) return write_input();
  if (size < 0 && may_go_on(size)) return wait_input();
  from_us_.close();
  if (writing_.is_open()) ::shutdown(writing_.get(), SHUT_WR); // Its stdin ends.
}

void attached_streams::write_input() {
  while (!typed_.empty() && writing_.is_open()) {
    const auto size = ::send(writing_.get(), typed_.data(), typed_.size(), MSG_NOSIGNAL);
    if (size > 0) typed_.erase(0, static_cast<std::size_t>(size));
    if (size >= 0 || errno == EINTR) continue;
    if (errno == EAGAIN)
      return writing_.when_writable([self = shared_from_this()](bool ready) {
        if (ready) self->write_input();
      });
    from_us_.close(); // It takes nothing any more: who writes meets a broken pipe.
    return;
  }
  if (from_us_.is_open()) wait_input();
}

} // namespace toolscore
