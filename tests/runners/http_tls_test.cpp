#include "http_fixture.hpp"
#include "own_directory.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

void answer_one(const peer_request&, const peer_reply_ptr& reply) {
  reply->json(result_line(1));
}

struct tls_fixture : http_fixture {
  own_directory home;
  std::string paper = home.path + "/ca.pem";
  /// What became of one request.
  std::string outcome(web_peer& peer, const std::string& url = {}) {
    lines.clear();
    lost.clear();
    open(url.empty() ? peer.url() : url);
    send(modern_line(1));
    if (!wait([&] { return !lines.empty() || !lost.empty(); })) return "nothing";
    return lost.empty() ? "answered" : lost[0];
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_tls, tls_fixture)

BOOST_AUTO_TEST_CASE(who_is_trusted_and_is_who_it_says_is_spoken_to) {
  web_peer peer(io, answer_one, self_signed("", paper));
  options.endpoint.ca_file = paper;
  BOOST_TEST(outcome(peer) == "answered");
  web_peer named(io, answer_one, self_signed("localhost", paper));
  options.endpoint.ca_file = home.path + "/again.pem"; // Files are read once.
  std::rename(paper.c_str(), options.endpoint.ca_file.c_str());
  BOOST_TEST(outcome(named, "https://localhost:" + std::to_string(named.port()) + "/") ==
             "answered");
}

BOOST_AUTO_TEST_CASE(who_is_not_trusted_hears_nothing) {
  web_peer peer(io, answer_one, self_signed("", paper));
  const auto told = outcome(peer);
  BOOST_TEST(told.find("certificate is not to be trusted") != std::string::npos, told);
  BOOST_TEST(peer.seen.empty());
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_name_is_refused) {
  web_peer peer(io, answer_one, self_signed("example.org", paper));
  options.endpoint.ca_file = paper;
  for (const auto& url :
       {peer.url(), "https://localhost:" + std::to_string(peer.port()) + "/mcp"}) {
    const auto told = outcome(peer, url);
    BOOST_TEST(told.find("mismatch") != std::string::npos, told);
  }
  BOOST_TEST(peer.seen.empty());
}

BOOST_AUTO_TEST_CASE(a_server_in_clear_behind_https_is_told) {
  web_peer peer(io, answer_one);
  const auto told = outcome(peer, "https://127.0.0.1:" + std::to_string(peer.port()) + "/mcp");
  BOOST_TEST(told.find("TLS: ") != std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(authorities_that_cannot_be_read_are_told_with_their_file) {
  web_peer peer(io, answer_one, self_signed("", paper));
  options.endpoint.ca_file = home.path + "/nothing.pem";
  const auto told = outcome(peer);
  BOOST_TEST(told.find("/nothing.pem cannot be read") != std::string::npos, told);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_serves_in_tls_too) {
  web_peer peer(
      io,
      [](const peer_request& x, const peer_reply_ptr& reply) {
        reply->json(result_line(x.says(R"("id":1,)") ? 1 : 2));
      },
      self_signed("", paper));
  options.endpoint.ca_file = paper;
  open(peer.url());
  for (int id = 1; id <= 2; ++id) {
    send(modern_line(id));
    BOOST_REQUIRE(wait([&] { return lines.size() == std::size_t(id); }));
  }
  BOOST_TEST(peer.connections() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
