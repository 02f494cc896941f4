#include "node_fixture.hpp"
#include "tests/fake_engine.hpp"
#include "tests/test_engine.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

boost::test_tools::assertion_result engine_is_there(boost::unit_test::test_unit_id) {
  return test_engine::is_there();
}

/// A node that finds the tests' own engine.
struct boxed_node : node_fixture {
  boxed_node() { node["engine"] = shared_engine().address(); }
  /// A fault_server in a container with these words.
  void add_boxed(const std::string& name, const std::vector<std::string>& words,
                 reply_json more = reply_json::object()) {
    more["image"] = test_image;
    more["args"] = words;
    add(name, std::move(more));
  }
};

bool wait_for_no_container() {
  return eventually([] { return shared_engine().containers().empty(); }, 30s);
}

} // namespace

BOOST_AUTO_TEST_SUITE(containers, *boost::unit_test::precondition(engine_is_there))

BOOST_AUTO_TEST_CASE(a_server_in_a_container_is_called_crashes_and_is_back) {
  boxed_node node;
  node.add_boxed("box", {"--die-on-call"}, {{"limits", {{"memory", "64Mi"}, {"pids", 32}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(node.call("box", "echo", {{"text", "from inside"}}).text() == "from inside");
  const auto row = node.row("box");
  const auto first = node.pid_of("box");
  BOOST_TEST(program_of(first) == "server");
  const auto confined = row.value("confinement", "");
  BOOST_TEST(confined.starts_with("container: network none, read-only root"), confined);
  BOOST_TEST(confined.find("limits: memory, pids") != std::string::npos, confined);
  BOOST_TEST(shared_engine().containers().size() == 1u);
  const auto died = node.call("box", "die");
  BOOST_TEST(died.facts().value("server", "") == "box", died.told());
  BOOST_TEST(eventually([&] { return node.pid_of("box") > 0 && node.pid_of("box") != first; }));
  BOOST_TEST(node.call("box", "echo", {{"text", "again"}}).text() == "again");
  BOOST_TEST(eventually([&] { return shared_engine().containers().size() == 1; }, 30s));
  const auto crashes = node.ask("GET", "/api/v1/servers/box/crashes").body;
  BOOST_TEST(crashes.find("SIGKILL") != std::string::npos, crashes);
  end_well(node, 30s);
  BOOST_TEST(wait_for_no_container());
}

BOOST_AUTO_TEST_CASE(one_word_moves_a_server_into_a_container_and_back) {
  const auto definition = [](const char* runner) {
    return reply_json{{"command", std::string(TOOLSCORE_CONTRACT_PROGRAMS) + "/server"},
                      {"image", test_image},
                      {"runner", runner}};
  };
  boxed_node node;
  node.add("as-process", definition("process"));
  auto boxed = definition("container");
  boxed["command"] = "/server"; // Where it is in the image.
  node.add("as-container", boxed);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  for (const char* name : {"as-process", "as-container"}) {
    BOOST_TEST(node.call(name, "echo", {{"text", "same"}}).text() == "same");
    BOOST_TEST(node.row(name).value("confinement", "").starts_with("container:") ==
               (name == std::string("as-container")));
    BOOST_TEST(node.ask("POST", std::string("/api/v1/servers/") + name + "/restart").status == 200);
    BOOST_TEST(node.wait_for_status(name, "ready", 30s));
    BOOST_TEST(node.ask("POST", std::string("/api/v1/servers/") + name + "/stop").status == 200);
    BOOST_TEST(node.wait_for_status(name, "stopped", 30s));
  }
  end_well(node, 30s);
  BOOST_TEST(wait_for_no_container());
}

BOOST_AUTO_TEST_CASE(a_stubborn_container_ends_with_its_stop) {
  boxed_node node;
  node.add_boxed("box", {"--ignore-eof", "--fork-setsid"},
                 {{"stop", {{"drain", 0}, {"stdin", "100ms"}, {"term", "100ms"}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(node.ask("POST", "/api/v1/servers/box/stop").status == 200);
  BOOST_TEST(node.wait_for_status("box", "stopped", 30s));
  BOOST_TEST(wait_for_no_container());
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(what_a_killed_node_left_is_gone_before_its_successor_starts_anything) {
  boxed_node node;
  node.add_boxed("box", {"--ignore-eof"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto former = node.pid_of("box");
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
  BOOST_TEST(shared_engine().containers().size() == 1u); // Deaf to the end of its stdin.
  BOOST_TEST(!is_gone(former));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(is_gone(former));
  BOOST_TEST(node.pid_of("box") != former);
  BOOST_TEST(node.log().find("node.leftover_container") != std::string::npos);
  BOOST_TEST(shared_engine().containers().size() == 1u);
  end_well(node, 30s);
  BOOST_TEST(wait_for_no_container());
}

BOOST_AUTO_TEST_CASE(an_image_that_is_nowhere_and_an_engine_that_is_down_are_told_in_one_line) {
  boxed_node node;
  node.add("lost", {{"image", "localhost/no-such:1"}, {"container", {{"pull", "never"}}}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(node.wait_for_status("lost", "failed", 30s));
  const auto why = node.row("lost").value("reason", "");
  BOOST_TEST(why.find("localhost/no-such:1: the engine does not have it") != why.npos, why);
  end_well(node);

  node_fixture alone;
  alone.node["engine"] = "unix://" + alone.directory() + "/none.sock";
  alone.add("box", {{"image", test_image}});
  BOOST_REQUIRE_MESSAGE(alone.start(false), alone.log());
  BOOST_TEST(alone.wait_for_status("box", "failed", 30s));
  const auto down = alone.row("box").value("reason", "");
  BOOST_TEST(down.find("no container engine answers (") != down.npos, down);
  BOOST_TEST(down.find("node.engine") != down.npos, down);
  end_well(alone);
}

/// No registry is needed for what a pull tells on its way.
BOOST_AUTO_TEST_CASE(a_pull_says_how_far_it_is_and_why_it_failed) {
  node_fixture node;
  fake_engine engine(node.directory() + "/e.sock", [](const std::string& target) {
    if (target.find("/images/create") == std::string::npos)
      return std::vector<std::string>{fake_engine::reply(404, R"({"message":"no such image"})")};
    const auto news =
        fake_engine::chunk("{\"status\":\"Already exists\",\"id\":\"aa\"}\n"
                           "{\"status\":\"Downloading\",\"id\":\"bb\",\"progressDetail\":"
                           "{\"current\":5,\"total\":10}}\n");
    return std::vector<std::string>{fake_engine::chunked_head(), news,
                                    fake_engine::chunk("{\"error\":\"denied\"}\n"), "0\r\n\r\n"};
  });
  node.node["engine"] = "unix://" + node.directory() + "/e.sock";
  node.add("box", {{"image", "example.invalid/box:1"}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(node.wait_for_status("box", "failed", 30s));
  const auto why = node.row("box").value("reason", "");
  BOOST_TEST(why == "image example.invalid/box:1: pulling it failed: denied", why);
  bool told = false;
  for (const auto& event : node.events("box"))
    told |= event.dump().find("pulling example.invalid/box:1: 1 of 2 layers, 50 %") !=
            std::string::npos;
  BOOST_TEST(told);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
