#include "actors/coordination.hpp"
#include "actors/server_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

struct desk {
  explicit desk(relations all, std::size_t starts_max = 100)
      : decide(std::make_shared<const relations>(std::move(all)), starts_max) {}

  std::string take(const coordination::steps& steps) {
    std::string out;
    for (const auto& step : steps) {
      if (!out.empty()) out += ", ";
      if (const auto* x = std::get_if<grant_start>(&step)) out += "grant " + x->start.child;
      if (const auto* x = std::get_if<defer_start>(&step))
        out += "defer " + x->start.child + ": " + x->reason;
      if (const auto* x = std::get_if<cycle_server_now>(&step)) out += "cycle " + x->server;
      if (const auto* x = std::get_if<let_sleep>(&step)) out += "sleep " + x->server;
      if (const auto* x = std::get_if<wake_server_now>(&step)) out += "wake " + x->server;
    }
    return out;
  }
  std::string ask(const std::string& server, bool restart = false, bool alone = true,
                  bool last = true) {
    return take(decide.ask({{1, server, ++number}, server, restart && alone, alone, last}));
  }
  std::string is(const std::string& server, process_status status, bool succeeded = false) {
    state_changed state;
    state.server = {server};
    state.to = status;
    state.running = status == process_status::ready || status == process_status::degraded;
    state.succeeded = succeeded;
    return take(decide.on_state(state));
  }
  std::string wants_sleep(const std::string& server) { return take(decide.wants_sleep(server)); }
  std::string cycled(const std::string& server) { return take(decide.cycled(server)); }

  coordination decide;
  std::uint64_t number = 0;
};

relations needing(dependency_condition condition) {
  relations all;
  all.needs = {{"db", {}}, {"web", {{"db", condition}}}, {"other", {}}};
  return all;
}

relations grouped(strategy how) {
  auto all = needing(dependency_condition::ready);
  all.needs["top"] = {{"web", dependency_condition::ready}};
  all.groups = {{"g", {"db", "web", "top", "other"}, how}};
  return all;
}

/// All of the group are ready.
desk running(strategy how) {
  desk all(grouped(how));
  for (const char* server : {"db", "web", "top", "other"}) all.is(server, process_status::ready);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(coordination)

BOOST_AUTO_TEST_CASE(what_will_never_come_is_waited_for_with_words_of_its_own) {
  auto all = needing(dependency_condition::ready);
  all.needs.erase("db");
  desk vanished(all);
  BOOST_TEST(vanished.ask("web") ==
             "defer web: waits for \"db\", but there is no such server; add it, or remove this one "
             "and add it without depends_on.db");
  all.needs["db"] = {};
  vanished.decide.relate(std::make_shared<const relations>(all));
  BOOST_TEST(vanished.is("db", process_status::ready) == "grant web");
  auto endless = needing(dependency_condition::completed);
  endless.permanent = {"db"};
  BOOST_TEST(desk(endless).ask("web") ==
             "defer web: waits for \"db\" to complete, but it is permanent and never does; make it "
             "transient, or depend on \"ready\"");
}

BOOST_AUTO_TEST_CASE(what_satisfies_which_condition) {
  using enum process_status;
  for (std::size_t at = 0; at < process_status_count; ++at) {
    const auto status = static_cast<process_status>(at);
    const bool serves = status == process_status::ready || status == degraded;
    BOOST_TEST(satisfies(status, true, true, dependency_condition::ready) == serves);
    BOOST_TEST(satisfies(status, false, true, dependency_condition::completed) ==
               (status == process_status::completed));
    BOOST_TEST(!satisfies(status, false, false, dependency_condition::completed));
    BOOST_TEST(satisfies(status, true, true, dependency_condition::started) ==
               (serves || status == starting || status == process_status::completed));
  }
  BOOST_TEST(!satisfies(process_status::starting, false, false, dependency_condition::started));
}

BOOST_AUTO_TEST_CASE(a_start_waits_until_what_it_depends_on_is_there) {
  desk all(needing(dependency_condition::ready));
  BOOST_TEST(all.ask("web") == "defer web: waits for \"db\" to be ready; it is queued");
  BOOST_TEST(all.ask("other") == "grant other");
  BOOST_TEST(all.is("db", process_status::starting) ==
             "defer web: waits for \"db\" to be ready; it is starting");
  BOOST_TEST(all.is("db", process_status::starting) == "");
  BOOST_TEST(all.is("db", process_status::ready) == "grant web");
  BOOST_TEST(all.is("db", process_status::ready) == "");
}

BOOST_AUTO_TEST_CASE(an_end_without_success_is_no_completion) {
  desk all(needing(dependency_condition::completed));
  all.ask("web");
  BOOST_TEST(all.is("db", process_status::completed, false) ==
             "defer web: waits for \"db\" to complete; it is completed");
  BOOST_TEST(all.is("db", process_status::completed, true) == "grant web");
}

BOOST_AUTO_TEST_CASE(a_restart_of_a_group_is_granted_once_its_dependents_are_gone_one_by_one) {
  auto all = running(strategy::rest_for_one);
  all.is("db", process_status::backing_off);
  BOOST_TEST(all.ask("db", true) == "cycle top");
  BOOST_TEST(all.ask("top") == "");
  BOOST_TEST(all.cycled("top") == "cycle web");
  BOOST_TEST(all.ask("web") == "");
  all.is("web", process_status::starting);
  all.is("top", process_status::starting);
  BOOST_TEST(all.cycled("web") ==
             "grant db, defer web: waits for \"db\" to be ready; it is backing_off, "
             "defer top: waits for \"web\" to be ready; it is starting");
  BOOST_TEST(all.is("db", process_status::ready) == "grant web");
  BOOST_TEST(all.is("web", process_status::ready) == "grant top");
}

BOOST_AUTO_TEST_CASE(one_for_all_stops_independent_members_in_parallel) {
  auto all = running(strategy::one_for_all);
  all.is("web", process_status::starting);
  BOOST_TEST(all.ask("web", true) == "cycle other, cycle top");
  BOOST_TEST(all.ask("other") == "");
  BOOST_TEST(all.cycled("other") == "");
  BOOST_TEST(all.ask("top") == "");
  BOOST_TEST(all.cycled("top") == "cycle db");
  all.ask("db");
  all.is("db", process_status::starting);
  BOOST_TEST(all.cycled("db").starts_with("grant db, grant other, defer web"));
}

BOOST_AUTO_TEST_CASE(what_concerns_no_group_is_granted_at_once) {
  auto all = running(strategy::one_for_one);
  BOOST_TEST(all.ask("db", true) == "grant db");
  auto rest = running(strategy::rest_for_one);
  BOOST_TEST(rest.ask("db", false) == "grant db"); // An order of a person's, or a first start.
  BOOST_TEST(rest.ask("db", true, false) == "grant db"); // A replica among others that serve.
  BOOST_TEST(rest.ask("top", true) == "grant top");
  for (const char* server : {"web", "top"}) rest.is(server, process_status::stopped);
  BOOST_TEST(rest.ask("db", true) == "grant db"); // Nobody else is up.
}

BOOST_AUTO_TEST_CASE(a_member_that_crashes_while_its_group_restarts_joins_it) {
  auto all = running(strategy::one_for_all);
  all.is("web", process_status::starting);
  all.ask("web", true);
  BOOST_TEST(all.ask("other", true) == "");
  all.cycled("other");
  all.cycled("top");
  BOOST_TEST(all.cycled("db").find("grant other") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_is_gone_holds_and_wants_nothing) {
  desk all(needing(dependency_condition::ready), 1);
  all.ask("web");
  BOOST_TEST(all.take(all.decide.forget(1)) == "");
  BOOST_TEST(all.is("db", process_status::ready) == "");
  BOOST_TEST(all.ask("other") == "grant other");
  BOOST_TEST(all.ask("db") == "");
  BOOST_TEST(all.take(all.decide.release({1, "other", 2})) == "grant db");
}

BOOST_AUTO_TEST_CASE(what_a_start_needs_may_end_while_it_stands_in_the_gates_line) {
  desk all(needing(dependency_condition::ready), 1);
  all.is("db", process_status::ready);
  BOOST_TEST(all.ask("other") == "grant other");
  BOOST_TEST(all.ask("web") == "");
  BOOST_TEST(all.is("db", process_status::backing_off) == "");
  BOOST_TEST(all.take(all.decide.release({1, "other", 1})) ==
             "defer web: waits for \"db\" to be ready; it is backing_off");
  BOOST_TEST(all.ask("other") == "grant other"); // The place in the gate is free.
  all.take(all.decide.release({1, "other", 3}));
  BOOST_TEST(all.is("db", process_status::ready) == "grant web");
}

BOOST_AUTO_TEST_CASE(who_asks_for_its_start_is_no_longer_ready_for_others) {
  desk all(needing(dependency_condition::ready));
  all.is("db", process_status::ready);
  BOOST_TEST(all.ask("db", true) == "grant db");
  BOOST_TEST(all.ask("web") == "defer web: waits for \"db\" to be ready; it is starting");
}

BOOST_AUTO_TEST_CASE(who_asks_for_a_start_beside_one_that_starts_is_started_still) {
  for (const bool last : {true, false}) {
    desk all(needing(dependency_condition::started));
    all.is("db", process_status::degraded);
    all.ask("db", true, true, last); // None is ready any more; another one may be starting.
    BOOST_TEST(all.ask("web") ==
               (last ? "defer web: waits for \"db\" to start; it is starting" : "grant web"));
  }
}

BOOST_AUTO_TEST_CASE(
    a_groups_restart_ends_the_other_replicas_of_who_began_it_before_what_they_need) {
  auto all = grouped(strategy::one_for_all);
  desk group(all);
  for (const char* server : {"db", "web", "other"}) group.is(server, process_status::ready);
  group.is("web", process_status::starting);
  BOOST_TEST(group.ask("web", true, true, false) == "cycle other, cycle web");
  BOOST_TEST(group.cycled("other") == "");
  BOOST_TEST(group.cycled("web") == "cycle db");
}

BOOST_AUTO_TEST_CASE(one_that_would_sleep_and_is_degraded_still_would) {
  desk all(needing(dependency_condition::ready));
  all.is("db", process_status::ready);
  all.is("web", process_status::ready);
  BOOST_TEST(all.wants_sleep("db") == "");
  all.is("db", process_status::degraded);
  BOOST_TEST(all.is("web", process_status::stopped) == "sleep db");
}

BOOST_AUTO_TEST_CASE(the_node_ends_when_significant_servers_have) {
  using enum significance;
  using rows = std::vector<significant_server>;
  const auto done = process_status::completed;
  const auto ready = process_status::ready;
  const auto parked = process_status::crash_loop;
  BOOST_TEST(!node_end({}).has_value());
  BOOST_TEST(!node_end(rows{{none, done, true}, {any, ready, false}}).has_value());
  BOOST_TEST((node_end(rows{{any, done, true}, {any, ready, false}}) == true));
  BOOST_TEST((node_end(rows{{any, done, false}}) == false));
  BOOST_TEST((node_end(rows{{any, parked, false}}) == false));
  BOOST_TEST(!node_end(rows{{all, done, true}, {all, ready, false}}).has_value());
  BOOST_TEST((node_end(rows{{all, done, true}, {all, done, true}, {none, ready, false}}) == true));
  BOOST_TEST((node_end(rows{{all, done, true}, {all, process_status::failed, false}}) == false));
}

BOOST_AUTO_TEST_CASE(who_is_needed_by_one_that_runs_or_will_again_may_not_sleep) {
  using enum process_status;
  for (const auto condition : {dependency_condition::ready, dependency_condition::started,
                               dependency_condition::completed})
    for (std::size_t at = 0; at < process_status_count; ++at) {
      const auto status = static_cast<process_status>(at);
      const bool leans = status == waiting || status == starting ||
                         status == process_status::ready || status == degraded ||
                         status == backing_off || status == stopping;
      desk all(needing(condition));
      all.is("db", process_status::ready);
      all.is("web", status);
      const bool held = leans && condition != dependency_condition::completed;
      BOOST_TEST(all.wants_sleep("db") == (held ? "" : "sleep db"),
                 to_string(status) << " " << to_string(condition));
      BOOST_TEST(all.is("web", stopped) == (held ? "sleep db" : ""));
      BOOST_TEST(all.is("web", stopped) == ""); // Leave is given once.
    }
}

BOOST_AUTO_TEST_CASE(a_wish_to_sleep_is_gone_with_the_instance_that_had_it) {
  auto all = desk(needing(dependency_condition::ready));
  all.is("db", process_status::ready);
  all.is("web", process_status::ready);
  BOOST_TEST(all.wants_sleep("db") == "");
  all.is("db", process_status::backing_off);
  all.is("db", process_status::ready);
  BOOST_TEST(all.is("web", process_status::stopped) == "");
  BOOST_TEST(all.wants_sleep("other") == "sleep other");
}

BOOST_AUTO_TEST_CASE(a_start_wakes_what_it_needs_and_waits_for_it) {
  for (const auto condition : {dependency_condition::ready, dependency_condition::started}) {
    auto all = desk(needing(condition));
    const std::string words = condition == dependency_condition::ready ? "to be ready" : "to start";
    all.is("db", process_status::asleep);
    BOOST_TEST(all.ask("web") ==
               "defer web: waits for \"db\" " + words + "; it is asleep, wake db");
    BOOST_TEST(all.is("db", process_status::starting) ==
               "defer web: waits for \"db\" " + words + "; it is starting");
    BOOST_TEST(all.is("db", process_status::ready) == "grant web");
  }
}

BOOST_AUTO_TEST_CASE(from_its_leave_to_sleep_on_nobody_starts_on_its_strength) {
  auto all = desk(needing(dependency_condition::ready));
  all.is("db", process_status::ready);
  BOOST_TEST(all.wants_sleep("db") == "sleep db");
  BOOST_TEST(all.ask("web") == "defer web: waits for \"db\" to be ready; it is stopping");
  // It sleeps, and is woken;
  BOOST_TEST(all.is("db", process_status::asleep) ==
             "defer web: waits for \"db\" to be ready; it is asleep, wake db");
  BOOST_TEST(all.is("db", process_status::ready) == "grant web");
  // or it had work again, and says that it still stands.
  auto again = desk(needing(dependency_condition::ready));
  again.is("db", process_status::ready);
  again.wants_sleep("db");
  again.ask("web");
  BOOST_TEST(again.is("db", process_status::ready) == "grant web");
}

BOOST_AUTO_TEST_SUITE_END()
