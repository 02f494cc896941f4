#pragma once
#include "loop/asio.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace toolscore {

/// Whoever has a descriptor in a ready_set. Called on the loop's thread; may leave the set, and be
/// destroyed, inside of a call.
class ready_listener {
public:
  /// There is input, or the peer has ended.
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;
  /// Both directions are at an end, or it failed.
  virtual void on_hangup() = 0;

protected:
  ~ready_listener() = default;
};

/// Many sockets, looked at together: an epoll of its own that stands in the loop's. What one look
/// brings is told within turn_scopes, so that the actors run, servers are written to and clients
/// answered once for many of them. Level-triggered: one recv a readiness, where Asio's own sockets
/// take one more that finds nothing. All on the loop's thread.
class ready_set {
public:
  /// Names one descriptor for as long as it is in the set; never used for another one, never 0.
  using token = std::uint64_t;

  explicit ready_set(boost::asio::io_context& io);
  ready_set(const ready_set&) = delete;
  ready_set& operator=(const ready_set&) = delete;
  ~ready_set();

  /// Tells `listener` of input from now on; it and `fd` must leave before they end.
  /// @returns nothing if the kernel takes no more
  std::optional<token> add(int fd, ready_listener& listener);
  void want(token name, bool input, bool output);
  /// Before the descriptor is closed.
  void remove(token name);
  std::size_t size() const noexcept { return slots_.size() - free_.size(); }

private:
  struct slot {
    ready_listener* listener = nullptr;
    std::uint32_t generation = 1; ///< So that no token is 0.
    int fd = -1;
  };
  slot* find(token name) noexcept;
  void arm();
  void look();
  void tell(token name, std::uint32_t events);

  boost::asio::posix::stream_descriptor epoll_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_;
  bool armed_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0); ///< Waits hold it weakly.
};

} // namespace toolscore
