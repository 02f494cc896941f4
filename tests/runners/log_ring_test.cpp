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
    for (std::size_t wanted : {0U, 1U, 16U, 49U, 50U, 51U, 400U}) {
      const auto last = ring.last(wanted);
      const auto kept = std::min<std::size_t>(wanted, 50);
      BOOST_REQUIRE(last.text == text.substr(text.size() - kept));
      BOOST_REQUIRE(last.gap);
      BOOST_REQUIRE(last.next == text.size());
    }
    // 50 bytes hold three lines of 16 and the end of a fourth, which is not shown.
    BOOST_TEST(ring.tail(9) == "line 0123456789\nline 0123456789\nline 0123456789");
  }
}

BOOST_AUTO_TEST_CASE(the_last_bytes_of_a_log_that_is_all_there_have_no_gap) {
  class log_ring ring(8);
  BOOST_TEST(ring.last(4).text.empty());
  BOOST_TEST(!ring.last(4).gap);
  ring.append("a\nbc");
  BOOST_TEST(ring.last(4).text == "a\nbc");
  BOOST_TEST(!ring.last(4).gap);
  BOOST_TEST(ring.last(3).text == "\nbc");
  BOOST_TEST(ring.last(3).gap);
}

BOOST_AUTO_TEST_CASE(one_line_longer_than_the_ring_shows_its_end) {
  class log_ring ring(8);
  ring.append("0123456789");
  BOOST_TEST(ring.tail(1) == "23456789");
}

BOOST_AUTO_TEST_CASE(what_follows_a_position_comes_once_and_in_whole_lines) {
  class log_ring ring;
  ring.append("one\ntwo\nthr");
  auto part = ring.since(0, log_end::whole_lines);
  BOOST_TEST(part.text == "one\ntwo\n");
  BOOST_TEST(part.next == 8U);
  BOOST_TEST(!part.gap);
  BOOST_TEST(ring.since(part.next, log_end::whole_lines).text.empty());
  BOOST_TEST(ring.since(part.next, log_end::any).text == "thr");
  ring.append("ee\n");
  part = ring.since(part.next, log_end::whole_lines);
  BOOST_TEST(part.text == "three\n");
  BOOST_TEST(ring.since(999, log_end::any).next == part.next); // Beyond its end is its end.
}

BOOST_AUTO_TEST_CASE(a_follower_sees_every_line_once_or_is_told_of_a_gap) {
  for (const std::size_t burst : {1U, 5U, 20U, 200U}) {
    class log_ring ring(256);
    std::uint64_t from = 0;
    int expected = 0;
    for (int line = 0; line < 1000;) {
      for (std::size_t i = 0; i < burst; ++i) ring.append("line " + std::to_string(line++) + "\n");
      const auto part = ring.since(from, log_end::whole_lines);
      from = part.next;
      std::size_t at = 0;
      for (bool first = true; at < part.text.size(); first = false) {
        const auto end = part.text.find('\n', at);
        BOOST_REQUIRE(part.text.compare(at, 5, "line ") == 0);
        const int number = std::stoi(part.text.substr(at + 5, end - at - 5));
        if (first && part.gap)
          BOOST_REQUIRE(number >= expected);
        else
          BOOST_REQUIRE(number == expected);
        expected = number + 1;
        at = end + 1;
      }
      BOOST_REQUIRE(expected == line);
      BOOST_TEST(part.gap == (burst * 9 > 256 && line > 20));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_fills_the_ring_is_not_waited_for) {
  class log_ring ring(64);
  ring.append(std::string(40, 'x'));
  const auto part = ring.since(0, log_end::whole_lines);
  BOOST_TEST(part.text == std::string(40, 'x'));
  BOOST_TEST(part.next == 40U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
