#include "actors/log_book.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

bool all(const std::string&) {
  return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_book_rules)

BOOST_AUTO_TEST_CASE(the_least_severe_that_anybody_wants_is_wanted) {
  log_book book;
  BOOST_TEST(!book.wanted(all).has_value());
  BOOST_TEST(book.note("a", 4));
  BOOST_TEST(book.note("b", 0));
  BOOST_TEST(book.note("c", 7));
  BOOST_TEST((book.wanted(all) == 0));
  BOOST_TEST((book.wanted([](const std::string& session) { return session != "b"; }) == 4));
  BOOST_TEST(book.forget("b"));
  BOOST_TEST((book.wanted(all) == 4));
  BOOST_TEST(book.forget("a"));
  BOOST_TEST((book.wanted(all) == 7));
}

BOOST_AUTO_TEST_CASE(what_is_said_again_is_no_news) {
  log_book book;
  BOOST_TEST(book.note("a", 4));
  BOOST_TEST(!book.note("a", 4));
  BOOST_TEST(book.note("a", 3));
  BOOST_TEST((book.level_of("a") == 3));
  BOOST_TEST(!book.level_of("b").has_value());
  BOOST_TEST(!book.forget("b"));
}

BOOST_AUTO_TEST_CASE(it_keeps_so_many_sessions_and_no_more) {
  log_book book;
  for (std::size_t i = 0; i < log_book::sessions_max; ++i)
    BOOST_REQUIRE(book.note("s" + std::to_string(i), 4));
  BOOST_TEST(!book.note("one more", 0));
  BOOST_TEST((book.wanted(all) == 4));
  BOOST_TEST(book.note("s1", 0));
}

BOOST_AUTO_TEST_SUITE_END()
