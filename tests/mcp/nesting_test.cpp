#include "mcp/json_walk.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

using namespace toolscore;

namespace {

struct brackets {
  std::string opening;
  std::string closing;
};

/// Objects and arrays in each other, `depth` of them, as `dice` has it.
brackets nested(std::size_t depth, std::mt19937& dice) {
  brackets out;
  for (std::size_t i = 0; i < depth; ++i) {
    const bool object = dice() % 2 == 0;
    out.opening += object ? R"({"a":)" : "[";
    out.closing += object ? '}' : ']';
  }
  std::reverse(out.closing.begin(), out.closing.end());
  return out;
}

bool is_value(const std::string& text) {
  mcp::json_walk walk(text);
  text_span whole;
  return walk.value(whole) && walk.at_end();
}

} // namespace

BOOST_AUTO_TEST_SUITE(nesting)

BOOST_AUTO_TEST_CASE(each_bracket_is_closed_by_its_own_however_deep_it_stands) {
  std::mt19937 dice(11);
  for (const std::size_t depth : {1u, 2u, 63u, 64u, 65u, 127u, 128u, 129u, 200u, 511u, 512u}) {
    const auto x = nested(depth, dice);
    BOOST_TEST(is_value(x.opening + "1" + x.closing), depth);
    for (std::size_t at = 0; at < depth; ++at) {
      auto wrong = x.closing;
      wrong[at] = wrong[at] == '}' ? ']' : '}';
      BOOST_REQUIRE_MESSAGE(!is_value(x.opening + "1" + wrong), depth << ", closed at " << at);
    }
  }
  const auto x = nested(mcp::json_walk::nesting_max + 1, dice);
  BOOST_TEST(!is_value(x.opening + "1" + x.closing));
}

BOOST_AUTO_TEST_SUITE_END()
