#pragma once
#include <chrono>
#include <string>

namespace toolscore::test {

/// A loopback port that takes connections and never says a word.
class silent_port {
public:
  silent_port();
  ~silent_port();
  silent_port(const silent_port&) = delete;
  silent_port& operator=(const silent_port&) = delete;
  std::string url(const std::string& path) const;
  int port() const { return port_; }
  /// Waits until somebody has connected.
  bool wait_for_client(std::chrono::milliseconds limit) const;

private:
  int fd_ = -1;
  int port_ = 0;
};

} // namespace toolscore::test
