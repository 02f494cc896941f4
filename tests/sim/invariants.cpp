#include "tests/sim/invariants.hpp"

#include "tests/sim/restart_budget.hpp"

#include <algorithm>
#include <utility>

namespace toolscore::test {
namespace {

using namespace std::chrono_literals;

bool ends(server_verb verb) {
  return verb == server_verb::stop || verb == server_verb::remove;
}

bool has_process(process_status status) {
  return status == process_status::starting || status == process_status::ready ||
         status == process_status::degraded || status == process_status::stopping;
}

/// Which of several replicas it is of: each has a log of its own.
const std::string& place_of(const process_life& life) {
  return life.plan.stderr_log;
}

bool is_full(const life_ptr& life) {
  return life->ready && !life->closed;
}

} // namespace

std::vector<life_ptr> invariants::living(const std::string& server) const {
  std::vector<life_ptr> all;
  for (const auto& life : node_.host.lives)
    if (life->runs && life->server == server) all.push_back(life);
  return all;
}

invariants::invariants(virtual_node& node, trace& told)
    : node_(node), told_(told), begun_(node.time.now()) {
  node_.host.on_change = [this](const life_ptr& life) { check_birth_or_death(*life); };
  node_.host.on_close = [this](const life_ptr& life) { check_stop_order(life); };
}

void invariants::report(const std::string& what) {
  if (!fault_.empty()) return;
  fault_ = what;
  told_.note(begun_, node_.time.now(), "FAULT: " + what);
}

void invariants::added(const server_spec& spec) {
  known_[spec.id.value] = {spec, node_.host.starts(spec.id.value)};
}

void invariants::add(const server_spec& spec) {
  const auto former = known_; // It may start before the answer is here.
  added(spec);
  const auto order = node_.add(spec);
  if (order->outcome && !*order->outcome) known_ = former;
}

void invariants::check_birth_or_death(const process_life& life) {
  told_.note(begun_, node_.time.now(),
             life.server + (life.runs ? " runs as " : " is gone, pid ") +
                 std::to_string(life.pid - 1000));
  const auto known = known_.find(life.server);
  const auto asked = known == known_.end() ? 1 : known->second.spec.policy.replicas;
  if (node_.host.alive(life.server) <= 1) return;
  const auto all = living(life.server);
  if (all.size() > asked)
    report(std::to_string(all.size()) + " live processes of " + life.server + ", of which " +
           std::to_string(asked) + " are asked");
  for (const auto& one : all)
    if (life.runs && one->pid != life.pid && place_of(*one) == place_of(life))
      report("two live processes of one replica of " + life.server);
}

/// A life whose end had begun is renewed though the node stops: who needs it may run on for long.
void invariants::stopping() {
  stopping_ = true;
  const auto look = [&](const std::string& server, process_status status, std::int64_t pid) {
    if (status != process_status::starting && status != process_status::waiting) return;
    const auto all = living(server);
    const auto life =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one->pid == pid; });
    if (life == all.end() || (*life)->ready) ++due_[server];
    if (life != all.end() && (*life)->ready) renewed_.insert(pid);
  };
  for (const auto& row : node_.rows()) {
    if (row.replicas.empty()) look(row.id.value, row.status, row.pid);
    for (const auto& one : row.replicas) look(row.id.value, one.status, one.pid);
  }
}

void invariants::about_to_spawn(const std::string& server) {
  if (auto& due = due_[server]; stopping_ && due == 0)
    report(server + " was started while the node stops");
  else if (stopping_)
    --due;
  for (auto entry = node_.orders.rbegin(); entry != node_.orders.rend(); ++entry) {
    const auto& order = **entry;
    // A stop that failed was refused or overtaken; a start that failed may still come true.
    const bool refused = order.outcome && !*order.outcome;
    if (order.server != server || (ends(order.verb) && refused)) continue;
    if (ends(order.verb)) report(server + " was started after its " + to_string(order.verb));
    break;
  }
  const auto at = known_.find(server);
  if (at == known_.end()) return report(server + " was started and is not known");
  for (const auto& [other, condition] : at->second.spec.policy.depends_on) {
    const bool started = condition == dependency_condition::started;
    // One that has completed was started too.
    const bool completed = started && node_.host.last(other) &&
                           known_.at(other).spec.policy.restart != restart_type::permanent;
    const auto& lives = node_.host.lives;
    const bool enough = std::any_of(lives.rbegin(), lives.rend(), [&](const life_ptr& life) {
      if (life->server != other) return false;
      const bool gone_now = life->over && life->ended == node_.time.now();
      return gone_now || (life->runs && (life->ready || started));
    });
    if (!enough && !completed) report(server + " was started before " + other + ", which it needs");
  }
  check_budget(server);
}

void invariants::check_budget(const std::string& server) {
  const auto& known = known_.at(server);
  for (const auto& group : node_.groups)
    if (std::count(group.servers.begin(), group.servers.end(), server) != 0) return;
  if (!known.spec.policy.depends_on.empty()) return;   // Its starts wait for others.
  std::map<std::string, std::vector<life_ptr>> places; // Each has brakes of its own.
  std::size_t before = known.lives_before;
  for (const auto& life : node_.host.lives) {
    if (life->server != server) continue;
    if (before != 0)
      --before;
    else
      places[place_of(*life)].push_back(life);
  }
  std::vector<actor_fixture::moment> orders;
  for (const auto& order : node_.orders)
    if (order->server == server) orders.push_back(order->at);
  std::vector<actor_fixture::moment> sleeps;
  for (const auto& told : node_.seen[server])
    // One that is called meanwhile is woken before it is told as asleep.
    if (told.status == to_string(process_status::stopping)) sleeps.push_back(told.at);
  for (const auto& [place, lives] : places)
    if (const auto broken = budget_broken(known.spec.policy, lives, orders, sleeps);
        !broken.empty())
      report(server + ": " + broken);
}

void invariants::check() {
  check_calls();
  check_orders();
  check_rows();
}

void invariants::check_calls() {
  const auto now = node_.time.now();
  bool all_done = true;
  for (auto at = calls_done_; at < node_.calls.size(); ++at) {
    const auto& call = *node_.calls[at];
    if (call.ends == 1 && call.answered == now)
      told_.note(begun_, now, "call of " + call.server + (call.failed() ? " fails" : " succeeds"));
    if (call.ends > 1) report("a call of " + call.server + " was answered twice");
    if (call.dropped) report("a call of " + call.server + " was dropped without an answer");
    // What a crashed instance never saw waits once more; so often that may happen in a minute.
    if (call.ends == 0 && now - call.at > 60s) report("a call of " + call.server + " is lost");
    // One that was answered long ago is answered twice no more.
    if (all_done && call.ends == 1 && now - call.answered > 120s)
      calls_done_ = at + 1;
    else
      all_done = false;
  }
}

void invariants::check_orders() {
  const auto now = node_.time.now();
  bool all_done = true;
  for (auto at = orders_done_; at < node_.orders.size(); ++at) {
    const auto& order = *node_.orders[at];
    const std::string what = std::string(to_string(order.verb)) + " of " + order.server;
    if (order.answers > 1) report("the " + what + " was answered twice");
    // The ladder's 10 s, the kill's and the supervisor's margin.
    if (ends(order.verb) && order.answers == 0 && now - order.at > 15s)
      report("the " + what + " does not end");
    if (all_done && order.answers == 1 && now - order.answered > 120s)
      orders_done_ = at + 1;
    else
      all_done = false;
  }
}

void invariants::check_rows() {
  std::string shown = "ps";
  for (const auto& row : node_.rows()) {
    check_row(row);
    shown += " " + row.id.value + "=" + to_string(row.status);
  }
  if (std::exchange(shown_, shown) != shown) told_.note(begun_, node_.time.now(), shown);
}

void invariants::check_row(const server_status& row) {
  const auto& name = row.id.value;
  const auto alive = node_.host.alive(name);
  const std::string shown = "ps shows " + name + " as " + to_string(row.status);
  if (alive > 1 || row.replicas_asked > 1) {
    check_replicas(row, living(name));
  } else if (row.status == process_status::ready) {
    const auto last = node_.host.last(name);
    if (alive != 1 || !last->ready)
      report(shown + ", and no process of it is");
    else if (row.pid != last->pid)
      report(shown + " with the pid of another process");
  }
  if (!has_process(row.status) && alive != 0) report(shown + ", and a process of it runs");
  const auto is_shown = [&](const life_ptr& life) { return life->runs && life->pid == row.pid; };
  if (row.pid == 0 || (alive == 1 && is_shown(node_.host.last(name)))) return;
  const auto lives = living(name);
  if (std::none_of(lives.begin(), lives.end(), is_shown))
    report(shown + " with a pid that is gone");
}

void invariants::check_replicas(const server_status& row, const std::vector<life_ptr>& living) {
  const auto& name = row.id.value;
  const auto asked = known_.at(name).spec.policy.replicas;
  std::uint32_t ready = 0;
  for (const auto& one : row.replicas) {
    const std::string shown =
        "ps shows " + name + "#" + std::to_string(one.instance) + " as " + to_string(one.status);
    const auto life = std::find_if(living.begin(), living.end(),
                                   [&](const auto& x) { return x->pid == one.pid; });
    if (one.pid != 0 && life == living.end()) report(shown + " with a pid that is gone");
    if (one.status != process_status::ready) continue;
    ++ready;
    if (life == living.end() || !(*life)->ready) report(shown + ", and its process is not");
  }
  if (row.replicas_asked != asked || row.replicas.size() != asked || row.replicas_ready != ready)
    report("ps does not show the replicas of " + name + " as they are");
  const bool some = ready != 0 && ready < asked;
  const bool is_true = (row.status == process_status::degraded) == some &&
                       (row.status == process_status::ready) == (ready == asked);
  if (!is_true && row.desired == desired_state::running)
    report("ps shows " + name + " as " + to_string(row.status) + " with " + std::to_string(ready) +
           " of " + std::to_string(asked) + " ready");
}

bool invariants::ordered_since(const std::string& server, actor_fixture::moment since) const {
  return std::any_of(node_.orders.begin(), node_.orders.end(), [&](const auto& order) {
    return order->server == server && order->at >= since;
  });
}

bool invariants::share_group(const std::string& one, const std::string& other) const {
  return std::any_of(node_.groups.begin(), node_.groups.end(), [&](const auto& group) {
    const auto has = [&](const std::string& name) {
      return std::count(group.servers.begin(), group.servers.end(), name) != 0;
    };
    return group.how != strategy::one_for_one && has(one) && has(other);
  });
}

/// Nobody ordered this stop itself: a group's restart or the node's stop did, dependents first.
void invariants::check_stop_order(const life_ptr& closed) {
  if (ending_ || ordered_since(closed->server, closed->asked)) return;
  if (stopping_ && renewed_.count(closed->pid) != 0) return;
  if (!stopping_ && life_is_full(*closed)) return check_turns(*closed);
  for (const auto& [name, other] : known_) {
    const auto& needs = other.spec.policy.depends_on;
    if (needs.count(closed->server) == 0 || node_.host.alive(name) == 0) continue;
    if (stopping_ || share_group(name, closed->server))
      report(closed->server + " was stopped before " + name + ", which needs it");
  }
  if (!stopping_) check_planned_stop(*closed);
}

/// It is replaced alone, whoever needs it; of several replicas while no other is on its way.
void invariants::check_turns(const process_life& closed) {
  for (const auto& group : node_.groups)
    if (std::count(group.servers.begin(), group.servers.end(), closed.server) != 0) return;
  const auto& policy = known_.at(closed.server).spec.policy;
  if (policy.idle_stop.count() != 0 && idle_for(closed, policy.idle_stop)) return; // All sleep.
  // Its end began with its drain, and what is on its way since is no fault.
  const auto begun =
      node_.time.now() - (has_drained_calls(closed) ? policy.stop.drain : milliseconds{0});
  for (const auto& other : living(closed.server))
    if (other->pid != closed.pid && !is_full(other) &&
        other->closed.value_or(other->asked) <= begun)
      report("a replica of " + closed.server + " was replaced while another was on its way");
}

/// A drain without calls takes no time. One that took any ended with the last answer, or at its
/// limit with a call that has none.
bool invariants::has_drained_calls(const process_life& closed) const {
  const auto now = node_.time.now();
  return !closed.calls.empty() ||
         std::any_of(node_.calls.begin(), node_.calls.end(), [&](const auto& call) {
           return call->server == closed.server && call->ends != 0 && call->answered == now;
         });
}

bool invariants::idle_for(const process_life& life, milliseconds limit) const {
  const auto now = node_.time.now();
  if (!life.ready) return false;
  // Several are idle together, though one of them has just come.
  const bool lone = known_.at(life.server).spec.policy.replicas == 1;
  if (lone && now - *life.ready < limit) return false;
  return std::all_of(node_.calls.begin(), node_.calls.end(), [&](const auto& call) {
    return call->server != life.server ||
           (call->ends != 0 && now - call->at >= limit && now - call->answered >= limit);
  });
}

bool invariants::life_is_full(const process_life& life) const {
  const auto limit = known_.at(life.server).spec.policy.max_lifetime;
  return limit.count() > 0 && life.ready && node_.time.now() - *life.ready >= limit * 9 / 10;
}

/// Nobody ordered it: it may be the end of its life, or its sleep, which nobody who needs it pays.
void invariants::check_planned_stop(const process_life& closed) {
  const auto& name = closed.server;
  for (const auto& group : node_.groups)
    if (group.how != strategy::one_for_one &&
        std::count(group.servers.begin(), group.servers.end(), name) != 0)
      return; // It may restart with its group.
  const auto& policy = known_.at(name).spec.policy;
  if (policy.idle_stop.count() == 0 || !idle_for(closed, policy.idle_stop))
    return report(name + " was stopped, and nobody ordered it");
  for (const auto& [other, entry] : known_) {
    const auto need = entry.spec.policy.depends_on.find(name);
    if (need != entry.spec.policy.depends_on.end() && node_.host.alive(other) != 0)
      report(name + " fell asleep while " + other + ", which needs it, runs");
  }
}

void invariants::check_ended() {
  if (node_.host.alive() != 0) report("a process is left at the end");
  for (const auto& call : node_.calls)
    if (call->ends != 1) report("a call of " + call->server + " has no answer at the end");
  for (const auto& order : node_.orders)
    if (order->answers != 1)
      report(std::string("the ") + to_string(order->verb) + " of " + order->server + " has " +
             std::to_string(order->answers) + " answers at the end");
}

} // namespace toolscore::test
