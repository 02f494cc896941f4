#include "reason/chat/budget.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore::reason;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(budgets)

BOOST_AUTO_TEST_CASE(a_limit_is_reached_exactly_there) {
  const task_limits limits{3, 1'000ms, 100};
  BOOST_TEST(over_budget({2, 999ms, 99}, limits).empty());
  BOOST_TEST(over_budget({3, 0ms, 0}, limits).find("3 steps") != std::string::npos);
  BOOST_TEST(over_budget({0, 1'000ms, 0}, limits).find("1000 ms") != std::string::npos);
  BOOST_TEST(over_budget({0, 0ms, 100}, limits).find("100 tokens") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_asked_again_and_when) {
  struct row {
    int status;
    std::optional<std::chrono::seconds> told;
    unsigned tries;
    std::chrono::milliseconds left;
    std::optional<std::chrono::milliseconds> pause;
  };
  const row rows[] = {
      {429, {}, 1, 60s, 500ms}, {429, {}, 2, 60s, 1s},
      {429, {}, 5, 60s, 8s},    {429, {}, chat_tries_max, 60s, {}},
      {429, 7s, 1, 60s, 7s},    {429, 0s, 1, 60s, 0ms},
      {429, 61s, 1, 60s, {}}, // Beyond the task's time nobody waits.
      {429, {}, 1, 500ms, {}},  {500, {}, 1, 60s, 500ms},
      {502, {}, 1, 60s, 500ms}, {503, 2s, 3, 60s, 2s},
      {0, {}, 1, 60s, 500ms},   {408, {}, 1, 60s, 500ms},
      {400, {}, 1, 60s, {}},    {401, {}, 1, 60s, {}},
      {403, 1s, 1, 60s, {}},    {404, {}, 1, 60s, {}},
      {200, {}, 1, 60s, {}},
  };
  for (const auto& each : rows) BOOST_TEST_CONTEXT(each.status << " after " << each.tries) {
      const auto pause = pause_before_retry({each.status, each.told, "why"}, each.tries, each.left);
      BOOST_TEST((pause == each.pause));
    }
}

BOOST_AUTO_TEST_CASE(retry_after_is_seconds_or_nothing) {
  BOOST_TEST((read_retry_after("12") == 12s));
  BOOST_TEST((read_retry_after("0") == 0s));
  for (const char* odd : {"", "-1", "1.5", "12 ", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999"})
    BOOST_TEST(!read_retry_after(odd), odd);
}

BOOST_AUTO_TEST_CASE(prices_are_two_numbers_and_perhaps_a_currency) {
  const auto plain = read_prices("3,15");
  BOOST_REQUIRE(plain);
  BOOST_TEST(plain->prompt == 3);
  BOOST_TEST(plain->completion == 15);
  BOOST_TEST(plain->currency.empty());
  const auto whole = read_prices("0.15,0,USD");
  BOOST_REQUIRE(whole);
  BOOST_TEST(whole->prompt == 0.15);
  BOOST_TEST(whole->completion == 0);
  BOOST_TEST(whole->currency == "USD");
  for (const char* bad :
       {"", "3", "3,", ",3", "3,15,", "3;15", "-1,2", "a,b", "1,2,US D", "1,2,a,b", "nan,1",
        "inf,1", "1e3,1", "1,2,ABCDEFGHIJKLMNOPQ", "99999999999,1"})
    BOOST_TEST(!read_prices(bad), bad);
}

BOOST_AUTO_TEST_CASE(tokens_that_nobody_tells_are_estimated_and_say_so) {
  const auto x = estimated_tokens(400, 40);
  BOOST_TEST(x.prompt == 100u);
  BOOST_TEST(x.total == 110u);
  BOOST_TEST(x.estimated);
}

BOOST_AUTO_TEST_SUITE_END()
