// Inits made ahead, as the real node keeps them.
#include "node_fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr std::size_t most = 2;

bool stand(const node_fixture& node) {
  return eventually([&] { return spares_of(node.pid()).size() == most; });
}

pid_t init_of(const node_fixture& node, const std::string& server) {
  return static_cast<pid_t>(number_of(node.row(server), "init_pid"));
}

bool holds(const std::vector<pid_t>& all, pid_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool all_gone(const std::vector<pid_t>& all) {
  return eventually([&] { return std::all_of(all.begin(), all.end(), is_gone); });
}

void crash(const node_fixture& node, const std::string& server) {
  const auto pid = node.pid_of(server);
  BOOST_REQUIRE((pid > 0 && ::kill(pid, SIGKILL) == 0));
  BOOST_REQUIRE(eventually([&] { return node.pid_of(server) > 0 && node.pid_of(server) != pid; }));
  BOOST_REQUIRE(node.wait_for_status(server, "ready"));
}

void check_end_with_node(account as) {
  node_fixture node(as);
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(stand(node));
  for (const bool killed : {true, false}) {
    const auto all = spares_of(node.pid());
    if (killed) {
      node.signal(SIGKILL);
      BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
    } else {
      end_well(node);
    }
    BOOST_TEST(all_gone(all));
    const auto left = wait_for_empty_census(node.marker(), 5s);
    BOOST_TEST(left.empty(), to_string(left));
    if (!killed) break;
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    BOOST_REQUIRE(stand(node));
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(spares)

BOOST_AUTO_TEST_CASE(they_end_with_the_node_however_it_ends) {
  check_end_with_node(account::own);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_s_end_with_the_node_too) {
  if (is_root())
    check_end_with_node(account::ordinary);
  else
    BOOST_TEST_MESSAGE("skipped: only root can start a node as another user");
}

BOOST_AUTO_TEST_CASE(they_end_with_the_spawner_and_no_server_does) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(stand(node));
  const auto before = spares_of(node.pid());
  const auto pid = node.pid_of("fs");
  BOOST_REQUIRE(::kill(spawner_of(node.pid()), SIGKILL) == 0);
  BOOST_TEST(all_gone(before));
  BOOST_TEST(node.call("fs", "echo", {{"text", "on"}}).text() == "on");
  BOOST_TEST(node.pid_of("fs") == pid);
  crash(node, "fs");
  BOOST_TEST(!holds(before, init_of(node, "fs")));
  BOOST_TEST(stand(node));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_restart_takes_one_and_a_killed_one_is_replaced) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(stand(node));
  const auto killed = spares_of(node.pid()).front();
  ::kill(killed, SIGKILL);
  BOOST_REQUIRE(eventually([&] {
    const auto now = spares_of(node.pid());
    return now.size() == most && !holds(now, killed);
  }));
  int taken = 0; // None of those that stood when something was mounted on the host.
  for (int restarts = 1; restarts <= 3; ++restarts) {
    const auto before = spares_of(node.pid());
    crash(node, "fs");
    taken += holds(before, init_of(node, "fs")) ? 1 : 0;
    BOOST_TEST(number_of(node.row("fs"), "restarts") == restarts);
    BOOST_TEST(text_of(node.row("fs"), "confinement").starts_with("pid+mount namespace") ==
               is_root());
    BOOST_TEST(node.call("fs", "echo", {{"text", "back"}}).text() == "back");
    BOOST_REQUIRE(stand(node));
    BOOST_TEST(!holds(spares_of(node.pid()), init_of(node, "fs")));
  }
  BOOST_TEST(taken >= 1, node.log());
  end_well(node);
}

BOOST_AUTO_TEST_CASE(many_that_die_at_once_come_back_once_each) {
  constexpr int many = 30;
  node_fixture node;
  for (int i = 0; i < many; ++i)
    node.add("s" + std::to_string(i), {{"command", "sleep"},
                                       {"args", {"1000"}},
                                       {"link", "none"},
                                       {"env", {{census_variable, node.marker()}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(stand(node));
  const auto sleepers = [&] {
    auto all = census(node.marker());
    std::erase_if(all, [](const auto& x) { return !x.command.starts_with("sleep"); });
    return all;
  };
  BOOST_REQUIRE(eventually([&] { return sleepers().size() == many; }));
  const auto before = sleepers();
  for (const auto& one : before) ::kill(static_cast<pid_t>(one.pid), SIGKILL);
  const auto all_anew = [&] {
    const auto now = sleepers();
    return now.size() == many && std::none_of(now.begin(), now.end(), [&](const auto& x) {
             return std::any_of(before.begin(), before.end(),
                                [&](const auto& y) { return x.pid == y.pid; });
           });
  };
  BOOST_TEST(eventually(all_anew));
  BOOST_REQUIRE(stand(node));
  BOOST_TEST(sleepers().size() == many);
  for (int i = 0; i < many; ++i) {
    const auto row = node.row("s" + std::to_string(i));
    BOOST_TEST(number_of(row, "restarts") == 1);
    BOOST_TEST(!holds(spares_of(node.pid()), static_cast<pid_t>(number_of(row, "init_pid"))));
  }
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
