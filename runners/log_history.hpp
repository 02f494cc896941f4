#pragma once
#include "messages/log_position.hpp"
#include "runners/log_ring.hpp"

#include <cstdint>
#include <memory>

namespace toolscore {

/// The logs of a server's last two instances, so that one that follows it misses nothing of a
/// restart. Bounded by two rings.
class log_history {
public:
  /// A new instance writes here from now on; of the older ones the last is kept.
  void begin(std::uint64_t instance, std::shared_ptr<const log_ring> ring);
  log_answer read(const log_request& request) const;
  /// The last bytes of the newest instance's log; empty where that is another one.
  log_part end_of(std::uint64_t instance, std::size_t bytes_max) const;

private:
  struct part {
    std::uint64_t instance = 0;
    std::shared_ptr<const log_ring> ring; ///< Null = there was none.
  };
  log_answer last_lines(std::uint32_t lines) const;

  part before_;
  part now_;
  bool dropped_ = false; ///< There was a log that is kept no more.
};

} // namespace toolscore
