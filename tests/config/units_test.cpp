#include "config/durations.hpp"
#include "config/sizes.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;
using json = nlohmann::ordered_json;

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(durations_are_read_in_every_unit) {
  const std::pair<json, long> rows[] = {{"200ms", 200},    {"30s", 30'000}, {"5m", 300'000},
                                        {"1h", 3'600'000}, {"1.5s", 1'500}, {"0s", 0},
                                        {"10 s", 10'000},  {250, 250},      {0, 0},
                                        {1500.0, 1'500}};
  for (const auto& [value, expected] : rows) {
    const auto read = parse_duration(value);
    BOOST_REQUIRE_MESSAGE(read, value);
    BOOST_TEST(read->count() == expected);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_sane_duration_is_refused) {
  const std::pair<json, const char*> rows[] = {
      {"-1s", "negative"},       {-5, "negative"},         {"9000h", "longer than a year"},
      {1e300, "longer"},         {"30", "is no duration"}, {"30 sec", "is no duration"},
      {"s", "is no duration"},   {"", "is no duration"},   {"1e3s", "is no duration"},
      {true, "a duration is"},   {nullptr, "a duration"},  {"0.2ms", "shorter than a millisecond"},
      {"infs", "is no duration"}};
  for (const auto& [value, expected] : rows) {
    const auto read = parse_duration(value);
    BOOST_REQUIRE_MESSAGE(!read, value);
    BOOST_TEST(read.failure().detail.find(expected) != std::string::npos, read.failure().detail);
  }
}

BOOST_AUTO_TEST_CASE(a_duration_written_out_is_read_back_the_same) {
  for (const long ms : {0L, 1L, 200L, 1'500L, 30'000L, 60'000L, 90'000L, 3'600'000L}) {
    const auto read = parse_duration(duration_text(std::chrono::milliseconds(ms)));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->count() == ms);
  }
}

BOOST_AUTO_TEST_CASE(sizes_are_read_in_every_unit) {
  const std::pair<json, std::uint64_t> rows[] = {{"256Mi", 268'435'456},
                                                 {"1Gi", 1'073'741'824},
                                                 {"1.5Ki", 1'536},
                                                 {"10M", 10'000'000},
                                                 {"512k", 512'000},
                                                 {"7B", 7},
                                                 {"7", 7},
                                                 {4096, 4096},
                                                 {"1Ti", 1'099'511'627'776}};
  for (const auto& [value, expected] : rows) {
    const auto read = parse_size(value);
    BOOST_REQUIRE_MESSAGE(read, value);
    BOOST_TEST(*read == expected);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_sane_size_is_refused) {
  const std::pair<json, const char*> rows[] = {{"-1Mi", "negative"},   {-1, "negative"},
                                               {"2000Ti", "1024 Ti"},  {"5 apples", "is no size"},
                                               {"Mi", "is no size"},   {json::array(), "a size is"},
                                               {"256MI", "is no size"}};
  for (const auto& [value, expected] : rows) {
    const auto read = parse_size(value);
    BOOST_REQUIRE_MESSAGE(!read, value);
    BOOST_TEST(read.failure().detail.find(expected) != std::string::npos, read.failure().detail);
  }
}

BOOST_AUTO_TEST_SUITE_END()
