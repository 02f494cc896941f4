#pragma once
#include "loop/asio.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace toolscore::test {

/// Something at a unix socket that answers as it is told, which a real engine would not. On a
/// thread of its own.
class fake_engine {
public:
  /// What is written back, piece by piece, before the connection is closed.
  using script = std::function<std::vector<std::string>(const std::string& target)>;
  /// @param answer  called on the engine's thread; an answer without pieces is never given
  fake_engine(std::string socket, script answer);
  ~fake_engine();

  std::vector<std::string> targets() const; ///< Of all requests so far.

  /// "HTTP/1.1 200 OK" and so on, with a body of that length.
  static std::string reply(int status, const std::string& body);
  /// The head of an answer in chunks, and one chunk.
  static std::string chunked_head();
  static std::string chunk(const std::string& text);

private:
  struct connection;
  void accept();

  std::string socket_;
  script answer_;
  boost::asio::io_context io_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  mutable std::mutex guard_; ///< Of `targets_`.
  std::vector<std::string> targets_;
  std::thread thread_;
};

} // namespace toolscore::test
