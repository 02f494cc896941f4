// What becomes of a kept server that must not, or cannot, go on; and never two of one.
#include "kept_web.hpp"
#include "talk.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

struct kept_one {
  pid_t pid;
  pid_t init; ///< Of its tree, which ends a little later.
  int port;
  std::string word;
};

/// Starts the node, looks at its one server, and kills the node.
kept_one keep_one(node_fixture& node) {
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto port = port_of(node, "web");
  kept_one one{node.pid_of("web"), static_cast<pid_t>(number_of(node.row("web"), "init_pid")), port,
               who_answers(port)};
  BOOST_REQUIRE(!one.word.empty());
  kill_node(node);
  BOOST_TEST(settles_at_one(node));
  return one;
}

void check_one_new(const node_fixture& node, const kept_one& former) {
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  BOOST_TEST(is_gone(former.pid));
  BOOST_TEST(node.pid_of("web") != former.pid);
  const auto word = who_answers(port_of(node, "web"));
  BOOST_TEST(!word.empty());
  BOOST_TEST(word != former.word);
  BOOST_TEST(settles_at_one(node));
  BOOST_TEST(number_of(node.row("web"), "restarts") == 0, node.log());
}

} // namespace

BOOST_AUTO_TEST_SUITE(keep_fate)

BOOST_AUTO_TEST_CASE(under_another_definition_the_old_tree_ends_before_the_one_new_starts) {
  node_fixture node;
  const auto port = free_port();
  node.add("web", kept_web({{"port", port}}));
  const auto former = keep_one(node);
  auto changed = kept_web({{"port", port}}); // The same port: both at once could not be.
  changed["env"]["ANOTHER"] = "1";
  node.add("web", changed);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  check_one_new(node, former);
  BOOST_TEST(number_of(node.row("web"), "instance") == 2, node.log());
  BOOST_TEST(node.log().find("its definition has changed") != std::string::npos);
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(one_that_ended_while_no_node_was_there_is_told_and_started_anew) {
  node_fixture node;
  node.add("web", kept_web());
  const auto former = keep_one(node);
  BOOST_TEST(let_it_say(former.port, "last-words"));
  BOOST_REQUIRE(::kill(former.pid, SIGKILL) == 0);
  BOOST_REQUIRE(eventually([&] { return web_servers(node) == 0 && is_gone(former.init); }));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  check_one_new(node, former);
  BOOST_TEST(number_of(node.row("web"), "instance") == 2);
  BOOST_TEST(node.log().find("node.kept_gone") != std::string::npos, node.log());
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(one_that_is_not_wanted_any_more_is_ended_at_the_next_start) {
  for (const std::string how : {"removed", "disabled", "not kept", "stopped"}) {
    BOOST_TEST_CONTEXT(how) {
      node_fixture node;
      const auto definition = kept_web();
      node.add("web", definition);
      const auto former = keep_one(node);
      auto next = definition;
      if (how == "disabled") next["disabled"] = true;
      if (how == "not kept") next["on_node_exit"] = "stop";
      if (how != "stopped") node.add("web", next);
      if (how == "removed") node.forget("web");
      BOOST_REQUIRE_MESSAGE(node.start(), node.log());
      if (how == "not kept") check_one_new(node, former);
      if (how == "not kept") BOOST_TEST(number_of(node.row("web"), "instance") == 2);
      if (how == "stopped") stop_by_command(node, "web");
      BOOST_TEST(eventually([&] { return is_gone(former.pid); }));
      if (how != "not kept") {
        BOOST_TEST(web_servers(node) == 0);
        BOOST_TEST(who_answers(former.port).empty());
      }
      end_well(node);
    }
  }
}

BOOST_AUTO_TEST_CASE(one_that_is_stopped_before_its_adoption_has_ended_when_that_is_answered) {
  node_fixture node;
  auto definition = kept_web();
  node.add("web", definition);
  const auto former = keep_one(node);
  definition["depends_on"] = {{"db", "ready"}};
  node.add("web", definition);
  node.add("db", {{"command", "sleep"},
                  {"args", {"1000"}},
                  {"link", "none"},
                  {"ready", {{"log", "it never says so"}}}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("web", "waiting"));
  BOOST_TEST(who_answers(former.port) == former.word);
  const auto ended = node.command({"--state-dir", node.state_dir(), "stop", "web"}, account::own);
  BOOST_TEST(ended.code == 0, ended.text);
  BOOST_TEST(is_gone(former.pid));
  BOOST_TEST(web_servers(node) == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(without_namespaces_keep_is_refused_at_the_start_and_says_why) {
  node_fixture node(account::sandboxed);
  node.add("web", kept_web());
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(eventually([&] {
    return text_of(node.row("web"), "reason").find("takes a PID namespace") != std::string::npos;
  }));
  BOOST_TEST(web_servers(node) == 0);
  end_well(node);
}

/// Whatever stands between the birth of a tree, its note and its adoption when the node dies.
BOOST_AUTO_TEST_CASE(a_node_killed_at_any_moment_leaves_one_copy_or_none_and_the_next_has_one) {
  const char* const given = std::getenv("TOOLSCORE_CHAOS_SEED");
  const auto seed =
      given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  std::cout << "TOOLSCORE_CHAOS_SEED=" << seed << std::endl;
  std::mt19937 random(seed);
  node_fixture node;
  const auto definition = kept_web();
  for (int round = 0; round < 25; ++round) {
    auto next = definition; // Every third round another one is to be.
    next["env"]["ROUND"] = std::to_string(round / 3);
    node.add("web", next);
    node.start(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150));
    if (round % 5 == 4) {
      BOOST_TEST(node.wait_for_status("web", "ready"));
      BOOST_TEST(settles_at_one(node), "round " << round);
      ::kill(node.pid_of("web"), SIGKILL); // And the node while it starts another.
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 20));
    }
    kill_node(node);
    // What is not kept yet ends with the node.
    BOOST_TEST(eventually([&] { return web_servers(node) <= 1; }, 1s), "round " << round);
  }
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("web", "ready"));
  BOOST_TEST(settles_at_one(node));
  stop_by_command(node, "web");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
