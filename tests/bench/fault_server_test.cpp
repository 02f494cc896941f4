#include "bench/child_io.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using nlohmann::json;

namespace {

constexpr const char* hello =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})";

std::string call(int id, const std::string& tool, const std::string& rest = "") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
         R"(,"method":"tools/call","params":{"name":")" + tool + "\"" + rest + "}}";
}

struct talk {
  std::vector<std::string> lines; ///< Without their newlines.
  int exit_code = -1;             ///< As a shell has it: 128+n after signal n.
};

/// Says the lines to a fault server, keeps its stdin open for `open_seconds`, and gives all it
/// said.
talk talk_to(const std::string& options, const std::vector<std::string>& lines,
             const std::string& open_seconds = "0") {
  std::string command = "( ";
  for (const auto& line : lines) command += "printf '%s\\n' '" + line + "'; ";
  command += "sleep " + open_seconds + " ) | { timeout -s KILL 30 " TOOLSCORE_FAULT_SERVER " " +
             options + " 2>/dev/null; echo \"exit=$?\"; }";
  talk heard;
  FILE* pipe = ::popen(command.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string all;
  std::array<char, 65536> piece;
  for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    all.append(piece.data(), got);
  ::pclose(pipe);
  for (std::size_t begin = 0, end = 0; (end = all.find('\n', begin)) != std::string::npos;
       begin = end + 1)
    heard.lines.push_back(all.substr(begin, end - begin));
  BOOST_REQUIRE(!heard.lines.empty());
  heard.exit_code = std::stoi(heard.lines.back().substr(5));
  heard.lines.pop_back();
  return heard;
}

std::string text_of(const std::string& line) {
  return json::parse(line)["result"]["content"][0]["text"];
}

} // namespace

BOOST_AUTO_TEST_SUITE(fault_server)

BOOST_AUTO_TEST_CASE(without_a_fault_it_is_a_legacy_server_that_ends_with_its_input) {
  const auto heard = talk_to(
      "", {hello, R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
           R"({"jsonrpc":"2.0","id":2,"method":"server/discover"})",
           R"({"jsonrpc":"2.0","id":3,"method":"tools/list"})",
           call(4, "echo", R"(,"arguments":{"text":"a b"})"), call(5, "die"), call(6, "env")});
  BOOST_REQUIRE(heard.lines.size() == 6u);
  BOOST_TEST(json::parse(heard.lines[0])["result"]["protocolVersion"] == "2025-06-18");
  BOOST_TEST(json::parse(heard.lines[1])["error"]["code"] == -32601);
  BOOST_TEST(json::parse(heard.lines[2])["result"]["tools"].size() == 5u);
  BOOST_TEST(text_of(heard.lines[3]) == "a b");
  BOOST_TEST(json::parse(heard.lines[4])["error"]["code"] == -32602);
  BOOST_TEST((',' + text_of(heard.lines[5]) + ',').find(",PATH,") != std::string::npos);
  BOOST_TEST(heard.exit_code == 0);
}

BOOST_AUTO_TEST_CASE(it_ends_as_it_is_told) {
  BOOST_TEST(talk_to("--exit-at-start 7", {hello}).exit_code == 7);
  const auto two = talk_to("--exit-after-calls 2 --exit-code 9",
                           {hello, call(2, "echo"), call(3, "pid"), call(4, "echo")}, "0.2");
  BOOST_TEST(two.exit_code == 9);
  BOOST_TEST(two.lines.size() == 3u);
  const auto dead = talk_to("--die-on-call", {hello, call(2, "die")}, "0.2");
  BOOST_TEST(dead.exit_code == 128 + SIGKILL);
  BOOST_TEST(dead.lines.size() == 1u);
  BOOST_TEST(talk_to("--no-such-option", {hello}).exit_code == 2);
}

BOOST_AUTO_TEST_CASE(garbage_stands_around_answers_that_stay_whole) {
  const auto heard = talk_to("--garbage --crlf", {hello, call(2, "echo")});
  std::size_t answers = 0;
  std::size_t others = 0;
  for (const auto& line : heard.lines) {
    BOOST_TEST(line.back() == '\r');
    (json::accept(line) ? answers : others) += 1;
  }
  BOOST_TEST(answers == 2u);
  BOOST_TEST(others == 1u + 2u * 3u);
}

BOOST_AUTO_TEST_CASE(a_huge_line_has_the_size_that_was_asked_for_and_is_json) {
  for (const std::size_t bytes : {1000u, 3'000'000u}) {
    const auto heard = talk_to("--huge-line " + std::to_string(bytes), {hello, call(2, "echo")});
    BOOST_REQUIRE(heard.lines.size() == 2u);
    BOOST_TEST(heard.lines[1].size() + 1 == bytes);
    BOOST_TEST(json::parse(heard.lines[1])["id"] == 2);
  }
}

BOOST_AUTO_TEST_CASE(what_hangs_hangs_alone) {
  const std::string ping = R"({"jsonrpc":"2.0","id":9,"method":"ping"})";
  const std::string discover = R"({"jsonrpc":"2.0","id":8,"method":"server/discover"})";
  BOOST_TEST(talk_to("--hang", {hello, call(2, "echo"), ping}).lines.size() == 2u);
  BOOST_TEST(talk_to("--hang-ping", {hello, call(2, "echo"), ping}).lines.size() == 2u);
  BOOST_TEST(talk_to("--hang-ping --modern", {discover, discover, call(2, "echo")}).lines.size() ==
             2u);
  BOOST_TEST(talk_to("--modern", {discover, discover}).lines.size() == 2u);
  BOOST_TEST(talk_to("--silent", {hello, ping, call(2, "echo")}).lines.empty());
}

BOOST_AUTO_TEST_CASE(late_answers_come_late_and_do_not_hold_up_others) {
  const auto slow = talk_to("--slow 300", {call(1, "slow"), call(2, "echo")}, "1");
  BOOST_REQUIRE(slow.lines.size() == 2u);
  BOOST_TEST(json::parse(slow.lines[0])["id"] == 2);
  BOOST_TEST(text_of(slow.lines[1]) == "slow");
  BOOST_TEST(talk_to("--slow 20000", {call(1, "slow")}).lines.empty());
  BOOST_TEST(talk_to("--delay-handshake 20000", {hello}).lines.empty());
  BOOST_TEST(talk_to("--delay-handshake 100", {hello}, "1").lines.size() == 1u);
}

BOOST_AUTO_TEST_CASE(failures_of_a_call_are_of_the_kind_that_was_asked_for) {
  const auto heard =
      talk_to("--rpc-error --tool-error", {call(1, "fail_rpc"), call(2, "fail_tool")});
  BOOST_REQUIRE(heard.lines.size() == 2u);
  BOOST_TEST(json::parse(heard.lines[0]).contains("error"));
  BOOST_TEST(json::parse(heard.lines[1])["result"]["isError"] == true);
}

BOOST_AUTO_TEST_CASE(progress_is_told_three_times_to_those_who_gave_a_token) {
  const auto heard =
      talk_to("", {call(1, "progress", R"(,"_meta":{"progressToken":"t"})"), call(2, "progress")});
  BOOST_REQUIRE(heard.lines.size() == 5u);
  for (std::size_t i = 0; i < 3; ++i) {
    const json note = json::parse(heard.lines[i]);
    BOOST_TEST(note["params"]["progressToken"] == "t");
    BOOST_TEST(note["params"]["progress"] == i + 1);
  }
  BOOST_TEST(json::parse(heard.lines[3])["id"] == 1);
}

BOOST_AUTO_TEST_CASE(a_cancellation_is_counted) {
  const auto heard = talk_to(
      "", {R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
           call(2, "cancelled")});
  BOOST_REQUIRE(heard.lines.size() == 1u);
  BOOST_TEST(text_of(heard.lines[0]) == "1");
}

BOOST_AUTO_TEST_CASE(stderr_is_flooded_before_the_first_answer) {
  // The flood goes to /dev/null in talk_to; here it goes to a count.
  FILE* pipe = ::popen("timeout -s KILL 30 " TOOLSCORE_FAULT_SERVER
                       " --flood-stderr 1000003 2>&1 >/dev/null </dev/null | wc -c",
                       "r");
  BOOST_REQUIRE(pipe != nullptr);
  int count = 0;
  BOOST_TEST(std::fscanf(pipe, "%d", &count) == 1);
  ::pclose(pipe);
  BOOST_TEST(count == 1000003);
}

BOOST_AUTO_TEST_CASE(its_escapee_survives_its_death_and_neither_hears_sigterm) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1); // The orphan comes to us.
  toolscore::bench_child::options wanted;
  wanted.command = {TOOLSCORE_FAULT_SERVER, "--fork-setsid", "--ignore-eof"};
  wanted.grace = std::chrono::milliseconds{300};
  auto server = toolscore::bench_child::start(wanted);
  BOOST_REQUIRE(server);
  const std::string children = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  pid_t escapee = -1;
  for (int i = 0; i < 1000 && escapee == -1; ++i) {
    std::ifstream file(children);
    for (pid_t pid = 0; file >> pid;)
      if (pid != server->pid()) escapee = pid;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  BOOST_REQUIRE(escapee != -1);
  BOOST_TEST(::getsid(escapee) != ::getsid(server->pid()));
  BOOST_TEST(!server->stop()); // SIGTERM was not enough.
  ::kill(escapee, SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  BOOST_TEST(::waitpid(escapee, nullptr, WNOHANG) == 0);
  ::kill(escapee, SIGKILL);
  BOOST_TEST(::waitpid(escapee, nullptr, 0) == escapee);
}

BOOST_AUTO_TEST_SUITE_END()
