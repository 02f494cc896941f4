#include "mcp/json_text.hpp"
#include "mcp/names.hpp"
#include "mcp/text_search.hpp"
#include "mcp/versions.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

using namespace toolscore::mcp;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(both_string_searches_stop_where_a_byte_by_byte_search_stops) {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string sample(random() % 70, 'x');
    for (char& x : sample)
      if (random() % 24 == 0) x = static_cast<char>(random() % 256);
    const char* begin = sample.data();
    const char* end = begin + sample.size();
    const char* expected = begin;
    while (expected != end && *expected != '"' && *expected != '\\' &&
           static_cast<unsigned char>(*expected) >= 0x20)
      ++expected;
    BOOST_TEST_REQUIRE(string_stop(begin, end) - begin == expected - begin);
    BOOST_TEST_REQUIRE(string_stop_portable(begin, end) - begin == expected - begin);
  }
}

BOOST_AUTO_TEST_CASE(decoding_gives_the_text_that_a_json_string_stands_for) {
  struct row {
    std::string raw;
    std::string text;
  };
  for (const auto& [raw, text] :
       {row{R"("")", ""}, row{R"("plain")", "plain"}, row{R"("a\"b\\c\/d")", "a\"b\\c/d"},
        row{R"("\b\f\n\r\t")", "\b\f\n\r\t"}, row{R"("\u0041\u00e9\u20AC")", "A\u00e9\u20ac"},
        row{R"("\ud83d\ude00!")", "\U0001F600!"}, row{R"("\ud83d")", "\uFFFD"},
        row{R"("\ud83dx")", "\uFFFDx"}, row{R"("\ude00\ud83d\u0041")", "\uFFFD\uFFFDA"},
        row{R"("\u0000")", std::string(1, '\0')}, row{"7", ""}, row{"null", ""}, row{"\"", ""}})
    BOOST_TEST(decode(raw) == text, raw);
}

BOOST_AUTO_TEST_CASE(quoting_and_decoding_are_inverse) {
  for (const std::string text : {"", "a\"b\\c", "line\nline\r\t\x01", "\u00e9\U0001F600"})
    BOOST_TEST(decode(quote(text)) == text);
  BOOST_TEST(decode(quote("\xff")) == "\uFFFD");
}

BOOST_AUTO_TEST_CASE(a_string_says_a_text_in_whatever_spelling) {
  BOOST_TEST(says(R"("tools/call")", "tools/call"));
  BOOST_TEST(says(R"("tools\/c\u0061ll")", "tools/call"));
  BOOST_TEST(!says(R"("tools/calls")", "tools/call"));
  BOOST_TEST(!says("7", "7"));
}

BOOST_AUTO_TEST_CASE(a_server_id_is_a_short_lower_case_word) {
  for (const std::string good : {"a", "fs", "my-server-2", "abcdefghijklmnopqrstuvwx"})
    BOOST_TEST(valid_server_id(good), good);
  for (const std::string bad :
       {"", "1a", "-a", "A", "a_b", "a.b", "a b", "abcdefghijklmnopqrstuvwxy"})
    BOOST_TEST(!valid_server_id(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_too_long_or_illegal_is_cut_and_told_apart_by_a_hash) {
  BOOST_TEST(legal_name("fs__read", "fs read") == "fs__read");
  const std::string length_64(64, 'a');
  BOOST_TEST(legal_name(length_64, "x") == length_64);
  const std::string cut = legal_name(length_64 + "b", "x");
  BOOST_TEST(cut.size() == 64u);
  BOOST_TEST(valid_exposed_name(cut));
  BOOST_TEST(legal_name("a b", "1") != legal_name("a/b", "2"));
  BOOST_TEST(legal_name("a b", "1").substr(0, 3) == "ab_");
  BOOST_TEST(valid_exposed_name(legal_name("\u00e9\u00e9", "1")));
}

BOOST_AUTO_TEST_CASE(a_glob_matches_the_whole_text) {
  struct row {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const auto& [pattern, text, matches] :
       {row{"*", "", true}, row{"*", "read", true}, row{"read_*", "read_file", true},
        row{"read_*", "pread_file", false}, row{"*_file", "read_file", true},
        row{"r?ad", "read", true}, row{"r?ad", "rad", false}, row{"", "", true},
        row{"", "x", false}, row{"*a*b*", "xxaxxbxx", true}, row{"*a*b*", "xxbxxaxx", false},
        row{"a**b", "ab", true}, row{"read", "READ", false}})
    BOOST_TEST(glob_match(pattern, text) == matches, pattern << " on " << text);
}

BOOST_AUTO_TEST_CASE(the_supported_versions_are_the_modern_ones_and_then_the_legacy_ones) {
  auto expected = nlohmann::json::array();
  for (const auto version : modern_versions) expected.push_back(version);
  for (const auto version : legacy_versions) expected.push_back(version);
  BOOST_TEST(nlohmann::json::parse(supported_versions_json()) == expected);
  BOOST_TEST(negotiate_legacy("2025-06-18") == "2025-06-18");
  BOOST_TEST(negotiate_legacy("2024-11-05") == "2025-11-25");
  BOOST_TEST(negotiate_legacy("2026-07-28") == "2025-11-25");
}

BOOST_AUTO_TEST_SUITE_END()
