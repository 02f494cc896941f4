// A hundred servers that die at their start beside one that works.
#include "node_fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr int dying = 100;

/// Of all the threads of a process, in clock ticks.
long processor_ticks(pid_t pid) {
  std::ostringstream text;
  text << std::ifstream("/proc/" + std::to_string(pid) + "/stat").rdbuf();
  std::istringstream fields(text.str().substr(text.str().rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return user + system;
}

std::size_t parked(const node_fixture& node) {
  const auto body = node.ask("GET", "/api/v1/servers").body;
  std::size_t count = 0;
  const std::string word = "\"process_status\":\"crash_loop\"";
  for (auto at = body.find(word); at != body.npos; at = body.find(word, at + 1)) ++count;
  return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(storm)

BOOST_AUTO_TEST_CASE(a_hundred_servers_that_die_at_start_are_parked_and_then_cost_nothing) {
  node_fixture node;
  node.defaults = {{"backoff", {{"min", "100ms"}, {"max", "2s"}}}};
  node.add_fault("works", {});
  for (int i = 0; i < dying; ++i)
    node.add_fault("dies" + std::to_string(i), {"--exit-at-start", "3"});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("works", "ready"));
  const auto works = node.pid_of("works");
  // While they die, the one that works is called as if it were alone.
  std::vector<std::chrono::milliseconds> took;
  const bool all_parked = eventually(
      [&] {
        const auto answer = node.call("works", "echo", {{"text", "on"}});
        BOOST_TEST(answer.text() == "on", answer.told());
        took.push_back(answer.took);
        return parked(node) == dying;
      },
      60s);
  BOOST_TEST(all_parked, parked(node) << " of " << dying << " are parked");
  BOOST_REQUIRE(!took.empty());
  std::sort(took.begin(), took.end());
  BOOST_TEST(took[took.size() / 2].count() <= 500);
  BOOST_TEST(node.pid_of("works") == works);
  BOOST_TEST(node.ask("GET", "/readyz").status == 200); // A verdict on each.

  std::this_thread::sleep_for(500ms);
  const auto crashes = node.events().size();
  const auto before = processor_ticks(node.pid());
  std::this_thread::sleep_for(5s);
  const auto spent = processor_ticks(node.pid()) - before;
  BOOST_TEST(spent * 50 <= 5 * ::sysconf(_SC_CLK_TCK)); // 2 % of one processor.
  BOOST_TEST(node.events().size() == crashes);
  BOOST_TEST(number_of(node.row("dies0"), "restarts") >= 5);
  BOOST_TEST(number_of(node.row("dies0"), "restarts") <= 6);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
