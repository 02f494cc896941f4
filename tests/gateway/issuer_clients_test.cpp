// An issuer's tokens, and the metadata that tell where they are had.
#include "tests/gateway/clients_fixture.hpp"
#include "tests/gateway/signing.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

BOOST_AUTO_TEST_SUITE(issuer_clients)

BOOST_AUTO_TEST_CASE(an_issuers_tokens_come_in_and_who_has_none_learns_where_they_are_had) {
  const signing_key key(jwt_algorithm::es256);
  const auto keys =
      std::filesystem::temp_directory_path() / ("keys-" + std::to_string(::getpid()) + ".json");
  std::ofstream(keys) << R"({"keys":[)" << key.public_half() << "]}";
  std::string who;
  server_fixture node([&](gateway_options& x) {
    with_clients(x);
    x.issuer = issuer_spec{"https://id.example", keys.string(), "https://gateway.example/mcp", {}};
    x.rules = {{"jwt:bob", {}, {"*"}, {}}};
  });
  node.on_loop([&] {
    node.tree.on_call = [&](call_request& x) {
      who = x.reply->who().name;
      fake_backend::answer_ok(x);
    };
  });
  const auto expires = std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count() +
                       60;
  const auto token_of = [&](const std::string& subject, const std::string& scope_words) {
    return key.sign(R"({"iss":"https://id.example","aud":"https://gateway.example/mcp","sub":")" +
                    subject + R"(","exp":)" + std::to_string(expires) + R"(,"scope":")" +
                    scope_words + "\"}");
  };
  asking ask(node);
  BOOST_TEST(call(ask, "/mcp/fs", "echo", token_of("ann", "mcp:call")).status == 200);
  BOOST_TEST(node.on_loop([&] { return who; }) == "jwt:ann");
  BOOST_TEST(call(ask, "/mcp/fs", "echo", token_of("bob", "mcp:call")).status == 404);
  BOOST_TEST(call(ask, "/mcp/fs", "echo", token_of("ann", "mcp:read")).status == 403);
  BOOST_TEST(call(ask, "/mcp/fs", "echo", caller_token).status == 200); // Beside the others.
  const std::string metadata =
      "resource_metadata=\"https://gateway.example/.well-known/oauth-protected-resource/mcp\"";
  auto x = call(ask, "/mcp/fs", "echo", token_of("ann", "mcp:call") + "x");
  BOOST_TEST(x.status == 401);
  BOOST_TEST(x.headers["www-authenticate"] ==
             "Bearer error=\"invalid_token\", scope=\"mcp:call\", " + metadata);
  x = ask("/mcp/fs", modern_text("tools/list"), modern_headers("tools/list"));
  BOOST_TEST(x.headers["www-authenticate"] == "Bearer scope=\"mcp:call\", " + metadata);
  x = call(ask, "/mcp/fs", "echo", token_of("ann", "mcp:read"));
  BOOST_TEST(x.headers["www-authenticate"] ==
             "Bearer error=\"insufficient_scope\", scope=\"mcp:call\", " + metadata);
  for (const char* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/mcp/fs"}) {
    ask.client.send(node.get(path));
    x = ask.client.read();
    BOOST_TEST(x.status == 200, path);
    const auto told = nlohmann::json::parse(x.body);
    BOOST_TEST(told["resource"] == "https://gateway.example/mcp");
    BOOST_TEST(told["authorization_servers"][0] == "https://id.example");
  }
  // Even that is told to pages of ours alone.
  ask.client.send(
      node.get("/.well-known/oauth-protected-resource", "Origin: https://evil.example\r\n"));
  BOOST_TEST(ask.client.read().status == 403);
  std::filesystem::remove(keys);
}

BOOST_AUTO_TEST_CASE(without_an_issuer_there_are_no_metadata) {
  server_fixture node(with_clients);
  auto client = node.connect();
  client.send(node.get("/.well-known/oauth-protected-resource"));
  BOOST_TEST(client.read().status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
