#include "loop/ready_set.hpp"

#include "loop/turn_scope.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>

namespace toolscore {
namespace {

constexpr std::size_t events_a_look = 64; // Then the loop's other descriptors have their turn.
// Then the actors run: the servers work on these while the rest is read.
constexpr std::size_t events_a_turn = 32;

std::uint32_t index_of(ready_set::token name) noexcept {
  return static_cast<std::uint32_t>(name);
}
std::uint32_t generation_of(ready_set::token name) noexcept {
  return static_cast<std::uint32_t>(name >> 32U);
}
ready_set::token token_of(std::uint32_t index, std::uint32_t generation) noexcept {
  return ready_set::token{generation} << 32U | index;
}

} // namespace

ready_set::ready_set(boost::asio::io_context& io) : epoll_(io) {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::runtime_error("epoll_create1 failed: no descriptor or memory is left");
  epoll_.assign(fd);
}

ready_set::~ready_set() = default;

ready_set::slot* ready_set::find(token name) noexcept {
  const auto index = index_of(name);
  if (index >= slots_.size()) return nullptr;
  auto& found = slots_[index];
  return found.listener != nullptr && found.generation == generation_of(name) ? &found : nullptr;
}

std::optional<ready_set::token> ready_set::add(int fd, ready_listener& listener) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto index = free_.back();
  auto& taken = slots_[index];
  const auto name = token_of(index, taken.generation);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = name;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) return std::nullopt;
  free_.pop_back();
  taken.listener = &listener;
  taken.fd = fd;
  arm();
  return name;
}

void ready_set::want(token name, bool input, bool output) {
  const auto* const found = find(name);
  if (found == nullptr) return;
  epoll_event event{};
  event.events = (input ? EPOLLIN : 0U) | (output ? EPOLLOUT : 0U);
  event.data.u64 = name;
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_MOD, found->fd, &event);
}

void ready_set::remove(token name) {
  auto* const found = find(name);
  if (found == nullptr) return;
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, found->fd, nullptr);
  found->listener = nullptr;
  found->fd = -1;
  ++found->generation;
  free_.push_back(index_of(name));
  // A wait without descriptors would keep a loop from running out of work.
  boost::system::error_code ignored;
  if (size() == 0) epoll_.cancel(ignored);
}

void ready_set::arm() {
  if (armed_ || size() == 0) return;
  armed_ = true;
  epoll_.async_wait(epoll_.wait_read,
                    [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& failed) {
                      if (alive.expired()) return;
                      armed_ = false;
                      if (!failed) look();
                      if (!alive.expired()) arm();
                    });
}

void ready_set::look() {
  std::array<epoll_event, events_a_look> events;
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), events_a_look, 0);
  std::size_t at = 0;
  while (at < static_cast<std::size_t>(std::max(count, 0))) {
    const turn_scope turn;
    const auto end = std::min(at + events_a_turn, static_cast<std::size_t>(count));
    for (; at < end; ++at) tell(events[at].data.u64, events[at].events);
  }
}

/// Whoever was told before may have ended this one.
void ready_set::tell(token name, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0)
    if (const auto* found = find(name)) found->listener->on_writable();
  if ((events & EPOLLIN) != 0) {
    if (const auto* found = find(name)) found->listener->on_readable();
  } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
    if (const auto* found = find(name)) found->listener->on_hangup();
  }
}

} // namespace toolscore
