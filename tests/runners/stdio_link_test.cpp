#include "runners/stdio_link.hpp"
#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace toolscore::test {
namespace {

bytes line_of(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// A link over two pipes whose other ends the test holds.
struct piped_link {
  explicit piped_link(process_fixture& fixture, stdio_link_limits limits = {}) {
    int to_server[2];
    int from_server[2];
    BOOST_REQUIRE(::pipe2(to_server, O_CLOEXEC | O_NONBLOCK) == 0);
    BOOST_REQUIRE(::pipe2(from_server, O_CLOEXEC | O_NONBLOCK) == 0);
    server_in = to_server[0];
    server_out = from_server[1];
    link_events events;
    events.on_lines = [this](const std::vector<bytes>& came) {
      for (const auto& line : came) lines.push_back(*line);
    };
    events.on_garbage = [this](std::string quoted) { garbage.push_back(std::move(quoted)); };
    events.on_overlong = [this](std::string start, std::size_t) {
      overlong.push_back(std::move(start));
    };
    events.on_overflow = [this](std::string why) { overflows.push_back(std::move(why)); };
    events.on_closed = [this] { ++closed; };
    wire = std::make_unique<stdio_link>(fixture.io, to_server[1], from_server[0], std::move(events),
                                        limits);
  }
  ~piped_link() {
    close_in();
    close_out();
  }
  void close_in() { ::close(std::exchange(server_in, -1)); }
  void close_out() { ::close(std::exchange(server_out, -1)); }
  void say(std::string_view text) {
    BOOST_TEST(::write(server_out, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  std::string read_all() {
    std::string all;
    char part[65536];
    for (ssize_t size = 0; (size = ::read(server_in, part, sizeof(part))) > 0;)
      all.append(part, static_cast<std::size_t>(size));
    return all;
  }

  int server_in = -1;
  int server_out = -1;
  std::unique_ptr<stdio_link> wire;
  std::vector<std::string> lines;
  std::vector<std::string> garbage;
  std::vector<std::string> overlong;
  std::vector<std::string> overflows;
  int closed = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stdio_link, process_fixture)

BOOST_AUTO_TEST_CASE(lines_go_through_a_real_server_and_back_in_order) {
  auto cat = must_start(plan({"cat"}));
  std::vector<std::string> lines;
  bool closed = false;
  link_events events;
  events.on_lines = [&](const std::vector<bytes>& came) {
    for (const auto& line : came) lines.push_back(*line);
  };
  events.on_closed = [&] { closed = true; };
  class stdio_link wire(io, cat->take_stdin(), cat->take_stdout(), std::move(events));
  const int count = 20'000; // 2 MiB: far more than the pipes hold.
  for (int i = 0; i < count; ++i)
    wire.send(
        line_of("{\"id\":" + std::to_string(i) + ",\"pad\":\"" + std::string(80, 'x') + "\"}"));
  wire.close_input();
  BOOST_TEST(run_until([&] { return closed; }));
  BOOST_REQUIRE(lines.size() == std::size_t{count});
  for (int i = 0; i < count; ++i)
    BOOST_REQUIRE(lines[std::size_t(i)].starts_with("{\"id\":" + std::to_string(i) + ","));
  BOOST_TEST((exit_of(*cat) == process_exit{false, 0}));
}

BOOST_AUTO_TEST_CASE(the_lines_of_one_round_of_the_loop_go_out_at_its_end) {
  piped_link pair(*this);
  pair.wire->send(line_of("{}"));
  pair.wire->send(line_of("{\"a\":1}"));
  BOOST_TEST(pair.read_all().empty()); // The loop has not run.
  io.poll_one();
  BOOST_TEST(pair.read_all() == "{}\n{\"a\":1}\n");
  BOOST_TEST(pair.wire->queued_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(what_the_pipe_does_not_take_waits_and_keeps_its_order) {
  piped_link pair(*this);
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const auto text = "{\"n\":" + std::to_string(i) + "," + std::string(100, 'y') + "}";
    expected += text + "\n";
    pair.wire->send(line_of(text));
  }
  BOOST_TEST(pair.wire->queued_bytes() > 0U);
  pair.wire->close_input();
  pair.wire->send(line_of("{\"too\":\"late\"}"));
  std::string seen;
  BOOST_TEST(run_until([&] { return (seen += pair.read_all()).size() >= expected.size(); }));
  BOOST_TEST((seen == expected));
  char one = 0;
  BOOST_TEST(::read(pair.server_in, &one, 1) == 0); // Closed once it was all out.
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_read_overflows_once_and_the_queue_is_bounded) {
  stdio_link_limits limits;
  limits.queued_bytes_max = 100'000;
  piped_link pair(*this, limits);
  for (int i = 0; i < 1000; ++i) {
    pair.wire->send(line_of("{" + std::string(1000, 'z') + "}"));
    BOOST_REQUIRE(pair.wire->queued_bytes() <= 100'000U);
  }
  BOOST_TEST(pair.overflows.empty()); // Never from inside the call.
  BOOST_TEST(run_until([&] { return !pair.overflows.empty(); }));
  BOOST_TEST(pair.overflows.size() == 1U);
}

BOOST_AUTO_TEST_CASE(garbage_and_overlong_lines_are_told_and_do_not_stop_the_rest) {
  stdio_link_limits limits;
  limits.line_bytes_max = 100;
  piped_link pair(*this, limits);
  pair.say("Server running on stdio\n{\"id\":1}\r\n{" + std::string(200, 'x') +
           "}\n\n{\"id\":2}\n");
  BOOST_TEST(run_until([&] { return pair.lines.size() == 2; }));
  BOOST_TEST(pair.lines[1] == "{\"id\":2}");
  BOOST_TEST(pair.garbage.at(0) == "Server running on stdio");
  BOOST_TEST(pair.overlong.at(0) == "{" + std::string(200, 'x') + "}");
  BOOST_TEST(pair.overflows.empty()); // It lives on.
}

BOOST_AUTO_TEST_CASE(the_end_comes_once_and_after_the_last_line) {
  piped_link pair(*this);
  pair.say("{\"id\":1}\n{\"last\":true}");
  pair.close_out();
  BOOST_TEST(run_until([&] { return pair.closed != 0; }));
  BOOST_TEST(pair.lines.size() == 2U);
  run_until([] { return false; }, std::chrono::seconds(0));
  BOOST_TEST(pair.closed == 1);
  pair.wire->send(line_of("{}")); // Goes nowhere and harms nobody.
}

BOOST_AUTO_TEST_CASE(a_server_that_closed_its_input_is_told_after_what_it_had_said) {
  piped_link pair(*this);
  pair.say("{\"id\":1}\n");
  pair.close_in();
  pair.wire->send(line_of("{}")); // SIGPIPE, were it not ignored.
  BOOST_TEST(pair.closed == 0);
  BOOST_TEST(run_until([&] { return pair.closed != 0; }));
  BOOST_TEST(pair.lines.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_callback_may_destroy_the_link) {
  piped_link pair(*this);
  int seen = 0;
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  std::unique_ptr<class stdio_link> wire;
  link_events events;
  events.on_lines = [&](const std::vector<bytes>&) {
    ++seen;
    wire.reset();
  };
  events.on_closed = [&] { seen += 100; };
  wire = std::make_unique<class stdio_link>(io, ::dup(ends[1]), ends[0], std::move(events));
  BOOST_TEST(::write(ends[1], "{}\nno\n{}\n{}\n", 12) == 12);
  BOOST_TEST(run_until([&] { return seen != 0; }));
  ::close(ends[1]);
  run_until([] { return false; }, std::chrono::seconds(0));
  BOOST_TEST(seen == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
