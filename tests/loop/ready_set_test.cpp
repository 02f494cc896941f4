#include "loop/ready_set.hpp"

#include "loop/turn_scope.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <sys/socket.h>
#include <unistd.h>

using namespace toolscore;

namespace {

/// Two ends of a stream; ours is in the set.
struct watched final : ready_listener {
  explicit watched(toolscore::ready_set& of) : set(of) {
    BOOST_REQUIRE(
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
    const auto given = set.add(ends[0], *this);
    BOOST_REQUIRE(given.has_value());
    token = *given;
  }
  ~watched() {
    leave();
    end_peer();
  }
  void leave() {
    if (ends[0] < 0) return;
    set.remove(token);
    ::close(std::exchange(ends[0], -1));
  }
  void end_peer() {
    if (ends[1] >= 0) ::close(std::exchange(ends[1], -1));
  }
  void say(char x) const { BOOST_REQUIRE(::write(ends[1], &x, 1) == 1); }

  void on_readable() override {
    char x = 0;
    const auto got = ::read(ends[0], &x, 1);
    BOOST_REQUIRE(got >= 0);
    heard += got == 1 ? x : '.';
    if (also) also();
    if (got == 0) leave();
  }
  void on_writable() override { ++writable; }
  void on_hangup() override {
    ++hangups;
    leave();
  }

  toolscore::ready_set& set;
  std::array<int, 2> ends{-1, -1};
  toolscore::ready_set::token token = 0;
  std::string heard;
  int writable = 0;
  int hangups = 0;
  std::function<void()> also;
};

struct looked {
  boost::asio::io_context io;
  toolscore::ready_set set{io};
  void poll() {
    io.restart();
    for (int i = 0; i < 20; ++i) io.poll_one(); // Whoever wants output always has a next one.
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ready_set, looked)

BOOST_AUTO_TEST_CASE(input_is_told_until_it_is_taken_and_then_the_end) {
  watched a(set);
  a.say('x');
  a.say('y');
  poll();
  BOOST_TEST(a.heard == "xy"); // One byte a call: what is left is told again.
  a.end_peer();
  poll();
  BOOST_TEST(a.heard == "xy.");
  BOOST_TEST(set.size() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_not_wanted_is_not_told_but_a_hangup_is) {
  watched a(set);
  set.want(a.token, false, false);
  a.say('x');
  poll();
  BOOST_TEST(a.heard.empty());
  set.want(a.token, true, true);
  poll();
  BOOST_TEST(a.heard == "x");
  BOOST_TEST(a.writable > 0);
  set.want(a.token, false, false);
  a.end_peer();
  poll();
  BOOST_TEST(a.hangups == 1);
}

BOOST_AUTO_TEST_CASE(one_that_another_has_ended_hears_nothing_nor_does_its_successor) {
  watched a(set);
  watched b(set);
  std::unique_ptr<watched> successor;
  const auto end_the_other = [&](watched& other) {
    other.leave();
    successor = std::make_unique<watched>(set); // In the other's place.
  };
  a.also = [&] { end_the_other(b); };
  b.also = [&] { end_the_other(a); };
  a.say('x');
  b.say('y');
  poll();
  BOOST_TEST(a.heard.size() + b.heard.size() == 1u);
  BOOST_REQUIRE(successor);
  BOOST_TEST(successor->heard.empty());
  BOOST_TEST(successor->token != a.token);
  BOOST_TEST(successor->token != b.token);
}

BOOST_AUTO_TEST_CASE(what_one_look_brings_is_told_in_one_turn) {
  struct counted final : turn_work {
    int turns = 0;
    void run_turn() override { ++turns; }
  } work;
  watched a(set);
  watched b(set);
  a.also = b.also = [&] { BOOST_TEST(turn_scope::defer(work)); };
  a.say('x');
  b.say('y');
  poll();
  BOOST_TEST(a.heard + b.heard == "xy");
  BOOST_TEST(work.turns == 1);
}

BOOST_AUTO_TEST_CASE(an_empty_set_keeps_no_loop_running) {
  {
    watched a(set);
    a.say('x');
    poll();
  }
  io.restart();
  io.run(); // Returns: nothing is waited for.
  BOOST_TEST(set.size() == 0u);
  watched again(set);
  again.say('z');
  poll();
  BOOST_TEST(again.heard == "z");
}

BOOST_AUTO_TEST_SUITE_END()
