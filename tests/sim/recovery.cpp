// What must hold after good days; the other rules are in invariants.cpp.
#include "tests/sim/invariants.hpp"

#include <algorithm>
#include <utility>

namespace toolscore::test {

using namespace std::chrono_literals;

bool invariants::can_be_up(const std::string& server,
                           const std::map<std::string, server_status>& rows) const {
  const auto row = rows.find(server);
  if (row == rows.end() || row->second.desired != desired_state::running) return false;
  if (row->second.status == process_status::failed) return false;
  const auto& policy = known_.at(server).spec.policy;
  if (policy.restart != restart_type::permanent) return false;
  return std::all_of(policy.depends_on.begin(), policy.depends_on.end(),
                     [&](const auto& need) { return can_be_up(need.first, rows); });
}

/// Its last process ends by plan, or one that did has a young successor.
bool invariants::moves_by_plan(const std::string& server, std::size_t place) const {
  constexpr auto start_max = 5s; // On good days; the gate and a dependency may come first.
  const auto log = "/virtual/logs/" + server +
                   (place == 0 ? std::string{} : "." + std::to_string(place + 1)) + ".log";
  life_ptr last;
  life_ptr before;
  for (const auto& life : node_.host.lives)
    if (life->plan.stderr_log == log) before = std::exchange(last, life);
  const auto now = node_.time.now();
  if (!last) return false;
  if (last->over) return last->closed && now - last->ended < start_max;
  if (last->ready) return last->closed || life_is_full(*last);
  return before && before->closed && now - last->asked < start_max;
}

void invariants::check_recovered() {
  std::map<std::string, server_status> rows;
  for (auto& row : node_.rows()) rows[row.id.value] = row;
  const auto is_well = [&](const std::string& name, process_status status, std::size_t place) {
    // It may be on its way by plan just now; whether it serves is asked of it later.
    return status == process_status::ready ||
           (status == process_status::asleep && known_.at(name).spec.policy.idle_stop.count()) ||
           moves_by_plan(name, place);
  };
  for (const auto& [name, row] : rows) {
    if (!can_be_up(name, rows)) continue;
    bool all_well = !row.replicas.empty() || is_well(name, row.status, 0);
    for (std::size_t place = 0; place < row.replicas.size(); ++place)
      all_well = all_well && is_well(name, row.replicas[place].status, place);
    if (!all_well)
      report(name + " is wanted and could be up, and is " + to_string(row.status) + ": " +
             row.reason);
  }
}

void invariants::check_served(const std::vector<made_call_ptr>& calls) {
  std::map<std::string, server_status> rows;
  for (auto& row : node_.rows()) rows[row.id.value] = row;
  // One from the days before may never answer, and is no hung one by that.
  const auto is_mute = [&](const std::string& server) {
    return std::any_of(node_.host.lives.begin(), node_.host.lives.end(), [&](const auto& life) {
      return life->server == server && !life->how.answers_after &&
             (life->runs || node_.time.now() - life->ended < 60s);
    });
  };
  for (const auto& call : calls)
    if (can_be_up(call->server, rows) && !is_mute(call->server) &&
        (call->ends != 1 || call->failed()))
      report("a call of " + call->server + " on good days has failed: " + call->text);
}

} // namespace toolscore::test
