#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <unistd.h>

namespace toolscore::test {
namespace {

constexpr std::uint64_t mebibyte = 1U << 20U;

std::uint64_t resident_bytes() {
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  return missing ? 0 : size;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_log, process_fixture)

BOOST_AUTO_TEST_CASE(a_flood_of_stderr_neither_blocks_nor_grows) {
  auto child = must_start(plan({subject(), "flood", "10000000"}));
  const auto before = resident_bytes();
  const int output = child->take_stdout();
  BOOST_TEST(read_line(output) == "flooded");
  BOOST_TEST((exit_of(*child) == process_exit{false, 0}));
  BOOST_TEST(child->log_bytes() == 10'000'000U);
  BOOST_TEST(child->log_tail(2) == std::string(99, 'x') + "\n" + std::string(99, 'x'));
  BOOST_TEST(child->log_tail(1'000'000).size() <= mebibyte);
  BOOST_TEST(resident_bytes() < before + 8 * mebibyte);
  ::close(output);
}

BOOST_AUTO_TEST_CASE(the_log_file_is_rotated_and_whole) {
  auto what = plan({subject(), "flood", "25000000"});
  what.stderr_log = (folder / "logs" / "server.log").string();
  auto child = must_start(what);
  exit_of(*child);
  BOOST_TEST(size_of(what.stderr_log + ".2") == 10 * mebibyte);
  BOOST_TEST(size_of(what.stderr_log + ".1") == 10 * mebibyte);
  BOOST_TEST(size_of(what.stderr_log) == 25'000'000U - 20 * mebibyte);
  BOOST_TEST(!std::filesystem::exists(what.stderr_log + ".3"));
}

BOOST_AUTO_TEST_CASE(a_full_disk_does_not_stop_the_draining) {
  auto what = plan({subject(), "flood", "1000000"});
  std::filesystem::create_symlink("/dev/full", folder / "full.log");
  what.stderr_log = (folder / "full.log").string();
  auto child = must_start(what);
  BOOST_TEST((exit_of(*child) == process_exit{false, 0}));
  BOOST_TEST(child->log_bytes() == 1'000'000U);
}

BOOST_AUTO_TEST_CASE(stdout_goes_to_the_log_where_it_is_asked_and_lines_are_offered) {
  std::vector<std::string> lines;
  spawn_options options;
  options.stdout_to_log = true;
  options.on_log_line = [&](std::string_view line) { lines.emplace_back(line); };
  auto child = must_start(plan({subject(), "both"}), std::move(options));
  BOOST_TEST(child->take_stdout() == -1);
  exit_of(*child);
  BOOST_TEST((lines == std::vector<std::string>{"to stdout", "to stderr"}));
  BOOST_TEST(child->log_tail(10) == "to stdout\nto stderr");
}

BOOST_AUTO_TEST_CASE(a_log_hook_may_end_its_own_child) {
  std::unique_ptr<hosted_process> child;
  int lines = 0;
  spawn_options options;
  options.on_log_line = [&](std::string_view) {
    ++lines;
    child.reset();
  };
  child = must_start(plan({subject(), "flood", "100000"}), std::move(options));
  BOOST_TEST(run_until([&] { return processes->alive() == 0; }));
  BOOST_TEST(lines >= 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
