#pragma once
#include <cstdint>

namespace toolscore {

/// What an import has added: `records` and `gaps` under the numbers `first` to `last`.
struct imported_records {
  std::uint64_t records = 0;
  std::uint64_t gaps = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};

} // namespace toolscore
