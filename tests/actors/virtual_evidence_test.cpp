// What has no handshake: ready by its own word or a probe, and alive by more of the same.
#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct one_sidecar : actor_fixture {
  virtual_node node{*this};
  server_spec side = virtual_node::spec("side");
  std::vector<manner> manners; ///< Of the first starts; after them the last of them.

  one_sidecar() { side.policy.link = link_kind::none; }
  void run(ready_policy ready) {
    side.policy.ready = std::move(ready);
    node.host.choose = [this](const std::string&, std::size_t start) {
      return manners.empty() ? manner{} : manners[std::min(start, manners.size()) - 1];
    };
    node.begin({{side, desired_state::running, {}}});
    advance(2ms);
    BOOST_TEST_REQUIRE(node.host.starts("side") == 1u);
  }
  void run_notified() { run({ready_kind::notify, {}, {}}); }
  void run_probed() {
    side.policy.port = 8080;
    run({ready_kind::http, {}, "/health"});
  }
  life_ptr process() { return node.host.last("side"); }
  void say(const std::string& words) {
    node.host.notify(process(), words);
    settle();
  }
  server_status row() { return node.rows().at(0); }
  std::string last_reason() {
    std::string last;
    for (const auto& state : node.seen["side"])
      if (!state.reason.empty()) last = state.reason;
    return last;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_evidence, one_sidecar)

BOOST_AUTO_TEST_CASE(it_is_ready_by_its_word_and_not_by_another) {
  run_notified();
  BOOST_TEST(process()->plan.env.at("WATCHDOG_USEC") == "45000000");
  say("STATUS=reading");
  say("READY=0");
  advance(59s);
  BOOST_TEST(node.status("side") == "starting");
  BOOST_TEST(row().said == "reading");
  say("READY=1\nSTATUS=serving");
  BOOST_TEST(node.status("side") == "ready");
  BOOST_TEST(row().said == "serving");
  advance(1h); // It never spoke of a watchdog, so none watches it.
  BOOST_TEST(node.host.starts("side") == 1u);
}

BOOST_AUTO_TEST_CASE(what_never_says_it_is_ended_at_its_start_timeout) {
  run_notified();
  advance(60s - 1ms);
  BOOST_TEST(node.host.alive("side") == 1u);
  advance(2ms);
  BOOST_TEST(last_reason() == "not ready within its start timeout: it waits for READY=1 on "
                              "NOTIFY_SOCKET");
}

BOOST_AUTO_TEST_CASE(an_extension_moves_the_end_of_its_start_to_the_millisecond) {
  run_notified(); // It runs since 1 ms.
  advance(50s);
  say("EXTEND_TIMEOUT_USEC=30000000");
  advance(30s - 1ms);
  BOOST_TEST(node.host.alive("side") == 1u);
  BOOST_TEST(node.status("side") == "starting");
  advance(2ms);
  BOOST_TEST(node.host.alive("side") == 0u);
}

BOOST_AUTO_TEST_CASE(the_end_of_its_start_that_the_node_slept_through_is_given_one_more_round) {
  run_notified();
  advance(30s);
  say("EXTEND_TIMEOUT_USEC=40000000");
  sleep_through(11min); // Longer than it could have asked for.
  BOOST_TEST(node.host.alive("side") == 1u);
  advance(60s - 1ms);
  BOOST_TEST(node.host.alive("side") == 1u);
  BOOST_TEST(node.status("side") == "starting");
  say("READY=1");
  BOOST_TEST(node.status("side") == "ready");
  advance(1h);
  BOOST_TEST(node.host.starts("side") == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_silent_in_that_round_too_or_is_slept_through_twice_ends) {
  run_notified();
  sleep_through(11min);
  advance(60s - 1ms);
  BOOST_TEST(node.host.alive("side") == 1u);
  advance(2ms);
  BOOST_TEST(last_reason().starts_with("not ready within its start timeout"));
  advance(1s);
  BOOST_TEST_REQUIRE(node.host.starts("side") == 2u);
  sleep_through(11min);
  BOOST_TEST(node.host.alive("side") == 1u);
  sleep_through(11min);
  advance(2ms); // Its end takes one.
  BOOST_TEST(node.host.alive("side") == 0u);
}

BOOST_AUTO_TEST_CASE(a_probe_after_such_a_sleep_makes_it_ready) {
  manners = {manner{}};
  manners[0].listens_after = 10min;
  run_probed();
  sleep_through(11min);
  BOOST_TEST(node.host.alive("side") == 1u);
  advance(2s);
  BOOST_TEST(node.status("side") == "ready");
}

BOOST_AUTO_TEST_CASE(a_watchdog_that_runs_out_is_a_hang_and_the_next_is_watched_anew) {
  side.policy.ping = {1s, 1s, 3};
  run_notified();
  say("READY=1");
  for (int beat = 0; beat < 5; ++beat) {
    say("WATCHDOG=1");
    advance(2s);
  }
  advance(1s - 1ms);
  BOOST_TEST(node.host.starts("side") == 1u);
  advance(10ms);
  BOOST_TEST(node.host.starts("side") == 2u);
  BOOST_TEST(last_reason() == "hung: no WATCHDOG=1 for 3s");
  BOOST_TEST_REQUIRE(node.crashes.size() == 1u);
  BOOST_TEST(node.crashes[0].fields.at("kind") == "hung");
  say("READY=1");
  advance(1h);
  BOOST_TEST(node.host.starts("side") == 2u);
}

BOOST_AUTO_TEST_CASE(what_says_that_it_hangs_or_stops_is_believed) {
  run_notified();
  say("READY=1");
  say("WATCHDOG=trigger");
  advance(10ms);
  BOOST_TEST(last_reason() == "hung: it said WATCHDOG=trigger");
  BOOST_TEST_REQUIRE(node.host.starts("side") == 2u);
  say("READY=1");
  say("STOPPING=1"); // drain 5 s + stdin 2 s + term 3 s
  advance(10s - 1ms);
  BOOST_TEST(node.host.alive("side") == 1u);
  advance(2ms);
  BOOST_TEST(last_reason() == "hung: it said STOPPING=1 and did not end within 10s");
}

BOOST_AUTO_TEST_CASE(many_words_make_no_more_timers) {
  run_notified();
  say("READY=1");
  for (int beat = 0; beat < 1'000; ++beat) say("WATCHDOG=1");
  advance(44s);
  BOOST_TEST(node.host.alive("side") == 1u);
  advance(2s);
  BOOST_TEST(node.host.starts("side") == 2u);
}

BOOST_AUTO_TEST_CASE(a_stop_of_one_that_was_watched_is_no_hang) {
  side.policy.ping = {1s, 1s, 1};
  manners = {manner{}};
  manners[0].heeds_term = false;
  run_notified();
  say("READY=1\nWATCHDOG=1");
  const auto stopped = node.order("side", server_verb::stop);
  advance(2s); // The watchdog would have run out.
  BOOST_TEST(stopped->answers == 0);
  advance(20s);
  BOOST_TEST(stopped->answers == 1);
  BOOST_TEST(node.status("side") == "stopped");
  BOOST_TEST(node.crashes.empty());
}

BOOST_AUTO_TEST_CASE(a_socket_that_cannot_be_made_fails_the_start_and_says_why) {
  node.host.refuses_side = "no room for sockets";
  side.policy.ready = ready_policy{ready_kind::notify, {}, {}};
  node.begin({{side, desired_state::running, {}}});
  advance(1s);
  BOOST_TEST(node.host.starts("side") == 0u);
  BOOST_TEST(last_reason() == "could not be started: no room for sockets");
}

BOOST_AUTO_TEST_CASE(probes_come_soon_then_slower_and_a_refused_one_is_not_yet) {
  manners = {manner{}};
  manners[0].listens_after = 5s;
  run_probed();
  advance(4s);
  BOOST_TEST(node.status("side") == "starting");
  const auto early = process()->probes;
  BOOST_TEST(early >= 8u); // 0, 20, 60, 140, 300, 620, 1260, 2260, 3260 ms and a little more each
  BOOST_TEST(early <= 10u);
  advance(2s);
  BOOST_TEST(node.status("side") == "ready");
  BOOST_TEST(row().port == 8080);
}

BOOST_AUTO_TEST_CASE(one_that_never_listens_is_told_with_what_the_last_probe_met) {
  side.policy.start_timeout = 3s;
  run_probed();
  advance(3s);
  BOOST_TEST(last_reason() == "not ready within its start timeout: it waits for an answer to GET "
                              "/health; the last probe: connection refused");
}

BOOST_AUTO_TEST_CASE(failures_in_a_row_are_a_hang_and_one_success_begins_the_count_anew) {
  manners = {manner{}};
  manners[0].listens_after = 0ms;
  run_probed();
  advance(10ms);
  BOOST_TEST_REQUIRE(node.status("side") == "ready");
  for (int flap = 0; flap < 20; ++flap) {
    process()->probe_failure = "HTTP 503";
    advance(30s + 5ms); // Each probe takes a millisecond.
    BOOST_TEST(row().reason == "unhealthy: 2 probes in a row failed, the last with: HTTP 503");
    process()->probe_failure.clear();
    advance(15s + 5ms);
    BOOST_TEST(row().reason == "");
  }
  BOOST_TEST(node.host.starts("side") == 1u);
  process()->probe_failure = "HTTP 503";
  advance(46s);
  BOOST_TEST(node.host.starts("side") == 2u);
  BOOST_TEST(last_reason() == "hung: 3 probes in a row failed, the last with: HTTP 503");
}

BOOST_AUTO_TEST_CASE(one_that_never_stays_healthy_is_braked_as_any_other) {
  side.policy.ping = {1s, 1s, 1};
  manners = {manner{}};
  manners[0].listens_after = 0ms;
  node.host.on_change = [](const life_ptr& life) {
    if (life->runs) life->probe_failure = "";
  };
  run_probed();
  for (int turn = 0; turn < 600 && node.status("side") != "crash_loop"; ++turn) {
    advance(100ms);
    if (node.status("side") == "ready") process()->probe_failure = "HTTP 500";
  }
  BOOST_TEST(node.status("side") == "crash_loop");
  BOOST_TEST(node.host.starts("side") == 6u); // The first, and five restarts in its period.
  node.host.on_change = nullptr;
}

BOOST_AUTO_TEST_CASE(a_hung_server_is_noticed_by_its_silent_port) {
  manners = {manner{}, manner{}};
  for (auto& how : manners) how.listens_after = 0ms;
  manners[0].hangs_after = 1s;
  run_probed();
  advance(65s); // 3 x 15 s, and 5 s for each that is silent
  BOOST_TEST(last_reason() == "hung: 3 probes in a row failed, the last with: no answer in time");
  BOOST_TEST(node.host.starts("side") == 2u);
  BOOST_TEST(node.status("side") == "ready");
}

BOOST_AUTO_TEST_CASE(no_probe_follows_readiness_where_pings_are_off) {
  side.policy.ping.every = 0s;
  manners = {manner{}};
  manners[0].listens_after = 0ms;
  run_probed();
  advance(1h);
  BOOST_TEST(process()->probes == 1u);
  BOOST_TEST(node.status("side") == "ready");
}

BOOST_AUTO_TEST_CASE(an_auto_port_is_new_for_each_instance_and_stands_where_it_is_named) {
  side.policy.port = port_auto;
  manners = {manner{}};
  manners[0].listens_after = 0ms;
  side.command = "/bin/side-${PORT}";
  run({ready_kind::tcp, {}, {}});
  advance(10ms);
  BOOST_TEST(process()->plan.env.at("PORT") == "20001");
  BOOST_TEST(process()->plan.argv.at(0) == "/bin/side-20001");
  BOOST_TEST(row().port == 20001);
  node.host.crash(process());
  advance(10ms);
  BOOST_TEST(process()->plan.env.at("PORT") == "20002");
  BOOST_TEST(node.status("side") == "ready");
}

BOOST_AUTO_TEST_CASE(a_port_that_was_given_stays_given_while_it_runs_and_is_ready) {
  std::weak_ptr<const std::uint16_t> lease;
  node.host.outside.lease_port = [&]() -> result<std::shared_ptr<const std::uint16_t>> {
    auto port = std::make_shared<const std::uint16_t>(std::uint16_t{20'001});
    lease = port;
    return port;
  };
  side.policy.port = port_auto;
  run({ready_kind::started, {}, {}});
  advance(2min); // Its start's timer, too, would have come.
  BOOST_TEST(node.status("side") == "ready");
  BOOST_TEST(!lease.expired());
  node.order("side", server_verb::stop);
  advance(10s);
  BOOST_TEST(node.status("side") == "stopped");
  BOOST_TEST(lease.expired());
}

BOOST_AUTO_TEST_SUITE_END()
