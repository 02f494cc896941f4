#pragma once
#include "messages/envelope.hpp"
#include "messages/http_place.hpp"
#include "runners/bearer_source.hpp"
#include "runners/http_answer.hpp"
#include "runners/http_dialer_io.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace toolscore {

/// One request as it is written.
struct http_text {
  std::string head; ///< With its empty line; its Content-Length is that of `body`.
  bytes body;       ///< Null = none.
  std::chrono::milliseconds head_wait{0}; ///< For the head of the answer; 0 = as long as it takes.
  /// It changes nothing when it comes twice: where a kept connection turns out to have ended, it is
  /// written to a fresh one.
  bool repeatable = false;
};

/// How an exchange ended.
struct http_end {
  enum class fate : std::uint8_t {
    whole,       ///< All of the answer came.
    unreachable, ///< Nobody could be connected to; nothing was written.
    broken,      ///< It ended before the answer did.
    no_token,    ///< No bearer token is to be had now; the server has run nothing of it.
    no_login,    ///< The same, and somebody has to log in first.
  };
  fate how = fate::whole;
  std::string why; ///< One line where it is not whole.
};

/// On the loop's thread, never from inside a call of the client but for on_begun.
struct http_hooks {
  std::function<void()> on_begun; ///< From now on the server may have seen some of it.
  std::function<void(const http_answer_head&)> on_head;
  std::function<void(std::string_view)> on_part; ///< Of the body, as it comes.
  std::function<void(http_end)> on_end;          ///< The last word, once; never after close().
};

/// One request under way.
class client_exchange {
public:
  client_exchange() = default;
  client_exchange(const client_exchange&) = delete;
  client_exchange& operator=(const client_exchange&) = delete;
  virtual ~client_exchange() = default;
  /// Ends it unheard; to the server its caller is gone. Nothing once it has ended.
  virtual void close() = 0;
};

struct http_client_limits {
  dial_limits dial;
  std::chrono::milliseconds write{60'000}; ///< For a whole request.
  /// Shorter than what servers keep an idle connection for (Node.js: 5 s), so that a request and
  /// their end of it do not cross.
  std::chrono::milliseconds idle{4'000};
  std::size_t idle_max = 32; ///< Connections that are kept.
};

/// Requests to one server, over connections that are kept for a while. How many are under way at
/// once is its owner's business. Each carries the token of `bearer`, where there is one; one that
/// is answered with 401 has not been run and is written once more with another token. Used on the
/// loop's thread.
class http_client {
public:
  http_client(http_dialer& dialer, http_endpoint endpoint, http_client_limits limits = {},
              std::shared_ptr<bearer_source> bearer = nullptr);
  /// Closes what is idle. Exchanges under way go on until they are closed.
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  std::shared_ptr<client_exchange> start(http_text request, http_hooks hooks);
  /// Connections that are kept now.
  std::size_t idle() const;

  struct pool;

private:
  std::shared_ptr<pool> pool_;
};

} // namespace toolscore
