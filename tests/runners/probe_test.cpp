#include "runners/port_pool.hpp"
#include "runners/probe_io.hpp"
#include "runners/side_channels_io.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <set>
#include <string>

using namespace toolscore;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

/// Takes connections on a port of its own and answers each with a text, once it has read something.
class answering_port {
public:
  answering_port(boost::asio::io_context& io, const tcp::endpoint& at, std::string answer)
      : acceptor_(io, at), socket_(io), answer_(std::move(answer)) {
    accept();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string seen;
  int connections = 0;

private:
  void accept() {
    acceptor_.async_accept(socket_, [this](auto failed) {
      if (failed) return;
      ++connections;
      if (answer_.empty()) return; // It takes the connection, and no more.
      socket_.async_read_some(boost::asio::buffer(buffer_), [this](auto bad, std::size_t size) {
        if (bad) return;
        seen.assign(buffer_, size);
        boost::asio::async_write(socket_, boost::asio::buffer(answer_), [](auto, std::size_t) {});
      });
    });
  }
  tcp::acceptor acceptor_;
  tcp::socket socket_;
  std::string answer_;
  char buffer_[4096];
};

const tcp::endpoint four{boost::asio::ip::address_v4::loopback(), 0};
const tcp::endpoint six{boost::asio::ip::address_v6::loopback(), 0};

struct probing {
  std::string ask(const probe_target& target) {
    std::optional<std::string> outcome;
    const auto run = begin_probe(io, target, [&](std::string failure) { outcome = failure; });
    BOOST_TEST(!outcome.has_value()); // Never from inside the call.
    io.restart();
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!outcome && std::chrono::steady_clock::now() < end) io.run_one_for(100ms);
    return outcome.value_or("it never ended");
  }
  static probe_target at(ready_kind kind, std::uint16_t port, milliseconds timeout = 5s) {
    return {kind, port, "/health", timeout};
  }
  boost::asio::io_context io;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(probe, probing)

BOOST_AUTO_TEST_CASE(an_http_probe_succeeds_by_a_status_below_400_and_by_nothing_else) {
  const std::pair<const char*, const char*> rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ""},
      {"HTTP/1.0 204 No Content\r\n\r\n", ""},
      {"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", ""}, // Its body is not read.
      {"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP 404"},
      {"HTTP/1.1 503 Busy\r\n\r\n", "HTTP 503"},
      {"+OK redis\r\n\r\n", "no HTTP answer: "},
  };
  for (const auto& [answer, expected] : rows) {
    answering_port server(io, four, answer);
    const auto told = ask(at(ready_kind::http, server.port()));
    BOOST_TEST(told.starts_with(expected), answer << ": " << told);
    BOOST_TEST(told.empty() == std::string(expected).empty(), told);
    BOOST_TEST(server.seen.starts_with("GET /health HTTP/1.1\r\n"), server.seen);
  }
}

BOOST_AUTO_TEST_CASE(a_head_without_end_is_bounded) {
  answering_port server(io, four, "HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'x'));
  BOOST_TEST(ask(at(ready_kind::http, server.port())).starts_with("no HTTP answer: "));
}

BOOST_AUTO_TEST_CASE(a_tcp_probe_succeeds_by_a_connection_on_either_loopback) {
  for (const auto& endpoint : {four, six}) {
    answering_port server(io, endpoint, "");
    BOOST_TEST(ask(at(ready_kind::tcp, server.port())) == "");
    io.run_for(50ms); // It takes what the kernel has taken for it.
    BOOST_TEST(server.connections == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_websocket_probe_wants_an_upgrade) {
  answering_port plain(io, four, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  BOOST_TEST(ask(at(ready_kind::ws, plain.port())).starts_with("no WebSocket: "));
  BOOST_TEST(plain.seen.find("Upgrade: websocket") != std::string::npos, plain.seen);
}

BOOST_AUTO_TEST_CASE(nobody_there_is_told_at_once_and_silence_in_time) {
  std::uint16_t free_port = 0;
  { free_port = answering_port(io, four, "").port(); }
  const auto before = std::chrono::steady_clock::now();
  BOOST_TEST(ask(at(ready_kind::http, free_port)) == "Connection refused");
  answering_port mute(io, four, "");
  BOOST_TEST(ask(at(ready_kind::http, mute.port(), 300ms)) == "no answer within 300 ms");
  BOOST_TEST(ask(at(ready_kind::ws, mute.port(), 300ms)) == "no answer within 300 ms");
  BOOST_TEST((std::chrono::steady_clock::now() - before < 3s));
}

BOOST_AUTO_TEST_CASE(one_that_is_dropped_is_unheard) {
  answering_port mute(io, four, "");
  bool heard = false;
  auto run = begin_probe(io, at(ready_kind::http, mute.port(), 100ms),
                         [&](const std::string&) { heard = true; });
  run = nullptr;
  io.restart();
  io.run_for(300ms);
  BOOST_TEST(!heard);
}

BOOST_AUTO_TEST_CASE(a_leased_port_is_free_and_nobody_elses_until_it_is_given_back) {
  const auto channels = open_side_channels(io, "/nowhere");
  std::set<std::uint16_t> seen;
  std::vector<std::shared_ptr<const std::uint16_t>> held;
  for (int i = 0; i < 50; ++i) {
    auto lease = channels.lease_port();
    BOOST_REQUIRE(static_cast<bool>(lease));
    BOOST_TEST(seen.insert(**lease).second);
    BOOST_TEST((**lease >= usual_ports.first && **lease <= usual_ports.last));
    tcp::acceptor taken(io, {boost::asio::ip::address_v4::loopback(), **lease});
    held.push_back(*lease);
  }
}

BOOST_AUTO_TEST_CASE(a_port_that_somebody_listens_on_is_passed_over) {
  // What listens on one loopback address alone is seen too.
  const auto channels = open_side_channels(io, "/nowhere", port_range{27'000, 27'900});
  const auto first = **channels.lease_port();
  std::vector<std::unique_ptr<answering_port>> others;
  for (int i = 1; i <= 3 && first + i <= 27'900; ++i)
    others.push_back(
        std::make_unique<answering_port>(io,
                                         tcp::endpoint(i == 2 ? six.address() : four.address(),
                                                       static_cast<std::uint16_t>(first + i)),
                                         ""));
  if (others.size() < 3) return; // At the range's end by chance.
  BOOST_TEST(**channels.lease_port() == first + 4);
}

BOOST_AUTO_TEST_CASE(the_pool_goes_round_and_is_empty_when_all_are_held) {
  port_pool pool(port_range{400, 402}, 2);
  BOOST_TEST(pool.candidate() == 402);
  BOOST_TEST(pool.candidate() == 400);
  for (const std::uint16_t port : {std::uint16_t{400}, std::uint16_t{401}, std::uint16_t{402}})
    pool.hold(port);
  BOOST_TEST(pool.candidate() == 0);
  pool.give_back(401);
  BOOST_TEST(pool.candidate() == 401);
  BOOST_TEST(pool.candidate() == 401);
}

BOOST_AUTO_TEST_CASE(what_was_given_back_is_given_again_last) {
  port_pool pool;
  std::set<std::uint16_t> seen;
  for (std::uint32_t i = 0; i < usual_ports.size(); ++i) {
    const auto port = pool.candidate();
    BOOST_TEST(seen.insert(port).second);
    pool.hold(port);
    pool.give_back(port);
  }
  BOOST_TEST(*seen.begin() == usual_ports.first);
  BOOST_TEST(*seen.rbegin() == usual_ports.last);
}

BOOST_AUTO_TEST_CASE(further_ports_have_their_turn_once_nobody_takes_a_usual_one) {
  port_pool pool;
  for (std::uint32_t i = 0; i < usual_ports.size(); ++i)
    BOOST_TEST(pool.candidate() <= usual_ports.last);
  const auto further = pool.candidate();
  BOOST_TEST((further >= further_ports.first && further <= further_ports.last));
  pool.hold(further);
  BOOST_TEST(pool.candidate() <= usual_ports.last);
}

BOOST_AUTO_TEST_SUITE_END()
