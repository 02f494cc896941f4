#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace toolscore {

/// SHA-256 of what is added, by OpenSSL.
class sha256 {
public:
  sha256();
  ~sha256();
  sha256(const sha256&) = delete;
  sha256& operator=(const sha256&) = delete;
  void add(std::string_view bytes);
  std::string hex(); ///< 64 digits, lower case; ends it.

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace toolscore
