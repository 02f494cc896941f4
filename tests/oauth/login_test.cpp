// A login from its beginning to its tokens, with one peer that is the server and who gives tokens.
#include "loop_fixture.hpp"
#include "runners/oauth/login_file_io.hpp"
#include "runners/oauth/pkce_io.hpp"
#include "runners/oauth/remote_logins_io.hpp"
#include "tests/runners/web_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct logging_in : loop_fixture {
  logging_in()
      : peer(io, [this](const peer_request& x, const peer_reply_ptr& reply) { serve(x, reply); }) {
    endpoint.place = *read_http_place(peer.url());
    resource = peer.url();
    issuer = peer.url("");
    page = peer.url("/authorize");
  }

  void serve(const peer_request& x, const peer_reply_ptr& reply) {
    if (x.target == "/mcp")
      return reply->answer(401, "", "", "WWW-Authenticate: Bearer scope=\"read\"\r\n");
    if (x.target == "/.well-known/oauth-protected-resource" + known_at)
      return reply->json(R"({"resource":")" + resource + R"(","authorization_servers":[")" +
                         (named.empty() ? issuer : named) + R"("]})");
    if (x.target == issuer_at)
      return reply->json(R"({"issuer":")" + issuer + R"(","token_endpoint":")" +
                         peer.url("/token") + R"(","authorization_endpoint":")" + page +
                         R"(","registration_endpoint":")" + peer.url("/register") +
                         R"(","revocation_endpoint":")" + peer.url("/revoke") +
                         R"(","code_challenge_methods_supported":[")" + pkce + R"("]})");
    if (x.target == "/register") return reply->answer(201, "", R"({"client_id":"registered"})");
    if (x.target == "/token")
      return reply->json(R"({"access_token":"access","refresh_token":"r","token_type":"bearer"})");
    reply->answer(404, "", "");
  }
  std::size_t asked(const std::string& target) const {
    return static_cast<std::size_t>(std::count_if(
        peer.seen.begin(), peer.seen.end(), [&](const auto& x) { return x.target == target; }));
  }
  peer_request last(const std::string& target) const {
    for (auto at = peer.seen.rbegin(); at != peer.seen.rend(); ++at)
      if (at->target == target) return *at;
    return {};
  }

  /// The page, or why there is none.
  std::string begin(const char* server = "docs") {
    std::optional<result<login_answer>> told;
    logins.begin(
        server_id{server}, std::make_shared<http_endpoint>(endpoint),
        [&](auto x) { told.emplace(std::move(x)); }, [this] { ++logged_in; });
    BOOST_TEST(!told.has_value()); // Never from inside.
    BOOST_REQUIRE(wait([&] { return told.has_value(); }));
    return *told ? (*told)->url : (*told).failure().detail;
  }
  static form_fields query_of(const std::string& url) {
    return *read_form(std::string_view(url).substr(url.find('?') + 1));
  }
  /// What a browser hears that comes back from that page.
  std::string come_back(const std::string& url, const std::string& fields = "&code=the-code") {
    const auto query = query_of(url);
    const auto back = *read_http_place(field_of(query, "redirect_uri"));
    asio::ip::tcp::socket socket(io);
    std::string told;
    bool over = false;
    const auto text =
        "GET /callback?state=" + field_of(query, "state") + fields + " HTTP/1.1\r\nHost: x\r\n\r\n";
    socket.async_connect({asio::ip::address_v4::loopback(), back.port}, [&](auto failed) {
      boost::system::error_code ignored;
      if (!failed) asio::write(socket, asio::buffer(text), ignored);
      asio::async_read(socket, asio::dynamic_buffer(told), [&](auto, auto) { over = true; });
    });
    BOOST_TEST(wait([&] { return over; }));
    return told;
  }
  login_answer look() const { return logins.look(server_id{"docs"}); }
  std::optional<login_record> kept() const {
    return read_login_record(read_login_file(own.path + "/secrets/docs").value_or(""), peer.url());
  }

  web_peer peer;
  http_endpoint endpoint;
  std::string resource;
  std::string issuer;
  std::string issuer_at = "/.well-known/oauth-authorization-server";
  std::string known_at = "/mcp";
  std::string named; ///< Whom the server names; empty = who it is.
  std::string page;
  std::string pkce = "S256";
  int logged_in = 0;
  remote_logins logins{dialer, run_in(workers, io), own.path + "/secrets"};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(login, logging_in)

BOOST_AUTO_TEST_CASE(who_comes_back_with_its_state_is_logged_in_as_who_began_it) {
  const auto url = begin();
  const auto query = query_of(url);
  BOOST_TEST(url.starts_with(page + "?"));
  BOOST_TEST(field_of(query, "client_id") == "registered");
  BOOST_TEST(field_of(query, "scope") == "read");
  BOOST_TEST(field_of(query, "resource") == resource);
  BOOST_TEST(has(last("/register").body, field_of(query, "redirect_uri")));
  BOOST_TEST(has(come_back(url), "You are logged in to docs"));
  BOOST_TEST(logged_in == 1);
  const auto form = *read_form(last("/token").body);
  BOOST_TEST(field_of(form, "grant_type") == "authorization_code");
  BOOST_TEST(field_of(form, "code") == "the-code");
  BOOST_TEST(field_of(form, "client_id") == "registered");
  BOOST_TEST(field_of(form, "resource") == resource);
  BOOST_TEST(field_of(form, "redirect_uri") == field_of(query, "redirect_uri"));
  BOOST_TEST(code_challenge(field_of(form, "code_verifier")) == field_of(query, "code_challenge"));
  BOOST_TEST((look().is == login_answer::state::done));
  const auto record = kept();
  BOOST_REQUIRE(record.has_value());
  BOOST_TEST(record->tokens.access == "access");
  BOOST_TEST(record->resource == resource);
  BOOST_TEST(record->issuer == issuer);
  const auto again = begin(); // Another one has its own words.
  for (const char* own_word : {"state", "code_challenge"})
    BOOST_TEST(field_of(query_of(again), own_word) != field_of(query, own_word));
}

BOOST_AUTO_TEST_CASE(a_client_that_is_known_is_not_registered) {
  endpoint.auth = {oauth_grant::authorization_code, "known", "hush-hush", "less", {}};
  const auto url = begin();
  BOOST_TEST(field_of(query_of(url), "client_id") == "known");
  BOOST_TEST(field_of(query_of(url), "scope") == "less");
  BOOST_TEST(has(come_back(url), "You are logged in"));
  BOOST_TEST(asked("/register") == 0u);
  BOOST_TEST(last("/token").header("authorization") == basic_credentials("known", "hush-hush"));
}

BOOST_AUTO_TEST_CASE(a_token_that_was_too_little_makes_the_next_login_ask_for_more) {
  BOOST_TEST(has(come_back(begin()), "You are logged in"));
  BOOST_TEST(kept()->tokens.scope == "read"); // Its answer names none: it is as was asked.
  BOOST_TEST(kept()->revocation_endpoint == peer.url("/revoke"));
  const auto source = logins.source(server_id{"docs"}, std::make_shared<http_endpoint>(endpoint));
  for (const char* scope : {"write", "admin"})
    source->refused("access",
                    R"(Bearer error="insufficient_scope", scope=")" + std::string(scope) + "\"",
                    false, [](const auto& token) { BOOST_TEST(!token); });
  const auto url = begin();
  BOOST_TEST(field_of(query_of(url), "scope") == "read write admin");
  BOOST_TEST(has(last("/register").body, "read write admin"));
  BOOST_TEST(has(come_back(url), "You are logged in"));
  BOOST_TEST(kept()->tokens.scope == "read write admin");
  BOOST_TEST(field_of(query_of(begin()), "scope") == "read");
}

BOOST_AUTO_TEST_CASE(a_login_to_what_the_server_is_a_part_of_is_kept_as_the_servers) {
  resource = peer.url("");
  BOOST_TEST(has(come_back(begin()), "You are logged in"));
  const auto record = kept();
  BOOST_REQUIRE(record.has_value());
  BOOST_TEST(record->server == peer.url());
  BOOST_TEST(record->resource == resource);
}

BOOST_AUTO_TEST_CASE(a_page_that_is_no_place_for_a_password_is_not_shown) {
  for (const auto& [place, told] : {std::pair{"http://id.example/authorize", "is no https:// URL"},
                                    {"", "has no page"},
                                    {"javascript:alert(1)", "has no page"}}) {
    page = place;
    BOOST_TEST(has(begin(), told), place);
  }
  page = peer.url("/authorize");
  pkce = "plain";
  BOOST_TEST(has(begin(), "does not take PKCE with S256"));
  BOOST_TEST(asked("/register") == 0u);
}

BOOST_AUTO_TEST_CASE(who_gives_tokens_is_looked_for_where_he_may_be) {
  known_at = ""; // At the root of its origin.
  BOOST_TEST(begin().starts_with(page));
  issuer_at = "/.well-known/openid-configuration";
  BOOST_TEST(begin().starts_with(page));
  issuer = peer.url("/tenant");
  issuer_at = "/.well-known/oauth-authorization-server/tenant";
  BOOST_TEST(begin().starts_with(page));
  issuer_at = "/tenant/.well-known/openid-configuration";
  BOOST_TEST(begin().starts_with(page));
  issuer = peer.url("");
  issuer_at = "/.well-known/oauth-authorization-server";
  known_at = "/nowhere"; // Then it may be the server itself.
  BOOST_TEST(begin().starts_with(page));
  issuer_at = "/nowhere";
  const auto none = begin();
  BOOST_TEST(has(none, "nobody tells who gives its tokens"), none);
  BOOST_TEST(has(none, "write \"issuer\" under \"auth\""), none);
}

BOOST_AUTO_TEST_CASE(the_issuer_of_the_configuration_is_asked_and_no_other) {
  web_peer other(io, [](const auto&, const auto& reply) { reply->answer(404, "", ""); });
  named = other.url("");
  BOOST_TEST(has(begin(), "nobody tells"));
  const auto before = other.seen.size();
  BOOST_TEST(before != 0u);
  endpoint.auth.issuer = issuer;
  const auto url = begin();
  BOOST_TEST(url.starts_with(page), url);
  BOOST_TEST(other.seen.size() == before);
  endpoint.auth.issuer = issuer + "/"; // It is another, to the letter.
  BOOST_TEST(has(begin(), "are those of another issuer"));
}

BOOST_AUTO_TEST_CASE(a_logout_ends_what_is_under_way) {
  const auto url = begin();
  std::optional<result<bool>> was;
  logins.end(server_id{"docs"}, [&](const auto& x) { was = x; });
  BOOST_TEST(wait([&] { return was.has_value(); }));
  BOOST_TEST((*was && !**was));
  BOOST_TEST((look().is == login_answer::state::failed));
  BOOST_TEST(look().detail == "it was logged out");
  BOOST_TEST(come_back(url) == "");
  BOOST_TEST(asked("/token") == 0u);
  BOOST_TEST(logged_in == 0);
  BOOST_TEST(!kept().has_value());
}

BOOST_AUTO_TEST_CASE(a_login_that_was_begun_for_another_place_comes_to_nothing) {
  const auto url = begin();
  auto moved = endpoint;
  moved.place.target = "/elsewhere";
  BOOST_REQUIRE(logins.source(server_id{"docs"}, std::make_shared<http_endpoint>(moved)));
  BOOST_TEST(has(come_back(url), "its URL has changed meanwhile"));
  BOOST_TEST((look().is == login_answer::state::failed));
  BOOST_TEST(logged_in == 0);
  BOOST_TEST(!kept().has_value());
}

BOOST_AUTO_TEST_CASE(who_has_another_way_in_has_nobody_to_log_in) {
  endpoint.auth = {oauth_grant::client_credentials, "node", "hush-hush", {}, {}};
  BOOST_TEST(has(begin(), "there is nobody to log in"));
  endpoint.auth = {};
  endpoint.headers = {{"authorization", "Bearer x"}};
  BOOST_TEST(has(begin(), "its header \"Authorization\" lets it in"));
  BOOST_TEST(!logins.source(server_id{"docs"}, std::make_shared<http_endpoint>(endpoint)));
  BOOST_TEST(peer.seen.empty());
}

BOOST_AUTO_TEST_CASE(logins_under_way_are_bounded) {
  for (std::size_t at = 0; at < remote_logins::logins_max; ++at)
    BOOST_TEST(begin(("s" + std::to_string(at)).c_str()).starts_with(page));
  BOOST_TEST(has(begin("one-more"), "too many logins are under way"));
  BOOST_TEST(begin("s3").starts_with(page)); // In the place of its own.
}

BOOST_AUTO_TEST_SUITE_END()
