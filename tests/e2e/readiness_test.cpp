#include "talk.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// A sidecar that runs this Python program and is ready by a line of its log.
reply_json python_sidecar(const std::string& program, const std::string& pattern) {
  return {{"command", "python3"},
          {"args", {"-u", "-c", program}},
          {"link", "none"},
          {"ready", {{"log", pattern}}}};
}

/// Says "working" at once, and "listening on 7" on `stream` once the file is there.
std::string waits_for(const std::string& file, const std::string& stream) {
  return "import os, sys, time\n"
         "print('working', file=sys." +
         stream +
         ")\n"
         "while not os.path.exists('" +
         file +
         "'): time.sleep(0.01)\n"
         "print('listening on 7', file=sys." +
         stream +
         ")\n"
         "time.sleep(1000000)\n";
}

void touch(const std::string& file) {
  std::ofstream(file) << "x";
}

bool log_has(const node_fixture& node, const std::string& server, const std::string& word) {
  return node.ask("GET", "/api/v1/servers/" + server + "/logs").body.find(word) !=
         std::string::npos;
}

std::string reason_of(const node_fixture& node, const std::string& server) {
  return text_of(node.row(server), "reason");
}

} // namespace

BOOST_AUTO_TEST_SUITE(readiness)

BOOST_AUTO_TEST_CASE(a_log_line_on_either_output_makes_it_ready_and_not_an_earlier_one) {
  for (const char* stream : {"stdout", "stderr"}) {
    node_fixture node;
    const auto file = node.directory() + "/go";
    node.add("side", python_sidecar(waits_for(file, stream), "^listening on [0-9]+$"));
    BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
    BOOST_REQUIRE(eventually([&] { return log_has(node, "side", "working"); }));
    BOOST_TEST(node.status_of("side") == "starting", stream);
    touch(file);
    BOOST_TEST(node.wait_for_status("side", "ready"), stream);
    end_well(node);
  }
}

BOOST_AUTO_TEST_CASE(what_depends_on_it_waits_for_the_line) {
  node_fixture node;
  const auto file = node.directory() + "/go";
  node.add("db", python_sidecar(waits_for(file, "stderr"), "listening on"));
  node.add_fault("web", {}, {{"depends_on", {{"db", "ready"}}}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(eventually([&] { return log_has(node, "db", "working"); }));
  BOOST_REQUIRE(node.wait_for_status("web", "waiting"));
  BOOST_TEST(reason_of(node, "web").find("waits for \"db\" to be ready") == 0u);
  BOOST_TEST(node.pid_of("web") == 0);
  touch(file);
  BOOST_TEST(node.call("web", "echo", {{"text", "hello"}}).text() == "hello");
  BOOST_TEST(node.status_of("db") == "ready");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(each_instance_must_say_its_own_line) {
  node_fixture node;
  const auto file = node.directory() + "/go";
  node.add("side", python_sidecar(waits_for(file, "stderr"), "listening on"));
  touch(file);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto first = node.pid_of("side");
  BOOST_REQUIRE(std::remove(file.c_str()) == 0);
  BOOST_REQUIRE(::kill(first, SIGKILL) == 0);
  BOOST_REQUIRE(
      eventually([&] { return node.pid_of("side") > 0 && node.pid_of("side") != first; }));
  BOOST_REQUIRE(eventually([&] { return log_has(node, "side", "working"); }));
  BOOST_TEST(node.status_of("side") == "starting");
  touch(file);
  BOOST_TEST(node.wait_for_status("side", "ready"));
  BOOST_TEST(is_gone(first));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_never_says_it_is_ended_at_its_start_timeout_and_told_why) {
  node_fixture node;
  auto silent = python_sidecar("import time\nprint('working')\ntime.sleep(1000000)\n", "up \\d+");
  silent["start_timeout"] = "700ms";
  silent["intensity"] = {{"never_ready", 2}, {"half_open", 0}};
  silent["backoff"] = {{"min", "10ms"}, {"max", "20ms"}};
  node.add("side", silent);
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("side", "crash_loop", 30s));
  BOOST_TEST(reason_of(node, "side")
                     .find("not ready within its start timeout: it waits for a log "
                           "line that matches \"up \\d+\"") != std::string::npos,
             reason_of(node, "side"));
  BOOST_TEST(node.pid_of("side") == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(one_that_floods_its_log_is_ready_by_a_line_within_and_slows_nobody) {
  node_fixture node;
  // A line over the 4 KiB that are looked at, with the word behind them, comes first.
  node.add("loud", python_sidecar("import sys, time\n"
                                  "sys.stdout.write('x' * 100000 + 'listening\\n')\n"
                                  "for i in range(200000): sys.stdout.write('ab' * 20 + '\\n')\n"
                                  "sys.stdout.write('flooded\\n')\n"
                                  "sys.stdout.flush()\n"
                                  "import os\n"
                                  "while not os.path.exists('" +
                                      node.directory() +
                                      "/go'): time.sleep(0.01)\n"
                                      "print('listening')\n"
                                      "while True: print('ab' * 20)\n",
                                  "(a|b)*a(a|b){30}z|listening"));
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(eventually([&] { return log_has(node, "loud", "flooded"); }, 30s));
  BOOST_TEST(node.status_of("loud") == "starting");
  BOOST_TEST(node.call("fs", "echo", {{"text", "unharmed"}}).text() == "unharmed");
  touch(node.directory() + "/go");
  BOOST_TEST(node.wait_for_status("loud", "ready", 30s));
  BOOST_TEST(node.call("fs", "echo", {{"text", "still"}}).text() == "still");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_stop_while_it_is_waited_for_ends_it) {
  node_fixture node;
  node.add("side", python_sidecar(waits_for(node.directory() + "/never", "stderr"), "listening"));
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(eventually([&] { return log_has(node, "side", "working"); }));
  const auto ended = node.command({"--state-dir", node.state_dir(), "stop", "side"}, account::own);
  BOOST_TEST(ended.code == 0, ended.text);
  BOOST_TEST(node.wait_for_status("side", "stopped"));
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
