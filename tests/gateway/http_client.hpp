#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace toolscore::test {

struct http_reply {
  int status = 0;                             ///< 0 = the connection ended before a whole answer.
  std::map<std::string, std::string> headers; ///< Names in lower case.
  std::string body;                           ///< Without chunk framing.
};

/// A small blocking HTTP client with a time limit on everything, that can also misbehave.
class http_client {
public:
  static http_client tcp(std::uint16_t port);
  static http_client local(const std::string& path);
  explicit http_client(int fd) : fd_(fd) {}
  http_client(http_client&& other) noexcept;
  http_client& operator=(http_client&&) = delete;
  virtual ~http_client();

  bool connected() const noexcept { return fd_ >= 0; }
  virtual void send(std::string_view text);
  /// One answer; `on_part` aside, waits up to `wait` for each byte.
  http_reply read(std::chrono::milliseconds wait = std::chrono::seconds{10});
  /// What arrives next, whatever it is; empty = end or nothing in time.
  std::string read_some(std::chrono::milliseconds wait = std::chrono::seconds{10});
  /// True if the peer closes within `wait`; what it sends before is thrown away.
  bool closed_by_peer(std::chrono::milliseconds wait = std::chrono::seconds{10});
  void close();
  void reset(); ///< Closes with a TCP reset.

protected:
  /// Waits for what arrives next. @returns false at the end, or when nothing comes in time
  virtual bool fill(std::chrono::milliseconds wait);
  int fd_ = -1;
  std::string buffer_;
};

} // namespace toolscore::test
