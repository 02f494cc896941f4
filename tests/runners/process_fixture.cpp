#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace toolscore::test {
namespace {

/// Dead or alive: this process has a child. Nothing here starts one but process_io and the tests.
bool a_child_is_unreaped() {
  siginfo_t any{};
  return ::waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) == 0;
}

} // namespace

process_fixture::process_fixture() {
  std::string pattern = (std::filesystem::temp_directory_path() / "toolscore-XXXXXX").string();
  folder = ::mkdtemp(pattern.data());
  ::setenv(census_variable, marker.c_str(), 1); // For the spawner and the inits.
  processes = std::make_unique<process_io>(io, TOOLSCORE_LIBEXEC_DIR);
}

process_fixture::~process_fixture() {
  ::unsetenv(census_variable);
  BOOST_CHECK(kill_all());
  processes.reset();
  // The test itself carries the marker only in the copy that /proc shows of its start: not at all.
  run_until([this] { return census(marker).empty(); });
  BOOST_CHECK_EQUAL(to_string(census(marker)), "");
  BOOST_CHECK(run_until([] { return !a_child_is_unreaped(); }));
  std::filesystem::remove_all(folder);
}

launch_plan process_fixture::plan(std::vector<std::string> argv) const {
  launch_plan what;
  what.argv = std::move(argv);
  what.env = {{"PATH", "/usr/bin:/bin"}, {census_variable, marker}};
  what.cwd = folder.string();
  return what;
}

bool process_fixture::run_until(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

result<std::unique_ptr<hosted_process>> process_fixture::start(const launch_plan& what,
                                                               spawn_options options) {
  std::optional<result<std::unique_ptr<hosted_process>>> answer;
  processes->spawn(what, std::move(options), [&](auto outcome) { answer = std::move(outcome); });
  BOOST_TEST(!answer.has_value()); // Never from inside the call.
  BOOST_REQUIRE(run_until([&] { return answer.has_value(); }));
  return std::move(*answer);
}

std::unique_ptr<hosted_process> process_fixture::must_start(const launch_plan& what,
                                                            spawn_options options) {
  auto answer = start(what, std::move(options));
  BOOST_REQUIRE_MESSAGE(answer, (answer ? "" : answer.failure().detail));
  return std::move(*answer);
}

std::optional<process_exit> process_fixture::exit_of(hosted_process& child) {
  std::optional<process_exit> seen;
  int calls = 0;
  child.on_exit([&](process_exit how) {
    seen = how;
    ++calls;
  });
  run_until([&] { return seen.has_value(); });
  BOOST_TEST(calls <= 1);
  if (!seen) child.on_exit(nullptr);
  return seen;
}

std::string process_fixture::read_line(int fd) {
  std::string line;
  run_until([&] {
    char next = 0;
    ssize_t size = 0;
    while ((size = ::read(fd, &next, 1)) == 1 && next != '\n') line += next;
    return size == 1 || size == 0 || errno != EAGAIN;
  });
  return line;
}

bool process_fixture::kill_all() {
  bool done = false;
  processes->kill_all([&] { done = true; });
  return run_until([&] { return done; });
}

bool process_fixture::census_reaches(std::size_t expected) {
  return run_until([&] { return census(marker).size() == expected; }, std::chrono::seconds(10));
}

std::size_t process_fixture::counted(std::size_t trees, std::size_t processes_a_tree,
                                     bool spawner) {
  const std::size_t inits = ::geteuid() == 0 ? 1 : 0;
  return trees * (processes_a_tree + inits) + (spawner ? 1 : 0);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

std::string subject() {
  return TOOLSCORE_RUNNERS_PROGRAMS "/subject";
}
std::string stubborn() {
  return TOOLSCORE_RUNNERS_PROGRAMS "/stubborn";
}

} // namespace toolscore::test
