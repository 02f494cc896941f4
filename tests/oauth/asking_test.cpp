#include "loop_fixture.hpp"
#include "runners/oauth/oauth_ask_io.hpp"
#include "tests/runners/web_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct asking_loop : loop_fixture {
  oauth_reach of(const std::string& server, const std::string& issuer = {}) {
    return {*read_http_place(server), {}, issuer};
  }
  result<oauth_reply> ask(const oauth_reach& reach, const std::string& url) {
    std::optional<result<oauth_reply>> heard;
    const auto way =
        ask_oauth(dialer, reach, url, {}, [&](auto x) { heard.emplace(std::move(x)); });
    BOOST_TEST(!heard.has_value()); // Never from inside.
    BOOST_TEST(wait([&] { return heard.has_value(); }, 30s));
    return heard ? std::move(*heard) : result<oauth_reply>(error{errc::io_failed, "never told"});
  }
  std::string why_not(const oauth_reach& reach, const std::string& url) {
    const auto heard = ask(reach, url);
    return heard ? "it was asked" : heard.failure().detail;
  }
};

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(asking, asking_loop)

BOOST_AUTO_TEST_CASE(what_a_server_outside_tells_leads_to_nobody_inside) {
  const auto tls = self_signed("", own.path + "/ca.pem");
  web_peer inside(
      io, [](const auto&, const auto& reply) { reply->json("{}"); }, tls);
  for (const char* server : {"https://docs.example/mcp", "https://8.8.8.8/mcp"}) {
    const auto why = why_not(of(server), inside.url("/token"));
    BOOST_TEST(has(why, "on this host or in a private network"), why);
    BOOST_TEST(has(why, "write it as \"issuer\" under \"auth\""), why);
  }
  // Another issuer of the configuration is no reason.
  const auto other = why_not(of("https://docs.example/mcp", "https://id.example"), inside.url());
  BOOST_TEST(has(other, "private network"), other);
  for (const char* place : {"https://10.0.0.1/t", "https://[::1]/t", "https://[::ffff:10.0.0.1]/t"})
    BOOST_TEST(has(why_not(of("https://docs.example/mcp"), place), "private network"), place);
  for (const char* server : {"https://docs.example/mcp", "http://127.0.0.1:1/mcp"})
    BOOST_TEST(has(why_not(of(server), "https://169.254.169.254/t"), "link-local"), server);
  BOOST_TEST(inside.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(who_is_inside_or_was_named_so_is_asked_by_who_trusts_it) {
  const auto tls = self_signed("", own.path + "/ca.pem");
  web_peer inside(
      io, [](const auto&, const auto& reply) { reply->json("{}"); }, tls);
  // The issuer of the configuration, one inside by its own address, and the server itself.
  for (auto reach : {of("https://docs.example/mcp", inside.url("/issuer")),
                     of("https://10.0.0.1/mcp"), of(inside.url("/mcp"))}) {
    BOOST_TEST(has(why_not(reach, inside.url("/token")), "not to be trusted"));
    reach.ca_file = own.path + "/ca.pem";
    const auto heard = ask(reach, inside.url("/token"));
    BOOST_REQUIRE_MESSAGE(heard, (heard ? "" : heard.failure().detail));
    BOOST_TEST(heard->status == 200);
    BOOST_TEST(heard->body == "{}");
  }
}

BOOST_AUTO_TEST_CASE(nobody_is_told_a_secret_in_clear) {
  web_peer inside(io, [](const auto&, const auto& reply) { reply->json("{}"); });
  for (const char* server : {"https://docs.example/mcp", "https://10.0.0.1/mcp"})
    for (const char* url : {"http://id.example/token", "http://10.0.0.2/token"})
      BOOST_TEST(has(why_not(of(server), url), "is no https:// URL"), url);
  BOOST_TEST(has(why_not(of("https://docs.example/mcp"), inside.url()), "is no https:// URL"));
  BOOST_TEST(inside.connections() == 0u);
  for (const char* none :
       {"", "javascript:alert(1)", "/token", "https://", "http://127.0.0.1:${PORT}/"})
    BOOST_TEST(has(why_not(of("http://127.0.0.1:1/mcp"), none), "no URL"), none);
  BOOST_TEST(why_not(of("http://127.0.0.1:1/mcp"), inside.url()) == "it was asked");
}

BOOST_AUTO_TEST_CASE(an_answer_is_bounded_and_leads_nowhere_else) {
  web_peer peer(io, [](const auto& x, const auto& reply) {
    if (x.target == "/moved") return reply->answer(307, "", "", "Location: /token\r\n");
    if (x.target == "/long") return reply->json(std::string((std::size_t{256} << 10U) + 1, 'x'));
    if (x.target == "/most") return reply->json(std::string(std::size_t{256} << 10U, 'x'));
    reply->answer(404, "text/html", "no");
  });
  const auto reach = of(peer.url());
  const auto moved = ask(reach, peer.url("/moved"));
  BOOST_REQUIRE(!moved);
  BOOST_TEST((moved.failure().code == errc::bad_answer));
  const auto endless = ask(reach, peer.url("/long"));
  BOOST_REQUIRE(!endless);
  BOOST_TEST(has(endless.failure().detail, "over 262144 bytes"), endless.failure().detail);
  const auto most = ask(reach, peer.url("/most"));
  BOOST_TEST((most && most->body.size() == std::size_t{256} << 10U));
  const auto none = ask(reach, peer.url("/none"));
  BOOST_TEST((none && none->status == 404));
  BOOST_TEST(peer.seen.size() == 4u);
}

BOOST_AUTO_TEST_CASE(who_is_dropped_hears_nothing_and_leaves_no_connection) {
  std::vector<peer_reply_ptr> held;
  web_peer peer(io, [&](const auto&, const auto& reply) { held.push_back(reply); });
  bool heard = false;
  auto way = ask_oauth(dialer, of(peer.url()), peer.url(), {}, [&](const auto&) { heard = true; });
  BOOST_TEST(wait([&] { return held.size() == 1; }));
  way.reset();
  held[0]->json("{}");
  BOOST_TEST(wait([&] { return held[0]->gone(); }));
  auto refused = ask_oauth(dialer, of(peer.url()), "", {}, [&](const auto&) { heard = true; });
  refused.reset();
  run_for(50ms);
  BOOST_TEST(!heard);
}

BOOST_AUTO_TEST_SUITE_END()
