#pragma once
#include "loop/asio.hpp"
#include "mcp/event_reader.hpp"
#include "node/http_message.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace toolscore {

struct exchange_end {
  enum class how : std::uint8_t {
    whole,       ///< All of the answer came; `body` is empty where it was a stream.
    unreachable, ///< Nobody accepted the connection.
    broken,      ///< It ended, or was silent for too long, in the middle.
  };
  how ended = how::whole;
  int status = 0;
  bool streamed = false;
  std::string session; ///< The Mcp-Session-Id header; empty = none.
  std::string body;
  std::string why; ///< One line where it is not whole.
};

struct exchange_events {
  /// One message of a stream.
  std::function<void(std::string)> on_event;
  /// The last word, once; never after close().
  std::function<void(exchange_end)> on_end;
  /// False = what came is not taken yet; `resume` is to be called when it is. Empty = always.
  std::function<bool(std::function<void()> resume)> may_read;
};

struct exchange_limits {
  std::chrono::milliseconds connect{5'000};
  /// To the head of the answer. The node bounds its calls itself, and says so in time.
  std::chrono::milliseconds head{std::chrono::hours{24}};
  /// Between two bytes; a silent stream of the node beats every 20 s.
  std::chrono::milliseconds silence{120'000};
  std::size_t body_bytes_max = std::size_t{65} << 20U;
};

/// Where a node's connections go, and how.
struct node_place {
  using endpoint = boost::asio::generic::stream_protocol::endpoint; ///< One for both families.
  http_address address;
  std::vector<endpoint> endpoints;
  std::shared_ptr<boost::asio::ssl::context> trusted; ///< Where it is reached over TLS.
  std::string failure;                                ///< Why nobody can be reached there.
};
/// Blocks on a name that is no address, and on a file of authorities.
node_place place_of(http_address node);

/// One request to the node on a connection of its own, whose answer may be a stream without end.
/// All on the loop's thread.
class node_exchange {
public:
  virtual ~node_exchange() = default;
  /// Ends it without a word; to the node it is gone.
  virtual void close() = 0;

  static std::shared_ptr<node_exchange> start(boost::asio::io_context& loop, const node_place& node,
                                              const http_request& request, exchange_events events,
                                              const exchange_limits& limits = {});
};

} // namespace toolscore
