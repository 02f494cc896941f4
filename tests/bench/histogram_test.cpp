#include "bench/histogram.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using namespace toolscore;
using std::chrono::nanoseconds;

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(an_empty_histogram_says_zero) {
  const latency_histogram empty;
  BOOST_TEST(empty.count() == 0u);
  BOOST_TEST(empty.at(0.5).count() == 0);
  BOOST_TEST(empty.max().count() == 0);
}

BOOST_AUTO_TEST_CASE(buckets_are_in_order_without_a_gap_and_hold_their_own_edges) {
  for (std::size_t bucket = 0; bucket < latency_histogram::bucket_count; ++bucket) {
    const auto upper = latency_histogram::upper_edge(bucket);
    BOOST_REQUIRE(latency_histogram::bucket_of(upper) == bucket);
    if (bucket + 1 < latency_histogram::bucket_count)
      BOOST_REQUIRE(latency_histogram::bucket_of(upper + 1) == bucket + 1);
  }
}

BOOST_AUTO_TEST_CASE(no_value_is_more_than_a_64th_below_its_upper_edge) {
  for (std::uint64_t value = 1; value < 1'000'000'000'000; value += value / 100 + 1) {
    const auto upper = latency_histogram::upper_edge(latency_histogram::bucket_of(value));
    BOOST_REQUIRE(upper >= value);
    BOOST_REQUIRE(upper - value <= value / 64);
  }
}

BOOST_AUTO_TEST_CASE(values_below_128_ns_are_exact) {
  latency_histogram all;
  for (int value = 1; value <= 100; ++value) all.add(nanoseconds{value});
  BOOST_TEST(all.at(0.5).count() == 50);
  BOOST_TEST(all.at(0.99).count() == 99);
  BOOST_TEST(all.at(1.0).count() == 100);
  BOOST_TEST(all.at(0.0).count() == 1);
}

BOOST_AUTO_TEST_CASE(percentiles_are_within_1_6_percent_of_the_sorted_truth) {
  std::mt19937_64 random(42);
  std::lognormal_distribution<double> latencies(10.5, 1.2); // Around 36 us with a long tail.
  std::vector<std::int64_t> sorted;
  latency_histogram all;
  for (int i = 0; i < 100'000; ++i) {
    sorted.push_back(static_cast<std::int64_t>(latencies(random)));
    all.add(nanoseconds{sorted.back()});
  }
  std::sort(sorted.begin(), sorted.end());
  for (const double fraction : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto rank = static_cast<std::size_t>(fraction * static_cast<double>(sorted.size())) - 1;
    const auto truth = static_cast<double>(sorted[rank]);
    const auto told = static_cast<double>(all.at(fraction).count());
    BOOST_TEST(told >= truth);
    BOOST_TEST(told <= truth * 1.016);
  }
  BOOST_TEST(all.max().count() == sorted.back());
  BOOST_TEST(all.at(1.0).count() == sorted.back());
}

BOOST_AUTO_TEST_CASE(a_value_beyond_the_range_counts_and_keeps_the_max_exact) {
  latency_histogram all;
  all.add(std::chrono::hours{24});
  all.add(nanoseconds{-5}); // A clock that went back counts as zero.
  BOOST_TEST(all.count() == 2u);
  BOOST_TEST((all.max() == std::chrono::hours{24}));
  BOOST_TEST(all.at(0.5).count() == 0);
}

BOOST_AUTO_TEST_CASE(two_merged_histograms_are_the_one_that_got_all_values) {
  latency_histogram one;
  latency_histogram other;
  latency_histogram both;
  for (int i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? one : other).add(nanoseconds{i * 997});
    both.add(nanoseconds{i * 997});
  }
  one.merge(other);
  BOOST_TEST(one.count() == both.count());
  BOOST_TEST((one.max() == both.max()));
  for (const double fraction : {0.1, 0.5, 0.9, 0.99})
    BOOST_TEST((one.at(fraction) == both.at(fraction)));
}

BOOST_AUTO_TEST_SUITE_END()
