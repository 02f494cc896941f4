#include "supervisor/strategy.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

using namespace toolscore;

namespace {

std::string text(const std::vector<std::size_t>& places) {
  std::string all;
  for (const auto x : places) all += std::to_string(x);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(strategy)

BOOST_AUTO_TEST_CASE(each_strategy_stops_in_reverse_and_starts_in_order) {
  struct row {
    toolscore::strategy how;
    std::size_t ended;
    const char* stop;
    const char* start;
  };
  const row rows[] = {{toolscore::strategy::one_for_one, 1, "", "1"},
                      {toolscore::strategy::one_for_all, 0, "321", "0123"},
                      {toolscore::strategy::one_for_all, 1, "320", "0123"},
                      {toolscore::strategy::one_for_all, 3, "210", "0123"},
                      {toolscore::strategy::rest_for_one, 0, "321", "0123"},
                      {toolscore::strategy::rest_for_one, 1, "32", "123"},
                      {toolscore::strategy::rest_for_one, 3, "", "3"}};
  for (const auto& x : rows) {
    const auto plan = plan_restart(x.how, 4, x.ended);
    BOOST_TEST(text(plan.stop) == x.stop, to_string(x.how));
    BOOST_TEST(text(plan.start) == x.start, to_string(x.how));
  }
}

BOOST_AUTO_TEST_CASE(every_strategy_has_a_name_of_its_own) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < strategy_count; ++i)
    names.insert(to_string(static_cast<toolscore::strategy>(i)));
  BOOST_TEST(names.size() == strategy_count);
  BOOST_TEST(names.count("unknown") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
