#include "tests/gateway/server_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Runs `work` in a child of another uid. @returns its exit code; -1 where we are not root
int as_nobody(const std::function<int()>& work) {
  if (::geteuid() != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(99);
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

} // namespace

BOOST_AUTO_TEST_SUITE(control)

BOOST_AUTO_TEST_CASE(the_control_plane_needs_its_owner) {
  server_fixture node;
  for (const char* path : {"/api/v1/servers", "/api/v1/servers/fs", "/api/v1/servers/fs/logs",
                           "/api/v1/servers/fs/crashes", "/api/v1/crashes", "/api/v1/trajectories",
                           "/api/v1/tools", "/api/v1/events", "/metrics", "/api/v1/nothing"}) {
    auto client = node.connect();
    client.send(node.get(path));
    const auto reply = client.read();
    BOOST_TEST(reply.status == 401);
    BOOST_TEST(reply.headers.at("www-authenticate") == "Bearer");
    client.send(node.get(path, "Authorization: Bearer wrong\r\n"));
    BOOST_TEST(client.read().status == 401);
  }
  BOOST_TEST(node.on_loop([&] { return node.tree.acts.size(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(the_unix_socket_knows_its_owner_without_a_token) {
  server_fixture node;
  struct stat info {};
  BOOST_REQUIRE(::stat(node.socket_path.c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0600u);
  auto client = http_client::local(node.socket_path);
  client.send("GET /api/v1/servers HTTP/1.1\r\nHost: anything\r\n\r\n");
  const auto reply = client.read();
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.body == R"({"servers":[]})");
}

BOOST_AUTO_TEST_CASE(another_user_gets_nothing_through_socket_or_port) {
  server_fixture node;
  const auto through_socket = [&] {
    auto client = http_client::local(node.socket_path);
    if (!client.connected()) return 1;
    client.send("GET /api/v1/servers HTTP/1.1\r\nHost: x\r\n\r\n");
    return client.read().status == 403 ? 2 : 3;
  };
  const int closed = as_nobody(through_socket);
  if (closed == -1) return; // only root can become somebody else
  BOOST_TEST(closed == 1);
  // Even where the mode was widened by hand, the peer's uid decides.
  ::chmod(node.socket_path.c_str(), 0666);
  BOOST_TEST(as_nobody(through_socket) == 2);
  BOOST_TEST(as_nobody([&] {
               auto client = node.connect();
               client.send(node.get("/api/v1/servers"));
               return client.read().status == 401 ? 2 : 3;
             }) == 2);
}

BOOST_AUTO_TEST_CASE(a_socket_left_behind_is_replaced_and_a_living_one_is_not) {
  server_fixture node;
  boost::asio::io_context io;
  fake_backend tree{io};
  gateway_options options;
  options.host.clear();
  options.unix_path = node.socket_path;
  gateway second{io, tree, options};
  const auto refused = second.start();
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.failure().code == errc::already_exists));
  const auto stale = node.directory + "/stale.sock";
  {
    boost::asio::local::stream_protocol::acceptor left{io};
    left.open();
    left.bind(stale);
  }
  BOOST_TEST(std::filesystem::exists(stale));
  options.unix_path = stale;
  gateway third{io, tree, options};
  BOOST_TEST(static_cast<bool>(third.start()));
  third.stop_accepting();
  BOOST_TEST(!std::filesystem::exists(stale));
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_listened_at_is_an_error_that_says_so) {
  server_fixture node;
  boost::asio::io_context io;
  fake_backend tree{io};
  gateway_options options;
  options.port = node.port;
  gateway taken{io, tree, options};
  const auto refused = taken.start();
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.failure().code == errc::io_failed));
  BOOST_TEST(refused.failure().detail.find(std::to_string(node.port)) != std::string::npos);
  options.host = "not-an-address";
  gateway wrong{io, tree, options};
  const auto bad = wrong.start();
  BOOST_REQUIRE(!bad);
  BOOST_TEST((bad.failure().code == errc::bad_config));
  options.host.clear();
  options.unix_path = node.directory + "/" + std::string(120, 'x');
  gateway deep{io, tree, options};
  BOOST_TEST(!deep.start());
}

BOOST_AUTO_TEST_CASE(servers_are_listed_added_acted_on_and_removed) {
  server_fixture node;
  node.on_loop([&] {
    server_status x;
    x.id = {"fs"};
    x.status = process_status::ready;
    node.tree.statuses = {x};
  });
  auto client = node.connect();
  const auto ask = [&](const std::string& method, const std::string& path,
                       const std::string& body = {}) {
    client.send(method + " " + path + " HTTP/1.1\r\nHost: localhost:" + std::to_string(node.port) +
                "\r\n" + node.owner_header() + "Content-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    return client.read();
  };
  const auto list = nlohmann::json::parse(ask("GET", "/api/v1/servers").body);
  BOOST_TEST(list["servers"][0]["process_status"] == "ready");
  BOOST_TEST(ask("GET", "/api/v1/servers/fs").status == 200);
  BOOST_TEST(ask("GET", "/api/v1/servers/nope").status == 404);
  BOOST_TEST(ask("GET", "/api/v1/servers/NOPE%00").status == 404);

  const auto added =
      ask("POST", "/api/v1/servers", R"({"name":"db","config":{"z":1,"a":[2]},"wait":true})");
  BOOST_TEST(added.status == 201);
  BOOST_TEST(nlohmann::json::parse(added.body)["pid"] == 42);
  BOOST_TEST(node.on_loop([&] { return node.tree.added.back().second; }) ==
             R"({"z":1,"a":[2]} wait)");
  BOOST_TEST(ask("POST", "/api/v1/servers", R"({"name":"db2","config":{}})").status == 202);
  const auto twice = ask("POST", "/api/v1/servers", R"({"name":"fs","config":{}})");
  BOOST_TEST(twice.status == 409);
  BOOST_TEST(nlohmann::json::parse(twice.body)["error"]["code"] == "already_exists");
  for (const char* bad : {"", "[]", "{}", R"({"name":"x"})", R"({"name":1,"config":{}})",
                          R"({"name":"x","config":[]})", R"({"name":"X","config":{}})",
                          R"({"name":"x","config":{},"wait":1})"})
    BOOST_TEST(ask("POST", "/api/v1/servers", bad).status == 400);

  for (const std::string verb : {"start", "stop", "restart"})
    BOOST_TEST(ask("POST", "/api/v1/servers/fs/" + verb).status == 200);
  BOOST_TEST(ask("DELETE", "/api/v1/servers/fs").body == R"({"name":"fs","done":"remove"})");
  BOOST_TEST(ask("POST", "/api/v1/servers/nope/stop").status == 404);
  BOOST_TEST(node.on_loop([&] { return node.tree.acts.size(); }) == 5u);
}

BOOST_AUTO_TEST_CASE(logs_trajectories_tools_metrics_and_readiness_are_shown) {
  server_fixture node;
  auto client = node.connect();
  const auto ask = [&](const char* path) {
    client.send(node.get(path, node.owner_header()));
    return client.read();
  };
  BOOST_TEST(ask("/api/v1/servers/fs/logs").body == "100 lines asked\n");
  BOOST_TEST(ask("/api/v1/servers/fs/logs?lines=7").body == "7 lines asked\n");
  BOOST_TEST(ask("/api/v1/servers/fs/logs?from=2.77").body == "from 2.77\n");
  for (const char* bad : {"", "7", "2.", ".7", "2.x", "-1.7", "2.7.1", "99999999999999999999.1"})
    BOOST_TEST(ask(("/api/v1/servers/fs/logs?from=" + std::string{bad}).c_str()).status == 400,
               bad);
  for (const char* bad : {"0", "-1", "x", "10001", "7x", ""})
    BOOST_TEST(ask(("/api/v1/servers/fs/logs?lines=" + std::string{bad}).c_str()).status == 400);
  BOOST_TEST(ask("/api/v1/servers/nope/logs").status == 404);
  const auto records = ask("/api/v1/trajectories?server=fs&trajectory=a%2Fb&after=5&limit=9");
  BOOST_TEST(records.body == "fs|a/b|5|9\n");
  BOOST_TEST(records.headers.at("content-type") == "application/x-ndjson");
  BOOST_TEST(ask("/api/v1/trajectories?after=x").status == 400);
  BOOST_TEST(ask("/api/v1/tools").body == R"({"tools":[]})");
  const auto metrics = ask("/metrics").body;
  BOOST_TEST(metrics.find("toolscore_calls_total 7\n") != std::string::npos);
  BOOST_TEST(metrics.find("toolscore_http_connections 1\n") != std::string::npos);
  BOOST_TEST(ask("/healthz").status == 200);
  BOOST_TEST(ask("/readyz").status == 200);
  node.on_loop([&] { node.tree.ready = {false, "1 of 2: \"db\" is building"}; });
  const auto waiting = ask("/readyz");
  BOOST_TEST(waiting.status == 503);
  BOOST_TEST(nlohmann::json::parse(waiting.body)["detail"] == "1 of 2: \"db\" is building");
}

BOOST_AUTO_TEST_CASE(crashes_are_shown_of_one_server_or_all_in_pages) {
  server_fixture node;
  auto client = node.connect();
  const auto ask = [&](const std::string& path) {
    client.send(node.get(path, node.owner_header()));
    return client.read();
  };
  const auto asked = [&](const std::string& path) {
    const auto reply = ask(path);
    BOOST_TEST(reply.status == 200, path);
    return nlohmann::json::parse(reply.body)["crashes"][0]["reason"].get<std::string>();
  };
  BOOST_TEST(asked("/api/v1/crashes") == "|0|20");
  BOOST_TEST(asked("/api/v1/crashes?limit=200&before=9223372036854775807") ==
             "|9223372036854775807|200");
  BOOST_TEST(asked("/api/v1/servers/fs/crashes?before=7&limit=1") == "fs|7|1");
  BOOST_TEST(ask("/api/v1/servers/nope/crashes").status == 404);
  BOOST_TEST(ask("/api/v1/servers/NOPE/crashes").status == 404);
  for (const auto* bad : {"limit=0", "limit=201", "limit=x", "limit=", "before=0", "before=-1",
                          "before=1x", "before=9223372036854775808"})
    for (const auto* path : {"/api/v1/crashes?", "/api/v1/servers/fs/crashes?"}) {
      const auto reply = ask(std::string(path) + bad);
      BOOST_TEST(reply.status == 400, bad);
      BOOST_TEST(nlohmann::json::parse(reply.body)["error"]["code"] == "bad_request");
    }
}

BOOST_AUTO_TEST_CASE(an_answer_of_the_tree_after_the_client_left_harms_nobody) {
  server_fixture node;
  auto client = node.connect();
  std::string all;
  for (int i = 0; i < 50; ++i) all += node.get("/api/v1/servers", node.owner_header());
  client.send(all);
  client.reset();
  auto other = node.connect();
  other.send(node.get("/healthz"));
  BOOST_TEST(other.read().status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
