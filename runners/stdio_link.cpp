#include "runners/stdio_link.hpp"

#include "loop/turn_scope.hpp"
#include "runners/descriptor_io.hpp"
#include "runners/line_framer.hpp"

#include <fcntl.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace toolscore {
namespace {

constexpr std::size_t parts_max = 512; // Of one gathered write; two a line. The kernel takes 1024.
constexpr std::size_t lines_held_max = 32; // Then the server has work, and the loop reads on.
constexpr int reads_per_turn_max = 4;      // A talkative server must not keep the loop to itself.

} // namespace

struct stdio_link::state : std::enable_shared_from_this<stdio_link::state> {
  state(boost::asio::io_context& loop, link_events hooks, stdio_link_limits bounds)
      : io(loop), input(loop), output(loop), events(std::move(hooks)), limits(bounds),
        framer(bounds.line_bytes_max) {}

  void wait_read();
  void read_turn();
  bool read_some(std::vector<framed_line>& lines);
  void deliver(std::vector<framed_line>& lines);
  void tell_closed();

  std::uint64_t send(bytes line);
  void write_soon();
  void write_some();
  std::size_t gather(std::array<iovec, parts_max>& parts) const;
  void drop_written(std::size_t written);
  void wait_write();
  void broken();
  void overflow();

  boost::asio::io_context& io;
  watched_descriptor input;
  watched_descriptor output;
  link_events events;
  stdio_link_limits limits;
  line_framer framer;
  std::deque<bytes> queue;
  std::size_t front_written = 0; ///< Bytes of the first line, its newline counted, that are out.
  std::uint64_t accepted = 0;    ///< Lines that were given numbers.
  std::uint64_t written_whole =
      0; ///< Nothing is dropped before the link ends, so this is a number too.
  std::uint64_t begun = 0;
  std::size_t queued = 0; ///< Bytes in the queue that are not out.
  bool writing = false;   ///< Waits until the pipe takes more.
  bool soon = false;      ///< A write is posted.
  bool closing = false;   ///< No more is taken; the input closes when the queue is out.
  bool closed = false;    ///< The link's owner has gone, or has been told of the end.
};

void stdio_link::state::wait_read() {
  output.when_readable([self = shared_from_this()](bool ready) {
    const turn_scope turn;
    if (ready && !self->closed) self->read_turn();
  });
}

void stdio_link::state::read_turn() {
  std::vector<framed_line> lines;
  for (int turn = 0; turn < reads_per_turn_max; ++turn)
    if (!read_some(lines)) break;
  const bool ended = !output.is_open();
  if (ended) framer.finish(lines);
  deliver(lines);
  if (ended)
    tell_closed();
  else if (!closed)
    wait_read();
}

/// @returns whether there may be more at once
bool stdio_link::state::read_some(std::vector<framed_line>& lines) {
  // One buffer for all links: they never read at the same time.
  static thread_local std::array<char, 64 * 1024> buffer;
  const auto size = ::read(output.get(), buffer.data(), buffer.size());
  if (size > 0) {
    framer.feed({buffer.data(), static_cast<std::size_t>(size)}, lines);
    return static_cast<std::size_t>(size) == buffer.size();
  }
  if (size < 0 && errno == EINTR) return true;
  if (size == 0 || errno != EAGAIN) output.close();
  return false;
}

/// A callback may destroy the link; then the rest goes nowhere.
void stdio_link::state::deliver(std::vector<framed_line>& lines) {
  std::vector<bytes> messages;
  messages.reserve(lines.size());
  const auto hand_over = [&] {
    if (!messages.empty() && events.on_lines) events.on_lines(std::exchange(messages, {}));
  };
  for (auto& line : lines) {
    if (line.kind == line_kind::message) {
      messages.push_back(std::make_shared<const std::string>(std::move(line.text)));
      continue;
    }
    hand_over();
    if (closed) return;
    switch (line.kind) {
    case line_kind::message:
      break;
    case line_kind::garbage:
      if (events.on_garbage) events.on_garbage(std::move(line.text));
      break;
    case line_kind::overlong:
      if (events.on_overlong) events.on_overlong(std::move(line.text), limits.line_bytes_max);
      break;
    }
    if (closed) return;
  }
  hand_over();
}

void stdio_link::state::tell_closed() {
  if (std::exchange(closed, true)) return;
  input.close();
  queue.clear();
  queued = 0;
  if (events.on_closed) events.on_closed();
}

std::uint64_t stdio_link::state::send(bytes line) {
  const auto number = ++accepted;
  if (closing || closed || !line) return number;
  if (queued + line->size() + 1 > limits.queued_bytes_max) {
    overflow();
    return number;
  }
  queued += line->size() + 1;
  queue.push_back(std::move(line));
  if (queue.size() >= lines_held_max && !writing)
    write_some();
  else
    write_soon();
  return number;
}

/// Not at once unless there is a crowd: what else this round of the loop has to say goes out in the
/// same call, which spares the server as many wake-ups as us system calls. And where the server has
/// just died, the loop learns of it first: the line then waits for the next instance and is not
/// lost in a dead pipe.
void stdio_link::state::write_soon() {
  if (writing || std::exchange(soon, true)) return;
  boost::asio::post(io, [self = shared_from_this()] {
    self->soon = false;
    if (!self->closed && !self->writing) self->write_some();
  });
}

/// Nothing more is taken: a message lost in the middle would be worse than an end.
void stdio_link::state::overflow() {
  closing = true;
  boost::asio::post(io, [self = shared_from_this()] {
    if (!self->closed && self->events.on_overflow)
      self->events.on_overflow("its input takes nothing and " + std::to_string(self->queued) +
                               " bytes wait; at most " +
                               std::to_string(self->limits.queued_bytes_max) + " may");
  });
}

/// Each line and its newline, as they lie: no line is copied.
std::size_t stdio_link::state::gather(std::array<iovec, parts_max>& parts) const {
  static char newline = '\n';
  std::size_t count = 0;
  std::size_t skip = front_written;
  for (const auto& line : queue) {
    if (count + 2 > parts.size()) break;
    if (skip < line->size())
      parts[count++] = {const_cast<char*>(line->data()) + skip, line->size() - skip};
    parts[count++] = {&newline, 1};
    skip = 0;
  }
  return count;
}

void stdio_link::state::drop_written(std::size_t written) {
  queued -= written;
  front_written += written;
  while (!queue.empty() && front_written >= queue.front()->size() + 1) {
    front_written -= queue.front()->size() + 1;
    queue.pop_front();
    ++written_whole;
  }
  begun = written_whole + (front_written != 0 ? 1 : 0);
}

void stdio_link::state::write_some() {
  while (!queue.empty() && input.is_open()) {
    std::array<iovec, parts_max> parts;
    const auto count = gather(parts);
    const auto written = ::writev(input.get(), parts.data(), static_cast<int>(count));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) return wait_write();
    if (written < 0) return broken();
    drop_written(static_cast<std::size_t>(written));
  }
  if (closing) input.close();
}

void stdio_link::state::wait_write() {
  writing = true;
  input.when_writable([self = shared_from_this()](bool ready) {
    self->writing = false;
    if (ready && !self->closed) self->write_some();
  });
}

/// The server has closed its input: it cannot be spoken to any more. What it had said before is
/// read first.
void stdio_link::state::broken() {
  closing = true;
  input.close();
  queue.clear();
  queued = front_written = 0;
  boost::asio::post(io, [self = shared_from_this()] {
    if (self->closed || !self->output.is_open()) return;
    std::vector<framed_line> lines;
    for (int turn = 0; turn < reads_per_turn_max; ++turn)
      if (!self->output.is_open() || !self->read_some(lines)) break;
    self->framer.finish(lines);
    self->deliver(lines);
    self->output.close();
    self->tell_closed();
  });
}

stdio_link::stdio_link(boost::asio::io_context& io, int stdin_fd, int stdout_fd, link_events events,
                       stdio_link_limits limits)
    : state_(std::make_shared<state>(io, std::move(events), limits)) {
  descriptor input(stdin_fd);
  descriptor output(stdout_fd);
  ::fcntl(input.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  if (state_->input.assign(std::move(input)) && state_->output.assign(std::move(output)))
    state_->wait_read();
  else
    boost::asio::post(io, [self = state_] { self->tell_closed(); });
}

stdio_link::~stdio_link() {
  state_->closed = true;
  state_->input.close();
  state_->output.close();
}

std::uint64_t stdio_link::send(bytes line) {
  return state_->send(std::move(line));
}

std::uint64_t stdio_link::lines_begun() const {
  return state_->begun;
}

void stdio_link::close_input() {
  state_->closing = true;
  if (state_->queue.empty()) state_->input.close();
}

std::size_t stdio_link::queued_bytes() const {
  return state_->queued;
}

} // namespace toolscore
