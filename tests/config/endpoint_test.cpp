#include "config/node_config.hpp"
#include "config/server_config.hpp"
#include "messages/http_place.hpp"
#include "messages/late_value.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

result<server_spec> parse(const std::string& text, const server_policy& defaults = {}) {
  return parse_server("fs", text, defaults, test::usual_environment());
}

server_spec good(const std::string& text, const server_policy& defaults = {}) {
  const auto spec = parse(text, defaults);
  BOOST_REQUIRE_MESSAGE(spec, text << ": " << (spec ? "" : spec.failure().detail));
  return *spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(endpoint)

BOOST_AUTO_TEST_CASE(a_url_alone_is_a_remote_server) {
  for (const char* more : {"", R"(, "type": "http")", R"(, "type": "streamable-http")",
                           R"(, "runner": "remote")", R"(, "link": "http")"}) {
    const auto spec = good(R"({"url": "https://example.org/mcp")" + std::string(more) + "}");
    BOOST_TEST((spec.source == source_kind::remote), more);
    BOOST_TEST((spec.policy.link == link_kind::http), more);
    BOOST_REQUIRE(spec.endpoint);
    BOOST_TEST(shown_place(spec.endpoint->place) == "https://example.org/mcp");
    BOOST_TEST(!spec.policy.port.has_value());
  }
}

BOOST_AUTO_TEST_CASE(an_older_server_is_asked_for_by_its_type_or_by_its_link) {
  BOOST_TEST(
      (good(R"({"url": "https://example.org/sse", "type": "sse"})").policy.link == link_kind::sse));
  BOOST_TEST(
      (good(R"({"url": "https://example.org/sse", "link": "sse"})").policy.link == link_kind::sse));
  const auto own = good(R"({"command": "c", "link": "sse"})");
  BOOST_TEST(shown_place(own.endpoint->place) == "http://127.0.0.1:${PORT}/sse");
  BOOST_TEST((own.policy.port == port_auto));
}

BOOST_AUTO_TEST_CASE(a_web_socket_is_asked_for_by_its_url_or_by_its_link) {
  for (const char* more : {"", R"(, "link": "ws")", R"(, "type": "ws")"}) {
    const auto spec = good(R"({"url": "wss://Example.org/mcp")" + std::string(more) + "}");
    BOOST_TEST((spec.source == source_kind::remote), more);
    BOOST_TEST(spec.endpoint->place.web_socket);
    BOOST_TEST(shown_place(spec.endpoint->place) == "wss://example.org/mcp");
    BOOST_TEST(spec.endpoint->place.port == 443);
  }
  const auto own = good(R"({"command": "c", "link": "ws"})");
  BOOST_TEST(shown_place(own.endpoint->place) == "ws://127.0.0.1:${PORT}/mcp");
  BOOST_TEST((own.policy.port == port_auto));
  // What it means written out means the same.
  const auto again = good(effective_json(own));
  BOOST_TEST(again.endpoint->place.web_socket);
  BOOST_TEST(effective_json(again) == effective_json(own));
  BOOST_TEST(!parse_config(R"({"defaults": {"link": "ws"}})", "t", test::usual_environment()));
}

BOOST_AUTO_TEST_CASE(headers_are_put_together_from_what_they_refer_to) {
  const char* text = R"({"url": "https://example.org/mcp?key=${KEY}", "headers":
    {"Authorization": "Bearer ${file:/run/secrets/t}", "X-Key": "${KEY}"}})";
  const auto spec = good(text);
  const auto& headers = spec.endpoint->headers;
  BOOST_REQUIRE(headers.size() == 2u);
  BOOST_TEST(late_reference(headers[0].second) == "Bearer ${file:/run/secrets/t}");
  BOOST_TEST(is_late(headers[0].second));
  BOOST_TEST(headers[1].second == "k-1");
  BOOST_TEST(spec.endpoint->place.target == "/mcp?key=k-1");
  BOOST_TEST(to_json(spec).find("s3cret") == std::string::npos);
  BOOST_TEST(to_json(spec).find("k-1") == std::string::npos);
  BOOST_TEST(effective_json(spec).find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_program_that_listens_is_spoken_to_at_its_port) {
  struct row {
    const char* members;
    const char* place;
    std::optional<std::uint16_t> port;
  };
  const row rows[] = {
      {R"("link": "http")", "http://127.0.0.1:${PORT}/mcp", port_auto},
      {R"("link": "http", "port": 8080)", "http://127.0.0.1:${PORT}/mcp", 8080},
      {R"("link": "http", "port": "auto")", "http://127.0.0.1:${PORT}/mcp", port_auto},
      {R"("url": "http://localhost:8080/x")", "http://localhost:8080/x", 8080},
      {R"("url": "http://127.0.0.1:${PORT}/x")", "http://127.0.0.1:${PORT}/x", port_auto},
      {R"("url": "http://[::1]:8080/x", "port": 8080)", "http://[::1]:8080/x", 8080},
  };
  for (const auto& x : rows) {
    const auto spec =
        good(R"({"command": "c", "args": ["--port", "${PORT}"], )" + std::string(x.members) + "}");
    BOOST_TEST((spec.source == source_kind::command), x.members);
    BOOST_TEST((spec.policy.link == link_kind::http), x.members);
    BOOST_TEST((spec.policy.port == x.port), x.members);
    BOOST_TEST(shown_place(spec.endpoint->place) == x.place, x.members);
    BOOST_TEST(spec.args.at(1) == "${PORT}");
  }
  server_policy defaults;
  defaults.link = link_kind::http;
  BOOST_TEST((good(R"({"command": "c"})", defaults).policy.port == port_auto));
  BOOST_TEST(!good(R"({"command": "c", "link": "stdio"})", defaults).endpoint);
}

BOOST_AUTO_TEST_CASE(what_is_written_out_is_read_back_the_same) {
  for (const char* text :
       {R"({"url": "https://example.org/m?a=$${b}", "headers": {"A": "$${c} ${KEY}"},
           "tls": {"ca": "~/ca.pem"}})",
        R"({"command": "c", "link": "http"})",
        R"({"command": "c", "url": "http://127.0.0.1:${PORT}/sub"})"}) {
    auto spec = good(text);
    const auto effective = effective_json(spec);
    spec.origin_json.clear();
    const auto again = good(to_json(spec));
    BOOST_TEST(effective_json(again) == effective);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused_with_its_place_and_without_the_secret) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("url": 5)", "fs.url: "},
      {R"("url": "example.org")", "fs.url: begins with neither"},
      {R"("url": "https://ann:hush-hush@example.org/")", "fs.url: holds credentials"},
      {R"("url": "https://example.org/${NOWHERE}")", "fs.url: "},
      {R"("url": "http://example.org:${PORT}/mcp")", "fs.url: ${PORT} is the port of a program"},
      {R"("url": "https://example.org", "link": "stdio")", "fs.link: \"stdio\" has no \"url\""},
      {R"("url": "https://example.org", "link": "none")", "fs.link: \"none\" has no \"url\""},
      {R"("url": "https://example.org", "type": "stdio")", "fs.type: "},
      {R"("command": "c", "type": "http")", "fs.type: \"http\" is spoken at a URL"},
      {R"("command": "c", "url": "https://example.org/")", "fs.url: beside \"command\""},
      {R"("command": "c", "url": "http://127.0.0.1:81/", "port": 82)", "fs.url: names port 81"},
      {R"("command": "c", "headers": {"A": "b"})", "fs.headers: has a meaning only"},
      {R"("command": "c", "tls": {"ca": "/x"})", "fs.tls: has a meaning only"},
      {R"("url": "https://example.org", "args": ["x"])", "fs.args: means nothing"},
      {R"("url": "https://example.org", "env": {"A": "b"})", "fs.env: means nothing"},
      {R"("url": "https://example.org", "limits": {"pids": 5})", "fs.limits: means nothing"},
      {R"("url": "https://example.org", "port": 80)", "fs.port: means nothing"},
      {R"("url": "https://example.org", "ready": {"tcp": true})", "fs.ready: "},
      {R"("url": "https://example.org", "on_node_exit": "keep")", "fs.on_node_exit: "},
      {R"("url": "https://example.org", "headers": {"A b": "c"})", "is no header's name"},
      {R"("url": "https://example.org", "headers": {"Host": "c"})", "fs.headers.Host: is set by"},
      {R"("url": "https://example.org", "headers": {"mcp-session-id": "c"})", "is set by the node"},
      {R"("url": "https://example.org", "headers": {"A": "hush-hush\nX: y"})", "control character"},
      {R"("url": "https://example.org", "headers": {"A": 5})", "fs.headers.A: "},
      {R"("url": "https://example.org", "headers": [])", "fs.headers: "},
      {R"("url": "https://example.org", "tls": {"insecure": true})", "in fs.tls"},
      {R"("url": "https://example.org", "tls": {"ca": "ca.pem"})", "no absolute path"},
      {R"("url": "http://127.0.0.1/", "tls": {"ca": "/ca.pem"})",
       "for an https:// or wss:// URL alone"},
      {R"("url": "https://example.org", "type": "ws")", "spoken at ws:// or wss://"},
      {R"("url": "https://example.org", "link": "ws")", "spoken at ws:// or wss://"},
      {R"("url": "ws://example.org", "link": "http")", "the URL is a WebSocket's"},
      {R"("url": "wss://example.org", "type": "http")", "the URL is a WebSocket's"},
      {R"("command": "x", "url": "ws://example.org:${PORT}")", "fs.url: "},
      {R"("command": "x", "type": "ws")", "fs.type: "},
      {R"("url": "https://example.org", "auth": {"type": "x"})", "fs.auth.type: "},
      {R"("url": "https://example.org", "auth": {"client_id": "c"})", "fs.auth.type: is missing"},
      {R"("url": "https://example.org", "auth": {"type": "authorization_code", "scop": "s"})",
       "did you mean \"scope\"?"},
      {R"("url": "https://example.org", "auth": {"type": "client_credentials", "client_id": "c"})",
       "fs.auth.client_secret: is missing"},
      {R"("url": "https://example.org", "auth": {"type": "authorization_code", "client_secret": "hush-hush"})",
       "fs.auth.client_id: is missing"},
      {R"("url": "https://example.org", "auth": {"type": "authorization_code", "client_id": "hush-hush\n"})",
       "fs.auth.client_id: holds a control character"},
      {R"("url": "https://example.org", "auth": {"type": "authorization_code", "scope": "a\"b"})",
       "fs.auth.scope: "},
      {R"("url": "https://example.org", "auth": {"type": "authorization_code", "issuer": "http://id.example"})",
       "write https://"},
      {R"("url": "https://example.org", "auth": {"type": "authorization_code", "issuer": "id"})",
       "fs.auth.issuer: begins with neither"},
      {R"("url": "https://example.org", "auth": {"type": "authorization_code"}, "headers": {"AUTHORIZATION": "hush-hush"})",
       "say the same thing"},
      {R"("url": "https://example.org", "auth": "oauth")", "fs.auth: "},
      {R"("url": "wss://example.org", "auth": {"type": "authorization_code"})",
       "fs.auth: has a meaning for"},
      {R"("command": "c", "link": "http", "auth": {"type": "authorization_code"})",
       "fs.auth: is for remote servers"},
      {R"("command": "c", "auth": {"type": "authorization_code"})", "fs.auth: has a meaning only"},
      {R"("headers": {"A": "b"})",
       "add \"command\", \"git\", \"npm\", \"pypi\", \"image\" or \"url\""},
  };
  for (const auto& [members, why] : rows) {
    const auto spec = parse("{" + std::string(members) + "}");
    BOOST_TEST(!spec, members);
    if (spec) continue;
    const auto& detail = spec.failure().detail;
    BOOST_TEST(detail.find(why) != std::string::npos, members << " -> " << detail);
    BOOST_TEST(detail.find("hush-hush") == std::string::npos, detail);
    BOOST_TEST(detail.find('\n') == std::string::npos, detail);
  }
}

BOOST_AUTO_TEST_CASE(how_a_remote_is_let_in_is_read_and_written_again) {
  const auto plain = good(R"({"url": "https://a.example", "auth": null})");
  BOOST_TEST((plain.endpoint->auth == oauth_settings()));
  const auto spec = good(R"({"url": "https://a.example", "auth": {"type": "client_credentials",
      "client_id": "c", "client_secret": "${file:/run/s}", "scope": "a b",
      "issuer": "https://id.example/t"}})");
  const auto& auth = spec.endpoint->auth;
  BOOST_TEST((auth.grant == oauth_grant::client_credentials));
  BOOST_TEST(auth.client_id == "c");
  BOOST_TEST(is_late(auth.client_secret));
  BOOST_TEST(auth.scope == "a b");
  BOOST_TEST(auth.issuer == "https://id.example/t");
  const auto written = effective_json(spec);
  BOOST_TEST(written.find(R"("client_secret":"${file:/run/s}")") != std::string::npos, written);
  BOOST_TEST(effective_json(good(written)) == written);
}

BOOST_AUTO_TEST_CASE(a_remote_is_not_parked_unless_somebody_says_so) {
  const auto brake = [](const std::string& text) { return good(text).policy.intensity; };
  BOOST_TEST(brake(R"({"url": "https://a.example"})").never_ready == 1'000'000u);
  BOOST_TEST(brake(R"({"url": "https://a.example"})").max == 1'000u);
  BOOST_TEST(brake(R"({"url": "https://a.example", "intensity": {}})").never_ready == 6u);
  BOOST_TEST(brake(R"({"url": "https://a.example", "intensity": {"max": 2}})").max == 2u);
  BOOST_TEST(brake(R"({"command": "c"})").never_ready == 6u);
  BOOST_TEST(brake(R"({"command": "c", "link": "http"})").never_ready == 6u);
}

BOOST_AUTO_TEST_SUITE_END()
