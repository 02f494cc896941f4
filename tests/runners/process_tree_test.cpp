#include "runners/proc_io.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <fstream>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore::test {
namespace {

using namespace std::chrono_literals;

/// A tree that has said that it is complete.
struct stubborn_tree {
  explicit stubborn_tree(process_fixture& fixture, spawn_options options = {},
                         const char* what = "3")
      : process(fixture.must_start(fixture.plan({stubborn(), what}), std::move(options))),
        output(process->take_stdout()) {
    BOOST_TEST(fixture.read_line(output) == "ready");
  }
  stubborn_tree(stubborn_tree&& other) noexcept
      : process(std::move(other.process)), output(std::exchange(other.output, -1)) {}
  ~stubborn_tree() { ::close(output); }
  std::unique_ptr<hosted_process> process;
  int output;
};

spawn_options held_by(confinement what) {
  spawn_options options;
  options.held_by = what;
  return options;
}

/// Starts a program the plain way: it must not be inside a tree that process_io would end.
pid_t start_plainly(std::vector<std::string> argv, int& output) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], 1);
    ::close(ends[0]);
    ::close(ends[1]);
    std::vector<char*> arguments;
    for (auto& argument : argv) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output = ends[0];
  return pid;
}

std::string name_of(pid_t pid) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
  return name;
}

pid_t parent_of(pid_t pid) {
  const auto facts = facts_of(pid);
  return facts ? static_cast<pid_t>(facts->parent) : 0;
}

std::string first_line(int fd) {
  std::string line;
  for (char next = 0;;) {
    pollfd source{fd, POLLIN, 0};
    if (::poll(&source, 1, 20'000) <= 0 || ::read(fd, &next, 1) != 1 || next == '\n') return line;
    line += next;
  }
}

/// The programs where any user may run them.
std::string public_copy(const std::filesystem::path& folder, const std::string& program) {
  namespace fs = std::filesystem;
  fs::permissions(folder, fs::perms(0755));
  const auto copy = folder / fs::path(program).filename();
  fs::copy_file(program, copy, fs::copy_options::skip_existing);
  fs::permissions(copy, fs::perms(0755));
  return copy.string();
}

struct node_case {
  bool as_user = false;
  const char* hold = "strongest";
  const char* count = "3"; ///< Trees of four stubborn processes each.
};

/// Starts a node in the fixture's folder; its stdout is `output`.
pid_t start_node(process_fixture& fixture, const node_case& how, int& output) {
  public_copy(fixture.folder, std::string(TOOLSCORE_LIBEXEC_DIR) + "/toolscore-spawner");
  std::vector<std::string> argv;
  if (how.as_user) argv = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  for (const auto& word :
       {public_copy(fixture.folder, std::string(TOOLSCORE_RUNNERS_PROGRAMS) + "/node_stand_in"),
        fixture.folder.string(), public_copy(fixture.folder, stubborn()), std::string(how.count),
        fixture.marker, std::string(how.hold)})
    argv.push_back(word);
  return start_plainly(argv, output);
}

void end_node(process_fixture& fixture, pid_t node, int output) {
  ::kill(node, SIGKILL);
  const auto left = wait_for_empty_census(fixture.marker, 10s);
  BOOST_TEST(left.empty(), to_string(left));
  ::waitpid(node, nullptr, 0);
  ::close(output);
}

/// SIGKILL to a node with three stubborn trees: none of their processes may live.
void kill_a_node(process_fixture& fixture, const node_case& how, const std::string& expected) {
  int output = -1;
  const pid_t node = start_node(fixture, how, output);
  std::string said;
  while ((said = first_line(output)) == "started") {
  }
  BOOST_TEST(said == "ready " + expected);
  const std::size_t keepers = std::string_view(how.hold) == "none" ? 6 : 0; // Two a tree.
  BOOST_TEST(fixture.census_reaches(fixture.counted(3, 4) + keepers + 1));  // And the node.
  end_node(fixture, node, output);
}

/// SIGKILL to a node after each of its first starts, when more are under way.
void kill_a_starting_node(process_fixture& fixture, node_case how) {
  how.count = "20";
  for (int after = 0; after < 20; after += 3) {
    int output = -1;
    const pid_t node = start_node(fixture, how, output);
    for (int i = 0; i < after; ++i) BOOST_TEST(first_line(output) == "started");
    end_node(fixture, node, output);
  }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_tree, process_fixture)

BOOST_AUTO_TEST_CASE(kill_ends_a_tree_that_does_not_want_to) {
  stubborn_tree tree(*this);
  BOOST_TEST(census_reaches(counted(1, 4)));
  tree.process->signal(SIGTERM); // Which nobody in it hears.
  BOOST_TEST(!run_until([&] { return census(marker).size() < counted(1, 4); }, 1s));
  tree.process->kill();
  BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
  BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_server_is_the_end_of_all_it_started) {
  for (const char* what : {"3", "hop"}) {
    stubborn_tree tree(*this, {}, what);
    const auto init = tree.process->init_pid();
    ::kill(static_cast<pid_t>(tree.process->pid()), SIGKILL);
    BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
    // The exit is told when the tree is empty and not before; its init may still be ending.
    auto left = census(marker);
    std::erase_if(left, [&](const auto& one) { return one.pid == init; });
    BOOST_TEST(left.size() == 1U, to_string(left));
    BOOST_TEST(census_reaches(1U));
  }
}

BOOST_AUTO_TEST_CASE(an_init_that_is_killed_takes_its_tree_along) {
  stubborn_tree tree(*this);
  if (tree.process->held_by() == confinement::none) return;
  ::kill(static_cast<pid_t>(tree.process->init_pid()), SIGKILL);
  BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
  BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
}

BOOST_AUTO_TEST_CASE(without_namespaces_kill_sweeps_the_tree) {
  stubborn_tree tree(*this, held_by(confinement::none));
  BOOST_TEST((tree.process->held_by() == confinement::none));
  tree.process->kill();
  BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
  BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
}

BOOST_AUTO_TEST_CASE(a_process_that_forks_and_exits_over_and_over_is_caught) {
  for (const auto& options : {spawn_options{}, held_by(confinement::none)}) {
    stubborn_tree tree(*this, options, "hop");
    tree.process->kill();
    BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
    BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
  }
}

BOOST_AUTO_TEST_CASE(without_namespaces_a_signal_reaches_the_tree_and_nobody_else) {
  auto other = must_start(plan({subject(), "wait"}), held_by(confinement::none));
  auto target = must_start(plan({subject(), "wait"}), held_by(confinement::none));
  target->signal(SIGTERM);
  BOOST_TEST((exit_of(*target) == process_exit{true, SIGTERM}));
  BOOST_TEST(processes->alive() == 1U);
  BOOST_TEST(::kill(static_cast<pid_t>(other->pid()), 0) == 0);
}

BOOST_AUTO_TEST_CASE(without_namespaces_the_end_of_the_server_ends_its_escapees) {
  stubborn_tree tree(*this, held_by(confinement::none));
  ::kill(static_cast<pid_t>(tree.process->pid()), SIGKILL);
  BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
  BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
}

BOOST_AUTO_TEST_CASE(without_namespaces_a_killed_keeper_or_init_leaves_nothing) {
  // The keeper is what the node knows as the init; between it and the init proper is the ward.
  for (const bool keeper : {true, false})
    for (const bool stopped : {false, true}) {
      stubborn_tree tree(*this, held_by(confinement::none));
      BOOST_TEST(census_reaches(counted(1, 4) + 2));
      const auto outer = static_cast<pid_t>(tree.process->init_pid());
      const auto inner = parent_of(static_cast<pid_t>(tree.process->pid()));
      BOOST_REQUIRE(inner > 0);
      BOOST_REQUIRE(inner != outer);
      if (stopped) ::kill(keeper ? inner : outer, SIGSTOP);
      ::kill(keeper ? outer : inner, SIGKILL);
      if (stopped && !keeper) tree.process->kill(); // A stopped keeper sees nothing until then.
      BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
      // The exit is told when the tree is empty and not before.
      BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
    }
}

BOOST_AUTO_TEST_CASE(without_namespaces_two_killed_at_the_same_moment_leave_nothing) {
  for (int spared = 0; spared < 3; ++spared)
    for (int round = 0; round < 5; ++round) {
      stubborn_tree tree(*this, held_by(confinement::none));
      BOOST_TEST(census_reaches(counted(1, 4) + 2));
      const auto inner = parent_of(static_cast<pid_t>(tree.process->pid()));
      const std::array<pid_t, 3> layers{static_cast<pid_t>(tree.process->init_pid()),
                                        parent_of(inner), inner};
      for (std::size_t i = 0; i < layers.size(); ++i)
        if (i != static_cast<std::size_t>(spared)) ::kill(layers[i], SIGKILL);
      BOOST_TEST((exit_of(*tree.process) == process_exit{true, SIGKILL}));
      BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
    }
}

BOOST_AUTO_TEST_CASE(without_namespaces_a_node_killed_with_keepers_or_inits_leaves_nothing) {
  for (const auto* wanted : {"toolscore-keep", "toolscore-ward", "toolscore-init"}) {
    int output = -1;
    const pid_t node = start_node(*this, {false, "none"}, output);
    while (first_line(output) == "started") {
    }
    std::vector<pid_t> targets;
    for (const auto& one : census(marker))
      if (name_of(static_cast<pid_t>(one.pid)) == wanted)
        targets.push_back(static_cast<pid_t>(one.pid));
    if (::geteuid() == 0) BOOST_TEST(targets.size() == 3U);
    ::kill(node, SIGKILL);
    for (const pid_t target : targets) ::kill(target, SIGKILL);
    end_node(*this, node, output);
  }
}

BOOST_AUTO_TEST_CASE(a_killed_node_leaves_nothing) {
  const bool root = ::geteuid() == 0;
  kill_a_node(*this, {}, root ? "pid_namespace" : "user_pid_namespace");
}

BOOST_AUTO_TEST_CASE(a_killed_node_of_an_ordinary_user_leaves_nothing) {
  if (::geteuid() == 0) kill_a_node(*this, {true}, "user_pid_namespace");
}

BOOST_AUTO_TEST_CASE(a_killed_node_without_namespaces_leaves_nothing) {
  kill_a_node(*this, {false, "none"}, "none");
  if (::geteuid() == 0) kill_a_node(*this, {true, "none"}, "none");
}

BOOST_AUTO_TEST_CASE(a_node_killed_while_it_starts_trees_leaves_nothing) {
  kill_a_starting_node(*this, {});
  kill_a_starting_node(*this, {false, "none"});
  if (::geteuid() == 0) kill_a_starting_node(*this, {true});
}

BOOST_AUTO_TEST_CASE(trees_outlive_the_spawner_and_the_next_start_has_a_new_one) {
  std::vector<stubborn_tree> trees;
  for (int i = 0; i < 5; ++i) trees.emplace_back(*this);
  const auto first = processes->spawner_pid();
  ::kill(static_cast<pid_t>(first), SIGKILL);
  // At once, so that the death and the request cross.
  auto answer = start(plan({subject(), "wait"}));
  if (!answer) {
    BOOST_TEST(answer.failure().detail.find("spawner") != std::string::npos);
    answer = start(plan({subject(), "wait"}));
  }
  BOOST_REQUIRE(answer);
  BOOST_TEST(processes->spawner_pid() != first);
  BOOST_TEST(run_until([&] { return ::kill(static_cast<pid_t>(first), 0) != 0; })); // Reaped.
  BOOST_TEST(processes->alive() == 6U);
  BOOST_TEST(census_reaches(counted(5, 4) + counted(1, 1, false)));
  BOOST_TEST(kill_all());
  BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
}

BOOST_AUTO_TEST_CASE(a_spawner_that_hangs_is_replaced) {
  class process_io impatient(io, TOOLSCORE_LIBEXEC_DIR, std::chrono::milliseconds(300));
  std::vector<result<std::unique_ptr<hosted_process>>> answers;
  const auto start_one = [&] {
    impatient.spawn(plan({subject(), "wait"}), {},
                    [&](auto answer) { answers.push_back(std::move(answer)); });
  };
  start_one();
  BOOST_REQUIRE(run_until([&] { return answers.size() == 1; }));
  BOOST_REQUIRE(bool(answers[0]));
  const auto hung = impatient.spawner_pid();
  ::kill(static_cast<pid_t>(hung), SIGSTOP);
  start_one();
  BOOST_REQUIRE(run_until([&] { return answers.size() == 2; }));
  BOOST_REQUIRE(!answers[1]);
  BOOST_TEST(answers[1].failure().detail.ends_with("no exec within 300 ms; it has been killed"));
  start_one();
  BOOST_REQUIRE(run_until([&] { return answers.size() == 3; }));
  BOOST_TEST(bool(answers[2]));
  BOOST_TEST(impatient.spawner_pid() != hung);
  BOOST_TEST(impatient.alive() == 2U);
}

BOOST_AUTO_TEST_CASE(a_spawner_that_dies_under_load_costs_clear_errors_and_no_process) {
  std::size_t started = 0;
  std::size_t failed = 0;
  std::vector<std::unique_ptr<hosted_process>> children;
  for (int i = 0; i < 100; ++i)
    processes->spawn(plan({subject(), "wait"}), {}, [&](auto answer) {
      if (answer) {
        ++started;
        children.push_back(std::move(*answer));
        return;
      }
      ++failed;
      BOOST_TEST(answer.failure().detail.find("the spawner died") != std::string::npos,
                 answer.failure().detail);
    });
  for (std::size_t next = 10; next <= 60; next += 25) {
    BOOST_REQUIRE(run_until([&] { return started + failed >= next; }));
    const auto spawner = static_cast<pid_t>(processes->spawner_pid());
    BOOST_TEST((spawner > 0 || next > 10));
    if (spawner > 0) ::kill(spawner, SIGKILL);
  }
  BOOST_TEST(run_until([&] { return started + failed == 100; }));
  BOOST_TEST(processes->alive() == started);
  BOOST_TEST_MESSAGE(started << " started, " << failed << " failed");
  // Nothing runs that process_io does not know of.
  BOOST_TEST(run_until(
      [&] { return census(marker).size() == counted(started, 1, processes->spawner_pid() != 0); }));
  children.clear();
  BOOST_TEST(kill_all());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
