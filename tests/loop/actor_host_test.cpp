#include "loop/actor_host.hpp"

#include <boost/test/unit_test.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

caf::behavior idle(caf::event_based_actor* self) {
  set_house_handlers(self);
  return {[](int) {}};
}

/// Keeps itself busy for ever.
caf::behavior busy(caf::event_based_actor* self) {
  set_house_handlers(self);
  self->send(self, 1);
  return {[=](int x) { self->send(self, x); }};
}

/// Leaves only when it is killed.
caf::behavior deaf(caf::event_based_actor* self) {
  set_house_handlers(self);
  self->set_exit_handler([](const caf::exit_msg&) {});
  return {[](int) {}};
}

caf::behavior thrower(caf::event_based_actor* self) {
  set_house_handlers(self);
  return {[](int) { throw std::runtime_error("the disk is made of cheese"); }};
}

caf::behavior watcher(caf::event_based_actor* self, caf::actor target, std::string* reason) {
  set_house_handlers(self);
  self->monitor(target);
  self->set_down_handler([=](const caf::down_msg& down) {
    *reason = self->system().render(down.reason);
    self->quit();
  });
  self->send(target, 1);
  return {[](int) {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(actor_host)

BOOST_AUTO_TEST_CASE(a_host_that_never_ran_ends) {
  toolscore::actor_host host;
  BOOST_TEST(host.shutdown(1s));
  BOOST_TEST(host.shutdown(1s)); // Twice is once.
}

BOOST_AUTO_TEST_CASE(shutdown_ends_while_actors_keep_sending) {
  toolscore::actor_host host;
  std::vector<caf::actor> actors;
  for (int i = 0; i < 10; ++i) actors.push_back(host.system().spawn(busy));
  int turns = 0;
  host.run_until([&] { return ++turns > 100; });
  for (auto& actor : actors) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(shutdown_says_when_an_actor_does_not_leave_and_may_be_tried_again) {
  toolscore::actor_host host;
  auto actor = host.system().spawn(deaf);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  BOOST_TEST(!host.shutdown(50ms));
  BOOST_TEST(host.running() == 1u);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(shutdown_does_not_wait_for_a_far_timer_of_an_ended_actor) {
  toolscore::actor_host host;
  auto actor = host.system().spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 1h, 1);
    return {[](int) {}};
  });
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_CASE(the_loop_may_run_on_after_the_system_is_gone) {
  toolscore::actor_host host;
  auto actor = host.system().spawn(idle);
  host.run_until([&] { return true; });
  caf::anon_send(actor, 1);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
  actor = nullptr;
  bool ran = false;
  boost::asio::post(host.io(), [&] { ran = true; });
  BOOST_TEST(host.run_until([&] { return ran; }, 5s));
}

BOOST_AUTO_TEST_CASE(what_an_exception_said_reaches_the_monitor) {
  toolscore::actor_host host;
  std::string reason;
  const auto root = host.system().spawn(watcher, host.system().spawn(thrower), &reason);
  BOOST_TEST(host.shutdown(5s));
  BOOST_TEST(reason.find("the disk is made of cheese") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_nobody_handles_is_dropped) {
  toolscore::actor_host host;
  auto actor = host.system().spawn(idle);
  caf::anon_send(actor, std::string("what is this"));
  caf::anon_send(actor, 1);
  host.run_until([] { return false; }, 20ms);
  BOOST_TEST(host.running() == 1u);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  BOOST_TEST(host.shutdown(5s));
}

BOOST_AUTO_TEST_SUITE_END()
