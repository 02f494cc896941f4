// Tokens that are given back: of whom that is asked, how, and what is told of it.
#include "loop_fixture.hpp"
#include "runners/oauth/oauth_revoke_io.hpp"
#include "tests/runners/web_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct revoking : loop_fixture {
  login_record login(const std::string& endpoint) const {
    login_record x;
    x.revocation_endpoint = endpoint;
    x.client = {"me", "", "none"};
    x.tokens.access = "access-0";
    x.tokens.refresh = "refresh-0";
    return x;
  }
  /// Why one was not taken back; empty = all were.
  std::string why_not(const std::string& server, const login_record& login,
                      const std::string& issuer = {}) {
    std::optional<std::string> told;
    const auto way = revoke_tokens(dialer, {*read_http_place(server), {}, issuer}, login,
                                   [&](std::string why) { told = std::move(why); });
    BOOST_TEST(!told.has_value()); // Never from inside.
    BOOST_TEST(wait([&] { return told.has_value(); }, 30s));
    return told.value_or("nothing was told");
  }

  std::vector<form_fields> asked;
  int status = 200;
  web_peer peer{io, [this](const peer_request& x, const peer_reply_ptr& reply) {
                  asked.push_back(*read_form(x.body));
                  reply->answer(status, "", "");
                }};
};

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(returning, revoking)

BOOST_AUTO_TEST_CASE(the_refresh_token_goes_first_and_then_the_other) {
  BOOST_TEST(why_not(peer.url(), login(peer.url("/revoke"))) == "");
  BOOST_REQUIRE(asked.size() == 2u);
  BOOST_TEST(peer.seen[0].target == "/revoke");
  for (const auto& [at, kind, token] :
       {std::tuple{0U, "refresh_token", "refresh-0"}, {1U, "access_token", "access-0"}}) {
    BOOST_TEST(field_of(asked[at], "token_type_hint") == kind);
    BOOST_TEST(field_of(asked[at], "token") == token);
    BOOST_TEST(field_of(asked[at], "client_id") == "me");
  }
  auto alone = login(peer.url("/revoke"));
  alone.tokens.refresh.clear();
  alone.client = {"known", "hush-hush", "client_secret_basic"};
  BOOST_TEST(why_not(peer.url(), alone) == "");
  BOOST_REQUIRE(asked.size() == 3u);
  BOOST_TEST(field_of(asked[2], "token") == "access-0");
  BOOST_TEST(peer.seen[2].header("authorization") == basic_credentials("known", "hush-hush"));
}

BOOST_AUTO_TEST_CASE(who_does_not_take_one_is_told_and_not_asked_for_another) {
  for (const int refused_by : {400, 401, 404, 500, 503}) {
    status = refused_by;
    asked.clear();
    BOOST_TEST(why_not(peer.url(), login(peer.url("/revoke"))) ==
               "refresh_token: HTTP " + std::to_string(refused_by));
    BOOST_TEST(asked.size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(tokens_go_nowhere_that_a_token_endpoint_might_not_be) {
  const auto ours = login(peer.url("/revoke"));
  BOOST_TEST(has(why_not("https://docs.example/mcp", ours), "is no https:// URL"));
  BOOST_TEST(
      has(why_not("https://10.0.0.1/mcp", login("http://10.0.0.2/v")), "is no https:// URL"));
  for (const char* place : {"https://10.0.0.1/v", "https://[::1]/v", "https://192.168.0.1/v"})
    BOOST_TEST(has(why_not("https://docs.example/mcp", login(place)), "private network"), place);
  BOOST_TEST(has(why_not(peer.url(), login("http://id.example/v")), "is no https:// URL"));
  for (const char* none : {"/revoke", "javascript:alert(1)", "https://"})
    BOOST_TEST(has(why_not(peer.url(), login(none)), "no URL"), none);
  BOOST_TEST(peer.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(who_is_dropped_hears_nothing) {
  bool heard = false;
  auto way = revoke_tokens(dialer, {*read_http_place(peer.url()), {}, {}},
                           login(peer.url("/revoke")), [&](const auto&) { heard = true; });
  way.reset();
  run_for(50ms);
  BOOST_TEST(!heard);
  BOOST_TEST(asked.empty());
}

BOOST_AUTO_TEST_SUITE_END()
