#include "loop/actor_host.hpp"
#include "loop/turn_scope.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

struct tally {
  int messages = 0;
  int ends = 0;
  int starts = 0;
  std::thread::id thread;
  bool strayed = false; ///< Something ran on another thread.
};

void note(tally* t) {
  if (t->thread != std::this_thread::get_id()) t->strayed = true;
}

caf::behavior counter(caf::event_based_actor* self, tally* t) {
  set_house_handlers(self);
  return {[=](int) {
    note(t);
    ++t->messages;
  }};
}

/// Crashes by a timer of its own.
caf::behavior mayfly(caf::event_based_actor* self, tally* t, std::chrono::milliseconds life) {
  set_house_handlers(self);
  ++t->starts;
  self->delayed_send(self, life, 1);
  return {[=](int) {
    note(t);
    self->quit(caf::sec::runtime_error);
  }};
}

struct keeper_state {
  std::vector<caf::actor> children;
  int left = 0;
};

/// Restarts each child twice, then ends.
caf::behavior keeper(caf::stateful_actor<keeper_state>* self, tally* t, int count) {
  set_house_handlers(self);
  const auto start = [=](int at) {
    auto child = self->spawn(mayfly, t, std::chrono::milliseconds(1 + at % 7));
    self->monitor(child);
    self->state.children.push_back(child);
  };
  self->state.left = count * 3;
  self->set_down_handler([=](const caf::down_msg&) {
    note(t);
    ++t->ends;
    const int left = --self->state.left;
    if (left == 0)
      self->quit();
    else if (left >= count)
      start(left);
  });
  for (int i = 0; i < count; ++i) start(i);
  return {[](int) {}};
}

/// Sends every message back, for ever.
caf::behavior echo(caf::event_based_actor* self, std::uint64_t* hits) {
  set_house_handlers(self);
  return {[=](int x) {
    ++*hits;
    self->send(caf::actor_cast<caf::actor>(self->current_sender()), x);
  }};
}

caf::behavior ball(caf::event_based_actor* self, caf::actor other) {
  set_house_handlers(self);
  self->send(other, 1);
  return {[=](int x) { self->send(other, x); }};
}

std::size_t thread_count() {
  std::size_t n = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    static_cast<void>(entry);
    ++n;
  }
  return n;
}

/// Voluntary switches of all threads: each is one wake-up.
std::uint64_t wake_ups() {
  std::uint64_t sum = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    for (std::string line; std::getline(status, line);)
      if (line.rfind("voluntary_ctxt_switches:", 0) == 0)
        sum += std::strtoull(line.c_str() + 24, nullptr, 10);
  }
  return sum;
}

} // namespace

BOOST_AUTO_TEST_SUITE(loop_scheduler)

BOOST_AUTO_TEST_CASE(a_hundred_children_with_timers_live_and_die_in_one_thread) {
  const auto threads = thread_count();
  tally t;
  t.thread = std::this_thread::get_id();
  actor_host host;
  // Without a handle the actor would end as unreachable.
  const auto root = host.system().spawn(keeper, &t, 100);
  bool more_threads = false;
  host.run_until([&] {
    more_threads = more_threads || (t.ends % 50 == 0 && thread_count() != threads);
    return host.running() == 0;
  });
  BOOST_TEST(t.starts == 300);
  BOOST_TEST(t.ends == 300);
  BOOST_TEST(!t.strayed);
  BOOST_TEST(!more_threads);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(messages_of_other_threads_arrive_on_the_loops_thread) {
  tally t;
  t.thread = std::this_thread::get_id();
  actor_host host;
  // Many idle receivers, so that nearly every message makes an actor ready.
  std::vector<caf::actor> targets;
  for (int i = 0; i < 100; ++i) targets.push_back(host.system().spawn(counter, &t));
  std::vector<std::thread> senders;
  for (int i = 0; i < 4; ++i)
    senders.emplace_back([&targets] {
      for (std::size_t j = 0; j < 50'000; ++j) caf::anon_send(targets[j % targets.size()], 1);
    });
  BOOST_TEST(host.run_until([&] { return t.messages == 200'000; }, 20s));
  for (auto& sender : senders) sender.join();
  BOOST_TEST(!t.strayed);
  // And one that comes while the loop sleeps, without a helping poll.
  std::thread late([&targets] { caf::anon_send(targets[0], 1); });
  host.run_until([&] { return t.messages == 200'001; });
  late.join();
  for (auto& target : targets) caf::anon_send_exit(target, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(a_message_that_nobody_wants_ends_neither_its_receiver_nor_its_sender) {
  actor_host host;
  int answered = 0;
  const auto deaf = host.system().spawn([](caf::event_based_actor* self) -> caf::behavior {
    set_house_handlers(self);
    return {[](int x) { return x + 1; }};
  });
  const auto sender = host.system().spawn([&](caf::event_based_actor* self) -> caf::behavior {
    set_house_handlers(self);
    return {[&answered, self, deaf](caf::ok_atom) {
      self->send(deaf, std::string("unknown"));
      self->request(deaf, std::chrono::seconds{5}, 1).then([&answered](int x) { answered = x; });
    }};
  });
  caf::anon_send(sender, caf::ok_atom::value);
  BOOST_TEST(host.run_until([&] { return answered == 2; }, 5s));
  answered = 0;
  caf::anon_send(sender, caf::ok_atom::value); // It is alive.
  BOOST_TEST(host.run_until([&] { return answered == 2; }, 5s));
  for (const auto& x : {deaf, sender}) caf::anon_send_exit(x, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(in_a_scope_actors_run_when_the_handler_ends_and_not_a_round_later) {
  actor_host host;
  int handled = 0;
  const auto target = host.system().spawn([&](caf::event_based_actor* self) -> caf::behavior {
    set_house_handlers(self);
    return {[&handled, self](int left) {
      ++handled;
      if (left > 0) self->send(self, left - 1);
    }};
  });
  caf::anon_send(target, 0);
  BOOST_TEST(host.run_until([&] { return handled == 1; }, 5s)); // Now it is idle.
  int in_handler = -1;
  int behind_it = -1;
  boost::asio::post(host.loop().io(), [&] {
    {
      const turn_scope outer;
      {
        const turn_scope inner;
        caf::anon_send(target, 200); // More than one turn takes.
      }
      in_handler = handled;
    }
    behind_it = handled;
  });
  BOOST_TEST(host.run_until([&] { return handled == 202; }, 5s)); // None is forgotten.
  BOOST_TEST(in_handler == 1);
  BOOST_TEST(behind_it > 1);
  caf::anon_send_exit(target, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(no_wake_up_of_an_idle_actor_by_another_thread_is_lost) {
  struct lane {
    std::atomic<int> handled{0};
    std::vector<caf::actor> targets;
  };
  constexpr int rounds = 400;
  constexpr int burst = 100;
  actor_host host;
  std::array<lane, 4> lanes;
  for (auto& one : lanes)
    for (int i = 0; i < burst; ++i)
      one.targets.push_back(
          host.system().spawn([&one](caf::event_based_actor* self) -> caf::behavior {
            set_house_handlers(self);
            return {[&one](int) { ++one.handled; }};
          }));
  std::atomic<bool> give_up = false;
  std::vector<std::thread> senders;
  for (auto& one : lanes)
    senders.emplace_back([&one, &give_up] {
      for (int i = 1; i <= rounds && !give_up; ++i) { // Each round finds its actors idle.
        for (auto& target : one.targets) caf::anon_send(target, i);
        while (one.handled < i * burst && !give_up) std::this_thread::yield();
      }
    });
  const auto done = [&] {
    return std::all_of(lanes.begin(), lanes.end(),
                       [](auto& x) { return x.handled == rounds * burst; });
  };
  BOOST_TEST(host.run_until(done, 20s));
  give_up = true;
  for (auto& sender : senders) sender.join();
  for (auto& one : lanes)
    for (auto& target : one.targets) caf::anon_send_exit(target, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(timers_armed_by_another_thread_fire_on_the_loops) {
  tally t;
  t.thread = std::this_thread::get_id();
  actor_host host;
  auto target = host.system().spawn(counter, &t);
  std::thread other([target] {
    for (int i = 0; i < 100; ++i)
      caf::delayed_anon_send(target, std::chrono::milliseconds(i % 5), i);
  });
  host.run_until([&] { return t.messages == 100; });
  other.join();
  BOOST_TEST(!t.strayed);
  caf::anon_send_exit(target, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(a_timer_armed_before_the_loop_runs_fires_and_never_early) {
  tally t;
  t.thread = std::this_thread::get_id();
  actor_host host;
  auto target = host.system().spawn(counter, &t);
  const auto armed = std::chrono::steady_clock::now();
  caf::delayed_anon_send(target, 1h, 0);
  caf::delayed_anon_send(target, 30ms, 1);
  host.run_until([&] { return t.messages == 1; });
  BOOST_TEST((std::chrono::steady_clock::now() - armed >= 30ms));
  caf::anon_send_exit(target, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(a_game_of_ping_pong_starves_no_asio_timer) {
  actor_host host;
  std::uint64_t hits = 0;
  std::vector<caf::actor> players;
  for (int i = 0; i < 20; ++i) {
    players.push_back(host.system().spawn(echo, &hits));
    players.push_back(host.system().spawn(ball, players.back()));
  }
  int ticks = 0;
  boost::asio::steady_timer timer(host.io());
  std::function<void()> tick = [&] {
    timer.expires_after(1ms);
    timer.async_wait([&](boost::system::error_code failed) {
      if (failed) return;
      ++ticks;
      tick();
    });
  };
  tick();
  // A loop that drains its actors dry would never return to the timer, so this would not end.
  BOOST_TEST(host.run_until([&] { return ticks == 50; }, 20s));
  BOOST_TEST(hits > 1'000u);
  timer.cancel();
  for (auto& player : players) caf::anon_send_exit(player, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(an_idle_loop_makes_no_wake_ups) {
  actor_host host;
  tally t;
  std::vector<caf::actor> actors;
  for (int i = 0; i < 20; ++i) {
    actors.push_back(host.system().spawn(counter, &t));
    caf::anon_send(actors.back(), 1);
    caf::delayed_anon_send(actors.back(), 1h, 1);
  }
  for (const bool by_predicate : {false, true}) {
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    boost::asio::steady_timer start(host.io(), 100ms);
    boost::asio::steady_timer end(host.io(), 1'100ms);
    start.async_wait([&](boost::system::error_code) { before = wake_ups(); });
    end.async_wait([&](boost::system::error_code) {
      after = wake_ups();
      if (!by_predicate) host.loop().stop();
    });
    if (by_predicate)
      host.run_until([&] { return after > 0; });
    else
      host.run();
    BOOST_TEST(before > 0u);
    BOOST_TEST(after - before <= 2u); // The sleep that the second timer ends is one.
  }
  for (auto& actor : actors) caf::anon_send_exit(actor, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_SUITE_END()
