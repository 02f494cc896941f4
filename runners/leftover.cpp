#include "runners/leftover.hpp"

#include <sstream>

namespace toolscore {

leftover_fate fate_of(const process_mark& noted, const std::optional<process_facts>& now,
                      const std::string& boot) {
  const bool known =
      noted.pid > 1 && (noted.start_time != 0 || noted.born_by != 0) && !noted.boot_id.empty();
  const bool lives = now && now->state != 'Z' && now->state != 'X';
  const bool same =
      known && lives && noted.boot_id == boot && noted.pid == now->pid &&
      (noted.start_time != 0 ? noted.start_time == now->start_time
                             : now->start_time != 0 && now->start_time <= noted.born_by);
  return same ? leftover_fate::reap : leftover_fate::forget;
}

std::string tree_note(const process_mark& mark) {
  return std::to_string(mark.pid) + " <= " + std::to_string(mark.born_by) + " " + mark.boot_id;
}

std::optional<process_mark> parse_tree_note(const std::string& line) {
  process_mark mark;
  std::string sign;
  std::istringstream fields(line);
  fields >> mark.pid >> sign >> mark.born_by >> mark.boot_id;
  if (!fields || mark.pid <= 0 || sign != "<=" || mark.born_by == 0) return std::nullopt;
  return mark;
}

} // namespace toolscore
