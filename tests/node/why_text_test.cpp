#include "messages/server_state.hpp"
#include "node/why_text.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace toolscore;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(why_text)

BOOST_AUTO_TEST_CASE(every_status_has_a_next_step_of_its_own) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < process_status_count; ++i) {
    const std::string status = to_string(static_cast<process_status>(i));
    const auto step = next_step({{"name", "fs"}, {"process_status", status}});
    BOOST_TEST(step.find("NAME") == std::string::npos);
    BOOST_TEST(seen.insert(step).second, status << " has the step of another");
  }
  BOOST_TEST(next_step({{"name", "fs"}, {"process_status", "new"}}) == "see `toolscore logs fs`");
}

BOOST_AUTO_TEST_CASE(one_answer_holds_reason_log_and_next_step) {
  const reply_json server{{"name", "fs"},
                          {"process_status", "crash_loop"},
                          {"desired_state", "running"},
                          {"pid", 0},
                          {"reason", "exit 1, 5 restarts in 60 s"},
                          {"since", "2026-01-02T03:04:00Z"},
                          {"restarts", 5},
                          {"calls", 9},
                          {"failures", 2},
                          {"garbage_lines", 3}};
  const wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + 3h + 4min + 5s;
  BOOST_TEST(toolscore::why_text(server, "no such\x1b file\nbye\n", nullptr, now) ==
             "server    fs\n"
             "status    crash_loop for 5s (desired: running)\n"
             "reason    exit 1, 5 restarts in 60 s\n"
             "restarts  5\n"
             "calls     9, 2 failed, 0 in flight, 0 waiting\n"
             "stdout    3 lines were no JSON-RPC message; it must log to stderr\n"
             "last log lines:\n"
             "  no such? file\n"
             "  bye\n"
             "last crash no crash recorded\n"
             "next step it is parked after too many crashes; fix what the reason and the log name, "
             "then `toolscore start fs`\n");
  const auto programs = parse_reply(why_json(server, "a\nb\n", {{"reason", "exited"}}));
  BOOST_REQUIRE(programs);
  BOOST_TEST(member_of(*programs, "log") == reply_json({"a", "b"}));
  BOOST_TEST(member_of(*programs, "server") == server);
  BOOST_TEST(text_of(member_of(*programs, "crash"), "reason") == "exited");
  const auto unknown = parse_reply(why_json(server, "", "no answer"));
  BOOST_REQUIRE(unknown);
  BOOST_TEST(text_of(member_of(*unknown, "crash"), "error") == "no answer");
}

BOOST_AUTO_TEST_SUITE_END()
