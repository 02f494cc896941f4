#include "node/crash_lines.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + 3h + 4min + 5s;

reply_json report() {
  return {{"number", 4},
          {"at", "2026-01-02T03:01:00.000Z"},
          {"server", "fs"},
          {"instance", 3},
          {"pid", 77},
          {"kind", "killed"},
          {"reason", "killed by signal 11 (SIGSEGV), core dumped"},
          {"signal", 11},
          {"usage", {{"user_ms", 900}, {"system_ms", 300}, {"memory_max_bytes", 67'108'864}}},
          {"uptime_ms", 12'345},
          {"was_ready", true},
          {"in_flight", 18},
          {"calls",
           {{{"method", "tools/call"}, {"tool", "read"}, {"id", "7"}, {"trajectory", "t1"}},
            {{"method", "tools/list"}, {"tool", ""}, {"id", "\"a\""}, {"trajectory", ""}}}},
          {"attempt", 2},
          {"delay_ms", 400},
          {"log", {"about to\x1b fail", "bye"}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(crash_lines)

BOOST_AUTO_TEST_CASE(a_report_is_told_in_lines_for_people) {
  BOOST_TEST(toolscore::crash_lines(report(), "", now) ==
             "last crash 3m5s ago: killed by signal 11 (SIGSEGV), core dumped\n"
             "  instance  3, pid 77, up 12.3 s, had been ready\n"
             "  used      1.2 s of processor time, 64 MiB in its largest process\n"
             "  in flight 18 calls: read (id 7, trajectory t1), tools/list (id \"a\") and more\n"
             "  then      restart 2 in a row, after 400 ms\n"
             "  its last log lines:\n"
             "    about to? fail\n"
             "    bye\n");
}

BOOST_AUTO_TEST_CASE(each_part_says_what_is_so) {
  const struct {
    reply_json changes;
    const char* says;
  } rows[]{{{{"uptime_ms", nullptr}, {"pid", 0}}, "  instance  3, never ran\n"},
           {{{"uptime_ms", 12}, {"was_ready", false}}, ", up 12 ms, was never ready\n"},
           {{{"uptime_ms", 75'000}}, ", up 1m15s,"},
           {{{"delay_ms", 0}, {"attempt", 1}}, "  then      restart 1 in a row, at once\n"},
           {{{"delay_ms", nullptr}}, "  then      no restart was planned\n"},
           {{{"in_flight", 0}, {"calls", reply_json::array()}}, "  in flight no call was lost\n"},
           {{{"in_flight", 1}, {"calls", {{{"tool", "x"}, {"id", "1"}}}}}, " 1 call: x (id 1)\n"},
           {{{"at", "nonsense"}}, "last crash killed by"},
           {{{"usage", {{"memory_max_bytes", 2'048}}}}, "0 ms of processor time, 2 KiB in"}};
  for (const auto& row : rows) {
    auto x = report();
    x.update(row.changes);
    const auto text = toolscore::crash_lines(x, "", now);
    BOOST_TEST(text.find(row.says) != text.npos, text << " lacks " << row.says);
  }
  auto bare = report();
  bare["usage"] = nullptr;
  BOOST_TEST(toolscore::crash_lines(bare, "", now).find("used") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_that_the_log_has_shown_already_are_not_told_twice) {
  for (const auto* shown : {"bye", "bye\n", "about to fail\nbye\n"})
    BOOST_TEST(toolscore::crash_lines(report(), shown, now).find("log lines") == std::string::npos,
               shown);
  for (const auto* other : {"", "goodbye\n", "bye\nand hello\n"})
    BOOST_TEST(toolscore::crash_lines(report(), other, now).find("log lines") != std::string::npos,
               other);
}

BOOST_AUTO_TEST_CASE(no_crash_and_one_that_is_not_known_are_different_answers) {
  BOOST_TEST(toolscore::crash_lines(nullptr, "", now) == "last crash no crash recorded\n");
  BOOST_TEST(toolscore::crash_lines("no\nanswer", "", now) == "last crash not known: no answer\n");
}

BOOST_AUTO_TEST_CASE(an_answer_is_read_or_found_unreadable) {
  const auto two = last_crash(R"({"crashes":[{"number":2},{"number":1}]})");
  BOOST_REQUIRE(two);
  BOOST_TEST(number_of(*two, "number") == 2);
  const auto none = last_crash(R"({"crashes":[]})");
  BOOST_REQUIRE(none);
  BOOST_TEST(none->is_null());
  for (const auto* bad : {"", "[]", "{}", R"({"crashes":1})", R"({"crashes":[7]})", "nonsense"})
    BOOST_TEST(!last_crash(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_report_of_odd_members_is_told_without_a_fault) {
  for (const auto* odd :
       {"{}", R"({"calls":7,"in_flight":3,"log":[1,null],"usage":[],"at":[],"reason":{}})",
        R"({"calls":[7,null],"in_flight":-1,"uptime_ms":"x","delay_ms":"y","log":{}})"})
    BOOST_TEST(toolscore::crash_lines(*parse_reply(odd), "", now).starts_with("last crash "));
}

BOOST_AUTO_TEST_SUITE_END()
