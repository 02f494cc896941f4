#include "runners/oauth/oauth_tokens.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const wall_moment t0{std::chrono::seconds(1'800'000'000)};

oauth_tokens lasting(std::chrono::seconds life) {
  oauth_tokens x;
  x.access = "a";
  x.obtained = t0;
  x.expires = t0 + life;
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tokens)

BOOST_AUTO_TEST_CASE(a_token_is_renewed_a_minute_or_a_fifth_of_its_life_before_its_end) {
  struct row {
    std::chrono::seconds life;
    std::chrono::seconds after;
    bool due;
    bool expired;
  };
  const std::vector<row> rows{{1h, 0s, false, false},    {1h, 3'539s, false, false},
                              {1h, 3'540s, true, false}, {1h, 3'600s, true, true},
                              {100s, 79s, false, false}, {100s, 80s, true, false},
                              {100s, 99s, true, false},  {100s, 100s, true, true},
                              {0s, 0s, true, true},      {1h, -1h, false, false}};
  for (const auto& x : rows) {
    BOOST_TEST(is_due(lasting(x.life), t0 + x.after) == x.due);
    BOOST_TEST(is_expired(lasting(x.life), t0 + x.after) == x.expired);
  }
  oauth_tokens endless;
  BOOST_TEST(!is_due(endless, t0 + 100'000h));
  BOOST_TEST(!is_expired(endless, t0 + 100'000h));
}

BOOST_AUTO_TEST_CASE(an_answer_is_tokens_and_what_it_leaves_out_stays) {
  oauth_tokens before = lasting(1h);
  before.refresh = "old";
  before.scope = "s";
  const auto next = read_token_answer(
      200, R"({"access_token":"b","token_type":"bearer","expires_in":60})", t0 + 5s, before);
  BOOST_TEST_REQUIRE(static_cast<bool>(next));
  BOOST_TEST(next->access == "b");
  BOOST_TEST(next->refresh == "old");
  BOOST_TEST(next->scope == "s");
  BOOST_TEST((next->expires == t0 + 65s));
  const auto whole = read_token_answer(
      200,
      R"({"access_token":"c","token_type":"Bearer","expires_in":"7","refresh_token":"new","scope":"x y"})",
      t0, before);
  BOOST_TEST_REQUIRE(static_cast<bool>(whole));
  BOOST_TEST(whole->refresh == "new");
  BOOST_TEST(whole->scope == "x y");
  BOOST_TEST((whole->expires == t0 + 7s));
  const auto odd = read_token_answer(
      200, R"({"access_token":"c","token_type":"Bearer","refresh_token":"a b\n"})", t0, before);
  BOOST_TEST((odd && odd->refresh == "old"));
  for (const char* life :
       {"", R"(,"expires_in":-1)", R"(,"expires_in":null)", R"(,"expires_in":"x")"}) {
    const auto endless = read_token_answer(
        200, R"({"access_token":"b","token_type":"Bearer")" + std::string(life) + "}", t0, before);
    BOOST_TEST_REQUIRE(static_cast<bool>(endless), life);
    BOOST_TEST(!endless->expires.has_value(), life);
  }
  const auto ages = read_token_answer(
      200, R"({"access_token":"b","token_type":"Bearer","expires_in":1e300})", t0, before);
  BOOST_TEST((ages && ages->expires && *ages->expires > t0));
}

BOOST_AUTO_TEST_CASE(what_is_no_token_is_told_as_what_helps_against_it) {
  struct row {
    int status;
    const char* body;
    errc code;
  };
  const std::vector<row> rows{
      {400, R"({"error":"invalid_grant","error_description":"secret words"})", errc::unauthorized},
      {401, R"({"error":"invalid_client"})", errc::unauthorized},
      {401, "", errc::unauthorized},
      {403, R"({"error":"access_denied"})", errc::unauthorized},
      {400, R"({"error":"unauthorized_client"})", errc::unauthorized},
      {400, R"({"error":"invalid_scope"})", errc::bad_answer},
      {400, R"({"error":"invalid_target"})", errc::bad_answer},
      {404, "<html>", errc::bad_answer},
      {400, R"({"error":"secret words"})", errc::bad_answer}, // Not a word of the standard's kind.
      {400, R"({"error":"a\nb"})", errc::bad_answer},
      {200, R"({"error":"invalid_grant"})", errc::unauthorized}, // Some do.
      {429, R"({"error":"invalid_grant"})", errc::io_failed},
      {500, "", errc::io_failed},
      {503, R"({"error":"temporarily_unavailable"})", errc::io_failed},
      {200, "", errc::bad_answer},
      {200, "[]", errc::bad_answer},
      {200, R"({"token_type":"Bearer"})", errc::bad_answer},
      {200, R"({"access_token":"","token_type":"Bearer"})", errc::bad_answer},
      {200, R"({"access_token":"a b","token_type":"Bearer"})", errc::bad_answer},
      {200, "{\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"Bearer\"}", errc::bad_answer},
      {200, R"({"access_token":"a"})", errc::bad_answer},
      {200, R"({"access_token":"a","token_type":"mac"})", errc::bad_answer}};
  for (const auto& x : rows) BOOST_TEST_CONTEXT(x.status << " " << x.body) {
      const auto read = read_token_answer(x.status, x.body, t0, {});
      BOOST_TEST_REQUIRE(!read);
      BOOST_TEST((read.failure().code == x.code), read.failure().detail);
      BOOST_TEST(read.failure().detail.find("secret words") == std::string::npos);
      BOOST_TEST(read.failure().detail.find('\n') == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_request_carries_its_client_as_that_shows_itself) {
  const form_fields grant{{"grant_type", "refresh_token"}};
  const auto basic = make_token_request({"c", "s", "client_secret_basic"}, grant);
  BOOST_TEST(basic.body == "grant_type=refresh_token");
  BOOST_TEST(basic.headers.front().second == basic_credentials("c", "s"));
  const auto post = make_token_request({"c", "s", "client_secret_post"}, grant);
  BOOST_TEST(post.body == "grant_type=refresh_token&client_id=c&client_secret=s");
  BOOST_TEST(post.headers.size() == 1u);
  const auto open = make_token_request({"c", "", "none"}, grant);
  BOOST_TEST(open.body == "grant_type=refresh_token&client_id=c");
}

BOOST_AUTO_TEST_CASE(a_login_is_read_as_it_was_written_and_for_its_server_alone) {
  login_record x;
  x.server = "https://a.example/mcp";
  x.issuer = "https://id.example";
  x.token_endpoint = "https://id.example/t";
  x.client = {"c", "s", "client_secret_post"};
  x.resource = "https://a.example";
  x.revocation_endpoint = "https://id.example/v";
  x.tokens = lasting(1h);
  x.tokens.refresh = "r";
  x.tokens.scope = "a b";
  const auto text = to_text(x);
  const auto again = read_login_record(text, x.server);
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST(to_text(*again) == text);
  BOOST_TEST(again->revocation_endpoint == x.revocation_endpoint);
  BOOST_TEST((again->tokens.expires == x.tokens.expires));
  BOOST_TEST((again->tokens.obtained == x.tokens.obtained));
  BOOST_TEST(!read_login_record(text, "https://b.example/mcp").has_value());
  for (const char* bad : {"", "{}", "[1]", R"({"server":"https://a.example/mcp"})"})
    BOOST_TEST(!read_login_record(bad, x.server).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
