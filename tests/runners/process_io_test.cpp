#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <unistd.h>

namespace toolscore::test {

BOOST_FIXTURE_TEST_SUITE(process_io, process_fixture)

BOOST_AUTO_TEST_CASE(cat_echoes_a_line_and_ends_with_its_input) {
  auto cat = must_start(plan({"cat"}));
  const int input = cat->take_stdin();
  const int output = cat->take_stdout();
  BOOST_TEST(cat->take_stdin() == -1);
  BOOST_TEST(::write(input, "hello\n", 6) == 6);
  BOOST_TEST(read_line(output) == "hello");
  ::close(input);
  BOOST_TEST((exit_of(*cat) == process_exit{false, 0}));
  ::close(output);
  BOOST_TEST(processes->alive() == 0U);
}

BOOST_AUTO_TEST_CASE(kill_ends_a_tree_and_says_how) {
  auto cat = must_start(plan({"cat"}));
  BOOST_TEST(census(marker).size() == 3U); // The spawner, the init and cat.
  cat->kill();
  BOOST_TEST((exit_of(*cat) == process_exit{true, SIGKILL}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
