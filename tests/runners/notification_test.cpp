#include "runners/notification.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(notification)

BOOST_AUTO_TEST_CASE(each_word_counts_in_its_exact_form_alone) {
  struct row {
    const char* text;
    bool ready, stopping, alive, trigger;
  };
  const row rows[] = {
      {"READY=1", true, false, false, false},
      {"READY=1\n", true, false, false, false},
      {"\n\nREADY=1\nSTATUS=x\n", true, false, false, false},
      {"READY=0", false, false, false, false},
      {"READY=11", false, false, false, false},
      {"READY=", false, false, false, false},
      {"READY", false, false, false, false},
      {"ready=1", false, false, false, false},
      {" READY=1", false, false, false, false},
      {"READY=1\r", false, false, false, false},
      {"XREADY=1", false, false, false, false},
      {"READY=1\nREADY=0", false, false, false, false},
      {"STOPPING=1", false, true, false, false},
      {"WATCHDOG=1", false, false, true, false},
      {"WATCHDOG=trigger", false, false, false, true},
      {"WATCHDOG=2", false, false, false, false},
      {"MAINPID=1\nWATCHDOG=1\nREADY=1", true, false, true, false},
      {"", false, false, false, false},
  };
  for (const auto& row : rows) {
    const auto words = read_notification(row.text);
    BOOST_TEST(words.ready == row.ready, row.text);
    BOOST_TEST(words.stopping == row.stopping, row.text);
    BOOST_TEST(words.alive == row.alive, row.text);
    BOOST_TEST(words.trigger == row.trigger, row.text);
  }
}

BOOST_AUTO_TEST_CASE(an_extension_is_a_whole_number_of_microseconds_and_never_overflows) {
  const auto extension = [](const std::string& value) {
    return read_notification("EXTEND_TIMEOUT_USEC=" + value).extend;
  };
  BOOST_TEST((extension("5000000") == 5s));
  BOOST_TEST((extension("0") == 0us));
  BOOST_TEST((extension("18446744073709551615") == 366 * 24h));
  for (const char* wrong : {"", "-1", "1s", "5.5", " 5", "18446744073709551616", "0x10"})
    BOOST_TEST(!extension(wrong), wrong);
}

BOOST_AUTO_TEST_CASE(a_status_is_one_line_that_can_be_shown) {
  const auto status = [](const std::string& value) {
    return read_notification("STATUS=" + value).status.value_or("none");
  };
  BOOST_TEST(status("loading 5 of 7") == "loading 5 of 7");
  BOOST_TEST(status("") == "");
  BOOST_TEST(status("a=b=c") == "a=b=c");
  BOOST_TEST(status("red \x1b[31m\tx\x7f") == "red  [31m x");
  BOOST_TEST(status("\xc2\x9b"
                    "x") == " x");
  BOOST_TEST(status("gr\xc3\xb6\xc3\x9f"
                    "er") == "gr\xc3\xb6\xc3\x9f"
                             "er");
  BOOST_TEST(status("\xff\xc3x\xe2\x82") == "??x??");
  BOOST_TEST(status("\xc0\xaf\xed\xa0\x80") == "?????");
  BOOST_TEST(status("x\0y"s) == "x y");
  BOOST_TEST(status(std::string(1'000, 'x')).size() == status_bytes_max);
  std::string euros;
  for (int i = 0; i < 100; ++i) euros += "\xe2\x82\xac";
  BOOST_TEST(status(euros).size() == 198u); // No half character at the end.
}

BOOST_AUTO_TEST_SUITE_END()
