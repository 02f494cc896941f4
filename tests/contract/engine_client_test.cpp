// An engine that says what no engine should.
#include "runners/container/engine_client_io.hpp"
#include "tests/fake_engine.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <unistd.h>

using namespace toolscore;
using namespace std::chrono_literals;
using test::fake_engine;

namespace {

struct client_fixture {
  explicit client_fixture(fake_engine::script script)
      : engine(socket, std::move(script)), client(io, std::vector<std::string>{socket}) {}
  ~client_fixture() { std::filesystem::remove_all(folder); }

  bool run_until(const std::function<bool()>& done) {
    for (const auto end = std::chrono::steady_clock::now() + 30s; !done();) {
      if (std::chrono::steady_clock::now() >= end) return false;
      io.restart();
      io.run_one_for(20ms);
    }
    return true;
  }
  result<engine_answer> ask(std::chrono::milliseconds limit = 20s) {
    std::optional<result<engine_answer>> told;
    const auto asking = client.ask(version_request(), limit, [&](auto answer) {
      BOOST_TEST(!told.has_value());
      told = std::move(answer);
    });
    BOOST_REQUIRE(run_until([&] { return told.has_value(); }));
    return *told;
  }

  static std::string make_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tsf-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }
  std::string folder = make_folder();
  std::string socket = folder + "/engine.sock";
  boost::asio::io_context io;
  fake_engine engine;
  engine_client client;
};

fake_engine::script always(std::vector<std::string> pieces) {
  return [pieces = std::move(pieces)](const std::string&) { return pieces; };
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_client)

BOOST_AUTO_TEST_CASE(an_answer_of_any_status_is_one_however_it_comes) {
  for (const auto& pieces : std::vector<std::vector<std::string>>{
           {fake_engine::reply(418, "{\"message\":\"no\"}")},
           {"HTTP/1.1 418 X\r\n", "Content-Length: 16\r\n\r\n{\"mess", "age\":\"no\"}"},
           {"HTTP/1.1 418 X\r\nTransfer-Encoding: chunked\r\n\r\n", fake_engine::chunk("{\"mess"),
            fake_engine::chunk("age\":\"no\"}"), "0\r\n\r\n"}}) {
    client_fixture all(always(pieces));
    const auto answer = all.ask();
    BOOST_REQUIRE_MESSAGE(answer, (answer ? "" : answer.failure().detail));
    BOOST_TEST(answer->status == 418u);
    BOOST_TEST(refusal(*answer, "x").detail == "x: HTTP 418: no");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_http_or_ends_too_soon_is_one_line) {
  for (const auto& pieces : std::vector<std::vector<std::string>>{
           {"hello\r\n\r\n"},
           {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"},
           {"HTTP/1.1 200 OK\r\nContent-Len"},
           {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"},
           {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"},
           {fake_engine::chunked_head(), fake_engine::chunk(std::string(9u << 20U, 'x'))}}) {
    client_fixture all(always(pieces));
    const auto answer = all.ask();
    BOOST_REQUIRE(!answer);
    BOOST_TEST((answer.failure().code == errc::io_failed), answer.failure().detail);
    BOOST_TEST(answer.failure().detail.find(all.socket) != std::string::npos);
    BOOST_TEST(answer.failure().detail.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(silence_ends_at_its_deadline_and_not_before) {
  client_fixture all(always({}));
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = all.ask(200ms);
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= 200ms));
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.failure().code == errc::call_timed_out));
}

BOOST_AUTO_TEST_CASE(a_request_that_is_dropped_is_never_answered) {
  client_fixture all(always({fake_engine::reply(200, "{}")}));
  bool heard = false;
  all.client.ask(version_request(), 20s, [&](auto) { heard = true; }).reset();
  BOOST_TEST(all.ask().operator bool()); // One that is kept, behind it.
  BOOST_TEST(!heard);
}

BOOST_AUTO_TEST_CASE(a_pull_is_told_piece_by_piece_and_costs_no_memory) {
  std::vector<std::string> pieces{fake_engine::chunked_head()};
  for (int piece = 0; piece < 200; ++piece)
    pieces.push_back(fake_engine::chunk(std::string(100'000, static_cast<char>('a' + piece % 26))));
  pieces.push_back("0\r\n\r\n");
  client_fixture all(always(std::move(pieces))); // 20 MB, over what a kept answer may have.
  std::size_t came = 0;
  std::optional<result<engine_answer>> told;
  const auto asking = all.client.follow(
      version_request(), 20s, [&](std::string_view text) { came += text.size(); },
      [&](auto answer) { told = std::move(answer); });
  BOOST_REQUIRE(all.run_until([&] { return told.has_value(); }));
  BOOST_REQUIRE_MESSAGE(*told, (*told ? "" : told->failure().detail));
  BOOST_TEST(came == 20'000'000u);
  BOOST_TEST((*told)->body.empty());
}

BOOST_AUTO_TEST_CASE(a_refused_attachment_says_why_and_a_good_one_keeps_what_came_with_it) {
  const auto attached = [](std::vector<std::string> pieces) {
    client_fixture all(always(std::move(pieces)));
    std::optional<result<std::string>> told;
    const auto asking = all.client.attach(attach_request("ab", {}), 20s, [&](auto stream) {
      if (stream)
        told = stream->early;
      else
        told = stream.failure();
    });
    BOOST_REQUIRE(all.run_until([&] { return told.has_value(); }));
    return *told;
  };
  const auto refused = attached({fake_engine::reply(409, "{\"message\":\"not now\"}")});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().detail.find("HTTP 409: not now") != std::string::npos);
  const auto early =
      attached({"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly"});
  BOOST_REQUIRE(early);
  BOOST_TEST(*early == "early");
  BOOST_REQUIRE(attached({"HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\n"})); // As engines once did.
}

BOOST_AUTO_TEST_SUITE_END()
