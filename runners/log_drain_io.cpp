#include "runners/log_drain_io.hpp"

#include "messages/known_secrets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace toolscore {
namespace {

constexpr std::size_t line_bytes_max = 4096; // Of what is offered to the hook; more is cut off.
constexpr int reads_per_turn_max = 4;        // A flood must not keep the loop to itself,
constexpr std::size_t hooked_bytes_max = 8 * 1024; // nor what looks at each of its lines.
constexpr int last_reads_max = 64; // A pipe's content several times over, if in small reads.

} // namespace

log_drain::log_drain(boost::asio::io_context& io, std::string log_path, line_hook on_line)
    : pipe_(io), file_(std::move(log_path)) {
  if (on_line) on_line_ = std::make_shared<line_taker>(line_taker{std::move(on_line), {}});
}

bool log_drain::start(descriptor pipe) {
  if (!pipe_.assign(std::move(pipe))) return false;
  wait();
  return true;
}

void log_drain::wait() {
  pipe_.when_readable([self = shared_from_this()](bool ready) {
    if (!ready) return;
    for (int turn = 0; turn < reads_per_turn_max; ++turn)
      if (!self->read_some() || self->on_line_) break;
    if (self->pipe_.is_open()) self->wait();
  });
}

void log_drain::finish() {
  for (int turn = 0; turn < last_reads_max && pipe_.is_open(); ++turn)
    if (!read_some()) break;
  pipe_.close();
  if (!held_.empty()) keep(std::exchange(held_, {}));
  if (on_line_ && !on_line_->partial.empty()) offer_lines("\n");
}

/// @returns whether there may be more
bool log_drain::read_some() {
  // One buffer for all drains: they never read at the same time.
  static thread_local std::array<char, 64 * 1024> buffer;
  if (!pipe_.is_open()) return false;
  const auto size = ::read(pipe_.get(), buffer.data(), on_line_ ? hooked_bytes_max : buffer.size());
  if (size > 0) {
    take({buffer.data(), static_cast<std::size_t>(size)});
    return true;
  }
  if (size == 0 || (errno != EAGAIN && errno != EINTR)) pipe_.close();
  return size < 0 && errno == EINTR;
}

void log_drain::take(std::string_view text) {
  const auto secrets = known_secrets::here().all();
  if (secrets->empty() && held_.empty()) return keep(text);
  std::string all = std::exchange(held_, {}) + std::string(text);
  if (auto hidden = secrets->scrub(all)) all = std::move(*hidden);
  // The end of a read may stand in the middle of one.
  const auto whole = all.size() - secrets->unfinished(all);
  held_ = all.substr(whole);
  all.resize(whole);
  keep(all);
}

void log_drain::keep(std::string_view text) {
  ring_.append(text);
  file_.append(text);
  if (on_line_) offer_lines(text);
}

void log_drain::offer_lines(std::string_view text) {
  while (!text.empty() && on_line_) {
    // The hook may end its owner, which forgets the hook: keep it until it has returned.
    const auto taker = on_line_;
    auto& partial = taker->partial;
    const auto newline = text.find('\n');
    const auto part = text.substr(0, newline);
    partial.append(part.substr(0, line_bytes_max - std::min(partial.size(), line_bytes_max)));
    if (newline == std::string_view::npos) return;
    text.remove_prefix(newline + 1);
    if (!partial.empty() && partial.back() == '\r') partial.pop_back();
    const auto line = std::exchange(partial, {});
    taker->hook(line);
  }
}

} // namespace toolscore
