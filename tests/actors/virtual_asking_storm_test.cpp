// Callers who can be asked, a legacy server, and whatever may happen to both, by the seed.
#include "tests/actors/asking_fixture.hpp"

#include <random>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

class storm : public asking_fixture {
public:
  explicit storm(std::uint64_t seed) : dice_(seed) {
    fs.policy.intensity.half_open = 1min;
    how.heeds_term = true;
  }

  void run_all() {
    run();
    node.host.choose = [this](const std::string&, std::size_t) { return roll_manner(); };
    for (int at = 0; at < 150; ++at) {
      act();
      advance(milliseconds(one_in(20) ? roll(300'000) : one_in(4) ? roll(20'000) : roll(300)));
      check();
    }
    finish_all();
  }

private:
  std::uint64_t roll(std::uint64_t below) { return dice_() % below; }
  bool one_in(std::uint64_t odds) { return roll(odds) == 0; }

  manner roll_manner() {
    auto one = how;
    if (good_days_) return one;
    one.handshake_takes = milliseconds(1 + roll(300));
    one.end_takes = milliseconds(1 + roll(500));
    one.heeds_stdin = !one_in(3);
    if (one_in(2)) one.answers_after = milliseconds(1 + roll(5'000));
    if (one_in(8)) one.exits_after = milliseconds(roll(2'000));
    if (one_in(12)) one.spawn_error = "no such program";
    return one;
  }

  life_ptr any_alive() {
    std::vector<life_ptr> all;
    for (const auto& one : node.host.lives)
      if (one->runs) all.push_back(one);
    return all.empty() ? nullptr : all[roll(all.size())];
  }

  void call_somehow() {
    const auto who = roll(6);
    std::shared_ptr<const caller> from;
    if (who < 4) from = session(std::to_string(who) + "/" + std::to_string(age_[who]));
    if (who == 4) from = modern();
    const auto made = call(from);
    owner_[made.get()] = !from ? "" : from->session.empty() ? "modern" : from->session;
  }

  void answer_something() {
    for (const auto& made : node.calls)
      for (std::size_t which = 0; which < made->questions.size(); ++which)
        if (made->questions[which].then && one_in(2))
          return node.answer(made, which, R"({"action":"decline"})", one_in(4));
  }

  void act() {
    const auto one = any_alive();
    switch (roll(15)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return call_somehow();
    case 5:
    case 6:
      if (one)
        asks(one, std::to_string(++asked_), "elicitation/create",
             R"({"message":")" + std::to_string(one->pid) + R"("})");
      return;
    case 7:
    case 8:
      return answer_something();
    case 9:
      return node.calls.empty() ? void() : node.cancel(node.calls[roll(node.calls.size())]);
    case 10: {
      const auto who = roll(4);
      return session_over(std::to_string(who) + "/" + std::to_string(age_[who]++));
    }
    case 11:
      return one ? node.host.crash(one) : void();
    case 12:
      if (one)
        say(one, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":)"
                 R"({"requestId":)" +
                     std::to_string(asked_) + "}}");
      return;
    case 13:
      return one ? finish(one) : void();
    default:
      node.order("fs", one_in(3)   ? server_verb::stop
                       : one_in(2) ? server_verb::restart
                                   : server_verb::start);
    }
  }

  void check() {
    for (const auto& made : node.calls) {
      BOOST_TEST_REQUIRE(made->ends <= 1);
      BOOST_TEST_REQUIRE(!made->dropped);
      for (const auto& question : made->questions) {
        // One instance asks one session, ever.
        const auto& whose = owner_.at(made.get());
        BOOST_TEST_REQUIRE(whose != "");
        BOOST_TEST_REQUIRE(asks_.try_emplace(question.asked.params, whose).first->second == whose);
      }
    }
    if (node.status("fs") == "stopped") BOOST_TEST_REQUIRE(alive() == 0u);
    BOOST_TEST_REQUIRE(alive() <= row().own_instances + 1u);
  }

  void finish_all() {
    good_days_ = true;
    node.order("fs", server_verb::start);
    advance(30min);
    check();
    for (const auto& made : node.calls) BOOST_TEST_REQUIRE(made->ends == 1);
    for (const auto& order : node.orders) BOOST_TEST_REQUIRE(order->answers == 1);
    for (std::uint64_t who = 0; who < 4; ++who)
      session_over(std::to_string(who) + "/" + std::to_string(age_[who]));
    advance(61min);
    BOOST_TEST_REQUIRE(row().own_instances == 0u);
    BOOST_TEST_REQUIRE(node.status("fs") == "ready");
    BOOST_TEST_REQUIRE(alive() == 1u);
    BOOST_TEST_REQUIRE(row().in_flight == 0u);
    node.order("fs", server_verb::stop);
    advance(20s);
    BOOST_TEST_REQUIRE(alive() == 0u);
  }

  std::mt19937_64 dice_;
  std::uint64_t age_[4] = {};
  std::uint64_t asked_ = 0;
  bool good_days_ = false;
  std::map<const made_call*, std::string> owner_;
  std::map<std::string, std::string> asks_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(virtual_asking_storm)

BOOST_AUTO_TEST_CASE(whatever_happens_every_call_is_answered_once_and_no_instance_is_left) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) BOOST_TEST_CONTEXT("seed " << seed) {
      storm(seed).run_all();
    }
}

BOOST_AUTO_TEST_SUITE_END()
