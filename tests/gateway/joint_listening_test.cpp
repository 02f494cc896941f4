// Who listens at the joint endpoints, and what of it each server hears.
#include "tests/gateway/joint_view_support.hpp"
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Two servers whose "t://1" collides: the second one's is shown as "fs+t://1".
struct listened {
  server_fixture node;
  asking ask{node};
  std::vector<call_request> held; ///< The loop's: what goes to the servers.

  listened() {
    node.on_loop([this] {
      node.tree.names = {"db", "fs"};
      const char* const watches =
          R"({"tools":{},"resources":{"subscribe":true,"listChanged":true}})";
      const char* const one = R"([{"uri":"t://1","name":"x"}])";
      node.tree.views[""] = view_of({{.id = "db", .resources = one, .capabilities = watches},
                                     {.id = "fs", .resources = one, .capabilities = watches}});
      node.tree.on_call = [this](call_request& x) {
        if (x.method == "subscriptions/listen")
          held.push_back(x);
        else
          fake_backend::answer_ok(x);
      };
    });
  }
  ~listened() {
    node.on_loop([this] { held.clear(); });
  }
  http_client listen(const std::string& wanted) {
    auto client = node.connect();
    client.send(node.post("/mcp",
                          modern_text("subscriptions/listen", "\"notifications\":" + wanted),
                          modern_headers("subscriptions/listen")));
    return client;
  }
  void change(std::vector<mcp::list_kind> kinds, const std::string& group = {}) {
    node.on_loop([&] { node.tree.view_change(group, kinds); });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(joint_listening)

BOOST_AUTO_TEST_CASE(a_stream_hears_of_lists_once_the_endpoint_shows_others) {
  listened x;
  auto client = x.listen(R"({"toolsListChanged":true})");
  const auto head = read_until(client, "acknowledged");
  BOOST_TEST(head.find(R"("notifications":{"toolsListChanged":true})") != std::string::npos, head);
  x.change({mcp::list_kind::prompts});
  x.change({mcp::list_kind::tools}, "others");
  BOOST_TEST(client.read_some(std::chrono::milliseconds{50}).empty());
  x.change({mcp::list_kind::tools});
  const auto seen = read_until(client, "list_changed");
  BOOST_TEST(seen.find("tools/list_changed") != std::string::npos, seen);
  BOOST_TEST(seen.find(R"("io.modelcontextprotocol/subscriptionId":"m")") != std::string::npos);
  BOOST_TEST(x.node.on_loop([&] { return x.held.size(); }) == 0u); // No server was asked.
}

BOOST_AUTO_TEST_CASE(a_resource_is_watched_at_its_own_server_and_told_by_the_name_it_has_here) {
  listened x;
  auto client = x.listen(R"({"resourceSubscriptions":["fs+t://1","nobody://1"]})");
  const auto head = read_until(client, "acknowledged");
  BOOST_TEST(head.find(R"("resourceSubscriptions":["fs+t://1"])") != std::string::npos, head);
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.held.size() == 1; }));
  const auto asked = x.node.on_loop([&] { return *x.held[0].body; });
  BOOST_TEST(asked.find(R"("resourceSubscriptions":["t://1"])") != std::string::npos, asked);
  x.node.on_loop([&] {
    for (const char* uri : {"t://2", "t://1"})
      x.held[0].reply->event(
          std::make_shared<const std::string>(mcp::resource_updated_line(uri, "1")));
  });
  const auto seen = read_until(client, "updated");
  BOOST_TEST(seen.find(R"("uri":"fs+t://1")") != std::string::npos, seen);
  BOOST_TEST(seen.find("t://2") == std::string::npos);
  client.reset();
  BOOST_TEST(x.node.eventually([&] { return x.node.tree.cancelled.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_session_is_told_what_it_subscribed_to_under_the_name_it_knows) {
  listened x;
  const auto session = x.ask.open("/mcp");
  auto stream = x.node.connect();
  stream.send(x.node.get("/mcp", session + "Accept: text/event-stream\r\n"));
  read_until(stream, "200 OK");
  x.ask("/mcp",
        R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"fs+t://1"}})",
        session);
  const auto told = x.node.on_loop([&] {
    std::vector<std::pair<std::string, bool>> all;
    for (const auto& [server, request] : x.node.tree.listens)
      all.emplace_back(server, request.lists);
    return all;
  });
  BOOST_TEST_REQUIRE(told.size() == 1u);
  BOOST_TEST((told[0].first == "fs" && !told[0].second));
  x.node.on_loop([&] {
    x.node.tree.listens[0].second.sink->event(
        std::make_shared<const std::string>(mcp::resource_updated_line("t://1")));
  });
  BOOST_TEST(read_until(stream, "updated\",").find("fs+t://1") != std::string::npos);
  x.change({mcp::list_kind::prompts}, "others");
  BOOST_TEST(stream.read_some(std::chrono::milliseconds{50}).empty());
  x.change({mcp::list_kind::resources});
  BOOST_TEST(read_until(stream, "list_changed").find("resources/list_changed") !=
             std::string::npos);
  // One server that is lost ends nothing else.
  x.node.on_loop([&] { x.node.tree.listens.clear(); });
  x.change({mcp::list_kind::tools});
  BOOST_TEST(read_until(stream, "list_changed").find("tools/list_changed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_nobody_has_cannot_be_subscribed_to) {
  listened x;
  const auto session = x.ask.open("/mcp");
  const auto reply = x.ask(
      "/mcp", R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"x://1"}})",
      session);
  BOOST_TEST(code_in(reply) != 0, reply.body);
  BOOST_TEST(code_in(x.ask("/mcp", modern_text("subscriptions/listen", R"("notifications":7)"),
                           modern_headers("subscriptions/listen"))) == -32602);
}

BOOST_AUTO_TEST_CASE(a_part_whose_server_ended_is_taken_up_again_when_that_is_back) {
  listened x;
  auto client = x.listen(R"({"resourceSubscriptions":["t://1","fs+t://1"]})");
  read_until(client, "acknowledged");
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.held.size() == 2; }));
  x.node.on_loop([&] {
    x.node.tree.names = {"db"};
    auto gone = std::move(x.held[1]); // Of "fs", whose owner ends.
    x.held.pop_back();
    gone.reply->end(200, std::make_shared<const std::string>(mcp::listen_ended_response("1")));
    x.node.tree.servers_change(); // It is not there yet.
  });
  x.node.on_loop([&] {
    BOOST_TEST(x.held.size() == 1u);
    x.node.tree.names = {"db", "fs"};
    x.node.tree.servers_change();
  });
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.held.size() == 2; }));
  BOOST_TEST(x.node.on_loop([&] { return x.node.tree.called.back(); }) == "fs");
  BOOST_TEST(client.read_some(std::chrono::milliseconds{50}).empty());
  x.node.on_loop([&] {
    mcp::listen_filter filter;
    filter.add("t://1");
    x.held[1].reply->event(
        std::make_shared<const std::string>(mcp::acknowledged_line("1", filter)));
  });
  // Its client looks at what may have changed meanwhile.
  BOOST_TEST(read_until(client, "updated").find("fs+t://1") != std::string::npos);
  x.node.on_loop([&] {
    x.held[1].reply->event(
        std::make_shared<const std::string>(mcp::resource_updated_line("t://1", "1")));
    x.held[0].reply->event(
        std::make_shared<const std::string>(mcp::resource_updated_line("t://1", "1")));
  });
  const auto seen = read_until(client, R"("uri":"t://1")");
  BOOST_TEST(seen.find(R"("uri":"fs+t://1")") != std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(a_part_that_is_dropped_or_refused_is_asked_for_again_in_a_while) {
  listened x;
  auto client = x.listen(R"({"resourceSubscriptions":["fs+t://1"]})");
  read_until(client, "acknowledged");
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.held.size() == 1; }));
  x.node.on_loop([&] { x.held.clear(); }); // Its owner died of a fault.
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.held.size() == 1; }));
  x.node.on_loop([&] {
    const auto refused = std::move(x.held[0]);
    x.held.clear();
    refused.reply->end(200, std::make_shared<const std::string>("{}"));
  });
  BOOST_TEST(x.node.eventually([&] { return x.held.size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_closed_is_taken_up_by_nobody) {
  listened x;
  auto client = x.listen(R"({"resourceSubscriptions":["fs+t://1"]})");
  read_until(client, "acknowledged");
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.held.size() == 1; }));
  client.reset();
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return x.node.tree.cancelled.size() == 1; }));
  x.node.on_loop([&] {
    x.held.clear();
    x.node.tree.servers_change();
    BOOST_TEST(x.held.empty());
  });
}

BOOST_AUTO_TEST_CASE(
    a_session_goes_on_with_what_it_subscribed_to_at_a_server_that_was_added_again) {
  listened x;
  std::vector<std::string> bodies;
  x.node.on_loop([&] {
    x.node.tree.on_call = [&](call_request& call) {
      if (call.method == "resources/subscribe") bodies.push_back(*call.body);
      fake_backend::answer_ok(call);
    };
  });
  const auto session = x.ask.open("/mcp");
  auto stream = x.node.connect();
  stream.send(x.node.get("/mcp", session + "Accept: text/event-stream\r\n"));
  read_until(stream, "200 OK");
  const auto subscribe = [&](const std::string& method, const std::string& uri) {
    x.ask("/mcp",
          R"({"jsonrpc":"2.0","id":1,"method":"resources/)" + method + R"(","params":{"uri":")" +
              uri + R"("}})",
          session);
  };
  subscribe("subscribe", "fs+t://1");
  subscribe("subscribe", "t://1");
  subscribe("unsubscribe", "t://1");
  x.node.on_loop([&] {
    bodies.clear();
    x.node.tree.listens.clear(); // Both owners are gone.
    x.node.tree.names = {"db"};
    x.node.tree.servers_change();
    BOOST_TEST(x.node.tree.listens.empty());
    x.node.tree.names = {"db", "fs"};
    x.node.tree.servers_change();
    BOOST_TEST_REQUIRE(x.node.tree.listens.size() == 1u);
    BOOST_TEST(x.node.tree.listens[0].first == "fs");
  });
  BOOST_TEST_REQUIRE(x.node.eventually([&] { return bodies.size() == 1; }));
  BOOST_TEST(bodies[0].find(R"("uri":"t://1")") != std::string::npos, bodies[0]);
  const auto seen = read_until(stream, "updated");
  BOOST_TEST(seen.find("fs+t://1") != std::string::npos, seen);
  x.node.on_loop([&] { x.node.tree.servers_change(); }); // Nothing is lost now.
  BOOST_TEST(x.node.on_loop([&] { return bodies.size(); }) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
