#include "runners/child_process_io.hpp"
#include "runners/spawner/pidfd.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include <csignal>

// A pidfd's number is free again as soon as it is closed, and the next child's pidfd takes it. An
// event of the dead child that is still queued then must not be taken for the end of the new one.
namespace toolscore::test {
namespace {

/// A child of the test's own that ends at once, or never; killed and reaped with this.
struct own_child {
  explicit own_child(bool ends_at_once) : pid(::fork()) {
    if (pid == 0) {
      while (!ends_at_once) ::pause();
      ::_exit(0);
    }
    pidfd.reset(pidfd_open(pid, 0));
  }
  ~own_child() {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  own_child(const own_child&) = delete;
  own_child& operator=(const own_child&) = delete;

  /// Dead, and not reaped.
  bool has_ended() const {
    pollfd death{pidfd.get(), POLLIN, 0};
    return ::poll(&death, 1, 5'000) == 1;
  }
  /// As a child between vfork and exec holds one: what the parent closes stays open for epoll.
  descriptor copy() const { return descriptor(fcntl(pidfd.get(), F_DUPFD_CLOEXEC, 3)); }

  pid_t pid;
  descriptor pidfd;
};

/// Whom it would tell that it is reaped.
struct told_owner final : tree_owner {
  void on_reaped(const tree&) override { reaped = true; }
  void on_left(const tree&) override {}
  bool leaves() const override { return false; }
  void when_due(std::function<void()> work) override { work(); }
  void ring_later(std::weak_ptr<child_process::state>) override {}
  void part(descriptor) override {}
  void end_cgroup(std::vector<std::string>, std::function<void(node_cgroups::farewell)>) override {}
  void rest_cgroup(const std::string&, const limits_policy&, tree_cgroup) override {}
  void kill_cgroup(std::vector<std::string>) override {}
  bool reaped = false;
};

void run_what_waits(boost::asio::io_context& io) {
  io.run_for(std::chrono::milliseconds(50));
  io.restart();
}

} // namespace

BOOST_AUTO_TEST_SUITE(stale_event)

BOOST_AUTO_TEST_CASE(what_was_closed_with_its_event_still_queued_does_not_speak_for_its_successor) {
  boost::asio::io_context io;
  own_child old(true);
  own_child next(false);
  BOOST_REQUIRE(old.has_ended());
  const auto copy = old.copy();
  watched_descriptor watched_old(io);
  const int number = old.pidfd.get();
  BOOST_REQUIRE(watched_old.assign(std::move(old.pidfd))); // Its event is queued from here on.
  watched_old.close();

  watched_descriptor watched_next(io);
  BOOST_REQUIRE(::dup2(next.pidfd.get(), number) == number);
  BOOST_REQUIRE(watched_next.assign(descriptor(number)));
  bool told = false;
  watched_next.when_readable([&](bool ready) { told = ready; });
  run_what_waits(io);
  BOOST_TEST(!told);
  ::kill(next.pid, SIGKILL);
  io.run_for(std::chrono::seconds(5)); // Its own end is heard all the same.
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(an_event_of_a_number_that_a_living_child_has_now_is_not_its_end) {
  boost::asio::io_context io;
  own_child old(true);
  own_child next(false);
  BOOST_REQUIRE(old.has_ended());
  const auto copy = old.copy();
  const int number = old.pidfd.get();
  launch_plan plan;
  plan.argv = {subject(), "wait"};
  const auto watcher = std::make_shared<child_process::state>(io, plan, spawn_options{});
  auto theirs = watcher->prepare("");
  BOOST_REQUIRE(theirs);
  std::optional<process_exit> told;
  const auto owner = std::make_shared<told_owner>();
  watcher->owner = owner;
  watcher->watched = true;
  watcher->set_exit_hook([&](process_exit how) { told = how; });
  spawner::spawn_reply reply{};
  reply.init_pid = next.pid;
  reply.held = spawner::hold::pid_namespace;
  watcher->adopt(reply, std::move(old.pidfd));
  // Closed and used again before the loop comes to the event.
  BOOST_REQUIRE(::dup2(next.pidfd.get(), number) == number);
  run_what_waits(io);
  BOOST_TEST(!told);
  BOOST_TEST(!owner->reaped);
  BOOST_TEST(::kill(next.pid, 0) == 0);
  watcher->abandon();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
