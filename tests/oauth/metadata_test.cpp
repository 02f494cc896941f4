#include "runners/oauth/oauth_metadata.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace toolscore;

namespace {

http_place place(const char* url) {
  return *read_http_place(url);
}

} // namespace

BOOST_AUTO_TEST_SUITE(metadata)

BOOST_AUTO_TEST_CASE(a_resource_speaks_for_itself_and_for_what_is_below_it) {
  const auto about = [](const std::string& resource, const char* server) {
    return static_cast<bool>(read_resource_metadata(
        R"({"resource":")" + resource + R"(","authorization_servers":["https://id.example"]})",
        place(server)));
  };
  BOOST_TEST(about("https://a.example/mcp", "https://a.example/mcp"));
  BOOST_TEST(about("https://a.example/mcp/", "https://a.example/mcp"));
  BOOST_TEST(about("https://a.example", "https://a.example/mcp?x=1"));
  BOOST_TEST(about("https://A.example:443/mcp", "https://a.example/mcp/sub"));
  BOOST_TEST(!about("https://a.example/mc", "https://a.example/mcp"));
  BOOST_TEST(!about("https://a.example/mcp/sub", "https://a.example/mcp"));
  BOOST_TEST(!about("https://b.example/mcp", "https://a.example/mcp"));
  BOOST_TEST(!about("http://a.example/mcp", "https://a.example/mcp"));
  BOOST_TEST(!about("https://a.example:8443/mcp", "https://a.example/mcp"));
  BOOST_TEST(!about("", "https://a.example/mcp"));
}

BOOST_AUTO_TEST_CASE(resource_metadata_are_read_or_told_to_be_none) {
  const auto good = read_resource_metadata(
      R"({"resource":"https://a.example/mcp","authorization_servers":["https://id.example",7,
          "https://other.example"],"scopes_supported":["a","b",1],"more":{"x":[]}})",
      place("https://a.example/mcp"));
  BOOST_TEST_REQUIRE(static_cast<bool>(good));
  BOOST_TEST(good->issuers.size() == 2u);
  BOOST_TEST(good->issuers.front() == "https://id.example");
  BOOST_TEST(good->scope == "a b");
  const auto odd = read_resource_metadata(
      R"({"resource":"https://a.example/mcp","authorization_servers":["https://id.example"],
          "scopes_supported":["a\r\nX: y","b","\u00fc"]})",
      place("https://a.example/mcp"));
  BOOST_TEST((odd && odd->scope == "b"));
  for (const char* bad :
       {"", "[]", "null", "{", R"({"resource":"https://a.example/mcp"})",
        R"({"resource":"https://a.example/mcp","authorization_servers":[]})",
        R"({"resource":"https://a.example/mcp","authorization_servers":"https://id.example"})",
        R"({"resource":1,"authorization_servers":["https://id.example"]})"})
    BOOST_TEST(!read_resource_metadata(bad, place("https://a.example/mcp")), bad);
}

BOOST_AUTO_TEST_CASE(an_issuers_metadata_are_its_own_to_the_letter) {
  const std::string text =
      R"({"issuer":"https://id.example/t","token_endpoint":"https://id.example/k",
    "authorization_endpoint":"https://id.example/a","registration_endpoint":"https://id.example/r",
    "revocation_endpoint":"https://id.example/v",
    "code_challenge_methods_supported":["plain","S256"],
    "token_endpoint_auth_methods_supported":["client_secret_post"],
    "authorization_response_iss_parameter_supported":true})";
  const auto good = read_issuer_metadata(text, "https://id.example/t");
  BOOST_TEST_REQUIRE(static_cast<bool>(good));
  BOOST_TEST(good->token_endpoint == "https://id.example/k");
  BOOST_TEST(good->authorization_endpoint == "https://id.example/a");
  BOOST_TEST(good->registration_endpoint == "https://id.example/r");
  BOOST_TEST(good->revocation_endpoint == "https://id.example/v");
  BOOST_TEST(good->takes_s256);
  BOOST_TEST(good->names_itself);
  for (const char* other :
       {"https://id.example/t/", "https://id.example", "https://ID.example/t", ""})
    BOOST_TEST(!read_issuer_metadata(text, other), other);
  const auto plain = read_issuer_metadata(R"({"issuer":"i","token_endpoint":"t"})", "i");
  BOOST_TEST_REQUIRE(static_cast<bool>(plain));
  BOOST_TEST(!plain->takes_s256); // Who does not say so does not (MCP).
  BOOST_TEST(!plain->names_itself);
  for (const char* named : {"false", "\"true\"", "1", "null"}) {
    const auto silent = read_issuer_metadata(
        R"({"issuer":"i","token_endpoint":"t","authorization_response_iss_parameter_supported":)" +
            std::string(named) + "}",
        "i");
    BOOST_TEST((silent && !silent->names_itself), named);
  }
  for (const char* bad :
       {"", "7", "{}", R"({"issuer":"i"})", R"({"issuer":"i","token_endpoint":[]})"})
    BOOST_TEST(!read_issuer_metadata(bad, "i"), bad);
}

BOOST_AUTO_TEST_CASE(a_client_shows_itself_as_the_issuer_takes_it) {
  issuer_metadata x;
  BOOST_TEST(chosen_auth_method(x, false) == "none");
  BOOST_TEST(chosen_auth_method(x, true) == "client_secret_basic"); // RFC 8414: the default.
  x.auth_methods = {"client_secret_post", "private_key_jwt"};
  BOOST_TEST(chosen_auth_method(x, true) == "client_secret_post");
  x.auth_methods = {"client_secret_post", "client_secret_basic"};
  BOOST_TEST(chosen_auth_method(x, true) == "client_secret_basic");
}

BOOST_AUTO_TEST_CASE(a_registration_gives_a_client_or_says_why_not) {
  const auto asked = registration_text("http://127.0.0.1:1/callback", "a b");
  for (const char* part : {R"("redirect_uris":["http://127.0.0.1:1/callback"])", R"("scope":"a b")",
                           R"("token_endpoint_auth_method":"none")", "refresh_token"})
    BOOST_TEST(asked.find(part) != std::string::npos, asked);
  const auto open = read_registration(201, R"({"client_id":"c"})");
  BOOST_TEST_REQUIRE(static_cast<bool>(open));
  BOOST_TEST(open->id == "c");
  BOOST_TEST(open->auth_method == "none");
  const auto closed = read_registration(200, R"({"client_id":"c","client_secret":"s"})");
  BOOST_TEST_REQUIRE(static_cast<bool>(closed));
  BOOST_TEST(closed->auth_method == "client_secret_basic");
  const auto refused = read_registration(403, R"({"error":"access_denied"})");
  BOOST_TEST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().detail ==
             "it refused to register a client (HTTP 403, access_denied); write \"client_id\" under "
             "\"auth\"");
  const auto odd = read_registration(400, R"({"error":"a\nb"})");
  BOOST_TEST((!odd && odd.failure().detail.find("(HTTP 400);") != std::string::npos));
  BOOST_TEST(!read_registration(201, "{}"));
  BOOST_TEST(!read_registration(201, "no"));
}

BOOST_AUTO_TEST_SUITE_END()
