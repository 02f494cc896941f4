#include "messages/server_state.hpp"
#include "runners/cgroup_files_io.hpp"
#include "runners/confinement.hpp"
#include "runners/node_cgroups_io.hpp"
#include "runners/proc_io.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace std::chrono_literals;

namespace toolscore::test {
namespace {

limits_policy limits(std::uint64_t memory_bytes, double cpu, std::uint32_t pids) {
  limits_policy all;
  all.memory_bytes = memory_bytes;
  all.cpu = cpu;
  all.pids = pids;
  return all;
}

/// A process_fixture whose trees have cgroups, and a check that none of those is left.
struct cgroup_fixture : process_fixture {
  explicit cgroup_fixture(cgroup_sources from = {})
      : id(cgroup_id_of(folder.string())), record((folder / "cgroups").string()),
        cgroups(std::make_shared<node_cgroups>(id, record, std::move(from))) {
    processes->use_cgroups(cgroups, [this](auto work, auto then) {
      work();
      boost::asio::post(io, std::move(then));
    });
  }
  ~cgroup_fixture() {
    BOOST_CHECK(kill_all());
    processes = std::make_unique<process_io>(io, TOOLSCORE_LIBEXEC_DIR);
    const auto made = recorded();
    cgroups->close();
    for (const auto& directory : made) BOOST_CHECK(!std::filesystem::exists(directory));
    BOOST_CHECK(recorded().empty());
  }

  launch_plan limited(std::vector<std::string> argv, limits_policy what) const {
    auto made = plan(std::move(argv));
    made.limits = what;
    made.name = "subject";
    return made;
  }
  std::vector<std::string> recorded() const {
    std::vector<std::string> lines;
    std::ifstream file(record);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  /// The trees' own cgroups.
  std::vector<std::string> trees() const {
    std::vector<std::string> found;
    for (const auto& directory : recorded()) {
      std::error_code none;
      for (std::filesystem::directory_iterator at(directory, none), end; at != end;
           at.increment(none))
        if (at->is_directory()) found.push_back(at->path().string());
    }
    return found;
  }
  /// Whether this host lets its limits be tested at all; says why where it does not.
  bool can(limits_policy what) {
    const auto made = cgroups->make(what, false, "probe");
    if (made) {
      BOOST_TEST(node_cgroups::end(made->directories, 1s).removed);
      return true;
    }
    const auto& why = made.failure().detail;
    for (const char* refusal : {"no cgroup hierarchy", "Permission denied", "Read-only",
                                "not permitted", "shares its cgroup"})
      if (why.find(refusal) != std::string::npos) {
        BOOST_TEST_MESSAGE("skipped: " << why);
        return false;
      }
    BOOST_ERROR(why);
    return false;
  }

  std::string id;
  std::string record;
  std::shared_ptr<node_cgroups> cgroups;
};

/// As `cgroup_fixture`, on a host that has no cgroups at all.
struct bare_fixture : cgroup_fixture {
  bare_fixture() : cgroup_fixture({"/dev/null", "/dev/null"}) {}
};

spawn_options held_by(confinement what) {
  spawn_options options;
  options.held_by = what;
  return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgroups)

BOOST_FIXTURE_TEST_CASE(what_takes_more_memory_than_its_limit_is_killed_and_told_so,
                        cgroup_fixture) {
  const auto limit = limits(50ULL << 20, 0, 0);
  if (!can(limit)) return;
  auto hog = must_start(limited({subject(), "hog", "200"}, limit));
  BOOST_TEST(hog->confined().find(": memory") != std::string::npos, hog->confined());
  const auto seen = exit_of(*hog);
  BOOST_REQUIRE(seen);
  BOOST_TEST((*seen == process_exit{true, SIGKILL}));
  BOOST_TEST(seen->out_of_memory);
  BOOST_TEST(to_string(gone_reason{gone_kind::killed, *seen, ""}) ==
             "killed: out of memory (limit 50 MiB)");
  BOOST_TEST(trees().empty());
}

BOOST_FIXTURE_TEST_CASE(without_a_namespace_it_is_told_too, cgroup_fixture) {
  const auto limit = limits(50ULL << 20, 0, 0);
  if (!can(limit)) return;
  const auto seen =
      exit_of(*must_start(limited({subject(), "hog", "200"}, limit), held_by(confinement::none)));
  BOOST_REQUIRE(seen);
  BOOST_TEST((*seen == process_exit{true, SIGKILL}));
  BOOST_TEST(seen->out_of_memory);
  BOOST_TEST(trees().empty());
}

BOOST_FIXTURE_TEST_CASE(other_ends_within_a_limit_are_not_called_out_of_memory, cgroup_fixture) {
  const auto limit = limits(50ULL << 20, 0, 0);
  if (!can(limit)) return;
  auto frugal = must_start(limited({subject(), "hog", "20"}, limit));
  BOOST_TEST(read_line(frugal->take_stdout()) == "had 20");
  ::kill(static_cast<pid_t>(frugal->pid()), SIGKILL);
  auto seen = exit_of(*frugal);
  BOOST_REQUIRE(seen);
  BOOST_TEST((*seen == process_exit{true, SIGKILL}));
  BOOST_TEST(!seen->out_of_memory);
  seen = exit_of(*must_start(limited({subject(), "exit", "7"}, limit)));
  BOOST_REQUIRE(seen);
  BOOST_TEST((*seen == process_exit{false, 7}));
  BOOST_TEST(!seen->out_of_memory);
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_helper_for_memory_is_told_with_the_servers, cgroup_fixture) {
  const auto limit = limits(50ULL << 20, 0, 0);
  if (!can(limit)) return;
  const auto seen = exit_of(*must_start(limited({subject(), "hog_child", "200"}, limit)));
  BOOST_REQUIRE(seen);
  BOOST_TEST(seen->out_of_memory);
  // v2 ends the whole tree; v1 knows only the one process.
  BOOST_TEST((*seen == process_exit{true, SIGKILL} || *seen == process_exit{false, 3}));
}

BOOST_FIXTURE_TEST_CASE(a_fork_bomb_gets_no_more_than_its_pids, cgroup_fixture) {
  const auto limit = limits(0, 0, 8);
  if (!can(limit)) return;
  auto bomb = must_start(limited({subject(), "bomb", "50"}, limit));
  BOOST_TEST(read_line(bomb->take_stdout()) == "7 " + std::to_string(EAGAIN));
  BOOST_TEST(trees().size() == 1U);
  bomb->kill();
  BOOST_TEST(exit_of(*bomb).has_value());
  BOOST_TEST(run_until([&] { return trees().empty(); }));
}

BOOST_FIXTURE_TEST_CASE(a_successor_with_the_same_limits_takes_the_empty_cgroup_of_the_dead,
                        cgroup_fixture) {
  const auto limit = limits(0, 0, 8);
  if (!can(limit)) return;
  if (must_start(limited({subject(), "wait"}, {}))->held_by() == confinement::none) return;
  auto first = must_start(limited({subject(), "wait"}, limit));
  const auto its = trees();
  const auto told = first->confined();
  BOOST_TEST(its.size() == 1U);
  first->kill();
  BOOST_TEST(exit_of(*first).has_value());
  auto second = must_start(limited({subject(), "bomb", "50"}, limit));
  BOOST_TEST((trees() == its));
  BOOST_TEST(second->confined() == told);
  BOOST_TEST(read_line(second->take_stdout()) == "7 " + std::to_string(EAGAIN));
  second->kill();
  BOOST_TEST(exit_of(*second).has_value());
  auto third = must_start(limited({subject(), "bomb", "50"}, limits(0, 0, 9)));
  BOOST_TEST(read_line(third->take_stdout()) == "8 " + std::to_string(EAGAIN));
  BOOST_TEST(run_until([&] { return trees().size() == 1; }));
  BOOST_TEST((trees() != its));
  third->kill();
  BOOST_TEST(exit_of(*third).has_value());
  BOOST_TEST(run_until([&] { return trees().empty(); }));
}

BOOST_FIXTURE_TEST_CASE(a_share_of_a_processor_is_kept, cgroup_fixture) {
  const auto limit = limits(0, 0.2, 0);
  if (!can(limit)) return;
  auto spinner = must_start(limited({subject(), "spin"}, limit));
  const auto begin = std::chrono::steady_clock::now();
  run_until([&] { return std::chrono::steady_clock::now() - begin > 2s; });
  const auto used = usage_of(spinner->pid());
  const auto wall = std::chrono::steady_clock::now() - begin;
  // A quiet machine gives exactly a fifth; a busy one less.
  BOOST_TEST((used.user_time + used.system_time < wall * 2 / 5),
             (used.user_time + used.system_time).count() << " us");
  spinner->kill();
  BOOST_TEST(exit_of(*spinner).has_value());
}

BOOST_FIXTURE_TEST_CASE(the_init_is_outside_and_all_that_the_server_starts_is_inside,
                        cgroup_fixture) {
  const auto limit = limits(0, 0, 30);
  if (!can(limit)) return;
  auto bomb = must_start(limited({subject(), "bomb", "3"}, limit));
  BOOST_TEST(read_line(bomb->take_stdout()) == "3 0");
  BOOST_REQUIRE(trees().size() == 1U);
  const auto inside = processes_in(trees().front());
  BOOST_TEST(inside.size() == 4U);
  BOOST_TEST(std::count(inside.begin(), inside.end(), bomb->pid()) == 1);
  BOOST_TEST(std::count(inside.begin(), inside.end(), bomb->init_pid()) == 0);
}

BOOST_FIXTURE_TEST_CASE(without_a_limit_a_namespace_is_enough_and_no_cgroup_is_made,
                        cgroup_fixture) {
  auto free = must_start(limited({subject(), "wait"}, limits(0, 0, 0)));
  if (free->held_by() == confinement::none) return;
  BOOST_TEST(free->confined() == confinement_text(free->held_by(), {}, free->not_given()));
  BOOST_TEST(recorded().empty());
}

BOOST_FIXTURE_TEST_CASE(without_a_namespace_a_cgroup_holds_what_escapes_its_keepers,
                        cgroup_fixture) {
  auto tree = must_start(limited({stubborn(), "3"}, limits(0, 0, 0)), held_by(confinement::none));
  if (trees().empty()) {
    BOOST_TEST_MESSAGE("skipped: no cgroup can be made here");
    return;
  }
  BOOST_TEST(tree->confined().find("keepers, cgroup v") == 0U, tree->confined());
  BOOST_TEST(tree->confined().find(": kill") != std::string::npos, tree->confined());
  BOOST_REQUIRE(run_until([&] { return processes_in(trees().front()).size() >= 3; }));
  // All three that could sweep at once: what they leave is met by the cgroup.
  std::vector<pid_t> keepers;
  for (const auto& one : census(marker)) {
    std::ifstream file("/proc/" + std::to_string(one.pid) + "/comm");
    std::string name;
    std::getline(file, name);
    if (name == "toolscore-keep" || name == "toolscore-ward" || name == "toolscore-init")
      keepers.push_back(static_cast<pid_t>(one.pid));
  }
  for (const auto pid : keepers) ::kill(pid, SIGSTOP);
  for (const auto pid : keepers) ::kill(pid, SIGKILL);
  BOOST_TEST(exit_of(*tree).has_value());
  BOOST_TEST(trees().empty());
  BOOST_TEST(census_reaches(1)); // The spawner.
}

BOOST_FIXTURE_TEST_CASE(a_limit_that_cannot_be_had_refuses_the_start_in_one_line, bare_fixture) {
  const struct {
    limits_policy asked;
    std::string what;
  } rows[] = {{limits(64ULL << 20, 0, 0), "limits.memory (64 MiB)"},
              {limits(0, 0.5, 0), "limits.cpu (0.5)"},
              {limits(0, 0, 9), "limits.pids (9)"}};
  for (const auto& row : rows) {
    const auto answer = start(limited({subject(), "wait"}, row.asked));
    BOOST_REQUIRE(!answer);
    BOOST_TEST((answer.failure().code == errc::spawn_failed));
    const auto& detail = answer.failure().detail;
    BOOST_TEST(detail.find(row.what + " cannot be had: no cgroup hierarchy") != std::string::npos,
               detail);
    BOOST_TEST(detail.find("or remove the limit") != std::string::npos, detail);
    BOOST_TEST(detail.find('\n') == std::string::npos);
  }
  for (const auto by : {confinement::none, ::geteuid() == 0 ? confinement::pid_namespace
                                                            : confinement::user_pid_namespace}) {
    auto free = must_start(limited({subject(), "wait"}, limits(0, 0, 0)), held_by(by));
    BOOST_TEST(free->confined().find("cgroup") == std::string::npos, free->confined());
  }
}

BOOST_FIXTURE_TEST_CASE(what_only_a_default_asks_is_given_or_told_and_never_a_refusal,
                        bare_fixture) {
  auto what = limits(0, 0, 512);
  what.pids_required = false;
  auto free = must_start(limited({subject(), "wait"}, what));
  BOOST_TEST(free->not_given().find("limits.pids (512): no cgroup hierarchy") != std::string::npos,
             free->not_given());
  BOOST_TEST(free->confined().find("; not given: ") != std::string::npos, free->confined());
  BOOST_TEST(free->confined().find(", cgroup") == std::string::npos, free->confined());
}

BOOST_FIXTURE_TEST_CASE(without_cgroups_at_all_a_limit_is_refused_too, process_fixture) {
  auto what = plan({subject(), "wait"});
  what.limits = limits(1ULL << 30, 0, 0);
  const auto answer = start(what);
  BOOST_REQUIRE(!answer);
  BOOST_TEST(answer.failure().detail.find("without cgroups") != std::string::npos);
  what.limits = limits(0, 0, 512);
  what.limits.pids_required = false;
  BOOST_TEST(static_cast<bool>(start(what)));
}

BOOST_FIXTURE_TEST_CASE(a_name_of_which_a_directory_is_there_is_let_be, cgroup_fixture) {
  const auto limit = limits(50ULL << 20, 0.5, 64);
  if (!can(limit)) return;
  const auto first = cgroups->make(limit, false, "subject");
  BOOST_REQUIRE_MESSAGE(first, (first ? "" : first.failure().detail));
  const auto& all = first->directories;
  const auto next = [](std::string path, int by) {
    const auto dash = path.rfind('-') + 1;
    return path.substr(0, dash) + std::to_string(std::stoi(path.substr(dash)) + by);
  };
  // In the last hierarchy alone: by then there is one in the others.
  const auto theirs = next(all.back(), 1);
  std::filesystem::create_directory(theirs);
  auto lodger = must_start(plan({subject(), "wait"}));
  const auto pid = std::to_string(lodger->pid());
  BOOST_REQUIRE(write_cgroup_file(theirs + "/cgroup.procs", pid) == 0);
  // Empty ones: their ends may be under way, and would find who came in meanwhile.
  for (const auto& directory : all) std::filesystem::create_directory(next(directory, 2));
  const auto made = cgroups->make(limit, false, "subject");
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.failure().detail));
  for (std::size_t which = 0; which < all.size(); ++which) {
    BOOST_TEST(made->directories[which] == next(all[which], 3));
    BOOST_TEST(std::filesystem::exists(next(all[which], 1)) == (which + 1 == all.size()));
    BOOST_TEST(std::filesystem::remove(next(all[which], 2)));
  }
  BOOST_TEST(read_cgroup_file(theirs + "/cgroup.procs") == pid + "\n");
  lodger->kill();
  BOOST_TEST(exit_of(*lodger).has_value());
  for (const auto& directories : {all, made->directories, std::vector{theirs}})
    BOOST_TEST(node_cgroups::end(directories, 1s).removed);
}

BOOST_FIXTURE_TEST_CASE(what_a_former_node_left_in_its_cgroups_is_killed_and_they_are_removed,
                        cgroup_fixture) {
  auto made = cgroups->make(limits(0, 0, 0), true, "left");
  BOOST_REQUIRE(made);
  if (made->directories.empty()) {
    BOOST_TEST_MESSAGE("skipped: no cgroup can be made here");
    return;
  }
  const pid_t survivor = ::fork();
  if (survivor == 0) {
    ::setsid();
    if (write_cgroup_file(made->directories.front() + "/cgroup.procs", "0") != 0) ::_exit(1);
    for (;;) ::pause();
  }
  const auto directory = made->directories.front();
  BOOST_REQUIRE(run_until([&] { return processes_in(directory).size() == 1; }));
  const auto noted = recorded();
  // Another node's, as a copied state directory names it, and what is no cgroup: both untouched.
  BOOST_TEST(reap_former_cgroups("1-1", record, 2s).processes == 0U);
  BOOST_TEST(processes_in(directory).size() == 1U);
  const auto plain = folder / ("toolscore-" + id);
  std::filesystem::create_directory(plain);
  std::ofstream(record) << plain.string() << "\n\nrubbish\n/\n" << noted.front() << "\n";
  const auto found = reap_former_cgroups(id, record, 5s);
  BOOST_TEST(found.processes == 1U);
  BOOST_TEST(found.stuck.empty());
  int status = 0;
  BOOST_TEST(::waitpid(survivor, &status, WNOHANG) == survivor);
  BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
  BOOST_TEST(!std::filesystem::exists(noted.front()));
  BOOST_TEST(std::filesystem::exists(plain));
  BOOST_TEST(!std::filesystem::exists(record));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
