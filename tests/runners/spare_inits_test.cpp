#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/mount.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

using namespace std::chrono_literals;

namespace toolscore::test {
namespace {

constexpr std::size_t most = 2;

std::string name_of(std::int64_t pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name;
}

struct spare_fixture : process_fixture {
  spare_fixture() {
    processes->keep_spares(most);
    auto opened = tree_notes::open(notes);
    BOOST_REQUIRE(opened);
    processes->note_trees_in(std::move(*opened));
  }

  /// Those that stand, zombies among them.
  static std::set<std::int64_t> spares() {
    std::set<std::int64_t> found;
    std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    for (std::int64_t pid = 0; children >> pid;)
      if (name_of(pid) == "toolscore-spare") found.insert(pid);
    return found;
  }
  bool stand() {
    return run_until([] { return spares().size() == most; });
  }
  /// The first start makes the spawner known, and the spares after it.
  bool prepare() {
    const auto first = must_start(plan({subject(), "exit", "0"}));
    exit_of(*first);
    if (first->held_by() != confinement::none) {
      BOOST_REQUIRE(stand());
      BOOST_REQUIRE(
          run_until([this] { return processes->alive() == 0; })); // Its init ends after it.
      return true;
    }
    BOOST_TEST_MESSAGE("skipped: no spares here, for no namespace holds a tree");
    return false;
  }
  std::string output_of(std::vector<std::string> argv) {
    auto child = must_start(plan(std::move(argv)));
    was_spare = before.count(child->init_pid()) != 0;
    const int output = child->take_stdout();
    std::string text;
    for (std::string line; !(line = read_line(output)).empty();) text += line + "\n";
    ::close(output);
    exit_of(*child);
    return text;
  }

  const std::string notes = (folder / "trees").string();
  std::set<std::int64_t> before;
  bool was_spare = false;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(spare_inits, spare_fixture)

BOOST_AUTO_TEST_CASE(a_start_takes_one_that_stands_and_another_is_made) {
  if (!prepare()) return;
  before = spares();
  auto child = must_start(plan({subject(), "wait"}));
  BOOST_TEST(before.count(child->init_pid()) == 1U);
  BOOST_TEST(name_of(child->init_pid()) == "toolscore-init");
  BOOST_TEST(processes->alive() == 1U); // They are nobody's trees.
  BOOST_TEST(stand());
  BOOST_TEST(spares().count(child->init_pid()) == 0U);
  child->signal(SIGTERM);
  const auto seen = exit_of(*child);
  BOOST_TEST((seen && *seen == process_exit{true, SIGTERM}));
}

BOOST_AUTO_TEST_CASE(a_server_cannot_tell_whether_its_init_was_made_ahead) {
  for (const char* what : {"self", "descriptors", "environment", "signals", "files"}) {
    processes = std::make_unique<process_io>(io, TOOLSCORE_LIBEXEC_DIR);
    before.clear();
    const auto plain = output_of({subject(), what});
    processes = std::make_unique<process_io>(io, TOOLSCORE_LIBEXEC_DIR);
    processes->keep_spares(most);
    if (!prepare()) return;
    before = spares();
    BOOST_TEST(output_of({subject(), what}) == plain);
    BOOST_TEST(was_spare);
  }
}

BOOST_AUTO_TEST_CASE(one_that_was_killed_is_reaped_not_used_and_replaced) {
  if (!prepare()) return;
  const auto killed = spares();
  for (const auto pid : killed) ::kill(static_cast<pid_t>(pid), SIGKILL);
  std::this_thread::sleep_for(50ms); // They are dead, and nobody has been told.
  auto child = must_start(plan({subject(), "wait"}));
  BOOST_TEST(killed.count(child->init_pid()) == 0U);
  BOOST_TEST(stand());
  for (const auto pid : spares()) BOOST_TEST(killed.count(pid) == 0U);
  // And one that dies while nothing else happens.
  before = spares();
  ::kill(static_cast<pid_t>(*before.begin()), SIGKILL);
  BOOST_TEST(run_until([&] { return spares().size() == most && spares() != before; }));
}

BOOST_AUTO_TEST_CASE(where_each_of_them_dies_they_are_not_made_for_ever) {
  if (!prepare()) return;
  std::set<std::int64_t> seen;
  run_until(
      [&] {
        for (const auto pid : spares()) {
          seen.insert(pid);
          ::kill(static_cast<pid_t>(pid), SIGKILL);
        }
        return false;
      },
      1s);
  BOOST_TEST(spares().empty());
  BOOST_TEST(seen.size() <= 5U);
  exit_of(*must_start(plan({subject(), "exit", "0"}))); // A start makes them anew.
  BOOST_TEST(stand());
}

BOOST_AUTO_TEST_CASE(a_storm_that_finds_none_starts_all_the_same) {
  if (!prepare()) return;
  constexpr std::size_t many = 60;
  std::vector<std::unique_ptr<hosted_process>> all;
  for (std::size_t i = 0; i < many; ++i)
    processes->spawn(plan({subject(), "wait"}), {}, [&](auto answer) {
      BOOST_REQUIRE_MESSAGE(answer, (answer ? "" : answer.failure().detail));
      all.push_back(std::move(*answer));
    });
  BOOST_REQUIRE(run_until([&] { return all.size() == many; }));
  BOOST_TEST(processes->alive() == many);
  std::set<std::int64_t> inits;
  for (const auto& one : all) inits.insert(one->init_pid());
  BOOST_TEST(inits.size() == many);
  BOOST_TEST(stand());
}

BOOST_AUTO_TEST_CASE(they_end_with_their_spawner_and_come_again_with_the_next) {
  if (!prepare()) return;
  before = spares();
  ::kill(static_cast<pid_t>(processes->spawner_pid()), SIGKILL);
  BOOST_TEST(run_until([] { return spares().empty(); }));
  BOOST_TEST(run_until([this] { return census(marker).empty(); }));
  auto child = must_start(plan({subject(), "wait"}));
  BOOST_TEST(before.count(child->init_pid()) == 0U);
  BOOST_TEST(stand());
}

BOOST_AUTO_TEST_CASE(they_are_noted_while_they_live) {
  if (!prepare()) return;
  // One stands a moment before its spawner's word of it has been read.
  BOOST_TEST(run_until([this] {
    std::set<std::int64_t> noted;
    for (const auto& mark : read_tree_notes(notes)) noted.insert(mark.pid);
    return noted == spares();
  }));
  BOOST_TEST(kill_all());
  BOOST_TEST(spares().empty());
  BOOST_TEST(read_tree_notes(notes).empty());
}

BOOST_AUTO_TEST_CASE(one_from_before_a_mount_is_not_used) {
  if (!prepare()) return;
  before = spares();
  const auto place = folder / "place";
  std::filesystem::create_directory(place);
  if (::mount("none", place.c_str(), "tmpfs", 0, "size=64k") != 0) {
    BOOST_TEST_MESSAGE("skipped: nothing can be mounted here");
    return;
  }
  std::ofstream(place / "there") << "x";
  auto child = must_start(plan({"cat", (place / "there").string()}));
  BOOST_TEST(before.count(child->init_pid()) == 0U);
  const auto seen = exit_of(*child);
  BOOST_TEST((seen && *seen == process_exit{false, 0}));
  ::umount2(place.c_str(), MNT_DETACH);
  BOOST_TEST(run_until([&] { // Nor do those stand on.
    const auto now = spares();
    return std::none_of(now.begin(), now.end(), [&](auto pid) { return before.count(pid) != 0; });
  }));
}

BOOST_AUTO_TEST_CASE(one_that_does_not_hold_as_asked_is_not_used) {
  if (!prepare()) return;
  before = spares();
  spawn_options options;
  options.held_by = confinement::none;
  auto child = must_start(plan({subject(), "wait"}), std::move(options));
  BOOST_TEST(before.count(child->init_pid()) == 0U);
  BOOST_TEST((child->held_by() == confinement::none));
  BOOST_TEST((spares() == before));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
