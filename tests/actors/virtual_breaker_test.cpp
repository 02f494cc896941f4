// A server that takes calls and answers none, though it answers its pings.
#include "tests/actors/asking_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct silent_server : asking_fixture {
  silent_server() {
    fs.policy.call_timeout = fs.policy.call_timeout_max = 5s;
    fs.policy.breaker = {3, 10s, 60s};
  }
  /// So many calls that get no answer.
  void fail(int times) {
    for (int i = 0; i < times; ++i) call(nullptr);
    advance(6s);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_breaker, silent_server)

BOOST_AUTO_TEST_CASE(after_so_many_timeouts_calls_are_refused_at_once_and_the_row_says_so) {
  run();
  fail(3);
  BOOST_TEST(row().breaker == "open");
  BOOST_TEST(row().reason.find("got no answer") != std::string::npos);
  BOOST_TEST(node.status("fs") == "ready");
  const auto before = life(1)->calls.size();
  const auto refused = call(nullptr);
  BOOST_TEST(ended_with(refused, "got no answer"), refused->text);
  BOOST_TEST(life(1)->calls.size() == before);
}

BOOST_AUTO_TEST_CASE(one_trial_decides) {
  run();
  fail(3);
  advance(10s);
  life(1)->calls.clear();
  const auto trial = written(nullptr);
  BOOST_TEST(row().breaker == "half_open");
  BOOST_TEST(ended_with(call(nullptr), "got no answer"));
  finish(life(1));
  BOOST_TEST(succeeded(trial));
  BOOST_TEST(row().breaker == "closed");
  BOOST_TEST(row().reason.empty());
  const auto next = written(nullptr);
  finish(life(1));
  BOOST_TEST(succeeded(next));
}

BOOST_AUTO_TEST_CASE(an_answer_is_one_whatever_it_says) {
  run();
  for (int i = 0; i < 5; ++i) {
    const auto refused = written(nullptr);
    finish(life(1), R"({"content":[],"isError":true})");
    BOOST_TEST(refused->ends == 1);
  }
  BOOST_TEST(row().breaker == "closed");
}

BOOST_AUTO_TEST_CASE(what_its_caller_gives_up_does_not_count) {
  run();
  for (int i = 0; i < 5; ++i) node.cancel(written(nullptr));
  BOOST_TEST(row().breaker == "closed");
}

BOOST_AUTO_TEST_CASE(a_fresh_instance_begins_anew) {
  run();
  fail(3);
  node.host.crash(life(1));
  advance(1s);
  BOOST_TEST(row().breaker == "closed");
  const auto next = written(nullptr);
  finish(life(2));
  BOOST_TEST(succeeded(next));
}

BOOST_AUTO_TEST_SUITE_END()
