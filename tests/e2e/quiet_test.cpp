#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// How often the process's threads have waited for something so far.
long waits_of(long pid) {
  long sum = 0;
  std::error_code failed;
  const auto tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, failed)) {
    std::ifstream status(task.path() / "status");
    for (std::string word; status >> word;)
      if (word == "voluntary_ctxt_switches:") {
        long count = 0;
        status >> count;
        sum += count;
      }
  }
  return sum;
}

long waits_of(const std::vector<counted_process>& all) {
  long sum = 0;
  for (const auto& one : all) sum += waits_of(one.pid);
  return sum;
}

} // namespace

BOOST_AUTO_TEST_SUITE(quiet)

// A wake-up each second would be three in every window; the best of a few windows forgives a late
// page fault, never a period.
BOOST_AUTO_TEST_CASE(an_idle_node_with_twenty_servers_and_sidecars_wakes_up_for_nothing) {
  constexpr int windows = 4;
  constexpr long waits_max = 2;
  node_fixture node;
  node.defaults = {{"ping", {{"every", "60s"}}}, {"idle_stop", "1h"}, {"max_lifetime", "24h"}};
  for (int i = 0; i < 20; ++i) node.add_fault("s" + std::to_string(i), {});
  for (int i = 0; i < 20; ++i)
    node.add("side" + std::to_string(i),
             {{"command", "sleep"}, {"args", {"1000000"}}, {"link", "none"}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  for (int i = 0; i < 20; ++i) BOOST_TEST(node.status_of("s" + std::to_string(i)) == "ready");
  for (int i = 0; i < 20; ++i) BOOST_TEST(node.status_of("side" + std::to_string(i)) == "ready");
  const auto all = census(node.marker());
  BOOST_TEST(all.size() >= 82u); // the node, its spawner, 40 inits, 40 servers
  std::this_thread::sleep_for(500ms);
  long fewest = waits_max + 1;
  long node_fewest = waits_max + 1;
  for (int window = 0; window < windows && fewest > waits_max; ++window) {
    const long node_before = waits_of(node.pid());
    const long before = waits_of(all);
    std::this_thread::sleep_for(3s);
    const long now = waits_of(all) - before;
    fewest = std::min(fewest, now);
    node_fewest = std::min(node_fewest, waits_of(node.pid()) - node_before);
    BOOST_TEST_MESSAGE("woke up " << now << " times in 3 s");
  }
  BOOST_TEST(node_fewest <= waits_max);
  BOOST_TEST(fewest <= waits_max);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
