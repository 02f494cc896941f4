#pragma once
#include "messages/http_place.hpp"
#include "runners/http_dialer_io.hpp"
#include "runners/link.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace toolscore {

struct websocket_link_options {
  http_endpoint endpoint; ///< With the port that the instance was given.
  /// There is no process whose end is told by others: its connection's end is told at once.
  bool remote = false;
  std::size_t message_bytes_max = std::size_t{64} << 20U; ///< Of one from the server.
  std::size_t queued_bytes_max = std::size_t{64} << 20U;  ///< Of messages it has not taken yet.
  std::chrono::milliseconds opening{15'000};              ///< For the answer to the upgrade.
  std::chrono::milliseconds at_end{1'500};                ///< For its word when we close.
  /// What a process that has just died has before its connection's end is told: its exit says more.
  std::chrono::milliseconds exit_first{500};
};

/// The wire to a server over a WebSocket, of either era: each text message is one JSON-RPC message,
/// and nothing else is. Its pings are answered; whether it lives is asked by MCP's own pings and by
/// TCP. A message over the limit is skipped to its end. Callbacks come on the loop's thread, never
/// from inside a call of this class, and not after its destruction; a callback may destroy it.
class websocket_link final : public link {
public:
  struct state;
  websocket_link(http_dialer& dialer, websocket_link_options options, link_events events);
  ~websocket_link() override;

  /// What is sent before the connection is open waits for it.
  std::uint64_t send(bytes line) override;
  std::uint64_t lines_begun() const override;
  /// Closes in order after what is queued, and tells on_closed.
  void close_input() override;
  std::size_t queued_bytes() const override;

private:
  std::shared_ptr<state> state_;
};

} // namespace toolscore
