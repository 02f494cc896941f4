#pragma once
#include "loop/asio.hpp"

#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore::test {

/// One request that a web_peer has read.
struct peer_request {
  std::string method;
  std::string target;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers; ///< Names in lower case.
  std::size_t connection = 0;                               ///< Counts from 1.

  std::string header(std::string_view name) const; ///< "(none)" where there is none.
  bool says(std::string_view what) const { return body.find(what) != body.npos; }
};

/// The way back to whoever asked. Outlives its request as long as it is held.
class peer_reply {
public:
  virtual ~peer_reply() = default;
  virtual void write(std::string text) = 0; ///< As it stands, in its turn.
  virtual void end() = 0;                   ///< The connection goes, once all is written.
  virtual void next() = 0;                  ///< It is read on, for another request.
  virtual bool gone() const = 0;            ///< The client has closed it.

  /// A whole answer, and the connection is kept.
  void answer(int status, const std::string& type, const std::string& body,
              const std::string& more_headers = {});
  void json(const std::string& body, const std::string& more_headers = {}) {
    answer(200, "application/json", body, more_headers);
  }
  /// The head of a stream without an announced end; events follow by write().
  void stream(const std::string& more_headers = {});
  void event(const std::string& data, const std::string& more_fields = {});
  void end_stream(); ///< The connection is kept.
};
using peer_reply_ptr = std::shared_ptr<peer_reply>;

/// A server that does what a test tells it to, on the test's own loop.
class web_peer {
public:
  using handler = std::function<void(const peer_request&, peer_reply_ptr)>;
  /// @param tls  a context with a certificate; null = in clear
  /// @param port  0 = any
  web_peer(boost::asio::io_context& io, handler answer,
           std::shared_ptr<boost::asio::ssl::context> tls = nullptr, std::uint16_t port = 0);
  ~web_peer();

  std::uint16_t port() const;
  std::string url(const std::string& path = "/mcp") const;
  std::size_t connections() const; ///< Accepted so far.
  void close_all();                ///< Every connection, as a server that is killed would.

  std::vector<peer_request> seen;

private:
  struct state;
  std::shared_ptr<state> state_;
};

/// A certificate of its own for that name, or for 127.0.0.1 where it is empty, made anew, and the
/// context that serves it. `pem_file` is written: who trusts it trusts that server.
std::shared_ptr<boost::asio::ssl::context> self_signed(const std::string& name,
                                                       const std::string& pem_file);

} // namespace toolscore::test
