#pragma once
#include "mcp/event_reader.hpp"
#include "runners/http_client_io.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// A session's own stream: what its server says outside of any request. Opened by GET, and again
/// whenever it ends; not where the server offers none. Used on the loop's thread.
class http_ear : public std::enable_shared_from_this<http_ear> {
public:
  struct hooks {
    /// The head of a GET that goes on behind the event of that id; empty = from now on.
    std::function<std::string(const std::string& last_id)> head;
    std::function<void(std::vector<mcp::stream_event>)> on_events;
    std::function<void()> on_session_lost;
    /// Nobody can be connected to any more; null = it is tried again.
    std::function<void(const std::string& why)> on_unreachable;
    std::function<void(const http_end&)> on_no_token; ///< No token, or no login; the last word.
    std::function<void(std::size_t bytes_max)> on_overlong;
  };
  http_ear(http_client& client, boost::asio::io_context& io, std::size_t event_bytes_max,
           hooks tell);

  void open();
  /// Unheard from now on.
  void close();

private:
  void take_head(const http_answer_head& head);
  void take_part(std::string_view part);
  void take_end(const http_end& end);

  http_client& client_;
  boost::asio::steady_timer timer_;
  std::size_t event_bytes_max_;
  hooks tell_;
  std::shared_ptr<client_exchange> way_;
  std::unique_ptr<mcp::event_reader> reader_;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
  unsigned ends_ = 0;     ///< In a row, without an event.
  bool was_open_ = false; ///< The server has such a stream.
  bool goes_on_ = false;  ///< The one under way is to be opened again.
  bool closed_ = false;
};

} // namespace toolscore
