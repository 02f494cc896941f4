#include "runners/kept_trees_io.hpp"
#include "runners/pidfd_exit_io.hpp"
#include "runners/spawner/pidfd.hpp"
#include "runners/spawner/protocol.hpp"
#include "tests/runners/own_directory.hpp"
#include "tests/runners/sleeper.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace toolscore::test {
namespace {

kept_note note_of(const sleeper& init, const std::string& server) {
  kept_note made;
  made.id = {{server}, 1};
  made.init = init.mark();
  made.digest = "kept-1";
  return made;
}

kept_trees trees_in(const own_directory& here) {
  auto opened = kept_trees::open(here.path);
  BOOST_REQUIRE_MESSAGE(opened, (opened ? "" : opened.failure().detail));
  return std::move(*opened);
}

kept_note full_note() {
  kept_note note;
  note.id = {{"a server"}, 7};
  note.init = {70, 900, "boot"};
  note.held = confinement::user_pid_namespace;
  note.digest = "kept-0123";
  note.port = 8080;
  note.was_ready = true;
  note.cgroups = {"/sys/fs/cgroup/pids/a b", "/sys/fs/cgroup/unified/c"};
  note.cgroup_words = "cgroup v1: pids";
  note.not_given = "limits.files is 1024: more is not permitted";
  return note;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kept)

BOOST_AUTO_TEST_CASE(what_becomes_of_a_former_node_s_server_is_decided_for_every_pair) {
  const struct {
    kept_claim claim;
    kept_fate alive;
  } rows[] = {
      {kept_claim::same, kept_fate::adopt},   {kept_claim::changed, kept_fate::reap},
      {kept_claim::stopped, kept_fate::reap}, {kept_claim::not_kept, kept_fate::reap},
      {kept_claim::removed, kept_fate::reap},
  };
  BOOST_TEST(std::size(rows) == kept_claim_count);
  for (const auto& row : rows) {
    BOOST_TEST(static_cast<int>(fate_of(true, row.claim)) == static_cast<int>(row.alive));
    BOOST_TEST(static_cast<int>(fate_of(false, row.claim)) == static_cast<int>(kept_fate::forget));
    BOOST_TEST(std::string(to_words(row.claim)) != "");
  }
}

BOOST_AUTO_TEST_CASE(a_note_is_read_as_it_was_written) {
  BOOST_TEST((parse_kept(kept_text(full_note())) == full_note()));
  auto bare = full_note();
  bare.cgroups.clear();
  bare.cgroup_words.clear();
  bare.not_given = "two\nlines";
  const auto read = parse_kept(kept_text(bare));
  BOOST_REQUIRE(read);
  BOOST_TEST(read->not_given == "two lines");
}

BOOST_AUTO_TEST_CASE(a_note_that_says_too_little_or_nonsense_is_none) {
  const auto whole = kept_text(full_note());
  for (std::size_t size = 0; size < whole.size() - 1; ++size)
    BOOST_TEST(!parse_kept(whole.substr(0, size)), "cut at " << size);
  const std::pair<const char*, const char*> wrong[] = {
      {"pid 70", "pid 1"},
      {"pid 70", "pid x"},
      {"start_time 900", "start_time 0"},
      {"boot_id boot", "boot_id "},
      {"number 7", "number 0"},
      {"number 7", "number -7"},
      {"port 8080", "port 80800"},
      {"server a server", "server "},
      {"held user_pid_namespace", "held none"},
  };
  for (const auto& [part, other] : wrong) {
    auto text = whole;
    text.replace(text.find(part), std::string(part).size(), other);
    BOOST_TEST(!parse_kept(text), other);
  }
  BOOST_TEST(parse_kept("a_later_key 1\n" + whole).has_value());
}

BOOST_AUTO_TEST_CASE(a_reused_pid_and_another_boot_s_are_neither_adopted_nor_touched) {
  own_directory here;
  const auto trees = trees_in(here);
  sleeper same;
  sleeper reused;
  sleeper rebooted;
  auto other_time = note_of(reused, "reused");
  --other_time.init.start_time;
  auto other_boot = note_of(rebooted, "rebooted");
  other_boot.init.boot_id = "00000000-0000-0000-0000-000000000000";
  kept_note dead = note_of(same, "dead");
  {
    sleeper soon_dead;
    dead.init = soon_dead.mark();
  }
  for (const auto& note : {note_of(same, "same"), other_time, other_boot, dead})
    BOOST_REQUIRE(trees.note(note));
  for (const auto claim : {kept_claim::same, kept_claim::removed}) {
    const auto found = find_kept(trees, [&](const auto&) { return claim; });
    const bool wanted = claim == kept_claim::same;
    BOOST_REQUIRE(found.offers.size() == (wanted ? 1u : 0u));
    BOOST_REQUIRE(found.condemned.size() == (wanted ? 0u : 1u));
    BOOST_TEST(found.ended.size() == 3u);
    if (wanted) BOOST_TEST(found.offers[0].note.id.server.value == "same");
  }
  for (auto* one : {&same, &reused, &rebooted}) BOOST_TEST(one->death() == 0);
}

BOOST_AUTO_TEST_CASE(files_of_no_note_are_removed_and_those_of_an_end_too) {
  own_directory here;
  const auto trees = trees_in(here);
  sleeper one;
  BOOST_REQUIRE(trees.prepare({{"fs"}, 1}));
  BOOST_REQUIRE(trees.note(note_of(one, "fs")));
  BOOST_REQUIRE(trees.prepare({{"unnoted"}, 1}));
  std::ofstream(here.path + "/torn.1.note") << "server torn\nnumber 1\n";
  BOOST_TEST(here.files() == 6u);
  BOOST_TEST(trees.all().size() == 1u);
  BOOST_TEST(here.files() == 3u);
  trees.forget({{"fs"}, 1});
  BOOST_TEST(here.files() == 0u);
}

BOOST_AUTO_TEST_CASE(who_waits_at_the_socket_and_is_not_the_init_is_not_spoken_to) {
  own_directory here;
  const auto trees = trees_in(here);
  auto given = trees.prepare({{"fs"}, 1});
  BOOST_REQUIRE(given);
  BOOST_REQUIRE(::listen(given->door.get(), 4) == 0); // By this process.
  sleeper one;
  BOOST_TEST(!trees.connect(note_of(one, "fs")));
  auto ours = note_of(one, "fs");
  ours.init.pid = ::getpid();
  BOOST_TEST(static_cast<bool>(trees.connect(ours)));
}

BOOST_AUTO_TEST_CASE(the_log_of_an_absence_is_read_once_and_in_order_however_long_it_was) {
  using namespace spawner;
  own_directory here;
  const auto trees = trees_in(here);
  auto given = trees.prepare({{"fs"}, 1});
  BOOST_REQUIRE(given);
  const auto put = [&](std::uint64_t written, const std::string& ring) {
    const away_head head{written};
    BOOST_REQUIRE(::pwrite(given->away.get(), &head, sizeof(head), 0) == sizeof(head));
    BOOST_REQUIRE(::pwrite(given->away.get(), ring.data(), ring.size(), away_ring_at) ==
                  static_cast<ssize_t>(ring.size()));
  };
  BOOST_TEST(trees.take_away_log({{"fs"}, 1}) == "");
  put(4, "abc\n");
  BOOST_TEST(trees.take_away_log({{"fs"}, 1}) == "abc\n");
  BOOST_TEST(trees.take_away_log({{"fs"}, 1}) == "");
  std::string ring(away_bytes_max, '.');
  ring.replace(0, 6, "newest");
  ring.replace(6, 6, "oldest");
  put(away_bytes_max + 6, ring);
  const auto text = trees.take_away_log({{"fs"}, 1});
  BOOST_TEST(text.starts_with("toolscore: 6 bytes that were written while no node was there"));
  BOOST_TEST(text.find("\noldest...") != std::string::npos);
  BOOST_TEST(text.ends_with("...newest"));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_process_is_read_without_being_its_parent) {
  sleeper one;
  const int pidfd = pidfd_open(one.pid, 0);
  const auto mark = one.mark();
  BOOST_REQUIRE(::kill(one.pid, SIGTERM) == 0);
  siginfo_t ended{};
  BOOST_REQUIRE(::waitid(P_PID, static_cast<id_t>(one.pid), &ended, WEXITED | WNOWAIT) == 0);
  BOOST_TEST(to_string(exit_of_stranger(pidfd, mark)) == "signal 15 (SIGTERM)");
  BOOST_REQUIRE(one.death() == SIGTERM);
  const auto reaped = to_string(exit_of_stranger(pidfd, mark));
  // Older kernels have forgotten it; a wrong answer is never given.
  BOOST_TEST((reaped == "signal 15 (SIGTERM)" || reaped == "an exit that nobody saw"), reaped);
  BOOST_TEST_MESSAGE("after the reap: " << reaped);
  ::close(pidfd);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
