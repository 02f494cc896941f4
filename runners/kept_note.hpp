#pragma once
#include "messages/ids.hpp"
#include "messages/launch_plan.hpp"
#include "runners/leftover.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// What a node writes down of a tree that is to outlive it: enough for the next one to know it
/// again, to decide about it, and to go on where this one ends.
struct kept_note {
  instance_id id;
  process_mark init; ///< With its start time.
  confinement held = confinement::pid_namespace;
  std::string digest; ///< Of the definition that it was started from.
  std::uint16_t port = 0;
  bool was_ready = false;
  std::vector<std::string> cgroups; ///< Its directories.
  std::string cgroup_words;
  std::string not_given;
  bool operator==(const kept_note&) const = default;
};

/// One "key value" a line, and back. Pure. Nothing where a part is missing or makes no sense.
std::string kept_text(const kept_note& note);
std::optional<kept_note> parse_kept(const std::string& text);

/// How a server that a former node kept stands in the present node's configuration.
enum class kept_claim : std::uint8_t {
  same,     ///< Wanted, to be kept, and started from the same definition.
  changed,  ///< Wanted, but by another definition.
  stopped,  ///< Somebody has stopped it.
  not_kept, ///< It is to end with its node now.
  removed,  ///< It is not defined any more, or not so that it could be read.
};
inline constexpr std::size_t kept_claim_count = 5;

enum class kept_fate : std::uint8_t {
  adopt,  ///< It goes on as it is.
  reap,   ///< It is ended, and its end is seen before another is started.
  forget, ///< It is no more, or its pid is another's: nothing is signalled.
};

/// Pure and total. @param lives  it is certainly the noted process, and alive
constexpr kept_fate fate_of(bool lives, kept_claim claim) noexcept {
  if (!lives) return kept_fate::forget;
  return claim == kept_claim::same ? kept_fate::adopt : kept_fate::reap;
}

/// Why it is reaped: "its definition has changed".
const char* to_words(kept_claim claim) noexcept;

} // namespace toolscore
