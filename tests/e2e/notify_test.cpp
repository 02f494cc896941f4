#include "talk.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// say() is sd_notify; wait_for() waits for a file.
const std::string prelude = "import os, socket, subprocess, sys, time\n"
                            "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                            "s.connect(os.environ['NOTIFY_SOCKET'])\n"
                            "def say(text): s.send(text.encode())\n"
                            "def wait_for(file):\n"
                            "    while not os.path.exists(file): time.sleep(0.01)\n";

reply_json notifying(const std::string& program, const reply_json& more = reply_json::object()) {
  reply_json definition{{"command", "python3"},
                        {"args", {"-u", "-c", prelude + program}},
                        {"link", "none"},
                        {"ready", "notify"}};
  definition.update(more);
  return definition;
}

void touch(const std::string& file) {
  std::ofstream(file) << "x";
}

std::string reason_of(const node_fixture& node, const std::string& server) {
  return text_of(node.row(server), "reason");
}

std::string said_by(const node_fixture& node, const std::string& server) {
  return text_of(node.row(server), "said");
}

std::vector<std::string> sockets_of(const node_fixture& node) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(node.state_dir() + "/run"))
    if (entry.path().extension() == ".ns") found.push_back(entry.path());
  return found;
}

bool send_to(const std::string& path, const std::string& text) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::strncpy(to.sun_path, path.c_str(), sizeof(to.sun_path) - 1);
  const auto sent = ::sendto(fd, text.data(), text.size(), MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  ::close(fd);
  return sent == static_cast<ssize_t>(text.size());
}

} // namespace

BOOST_AUTO_TEST_SUITE(notify)

BOOST_AUTO_TEST_CASE(a_server_is_ready_by_its_own_word_and_what_it_says_of_itself_is_shown) {
  for (const auto as : {account::own, account::ordinary}) {
    node_fixture node(as);
    node.add("side", notifying("say('STATUS=reading 3 of 7')\n"
                               "wait_for('" +
                               node.directory() +
                               "/go')\n"
                               "say('READY=1\\nSTATUS=serving')\n"
                               "time.sleep(1000000)\n"));
    BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
    BOOST_TEST(eventually([&] { return said_by(node, "side") == "reading 3 of 7"; }));
    BOOST_TEST(node.status_of("side") == "starting");
    touch(node.directory() + "/go");
    BOOST_TEST(node.wait_for_status("side", "ready"));
    BOOST_TEST(said_by(node, "side") == "serving");
    const auto shown = [&](const char* command) {
      return node.command({"--state-dir", node.state_dir(), command, "side"}, as).text;
    };
    BOOST_TEST(shown("why").find("says      serving") != std::string::npos, shown("why"));
    BOOST_TEST(
        node.command({"--state-dir", node.state_dir(), "ps"}, as).text.find("says: serving") !=
        std::string::npos);
    end_well(node);
    BOOST_TEST(sockets_of(node).empty());
  }
}

BOOST_AUTO_TEST_CASE(only_its_own_tree_is_heard_but_all_of_that) {
  node_fixture node;
  // A grandchild in a session of its own, whose parent has ended, says it; so does one that leaves
  // at once behind a barrier, as systemd-notify does.
  node.add("side", notifying("wait_for('" + node.directory() +
                             "/go')\n"
                             "subprocess.run(['sh', '-c', 'setsid python3 -c \"import os, socket, "
                             "time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
                             "time.sleep(0.3); s.sendto(b\\'READY=1\\', "
                             "os.environ[\\'NOTIFY_SOCKET\\']); time.sleep(1000)\" &'])\n"
                             "wait_for('" +
                             node.directory() +
                             "/again')\n"
                             "subprocess.run(['python3', '-c', '''\n"
                             "import array, os, socket\n"
                             "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                             "s.connect(os.environ['NOTIFY_SOCKET'])\n"
                             "s.send(b'STATUS=by a barrier')\n"
                             "r, w = os.pipe()\n"
                             "s.sendmsg([b'BARRIER=1'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, "
                             "array.array('i', [w]))])\n"
                             "os.close(w)\n"
                             "os.read(r, 1)\n"
                             "'''])\n"
                             "time.sleep(1000000)\n"));
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(eventually([&] { return node.pid_of("side") > 0; }));
  const auto sockets = sockets_of(node);
  BOOST_REQUIRE(sockets.size() == 1u);
  BOOST_TEST(send_to(sockets[0], "READY=1\nSTATUS=by a stranger"));
  BOOST_TEST(eventually([&] { return node.log().find("notify.refused") != std::string::npos; }),
             node.log());
  BOOST_TEST(node.status_of("side") == "starting");
  BOOST_TEST(said_by(node, "side") == "");
  touch(node.directory() + "/go");
  BOOST_TEST(node.wait_for_status("side", "ready"));
  touch(node.directory() + "/again");
  BOOST_TEST(eventually([&] { return said_by(node, "side") == "by a barrier"; }));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_watchdog_that_runs_out_kills_and_replaces_it_and_nobody_else) {
  node_fixture node;
  node.add("side", notifying("assert os.environ['WATCHDOG_USEC'] == '900000'\n"
                             "say('READY=1')\n"
                             "while True:\n"
                             "    say('WATCHDOG=1')\n"
                             "    time.sleep(0.1)\n",
                             {{"ping", {{"every", "300ms"}, {"failures", 3}}}}));
  node.add("mute", notifying("say('READY=1')\ntime.sleep(1000000)\n",
                             {{"ping", {{"every", "100ms"}, {"failures", 1}}}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  std::this_thread::sleep_for(2s);
  const auto first = node.pid_of("side");
  const auto mute = node.pid_of("mute");
  BOOST_TEST(number_of(node.row("side"), "restarts") == 0);
  BOOST_REQUIRE(::kill(first, SIGSTOP) == 0);
  BOOST_TEST(
      eventually([&] { return node.pid_of("side") > 0 && node.pid_of("side") != first; }, 5s));
  BOOST_TEST(node.wait_for_status("side", "ready"));
  BOOST_TEST(is_gone(first));
  bool told = false;
  for (const auto& entry : node.events("side"))
    told = told || compact(entry).find("hung: no WATCHDOG=1 for 900ms") != std::string::npos;
  BOOST_TEST(told);
  BOOST_TEST(node.pid_of("mute") == mute); // It never spoke of a watchdog.
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_start_that_asks_for_more_time_gets_it_and_one_that_does_not_is_ended) {
  node_fixture node;
  // An interpreter's own start may take a second where much else runs.
  const reply_json limits{{"start_timeout", "2500ms"}, {"intensity", {{"never_ready", 1}}}};
  node.add("slow", notifying("for i in range(8):\n"
                             "    say('EXTEND_TIMEOUT_USEC=2500000')\n"
                             "    time.sleep(0.5)\n"
                             "say('READY=1')\n"
                             "time.sleep(1000000)\n",
                             limits));
  node.add("stuck", notifying("time.sleep(1000000)\n", limits));
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(node.wait_for_status("stuck", "crash_loop"));
  BOOST_TEST(reason_of(node, "stuck").find("it waits for READY=1 on NOTIFY_SOCKET") !=
                 std::string::npos,
             reason_of(node, "stuck"));
  BOOST_TEST(node.wait_for_status("slow", "ready"));
  BOOST_TEST(number_of(node.row("slow"), "instance") == 1);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_flood_of_words_slows_nobody_and_hides_no_readiness) {
  node_fixture node;
  node.add("loud", notifying("for i in range(3000): say('STATUS=%d\\nWATCHDOG=1' % i)\n"
                             "say('READY=1')\n"
                             "i = 0\n"
                             "while True:\n"
                             "    i += 1\n"
                             "    say('STATUS=%d' % i)\n"));
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(node.wait_for_status("loud", "ready", 30s));
  const auto answer = node.call("fs", "echo", {{"text", "unharmed"}});
  BOOST_TEST(answer.text() == "unharmed");
  BOOST_TEST((answer.took < 2s));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_a_killed_node_left_of_sockets_is_no_ones_trouble) {
  node_fixture node;
  node.add("side", notifying("say('READY=1')\ntime.sleep(1000000)\n"));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  node.signal(SIGKILL);
  node.wait_for_end(5s);
  BOOST_TEST(sockets_of(node).size() == 1u);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(node.status_of("side") == "ready");
  BOOST_TEST(sockets_of(node).size() == 1u);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
