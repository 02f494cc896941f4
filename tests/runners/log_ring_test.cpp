#include "runners/log_ring.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace toolscore::test {

BOOST_AUTO_TEST_SUITE(log_ring)

BOOST_AUTO_TEST_CASE(the_tail_is_the_last_lines_in_order) {
  struct row {
    const char* text;
    std::size_t lines;
    const char* expected;
  };
  for (const row& x :
       {row{"", 3, ""}, row{"a", 3, "a"}, row{"a\n", 3, "a"}, row{"a\nb\nc\n", 2, "b\nc"},
        row{"a\nb\nc", 2, "b\nc"}, row{"a\nb\nc\n", 9, "a\nb\nc"}, row{"a\n\nc\n", 2, "\nc"},
        row{"\n", 1, ""}, row{"a\nb", 0, ""}}) {
    class log_ring ring;
    ring.append(x.text);
    BOOST_TEST(ring.tail(x.lines) == x.expected);
  }
}

BOOST_AUTO_TEST_CASE(whatever_is_appended_the_kept_bytes_are_the_last_and_bounded) {
  const std::string line = "line 0123456789\n";
  for (std::size_t part = 1; part < 70; ++part) {
    class log_ring ring(50);
    std::string all;
    std::string text;
    for (int i = 0; i < 20; ++i) text += line;
    for (std::size_t at = 0; at < text.size(); at += part) {
      ring.append(std::string_view(text).substr(at, part));
      all += text.substr(at, part);
      BOOST_REQUIRE(ring.bytes_kept() == std::min<std::size_t>(50, all.size()));
    }
    BOOST_TEST(ring.bytes_seen() == text.size());
    // 50 bytes hold three lines of 16 and the end of a fourth, which is not shown.
    BOOST_TEST(ring.tail(9) == "line 0123456789\nline 0123456789\nline 0123456789");
  }
}

BOOST_AUTO_TEST_CASE(one_line_longer_than_the_ring_shows_its_end) {
  class log_ring ring(8);
  ring.append("0123456789");
  BOOST_TEST(ring.tail(1) == "23456789");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
