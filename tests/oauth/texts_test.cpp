#include "runners/oauth/oauth_text.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace toolscore;

namespace {

std::vector<std::string> shown(const std::vector<http_place>& places) {
  std::vector<std::string> out;
  for (const auto& one : places) out.push_back(shown_place(one));
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(base64url_is_that_of_rfc_4648) {
  const std::vector<std::pair<std::string, std::string>> rows{{"", ""},
                                                              {"f", "Zg"},
                                                              {"fo", "Zm8"},
                                                              {"foo", "Zm9v"},
                                                              {"foob", "Zm9vYg"},
                                                              {"fooba", "Zm9vYmE"},
                                                              {"foobar", "Zm9vYmFy"},
                                                              {"\xff\xef\xbe", "_---"},
                                                              {std::string("\0", 1), "AA"}};
  for (const auto& [plain, coded] : rows) BOOST_TEST(base64url(plain) == coded);
}

BOOST_AUTO_TEST_CASE(a_client_shows_itself_form_encoded) { // RFC 6749, 2.3.1 and appendix B.
  BOOST_TEST(basic_credentials("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw") ==
             "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
  BOOST_TEST(basic_credentials("a:b", "c d") == "Basic YSUzQWI6YyUyMGQ=");
}

BOOST_AUTO_TEST_CASE(a_form_says_what_it_was_made_of) {
  const form_fields all{
      {"a", "b c"}, {"redirect_uri", "http://127.0.0.1:1/x?y=z&w"}, {"ü", "100%"}};
  const auto text = form_text(all);
  BOOST_TEST(text ==
             "a=b%20c&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fx%3Fy%3Dz%26w&%C3%BC=100%25");
  const auto again = read_form(text);
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST((*again == all));
  BOOST_TEST((read_form("a=b+c&&d=&e") == form_fields{{"a", "b c"}, {"d", ""}, {"e", ""}}));
  BOOST_TEST(field_of(all, "a") == "b c");
  BOOST_TEST(field_of(all, "b") == "");
}

BOOST_AUTO_TEST_CASE(a_form_that_could_be_read_in_two_ways_is_not_read) {
  for (const char* bad : {"a=%", "a=%4", "a=%zz", "state=1&state=2", "a=1&%61=2"})
    BOOST_TEST(!read_form(bad).has_value(), bad);
  BOOST_TEST(!read_form("a=" + std::string(9'000, 'x')).has_value());
  std::string many;
  for (int i = 0; i < 100; ++i) many += "f" + std::to_string(i) + "=1&";
  BOOST_TEST(!read_form(many).has_value());
}

BOOST_AUTO_TEST_CASE(a_challenge_is_read_however_it_is_written) {
  struct row {
    const char* header;
    bool bearer;
    const char* metadata;
    const char* scope;
    const char* error;
  };
  const std::vector<row> rows{
      {"", false, "", "", ""},
      {"Bearer", true, "", "", ""},
      {"bearer realm=\"x\"", true, "", "", ""},
      {"Basic realm=\"Bearer\"", false, "", "", ""},
      {"Bearer resource_metadata=\"https://a.example/m\", scope=\"a b\"", true,
       "https://a.example/m", "a b", ""},
      {"Bearer  Resource_Metadata = https , error=invalid_token", true, "https", "",
       "invalid_token"},
      {"Basic realm=\"a, Bearer scope=x\", Bearer scope=\"mcp\"", true, "", "mcp", ""},
      {"Bearer scope=\"a\\\"b\"", true, "", "a\"b", ""},
      {"Negotiate abc==, Bearer error=\"e\"", true, "", "", "e"},
      {"Bearer scope=\"one\", Basic scope=\"two\"", true, "", "one", ""},
      {"Bearer scope=\"open", true, "", "open", ""},
      {"=,,;\"", false, "", "", ""}};
  for (const auto& x : rows) BOOST_TEST_CONTEXT(x.header) {
      const auto read = read_challenge(x.header);
      BOOST_TEST(read.bearer == x.bearer);
      BOOST_TEST(read.resource_metadata == x.metadata);
      BOOST_TEST(read.scope == x.scope);
      BOOST_TEST(read.error == x.error);
    }
}

BOOST_AUTO_TEST_CASE(metadata_are_looked_for_where_the_standards_have_them) {
  const auto server = *read_http_place("https://Docs.Example:8443/a/mcp/?key=1");
  BOOST_TEST(resource_identifier(server) == "https://docs.example:8443/a/mcp");
  BOOST_TEST(shown(resource_metadata_places(server)) ==
                 (std::vector<std::string>{
                     "https://docs.example:8443/.well-known/oauth-protected-resource/a/mcp",
                     "https://docs.example:8443/.well-known/oauth-protected-resource"}),
             boost::test_tools::per_element());
  BOOST_TEST(resource_identifier(*read_http_place("https://a.example/")) == "https://a.example");
  BOOST_TEST(
      shown(issuer_metadata_places(*read_http_place("https://id.example/t1"))) ==
          (std::vector<std::string>{"https://id.example/.well-known/oauth-authorization-server/t1",
                                    "https://id.example/.well-known/openid-configuration/t1",
                                    "https://id.example/t1/.well-known/openid-configuration"}),
      boost::test_tools::per_element());
  BOOST_TEST(
      shown(issuer_metadata_places(*read_http_place("https://id.example"))) ==
          (std::vector<std::string>{"https://id.example/.well-known/oauth-authorization-server",
                                    "https://id.example/.well-known/openid-configuration"}),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(scopes_are_joined_each_once_and_nothing_else) {
  BOOST_TEST(joined_scopes({}) == "");
  BOOST_TEST(joined_scopes({"", ""}) == "");
  BOOST_TEST(joined_scopes({"a  b", "b c a"}) == "a b c");
  BOOST_TEST(joined_scopes({" ab", "a b"}) == "ab a b");
  BOOST_TEST(joined_scopes({"", "x ", "y"}) == "x y");
  BOOST_TEST(joined_scopes({"a\tb c\"d e\\f \x1b[1m \xc3\xa4 https://x/read"}) == "https://x/read");
}

BOOST_AUTO_TEST_CASE(secrets_go_over_https_or_stay_on_this_host) {
  const auto fault = [](const char* url, bool inside) {
    return !told_place_fault(*read_http_place(url), inside).empty();
  };
  BOOST_TEST(!fault("https://id.example/token", false));
  BOOST_TEST(fault("http://id.example/token", false));
  BOOST_TEST(fault("http://id.example/token", true));
  BOOST_TEST(fault("http://10.0.0.1/token", true));
  BOOST_TEST(!fault("http://127.0.0.1:8/token", true));
  BOOST_TEST(fault("http://127.0.0.1:8/token", false));
  BOOST_TEST(fault("http://localhost/token", false));
}

BOOST_AUTO_TEST_SUITE_END()
