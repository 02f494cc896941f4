// A node that is stopped for longer than each of its timeouts, in the middle of everything.
#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

void suspend(const node_fixture& node, std::chrono::milliseconds how_long) {
  BOOST_REQUIRE(::kill(node.pid(), SIGSTOP) == 0);
  std::this_thread::sleep_for(how_long);
  BOOST_REQUIRE(::kill(node.pid(), SIGCONT) == 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(suspended)

BOOST_AUTO_TEST_CASE(
    a_node_suspended_for_longer_than_every_timeout_kills_nobody_and_loses_no_call) {
  node_fixture node;
  node.defaults = {{"ping", {{"every", "200ms"}, {"timeout", "300ms"}, {"failures", 1}}},
                   {"call_timeout", "4s"},
                   {"call_timeout_max", "4s"},
                   {"start_timeout", "4s"},
                   {"queue", {{"wait", "4s"}}}};
  node.add_fault("idle", {});
  node.add_fault("busy", {"--slow", "3000"});
  node.add_fault("mute", {"--hang"});
  node.add_fault("late", {"--modern", "--delay-handshake", "2500"});
  node.add_fault("dies", {"--exit-at-start", "3"},
                 {{"backoff", {{"min", "400ms"}, {"max", "500ms"}}},
                  {"intensity", {{"max", 1000}, {"never_ready", 1000}}}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  for (const char* name : {"idle", "busy", "mute", "late"})
    BOOST_REQUIRE(node.wait_for_status(name, "ready"));
  const auto idle = node.pid_of("idle");
  const auto busy = node.pid_of("busy");
  const auto mute = node.pid_of("mute");
  auto answered = node.call_later("busy", "slow");
  auto unanswered = node.call_later("mute", "echo");
  BOOST_REQUIRE(node.ask("POST", "/api/v1/servers/late/stop").status == 200);
  auto starts = std::async(std::launch::async,
                           [&] { return node.ask("POST", "/api/v1/servers/late/start").status; });
  BOOST_REQUIRE(eventually([&] { return node.pid_of("late") != 0; }));
  const auto late = node.pid_of("late");
  auto waits = std::async(std::launch::async, [&] {
    return node.modern_call("late", "echo", {{"text", "x"}}, 30s);
  });
  BOOST_REQUIRE(eventually([&] {
    return number_of(node.row("busy"), "in_flight") == 1 &&
           number_of(node.row("mute"), "in_flight") == 1 &&
           number_of(node.row("late"), "waiting") >= 1;
  }));
  const auto deaths = number_of(node.row("dies"), "restarts");

  suspend(node, 8s);

  // What was in the pipes counts, and not that nobody was there to read it in time.
  const auto good = answered.get();
  BOOST_TEST(good.text() == "slow", good.told());
  const auto bad = unanswered.get();
  BOOST_TEST((bad.status == 200 && !bad.good()), bad.told());
  BOOST_TEST(starts.get() == 200);
  const auto waited = waits.get();
  BOOST_TEST(waited.good(), waited.told());
  std::this_thread::sleep_for(1s);
  BOOST_TEST(number_of(node.row("dies"), "restarts") - deaths <= 5); // No storm of those missed.
  BOOST_TEST(node.pid_of("idle") == idle);
  BOOST_TEST(node.pid_of("busy") == busy);
  BOOST_TEST(node.pid_of("mute") == mute);
  BOOST_TEST(node.pid_of("late") == late);
  for (const char* name : {"idle", "busy", "mute"})
    BOOST_TEST(number_of(node.row(name), "restarts") == 0, name);
  for (const char* name : {"busy", "mute", "late"})
    BOOST_TEST(eventually([&] { return node.trajectories(name).size() == 1; }), name);
  BOOST_TEST(text_of(node.trajectories("busy").at(0), "success") == "true");
  BOOST_TEST(text_of(node.trajectories("mute").at(0), "success") == "false");
  for (const auto& entry : node.events())
    BOOST_TEST((text_of(entry, "type") != "server.crashed" || text_of(entry, "server") == "dies"),
               compact(entry));
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
