#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr const char* secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

/// Writes a token to stderr, and then serves: `slow` never ends, and after any other call it exits
/// with 3.
reply_json talkative() {
  return {{"command", "/bin/sh"},
          {"args",
           {"-c", std::string("echo \"signed in with ") + secret +
                      "\" >&2; exec " TOOLSCORE_FAKES_DIR
                      "/fault_server --slow 60000 --exit-after-calls 1 --exit-code 3"}}};
}

std::vector<reply_json> reports(const node_fixture& node, const std::string& target) {
  const auto reply = node.ask("GET", "/api/v1/" + target);
  BOOST_TEST(reply.status == 200, reply.body);
  BOOST_TEST(reply.body.find(secret) == std::string::npos);
  const auto body = parse_reply(reply.body);
  BOOST_REQUIRE(body);
  const auto& list = member_of(*body, "crashes");
  return {list.begin(), list.end()};
}

std::vector<reply_json> crash_events(const node_fixture& node) {
  auto all = node.events("s");
  std::erase_if(all, [](const auto& x) { return text_of(x, "kind") != "server.crashed"; });
  return all;
}

/// A call that will not end by itself, seen in flight.
std::future<call_answer> call_in_flight(node_fixture& node) {
  auto slow = node.call_later("s", "slow");
  BOOST_REQUIRE(eventually([&] { return number_of(node.row("s"), "in_flight") == 1; }));
  return slow;
}

std::string why(const node_fixture& node) {
  const auto answer = node.command({"why", "s", "--state-dir", node.state_dir()}, account::own);
  BOOST_TEST(answer.code == 0, answer.text);
  return answer.text;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void exit_with_a_call_in_flight(node_fixture& node) {
  auto slow = call_in_flight(node);
  BOOST_TEST(node.modern_call("s", "echo", {{"text", "last"}}).text() == "last");
  BOOST_TEST(text_of(slow.get().facts(), "code") == "server_gone");
  const auto all = reports(node, "servers/s/crashes");
  BOOST_TEST_REQUIRE(all.size() == 1u);
  const auto& x = all[0];
  BOOST_TEST_CONTEXT(compact(x)) {
    BOOST_TEST(text_of(x, "kind") == "exited");
    BOOST_TEST(text_of(x, "reason") == "exited with code 3");
    BOOST_TEST(number_of(x, "exit_code") == 3);
    BOOST_TEST(member_of(x, "signal").is_null());
    BOOST_TEST(number_of(x, "instance") == 1);
    BOOST_TEST(number_of(x, "pid") > 0);
    BOOST_TEST(number_of(x, "uptime_ms") > 0);
    BOOST_TEST(number_of(member_of(x, "usage"), "memory_max_bytes") > 0);
    BOOST_TEST(text_of(x, "was_ready") == "true");
    BOOST_TEST(number_of(x, "in_flight") == 1);
    BOOST_TEST(text_of(x["calls"][0], "tool") == "slow");
    BOOST_TEST(number_of(x, "attempt") == 1);
    BOOST_TEST(text_of(x, "delay_ms") == "0");
    BOOST_TEST_REQUIRE(x["log"].size() == 2u);
    BOOST_TEST(says(x["log"][0], "signed in with [redacted"));
    BOOST_TEST(x["log"][1] == "fault_server: exits after 1 calls");
  }
}

void segfault_with_a_call_in_flight(node_fixture& node) {
  BOOST_REQUIRE(node.wait_for_status("s", "ready"));
  auto slow = call_in_flight(node);
  const auto pid = node.pid_of("s");
  ::kill(pid, SIGSEGV);
  const auto lost = slow.get();
  BOOST_TEST(number_of(lost.facts(), "signal") == SIGSEGV, lost.told());
  const auto all = reports(node, "crashes");
  BOOST_TEST_REQUIRE(all.size() == 2u);
  const auto& x = all[0];
  BOOST_TEST_CONTEXT(compact(x)) {
    BOOST_TEST(text_of(x, "kind") == "killed");
    BOOST_TEST(number_of(x, "signal") == SIGSEGV);
    BOOST_TEST(member_of(x, "exit_code").is_null());
    BOOST_TEST(number_of(x, "pid") == pid);
    BOOST_TEST(number_of(x, "in_flight") == 1);
    BOOST_TEST(number_of(x, "attempt") == 2);
    BOOST_TEST(number_of(x, "delay_ms") > 0);
  }
}

void check_events(const node_fixture& node) {
  const auto events = crash_events(node);
  BOOST_TEST_REQUIRE(events.size() == 2u);
  const auto& first = member_of(events[0], "fields");
  BOOST_TEST(text_of(first, "exit_code") == "3");
  BOOST_TEST(text_of(first, "in_flight") == "1");
  BOOST_TEST(text_of(first, "was_ready") == "true");
  BOOST_TEST(text_of(member_of(events[1], "fields"), "signal") == "11");
  for (const auto& event : events) BOOST_TEST(!says(compact(event), "signed in"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(crashes)

BOOST_AUTO_TEST_CASE(each_crash_is_reported_and_outlives_a_node_that_is_killed) {
  node_fixture node;
  node.add("s", talkative());
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(reports(node, "servers/s/crashes").empty());
  BOOST_TEST(says(why(node), "no crash recorded"));
  exit_with_a_call_in_flight(node);
  segfault_with_a_call_in_flight(node);
  check_events(node);
  const auto told = why(node);
  BOOST_TEST(says(told, " ago: killed by signal 11 (SIGSEGV)"), told);
  BOOST_TEST(says(told, "1 call: slow (id "), told);
  const auto newest = reports(node, "crashes?limit=1");
  BOOST_TEST_REQUIRE(newest.size() == 1u);
  const auto number = number_of(newest[0], "number");
  const auto older = reports(node, "servers/s/crashes?before=" + std::to_string(number));
  BOOST_TEST_REQUIRE(older.size() == 1u);
  BOOST_TEST(number_of(older[0], "exit_code") == 3);

  // A restart that was ordered is no crash; a crash is on the disk though nobody asks for it.
  BOOST_TEST(node.ask("POST", "/api/v1/servers/s/restart").status == 200);
  ::kill(node.pid_of("s"), SIGSEGV);
  BOOST_TEST(eventually([&] {
    return says(node.ask("GET", "/metrics").body, "toolscore_crash_reports_kept_total 3\n");
  }));
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(crash_events(node).empty());
  const auto kept = reports(node, "servers/s/crashes");
  BOOST_TEST_REQUIRE(kept.size() == 3u);
  BOOST_TEST(number_of(kept[0], "signal") == SIGSEGV);
  BOOST_TEST(number_of(kept[2], "exit_code") == 3);
  const auto later = why(node);
  BOOST_TEST(says(later, " ago: killed by signal 11 (SIGSEGV)"), later);

  BOOST_TEST(node.ask("DELETE", "/api/v1/servers/s").status == 200);
  BOOST_TEST(reports(node, "crashes").empty());
  BOOST_TEST(node.ask("GET", "/api/v1/servers/s/crashes").status == 404);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
