#pragma once
#include "runners/process_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace toolscore {

/// What a former node noted of a process: enough to know it again, and no other for it.
struct process_mark {
  std::int64_t pid = 0;
  std::uint64_t start_time = 0; ///< Clock ticks since boot; 0 = not known.
  std::string boot_id;          ///< Empty = not known.
  /// Where the start time is not known: then the pid was its own, and was not free before its
  /// death; who has it since an earlier moment is no other. 0 = not known either.
  std::uint64_t born_by = 0;

  bool operator==(const process_mark&) const = default;
};

enum class leftover_fate : std::uint8_t { reap, forget };

/// Only a process that is certainly the noted one is reaped: it lives, on the same boot, since the
/// same moment. What is not known is no proof. Pure.
/// @param now   what /proc says of the pid; nothing = there is no such process
/// @param boot  the present boot's id
leftover_fate fate_of(const process_mark& noted, const std::optional<process_facts>& now,
                      const std::string& boot);

/// A mark with `born_by` as one line, "pid <= ticks boot_id", and back. Pure.
std::string tree_note(const process_mark& mark);
std::optional<process_mark> parse_tree_note(const std::string& line);

} // namespace toolscore
