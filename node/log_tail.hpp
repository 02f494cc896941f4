#pragma once
#include <string>
#include <string_view>

namespace toolscore {

/// What follows `shown` in `tail`, both the last lines of one log that grows at its end.
struct log_growth {
  std::string lines; ///< New ones.
  bool gap = false;  ///< Lines between the two may be missing.
};
log_growth grown(std::string_view shown, std::string_view tail);

} // namespace toolscore
