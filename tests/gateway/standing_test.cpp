// Streams outlive the moment at which their clients were let in: they end with what let them in.
#include "tests/gateway/clients_fixture.hpp"
#include "tests/gateway/signing.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Two clients whose tokens may be taken away, and who listen in every way there is.
struct listeners {
  std::vector<known_token> now; ///< What the files say. The pool's thread reads it.
  server_fixture node{[this](gateway_options& x) {
    with_clients(x);
    x.mcp.http_sse = true;
    now = x.tokens;
    x.read_tokens = [this]() -> result<std::vector<known_token>> {
      if (now.empty()) return error{errc::bad_config, "node.tokens.ci: /x: cannot be read"};
      return now;
    };
  }};
  asking ask{node};

  listeners() {
    node.on_loop([this] {
      node.tree.on_call = [](call_request& x) {
        if (x.method != "subscriptions/listen") return fake_backend::answer_ok(x);
        x.reply->event(std::make_shared<const std::string>("{\"listening\":1}"));
        const auto id = std::string(x.spans.id.of(*x.body));
        x.reply->on_abandoned([reply = x.reply.get(), id] {
          reply->end(200, std::make_shared<const std::string>(R"({"jsonrpc":"2.0","id":)" + id +
                                                              R"(,"result":{}})"));
        });
        kept().push_back(x.reply);
      };
    });
  }
  ~listeners() {
    node.on_loop([] { kept().clear(); });
  }
  static std::vector<exchange_ptr>& kept() {
    static std::vector<exchange_ptr> all; // The loop's.
    return all;
  }

  http_client modern(const std::string& token) {
    auto client = node.connect();
    client.send(node.post("/mcp/fs", modern_text("subscriptions/listen", R"("notifications":{})"),
                          modern_headers("subscriptions/listen") + bearer(token)));
    BOOST_TEST(read_until(client, "listening").find("200 OK") != std::string::npos);
    return client;
  }
  http_client legacy(const std::string& token) {
    const auto opened = ask("/mcp/fs", initialize_text(), bearer(token));
    auto client = node.connect();
    client.send(node.get(
        "/mcp/fs", bearer(token) + "Accept: text/event-stream\r\n" +
                       "Mcp-Session-Id: " + http_reply(opened).headers["mcp-session-id"] + "\r\n"));
    BOOST_TEST(read_until(client, "\r\n\r\n").find("200 OK") != std::string::npos);
    return client;
  }
  http_client old(const std::string& token) {
    auto client = node.connect();
    client.send(node.get("/mcp/fs/sse", bearer(token)));
    BOOST_TEST(read_until(client, "\n\n").find("200 OK") != std::string::npos);
    return client;
  }
  http_client feed(const std::string& token) {
    auto client = node.connect();
    client.send(node.get("/api/v1/events", bearer(token) +
                                               "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                               "Sec-WebSocket-Version: 13\r\n"
                                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    BOOST_TEST(client.read().status == 101);
    return client;
  }
  /// As SIGHUP does.
  void reload() {
    node.on_loop([this] { node.node->reload(); });
  }
};

bool ends(http_client& client) {
  std::string seen;
  for (auto more = client.read_some(); !more.empty(); more = client.read_some()) {
    seen += more;
    if (seen.find("\r\n0\r\n\r\n") != std::string::npos || seen.starts_with("0\r\n\r\n"))
      return true;                      // The last chunk.
    if (seen[0] == '\x88') return true; // A WebSocket's close.
  }
  return false;
}

bool goes_on(http_client& client) {
  return client.read_some(std::chrono::milliseconds{50}).empty();
}

} // namespace

BOOST_AUTO_TEST_SUITE(standing)

BOOST_AUTO_TEST_CASE(who_loses_a_token_loses_its_streams_and_nobody_else_does) {
  listeners x;
  auto modern = x.modern(caller_token);
  auto legacy = x.legacy(caller_token);
  auto old = x.old(caller_token);
  auto feed = x.feed(monitor_token);
  auto others = x.modern(reader_token);
  auto owners = x.feed(std::string(token));
  std::erase_if(x.now, [](const auto& t) { return t.name == "ci" || t.name == "monitor"; });
  x.reload();
  BOOST_TEST(ends(modern));
  BOOST_TEST(ends(legacy));
  BOOST_TEST(ends(old));
  BOOST_TEST(ends(feed));
  BOOST_TEST(goes_on(others));
  BOOST_TEST(goes_on(owners));
  BOOST_TEST(call(x.ask, "/mcp/fs", "echo", caller_token).status == 401);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_another_clients_now_keeps_no_stream) {
  listeners x;
  auto modern = x.modern(caller_token);
  for (auto& t : x.now)
    if (t.name == "ci") t.name = "another";
  x.reload();
  BOOST_TEST(ends(modern));
  BOOST_TEST(call(x.ask, "/mcp/fs", "echo", caller_token).status == 200);
}

BOOST_AUTO_TEST_CASE(tokens_that_cannot_be_read_leave_those_in_force) {
  listeners x;
  auto modern = x.modern(caller_token);
  x.now.clear();
  x.reload();
  BOOST_TEST(goes_on(modern));
  BOOST_TEST(call(x.ask, "/mcp/fs", "echo", caller_token).status == 200);
}

BOOST_AUTO_TEST_CASE(a_stream_ends_soon_after_the_token_of_an_issuer_has_expired) {
  const signing_key key(jwt_algorithm::es256);
  const auto keys =
      std::filesystem::temp_directory_path() / ("standing-" + std::to_string(::getpid()) + ".json");
  std::ofstream(keys) << R"({"keys":[)" << key.public_half() << "]}";
  server_fixture node([&](gateway_options& x) {
    with_clients(x);
    x.mcp.beat_every = std::chrono::milliseconds{50};
    x.issuer = issuer_spec{"https://id.example", keys.string(), "https://gateway.example/mcp", {}};
  });
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto open = [&](long long expires) {
    const auto token =
        key.sign(R"({"iss":"https://id.example","aud":"https://gateway.example/mcp",)"
                 R"("sub":"ann","scope":"mcp:call","exp":)" +
                 std::to_string(expires) + "}");
    asking ask(node);
    auto opened = ask("/mcp/fs", initialize_text(), bearer(token));
    auto client = node.connect();
    client.send(node.get("/mcp/fs", bearer(token) + "Accept: text/event-stream\r\n" +
                                        "Mcp-Session-Id: " + opened.headers["mcp-session-id"] +
                                        "\r\n"));
    BOOST_TEST(read_until(client, "\r\n\r\n").find("200 OK") != std::string::npos);
    return client;
  };
  auto lasting = open(now + 600);
  auto brief = open(now + 3);
  BOOST_TEST(ends(brief));
  BOOST_TEST(std::chrono::system_clock::now().time_since_epoch() >= std::chrono::seconds{now + 3});
  BOOST_TEST(!lasting.read_some().empty()); // It beats.
  std::filesystem::remove(keys);
}

BOOST_AUTO_TEST_SUITE_END()
