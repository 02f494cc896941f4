#include "runners/line_framer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace toolscore::test {
namespace {

/// "m:..." for a message, "g:..." for garbage, "o:..." for an overlong line.
std::vector<std::string> shown(const std::vector<framed_line>& lines) {
  std::vector<std::string> all;
  for (const auto& line : lines)
    all.push_back(std::string(1, "mgo"[static_cast<int>(line.kind)]) + ":" + line.text);
  return all;
}

using strings = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(line_framer)

BOOST_AUTO_TEST_CASE(every_cut_of_the_same_bytes_gives_the_same_lines) {
  struct row {
    std::string input;
    strings expected;
  };
  const row rows[] = {
      {"{}\n", {"m:{}"}},
      {"{\"a\":1}\r\n{}\n", {"m:{\"a\":1}", "m:{}"}},
      {"\n\r\n  \n{}\n\n", {"m:{}"}},
      {"  {}  \n", {"m:  {}  "}},
      {"hello\n[1]\n{}\n", {"g:hello", "g:[1]", "m:{}"}},
      {"\t\"text\"\n", {"g:\"text\""}},
      {"{\"a\":\"\r\"}\r\n", {"m:{\"a\":\"\r\"}"}},
      {"{12345678}\n{}\n", {"m:{12345678}", "m:{}"}},
      {"{unended", {"m:{unended"}},
      {"\r", {}},
      {"", {}},
  };
  for (const auto& x : rows)
    for (std::size_t part = 1; part <= x.input.size() + 1; ++part) {
      class line_framer framer(10);
      std::vector<framed_line> lines;
      for (std::size_t at = 0; at < x.input.size(); at += part)
        framer.feed(std::string_view(x.input).substr(at, part), lines);
      framer.finish(lines);
      BOOST_TEST(shown(lines) == x.expected, boost::test_tools::per_element());
      BOOST_TEST(framer.pending_bytes() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(an_overlong_line_is_told_once_and_skipped_to_its_end) {
  const std::string input = "{\"long\":\"" + std::string(1000, 'x') + "\"}\n{}\nno\n";
  for (std::size_t part = 1; part <= input.size(); part = part * 2 + 1) {
    class line_framer framer(64);
    std::vector<framed_line> lines;
    for (std::size_t at = 0; at < input.size(); at += part) {
      framer.feed(std::string_view(input).substr(at, part), lines);
      BOOST_REQUIRE(framer.pending_bytes() <= 64U);
    }
    BOOST_REQUIRE(lines.size() == 3U);
    BOOST_TEST((lines[0].kind == line_kind::overlong));
    BOOST_TEST(lines[0].text.starts_with("{"));
    BOOST_TEST(input.starts_with(lines[0].text));
    BOOST_TEST(lines[0].text.size() >= std::min<std::size_t>(part, 65)); // What is known by then.
    BOOST_TEST(lines[0].text.size() <= kept_start_bytes);
    BOOST_TEST(lines[1].text == "{}");
    BOOST_TEST(lines[2].text == "no");
  }
}

BOOST_AUTO_TEST_CASE(a_line_of_exactly_the_limit_passes_and_one_byte_more_does_not) {
  class line_framer framer(8);
  std::vector<framed_line> lines;
  framer.feed("{234567}\n{2345678}\n", lines);
  BOOST_TEST(shown(lines) == (strings{"m:{234567}", "o:{2345678}"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_overlong_line_that_never_ends_holds_no_memory) {
  class line_framer framer(1024);
  std::vector<framed_line> lines;
  const std::string part(4096, 'x');
  for (int i = 0; i < 1000; ++i) framer.feed(part, lines);
  framer.finish(lines);
  BOOST_TEST(lines.size() == 1U);
  BOOST_TEST(lines[0].text == std::string(kept_start_bytes, 'x'));
  BOOST_TEST(framer.pending_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_quote_is_escaped_and_at_most_120_characters) {
  BOOST_TEST(quote_start("a\tb\\c\x01\xff\r\n") == "a\\tb\\\\c\\x01\\xff\\r\\n");
  BOOST_TEST(quote_start(std::string(120, 'a')) == std::string(120, 'a'));
  BOOST_TEST(quote_start(std::string(121, 'a')) == std::string(117, 'a') + "...");
  for (std::size_t length = 0; length < 300; ++length)
    for (const char filler : {'a', '\n', '\x01'})
      BOOST_REQUIRE(quote_start(std::string(length, filler)).size() <= 120U);
}

BOOST_AUTO_TEST_CASE(many_small_lines_in_one_read_all_come_out) {
  std::string input;
  for (int i = 0; i < 100'000; ++i) input += "{\"id\":" + std::to_string(i) + "}\n";
  class line_framer framer;
  std::vector<framed_line> lines;
  framer.feed(input, lines);
  BOOST_TEST(lines.size() == 100'000U);
  BOOST_TEST(lines.back().text == "{\"id\":99999}");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
