#include "bench/samples.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

const sample_row* find(const std::vector<sample_row>& rows, const char* metric,
                       const char* subject) {
  for (const auto& row : rows)
    if (row.metric == metric && row.subject == subject) return &row;
  return nullptr;
}

/// Three rounds in which the machine gets slower; the node costs 1.2 x the floor throughout.
std::vector<sample> slowing_machine() {
  return {{0, "floor", "start_ms", 100}, {0, "node", "start_ms", 120},
          {1, "node", "start_ms", 240},  {1, "floor", "start_ms", 200},
          {2, "floor", "start_ms", 800}, {2, "node", "start_ms", 960}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(samples)

BOOST_AUTO_TEST_CASE(a_ratio_is_taken_within_each_round) {
  const auto rows = summarize_samples(slowing_machine(), "floor", {});
  BOOST_REQUIRE(rows.size() == 2);
  const auto& node = *find(rows, "start_ms", "node");
  BOOST_TEST(node.base == "floor");
  BOOST_TEST(node.ratio.median == 1.2, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(node.ratio.max == 1.2, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(node.value.median == 240);
  BOOST_TEST(find(rows, "start_ms", "floor")->base.empty());
}

BOOST_AUTO_TEST_CASE(a_round_of_one_subject_alone_has_no_ratio) {
  auto samples = slowing_machine();
  samples.push_back({3, "node", "start_ms", 9000});
  const auto rows = summarize_samples(samples, "floor", {});
  BOOST_TEST(find(rows, "start_ms", "node")->ratio.max == 1.2, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(a_limit_is_held_up_to_itself_and_no_further) {
  const auto verdict = [](double max) {
    return violations(
               summarize_samples(slowing_machine(), "floor", {{"start_ms", "node", "floor", max}}))
        .size();
  };
  BOOST_TEST(verdict(1.3) == 0U);
  BOOST_TEST(verdict(1.1) == 1U);
}

BOOST_AUTO_TEST_CASE(a_limit_without_a_base_is_one_of_the_value) {
  const auto rows = summarize_samples({{0, "node", "duplicates", 0}, {1, "node", "duplicates", 0}},
                                      "floor", {{"duplicates", "node", "", 0}});
  BOOST_TEST(violations(rows).empty());
  const auto more =
      summarize_samples({{0, "node", "duplicates", 1}}, "floor", {{"duplicates", "node", "", 0}});
  BOOST_REQUIRE(violations(more).size() == 1);
  BOOST_TEST(violations(more)[0] == "node: duplicates is 1.00, the limit is 0.00");
}

BOOST_AUTO_TEST_CASE(what_was_not_measured_is_beyond_its_limit) {
  BOOST_TEST(
      violations(summarize_samples({}, "floor", {{"start_ms", "node", "floor", 9}})).size() == 1U);
  // Nothing to compare with is no comparison that came out well.
  const std::vector<sample> alone{{0, "node", "start_ms", 1}};
  BOOST_TEST(
      violations(summarize_samples(alone, "floor", {{"start_ms", "node", "floor", 9}})).size() ==
      1U);
}

BOOST_AUTO_TEST_CASE(the_table_says_which_limit_is_held) {
  const auto table =
      to_table(summarize_samples(slowing_machine(), "floor", {{"start_ms", "node", "floor", 1.3}}));
  BOOST_TEST(table.find("1.20 (1.20-1.20) x floor") != std::string::npos, table);
  BOOST_TEST(table.find("1.30 x held") != std::string::npos, table);
}

BOOST_AUTO_TEST_SUITE_END()
