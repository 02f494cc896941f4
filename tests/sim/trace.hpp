#pragma once
#include "tests/actor_fixture.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace toolscore::test {

/// What happened in one seed, in order: its hash always, its text where a person wants to read it.
class trace {
public:
  explicit trace(bool keeps) : keeps_(keeps) {}
  void note(actor_fixture::moment begun, actor_fixture::moment now, const std::string& what) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - begun).count();
    mix(std::to_string(ms));
    mix(what);
    if (keeps_) lines.push_back(std::to_string(ms) + " ms  " + what);
  }
  std::uint64_t hash() const { return hash_; }
  std::vector<std::string> lines;

private:
  void mix(const std::string& text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  bool keeps_;
  std::uint64_t hash_ = 14695981039346656037ULL;
};

} // namespace toolscore::test
