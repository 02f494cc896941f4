#include "tests/sim/world.hpp"

namespace toolscore::test {
namespace {

using namespace std::chrono_literals;

const char* words_of(speech says) {
  switch (says) {
  case speech::modern:
    return "";
  case speech::legacy:
    return " legacy";
  case speech::silent:
    return " silent";
  case speech::garbage:
    return " garbage";
  case speech::refuses:
    return " refuses";
  }
  return "";
}

std::string words_of(const manner& how) {
  std::string text = " spawn " + std::to_string(how.spawn_takes.count()) + " handshake " +
                     std::to_string(how.handshake_takes.count()) + words_of(how.says);
  if (!how.spawn_error.empty()) text += " fails";
  if (how.exits_after) text += " exits " + std::to_string(how.exits_after->count());
  if (how.hangs_after) text += " hangs " + std::to_string(how.hangs_after->count());
  return text;
}

} // namespace

world::world(actor_fixture& time, std::uint64_t seed, bool keeps_trace)
    : told_(keeps_trace), node_(time, 2), dice_(seed), begun_(time.now()), rules_(node_, told_) {
  related_ = seed % 2 == 0;
  sleepy_ = seed % 5 == 4;
  many_ = seed % 7 == 0;
  node_.host.choose = [this](const std::string& server, std::size_t start) {
    rules_.about_to_spawn(server);
    auto how = roll_manner();
    note("spawn " + server + " " + std::to_string(start) + words_of(how));
    return how;
  };
}

world::~world() {
  node_.host.choose = nullptr;
  node_.host.on_change = nullptr;
  node_.host.on_close = nullptr;
}

seed_outcome world::run() {
  std::vector<initial_server> initial;
  for (const auto* name : {"a", "b", "c", "d"}) names_.emplace_back(name);
  if (related_) make_groups();
  for (std::size_t place = 0; place < names_.size(); ++place) {
    initial.push_back({make_spec(place), desired_state::running, {}});
    rules_.added(initial.back().spec);
  }
  node_.begin(std::move(initial));
  for (int at = 0; at < events_max && rules_.fault().empty(); ++at) {
    step();
    rules_.check();
  }
  if (rules_.fault().empty()) finish();
  return {rules_.fault(), told_.hash(), std::move(told_.lines)};
}

server_spec world::make_spec(std::size_t place) {
  auto spec = virtual_node::spec(names_[place]);
  auto& policy = spec.policy;
  policy.call_timeout = 10s;
  policy.call_timeout_max = 20s;
  policy.queue.wait = 8s;
  policy.queue.max = 4;
  policy.start_timeout = 5s;
  policy.ping = {2s, 1s, 2};
  policy.backoff.max = 8s;
  policy.intensity.half_open = 40s;
  if (one_in(3)) policy.intensity.max = 12; // The starts that never get ready brake first.
  if (one_in(4)) policy.restart = one_in(2) ? restart_type::transient : restart_type::temporary;
  if (sleepy_ && !one_in(3)) policy.idle_stop = milliseconds(4'000 + roll(20'000));
  if (sleepy_ && one_in(3)) policy.max_lifetime = milliseconds(10'000 + roll(30'000));
  if (many_) policy.replicas = static_cast<std::uint32_t>(1 + roll(3));
  if (!related_) return spec;
  for (std::size_t other = 0; other < place; ++other)
    if (one_in(3))
      policy.depends_on[names_[other]] =
          one_in(4) ? dependency_condition::started : dependency_condition::ready;
  return spec;
}

void world::make_groups() {
  group_spec group;
  group.name = "g";
  for (const auto& name : names_)
    if (!one_in(3)) group.servers.push_back(name);
  group.how = static_cast<strategy>(roll(strategy_count));
  if (!group.servers.empty()) node_.groups.push_back(std::move(group));
}

manner world::roll_manner() {
  manner how;
  how.spawn_takes = milliseconds(1 + roll(50));
  how.handshake_takes = milliseconds(1 + roll(500));
  how.end_takes = milliseconds(1 + roll(20));
  how.answers_after = milliseconds(1 + roll(3000));
  how.heeds_stdin = !one_in(3);
  how.heeds_term = !one_in(3);
  if (!good_days_) roll_fault(how);
  return how;
}

void world::roll_fault(manner& how) {
  switch (roll(14)) {
  case 0:
    how.spawn_error = "no such program";
    break;
  case 1:
    how.exits_after = milliseconds(1 + roll(5));
    break;
  case 2:
    how.exits_after = milliseconds(roll(20'000));
    if (one_in(2)) how.exit = {false, 0};
    break;
  case 3:
    how.hangs_after = milliseconds(roll(10'000));
    break;
  case 4:
    how.says = speech::silent;
    break;
  case 5:
    how.says = speech::garbage;
    break;
  case 6:
    how.says = speech::refuses;
    break;
  case 7:
    how.handshake_takes = 6s;
    break;
  case 8:
    how.answers_after.reset();
    break;
  case 9:
    how.spawn_takes = 3s;
    break;
  default:
    break;
  }
}

void world::order(const std::string& name, server_verb verb) {
  note(std::string(to_string(verb)) + " " + name);
  node_.order(name, verb);
}

/// The last one; of several replicas any that lives.
life_ptr world::victim(const std::string& name) {
  const auto last = node_.host.last(name);
  if (!many_) return last;
  std::vector<life_ptr> living;
  for (const auto& life : node_.host.lives)
    if (life->runs && life->server == name) living.push_back(life);
  return living.empty() ? last : living[roll(living.size())];
}

/// Its last call moves on, which extends its deadline.
void world::move_call(const std::string& name) {
  const auto life = node_.host.last(name);
  if (!life || life->calls.empty()) return;
  note("progress of " + name);
  node_.host.say(life, R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
                       R"({"progressToken":)" +
                           life->calls.back() + R"(,"progress":1}})");
}

void world::act(const std::string& name) {
  switch (roll(16)) {
  case 0:
  case 1:
  case 2:
  case 3:
  case 4: {
    const bool moves = one_in(3);
    note("call " + name);
    node_.call(name, moves);
    break;
  }
  case 5:
  case 6:
  case 7:
    if (const auto life = victim(name)) {
      note("crash " + name);
      node_.host.crash(life, {true, 9});
    }
    break;
  case 8:
    order(name, server_verb::stop);
    break;
  case 9:
  case 10:
    order(name, server_verb::start);
    break;
  case 11:
    order(name, server_verb::restart);
    break;
  case 12:
    order(name, server_verb::remove);
    break;
  case 13: {
    note("add " + name);
    rules_.add(make_spec(static_cast<std::size_t>(name.front() - 'a')));
    break;
  }
  case 14:
    if (one_in(2)) {
      move_call(name);
      break;
    }
    if (!node_.calls.empty()) node_.cancel(node_.calls[roll(node_.calls.size())]);
    break;
  default:
    node_.install_takes = milliseconds(roll(2) * 500);
    node_.install_error = one_in(8) ? "no such package" : "";
    break;
  }
}

void world::step() {
  act(any());
  node_.time.settle();
  // Most things come together; now and then the world rests.
  node_.time.advance(milliseconds(one_in(4) ? roll(20'000) : one_in(3) ? 0 : roll(300)));
}

/// On good days whoever is called serves, asleep or at the end of its life.
void world::wake_all() {
  std::vector<made_call_ptr> made;
  for (const auto& name : names_)
    if (const auto call = node_.call(name)) made.push_back(call);
  note("call all");
  node_.time.advance(30s);
  rules_.check();
  rules_.check_served(made);
}

void world::finish() {
  good_days_ = true;
  node_.install_error.clear();
  note("good days");
  node_.time.advance(180s);
  rules_.check();
  rules_.check_recovered();
  if (sleepy_) wake_all();
  rules_.stopping();
  note("stop all");
  const auto stopped = node_.stop_all();
  node_.time.advance(60s);
  if (!*stopped) rules_.report("the node's stop does not end");
  if (*stopped && node_.host.alive() != 0) rules_.report("the node's stop left a process");
  rules_.ending();
  node_.end();
  rules_.check_ended();
}

} // namespace toolscore::test
