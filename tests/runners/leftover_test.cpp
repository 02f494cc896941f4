#include "runners/leftovers_io.hpp"
#include "runners/tree_notes_io.hpp"
#include "tests/runners/own_directory.hpp"
#include "tests/runners/sleeper.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>
#include <set>

using namespace std::chrono_literals;

namespace toolscore::test {
namespace {

std::optional<process_facts> facts(std::int64_t pid, std::uint64_t start_time, char state = 'S') {
  process_facts now;
  now.pid = pid;
  now.start_time = start_time;
  now.state = state;
  return now;
}

} // namespace

BOOST_AUTO_TEST_SUITE(leftover)

BOOST_AUTO_TEST_CASE(only_what_is_certainly_the_noted_process_is_reaped) {
  const struct {
    const char* what;
    process_mark noted;
    std::optional<process_facts> now;
    std::string boot;
    leftover_fate fate;
  } rows[] = {
      {"lives", {70, 900, "b"}, facts(70, 900), "b", leftover_fate::reap},
      {"lives, stopped", {70, 900, "b"}, facts(70, 900, 'T'), "b", leftover_fate::reap},
      {"gone", {70, 900, "b"}, std::nullopt, "b", leftover_fate::forget},
      {"a zombie", {70, 900, "b"}, facts(70, 900, 'Z'), "b", leftover_fate::forget},
      {"dying", {70, 900, "b"}, facts(70, 900, 'X'), "b", leftover_fate::forget},
      {"its pid reused later", {70, 900, "b"}, facts(70, 901), "b", leftover_fate::forget},
      {"its pid older than it", {70, 900, "b"}, facts(70, 899), "b", leftover_fate::forget},
      {"another process's facts", {70, 900, "b"}, facts(71, 900), "b", leftover_fate::forget},
      {"of another boot", {70, 900, "a"}, facts(70, 900), "b", leftover_fate::forget},
      {"of another boot, gone", {70, 900, "a"}, std::nullopt, "b", leftover_fate::forget},
      {"the boot not noted", {70, 900, ""}, facts(70, 900), "b", leftover_fate::forget},
      {"the boot not told", {70, 900, "b"}, facts(70, 900), "", leftover_fate::forget},
      {"neither", {70, 900, ""}, facts(70, 900), "", leftover_fate::forget},
      {"no start time noted", {70, 0, "b"}, facts(70, 0), "b", leftover_fate::forget},
      {"no pid noted", {0, 900, "b"}, facts(0, 900), "b", leftover_fate::forget},
      {"a group's pid", {-70, 900, "b"}, facts(-70, 900), "b", leftover_fate::forget},
      {"the system's init", {1, 900, "b"}, facts(1, 900), "b", leftover_fate::forget},
      {"lives since before it was noted",
       {70, 0, "b", 900},
       facts(70, 899),
       "b",
       leftover_fate::reap},
      {"noted in the tick of its birth",
       {70, 0, "b", 900},
       facts(70, 900),
       "b",
       leftover_fate::reap},
      {"noted, its pid reused", {70, 0, "b", 900}, facts(70, 901), "b", leftover_fate::forget},
      {"noted, the boot another", {70, 0, "a", 900}, facts(70, 899), "b", leftover_fate::forget},
      {"noted, dead", {70, 0, "b", 900}, facts(70, 899, 'Z'), "b", leftover_fate::forget},
      {"noted, its birth not told", {70, 0, "b", 900}, facts(70, 0), "b", leftover_fate::forget},
      {"both known", {70, 900, "b", 950}, facts(70, 899), "b", leftover_fate::forget},
  };
  for (const auto& row : rows)
    BOOST_TEST((fate_of(row.noted, row.now, row.boot) == row.fate), row.what);
}

BOOST_AUTO_TEST_CASE(a_note_of_a_tree_is_read_as_it_was_written) {
  const process_mark mark{70, 0, "boot-1", 900};
  BOOST_TEST((parse_tree_note(tree_note(mark) + "    ") == mark));
  for (const char* text : {"", "    ", "70\n", "70 900 boot-1", "70 <= 900\n", "70 <= 0 b\n",
                           "-70 <= 900 b\n", "0 <= 900 b\n", "70 <= x b\n"})
    BOOST_TEST(!parse_tree_note(text), text);
}

BOOST_AUTO_TEST_CASE(notes_of_trees_go_with_their_end_and_those_that_are_kept_stay) {
  own_directory run;
  const auto path = run.path + "/trees";
  BOOST_TEST(read_tree_notes(path).empty());
  sleeper first;
  sleeper second;
  {
    auto notes = tree_notes::open(path);
    BOOST_REQUIRE(notes);
    const auto place = notes->note(first.pid);
    notes->note(second.pid);
    notes->erase(place);
  } // As a node that is killed leaves it.
  auto marks = read_tree_notes(path);
  BOOST_REQUIRE(marks.size() == 1U);
  BOOST_TEST(marks[0].pid == second.pid);
  BOOST_TEST((fate_of(marks[0], facts_of(second.pid), boot_id()) == leftover_fate::reap));
  rewrite_tree_notes(path, marks);
  auto notes = tree_notes::open(path);
  BOOST_REQUIRE(notes);
  notes->note(first.pid);
  marks = read_tree_notes(path);
  BOOST_REQUIRE(marks.size() == 2U);
  BOOST_TEST((marks[0].pid == second.pid && marks[1].pid == first.pid));
  const auto found = reap_leftovers(marks, 5s);
  BOOST_TEST(found.gone.size() == 2U);
  BOOST_TEST((first.death() == SIGKILL && second.death() == SIGKILL));
  rewrite_tree_notes(path, {});
  BOOST_TEST(!run.has("trees"));
  BOOST_TEST(!tree_notes::open(run.path + "/missing/trees"));
}

BOOST_AUTO_TEST_CASE(no_two_trees_share_a_line_whatever_was_erased_between) {
  own_directory run;
  const auto path = run.path + "/trees";
  auto notes = tree_notes::open(path);
  BOOST_REQUIRE(notes);
  std::map<std::int64_t, std::size_t> places;
  for (std::int64_t pid = 100; pid < 110; ++pid) places[pid] = notes->note(pid);
  for (const std::int64_t pid : {103, 100, 109}) {
    notes->erase(places[pid]);
    places.erase(pid);
  }
  for (std::int64_t pid = 200; pid < 205; ++pid) places[pid] = notes->note(pid);
  std::set<std::int64_t> read;
  for (const auto& mark : read_tree_notes(path)) read.insert(mark.pid);
  BOOST_TEST(read.size() == 12U);
  for (const auto& [pid, place] : places) BOOST_TEST(read.count(pid) == 1U, pid);
}

BOOST_AUTO_TEST_CASE(what_is_noted_dies_and_what_only_resembles_it_lives) {
  sleeper noted;
  sleeper stopped;
  sleeper later;
  sleeper elsewhere;
  ::kill(stopped.pid, SIGSTOP);
  auto reused = later.mark();
  ++reused.start_time;
  auto other_boot = elsewhere.mark();
  other_boot.boot_id = "another";
  const auto found = reap_leftovers({noted.mark(), reused, other_boot, stopped.mark()}, 5s);
  BOOST_TEST(found.gone.size() == 2U);
  BOOST_TEST(found.stuck.empty());
  BOOST_TEST(noted.death() == SIGKILL); // Dead when the call returned.
  BOOST_TEST(stopped.death() == SIGKILL);
  BOOST_TEST(later.death() == 0);
  BOOST_TEST(elsewhere.death() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
