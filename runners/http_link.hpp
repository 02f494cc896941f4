#pragma once
#include "messages/http_place.hpp"
#include "runners/http_client_io.hpp"
#include "runners/link.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace toolscore {

struct http_link_options {
  http_endpoint endpoint; ///< With the port that the instance was given.
  /// There is no process whose end is told by others: who cannot be connected to is lost, and a
  /// broken connection is told at once.
  bool remote = false;
  /// It is known to be of 2024-11-05: no POST is tried before its stream is there.
  bool older = false;
  std::shared_ptr<bearer_source> bearer; ///< Of its requests' tokens; null = they have none.
  std::size_t message_bytes_max = std::size_t{64} << 20U; ///< Of one from the server.
  std::size_t queued_bytes_max = std::size_t{64} << 20U;  ///< Of lines that wait for their turn.
  std::size_t requests_max = 256;              ///< Under way at once, without those that listen.
  std::size_t listens_max = 8;                 ///< subscriptions/listen under way.
  std::size_t notes_max = 8;                   ///< Notifications and responses under way.
  std::chrono::milliseconds note_wait{30'000}; ///< For the answer to one of those.
  std::chrono::milliseconds at_end{1'500};     ///< For the end of the session, when it is told.
  /// What a process that has just died has before its calls are said to have no answer: its exit
  /// says more.
  std::chrono::milliseconds exit_first{500};
  std::chrono::milliseconds endpoint_wait{15'000}; ///< For where an older one takes its POSTs.
  http_client_limits client;
};

/// The wire to a server over streamable HTTP, of either era: each message is a POST, and the
/// messages of the answers, and of the session's own stream, are lines. Callbacks come on the
/// loop's thread, never from inside a call of this class, and not after its destruction; a callback
/// may destroy it.
///
/// Modern messages carry their headers and no session; notifications/cancelled closes the stream of
/// what it cancels and is not sent. In the legacy era the session that `initialize` opens is kept,
/// its stream is opened by GET, one that is cut off is read on, and close_input() ends it by
/// DELETE. A server that takes no POST of `initialize` is tried as one of 2024-11-05: its stream
/// names the place for POSTs, and all that it says comes on the stream.
class http_link final : public link {
public:
  struct state;
  http_link(http_dialer& dialer, http_link_options options, link_events events);
  ~http_link() override;

  std::uint64_t send(bytes line) override;
  /// What the server has answered with "I know no such session" counts as not seen.
  std::uint64_t lines_begun() const override;
  /// Drops what is under way, ends the session, and tells on_closed.
  void close_input() override;
  std::size_t queued_bytes() const override;

private:
  std::shared_ptr<state> state_;
};

} // namespace toolscore
