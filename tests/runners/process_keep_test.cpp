#include "runners/descriptor_io.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <future>
#include <thread>

using namespace std::chrono_literals;

namespace toolscore::test {

namespace {

/// Two nodes, one after the other; what the first has kept is a child of this process all the same.
struct two_nodes : process_fixture {
  static kept_as named(std::uint64_t number) { return {{{"fs"}, number}, "kept-1", 0, 1s}; }
  kept_trees trees() const {
    auto opened = kept_trees::open((folder / "kept").string());
    BOOST_REQUIRE(opened);
    return std::move(*opened);
  }
  result<std::unique_ptr<hosted_process>> start_kept(std::uint64_t number) {
    spawn_options options;
    options.stdout_to_log = options.no_stdin = true;
    options.keep = named(number);
    auto what = plan({"sleep", "1000"});
    what.name = "fs";
    return start(what, std::move(options));
  }
  /// The first keeps number 7, and ends; the second has looked at what it left.
  two_nodes() {
    processes->keep_trees_in(trees(), {}, {});
    auto kept = start_kept(7);
    BOOST_REQUIRE(kept);
    init = static_cast<pid_t>((*kept)->init_pid());
    processes->let_kept_go();
    kept->reset();
    BOOST_REQUIRE(kill_all());
    processes = std::make_unique<process_io>(io, TOOLSCORE_LIBEXEC_DIR);
    auto found = find_kept(trees(), [](const auto&) { return kept_claim::same; });
    BOOST_REQUIRE(found.offers.size() == 1u);
    processes->keep_trees_in(trees(), std::move(found.offers), found.last_numbers());
  }
  ~two_nodes() { ::waitpid(init, nullptr, 0); } // Unless the spawner's remains have been reaped.
  void end_it() {
    ::kill(init, SIGKILL);
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(init), &ended, WEXITED | WNOWAIT);
  }
  std::size_t notes() const { return trees().all().size(); }

  pid_t init = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_keep, process_fixture)

BOOST_FIXTURE_TEST_CASE(what_lives_is_adopted_under_its_number, two_nodes) {
  const auto offered = processes->kept({"fs"});
  BOOST_REQUIRE(offered);
  BOOST_TEST(offered->number == 7u);
  auto adopted = start_kept(7);
  BOOST_REQUIRE(adopted);
  BOOST_TEST((*adopted)->adopted());
  BOOST_TEST((*adopted)->init_pid() == init);
  (*adopted)->kill();
  exit_of(**adopted);
}

BOOST_FIXTURE_TEST_CASE(what_has_ended_since_the_look_is_known_and_followed_by_another, two_nodes) {
  end_it();
  BOOST_TEST(!processes->kept({"fs"}));
  BOOST_TEST(processes->last_kept({"fs"}) == 7u);
  auto next = start_kept(8);
  BOOST_REQUIRE_MESSAGE(next, (next ? "" : next.failure().detail));
  BOOST_TEST(!(*next)->adopted());
  BOOST_REQUIRE(notes() == 1u);
  BOOST_TEST(trees().all()[0].id.number == 8u);
  (*next)->kill();
  exit_of(**next);
}

BOOST_FIXTURE_TEST_CASE(under_the_number_of_one_that_is_no_more_nothing_starts, two_nodes) {
  BOOST_REQUIRE(processes->kept({"fs"}));
  end_it();
  const auto refused = start_kept(7);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().detail == "what a former node kept is no more to be adopted");
  BOOST_TEST(processes->last_kept({"fs"}) == 7u);
  BOOST_TEST(run_until([&] { return notes() == 0; }));
  auto next = start_kept(8);
  BOOST_REQUIRE(next);
  BOOST_TEST(!(*next)->adopted());
  (*next)->kill();
  exit_of(**next);
}

/// A node that is killed in between leaves nothing then that its successor would not find.
BOOST_AUTO_TEST_CASE(nothing_of_a_kept_tree_runs_before_its_note_is_written) {
  const auto kept = (folder / "kept").string();
  auto trees = kept_trees::open(kept);
  BOOST_REQUIRE(trees);
  processes->keep_trees_in(std::move(*trees), {}, {});
  // The note's draft is a pipe: whoever opens it for writing waits for a reader.
  const auto draft = kept + "/fs.1.note.new";
  BOOST_REQUIRE(::mkfifo(draft.c_str(), 0600) == 0);
  const auto trace = folder / "it-ran";
  bool ran_before = false;
  auto reader = std::async(std::launch::async, [&] {
    for (int look = 0; look < 50 && !ran_before; ++look) {
      std::this_thread::sleep_for(10ms);
      ran_before = std::filesystem::exists(trace);
    }
    return descriptor(::open(draft.c_str(), O_RDWR | O_CLOEXEC));
  });
  spawn_options options;
  options.stdout_to_log = options.no_stdin = true;
  options.keep = kept_as{{{"fs"}, 1}, "kept-1", 0, 1s};
  const auto what = plan({"sh", "-c", "echo > '" + trace.string() + "'; exec sleep 1000"});
  auto child = must_start(what, std::move(options));
  const auto pipe = reader.get();
  BOOST_TEST(!ran_before);
  BOOST_TEST(run_until([&] { return std::filesystem::exists(trace); }));
  child->kill();
  exit_of(*child);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
