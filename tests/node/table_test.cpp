#include "node/printable.hpp"
#include "node/table.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_widest_cell_and_lines_end_without_blanks) {
  const auto text = table_text({{"NAME"}, {"N", alignment::right}, {"WHY"}},
                               {{"a", "7", ""}, {"long", "12", "x"}}, 0);
  BOOST_TEST(text == "NAME   N  WHY\n"
                     "a      7\n"
                     "long  12  x\n");
}

BOOST_AUTO_TEST_CASE(missing_cells_are_empty_and_surplus_ones_are_left_out) {
  BOOST_TEST(table_text({{"A"}, {"B"}}, {{}, {"1", "2", "3"}}, 0) == "A  B\n\n1  2\n");
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_the_terminal) {
  const std::string wide(200, 'x');
  for (std::size_t width = 1; width < 40; ++width) {
    const auto text =
        table_text({{"NAME"}, {"REASON"}}, {{"fs", wide}, {"ü", "漢字漢字" + wide}}, width);
    std::size_t from = 0;
    while (from < text.size()) {
      const auto end = text.find('\n', from);
      BOOST_TEST(display_width(text.substr(from, end - from)) <= width);
      from = end + 1;
    }
  }
}

BOOST_AUTO_TEST_CASE(wide_and_accented_letters_keep_columns_aligned) {
  BOOST_TEST(table_text({{"A"}, {"B"}}, {{"漢", "1"}, {"é", "2"}, {"abc", "3"}}, 0) ==
             "A    B\n漢   1\né    2\nabc  3\n");
}

BOOST_AUTO_TEST_CASE(nothing_that_moves_a_cursor_reaches_the_terminal) {
  BOOST_TEST(printable("a\x1b[2Jb\x07"
                       "c\x7f") == "a?[2Jb?c?");
  BOOST_TEST(printable("a\nb\tc\r") == "a b c ");
  BOOST_TEST(printable("a\nb\tc\r", line_breaks::keep) == "a\nb\tc ");
  BOOST_TEST(printable("\xc2\x9b"
                       "31m") == "?31m"); // CSI as one C1 character
  BOOST_TEST(printable("\xe2\x80\xae"
                       "evil") == "?evil"); // turns the direction of writing
  BOOST_TEST(printable("\xff\xc0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  BOOST_TEST(printable("\xed\xa0\x80").find('\xed') == std::string::npos); // a surrogate
  BOOST_TEST(printable("ü漢😀") == "ü漢😀");
}

BOOST_AUTO_TEST_CASE(what_is_cut_shows_that_it_was) {
  BOOST_TEST(cut_to_width("abcdef", 4) == "abc…");
  BOOST_TEST(cut_to_width("abcd", 4) == "abcd");
  BOOST_TEST(cut_to_width("abcd", 0) == "abcd");
  BOOST_TEST(cut_to_width("漢字漢", 4) == "漢…");
  BOOST_TEST(cut_to_width("ab", 1) == "…");
}

BOOST_AUTO_TEST_SUITE_END()
