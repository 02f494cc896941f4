#include "talk.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Listens on PORT once the file "go" is there, and answers 503 while the file "sick" is.
std::string web_program(const std::string& directory) {
  return "import http.server, os, time\n"
         "while not os.path.exists('" +
         directory +
         "/go'): time.sleep(0.01)\n"
         "class handler(http.server.BaseHTTPRequestHandler):\n"
         "    def do_GET(self):\n"
         "        sick = os.path.exists('" +
         directory +
         "/sick')\n"
         "        self.send_response(503 if sick or self.path != '/health' else 200)\n"
         "        self.end_headers()\n"
         "    def log_message(self, *args): pass\n"
         "http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), handler)"
         ".serve_forever()\n";
}

/// A WebSocket server in a few lines: it takes the upgrade at /mcp and no more.
const std::string socket_program =
    "import base64, hashlib, os, socket\n"
    "s = socket.socket()\n"
    "s.bind(('127.0.0.1', int(os.environ['PORT'])))\n"
    "s.listen()\n"
    "while True:\n"
    "    c, _ = s.accept()\n"
    "    head = c.recv(4096).decode()\n"
    "    key = [l.split(': ')[1] for l in head.split('\\r\\n') if "
    "l.lower().startswith('sec-websocket-key')]\n"
    "    if head.startswith('GET /mcp ') and key:\n"
    "        proof = base64.b64encode(hashlib.sha1((key[0] + "
    "'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()).decode()\n"
    "        c.send(('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: "
    "Upgrade\\r\\nSec-WebSocket-Accept: ' + proof + '\\r\\n\\r\\n').encode())\n"
    "    c.close()\n";

reply_json probed(const std::string& program, const reply_json& ready,
                  const reply_json& more = reply_json::object()) {
  reply_json definition{{"command", "python3"},
                        {"args", {"-u", "-c", program}},
                        {"link", "none"},
                        {"ready", ready},
                        {"port", "auto"}};
  definition.update(more);
  return definition;
}

void touch(const std::string& file) {
  std::ofstream(file) << "x";
}

std::string reason_of(const node_fixture& node, const std::string& server) {
  return text_of(node.row(server), "reason");
}

bool was_told(const node_fixture& node, const std::string& server, const std::string& words) {
  for (const auto& entry : node.events(server))
    if (compact(entry).find(words) != std::string::npos) return true;
  return false;
}

const reply_json quick_ping{{"every", "200ms"}, {"timeout", "500ms"}, {"failures", 3}};

} // namespace

BOOST_AUTO_TEST_SUITE(probes)

BOOST_AUTO_TEST_CASE(a_server_is_ready_when_its_port_answers_and_hung_when_it_no_longer_does) {
  node_fixture node;
  node.add("web",
           probed(web_program(node.directory()), {{"http", "/health"}}, {{"ping", quick_ping}}));
  node.add_fault("fs", {}, {{"depends_on", {{"web", "ready"}}}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "waiting"));
  std::this_thread::sleep_for(500ms);
  BOOST_TEST(node.status_of("web") == "starting");
  touch(node.directory() + "/go");
  BOOST_TEST(node.call("fs", "echo", {{"text", "hello"}}).text() == "hello");
  BOOST_TEST(node.status_of("web") == "ready");
  const auto port = number_of(node.row("web"), "port");
  BOOST_TEST((port >= 8'100 && port <= 8'200), port);
  // Flapping health is shown and restarts nothing.
  const auto first = node.pid_of("web");
  for (int flap = 0; flap < 3; ++flap) {
    touch(node.directory() + "/sick");
    BOOST_TEST(eventually([&] { return reason_of(node, "web").starts_with("unhealthy: "); }, 3s));
    std::filesystem::remove(node.directory() + "/sick");
    BOOST_TEST(eventually([&] { return reason_of(node, "web").empty(); }, 3s));
  }
  BOOST_TEST(node.pid_of("web") == first);
  // A stopped process is a silent port.
  BOOST_REQUIRE(::kill(first, SIGSTOP) == 0);
  BOOST_TEST(
      eventually([&] { return node.pid_of("web") > 0 && node.pid_of("web") != first; }, 10s));
  BOOST_TEST(node.wait_for_status("web", "ready"));
  BOOST_TEST(is_gone(first));
  BOOST_TEST(was_told(node, "web", "hung: 3 probes in a row failed, the last with: no answer"));
  BOOST_TEST(number_of(node.row("web"), "port") != port);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_stays_sick_is_killed_braked_and_parked) {
  node_fixture node;
  touch(node.directory() + "/go");
  node.add("web", probed(web_program(node.directory()), {{"http", "/health"}},
                         {{"ping", {{"every", "50ms"}, {"timeout", "1s"}, {"failures", 1}}},
                          {"start_timeout", "3s"},
                          {"backoff", {{"min", "20ms"}, {"max", "50ms"}}},
                          {"intensity", {{"max", 2}, {"period", "1m"}, {"half_open", 0}}}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  touch(node.directory() + "/sick");
  BOOST_TEST(node.wait_for_status("web", "crash_loop", 20s));
  BOOST_TEST(was_told(node, "web", "the last with: HTTP 503"));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_tcp_port_and_a_websocket_make_a_server_ready_and_a_wrong_path_does_not) {
  node_fixture node;
  node.add("tcp", probed("import os, socket, time\n"
                         "s = socket.socket(socket.AF_INET6)\n" // On ::1 alone.
                         "s.bind(('::1', int(os.environ['PORT'])))\n"
                         "s.listen()\n"
                         "time.sleep(1000000)\n",
                         {{"tcp", true}}));
  node.add("ws", probed(socket_program, {{"ws", "/mcp"}}));
  node.add("wrong", probed(socket_program, {{"ws", "/other"}},
                           {{"start_timeout", "1s"}, {"intensity", {{"never_ready", 1}}}}));
  // Told by an argument, and by no variable.
  node.add("named", {{"command", "python3"},
                     {"args", {"-m", "http.server", "--bind", "127.0.0.1", "${PORT}"}},
                     {"link", "none"},
                     {"ready", {{"http", "/"}}},
                     {"port", "auto"}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  for (const char* name : {"tcp", "ws", "named"})
    BOOST_TEST(node.wait_for_status(name, "ready"), name);
  BOOST_TEST(node.wait_for_status("wrong", "crash_loop"));
  BOOST_TEST(reason_of(node, "wrong").find("it waits for its port to open a WebSocket at /other") !=
                 std::string::npos,
             reason_of(node, "wrong"));
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
