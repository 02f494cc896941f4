#include "node_fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <set>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Far beyond what a failure that comes at once can need on a busy machine.
constexpr auto slow_time = 60s;
constexpr auto at_once = 20s;
const std::vector<std::string> slow_words{"--slow", "60000"};

/// The states that a server's events tell, in order.
std::vector<std::string> states_told(const node_fixture& node, const std::string& server) {
  std::vector<std::string> states;
  for (const auto& entry : node.events(server))
    if (text_of(entry, "kind") == "server.state")
      states.push_back(text_of(member_of(entry, "fields"), "process_status"));
  return states;
}

/// How many instances were started: each tells "starting" exactly once, and with a pid of its own.
std::size_t starts_told(const node_fixture& node, const std::string& server) {
  std::set<std::string> pids;
  std::size_t told = 0;
  for (const auto& entry : node.events(server)) {
    const auto& fields = member_of(entry, "fields");
    if (text_of(fields, "process_status") != "starting") continue;
    ++told;
    BOOST_TEST(pids.insert(text_of(fields, "pid")).second, compact(entry));
  }
  BOOST_TEST(pids.count("") == 0u);
  return told;
}

/// Whether some event tells this state with this pid.
bool was_told(const node_fixture& node, const std::string& server, const std::string& status,
              pid_t pid) {
  for (const auto& entry : node.events(server)) {
    const auto& fields = member_of(entry, "fields");
    if (text_of(fields, "process_status") == status &&
        text_of(fields, "pid") == std::to_string(pid))
      return true;
  }
  return false;
}

bool waits_for_in_flight(const node_fixture& node, const std::string& server, std::int64_t count) {
  return eventually([&] { return number_of(node.row(server), "in_flight") == count; });
}

bool kills(pid_t pid) {
  return ::kill(pid, SIGKILL) == 0 && eventually([&] { return is_gone(pid); });
}

void check_failed_once(const call_answer& answer, const std::string& server) {
  BOOST_TEST(!answer.good(), answer.told());
  BOOST_TEST((answer.took < at_once), answer.told());
  BOOST_TEST(text_of(answer.facts(), "server") == server, answer.told());
  BOOST_TEST(text_of(answer.facts(), "code") == "server_gone", answer.told());
  BOOST_TEST(number_of(answer.facts(), "attempt") == 1, answer.told());
  BOOST_TEST(answer.facts().contains("retry_in_ms"), answer.told());
}

} // namespace

BOOST_AUTO_TEST_SUITE(life)

BOOST_AUTO_TEST_CASE(a_call_sent_after_a_server_has_died_waits_for_the_next_one) {
  node_fixture node;
  node.add_fault("fs", {},
                 {{"backoff", {{"min", "1ms"}, {"max", "1ms"}}}, {"intensity", {{"max", 1000}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  for (int round = 0; round < 20; ++round) {
    BOOST_REQUIRE(node.wait_for_status("fs", "ready"));
    const auto pid = node.pid_of("fs");
    BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
    while (!is_gone(pid)) {
    }
    const auto answer = node.call("fs", "echo");
    BOOST_REQUIRE_MESSAGE(answer.good(), answer.told());
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_server_killed_while_idle_is_back_for_the_next_call) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto first = node.pid_of("fs");
  BOOST_REQUIRE(first > 0);
  BOOST_REQUIRE(kills(first));
  BOOST_REQUIRE(eventually([&] { return node.pid_of("fs") != first; }));
  const auto answer = node.call("fs", "echo", {{"text", "hello"}});
  BOOST_TEST(answer.text() == "hello", answer.told());
  BOOST_TEST(node.modern_call("fs", "echo", {{"text", "modern"}}).text() == "modern");
  BOOST_TEST(node.wait_for_status("fs", "ready"));
  const auto row = node.row("fs");
  const auto second = static_cast<pid_t>(number_of(row, "pid"));
  BOOST_TEST(number_of(row, "restarts") == 1, compact(row));
  BOOST_TEST(second != first);
  BOOST_TEST(!is_gone(second));
  BOOST_TEST(is_gone(first));
  BOOST_TEST(was_told(node, "fs", "ready", first));
  BOOST_TEST(was_told(node, "fs", "ready", second));
  const auto states = states_told(node, "fs");
  const auto ready = std::count(states.begin(), states.end(), "ready");
  BOOST_TEST(ready == 2);
  BOOST_TEST(starts_told(node, "fs") == 2u);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_server_killed_in_mid_call_fails_that_call_once_and_serves_the_next_ones) {
  node_fixture node;
  auto words = slow_words;
  words.insert(words.end(), {"--delay-handshake", "500"}); // so that the next calls find no server
  node.add_fault("fs", words);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  auto lost = node.call_later("fs", "slow", slow_time);
  BOOST_REQUIRE(waits_for_in_flight(node, "fs", 1));
  BOOST_REQUIRE(kills(node.pid_of("fs")));
  const auto failed = lost.get();
  std::vector<std::future<call_answer>> next;
  for (int i = 0; i < 8; ++i) next.push_back(node.call_later("fs", "pid"));
  check_failed_once(failed, "fs");
  BOOST_TEST(number_of(failed.facts(), "signal") == 9, failed.told());
  for (auto& one : next) {
    const auto answer = one.get();
    BOOST_TEST(answer.good(), answer.told());
  }
  BOOST_REQUIRE(eventually([&] { return node.trajectories("fs").size() == 9; }));
  int slow_records = 0;
  for (const auto& record : node.trajectories("fs")) {
    if (text_of(record, "tool") != "slow") {
      BOOST_TEST(member_of(record, "success") == true, compact(record));
      continue;
    }
    ++slow_records;
    BOOST_TEST(text_of(record, "admission") == "ok", compact(record));
    BOOST_TEST(text_of(record, "transport") == "failed", compact(record));
    BOOST_TEST(member_of(record, "success") == false, compact(record));
  }
  BOOST_TEST(slow_records == 1);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_tool_that_kills_its_server_fails_with_the_signal) {
  node_fixture node;
  node.add_fault("fs", {"--die-on-call"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto failed = node.call("fs", "die");
  check_failed_once(failed, "fs");
  BOOST_TEST(number_of(failed.facts(), "signal") == 9, failed.told());
  BOOST_TEST(node.call("fs", "echo", {{"text", "again"}}).text() == "again");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_server_that_exits_in_mid_call_fails_that_call_with_its_exit_code) {
  node_fixture node;
  auto words = slow_words;
  words.insert(words.end(), {"--exit-after-calls", "1", "--exit-code", "3"});
  node.add_fault("fs", words);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  auto lost = node.call_later("fs", "slow", slow_time);
  BOOST_REQUIRE(waits_for_in_flight(node, "fs", 1));
  BOOST_TEST(node.call("fs", "echo", {{"text", "last"}}).text() == "last");
  const auto failed = lost.get();
  check_failed_once(failed, "fs");
  BOOST_TEST(number_of(failed.facts(), "exit_code") == 3, failed.told());
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_hung_server_is_noticed_by_its_pings_and_replaced_alone) {
  node_fixture node;
  node.add_fault("stuck", slow_words,
                 {{"ping", {{"every", "200ms"}, {"timeout", "1s"}, {"failures", 2}}}});
  node.add_fault("other", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto other = node.pid_of("other");
  const auto stuck = node.pid_of("stuck");
  auto lost = node.call_later("stuck", "slow", slow_time);
  BOOST_REQUIRE(waits_for_in_flight(node, "stuck", 1));
  BOOST_REQUIRE(::kill(stuck, SIGSTOP) == 0);
  BOOST_TEST(node.call("other", "echo", {{"text", "fine"}}).text() == "fine");
  const auto failed = lost.get();
  BOOST_TEST((failed.took < at_once), failed.told());
  BOOST_TEST(text_of(failed.facts(), "server") == "stuck", failed.told());
  BOOST_TEST(text_of(failed.facts(), "code") == "server_gone", failed.told());
  BOOST_TEST(text_of(failed.facts(), "ended") == "hung", failed.told());
  BOOST_TEST(node.call("stuck", "echo", {{"text", "new"}}).text() == "new");
  BOOST_TEST(node.pid_of("stuck") != stuck);
  BOOST_TEST(is_gone(stuck));
  BOOST_TEST(node.pid_of("other") == other);
  BOOST_TEST(number_of(node.row("other"), "restarts") == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_crash_loop_is_parked_with_its_reason_until_a_person_tries_again) {
  node_fixture node;
  node.defaults = {{"backoff", {{"min", "10ms"}, {"max", "50ms"}}},
                   {"intensity", {{"never_ready", 3}, {"half_open", "1h"}}}};
  const auto cure = node.directory() + "/cure";
  // The cure makes it a server; until then it is fault_server's way to fail at start.
  node.add("fs", {{"command", "/bin/sh"},
                  {"args",
                   {"-c", "test -e " + cure + " && exec " TOOLSCORE_FAKES_DIR "/fault_server; " +
                              "exec " TOOLSCORE_FAKES_DIR "/fault_server --exit-at-start 1"}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "crash_loop"));
  const auto row = node.row("fs");
  BOOST_TEST(text_of(row, "reason").find("code 1") != std::string::npos, compact(row));
  BOOST_TEST(starts_told(node, "fs") == 3u);
  const auto refused = node.modern_call("fs", "echo");
  BOOST_TEST(!refused.good());
  BOOST_TEST((refused.took < at_once), refused.told());
  BOOST_TEST(text_of(refused.facts(), "state") == "crash_loop", refused.told());
  BOOST_TEST(compact(refused.body).find("code 1") != std::string::npos, refused.told());
  for (const char* verb : {"restart", "start"}) {
    const auto before = starts_told(node, "fs");
    node.command({"--state-dir", node.state_dir(), verb, "fs"}, account::own);
    BOOST_TEST(eventually([&] { return starts_told(node, "fs") > before; }), verb);
    BOOST_TEST(node.wait_for_status("fs", "crash_loop"), verb);
  }
  std::ofstream(cure) << "x";
  const auto started =
      node.command({"--state-dir", node.state_dir(), "restart", "fs"}, account::own);
  BOOST_TEST(started.code == 0, started.text);
  BOOST_TEST(node.wait_for_status("fs", "ready"));
  BOOST_TEST(node.modern_call("fs", "echo", {{"text", "cured"}}).text() == "cured");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
