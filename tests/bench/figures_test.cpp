#include "bench/figures.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

measurement taken(unsigned round, std::size_t connections, const char* target, double p50_us,
                  double calls_per_s) {
  measurement made{round, era::legacy, connections, target};
  made.p50_us = p50_us;
  made.calls_per_s = calls_per_s;
  return made;
}

/// Three rounds in which the machine gets twice as slow each time; the node costs 1.2 x throughout.
std::vector<measurement> slowing_machine() {
  std::vector<measurement> all;
  for (unsigned round = 0; round < 3; ++round) {
    const double slow = round == 0 ? 1 : round == 1 ? 2 : 4;
    all.push_back(taken(round, 1, pingpong_name, 20 * slow, 40000 / slow));
    all.push_back(taken(round, 1, floor_name, 30 * slow, 30000 / slow));
    all.push_back(taken(round, 1, "node", 36 * slow, 25000 / slow));
    all.push_back(taken(round, 16, floor_name, 200 * slow, 80000 / slow));
    all.push_back(taken(round, 16, "node", 250 * slow, 60000 / slow));
  }
  return all;
}

const summary_row& row_of(const std::vector<summary_row>& rows, std::size_t connections,
                          const std::string& target) {
  for (const auto& row : rows)
    if (row.connections == connections && row.target == target) return row;
  BOOST_FAIL("no row of " + target);
  return rows.front();
}

} // namespace

BOOST_AUTO_TEST_SUITE(figures)

BOOST_AUTO_TEST_CASE(the_median_is_the_middle_or_the_mean_of_the_middle_two) {
  BOOST_TEST(spread_of({3, 1, 2}).median == 2);
  BOOST_TEST(spread_of({4, 1, 2, 3}).median == 2.5);
  BOOST_TEST(spread_of({3, 1, 2}).min == 1);
  BOOST_TEST(spread_of({3, 1, 2}).max == 3);
  BOOST_TEST(spread_of({}).median == 0);
}

BOOST_AUTO_TEST_CASE(ratios_are_taken_within_a_round_so_a_slowing_machine_does_not_change_them) {
  const auto rows = summarize(slowing_machine());
  BOOST_TEST(rows.size() == 5u);
  const auto& node = row_of(rows, 1, "node");
  BOOST_TEST(node.base == floor_name);
  BOOST_TEST(node.p50_ratio.min == 1.2, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(node.p50_ratio.max == 1.2, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(row_of(rows, 1, floor_name).base == pingpong_name);
  BOOST_TEST(row_of(rows, 1, floor_name).p50_ratio.median == 1.5);
  BOOST_TEST(row_of(rows, 1, pingpong_name).base.empty());
  BOOST_TEST(row_of(rows, 16, floor_name).base.empty());
  BOOST_TEST(row_of(rows, 16, "node").throughput_ratio.median == 0.75);
}

BOOST_AUTO_TEST_CASE(each_limit_is_kept_exactly_at_it_and_broken_just_beyond_it) {
  const auto rows = summarize(slowing_machine());
  BOOST_TEST(violations(rows, {1.21, 0.75, 1.5}).empty());
  BOOST_TEST(violations(rows, {1.19, 0.75, 1.5}).size() == 1u);
  BOOST_TEST(violations(rows, {1.21, 0.7501, 1.5}).size() == 1u);
  BOOST_TEST(violations(rows, {1.21, 0.75, 1.49}).size() == 1u);
  BOOST_TEST(violations(rows, {1.19, 0.7501, 1.49}).size() == 3u);
}

BOOST_AUTO_TEST_CASE(beside_a_bare_path_a_target_is_held_against_both) {
  auto measurements = slowing_machine();
  const auto without = measurements.size();
  for (std::size_t i = 0; i < without; ++i)
    if (auto path = measurements[i]; path.target == "node") {
      path.target = path_name;
      path.calls_per_s *= 1.25;
      path.p50_us *= 0.8;
      measurements.push_back(path);
    }
  const auto rows = summarize(measurements);
  const auto against = [&](const char* base) {
    return std::count_if(rows.begin(), rows.end(),
                         [&](const auto& x) { return x.target == "node" && x.base == base; });
  };
  BOOST_TEST(against(floor_name) == against(path_name));
  BOOST_TEST(violations(rows, {1.26, 0.75, 1.5, 0.79}).empty());
  BOOST_TEST(violations(rows, {1.26, 0.75, 1.5, 0.81}).size() == 1u);
  BOOST_TEST(violations(rows, {1.24, 0.75, 1.5, 0.79}).size() == 1u);
  // The bare path itself has no limit: here it is far beyond the floor's.
  BOOST_TEST(violations(rows, {1.26, 0.95, 1.5, 0.79}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_violation_names_target_load_figure_and_limit) {
  const auto found = violations(summarize(slowing_machine()), {1.1, 0.5, 2});
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0] ==
             "node, legacy, 1 connections: p50 is 1.20 x that of floor, the limit is 1.10");
}

BOOST_AUTO_TEST_CASE(the_table_has_a_line_for_each_row_and_its_head) {
  const auto text = to_table(summarize(slowing_machine()));
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 6);
}

BOOST_AUTO_TEST_SUITE_END()
