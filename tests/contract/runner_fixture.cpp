#include "tests/contract/runner_fixture.hpp"

#include "runners/node_cgroups_io.hpp"
#include "tests/census.hpp"
#include "tests/test_engine.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <unistd.h>

namespace toolscore::test {

std::ostream& operator<<(std::ostream& out, backend x) {
  return out << (x == backend::process ? "process" : "container");
}

std::vector<backend> backends() {
  std::vector<backend> out{backend::process};
  if (test_engine::is_there()) out.push_back(backend::container);
  return out;
}

runner_fixture::runner_fixture(backend which) : kind(which), marker(new_census_marker()) {
  std::string pattern = (std::filesystem::temp_directory_path() / "toolscore-XXXXXX").string();
  folder = ::mkdtemp(pattern.data());
  if (which == backend::process) {
    pool.emplace(1);
    cgroups = std::make_shared<node_cgroups>(cgroup_id_of(folder.string()),
                                             (folder / "cgroups").string());
  }
  make_host();
}

void runner_fixture::make_host() {
  if (kind == backend::process) {
    processes = std::make_unique<process_io>(io, TOOLSCORE_LIBEXEC_DIR);
    processes->use_cgroups(cgroups, run_in(*pool, io));
    host = processes.get();
    return;
  }
  containers = std::make_unique<container_host>(
      io, std::make_shared<engine_client>(io, std::vector<std::string>{shared_engine().socket()}),
      container_host_options{cgroup_id_of(folder.string()), (folder / "containers").string()});
  host = containers.get();
}

void runner_fixture::keep() {
  auto trees = kept_trees::open((folder / "kept").string());
  BOOST_REQUIRE_MESSAGE(trees, (trees ? "" : trees.failure().detail));
  auto found = find_kept(*trees, [](const auto&) { return kept_claim::same; });
  auto last = found.last_numbers();
  if (processes)
    processes->keep_trees_in(std::move(*trees), std::move(found.offers), std::move(last));
  else
    containers->keep(std::move(*trees), std::move(found.offers), std::move(last));
}

void runner_fixture::leave_to_next(std::unique_ptr<hosted_process> child) {
  if (processes)
    processes->let_kept_go();
  else
    containers->let_kept_go();
  BOOST_REQUIRE(child->leave());
  BOOST_TEST(kill_all());
  child.reset();
  processes.reset();
  containers.reset();
  make_host();
  keep();
}

runner_fixture::~runner_fixture() {
  BOOST_CHECK(kill_all());
  BOOST_CHECK(run_until([this] { return census() == 0; }));
  BOOST_CHECK_EQUAL(to_string(test::census(marker)), "");
  processes.reset();
  containers.reset();
  pool.reset();
  if (cgroups) cgroups->close();
  std::ifstream noted(folder / "cgroups");
  for (std::string directory; std::getline(noted, directory);)
    BOOST_CHECK(!std::filesystem::exists(directory));
  std::filesystem::remove_all(folder);
}

launch_plan runner_fixture::plan(const std::string& program,
                                 const std::vector<std::string>& words) const {
  launch_plan what;
  const bool boxed = kind == backend::container;
  what.argv = {(boxed ? "/" : TOOLSCORE_CONTRACT_PROGRAMS "/") + program};
  what.argv.insert(what.argv.end(), words.begin(), words.end());
  what.env = {{census_variable, marker}};
  what.name = "subject";
  what.limits.files = 4096;
  if (boxed) {
    container_launch launch;
    launch.settings.image = test_image;
    launch.own_command = true;
    what.container = launch;
  } else {
    what.cwd = folder.string();
  }
  return what;
}

bool runner_fixture::run_until(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(20));
  }
  return true;
}

result<std::unique_ptr<hosted_process>> runner_fixture::start(const launch_plan& what,
                                                              spawn_options options) {
  std::optional<result<std::unique_ptr<hosted_process>>> answer;
  host->spawn(what, std::move(options), [&](auto outcome) { answer = std::move(outcome); });
  BOOST_TEST(!answer.has_value()); // Never from inside the call.
  BOOST_REQUIRE(run_until([&] { return answer.has_value(); }));
  return std::move(*answer);
}

std::unique_ptr<hosted_process> runner_fixture::must_start(const launch_plan& what,
                                                           spawn_options options) {
  auto answer = start(what, std::move(options));
  BOOST_REQUIRE_MESSAGE(answer, (answer ? "" : answer.failure().detail));
  return std::move(*answer);
}

std::optional<process_exit> runner_fixture::exit_of(hosted_process& child) {
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

std::string runner_fixture::read_line(int fd) {
  std::string line;
  run_until([&] {
    char next = 0;
    ssize_t size = 0;
    while ((size = ::read(fd, &next, 1)) == 1 && next != '\n') line += next;
    return size == 1 || size == 0 || errno != EAGAIN;
  });
  return line;
}

bool runner_fixture::kill_all() {
  bool done = false;
  if (processes)
    processes->kill_all([&] { done = true; });
  else
    containers->kill_all([&] { done = true; });
  return run_until([&] { return done; });
}

std::size_t runner_fixture::alive() const {
  return processes ? processes->alive() : containers->alive();
}

std::size_t runner_fixture::census() const {
  return test::census(marker).size();
}

} // namespace toolscore::test
