// How trees are isolated: decided by the plan and by what their spawner has found, sent with them.
#include "runners/process_state_io.hpp"
#include "runners/spawner_plan.hpp"

namespace toolscore {

/// Whether a tree is to have a cgroup hangs on what the host gives beside, and so does how it is
/// isolated.
bool process_io::state::waits_for_word(const waiting_start& next) {
  if (client->strength()) return false;
  const bool wants = wants_isolation(next.who->plan->isolation);
  isolating = isolating || wants;
  return cgroups || wants;
}

/// @returns false where that cannot be, which its start has been told
bool process_io::state::isolate(waiting_start& next) {
  if (next.isolated || !wants_isolation(next.who->plan->isolation)) return true;
  const auto& word = client->first_word();
  isolation_facts facts{next.wanted, word.able};
  if (facts.held == spawner::hold::strongest) facts.held = word.held;
  auto plan = plan_isolation(*next.who->plan, facts);
  auto sent = plan ? add_orders(next.wire, plan->orders) : result<done>(plan.failure());
  if (!sent) {
    next.who->give_up(sent.failure());
    return false;
  }
  next.isolated = true;
  next.who->isolation_orders = std::move(plan->orders);
  next.who->isolation_in_force = std::move(plan->in_force);
  next.who->note(plan->not_given);
  return true;
}

} // namespace toolscore
