#include "runners/log_history.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

namespace toolscore::test {
namespace {

std::shared_ptr<class log_ring> ring_of(const char* text) {
  auto ring = std::make_shared<class log_ring>();
  ring->append(text);
  return ring;
}

log_answer from(const class log_history& logs, std::uint64_t instance, std::uint64_t byte) {
  return logs.read({100, log_position{instance, byte}});
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_history)

BOOST_AUTO_TEST_CASE(a_follower_gets_the_end_of_one_instance_and_then_the_next) {
  class log_history logs;
  BOOST_TEST(logs.read({}).text.empty());
  BOOST_TEST(from(logs, 0, 0).text.empty());
  auto first = ring_of("a\nb\n");
  logs.begin(1, first);
  auto answer = from(logs, 0, 0); // Asked before anything had run.
  BOOST_TEST(answer.text == "a\nb\n");
  BOOST_TEST(!answer.gap);
  first->append("last words");
  BOOST_TEST(from(logs, 1, 4).text.empty()); // Its line may go on.
  logs.begin(2, ring_of("c\nd"));
  answer = from(logs, 1, 4);
  BOOST_TEST(answer.text == "last words\nc\n");
  BOOST_TEST(!answer.gap);
  BOOST_TEST((answer.next == log_position{2, 2}));
  BOOST_TEST(from(logs, 2, 2).text.empty());
}

BOOST_AUTO_TEST_CASE(a_log_that_is_gone_is_told_as_a_gap) {
  class log_history logs;
  logs.begin(1, ring_of("a\n"));
  logs.begin(2, ring_of("b\n"));
  logs.begin(3, nullptr); // It could not be started.
  logs.begin(4, ring_of("d\n"));
  auto answer = from(logs, 1, 2);
  BOOST_TEST(answer.gap);
  BOOST_TEST(answer.text == "b\nd\n");
  answer = from(logs, 2, 0);
  BOOST_TEST(answer.text == "b\nd\n");
  BOOST_TEST(!answer.gap);
  answer = from(logs, 0, 0);
  BOOST_TEST(answer.gap); // The first log is kept no more.
  BOOST_TEST(answer.text == "b\nd\n");
  BOOST_TEST(from(logs, 9, 0).gap); // No such instance: of another node's life.
}

BOOST_AUTO_TEST_CASE(who_asks_from_the_beginning_gets_both_logs) {
  class log_history logs;
  logs.begin(1, ring_of("a\n"));
  logs.begin(2, ring_of("b\n"));
  const auto answer = from(logs, 0, 0);
  BOOST_TEST(answer.text == "a\nb\n");
  BOOST_TEST(!answer.gap);
}

BOOST_AUTO_TEST_CASE(the_last_lines_are_of_the_instance_before_while_this_one_says_nothing) {
  class log_history logs;
  logs.begin(1, ring_of("a\nb\nc\n"));
  auto quiet = ring_of("");
  logs.begin(2, quiet);
  BOOST_TEST(logs.read({2, std::nullopt}).text == "b\nc");
  BOOST_TEST((logs.read({2, std::nullopt}).next == log_position{2, 0}));
  quiet->append("d\n");
  BOOST_TEST(logs.read({2, std::nullopt}).text == "d");
}

BOOST_AUTO_TEST_CASE(a_position_is_read_back_as_it_was_written) {
  const log_position x{3, 1'024};
  BOOST_TEST(to_string(x) == "3.1024");
  BOOST_TEST((read_log_position("3.1024") == x));
  for (const char* bad : {"", "3", "3.", ".1", "3.1.2", "a.b", "-1.2", " 3.1"})
    BOOST_TEST(!read_log_position(bad), bad);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_log_is_that_of_the_newest_instance_alone) {
  class log_history logs;
  BOOST_TEST(logs.end_of(1, 9).text.empty());
  logs.begin(1, ring_of("first\n"));
  BOOST_TEST(logs.end_of(1, 4).text == "rst\n");
  logs.begin(2, nullptr);
  BOOST_TEST(logs.end_of(1, 4).text.empty());
  BOOST_TEST(logs.end_of(2, 4).text.empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
