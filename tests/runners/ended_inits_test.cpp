#include "runners/ended_inits_io.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace toolscore::test {
namespace {

struct pair_of_ends {
  pair_of_ends() {
    int ends[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) ==
                  0);
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
  }
  bool is_closed() const {
    char byte = 0;
    return ::recv(theirs.get(), &byte, 1, 0) == 0;
  }
  descriptor ours;
  descriptor theirs;
};

struct ended_fixture {
  /// How long until it is closed, with something to do each millisecond if `busy`.
  std::chrono::milliseconds time_of(const pair_of_ends& one, bool busy) {
    const auto begin = steady_clock::now();
    while (!one.is_closed() && steady_clock::now() - begin < 5s) {
      if (busy) ended->wait();
      io.restart();
      io.run_one_for(1ms);
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
  }
  boost::asio::io_context io;
  std::shared_ptr<ended_inits> ended = std::make_shared<ended_inits>(io, 200ms, 400ms);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ended_inits, ended_fixture)

BOOST_AUTO_TEST_CASE(one_may_end_once_it_has_been_quiet_for_a_moment) {
  pair_of_ends one;
  ended->add(std::move(one.ours));
  BOOST_TEST(!one.is_closed());
  const auto took = time_of(one, false);
  BOOST_TEST((took >= 195ms && took < 390ms), took.count() << " ms");
}

BOOST_AUTO_TEST_CASE(while_there_is_something_to_do_it_waits_but_not_for_ever) {
  pair_of_ends one;
  ended->add(std::move(one.ours));
  const auto took = time_of(one, true);
  BOOST_TEST((took >= 395ms && took < 2s), took.count() << " ms");
}

BOOST_AUTO_TEST_CASE(no_more_than_a_thousand_wait) {
  pair_of_ends first;
  ended->add(std::move(first.ours));
  for (int i = 0; i < 998; ++i) ended->add(descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  BOOST_TEST(!first.is_closed());
  ended->add(descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  BOOST_TEST(first.is_closed());
}

BOOST_AUTO_TEST_CASE(once_closed_it_keeps_nobody) {
  pair_of_ends before;
  pair_of_ends after;
  ended->add(std::move(before.ours));
  ended->close();
  BOOST_TEST(before.is_closed());
  ended->add(std::move(after.ours));
  BOOST_TEST(after.is_closed());
}

BOOST_FIXTURE_TEST_CASE(a_server_s_end_is_told_while_its_init_still_waits, process_fixture) {
  auto child = must_start(plan({subject(), "exit", "3"}));
  const bool in_namespace = child->held_by() != confinement::none;
  const auto seen = exit_of(*child);
  BOOST_TEST((seen && *seen == process_exit{false, 3}));
  if (in_namespace) BOOST_TEST(processes->alive() == 1U);
  const auto begin = steady_clock::now();
  BOOST_TEST(run_until([&] { return processes->alive() == 0; }));
  BOOST_TEST((steady_clock::now() - begin < 900ms)); // It need not lose patience.
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
