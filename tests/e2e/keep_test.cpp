// Servers that outlive their node: the same process, adopted as it is.
#include "kept_web.hpp"
#include "runners/proc_io.hpp"
#include "talk.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// The same copy as before, ready and never restarted.
void check_adopted(const node_fixture& node, pid_t pid, const std::string& word,
                   std::int64_t instance) {
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  const auto row = node.row("web");
  BOOST_TEST(number_of(row, "pid") == pid);
  BOOST_TEST(number_of(row, "restarts") == 0);
  BOOST_TEST(number_of(row, "instance") == instance);
  BOOST_TEST(who_answers(port_of(node, "web")) == word);
  BOOST_TEST(settles_at_one(node));
}

void outlive_a_killed_node(account as) {
  node_fixture node(as);
  node.add("web", kept_web());
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto pid = node.pid_of("web");
  const auto init = static_cast<pid_t>(number_of(node.row("web"), "init_pid"));
  const auto port = port_of(node, "web");
  const auto word = who_answers(port);
  const auto confined = text_of(node.row("web"), "confinement");
  BOOST_REQUIRE_MESSAGE(!word.empty(), compact(node.row("web")) << node.log());
  for (int round = 0; round < 2; ++round) {
    kill_node(node);
    BOOST_TEST(who_answers(port) == word);
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    check_adopted(node, pid, word, 1);
    BOOST_TEST(text_of(node.row("web"), "confinement") == confined);
  }
  // It is watched as any other: its end is noticed, told with its signal, and mended.
  BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
  BOOST_REQUIRE(eventually([&] { return node.pid_of("web") > 0 && node.pid_of("web") != pid; }));
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  BOOST_TEST(is_gone(init));
  BOOST_TEST(number_of(node.row("web"), "restarts") == 1);
  BOOST_TEST(number_of(node.row("web"), "instance") == 2);
  BOOST_TEST(node.ask("GET", "/api/v1/servers/web/crashes").body.find("\"signal\":9") !=
                 std::string::npos,
             node.ask("GET", "/api/v1/servers/web/crashes").body);
  BOOST_TEST(who_answers(port) != word);
  BOOST_TEST(settles_at_one(node));
  // And the next one is kept, too, under the next number.
  const auto next = node.pid_of("web");
  const auto next_word = who_answers(port);
  kill_node(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  check_adopted(node, next, next_word, 2);
  stop_by_command(node, "web");
  BOOST_TEST(who_answers(port).empty());
  end_well(node);
}

} // namespace

BOOST_AUTO_TEST_SUITE(keep)

BOOST_AUTO_TEST_CASE(a_kept_server_outlives_a_killed_node_and_is_adopted_as_it_is) {
  outlive_a_killed_node(account::own);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_s_kept_server_outlives_a_killed_node_too) {
  if (is_root()) outlive_a_killed_node(account::ordinary);
}

BOOST_AUTO_TEST_CASE(a_kept_server_outlives_its_node_s_orderly_stop) {
  node_fixture node;
  node.add("web", kept_web({{"port", "auto"}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto pid = node.pid_of("web");
  const auto port = port_of(node, "web");
  const auto word = who_answers(port);
  BOOST_TEST(node.stop() == 0, node.log());
  BOOST_TEST(who_answers(port) == word);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  check_adopted(node, pid, word, 1);
  BOOST_TEST(port_of(node, "web") == port); // One that was chosen for it stays its own.
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_a_kept_server_writes_while_no_node_is_there_is_in_its_log) {
  node_fixture node;
  node.add("web", kept_web({{"ready", {{"log", "it listens"}}}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto port = static_cast<int>(number_of(node.row("web"), "port"));
  const auto word = who_answers(port);
  const auto pid = node.pid_of("web");
  BOOST_TEST(let_it_say(port, "before"));
  const auto logged = [&](const char* text) {
    return node.ask("GET", "/api/v1/servers/web/logs").body.find(text) != std::string::npos;
  };
  BOOST_REQUIRE(eventually([&] { return logged("before"); }));
  kill_node(node);
  BOOST_TEST(let_it_say(port, "meanwhile"));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  check_adopted(node, pid, word, 1); // Ready by the line that a former node has read.
  BOOST_TEST(let_it_say(port, "after"));
  BOOST_REQUIRE(eventually([&] { return logged("after"); }));
  const auto all = node.ask("GET", "/api/v1/servers/web/logs").body;
  const auto before = all.find("before");
  const auto meanwhile = all.find("meanwhile");
  BOOST_TEST(before < meanwhile, all);
  BOOST_TEST(meanwhile < all.find("after"), all);
  BOOST_TEST(all.find("meanwhile", meanwhile + 1) == std::string::npos, all);
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(an_adopted_server_that_hangs_is_noticed_by_its_probes_and_replaced) {
  node_fixture node;
  node.add("web",
           kept_web({{"ping", {{"every", "100ms"}, {"timeout", "300ms"}, {"failures", 3}}}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  kill_node(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  const auto pid = node.pid_of("web");
  BOOST_REQUIRE(::kill(pid, SIGSTOP) == 0);
  BOOST_REQUIRE(eventually([&] { return node.pid_of("web") > 0 && node.pid_of("web") != pid; }));
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  BOOST_TEST(is_gone(pid));
  BOOST_TEST(settles_at_one(node));
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(the_spawner_s_end_ends_no_kept_server) {
  node_fixture node;
  node.add("web", kept_web());
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto pid = node.pid_of("web");
  const auto word = who_answers(port_of(node, "web"));
  ::kill(spawner_of(node.pid()), SIGKILL);
  kill_node(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  check_adopted(node, pid, word, 1);
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(an_adopted_server_whose_init_is_killed_is_told_so_and_started_anew) {
  node_fixture node;
  node.add("web", kept_web());
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  kill_node(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  const auto pid = node.pid_of("web");
  BOOST_REQUIRE(::kill(static_cast<pid_t>(number_of(node.row("web"), "init_pid")), SIGKILL) == 0);
  BOOST_REQUIRE(eventually([&] { return node.pid_of("web") > 0 && node.pid_of("web") != pid; }));
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  const auto crashes = node.ask("GET", "/api/v1/servers/web/crashes").body;
  BOOST_TEST(crashes.find("\"signal\":9") != std::string::npos, crashes);
  BOOST_TEST(settles_at_one(node));
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
