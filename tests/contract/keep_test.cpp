// What outlives its node, whatever it is: the same instance under the next one, and never two.
#include "runners/proc_io.hpp"
#include "tests/contract/runner_fixture.hpp"
#include "tests/test_engine.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>

namespace toolscore {

using test::backend;
using test::runner_fixture;
namespace data = boost::unit_test::data;
using namespace std::chrono_literals;

namespace {

const server_id web{"web"};

launch_plan kept_plan(const runner_fixture& all) {
  auto plan = all.plan("subject", {"wait"});
  plan.name = web.value;
  return plan;
}

spawn_options kept_options(std::uint64_t number, const std::string& digest = "kept-1") {
  spawn_options how;
  how.stdout_to_log = how.no_stdin = true;
  how.instance = {web, number};
  how.keep = kept_as{{web, number}, digest, 8123, 100ms};
  return how;
}

bool lives(std::int64_t pid) {
  return facts_of(pid).has_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(keep)

#define FOR_EACH_BACKEND(name)                                                                     \
  BOOST_DATA_TEST_CASE(name, data::make(test::backends()), backend_kind)

FOR_EACH_BACKEND(it_is_adopted_as_it_is) {
  runner_fixture all(backend_kind);
  all.keep();
  BOOST_TEST(!all.host->kept(web).has_value());
  auto first = all.must_start(kept_plan(all), kept_options(3));
  BOOST_TEST(!first->adopted());
  first->note_ready();
  const auto pid = first->pid();
  const auto init = first->init_pid();
  const auto confined = first->confined();
  all.leave_to_next(std::move(first));
  for (int round = 0; round < 2; ++round) {
    const auto offer = all.host->kept(web);
    BOOST_REQUIRE(offer.has_value());
    BOOST_TEST(offer->number == 3u);
    BOOST_TEST(offer->digest == "kept-1");
    BOOST_TEST(offer->port == 8123);
    auto again = all.must_start(kept_plan(all), kept_options(3));
    BOOST_TEST(again->adopted());
    BOOST_TEST(again->was_ready());
    BOOST_TEST(again->pid() == pid);
    BOOST_TEST(again->init_pid() == init);
    BOOST_TEST(again->confined() == confined);
    BOOST_TEST(!all.host->kept(web).has_value());
    if (round == 0) {
      all.leave_to_next(std::move(again));
      continue;
    }
    again->kill(); // It is watched as any other.
    const auto how = all.exit_of(*again);
    BOOST_REQUIRE(how);
    BOOST_TEST(to_string(*how) == "signal 9 (SIGKILL)");
  }
  BOOST_TEST(all.run_until([&] { return all.alive() == 0; }));
  BOOST_TEST(all.host->last_kept(web) == 0u); // It is no former node's any more.
}

FOR_EACH_BACKEND(of_another_definition_it_ends_before_its_successor_begins) {
  runner_fixture all(backend_kind);
  all.keep();
  auto first = all.must_start(kept_plan(all), kept_options(1));
  const auto pid = first->pid();
  all.leave_to_next(std::move(first));
  const auto next = all.must_start(kept_plan(all), kept_options(2, "kept-2"));
  BOOST_TEST(!lives(pid));
  BOOST_TEST(!next->adopted());
  BOOST_TEST(next->pid() != pid);
  BOOST_TEST(all.host->last_kept(web) == 1u);
  BOOST_TEST(all.alive() == 1u);
}

FOR_EACH_BACKEND(nobody_s_any_more_it_ends_and_that_is_told) {
  runner_fixture all(backend_kind);
  all.keep();
  auto first = all.must_start(kept_plan(all), kept_options(1));
  const auto pid = first->pid();
  all.leave_to_next(std::move(first));
  bool ended = false;
  BOOST_TEST(all.host->end_kept(web, 100ms, [&] { ended = true; }));
  BOOST_TEST(!all.host->end_kept(web, 100ms, [] {}));
  BOOST_TEST(all.run_until([&] { return ended; }));
  BOOST_TEST(!lives(pid));
  BOOST_TEST(all.run_until([&] { return all.alive() == 0; }));
  BOOST_TEST(std::filesystem::is_empty(all.folder / "kept"));
}

FOR_EACH_BACKEND(one_that_has_died_meanwhile_is_no_offer_and_its_number_is_never_another_s) {
  runner_fixture all(backend_kind);
  all.keep();
  auto first = all.must_start(kept_plan(all), kept_options(5));
  const auto init = first->init_pid();
  all.leave_to_next(std::move(first));
  BOOST_TEST(::kill(static_cast<pid_t>(init), SIGKILL) == 0);
  BOOST_TEST(all.run_until([&] { return !all.host->kept(web).has_value(); }));
  BOOST_TEST(all.host->last_kept(web) == 5u);
  const auto same = all.start(kept_plan(all), kept_options(5));
  BOOST_TEST(!same.operator bool());
  const auto next = all.must_start(kept_plan(all), kept_options(6));
  BOOST_TEST(!next->adopted());
  BOOST_TEST(all.run_until([&] { return all.alive() == 1; }));
}

FOR_EACH_BACKEND(one_that_is_asked_to_end_does_not_stay) {
  runner_fixture all(backend_kind);
  all.keep();
  const auto child = all.must_start(kept_plan(all), kept_options(1));
  BOOST_TEST(!child->leave()); // The node goes on.
  child->signal(SIGTERM);
  if (all.processes)
    all.processes->let_kept_go();
  else
    all.containers->let_kept_go();
  BOOST_TEST(!child->leave());
  BOOST_TEST(all.exit_of(*child).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore
