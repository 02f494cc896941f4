#include "runners/descriptor_io.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <future>
#include <thread>

using namespace std::chrono_literals;

namespace toolscore::test {

BOOST_FIXTURE_TEST_SUITE(process_keep, process_fixture)

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
