#include "loop/log_io.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace toolscore;
using log::kv;

namespace {

/// A log file of its own; the log goes back to stderr at the end.
struct file_log {
  std::filesystem::path folder;
  std::filesystem::path path;
  file_log() {
    auto name = (std::filesystem::temp_directory_path() / "toolscore-log-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    path = folder / "node.log";
    BOOST_REQUIRE(log::redirect_to_file(path.string()));
  }
  ~file_log() {
    log::redirect_to_stderr();
    log::set_level(log::level::info);
    std::filesystem::remove_all(folder);
  }
  std::string text() const {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(plain_values_are_bare_and_others_are_quoted) {
  BOOST_TEST(log::format_line("child.restart",
                              {kv("server", "fs"), kv("attempt", 3), kv("reason", "exit 1")}) ==
             "event=child.restart server=fs attempt=3 reason=\"exit 1\"");
  BOOST_TEST(log::format_line("a.b", {kv("empty", ""), kv("yes", true)}) ==
             "event=a.b empty=\"\" yes=true");
}

BOOST_AUTO_TEST_CASE(no_value_can_fake_a_line_or_a_field) {
  BOOST_TEST(log::format_line("a.b", {kv("x", "one\nevent=fake \"q\" \\ \x1b[2J\r\x7f")}) ==
             "event=a.b x=\"one\\nevent=fake \\\"q\\\" \\\\ \\x1b[2J\\x0d\\x7f\"");
  BOOST_TEST(log::format_line("a.b", {kv("x", "y=z")}) == "event=a.b x=\"y=z\"");
  BOOST_TEST(log::format_line("a.b", {kv("x", std::string_view("n\0l", 3))}) ==
             "event=a.b x=\"n\\x00l\"");
}

BOOST_AUTO_TEST_CASE(a_long_value_is_cut_at_its_limit_and_never_inside_a_character) {
  const auto limit = log::value_bytes_max;
  BOOST_TEST(log::format_line("a.b", {kv("x", std::string(limit, 'y'))}).size() == limit + 12);
  const auto cut = log::format_line("a.b", {kv("x", std::string(9'000, 'y'))});
  BOOST_TEST(cut == "event=a.b x=\"" + std::string(limit, 'y') + "...\"");
  const auto umlaut =
      log::format_line("a.b", {kv("x", std::string(limit - 1, 'y') + "\xc3\xbc tail")});
  BOOST_TEST(umlaut == "event=a.b x=\"" + std::string(limit - 1, 'y') + "...\"");
}

BOOST_AUTO_TEST_CASE(a_file_gets_one_line_an_event_with_its_level) {
  file_log file;
  log::write(log::level::warn, "child.restart", {kv("server", "{} %s")});
  log::write(log::level::info, "node.ready", kv("port", 7332), kv("tls", false));
  const auto text = file.text();
  BOOST_TEST(text.find("level=warning event=child.restart server=\"{} %s\"\n") != std::string::npos,
             text);
  BOOST_TEST(text.find("level=info event=node.ready port=7332 tls=false\n") != std::string::npos,
             text);
}

BOOST_AUTO_TEST_CASE(events_below_the_level_are_not_written) {
  file_log file;
  log::write(log::level::debug, "a.hidden");
  log::set_level(log::level::error);
  BOOST_TEST(!log::enabled(log::level::warn));
  log::write(log::level::warn, "b.hidden");
  log::write(log::level::error, "c.shown");
  const auto text = file.text();
  BOOST_TEST(text.find("hidden") == std::string::npos);
  BOOST_TEST(text.find("c.shown") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_goes_to_stdout) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  std::cout.flush(); // What others left there goes to the real one.
  ::fflush(stdout);
  const int saved = ::dup(STDOUT_FILENO);
  ::dup2(ends[1], STDOUT_FILENO);
  log::write(log::level::error, "test.stderr", {kv("expected", true)});
  ::fflush(stdout);
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  ::close(ends[1]);
  char buffer[16];
  BOOST_TEST(::read(ends[0], buffer, sizeof buffer) == 0);
  ::close(ends[0]);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_changes_nothing) {
  file_log file;
  BOOST_TEST(!log::redirect_to_file("/proc/no/such/folder/x.log"));
  log::write(log::level::info, "still.here");
  BOOST_TEST(file.text().find("still.here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(threads_may_write_and_redirect_at_the_same_time) {
  file_log file;
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i)
    writers.emplace_back([&, i] {
      for (int j = 0; j < 200; ++j) {
        log::write(log::level::info, "thread.line", {kv("thread", i), kv("line", j)});
        if (i == 0 && j % 50 == 0) static_cast<void>(log::redirect_to_file(file.path.string()));
      }
    });
  for (auto& writer : writers) writer.join();
  const auto text = file.text();
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 800);
}

BOOST_AUTO_TEST_SUITE_END()
