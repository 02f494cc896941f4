#include "tests/gateway/mcp_client.hpp"
#include "tests/gateway/signing.hpp"
#include "tests/gateway/tls_client.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

void write_pair(const tls_spec& files, const certificate& x) {
  std::ofstream(files.certificate) << x.certificate;
  std::ofstream(files.key) << x.key;
  ::chmod(files.key.c_str(), 0600);
}

/// A directory with one certificate in it.
struct with_files {
  with_files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tls-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    place = pattern;
    files = {place + "/cert.pem", place + "/key.pem"};
    write_pair(files, make_certificate("first"));
  }
  ~with_files() { std::filesystem::remove_all(place); }
  std::string place;
  tls_spec files;
};

struct tls_fixture : with_files, server_fixture {
  explicit tls_fixture(const std::function<void(gateway_options&)>& change = {})
      : server_fixture([&](gateway_options& x) {
          x.tls = files;
          if (change) change(x);
        }) {}
};

/// New connections are served as `wanted` in the end, and until then as `before`.
bool comes_to_be(std::uint16_t port, const std::string& wanted, const std::string& before) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < end) {
    const auto now = tls_client(port).subject();
    if (now == wanted) return true;
    if (now != before) return false;
  }
  return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(calls_go_through_tls_as_without_it) {
  tls_fixture node;
  tls_client client(node.port);
  BOOST_REQUIRE(client.connected());
  BOOST_TEST(client.protocol() == "TLSv1.3");
  for (int i = 0; i < 100; ++i) {
    client.send(modern_call(node));
    const auto reply = client.read();
    BOOST_REQUIRE(reply.status == 200);
    BOOST_TEST(reply.body.find("pong") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_body_of_many_records_arrives_whole_in_both_directions) {
  tls_fixture node;
  node.on_loop([&] {
    node.tree.on_call = [](call_request& x) {
      const auto id = std::string(x.spans.id.of(*x.body));
      x.reply->end(200, std::make_shared<const std::string>(
                            R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{"size":)" +
                            std::to_string(x.body->size()) + R"(,"echo":)" +
                            std::string(x.spans.params.of(*x.body)) + "}}"));
    };
  });
  tls_client client(node.port);
  const std::string filling(5'000'000, 'y');
  const auto body =
      modern_text("tools/call", R"("name":"echo","arguments":{"text":")" + filling + "\"}");
  client.send(node.post("/mcp/fs", body, modern_headers("tools/call", "echo")));
  const auto reply = client.read();
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.body.find("\"size\":" + std::to_string(body.size())) != std::string::npos);
  BOOST_TEST(reply.body.size() > filling.size());
  client.send(modern_call(node));
  BOOST_TEST(client.read().status == 200);
}

BOOST_AUTO_TEST_CASE(requests_sent_ahead_are_all_answered) {
  tls_fixture node;
  tls_client client(node.port);
  std::string all;
  for (int i = 0; i < 300; ++i) all += node.get("/healthz");
  client.send(all);
  for (int i = 0; i < 300; ++i) BOOST_REQUIRE(client.read().status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_no_tls_or_an_old_one_is_turned_away) {
  tls_fixture node;
  auto plain = node.connect();
  plain.send(node.get("/healthz"));
  BOOST_TEST(plain.read(2s).status == 0);
  BOOST_TEST(!tls_client(node.port, 0x0302).connected()); // TLS 1.1 at most.
  BOOST_TEST(tls_client(node.port, 0x0303).protocol() == "TLSv1.2");
  BOOST_TEST(node.eventually([&] { return node.node->tls()->counters.failed == 2u; }));
  tls_client again(node.port);
  again.send(node.get("/healthz"));
  BOOST_TEST(again.read().status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_cancels_its_call) {
  tls_fixture node;
  std::vector<exchange_ptr> held;
  int gone = 0;
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      held.push_back(x.reply);
      x.reply->on_abandoned([&] { ++gone; });
    };
  });
  for (const bool politely : {true, false}) {
    tls_client client(node.port);
    client.send(modern_call(node));
    const int expected = politely ? 1 : 2;
    BOOST_TEST(node.eventually([&] { return held.size() == static_cast<std::size_t>(expected); }));
    if (politely)
      client.close();
    else
      client.reset();
    BOOST_TEST(node.eventually([&] { return gone == expected; }));
  }
  node.on_loop([&] { held.clear(); });
  BOOST_TEST(node.eventually([&] { return node.node->tls()->size() == 0u; }));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_does_not_go_on_is_ended) {
  tls_fixture node([](gateway_options& x) { x.tls_connections.handshake = 100ms; });
  auto silent = node.connect();
  BOOST_TEST(silent.closed_by_peer(5s));
  auto slow = node.connect();
  slow.send("\x16\x03\x01");
  BOOST_TEST(slow.closed_by_peer(5s));
}

BOOST_AUTO_TEST_CASE(no_more_connections_are_held_than_may_be) {
  tls_fixture node([](gateway_options& x) { x.tls_connections.connections_max = 2; });
  tls_client first(node.port);
  tls_client second(node.port);
  BOOST_TEST(first.connected());
  BOOST_TEST(!tls_client(node.port).connected());
  first.send(node.get("/healthz"));
  BOOST_TEST(first.read().status == 200);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_to_end_ends_with_its_answer_whole) {
  tls_fixture node;
  for (int i = 0; i < 20; ++i) {
    tls_client client(node.port);
    client.send(node.get("/healthz", "Connection: close\r\n"));
    const auto reply = client.read();
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(client.ended_cleanly());
  }
  BOOST_TEST(node.eventually([&] { return node.node->tls()->size() == 0u; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_not_waited_for) {
  tls_fixture node([](gateway_options& x) {
    x.connections.write = 200ms;
    x.connections.idle = 200ms;
    x.tls_connections.linger = 200ms;
  });
  node.on_loop([&] {
    node.tree.on_call = [](call_request& x) {
      x.reply->end(
          200, std::make_shared<const std::string>(R"({"jsonrpc":"2.0","id":"m","result":{"x":")" +
                                                   std::string(20'000'000, 'x') + "\"}}"));
    };
  });
  tls_client client(node.port);
  client.send(modern_call(node));
  BOOST_TEST(node.eventually([&] { return node.node->tls()->size() == 0u; }));
}

BOOST_AUTO_TEST_CASE(pages_of_ours_are_https_and_no_other) {
  tls_fixture node;
  tls_client client(node.port);
  const auto origin = [&](const std::string& scheme) {
    client.send(node.get("/healthz", "Origin: " + scheme +
                                         "://localhost:" + std::to_string(node.port) + "\r\n"));
    return client.read().status;
  };
  BOOST_TEST(origin("https") == 200);
  BOOST_TEST(origin("http") == 403);
}

BOOST_AUTO_TEST_CASE(new_files_serve_new_connections_and_bad_ones_nobody) {
  tls_fixture node;
  tls_client old(node.port);
  BOOST_TEST(old.subject() == "first");
  write_pair(node.files, make_certificate("second"));
  node.on_loop([&] { node.node->reload(); });
  BOOST_TEST(comes_to_be(node.port, "second", "first"));
  old.send(node.get("/healthz"));
  BOOST_TEST(old.read().status == 200);
  std::ofstream(node.files.key) << "nothing";
  node.on_loop([&] { node.node->reload(); });
  // Files are read one after the other, so once the third is served the bad one has been seen.
  const tls_spec third{node.place + "/3.pem", node.place + "/3.key"};
  write_pair(third, make_certificate("third"));
  node.on_loop([&] { node.node->reload(); });
  BOOST_TEST(tls_client(node.port).subject() == "second");
  std::filesystem::rename(third.certificate, node.files.certificate);
  std::filesystem::rename(third.key, node.files.key);
  node.on_loop([&] { node.node->reload(); });
  BOOST_TEST(comes_to_be(node.port, "third", "second"));
}

BOOST_AUTO_TEST_CASE(the_event_log_is_followed_through_tls) {
  tls_fixture node;
  node.on_loop([&] {
    event x;
    x.number = 1;
    x.kind = "test.told";
    node.tree.emit(std::make_shared<const event>(x));
  });
  tls_client client(node.port);
  client.send(node.get("/api/v1/events?after=0",
                       node.owner_header() +
                           "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
                           "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  std::string seen;
  while (seen.find("test.told") == std::string::npos) {
    const auto part = client.read_some();
    if (part.empty()) break;
    seen += part;
  }
  BOOST_TEST(seen.starts_with("HTTP/1.1 101"));
  BOOST_TEST(seen.find("test.told") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_told_with_what_to_do) {
  with_files x;
  const auto told = [](const tls_spec& files) {
    const auto made = load_tls(files);
    return made ? std::string{} : made.failure().detail;
  };
  BOOST_TEST(told(x.files) == "");
  BOOST_TEST(told({x.files.certificate + "x", x.files.key}) ==
             "node.tls.cert: " + x.files.certificate + "x: No such file or directory");
  BOOST_TEST(told({x.files.certificate, x.place}) == "node.tls.key: " + x.place + ": is no file");
  BOOST_TEST(told({x.files.key, x.files.key})
                 .starts_with("node.tls.cert: " + x.files.key + ": is no PEM certificate: "));
  ::chmod(x.files.key.c_str(), 0644);
  BOOST_TEST(told(x.files) == "node.tls.key: " + x.files.key +
                                  ": everybody may read it; run `chmod o-rwx " + x.files.key + "`");
  ::chmod(x.files.key.c_str(), 0600);
  std::ofstream(x.files.key) << make_certificate("other").key;
  BOOST_TEST(told(x.files).starts_with("node.tls.key: " + x.files.key + ": is not the PEM key of " +
                                       x.files.certificate));
}

BOOST_AUTO_TEST_SUITE_END()
