#include "runners/oauth/redirect_listener_io.hpp"

#include "loop_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <list>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// A browser, or whoever else comes.
struct visitor {
  explicit visitor(asio::io_context& io) : socket(io) {}
  tcp::socket socket;
  std::string told;
  bool refused = false;
  bool over = false;
};

struct listening : loop_fixture {
  listening() {
    auto opened = redirect_listener::open(
        io, [this](form_fields query, const redirect_listener::page& answer) {
          heard.push_back(std::move(query));
          answer(200, said);
        });
    BOOST_REQUIRE(opened);
    place = std::move(*opened);
    const auto uri = place->uri();
    BOOST_REQUIRE(uri.starts_with("http://127.0.0.1:") && uri.ends_with("/callback"));
    port = static_cast<std::uint16_t>(std::stoul(uri.substr(uri.rfind(':') + 1)));
  }

  visitor& come(const std::string& text, const char* address = "127.0.0.1") {
    auto& one = visitors.emplace_back(io);
    one.socket.async_connect(
        {asio::ip::make_address(address), port}, [this, &one, text](error_code failed) {
          one.refused = static_cast<bool>(failed);
          if (failed) return one.over = true, void();
          error_code ignored;
          asio::write(one.socket, asio::buffer(text), ignored); // It is short.
          asio::async_read(one.socket, asio::dynamic_buffer(one.told),
                           [&one](error_code, std::size_t) { one.over = true; });
        });
    return one;
  }
  /// All that comes back to one request.
  std::string ask(const std::string& first_line) {
    auto& one = come(first_line + " HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(wait([&] { return one.over; }));
    return one.told;
  }

  std::string said = "good";
  std::vector<form_fields> heard;
  std::unique_ptr<redirect_listener> place;
  std::uint16_t port = 0;
  std::list<visitor> visitors;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(listener, listening)

BOOST_AUTO_TEST_CASE(one_path_is_heard_by_one_method_and_no_other) {
  for (const char* other :
       {"POST /callback?a=b", "HEAD /callback?a=b", "PUT /callback", "GET /", "GET /callback/?a=b",
        "GET /callbacks?a=b", "GET /x/callback?a=b", "GET http://x/callback?a=b"})
    BOOST_TEST(ask(other).starts_with("HTTP/1.1 404 "), other);
  for (const char* unreadable : {"GET /callback?a=%", "GET /callback?state=1&state=2"})
    BOOST_TEST(ask(unreadable).starts_with("HTTP/1.1 400 "), unreadable);
  BOOST_TEST(heard.empty());
  BOOST_TEST(ask("GET /callback?a=b%20c").starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_REQUIRE(heard.size() == 1u);
  BOOST_TEST((heard[0] == form_fields{{"a", "b c"}}));
  BOOST_TEST(ask("GET /callback").starts_with("HTTP/1.1 200 OK\r\n"));
  BOOST_TEST(heard.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_page_shows_what_it_says_as_text_and_is_kept_nowhere) {
  said = R"(no <script>alert("x")</script> & <img src=x>)";
  const auto page = ask("GET /callback?a=b");
  BOOST_TEST(page.find("no &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &lt;img") !=
                 std::string::npos,
             page);
  BOOST_TEST(page.find("<script") == std::string::npos, page);
  // The address holds the code.
  for (const char* header :
       {"\r\nCache-Control: no-store\r\n", "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nContent-Security-Policy: default-src 'none'\r\n", "\r\nConnection: close\r\n"})
    BOOST_TEST(page.find(header) != std::string::npos, header);
}

BOOST_AUTO_TEST_CASE(it_listens_at_one_address_of_this_host) {
  auto& other = come("GET /callback?a=b HTTP/1.1\r\n\r\n", "127.0.0.2");
  BOOST_TEST(wait([&] { return other.over; }));
  BOOST_TEST(other.refused);
  BOOST_TEST(heard.empty());
}

BOOST_AUTO_TEST_CASE(visitors_and_what_they_say_are_bounded) {
  for (std::size_t i = 0; i < redirect_listener::connections_max; ++i) come("GET /callback");
  run_for(100ms);
  for (const auto& one : visitors) BOOST_TEST(!one.over);
  auto& one_more = come("GET /callback?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(wait([&] { return one_more.over; }));
  BOOST_TEST(one_more.told == "");
  BOOST_TEST(heard.empty());
  for (auto& one : visitors) one.socket.close();
  run_for(100ms);
  visitors.clear();
  const std::string long_head(redirect_listener::head_bytes_max + 1, 'x');
  auto& talker = come("GET /callback?a=b HTTP/1.1\r\nHost: x\r\nX: " + long_head + "\r\n\r\n");
  BOOST_TEST(wait([&] { return talker.over; }));
  BOOST_TEST(talker.told == "");
  BOOST_TEST(heard.empty());
  BOOST_TEST(ask("GET /callback?a=b").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(once_it_is_dropped_nobody_listens) {
  BOOST_TEST(ask("GET /callback?a=b").starts_with("HTTP/1.1 200 "));
  place.reset();
  auto& late = come("GET /callback?a=b HTTP/1.1\r\n\r\n");
  BOOST_TEST(wait([&] { return late.over; }));
  BOOST_TEST(late.refused);
}

BOOST_AUTO_TEST_SUITE_END()
