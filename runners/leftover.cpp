#include "runners/leftover.hpp"

#include <sstream>

namespace toolscore {

leftover_fate fate_of(const process_mark& noted, const std::optional<process_facts>& now,
                      const std::string& boot) {
  const bool known = noted.pid > 1 && noted.start_time != 0 && !noted.boot_id.empty();
  const bool lives = now && now->state != 'Z' && now->state != 'X';
  const bool same = known && lives && noted.boot_id == boot && noted.pid == now->pid &&
                    noted.start_time == now->start_time;
  return same ? leftover_fate::reap : leftover_fate::forget;
}

std::optional<process_mark> parse_pidfile(const std::string& text) {
  process_mark mark;
  std::istringstream fields(text);
  fields >> mark.pid >> mark.start_time >> mark.boot_id;
  if (!fields || mark.pid <= 0) return std::nullopt;
  return mark;
}

} // namespace toolscore
