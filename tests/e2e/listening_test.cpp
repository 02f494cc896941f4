#include "node_fixture.hpp"
#include "programs.hpp"
#include "talk.hpp"

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// A program that listens and speaks MCP: a node of its own with one server.
reply_json listening_program(const node_fixture& node) {
  const auto file = node.directory() + "/inner.json";
  const reply_json config{{"node", {{"state_dir", node.directory() + "/inner"}}},
                          {"mcpServers", {{"fs", node.fault_definition({"--modern"})}}}};
  std::ofstream(file) << config.dump();
  return {{"command", built_programs().toolscore},
          {"args", {"-c", file, "up", "--listen", "127.0.0.1:${PORT}"}},
          {"url", "http://127.0.0.1:${PORT}/mcp/fs"},
          {"env", {{census_variable, node.marker()}, {"HOME", node.directory()}}},
          {"backoff", {{"min", "20ms"}, {"max", "200ms"}}},
          {"intensity", {{"max", 1000}, {"never_ready", 1000}}}};
}

/// A port of loopback that somebody listens on, who is no server.
struct taken_port {
  /// @param at  0 = any free one
  explicit taken_port(std::uint16_t at = 0) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(at);
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    BOOST_REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&any), size) == 0);
    BOOST_REQUIRE(::listen(fd, 8) == 0);
    BOOST_REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size) == 0);
    port = ntohs(any.sin_port);
  }
  ~taken_port() { leave(); }
  void leave() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(listening)

BOOST_AUTO_TEST_CASE(a_program_that_listens_is_started_spoken_to_and_replaced) {
  node_fixture node;
  node.add("web", listening_program(node));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(node.call("web", "echo", {{"text", "one"}}).text() == "one");
  BOOST_TEST(node.modern_call("web", "echo", {{"text", "two"}}).text() == "two");
  const auto first = node.row("web");
  BOOST_TEST(number_of(first, "port") >= 8'100, compact(first));
  const auto pid = node.pid_of("web");
  BOOST_REQUIRE(pid > 0);
  BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
  BOOST_REQUIRE(eventually([&] { return node.pid_of("web") != pid; }));
  BOOST_TEST(node.call("web", "echo", {{"text", "three"}}, 60s).text() == "three");
  BOOST_TEST(number_of(node.row("web"), "restarts") == 1);
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(a_port_that_another_has_is_told_with_its_pid_and_that_one_lives) {
  taken_port taken;
  node_fixture node;
  auto definition = listening_program(node);
  definition["port"] = taken.port;
  node.add("web", definition);
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  const auto holder = "is taken by pid " + std::to_string(::getpid());
  BOOST_TEST(eventually([&] {
               return text_of(node.row("web"), "reason").find(holder) != std::string::npos;
             }),
             compact(node.row("web")));
  taken.leave();
  BOOST_TEST(node.wait_for_status("web", "ready", 60s));
  BOOST_TEST(node.call("web", "echo", {{"text", "mine"}}, 60s).text() == "mine");
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(a_nodes_own_range_is_kept_and_what_others_have_is_passed_over) {
  // Below those of outgoing connections, so that nobody takes the one beside it meanwhile.
  const auto free = static_cast<std::uint16_t>(20'000 + ::getpid() % 900);
  taken_port(free).leave();
  taken_port taken(static_cast<std::uint16_t>(free + 1));
  node_fixture node;
  node.node["ports"] = std::to_string(free) + "-" + std::to_string(taken.port);
  node.add("web", listening_program(node));
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(node.wait_for_status("web", "ready", 60s), compact(node.row("web")));
  BOOST_TEST(number_of(node.row("web"), "port") == free, compact(node.row("web")));
  // There is none for a second one; whoever holds the other is left alone.
  auto more = listening_program(node);
  more["intensity"] = {{"never_ready", 2}};
  more["backoff"] = {{"min", "1ms"}, {"max", "1ms"}};
  const reply_json order{{"name", "more"}, {"config", more}, {"wait", false}};
  BOOST_TEST(node.ask("POST", "/api/v1/servers", order.dump()).status / 100 == 2);
  BOOST_TEST(node.wait_for_status("more", "crash_loop", 60s), compact(node.row("more")));
  const auto reason = text_of(node.row("more"), "reason");
  BOOST_TEST(reason.find("no free port between " + std::to_string(free)) != std::string::npos,
             reason);
  BOOST_TEST(::listen(taken.fd, 8) == 0);
  BOOST_TEST(node.call("web", "echo", {{"text", "x"}}).text() == "x");
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(one_that_never_listens_is_told_so) {
  node_fixture node;
  node.add("web", {{"command", "sleep"},
                   {"args", {"600"}},
                   {"link", "http"},
                   {"start_timeout", "300ms"},
                   {"backoff", {{"min", "1ms"}, {"max", "1ms"}}},
                   {"intensity", {{"never_ready", 2}}}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("web", "crash_loop", 60s));
  const auto row = node.row("web");
  BOOST_TEST(text_of(row, "reason").find("to take a connection: Connection refused") !=
                 std::string::npos,
             compact(row));
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
