#include "runners/proc_io.hpp"
#include "runners/tree_notes_io.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace toolscore::test {
namespace {

void write_file(const std::filesystem::path& path, std::string_view text, bool executable) {
  std::ofstream(path) << text;
  using std::filesystem::perms;
  std::filesystem::permissions(path, executable ? perms::owner_all : perms::owner_read);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_io, process_fixture)

BOOST_AUTO_TEST_CASE(cat_echoes_a_line_and_ends_with_its_input) {
  auto cat = must_start(plan({"cat"}));
  const int input = cat->take_stdin();
  const int output = cat->take_stdout();
  BOOST_TEST(cat->take_stdin() == -1);
  BOOST_TEST(::write(input, "hello\n", 6) == 6);
  BOOST_TEST(read_line(output) == "hello");
  ::close(input);
  BOOST_TEST((exit_of(*cat) == process_exit{false, 0}));
  ::close(output);
  BOOST_TEST(run_until([&] { return processes->alive() == 0; })); // Its init ends after it.
}

BOOST_AUTO_TEST_CASE(exit_codes_and_signals_are_reported_exactly) {
  struct row {
    const char* what;
    int number;
    process_exit expected;
  };
  for (const row& x :
       {row{"exit", 0, {false, 0}}, row{"exit", 3, {false, 3}}, row{"exit", 143, {false, 143}},
        row{"exit", 255, {false, 255}}, row{"raise", SIGTERM, {true, SIGTERM}},
        row{"raise", SIGKILL, {true, SIGKILL}}, row{"raise", SIGABRT, {true, SIGABRT}},
        row{"raise", SIGHUP, {true, SIGHUP}}}) {
    auto child = must_start(plan({subject(), x.what, std::to_string(x.number)}));
    const auto seen = exit_of(*child);
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(to_string(*seen) == to_string(x.expected));
  }
}

BOOST_AUTO_TEST_CASE(an_exit_says_what_the_tree_has_used) {
  for (const auto by : {confinement::none, ::geteuid() == 0 ? confinement::pid_namespace
                                                            : confinement::user_pid_namespace})
    for (const bool behind_our_back : {false, true}) {
      spawn_options options;
      options.held_by = by;
      auto child = must_start(plan({subject(), "burn", "60"}), options);
      const int output = child->take_stdout();
      BOOST_TEST(read_line(output) == "burnt");
      if (behind_our_back)
        ::kill(static_cast<pid_t>(child->pid()), SIGKILL);
      else
        child->kill();
      const auto seen = exit_of(*child);
      BOOST_REQUIRE(seen.has_value());
      BOOST_TEST(seen->usage.memory_max_bytes >= 60U << 20U);
      BOOST_TEST(seen->usage.memory_max_bytes < 90U << 20U);
      const auto time = seen->usage.user_time + seen->usage.system_time;
      BOOST_TEST(time.count() >= 50'000);
      BOOST_TEST(!seen->core_dumped);
      BOOST_TEST(!seen->out_of_memory);
      ::close(output);
    }
}

BOOST_AUTO_TEST_CASE(a_core_that_was_written_is_reported) {
  std::string pattern;
  std::getline(std::ifstream("/proc/sys/kernel/core_pattern"), pattern);
  rlimit hard{};
  ::getrlimit(RLIMIT_CORE, &hard);
  if (pattern.empty() || pattern[0] == '|' || pattern[0] == '/' || hard.rlim_max == 0) {
    BOOST_TEST_MESSAGE("skipped: this host writes no core into a working directory");
    return;
  }
  const auto seen = exit_of(*must_start(plan({subject(), "core"})));
  BOOST_REQUIRE(seen.has_value());
  BOOST_TEST(to_string(*seen) == "signal 6 (SIGABRT), core dumped");
}

BOOST_AUTO_TEST_CASE(an_exit_hook_set_after_the_end_is_called_all_the_same) {
  auto child = must_start(plan({subject(), "exit", "7"}));
  BOOST_TEST(run_until([&] { return processes->alive() == 0; }));
  BOOST_TEST((exit_of(*child) == process_exit{false, 7}));
}

BOOST_AUTO_TEST_CASE(what_a_server_said_can_be_read_after_its_end) {
  auto child = must_start(plan({subject(), "both"}));
  BOOST_TEST((exit_of(*child) == process_exit{false, 0}));
  const int output = child->take_stdout();
  BOOST_TEST(read_line(output) == "to stdout");
  ::close(output);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_run_says_why) {
  write_file(folder / "plain", "#!/bin/sh\n", false);
  write_file(folder / "orphan", "#!/no/such/interpreter\n", true);
  write_file(folder / "text", "echo no\n", true);
  const auto with_cwd = [this](const char* cwd) {
    auto what = plan({"cat"});
    what.cwd = cwd;
    return what;
  };
  struct row {
    launch_plan what;
    std::string expected;
  };
  const row rows[] = {
      {plan({"no-such-program"}),
       "cannot run 'no-such-program': no such file or directory (searched PATH=/usr/bin:/bin)"},
      {plan({"/no/such/program"}), "cannot run '/no/such/program': no such file or directory"},
      {plan({"./plain"}), "cannot run './plain': permission denied"},
      {plan({"./orphan"}),
       "cannot run './orphan': it exists, but the interpreter or loader it names does not"},
      {plan({"./text"}), "cannot run './text': no program for this machine; a script needs a "
                         "first line such as #!/bin/sh"},
      {with_cwd("/no/such/folder"),
       "cannot run 'cat' in '/no/such/folder': no such file or directory"},
      {with_cwd("relative"),
       "cannot start a server: its working directory 'relative' is not absolute"},
      {plan({}), "cannot start a server: its argv is empty"},
      {plan({"cat", std::string("a\0b", 3)}), "cannot start a server: an argument holds a NUL"},
  };
  for (const auto& x : rows) {
    const auto answer = start(x.what);
    BOOST_REQUIRE(!answer);
    BOOST_TEST(answer.failure().detail == x.expected);
    BOOST_TEST((answer.failure().code == errc::spawn_failed));
  }
  BOOST_TEST(run_until([&] { return processes->alive() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_servers_own_directory_is_made_at_its_start_and_no_other_is) {
  auto what = plan({subject(), "exit", "7"});
  what.cwd = (folder / "own").string();
  BOOST_TEST(!start(what)); // Somebody else's directory, or a slip of the pen.
  BOOST_TEST(!std::filesystem::exists(what.cwd));
  what.own_cwd = true;
  for (int again = 0; again < 2; ++again) {
    auto child = must_start(what);
    BOOST_TEST((exit_of(*child) == process_exit{false, 7}));
  }
  using std::filesystem::perms;
  BOOST_TEST((std::filesystem::status(what.cwd).permissions() == perms::owner_all));
  what.cwd = (folder / "own" / "a" / "b").string(); // It is made, and not those above it.
  BOOST_TEST(!start(what));
  BOOST_TEST(!std::filesystem::exists(folder / "own" / "a"));
}

BOOST_AUTO_TEST_CASE(a_missing_spawner_is_an_error_that_names_it) {
  class process_io lost(io, "/no/such/libexec");
  std::string detail;
  lost.spawn(plan({"cat"}), {}, [&](auto answer) { detail = answer.failure().detail; });
  BOOST_TEST(run_until([&] { return !detail.empty(); }));
  BOOST_TEST(detail ==
             "cannot start the spawner '/no/such/libexec/toolscore-spawner': No such file "
             "or directory; check the libexec directory");
}

BOOST_AUTO_TEST_CASE(a_spawner_that_dies_at_once_is_an_error_and_no_endless_loop) {
  std::filesystem::create_symlink("/bin/false", folder / "toolscore-spawner");
  class process_io broken(io, folder.string());
  std::size_t failures = 0;
  for (int i = 0; i < 40; ++i)
    broken.spawn(plan({"cat"}), {}, [&](auto answer) {
      BOOST_TEST(answer.failure().detail.find("spawner") != std::string::npos,
                 answer.failure().detail);
      ++failures;
    });
  BOOST_TEST(run_until([&] { return failures == 40; }));
  BOOST_TEST(broken.alive() == 0U);
}

BOOST_AUTO_TEST_CASE(without_descriptors_a_start_fails_clearly_and_the_next_works) {
  exit_of(*must_start(plan({subject(), "exit", "0"})));
  BOOST_TEST(run_until([&] { return processes->alive() == 0; })); // Its init's pidfd is closed.
  const auto before = open_descriptors();
  rlimit present{};
  ::getrlimit(RLIMIT_NOFILE, &present);
  int refused = 0;
  for (bool started = false; !started; ++refused) { // One more is allowed each time.
    BOOST_REQUIRE(refused < 20);
    rlimit tight{static_cast<rlim_t>(before + std::size_t(refused) - 1), present.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    const auto answer = start(plan({subject(), "exit", "0"}));
    ::setrlimit(RLIMIT_NOFILE, &present);
    BOOST_TEST(run_until([&] { return processes->alive() == 0; }));
    started = bool(answer);
    if (!started)
      BOOST_TEST(answer.failure().detail.find("oo many open files") != std::string::npos,
                 answer.failure().detail);
  }
  BOOST_TEST(refused > 3);
  BOOST_TEST(open_descriptors() == before);
  BOOST_TEST((exit_of(*must_start(plan({subject(), "exit", "4"}))) == process_exit{false, 4}));
}

BOOST_AUTO_TEST_CASE(the_environment_is_exactly_the_plans) {
  auto what = plan({subject(), "environment"});
  what.env["EMPTY"] = "";
  what.env["SPACED"] = "a b=c";
  auto child = must_start(what);
  const int output = child->take_stdout();
  std::map<std::string, std::string> seen;
  for (auto line = read_line(output); line != "."; line = read_line(output)) {
    BOOST_REQUIRE(line.find('=') != std::string::npos);
    seen[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  }
  ::close(output);
  BOOST_TEST((seen == what.env));
}

BOOST_AUTO_TEST_CASE(no_descriptor_but_0_1_2_reaches_the_child) {
  const int leaky = ::open("/dev/null", O_RDONLY); // Without close-on-exec, as a library might.
  auto child = must_start(plan({subject(), "descriptors"}));
  const int output = child->take_stdout();
  auto line = read_line(output);
  std::istringstream words(line);
  std::set<std::string> seen{std::istream_iterator<std::string>(words), {}};
  BOOST_TEST((seen == std::set<std::string>{"0", "1", "2"}), line);
  ::close(output);
  ::close(leaky);
}

BOOST_AUTO_TEST_CASE(signals_are_at_their_defaults_in_the_child) {
  std::signal(SIGUSR1, SIG_IGN);
  auto child = must_start(plan({subject(), "signals"}));
  const int output = child->take_stdout();
  BOOST_TEST(read_line(output) == "0000000000000000 0000000000000000 ");
  std::signal(SIGUSR1, SIG_DFL);
  ::close(output);
}

BOOST_AUTO_TEST_CASE(a_held_child_sees_its_own_proc_and_leads_its_session) {
  auto child = must_start(plan({subject(), "self"}));
  BOOST_TEST_MESSAGE("held by " << to_string(child->held_by()) << ' ' << child->not_given());
  const int output = child->take_stdout();
  // pid, session, name by /proc/<pid>, processes in /proc, no_new_privs
  if (child->held_by() != confinement::none) BOOST_TEST(read_line(output) == "2 2 subject 2 1");
  ::close(output);
}

BOOST_AUTO_TEST_CASE(the_pids_are_those_of_the_host) {
  auto child = must_start(plan({subject(), "wait"}));
  std::string name;
  std::ifstream("/proc/" + std::to_string(child->pid()) + "/comm") >> name;
  BOOST_TEST(name == "subject");
  std::string text;
  std::getline(std::ifstream("/proc/" + std::to_string(child->pid()) + "/stat"), text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  char state = 0;
  std::int64_t parent = 0;
  fields >> state >> parent;
  BOOST_TEST(parent == child->init_pid());
}

BOOST_AUTO_TEST_CASE(limits_are_in_force_and_what_is_not_given_is_told) {
  auto what = plan({subject(), "files"});
  what.limits.files = 64;
  auto child = must_start(what);
  int output = child->take_stdout();
  BOOST_TEST(read_line(output) == "64 64");
  ::close(output);
  what.limits.files = 2'000'000'000; // Over what any kernel allows.
  auto greedy = must_start(what);
  BOOST_TEST(greedy->not_given().find("limits.files is ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_signal_reaches_the_server_even_if_it_is_stopped) {
  auto child = must_start(plan({subject(), "wait"}));
  child->signal(SIGSTOP);
  const auto state = [&] {
    std::string text;
    std::getline(std::ifstream("/proc/" + std::to_string(child->pid()) + "/stat"), text);
    return text.empty() ? '?' : text[text.rfind(')') + 2];
  };
  BOOST_TEST(run_until([&] { return state() == 'T'; }));
  child->signal(SIGTERM);
  BOOST_TEST((exit_of(*child) == process_exit{true, SIGTERM}));
}

BOOST_AUTO_TEST_CASE(a_signal_reaches_each_process_of_the_tree_once) {
  for (const auto& [threads, children] :
       {std::pair{0, 0}, {3, 0}, {0, 2}, {2, 2}, {70, 1}, {0, 70}}) {
    auto child =
        must_start(plan({subject(), "terms", std::to_string(threads), std::to_string(children)}));
    const int output = child->take_stdout();
    for (int i = 0; i <= children; ++i) BOOST_TEST(read_line(output).starts_with("ready "));
    child->signal(SIGTERM);
    std::map<std::string, int> heard;
    for (int i = 0; i <= children; ++i) ++heard[read_line(output)];
    BOOST_TEST(heard["server 1"] == 1);
    BOOST_TEST(heard["child 1"] == children);
    ::close(output);
  }
}

BOOST_AUTO_TEST_CASE(a_tree_is_noted_from_its_birth_until_its_init_is_reaped) {
  const auto path = (folder / "trees").string();
  auto notes = tree_notes::open(path);
  BOOST_REQUIRE(notes);
  processes->note_trees_in(std::move(*notes));
  auto first = must_start(plan({subject(), "wait"}));
  auto second = must_start(plan({subject(), "wait"}));
  auto marks = read_tree_notes(path);
  BOOST_REQUIRE(marks.size() == 2U);
  for (const auto& mark : marks)
    BOOST_TEST((fate_of(mark, facts_of(mark.pid), boot_id()) == leftover_fate::reap));
  BOOST_TEST((marks[0].pid == first->init_pid() && marks[1].pid == second->init_pid()));
  first->kill();
  exit_of(*first);
  BOOST_TEST(run_until([&] { return processes->alive() == 1; }));
  marks = read_tree_notes(path);
  BOOST_REQUIRE(marks.size() == 1U);
  BOOST_TEST(marks[0].pid == second->init_pid());
  const auto third = must_start(plan({subject(), "wait"})); // In the first one's place.
  BOOST_TEST(std::filesystem::file_size(path) == 2 * tree_notes::line_bytes);
}

BOOST_AUTO_TEST_CASE(destroying_a_child_kills_it_and_the_reaping_goes_on) {
  auto child = must_start(plan({subject(), "wait"}));
  child.reset();
  BOOST_TEST(run_until([&] { return processes->alive() == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
