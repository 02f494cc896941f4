#include "gateway/challenge.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(challenges)

BOOST_AUTO_TEST_CASE(a_challenge_says_what_is_missing) {
  const std::string_view url = "https://g.example/.well-known/oauth-protected-resource/mcp";
  struct row {
    challenge_facts facts;
    std::string text;
  };
  const std::vector<row> rows{
      {{false, false, scope::mcp_read, {}}, "WWW-Authenticate: Bearer\r\n"},
      {{true, false, scope::mcp_read, {}}, "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"},
      {{false, true, scope::mcp_call, {}},
       "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"mcp:call\"\r\n"},
      {{false, true, scope::control_write, {}},
       "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"control:write\"\r\n"},
      {{false, false, scope::mcp_read, url},
       "WWW-Authenticate: Bearer scope=\"mcp:call\", resource_metadata=\"" + std::string(url) +
           "\"\r\n"},
      {{true, false, scope::control_read, url},
       "WWW-Authenticate: Bearer error=\"invalid_token\", scope=\"control:read\", "
       "resource_metadata=\"" +
           std::string(url) + "\"\r\n"},
      {{false, true, scope::mcp_read, url},
       "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"mcp:read\", "
       "resource_metadata=\"" +
           std::string(url) + "\"\r\n"},
      {{false, false, std::nullopt, url},
       "WWW-Authenticate: Bearer resource_metadata=\"" + std::string(url) + "\"\r\n"},
  };
  for (const auto& x : rows) BOOST_TEST(challenge(x.facts) == x.text);
}

BOOST_AUTO_TEST_CASE(the_metadata_stand_where_clients_look_for_them) {
  BOOST_TEST(metadata_url("https://g.example/mcp") ==
             "https://g.example/.well-known/oauth-protected-resource/mcp");
  BOOST_TEST(metadata_url("https://g.example:8443") ==
             "https://g.example:8443/.well-known/oauth-protected-resource");
  BOOST_TEST(metadata_path("https://g.example/a/mcp") ==
             "/.well-known/oauth-protected-resource/a/mcp");
  for (const char* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/mcp/fs"})
    BOOST_TEST(is_metadata_path(path), path);
  for (const char* path :
       {"/.well-known/oauth-protected-resource/", "/.well-known/oauth-protected-resourcemcp",
        "/.well-known/oauth-protected-resource/mcpx", "/.well-known/oauth-authorization-server",
        "/mcp", ""})
    BOOST_TEST(!is_metadata_path(path), path);
}

BOOST_AUTO_TEST_CASE(the_metadata_are_what_rfc_9728_asks_for) {
  const auto x = nlohmann::json::parse(
      metadata_text({"https://id.example/r\"", "", "https://g.example/mcp", {}}));
  BOOST_TEST(x["resource"] == "https://g.example/mcp");
  BOOST_TEST(x["authorization_servers"] == nlohmann::json::array({"https://id.example/r\""}));
  BOOST_TEST(x["bearer_methods_supported"] == nlohmann::json::array({"header"}));
  BOOST_TEST(x["scopes_supported"] == nlohmann::json::array({"mcp:read", "mcp:call"}));
}

BOOST_AUTO_TEST_SUITE_END()
