#include "node_fixture.hpp"
#include "store/instances_io.hpp"
#include "tests/runners/sleeper.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

stored_instance row_of(const sleeper& init, const std::string& server) {
  return {{{server}, 1}, init.pid, init.pid, start_time_of(init.pid), boot_id()};
}

std::vector<stored_instance> rows_of(const node_fixture& node) {
  auto base = database::open(node.state_dir());
  BOOST_REQUIRE_MESSAGE(base, (base ? "" : base.failure().detail));
  auto rows = instances(*base).all();
  BOOST_REQUIRE(rows);
  return *rows;
}

/// How many copies of the server live.
long fault_servers(const node_fixture& node) {
  const auto all = census(node.marker());
  return std::count_if(all.begin(), all.end(), [](const auto& one) {
    return program_of(static_cast<pid_t>(one.pid)) == "fault_server";
  });
}

void keep_an_instance(account as) {
  node_fixture node(as);
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto init_pid = number_of(node.row("fs"), "init_pid");
  BOOST_REQUIRE(eventually([&] { return rows_of(node).size() == 1; }));
  const auto kept = rows_of(node).front();
  BOOST_TEST(kept.id.server.value == "fs");
  BOOST_TEST(kept.pid == node.pid_of("fs"));
  BOOST_TEST(kept.init_pid == init_pid);
  BOOST_TEST(kept.start_time == start_time_of(init_pid));
  BOOST_TEST(kept.boot_id == boot_id());
  end_well(node);
  BOOST_TEST(rows_of(node).empty());
}

/// A node killed outright leaves its rows, and with them what is written here beside them.
void reap_what_a_killed_node_left(account as) {
  node_fixture node(as);
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(eventually([&] { return rows_of(node).size() == 1; }));
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
  const auto survivors = wait_for_empty_census(node.marker(), 5s);
  BOOST_TEST(survivors.empty(), to_string(survivors));
  BOOST_TEST(rows_of(node).size() == 1u);
  sleeper left;    // By its row.
  sleeper noted;   // By its note alone.
  sleeper stopped; // By its row, and deaf to all but SIGKILL.
  sleeper reused;  // Has the pid of one that has ended.
  sleeper rebooted;
  ::kill(stopped.pid, SIGSTOP);
  auto wrong_time = row_of(reused, "c");
  --wrong_time.start_time;
  auto wrong_boot = row_of(rebooted, "d");
  wrong_boot.boot_id = "00000000-0000-0000-0000-000000000000";
  {
    auto base = database::open(node.state_dir());
    BOOST_REQUIRE(base);
    instances live(*base);
    for (const auto& row : {row_of(left, "a"), row_of(stopped, "b"), wrong_time, wrong_boot})
      BOOST_REQUIRE(live.add(row));
  }
  const process_mark mark{noted.pid, 0, boot_id(), start_time_of(noted.pid)};
  std::ofstream(node.state_dir() + "/run/trees") << tree_note(mark) << "\n";
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  for (const auto* gone : {&left, &noted, &stopped}) BOOST_TEST(is_gone(gone->pid));
  for (const auto* other : {&reused, &rebooted}) BOOST_TEST(!is_gone(other->pid));
  const auto text = node.log();
  const auto killed = text.find("node.leftover_killed");
  BOOST_TEST(killed < text.rfind("node.started"));
  BOOST_TEST(eventually([&] { return rows_of(node).size() == 1; })); // The present one.
  BOOST_TEST(fault_servers(node) == 1);
  BOOST_TEST(node.call("fs", "echo", {{"text", "unharmed"}}).text() == "unharmed");
  end_well(node);
}

} // namespace

BOOST_AUTO_TEST_SUITE(leftovers)

BOOST_AUTO_TEST_CASE(each_instance_is_kept_with_its_init_and_forgotten_with_its_end) {
  keep_an_instance(account::own);
}

BOOST_AUTO_TEST_CASE(without_namespaces_each_instance_is_kept_too) {
  keep_an_instance(account::sandboxed);
}

BOOST_AUTO_TEST_CASE(what_a_killed_node_left_alive_is_gone_before_anything_is_started) {
  reap_what_a_killed_node_left(account::own);
}

BOOST_AUTO_TEST_CASE(without_namespaces_what_a_killed_node_left_alive_is_gone_first) {
  reap_what_a_killed_node_left(account::sandboxed);
}

BOOST_AUTO_TEST_SUITE_END()
