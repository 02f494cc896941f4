#include "runners/oauth/redirect_answer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace toolscore;
using kind = redirect_answer::kind;

BOOST_AUTO_TEST_SUITE(redirect)

BOOST_AUTO_TEST_CASE(the_state_is_looked_at_first_then_who_speaks_then_what_he_says) {
  struct row {
    const char* query;
    bool names_itself;
    kind is;
    const char* text;
  };
  const std::vector<row> rows{
      {"state=s&code=c", false, kind::code, "c"},
      {"state=s&code=c&iss=https%3A%2F%2Fid.example", false, kind::code, "c"},
      {"state=s&code=c&iss=https%3A%2F%2Fid.example", true, kind::code, "c"},
      {"", false, kind::stray, ""},
      {"code=c", false, kind::stray, ""},
      {"state=&code=c", false, kind::stray, ""},
      {"state=S&code=c", false, kind::stray, ""},
      {"state=other&error=access_denied", false, kind::stray, ""},
      {"state=other&code=c&iss=https%3A%2F%2Fevil.example", true, kind::stray, ""},
      {"state=s&code=c", true, kind::refused, "does not say"},
      {"state=s&code=c&iss=", false, kind::refused, "another authorization server"},
      {"state=s&code=c&iss=https%3A%2F%2Fid.example%2F", false, kind::refused,
       "another authorization server"},
      {"state=s&error=x&iss=https%3A%2F%2Fevil.example", false, kind::refused,
       "another authorization server"},
      {"state=s&error=access_denied", false, kind::refused, "refused: access_denied"},
      {"state=s&error=access_denied&code=c", false, kind::refused, "access_denied"},
      {"state=s&error=a%0Ab", false, kind::refused, "gave no reason"},
      {"state=s", false, kind::refused, "no authorization code"},
      {"state=s&code=a%0Db", false, kind::refused, "no authorization code"}};
  for (const auto& x : rows) BOOST_TEST_CONTEXT(x.query) {
      issuer_metadata issuer;
      issuer.issuer = "https://id.example";
      issuer.names_itself = x.names_itself;
      const auto seen = judge_redirect(*read_form(x.query), "s", issuer);
      BOOST_TEST((seen.is == x.is));
      BOOST_TEST(seen.text.find(x.text) != std::string::npos, seen.text);
    }
  BOOST_TEST((judge_redirect(*read_form("state=&code=c"), "", {}).is == kind::stray)); // Used up.
}

BOOST_AUTO_TEST_CASE(the_page_is_asked_with_all_that_the_standards_want) {
  authorization_request x{"https://id.example/a",  "c", "http://127.0.0.1:1/callback", "s", "h",
                          "https://a.example/mcp", ""};
  const std::string fields =
      "response_type=code&client_id=c&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%"
      "2Fcallback&state=s&code_challenge=h&code_challenge_method=S256&"
      "resource=https%3A%2F%2Fa.example%2Fmcp";
  BOOST_TEST(authorization_url(x) == "https://id.example/a?" + fields);
  x.endpoint += "?tenant=1";
  x.scope = "a b";
  BOOST_TEST(authorization_url(x) == "https://id.example/a?tenant=1&" + fields + "&scope=a%20b");
}

BOOST_AUTO_TEST_SUITE_END()
