#include "config/upkeep_config.hpp"

#include "config/durations.hpp"

namespace toolscore {
namespace {

using namespace std::chrono_literals;

/// Below these a server would start and end all the time, and no brake counts that.
constexpr milliseconds idle_stop_min = 100ms;
constexpr milliseconds max_lifetime_min = 1s;

void read(fields& object, std::string_view key, milliseconds& out, milliseconds min) {
  const auto* const value = object.find(key);
  if (value == nullptr) return;
  out = milliseconds{0};
  if (value->is_null()) return;
  const auto parsed = parse_duration(*value);
  if (!parsed) return object.fail(key, parsed.failure().detail);
  if (*parsed < min)
    return object.fail(key, shown(*value) + " is below " + duration_text(min) +
                                ", write more, or null for never");
  out = *parsed;
}

} // namespace

void read_upkeep(fields& object, server_policy& out) {
  read(object, "idle_stop", out.idle_stop, idle_stop_min);
  read(object, "max_lifetime", out.max_lifetime, max_lifetime_min);
}

void check_upkeep(fields& server, server_policy& policy) {
  if (policy.link != link_kind::none) return;
  if (const auto* const own = server.find("idle_stop"); own != nullptr && !own->is_null())
    server.fail("idle_stop", "what is never called (\"link\" is \"none\") would sleep for ever; "
                             "remove the key");
  policy.idle_stop = milliseconds{0}; // Of the defaults.
}

} // namespace toolscore
