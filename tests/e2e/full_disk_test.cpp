// The state directory on a disk of a few MiB that fills up while the node serves.
#include "node_fixture.hpp"
#include "small_disk.hpp"
#include "store/records_io.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr std::size_t disk_bytes = 6U << 20U;

/// The value of one line of /metrics; -1 without it.
double metric(const node_fixture& node, const std::string& name) {
  const auto text = "\n" + node.ask("GET", "/metrics").body;
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

std::string definition(const node_fixture& node, const std::string& name) {
  return compact({{"name", name}, {"config", node.fault_definition({})}, {"wait", true}});
}

std::vector<record_gap> gaps_of(const node_fixture& node) {
  auto base = database::open(node.state_dir());
  BOOST_REQUIRE_MESSAGE(base, (base ? "" : base.failure().detail));
  auto all = records(*base).gaps();
  BOOST_REQUIRE(all);
  return *all;
}

std::uint64_t sum_of(const std::vector<record_gap>& gaps) {
  std::uint64_t sum = 0;
  for (const auto& gap : gaps) sum += gap.count;
  return sum;
}

/// A refusal says what, why and what to do, on one line.
void check_refused(const http_reply& answer, const char* what) {
  BOOST_TEST(answer.status == 503, what << ": " << answer.status << " " << answer.body);
  BOOST_TEST(answer.body.find("free some space") != std::string::npos, what << ": " << answer.body);
}

/// Calls of big texts, each a record that no full disk has room for.
void call_often(node_fixture& node, int times) {
  for (int i = 0; i < times; ++i) {
    const auto answer = node.call("fs", "echo", {{"text", std::string(20'000, 'x')}});
    BOOST_TEST(answer.good(), answer.told());
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(calls_go_on_while_records_and_definitions_are_refused_and_the_gap_is_told) {
  node_fixture node;
  const small_disk disk(node.state_dir(), disk_bytes);
  if (!disk.is_there()) {
    BOOST_TEST_MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  node.add_fault("fs", {}, {{"backoff", {{"min", "50ms"}, {"max", "200ms"}}}});
  node.add_fault("other", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.ask("POST", "/api/v1/servers", definition(node, "before")).status == 201);
  call_often(node, 2);
  BOOST_REQUIRE(eventually([&] { return metric(node, "toolscore_records_kept_total") == 2; }));

  disk.fill();
  call_often(node, 8);
  BOOST_REQUIRE(eventually([&] { return metric(node, "toolscore_records_lost_total") == 8; }));
  BOOST_TEST(node.log().find("store.refused") != std::string::npos);
  BOOST_TEST(node.log().find("free some space") != std::string::npos);
  check_refused(node.ask("POST", "/api/v1/servers", definition(node, "during")), "add");
  BOOST_TEST(node.ask("GET", "/api/v1/servers/during").status == 404);
  check_refused(node.ask("DELETE", "/api/v1/servers/before"), "remove");
  check_refused(node.ask("POST", "/api/v1/servers/before/stop"), "stop");
  BOOST_TEST(node.status_of("before") == "ready");

  // What needs no new definition goes on: a restart by order, and one after a crash.
  const auto other = node.pid_of("other");
  BOOST_TEST(node.ask("POST", "/api/v1/servers/other/restart").status == 200);
  BOOST_TEST(eventually(
      [&] { return node.status_of("other") == "ready" && node.pid_of("other") != other; }));
  for (int i = 0; i < 3; ++i) {
    disk.fill(); // What the crash before gave back.
    const auto pid = node.pid_of("fs");
    BOOST_REQUIRE((pid > 0 && ::kill(pid, SIGKILL) == 0));
    // Between an end and the decision about it a row may show no pid.
    const auto is_back = [&] {
      const auto now = node.pid_of("fs");
      return now > 0 && now != pid && node.status_of("fs") == "ready";
    };
    BOOST_TEST(eventually(is_back), compact(node.row("fs")));
  }
  BOOST_TEST(node.call("fs", "echo", {{"text", "still"}}).text() == "still");
  BOOST_TEST(node.ask("GET", "/readyz").status == 200);

  disk.make_room();
  BOOST_TEST(node.ask("POST", "/api/v1/servers", definition(node, "after")).status == 201);
  const auto lost = metric(node, "toolscore_records_lost_total");
  call_often(node, 1);
  BOOST_TEST(eventually([&] { return metric(node, "toolscore_records_kept_total") >= 3; }));
  const auto gaps = gaps_of(node);
  BOOST_TEST(static_cast<double>(sum_of(gaps)) == lost);
  BOOST_REQUIRE(!gaps.empty());
  BOOST_TEST(gaps.front().reason.find("full") != std::string::npos, gaps.front().reason);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_gap_that_no_later_record_tells_is_written_at_the_nodes_end) {
  node_fixture node;
  const small_disk disk(node.state_dir(), disk_bytes);
  if (!disk.is_there()) {
    BOOST_TEST_MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  call_often(node, 1);
  BOOST_REQUIRE(eventually([&] { return metric(node, "toolscore_records_kept_total") == 1; }));
  disk.fill();
  call_often(node, 4);
  BOOST_REQUIRE(eventually([&] { return metric(node, "toolscore_records_lost_total") == 4; }));
  disk.make_room();
  end_well(node);
  BOOST_TEST(sum_of(gaps_of(node)) == 4u);
}

BOOST_AUTO_TEST_CASE(a_node_cannot_be_started_on_a_full_disk_and_says_so_in_one_line) {
  node_fixture node;
  const small_disk disk(node.state_dir(), disk_bytes);
  if (!disk.is_there()) {
    BOOST_TEST_MESSAGE("skipped: no file system can be mounted here");
    return;
  }
  node.add_fault("fs", {});
  disk.fill();
  BOOST_TEST(!node.start());
  BOOST_TEST(node.wait_for_end(5s) == 1);
  const auto said = node.log();
  BOOST_TEST(std::count(said.begin(), said.end(), '\n') == 1, said);
  BOOST_TEST(
      (said.find("full") != std::string::npos || said.find("No space left") != std::string::npos),
      said);
  const auto left = census(node.marker());
  BOOST_TEST(left.empty(), to_string(left));
  disk.make_room();
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
