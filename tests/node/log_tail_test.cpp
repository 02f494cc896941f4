#include "node/log_tail.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(log_tail)

BOOST_AUTO_TEST_CASE(only_what_is_new_comes_and_a_gap_is_told) {
  struct row {
    const char* shown;
    const char* tail;
    const char* lines;
    bool gap;
  };
  const row table[]{
      {"", "", "", false},
      {"", "a\nb\n", "a\nb\n", false},
      {"a\nb\n", "a\nb\n", "", false},
      {"a\nb\n", "a\nb\nc\n", "c\n", false},
      {"a\nb\nc\n", "b\nc\nd\n", "d\n", false},         // the window moved on
      {"b\nc\n", "a\nb\nc\nd\n", "a\nb\nc\nd\n", true}, // no tail of one log
      {"a\na\n", "a\na\na\n", "a\n", false},
      {"a\nb\na\n", "a\nb\na\nb\na\n", "b\na\n", false},
      {"a\nb\n", "x\ny\n", "x\ny\n", true},
      {"a\nb\n", "", "", false},
  };
  for (const auto& x : table) {
    BOOST_TEST_CONTEXT(x.shown << "|" << x.tail) {
      const auto growth = grown(x.shown, x.tail);
      BOOST_TEST(growth.lines == x.lines);
      BOOST_TEST(growth.gap == x.gap);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
