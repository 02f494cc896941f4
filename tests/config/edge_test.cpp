#include "config/node_config.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

std::string node_with(const std::string& members) {
  return R"({"node": {)" + members + "}}";
}

const std::string digest(64, 'a');

} // namespace

BOOST_AUTO_TEST_SUITE(edge)

BOOST_AUTO_TEST_CASE(every_key_of_the_edge_is_read) {
  const auto config = parse_config(node_with(R"("hosts": ["gateway.example", "a.example:8443"],
    "tokens": { "ci": { "scopes": ["mcp:call"], "file": "~/ci" },
                "dash.board": { "scopes": ["control:read", "mcp:read"], "env": "DASH" },
                "ops": { "scopes": ["control:write"], "sha256": ")" +
                                             std::string(64, 'A') + R"(" } },
    "access": { "ci": { "servers": ["fs"], "tools": { "allow": ["fs__*"], "deny": ["fs__write*"] } },
                "jwt:*": {} },
    "issuer": { "url": "https://id.example", "jwks": "https://id.example/keys",
                "resource": "https://gateway.example/mcp", "leeway": "10s" },
    "tls": { "cert": "/etc/${KEY}/c.pem", "key": "~/k.pem" })"),
                                   "t", test::usual_environment());
  BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.failure().detail));
  const auto& x = config->edge;
  BOOST_TEST(x.hosts.size() == 2u);
  BOOST_REQUIRE(x.tokens.size() == 3u);
  BOOST_TEST(x.tokens[0].name == "ci");
  BOOST_TEST(x.tokens[0].scopes.has(scope::mcp_call));
  BOOST_TEST(!x.tokens[0].scopes.has(scope::control_read));
  BOOST_TEST((x.tokens[0].from == token_spec::source::file));
  BOOST_TEST(x.tokens[0].value == "/home/ann/ci");
  BOOST_TEST((x.tokens[1].from == token_spec::source::environment));
  BOOST_TEST(x.tokens[1].value == "DASH");
  BOOST_TEST(!x.tokens[1].scopes.has(scope::mcp_call));
  BOOST_TEST(x.tokens[2].value == digest);
  BOOST_REQUIRE(x.rules.size() == 2u);
  BOOST_TEST(x.rules[0].client == "ci");
  BOOST_TEST(x.rules[0].servers == std::vector<std::string>{"fs"});
  BOOST_TEST(x.rules[0].deny == std::vector<std::string>{"fs__write*"});
  BOOST_TEST(x.rules[1].servers == std::vector<std::string>{"*"});
  BOOST_TEST(x.rules[1].allow == std::vector<std::string>{"*"});
  BOOST_TEST(x.issuer->resource == "https://gateway.example/mcp");
  BOOST_TEST((x.issuer->leeway == 10s));
  BOOST_TEST(x.tls->certificate == "/etc/k-1/c.pem");
  BOOST_TEST(x.tls->key == "/home/ann/k.pem");
}

BOOST_AUTO_TEST_CASE(the_old_transport_is_off_unless_the_file_switches_it_on) {
  const auto read = [](const std::string& members) {
    return parse_config(node_with(members), "t", test::usual_environment());
  };
  BOOST_TEST(!read("")->edge.http_sse);
  BOOST_TEST(read(R"("http_sse": true)")->edge.http_sse);
  BOOST_TEST(!read(R"("http_sse": "yes")"));
  BOOST_TEST(!read(R"("http_see": true)"));
}

BOOST_AUTO_TEST_CASE(tokens_close_the_endpoint_unless_the_file_says_otherwise) {
  const auto mode = [](const std::string& members) {
    return parse_config(node_with(members), "t", test::usual_environment())->mcp_auth;
  };
  const std::string tokens = R"("tokens": {"a": {"scopes": ["mcp:call"], "env": "A"}})";
  const std::string issuer =
      R"("issuer": {"url": "https://i", "jwks": "/k", "resource": "https://r/mcp"})";
  BOOST_TEST((mode("") == mcp_auth_mode::none));
  BOOST_TEST((mode(tokens) == mcp_auth_mode::token));
  BOOST_TEST((mode(issuer) == mcp_auth_mode::token));
  BOOST_TEST((mode(tokens + R"(, "mcp_auth": "none")") == mcp_auth_mode::none));
}

BOOST_AUTO_TEST_CASE(a_wrong_edge_is_refused_with_its_place_and_what_to_do) {
  const auto token = [](const std::string& members) {
    return R"("tokens": {"ci": {)" + members + "}}";
  };
  const auto issuer = [](const std::string& members) { return R"("issuer": {)" + members + "}"; };
  const std::string scopes = R"("scopes": ["mcp:call"])";
  const std::string source = R"("sha256": ")" + digest + "\"";
  const std::pair<std::string, const char*> rows[] = {
      {R"("tokens": {"CI": {)" + scopes + "," + source + "}}",
       "t.json: node.tokens.CI: a client's name is [a-z][a-z0-9._-]{0,63}"},
      {R"("tokens": {"jwt:a": {)" + scopes + "," + source + "}}", "node.tokens.jwt:a: a client's"},
      {R"("tokens": {"local": {)" + scopes + "," + source + "}}", "the name is the node's own"},
      {R"("tokens": {"token": {)" + scopes + "," + source + "}}", "the name is the node's own"},
      {R"("tokens": {"ci": 1})", "node.tokens.ci: 1 is no object"},
      {R"("tokens": [])", "node.tokens: [] is no object"},
      {token(source), "node.tokens.ci.scopes: is empty, write for example [\"mcp:call\"]"},
      {token(R"("scopes": ["mcp:calls"], )" + source),
       "node.tokens.ci.scopes: \"mcp:calls\" is no scope, there are \"mcp:read\""},
      {token(scopes), "node.tokens.ci: needs one of \"sha256\""},
      {token(scopes + "," + source + R"(, "env": "A")"), "node.tokens.ci: needs one of"},
      {token(scopes + R"(, "sha256": "abc")"), "node.tokens.ci.sha256: is not 64 hex digits"},
      {token(scopes + R"(, "file": "ci.txt")"), "node.tokens.ci.file: \"ci.txt\" is not absolute"},
      {token(scopes + R"(, "file": "")"), "node.tokens.ci.file: is empty"},
      {token(scopes + R"(, "token": "x")"), "unknown key \"token\" in node.tokens.ci"},
      {R"("access": {"ci": {"tools": {"alow": []}}})",
       "unknown key \"alow\" in node.access.ci.tools; did you mean \"allow\"?"},
      {R"("access": {"ci": {"tools": {"allow": ["read_file"]}}})",
       "node.access.ci.tools.allow: \"read_file\" fits no tool, write it with its server"},
      {issuer(R"("url": "http://id.example", "jwks": "/k", "resource": "https://r")"),
       "node.issuer.url: must be the issuer"},
      {issuer(R"("url": "https://i", "jwks": "http://id.example/k", "resource": "https://r")"),
       "node.issuer.jwks: must be an https:// URL"},
      {issuer(R"("url": "https://i", "jwks": "http://127.0.0.1.evil/k", "resource": "https://r")"),
       "node.issuer.jwks: must be an https:// URL"},
      {issuer(R"("url": "https://i", "jwks": "http://127.0.0.1@evil/k", "resource": "https://r")"),
       "node.issuer.jwks: must be an https:// URL"},
      {issuer(R"("url": "https://i", "jwks": "keys.json", "resource": "https://r")"),
       "node.issuer.jwks: \"keys.json\" is not absolute"},
      {issuer(R"("url": "https://i", "resource": "https://r")"), "node.issuer.jwks: is missing"},
      {issuer(R"("url": "https://i", "jwks": "/k", "resource": "https://r/mcp/")"),
       "node.issuer.resource: must be this gateway's own URL"},
      {issuer(R"("url": "https://i", "jwks": "/k", "resource": "https://r", "leeway": "1h")"),
       "node.issuer.leeway: is over 5m"},
      {R"("tls": {"cert": "/c"})", "node.tls.key: is missing, name a PEM file"},
      {R"("tls": {})", "node.tls.cert: is missing"},
      {R"("tls": {"cert": "${NOPE}", "key": "/k"})", "node.tls.cert: "},
      {R"("hosts": ["https://a"])", "node.hosts: \"https://a\" is no name"},
  };
  for (const auto& [members, wanted] : rows) {
    const auto told = test::failure_of(node_with(members));
    BOOST_TEST(told.find(wanted) != told.npos, members << " -> " << told);
  }
}

BOOST_AUTO_TEST_CASE(keys_on_loopback_may_come_without_tls) {
  for (const char* jwks : {"http://127.0.0.1:9/k", "http://localhost/k", "http://[::1]:9/k"})
    BOOST_TEST(test::failure_of(node_with(
                   R"("issuer": {"url": "https://i", "resource": "https://r", "jwks": ")" +
                   std::string(jwks) + "\"}")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
