// Scale to zero, and instances that have lived long enough.
#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct sleepers : actor_fixture {
  virtual_node node{*this};
  server_spec fs = virtual_node::spec("fs");
  server_spec web = virtual_node::spec("web");
  std::optional<manner> how;

  sleepers() { fs.policy.idle_stop = 5min; }
  void run(std::vector<server_spec> specs) {
    node.host.choose = [this](const std::string&, std::size_t) { return how.value_or(manner{}); };
    std::vector<initial_server> initial;
    for (auto& spec : specs) initial.push_back({std::move(spec), desired_state::running, {}});
    node.begin(std::move(initial));
    advance(20ms);
    for (const auto& row : node.rows()) BOOST_TEST_REQUIRE((row.status == process_status::ready));
  }
  void run_fs() { run({fs}); }
  void until_asleep() {
    advance(5min + 20ms);
    BOOST_TEST_REQUIRE(node.status("fs") == "asleep");
    BOOST_TEST_REQUIRE(node.host.alive("fs") == 0u);
  }
  life_ptr process() { return node.host.last("fs"); }
  server_status row(const std::string& name) {
    for (auto& row : node.rows())
      if (row.id.value == name) return row;
    return {};
  }
  made_call_ptr ask(const std::string& method, const std::string& params = "{}") {
    auto made = std::make_shared<made_call>();
    node.ask("fs", method, params, made);
    return made;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_sleep, sleepers)

BOOST_AUTO_TEST_CASE(it_sleeps_when_idle_for_so_long_and_the_next_call_wakes_it_and_succeeds) {
  run_fs();
  advance(5min - 30ms); // Ready since about 3 ms.
  BOOST_TEST(node.host.alive("fs") == 1u);
  until_asleep();
  BOOST_TEST(row("fs").reason == "no call for 5m");
  BOOST_TEST(row("fs").pid == 0);
  const auto call = node.call("fs");
  BOOST_TEST((row("fs").status == process_status::starting));
  BOOST_TEST(call->ends == 0);
  advance(20ms);
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(!call->failed(), call->text);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(row("fs").restarts == 0u);
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(each_call_and_each_answer_keeps_it_awake) {
  how = manner{};
  how->answers_after = 3min;
  fs.policy.call_timeout = fs.policy.call_timeout_max = 10min;
  run_fs();
  advance(4min);
  const auto call = node.call("fs");
  advance(3min + 10ms);
  BOOST_TEST(call->ends == 1);
  advance(5min - 100ms);
  BOOST_TEST(node.host.alive("fs") == 1u); // So long after the answer, not after the call.
  advance(200ms);
  BOOST_TEST(node.host.alive("fs") == 0u);
}

BOOST_AUTO_TEST_CASE(its_lists_are_told_while_it_sleeps_without_waking_it) {
  run_fs();
  until_asleep();
  const auto tools = ask("tools/list");
  BOOST_TEST(tools->ends == 1);
  BOOST_TEST(tools->text.find(R"("tools":[])") != std::string::npos, tools->text);
  BOOST_TEST(ask("server/discover")->ends == 1);
  BOOST_TEST(node.status("fs") == "asleep");
  const auto page = ask("tools/list", R"({"cursor":"2"})"); // Of a page it alone knows.
  BOOST_TEST(page->ends == 0);
  advance(20ms);
  BOOST_TEST(page->ends == 1);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(who_calls_while_it_falls_asleep_is_served_by_the_next_instance) {
  how = manner{};
  how->heeds_stdin = false; // Its stop takes 2 s.
  run_fs();
  advance(5min + 10ms);
  BOOST_TEST(node.status("fs") == "stopping");
  const auto call = node.call("fs");
  const auto list = ask("tools/list");
  BOOST_TEST(list->ends == 1);
  BOOST_TEST(node.host.starts("fs") == 1u);
  advance(3s);
  BOOST_TEST(call->ends == 1);
  BOOST_TEST(!call->failed(), call->text);
  BOOST_TEST(node.host.starts("fs") == 2u);
}

BOOST_AUTO_TEST_CASE(many_callers_wake_it_once) {
  run_fs();
  until_asleep();
  std::vector<made_call_ptr> all;
  for (int i = 0; i < 50; ++i) all.push_back(node.call("fs"));
  advance(1s);
  for (const auto& call : all) BOOST_TEST((call->ends == 1 && !call->failed()), call->text);
  BOOST_TEST(node.host.starts("fs") == 2u);
}

BOOST_AUTO_TEST_CASE(calls_that_come_in_one_message_wake_it_once_and_each_keeps_it_awake) {
  how = manner{};
  how->answers_after = 1min;
  run_fs();
  until_asleep();
  const auto calls = node.calls_together("fs", 5);
  BOOST_TEST_REQUIRE(calls.size() == 5u);
  advance(1min + 20ms);
  BOOST_TEST(node.host.starts("fs") == 2u);
  for (const auto& call : calls) BOOST_TEST((call->ends == 1 && !call->failed()), call->text);
  advance(4min);
  BOOST_TEST(node.calls_together("fs", 2).size() == 2u);
  advance(6min - 100ms); // A minute until the answers, and five after them.
  BOOST_TEST(node.host.alive("fs") == 1u);
  advance(200ms);
  BOOST_TEST(node.host.alive("fs") == 0u);
  BOOST_TEST(node.host.starts("fs") == 2u);
}

BOOST_AUTO_TEST_CASE(orders_to_a_sleeper_come_true) {
  run_fs();
  until_asleep();
  const auto started = node.order("fs", server_verb::start);
  advance(20ms);
  BOOST_TEST((started->answers == 1 && *started->outcome));
  BOOST_TEST(node.status("fs") == "ready");
  until_asleep();
  const auto restarted = node.order("fs", server_verb::restart);
  advance(20ms);
  BOOST_TEST((restarted->answers == 1 && *restarted->outcome));
  BOOST_TEST(node.host.starts("fs") == 3u);
  until_asleep();
  const auto stopped = node.order("fs", server_verb::stop);
  BOOST_TEST(stopped->answers == 1);
  BOOST_TEST(node.status("fs") == "stopped");
  const auto refused = node.call("fs");
  BOOST_TEST(refused->failed());
  BOOST_TEST(node.host.starts("fs") == 3u);
  node.order("fs", server_verb::start);
  advance(20ms);
  until_asleep();
  const auto removed = node.order("fs", server_verb::remove);
  advance(20ms);
  BOOST_TEST(removed->answers == 1);
}

BOOST_AUTO_TEST_CASE(a_stop_and_a_start_while_it_falls_asleep_come_true) {
  how = manner{};
  how->heeds_stdin = false;
  run_fs();
  for (const auto verb : {server_verb::start, server_verb::restart}) {
    advance(5min + 10ms);
    BOOST_TEST(node.status("fs") == "stopping");
    const auto order = node.order("fs", verb);
    advance(2s + 10ms);
    BOOST_TEST((order->answers == 1 && *order->outcome));
    BOOST_TEST(node.status("fs") == "ready");
  }
  advance(5min + 10ms);
  BOOST_TEST(node.status("fs") == "stopping");
  const auto stopped = node.order("fs", server_verb::stop);
  advance(3s);
  BOOST_TEST((stopped->answers == 1 && *stopped->outcome));
  BOOST_TEST(node.status("fs") == "stopped");
}

BOOST_AUTO_TEST_CASE(the_nodes_stop_ends_with_sleepers) {
  run_fs();
  until_asleep();
  const auto ended = node.stop_all();
  advance(1s);
  BOOST_TEST(*ended);
}

BOOST_AUTO_TEST_CASE(one_that_is_needed_does_not_sleep_while_who_needs_it_runs) {
  web.policy.depends_on["fs"] = dependency_condition::ready;
  run({fs, web});
  advance(1h);
  BOOST_TEST(node.status("fs") == "ready");
  node.order("web", server_verb::stop);
  advance(1s); // Leave comes with the end of the last that needs it, not with a timer.
  BOOST_TEST(node.status("fs") == "asleep");
  node.order("web", server_verb::start);
  advance(1s);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(node.status("web") == "ready");
}

BOOST_AUTO_TEST_CASE(a_call_of_who_needs_it_wakes_both_in_order) {
  web.policy.depends_on["fs"] = dependency_condition::ready;
  web.policy.idle_stop = 1min;
  run({fs, web});
  advance(5min + 1s);
  BOOST_TEST(node.status("web") == "asleep");
  BOOST_TEST(node.status("fs") == "asleep");
  const auto call = node.call("web");
  advance(1s);
  BOOST_TEST((call->ends == 1 && !call->failed()), call->text);
  BOOST_TEST(node.status("fs") == "ready");
}

BOOST_AUTO_TEST_CASE(leave_that_comes_after_a_call_is_declined) {
  web.policy.depends_on["fs"] = dependency_condition::ready;
  run({fs, web});
  advance(10min); // It has asked for leave.
  node.call("fs");
  advance(1min);
  node.order("web", server_verb::stop);
  advance(1s);
  BOOST_TEST(node.status("fs") == "ready");
  node.order("web", server_verb::start); // And nobody is held back for it.
  advance(1s);
  BOOST_TEST(node.status("web") == "ready");
  node.order("web", server_verb::stop);
  advance(5min);
  BOOST_TEST(node.status("fs") == "asleep");
}

BOOST_AUTO_TEST_CASE(one_that_crashes_when_woken_is_braked_and_its_callers_are_told) {
  run_fs();
  until_asleep();
  how = manner{};
  how->exits_after = 1ms;
  how->says = speech::silent;
  const auto call = node.call("fs");
  advance(1min + 10s);
  BOOST_TEST(node.status("fs") == "crash_loop");
  BOOST_TEST((call->ends == 1 && call->failed()));
  BOOST_TEST(node.host.starts("fs") <= 7u);
}

BOOST_AUTO_TEST_CASE(a_life_ends_at_its_limit_drained_and_counts_as_no_crash) {
  how = manner{};
  how->answers_after = 4s;
  fs.policy.idle_stop = 0s;
  fs.policy.max_lifetime = 100s; // 95 s with the middle of the jitter
  run_fs();
  advance(93s);
  const auto flying = node.call("fs");
  BOOST_TEST(node.host.starts("fs") == 1u);
  advance(2s + 30ms);
  BOOST_TEST((row("fs").status == process_status::starting));
  BOOST_TEST(row("fs").reason == "replaced: it reached its max_lifetime of 100s");
  const auto waiting = node.call("fs");
  BOOST_TEST(node.host.starts("fs") == 1u);
  advance(2s);
  BOOST_TEST((flying->ends == 1 && !flying->failed()), flying->text);
  advance(4s + 10ms);
  BOOST_TEST((waiting->ends == 1 && !waiting->failed()), waiting->text);
  BOOST_TEST(node.host.starts("fs") == 2u);
  BOOST_TEST(node.status("fs") == "ready");
  BOOST_TEST(row("fs").restarts == 0u);
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(lives_follow_each_other_without_a_brake) {
  fs.policy.idle_stop = 0s;
  fs.policy.max_lifetime = 2s;
  run_fs();
  advance(10min);
  BOOST_TEST(node.host.starts("fs") >= 300u); // Far over the five restarts in a minute.
  BOOST_TEST(node.times("fs", "crash_loop") == 0u);
  BOOST_TEST(row("fs").restarts == 0u);
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(crashes_between_leave_one_timer) {
  fs.policy.idle_stop = 0s;
  fs.policy.max_lifetime = 1h;
  run_fs();
  for (int crash = 0; crash < 4; ++crash) {
    node.host.crash(process());
    advance(13s);
  }
  const auto starts = node.host.starts("fs");
  advance(57min - 52s); // The end of the first life: it is over long since.
  BOOST_TEST(node.host.starts("fs") == starts);
  advance(2min); // The end of the last one.
  BOOST_TEST(node.host.starts("fs") == starts + 1);
}

BOOST_AUTO_TEST_SUITE_END()
