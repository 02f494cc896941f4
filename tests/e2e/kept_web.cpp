#include "kept_web.hpp"

#include "node/http_client_io.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace toolscore::test {
namespace {

constexpr const char* program =
    "import http.server, os, signal, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "word = os.urandom(8).hex()\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    os.execv('/bin/sh', ['sh', '-c', 'trap \"\" TERM; while :; do sleep 1000; done'])\n"
    "class handler(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        if self.path.startswith('/say/'): print(self.path[5:], file=sys.stderr, flush=True)\n"
    "        body = word.encode()\n"
    "        self.send_response(200)\n"
    "        self.send_header('Content-Length', str(len(body)))\n"
    "        self.end_headers()\n"
    "        self.wfile.write(body)\n"
    "    def log_message(self, *args): pass\n"
    "server = http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), handler)\n"
    "print('it listens', flush=True)\n"
    "server.serve_forever()\n";

http_reply ask_at(int port, const std::string& target) {
  http_address to;
  to.host = "127.0.0.1";
  to.port = std::to_string(port);
  http_request request;
  request.target = target;
  request.timeout = 2s;
  auto reply = send_http(to, request);
  return reply ? *reply : http_reply{};
}

} // namespace

reply_json kept_web(const reply_json& more) {
  reply_json definition{
      {"command", "python3"},       {"args", {"-u", "-c", program}},  {"link", "none"},
      {"on_node_exit", "keep"},     {"ready", {{"http", "/health"}}}, {"port", free_port()},
      {"stop", {{"term", "300ms"}}}};
  definition.update(more);
  return definition;
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

std::string who_answers(int port) {
  return ask_at(port, "/who").body;
}

bool let_it_say(int port, const std::string& word) {
  return ask_at(port, "/say/" + word).status == 200;
}

long web_servers(const node_fixture& node) {
  const auto all = census(node.marker());
  return std::count_if(all.begin(), all.end(), [](const auto& one) {
    return program_of(static_cast<pid_t>(one.pid)).starts_with("python3");
  });
}

bool settles_at_one(const node_fixture& node) {
  return eventually([&] { return web_servers(node) == 1; }, 2s);
}

int port_of(const node_fixture& node, const std::string& server) {
  return static_cast<int>(number_of(node.row(server), "port"));
}

void kill_node(node_fixture& node) {
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
}

void stop_by_command(node_fixture& node, const std::string& server) {
  const auto ended = node.command({"--state-dir", node.state_dir(), "stop", server}, account::own);
  BOOST_TEST(ended.code == 0, ended.text);
  BOOST_TEST(node.wait_for_status(server, "stopped"));
  std::vector<counted_process> left;
  const auto alone = [&] {
    left = census(node.marker());
    std::erase_if(left, [&](const auto& one) {
      return one.pid == node.pid() || is_helper(static_cast<pid_t>(one.pid));
    });
    return left.empty();
  };
  BOOST_TEST(eventually(alone, 3s), to_string(left));
}

} // namespace toolscore::test
