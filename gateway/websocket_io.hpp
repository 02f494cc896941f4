#pragma once
#include "gateway/connection.hpp"
#include "gateway/event_page_io.hpp"
#include "gateway/http_types.hpp"
#include "gateway/socket_io.hpp"
#include "gateway/stream_pulse.hpp"
#include "messages/backend.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace toolscore {

struct event_feed_limits {
  std::size_t feeds_max = 256;     ///< WebSockets at once.
  std::size_t queued_max = 10'000; ///< Events that one of them may be behind.
  std::uint32_t page_max = 10'000; ///< Events in one plain answer.
  /// The log has no end mark: a plain answer ends when no event came for so long.
  std::chrono::milliseconds page_quiet{100};
};

class event_feed;

/// The event log for its owners: over WebSocket, each event one text message, from a number on and
/// without end; or in one plain answer of NDJSON. On the loop's thread.
class event_feeds {
public:
  /// `tree` outlives it.
  event_feeds(boost::asio::io_context& io, backend& tree, event_feed_limits limits);
  ~event_feeds();
  event_feeds(const event_feeds&) = delete;
  event_feeds& operator=(const event_feeds&) = delete;

  static bool wants_upgrade(const inbound_request& request);
  /// Takes over the connection; `?after=N` in the target.
  void upgrade(const inbound_request& request, stream_socket socket, standing good = {});
  /// `?after=N&limit=M`
  void answer(const inbound_request& request, const std::shared_ptr<client_connection>& connection,
              std::uint64_t turn);
  bool full() const noexcept;
  std::size_t size() const noexcept;
  /// Ends those of clients that are not welcome any more.
  void check() { pulse_.check(); }
  /// Tells all WebSockets that the node goes away.
  void close();

private:
  boost::asio::io_context& io_;
  tree_handle tree_;
  event_feed_limits limits_;
  std::vector<std::weak_ptr<event_feed>> feeds_;
  stream_pulse pulse_; ///< Of those whose clients were let in by something that may end.
};

} // namespace toolscore
