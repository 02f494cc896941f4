#include "tests/sim/restart_budget.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace toolscore::test {
namespace {

using moment = actor_fixture::moment;

/// What a streak of restarts has spent.
struct streak {
  double delayed = 0;
  std::uint32_t never_ready = 0;
  bool at_once_used = false;
};

milliseconds least_wait(const backoff_policy& backoff, streak& spent, bool was_ready) {
  if (was_ready && !std::exchange(spent.at_once_used, true)) return milliseconds{0};
  const auto wait =
      static_cast<double>(backoff.min.count()) * std::pow(backoff.factor, spent.delayed);
  ++spent.delayed;
  return milliseconds(std::llround(std::min(wait, static_cast<double>(backoff.max.count()))));
}

} // namespace

std::string budget_broken(const server_policy& policy, const std::vector<life_ptr>& lives,
                          const std::vector<moment>& orders, const std::vector<moment>& sleeps) {
  streak spent;
  std::vector<moment> restarts;
  for (std::size_t at = 1; at < lives.size(); ++at) {
    const auto& before = *lives[at - 1];
    const auto& now = *lives[at];
    const auto came_since = [&](const std::vector<moment>& all, moment since) {
      return std::any_of(all.begin(), all.end(),
                         [&](moment x) { return x >= since && x <= now.asked; });
    };
    const bool ordered = came_since(orders, before.asked);
    // A stop that nobody ordered is the end of its life or its sleep: no brake counts that.
    // One that crashes at the end of its life may have been draining already.
    const bool full_life = policy.max_lifetime.count() > 0 && before.ready &&
                           before.ended - *before.ready >= policy.max_lifetime * 9 / 10;
    if (ordered || before.closed || full_life) {
      spent = {};
      continue;
    }
    const bool was_ready = before.ready.has_value();
    if (was_ready) spent.never_ready = 0;
    if (was_ready && before.ended - *before.ready >= policy.backoff.reset_after) spent = {};
    const auto gap = now.asked - before.ended;
    // Parked, and tried half open: its streak goes on. One that was ready may have crashed while it
    // fell asleep, and begins anew.
    const bool slept = came_since(sleeps, was_ready ? before.asked : before.ended);
    if (slept && was_ready) spent = {};
    if (slept || gap >= policy.intensity.half_open) continue;
    if (!was_ready && ++spent.never_ready >= policy.intensity.never_ready)
      return "it was started again after " + std::to_string(spent.never_ready) +
             " starts that never got ready";
    if (gap < least_wait(policy.backoff, spent, was_ready)) return "its back-off was not kept";
    restarts.push_back(before.ended);
    const auto recent = std::count_if(restarts.begin(), restarts.end(), [&](moment restart) {
      return before.ended - restart < policy.intensity.period;
    });
    if (recent > policy.intensity.max)
      return "it was restarted " + std::to_string(recent) + " times within its period";
  }
  return {};
}

} // namespace toolscore::test
