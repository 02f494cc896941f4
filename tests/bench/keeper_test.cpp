// The floor of supervision, for real: were it wrong, every ratio to it would be.
#include "bench/board_io.hpp"
#include "bench/child_io.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <map>
#include <set>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const std::string libexec = TOOLSCORE_LIBEXEC_DIR;

struct kept {
  board_file board;
  bench_child keeper;

  static kept start(std::size_t count) {
    auto board = board_file::create();
    BOOST_REQUIRE(board);
    bench_child::options wanted;
    wanted.command = {libexec + "/toolscore-bench-keeper", std::to_string(count),
                      libexec + "/toolscore-bench-child", "stay", board->path()};
    auto keeper = bench_child::start(wanted);
    BOOST_REQUIRE(keeper);
    BOOST_REQUIRE(board->wait_for(count, 20s));
    return {std::move(*board), std::move(*keeper)};
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(keeper)

BOOST_AUTO_TEST_CASE(each_child_that_is_killed_is_started_again_once) {
  constexpr std::size_t count = 50;
  const auto all = kept::start(count);
  const auto living = census(all.board);
  BOOST_TEST(living.size() == count);
  for (const auto& one : living) ::kill(one.pid, SIGKILL);
  BOOST_TEST(all.board.wait_for(2 * count, 20s));
  BOOST_TEST(!all.board.wait_for(2 * count + 1, 200ms));
  std::set<std::uint32_t> back;
  for (const auto& one : census(all.board)) back.insert(one.child);
  BOOST_TEST(back.size() == count);
}

BOOST_AUTO_TEST_CASE(an_ordered_stop_ends_the_last_first_and_awaits_each) {
  constexpr std::size_t count = 20;
  const auto all = kept::start(count);
  all.keeper.signal(SIGUSR1);
  BOOST_REQUIRE(all.keeper.wait_for_end(20s));
  std::map<std::uint32_t, std::int64_t> ends;
  for (const auto& one : all.board.lives()) ends[one.child] = one.ended_ns;
  BOOST_REQUIRE(ends.size() == count);
  for (std::uint32_t child = 1; child < count; ++child) {
    BOOST_TEST(ends[child] > 0);
    BOOST_TEST(ends[child] < ends[child - 1]);
  }
  BOOST_TEST(census(all.board).empty());
}

BOOST_AUTO_TEST_CASE(a_stop_at_once_leaves_nothing) {
  const auto all = kept::start(20);
  all.keeper.signal(SIGTERM);
  BOOST_REQUIRE(all.keeper.wait_for_end(20s));
  for (const auto& one : all.board.lives()) BOOST_TEST(one.ended_ns > one.born_ns);
  BOOST_TEST(census(all.board).empty());
}

BOOST_AUTO_TEST_SUITE_END()
