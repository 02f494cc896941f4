#include "config/suggest.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(suggest)

BOOST_AUTO_TEST_CASE(the_distance_counts_inserts_deletes_replacements_and_swaps) {
  const std::tuple<std::string_view, std::string_view, std::size_t> rows[] = {
      {"", "", 0},          {"abc", "abc", 0},         {"", "abc", 3},
      {"abc", "", 3},       {"restrat", "restart", 1}, {"comand", "command", 1},
      {"argss", "args", 1}, {"evn", "env", 1},         {"kitten", "sitting", 3},
      {"dev", "env", 2},    {"ca", "abc", 3}};
  for (const auto& [a, b, expected] : rows) {
    BOOST_TEST(edit_distance(a, b) == expected, a << " " << b);
    BOOST_TEST(edit_distance(b, a) == expected, b << " " << a);
  }
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_found_only_within_the_limit) {
  constexpr std::array words{"restart"sv, "backoff"sv, "env"sv};
  BOOST_TEST(nearest("restrat", words, 2) == "restart");
  BOOST_TEST(nearest("bakof", words, 2) == "backoff");
  BOOST_TEST(nearest("bakof", words, 1) == "");
  BOOST_TEST(nearest("autoApprove", words, 2) == "");
  BOOST_TEST(nearest(std::string(1'000'000, 'x'), words, 2) == "");
}

BOOST_AUTO_TEST_CASE(short_words_must_be_nearer) {
  BOOST_TEST(near_miss_max("dev") == 1u);
  BOOST_TEST(near_miss_max("comand") == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
