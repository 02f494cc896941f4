#include "actors/replica_choice.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace toolscore;

namespace {

/// Calls in flight by place; below zero: it does not serve.
struct row {
  std::vector<int> loads;
  std::size_t first;
  int chosen; ///< -1 = nobody
};

int choose(const std::vector<int>& loads, std::size_t first) {
  const auto place = least_loaded(
      loads.size(), first, [&](std::size_t at) { return loads[at] >= 0; },
      [&](std::size_t at) { return loads[at]; });
  return place ? static_cast<int>(*place) : -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(replica_choice)

BOOST_AUTO_TEST_CASE(the_least_loaded_that_serves_is_chosen_and_equals_take_turns) {
  const row rows[] = {
      {{}, 0, -1},       {{-1}, 0, -1},         {{7}, 0, 0},          {{-1, -1, -1}, 1, -1},
      {{3, 1, 2}, 0, 1}, {{3, 1, 2}, 2, 1},     {{0, 0, 0}, 0, 0},    {{0, 0, 0}, 1, 1},
      {{0, 0, 0}, 2, 2}, {{5, 5, -1}, 2, 0},    {{-1, 5, 5}, 0, 1},   {{0, 9, 0}, 1, 2},
      {{1, 0, 0}, 0, 1}, {{9, -1, 8, 9}, 3, 2}, {{2, 2, 1, 1}, 3, 3},
  };
  for (const auto& [loads, first, chosen] : rows) {
    std::string text = "from " + std::to_string(first) + ":";
    for (const int load : loads) text += " " + std::to_string(load);
    BOOST_TEST(choose(loads, first) == chosen, text);
  }
}

BOOST_AUTO_TEST_CASE(a_lone_callers_calls_go_round_and_a_crowd_is_spread_evenly) {
  for (const bool answered : {true, false}) {
    std::vector<int> made(5, 0);
    std::vector<int> loads(5, 0);
    std::size_t next = 0;
    for (int call = 0; call < 100; ++call) {
      const auto place = static_cast<std::size_t>(choose(loads, next));
      next = (place + 1) % loads.size();
      ++made[place];
      if (!answered) ++loads[place];
    }
    for (const int count : made) BOOST_TEST(count == 20);
  }
}

BOOST_AUTO_TEST_SUITE_END()
