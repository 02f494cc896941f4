// Clients that share a server: none has more of it than is left free for the others.
#include "tests/actors/asking_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct fairness : asking_fixture {
  fairness() {
    fs.policy.sessions = session_mode::shared;
    fs.policy.queue.wait = 10min;
  }
  std::vector<made_call_ptr> many(const std::string& id, std::size_t count) {
    std::vector<made_call_ptr> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(call(session(id, {})));
    settle();
    return made;
  }
  static std::size_t ended(const std::vector<made_call_ptr>& calls) {
    std::size_t count = 0;
    for (const auto& one : calls) count += one->ends == 1;
    return count;
  }
  static std::size_t refused(const std::vector<made_call_ptr>& calls) {
    std::size_t count = 0;
    for (const auto& one : calls) count += ended_with(one, "queue_full");
    return count;
  }
  std::size_t in_flight() { return row().in_flight; }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_fairness, fairness)

BOOST_AUTO_TEST_CASE(a_greedy_client_leaves_a_quarter_free_and_a_polite_one_does_not_wait) {
  run();
  const auto greedy = many("greedy", 300);
  BOOST_TEST(in_flight() == 192u);
  BOOST_TEST(row().waiting == 108u);
  BOOST_TEST(ended(greedy) == 0u);
  const auto polite = many("polite", 64);
  BOOST_TEST(in_flight() == 256u);
  BOOST_TEST(row().waiting == 108u);
  const auto third = many("third", 1);
  BOOST_TEST(row().waiting == 109u);
  finish(life(1)); // Any that ends makes room for who has the least.
  advance(1ms);
  BOOST_TEST(in_flight() == 256u);
  BOOST_TEST(row().waiting == 108u);
  BOOST_TEST(heard(life(1), R"("method":"tools/call")") == 257u);
}

BOOST_AUTO_TEST_CASE(alone_or_not_what_waits_is_written_when_there_is_room) {
  run();
  const auto greedy = many("greedy", 300);
  for (std::size_t i = 0; i < 108; ++i) {
    finish(life(1));
    advance(1ms);
    BOOST_TEST_REQUIRE(in_flight() == 192u);
    BOOST_TEST_REQUIRE(ended(greedy) == i + 1);
  }
  BOOST_TEST(row().waiting == 0u);
  for (std::size_t i = 0; i < 192; ++i) finish(life(1));
  BOOST_TEST(ended(greedy) == 300u);
  for (const auto& one : greedy) BOOST_TEST_REQUIRE(succeeded(one), one->text);
}

BOOST_AUTO_TEST_CASE(a_greedy_client_fills_the_line_and_a_polite_one_comes_in_all_the_same) {
  run();
  const auto greedy = many("greedy", 500);
  BOOST_TEST(in_flight() == 192u);
  BOOST_TEST(row().waiting == 256u);
  BOOST_TEST(refused(greedy) == 52u);
  many("other", 64);
  const auto polite = many("polite", 3);
  BOOST_TEST(row().waiting == 256u);
  BOOST_TEST(refused(greedy) == 55u); // Its last ones made way.
  BOOST_TEST(refused(polite) == 0u);
  for (int i = 0; i < 3; ++i) {
    finish(life(1));
    advance(1ms);
  }
  BOOST_TEST(heard(life(1), R"("method":"tools/call")") == 259u);
  for (std::size_t i = 0; i < 256; ++i) finish(life(1));
  BOOST_TEST(ended(polite) == 3u);
}

BOOST_AUTO_TEST_CASE(a_client_that_hangs_a_server_does_not_keep_others_from_it) {
  fs.policy.call_timeout = fs.policy.call_timeout_max = 1h;
  fs.policy.queue.wait = 1min;
  run();
  const auto greedy = many("greedy", 200); // None of them is ever answered.
  const auto polite = many("polite", 1);
  advance(10ms);
  BOOST_TEST(heard(life(1), R"("method":"tools/call")") == 193u);
  advance(1min);
  BOOST_TEST(refused(greedy) == 8u);
  BOOST_TEST(ended_with(greedy.back(), "for its turn"), greedy.back()->text);
  BOOST_TEST(polite[0]->ends == 0);
}

BOOST_AUTO_TEST_CASE(principals_of_modern_clients_are_told_apart) {
  fs.policy.queue.max = 8;
  run();
  std::vector<made_call_ptr> greedy;
  for (int i = 0; i < 12; ++i) greedy.push_back(call(modern("one")));
  settle();
  BOOST_TEST(in_flight() == 6u);
  const auto polite = call(modern("two"));
  settle();
  BOOST_TEST(in_flight() == 7u);
  BOOST_TEST(row().waiting == 6u);
}

BOOST_AUTO_TEST_CASE(the_first_words_of_a_client_wait_for_nobody) {
  fs.policy.queue.max = 1;
  run();
  written(session("a"));
  const auto opens = node.call_of("fs", nullptr, "initialize");
  const auto looks = node.call_of("fs", nullptr, "server/discover", era::modern);
  const auto pings = node.call_of("fs", session("b"), "ping");
  settle();
  BOOST_TEST((opens->ends == 1 && looks->ends == 1 && pings->ends == 1));
}

BOOST_AUTO_TEST_CASE(after_a_restart_clients_take_turns_too) {
  fs.policy.queue.max = 8;
  start[1] = how;
  start[1].handshake_takes = 1s;
  node.host.choose = [this](const std::string&, std::size_t number) {
    return start.contains(number) ? start[number] : how;
  };
  node.begin({{fs, desired_state::running, {}}});
  many("greedy", 8);
  const auto polite = many("polite", 2);
  BOOST_TEST(refused(polite) == 0u);
  advance(2s);
  BOOST_TEST(in_flight() == 6u);
  finish(life(1));
  finish(life(1));
  BOOST_TEST(ended(polite) == 1u); // The second that was written.
}

BOOST_AUTO_TEST_SUITE_END()
