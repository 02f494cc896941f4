#include "kept_web.hpp"
#include "node_fixture.hpp"
#include "silent_port.hpp"
#include "talk.hpp"
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

/// A server over HTTP in a container, which listens there at a port of its own.
reply_json web_in_container(const reply_json& more = reply_json::object()) {
  reply_json definition{{"image", test_image},
                        {"command", "/web"},
                        {"link", "http"},
                        {"container", {{"port", 8080}}}};
  definition.update(more);
  return definition;
}

/// "ID PID" of the only container, as its engine has it.
std::string id_and_pid() {
  const auto names = shared_engine().containers();
  BOOST_REQUIRE(names.size() == 1u);
  return shared_engine().podman({"inspect", "--format", "{{.Id}} {{.State.Pid}}", names[0]});
}

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

BOOST_AUTO_TEST_CASE(a_server_that_listens_in_a_container_is_spoken_to_at_its_port) {
  boxed_node node;
  node.add("web", web_in_container());
  node.add("same", {{"image", test_image}, {"command", "/web"}, {"link", "http"}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  for (const char* server : {"web", "same"}) {
    BOOST_TEST(node.call(server, "echo", {{"text", "by its port"}}).text() == "by its port");
    BOOST_TEST(node.modern_call(server, "echo", {{"text", "x"}}).text() == "x");
    const auto row = node.row(server);
    BOOST_TEST(text_of(row, "confinement").starts_with("container: network full"), compact(row));
    const auto port = port_of(node, server);
    BOOST_TEST(port >= 8100); // Of the node's own choice.
    BOOST_TEST(!who_answers(port).empty());
  }
  // Its end is noticed and mended as any other's.
  const auto pid = node.pid_of("web");
  const auto word = who_answers(port_of(node, "web"));
  BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
  BOOST_REQUIRE(
      eventually([&] { return node.pid_of("web") > 0 && node.pid_of("web") != pid; }, 30s));
  BOOST_REQUIRE(node.wait_for_status("web", "ready", 30s));
  BOOST_TEST(node.call("web", "echo", {{"text", "again"}}).text() == "again");
  BOOST_TEST(who_answers(port_of(node, "web")) != word);
  end_well(node, 30s);
  BOOST_TEST(wait_for_no_container());
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_told_with_who_has_it_and_a_fixed_one_is_taken_again) {
  boxed_node node;
  silent_port taken;
  node.add("lost", web_in_container({{"port", taken.port()}}));
  node.add("web", web_in_container({{"port", free_port()}}));
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  const auto why = [&] { return node.row("lost").value("reason", ""); };
  const auto words =
      "its port " + std::to_string(taken.port()) + " is taken by pid " + std::to_string(::getpid());
  BOOST_TEST(eventually([&] { return why().find(words) != std::string::npos; }, 30s), why());
  BOOST_TEST(why().find("write \"port\": \"auto\"") != std::string::npos, why());
  BOOST_REQUIRE(node.wait_for_status("web", "ready", 30s));
  for (int round = 0; round < 3; ++round) {
    const auto pid = node.pid_of("web");
    BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
    BOOST_REQUIRE(
        eventually([&] { return node.pid_of("web") > 0 && node.pid_of("web") != pid; }, 30s));
    BOOST_REQUIRE(node.wait_for_status("web", "ready", 30s));
  }
  BOOST_TEST(number_of(node.row("web"), "restarts") == 3, compact(node.row("web")));
  end_well(node, 30s);
  BOOST_TEST(wait_for_no_container());
}

BOOST_AUTO_TEST_CASE(what_is_kept_outlives_its_node_however_that_ends_and_is_adopted_as_it_is) {
  boxed_node node;
  node.add("web", web_in_container({{"on_node_exit", "keep"}, {"stop", {{"term", "200ms"}}}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto pid = node.pid_of("web");
  const auto port = port_of(node, "web");
  const auto word = who_answers(port);
  const auto container = id_and_pid();
  BOOST_REQUIRE(!word.empty());
  for (const bool kill : {true, false, true}) {
    if (kill)
      kill_node(node);
    else
      BOOST_TEST(node.stop(30s) == 0, node.log());
    BOOST_TEST(who_answers(port) == word);
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    BOOST_REQUIRE(node.wait_for_status("web", "ready", 30s));
    const auto row = node.row("web");
    BOOST_TEST(number_of(row, "pid") == pid, compact(row));
    BOOST_TEST(number_of(row, "instance") == 1);
    BOOST_TEST(number_of(row, "restarts") == 0);
    BOOST_TEST(port_of(node, "web") == port);
    BOOST_TEST(who_answers(port) == word);
    BOOST_TEST(id_and_pid() == container);
    BOOST_TEST(node.modern_call("web", "echo", {{"text", "still"}}).text() == "still");
  }
  const auto logged = [&](const char* text) {
    return node.ask("GET", "/api/v1/servers/web/logs").body.find(text) != std::string::npos;
  };
  BOOST_TEST(let_it_say(port, "heard-again"));
  BOOST_TEST(eventually([&] { return logged("heard-again"); }));
  // It is watched as any other, and its successor is another one.
  BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
  BOOST_REQUIRE(
      eventually([&] { return node.pid_of("web") > 0 && node.pid_of("web") != pid; }, 30s));
  BOOST_REQUIRE(node.wait_for_status("web", "ready", 30s));
  BOOST_TEST(number_of(node.row("web"), "instance") == 2);
  BOOST_TEST(eventually([] { return shared_engine().containers().size() == 1; }, 30s));
  BOOST_TEST(node.ask("POST", "/api/v1/servers/web/stop").status == 200);
  BOOST_TEST(node.wait_for_status("web", "stopped", 30s));
  BOOST_TEST(wait_for_no_container());
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(of_what_was_kept_goes_on_only_what_is_still_defined_so) {
  struct row {
    reply_json now; ///< Null: removed.
    std::size_t left;
  };
  for (const auto& row :
       std::vector<row>{{web_in_container({{"on_node_exit", "keep"}, {"args", {"changed"}}}), 1},
                        {web_in_container(), 1},
                        {nullptr, 0}}) {
    boxed_node node;
    node.add("web", web_in_container({{"on_node_exit", "keep"}}));
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    const auto pid = node.pid_of("web");
    kill_node(node);
    node.forget("web");
    if (!row.now.is_null()) node.add("web", row.now);
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    BOOST_TEST(eventually([&] { return is_gone(pid); }, 30s));
    if (row.left != 0) {
      BOOST_REQUIRE(node.wait_for_status("web", "ready", 30s));
      BOOST_TEST(node.pid_of("web") != pid);
      BOOST_TEST(node.ask("POST", "/api/v1/servers/web/stop").status == 200);
    }
    BOOST_TEST(wait_for_no_container());
    end_well(node, 30s);
  }
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
