#include "talk.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

std::vector<reply_json> instances(const node_fixture& node, const std::string& server = "fs") {
  const auto row = node.row(server);
  const auto& list = member_of(row, "instances");
  return {list.begin(), list.end()};
}

std::int64_t ready(const node_fixture& node) {
  const auto row = node.row("fs");
  return number_of(member_of(row, "replicas"), "ready");
}

std::string ps(const node_fixture& node) {
  return node.command({"--state-dir", node.state_dir(), "ps"}, account::own).text;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// Calls without pause by some clients until it is told to end.
class crowd {
public:
  crowd(node_fixture& node, int clients) {
    for (int i = 0; i < clients; ++i)
      callers_.emplace_back([this, &node] {
        while (!over_) {
          ++made;
          if (!node.modern_call("fs", "echo", {{"text", "x"}}).good()) ++failed;
        }
      });
  }
  ~crowd() { end(); }
  void end() {
    over_ = true;
    for (auto& caller : callers_)
      if (caller.joinable()) caller.join();
  }
  std::atomic<int> made = 0;
  std::atomic<int> failed = 0;

private:
  std::atomic<bool> over_ = false;
  std::vector<std::thread> callers_;
};

/// Calls of the tool `slow`, all of them in flight.
std::vector<std::future<call_answer>> slow_calls(node_fixture& node, int count) {
  std::vector<std::future<call_answer>> calls;
  for (int i = 0; i < count; ++i)
    calls.push_back(
        std::async(std::launch::async, [&node] { return node.modern_call("fs", "slow"); }));
  BOOST_REQUIRE(eventually([&] { return number_of(node.row("fs"), "in_flight") >= count; }));
  return calls;
}

} // namespace

BOOST_AUTO_TEST_SUITE(replicas)

BOOST_AUTO_TEST_CASE(a_killed_replica_costs_its_own_calls_alone_and_comes_back) {
  node_fixture node;
  node.add_fault("fs", {"--slow", "3000", "--delay-handshake", "1500"}, {{"replicas", 3}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "ready"));
  const auto before = instances(node);
  BOOST_TEST_REQUIRE(before.size() == 3u);
  BOOST_TEST(count_of(ps(node), "fs#") == 3u);
  BOOST_TEST(ps(node).find("ready 3/3") != std::string::npos);

  auto slow = slow_calls(node, 9);
  for (const auto& one : instances(node)) BOOST_TEST(number_of(one, "in_flight") == 3);
  const auto victim = static_cast<pid_t>(number_of(before[1], "pid"));
  const auto number = number_of(before[1], "instance");
  BOOST_REQUIRE(victim > 0);
  ::kill(victim, SIGKILL);
  BOOST_REQUIRE(node.wait_for_status("fs", "degraded"));
  crowd callers(node, 4); // From here on no call is the victim's.
  BOOST_TEST(ps(node).find("degraded 2/3") != std::string::npos, ps(node));
  BOOST_TEST(ready(node) == 2);
  int lost = 0;
  for (auto& call : slow) {
    const auto answer = call.get();
    if (answer.good()) continue;
    ++lost;
    BOOST_TEST(text_of(answer.facts(), "code") == "server_gone", answer.told());
    BOOST_TEST(text_of(answer.facts(), "state") == "degraded", answer.told());
    BOOST_TEST(number_of(answer.facts(), "signal") == SIGKILL, answer.told());
    BOOST_TEST(number_of(answer.facts(), "retry_in_ms") == 0, answer.told());
  }
  BOOST_TEST(lost == 3);
  BOOST_TEST(node.wait_for_status("fs", "ready"));
  callers.end();
  BOOST_TEST(callers.failed == 0);
  BOOST_TEST(callers.made > 20);

  const auto after = instances(node);
  BOOST_TEST_REQUIRE(after.size() == 3u);
  for (const std::size_t at : {0U, 2U})
    BOOST_TEST(number_of(after[at], "pid") == number_of(before[at], "pid"));
  BOOST_TEST(number_of(after[1], "pid") != victim);
  BOOST_TEST(number_of(after[1], "instance") == 4);
  BOOST_TEST(number_of(node.row("fs"), "restarts") == 1);
  std::vector<std::string> told;
  for (const auto& event : node.events("fs")) {
    const auto& fields = member_of(event, "fields");
    if (text_of(event, "kind") == "server.crashed")
      BOOST_TEST(text_of(fields, "instance") == std::to_string(number));
    told.push_back(text_of(fields, "process_status") + text_of(fields, "instance"));
  }
  BOOST_TEST(std::count(told.begin(), told.end(), "degraded4") >= 1); // It started.
  BOOST_TEST(told.back() == "ready4");
  BOOST_TEST(census(node.marker()).size() >= 5u); // The node, its spawner, and three servers.
  BOOST_TEST(node.command({"--state-dir", node.state_dir(), "stop", "fs"}, account::own).code == 0);
  BOOST_TEST(eventually([&] { // The node and what it has beside its servers.
    const auto all = census(node.marker());
    return std::count_if(all.begin(), all.end(), [](const auto& one) {
             return !is_helper(static_cast<pid_t>(one.pid));
           }) == 1;
  }));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(lives_end_one_by_one_and_no_caller_notices) {
  node_fixture node;
  node.add_fault("fs", {"--delay-handshake", "100"}, {{"replicas", 2}, {"max_lifetime", "2s"}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "ready"));
  crowd callers(node, 4);
  const auto end = std::chrono::steady_clock::now() + 6s;
  while (std::chrono::steady_clock::now() < end) {
    BOOST_TEST(ready(node) >= 1);
    std::this_thread::sleep_for(20ms);
  }
  callers.end();
  BOOST_TEST(callers.failed == 0);
  BOOST_TEST(callers.made > 100);
  std::int64_t last = 0;
  for (const auto& one : instances(node)) last = std::max(last, number_of(one, "instance"));
  BOOST_TEST(last >= 5);
  BOOST_TEST(number_of(node.row("fs"), "restarts") == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(each_log_is_told_under_its_instance_and_followed_by_position) {
  node_fixture node;
  node.add("fs", {{"command", "/bin/sh"},
                  {"args", {"-c", "echo hello >&2; exec " TOOLSCORE_FAKES_DIR "/fault_server"}},
                  {"replicas", 2}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "ready"));
  const auto whole = node.ask("GET", "/api/v1/servers/fs/logs");
  BOOST_TEST(whole.body == "==> fs#1 <==\nhello\n==> fs#2 <==\nhello\n");
  BOOST_TEST(whole.log_next == "1.6,2.6");
  const auto next = "/api/v1/servers/fs/logs?from=" + whole.log_next;
  BOOST_TEST(node.ask("GET", next).body.empty());
  ::kill(static_cast<pid_t>(number_of(instances(node)[1], "pid")), SIGKILL);
  std::string text;
  BOOST_TEST(eventually([&] {
    text = node.ask("GET", next).body;
    return !text.empty();
  }));
  BOOST_TEST(text == "==> fs#3 <==\nhello\n");
  BOOST_TEST(node.ask("GET", "/api/v1/servers/fs/logs?from=1.6,2").status == 400);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(killing_the_node_leaves_none_of_them_and_the_next_one_begins_anew) {
  node_fixture node;
  node.add_fault("fs", {"--fork-setsid", "--ignore-eof"}, {{"replicas", 4}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "ready"));
  node.signal(SIGKILL);
  node.wait_for_end(10s);
  BOOST_TEST(wait_for_empty_census(node.marker(), 10s).empty());
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "ready"));
  BOOST_TEST(instances(node).size() == 4u);
  end_well(node, 20s);
}

BOOST_AUTO_TEST_SUITE_END()
