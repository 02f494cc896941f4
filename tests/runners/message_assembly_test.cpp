#include "runners/message_assembly.hpp"

#include <boost/test/unit_test.hpp>

using assembly = toolscore::message_assembly;
using kind = assembly::kind;

BOOST_AUTO_TEST_SUITE(message_assembly)

BOOST_AUTO_TEST_CASE(a_message_is_whole_with_its_last_part) {
  assembly reader(100);
  BOOST_TEST(!reader.feed("{\"a\":", false));
  BOOST_TEST(!reader.feed("", false));
  const auto came = reader.feed("\n1}", true);
  BOOST_REQUIRE(came);
  BOOST_TEST((came->is == kind::message));
  BOOST_TEST(came->text == "{\"a\": 1}");
  BOOST_TEST(reader.held_bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_no_object_is_told_with_its_beginning) {
  assembly reader(100);
  for (const char* text : {"", " \r\n", "[1]", "hello"}) {
    const auto came = reader.feed(text, true);
    BOOST_REQUIRE(came);
    BOOST_TEST((came->is == kind::garbage), text);
  }
}

BOOST_AUTO_TEST_CASE(one_over_the_limit_is_passed_over_and_the_next_is_read) {
  assembly reader(10'000);
  for (int part = 0; part < 100; ++part) {
    BOOST_TEST(!reader.feed(std::string(1'000, '{'), false));
    BOOST_TEST(reader.held_bytes() <= 10'000u);
  }
  BOOST_TEST(reader.held_bytes() == assembly::start_bytes_max);
  const auto came = reader.feed("}", true);
  BOOST_REQUIRE(came);
  BOOST_TEST((came->is == kind::overlong));
  BOOST_TEST(came->text == std::string(assembly::start_bytes_max, '{'));
  const auto exact = reader.feed(std::string(10'000, '{'), true);
  BOOST_REQUIRE(exact);
  BOOST_TEST((exact->is == kind::message));
  BOOST_TEST((reader.feed(std::string(10'001, '{'), true)->is == kind::overlong));
}

BOOST_AUTO_TEST_SUITE_END()
