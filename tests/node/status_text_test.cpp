#include "node/status_text.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const wall_time now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + 3h + 4min + 5s;

} // namespace

BOOST_AUTO_TEST_SUITE(status_text)

BOOST_AUTO_TEST_CASE(ages_are_told_in_their_two_largest_units) {
  const std::pair<std::chrono::milliseconds, const char*> table[]{
      {0ms, "0s"},       {999ms, "0s"},         {59s, "59s"},     {60s, "1m"},
      {192s, "3m12s"},   {3'600s, "1h"},        {3'661s, "1h1m"}, {86'400s, "1d"},
      {90'000s, "1d1h"}, {86'400s + 59s, "1d"}, {-5s, "0s"},      {3'605s, "1h"},
  };
  for (const auto& [age, text] : table) BOOST_TEST(age_text(age) == text);
}

BOOST_AUTO_TEST_CASE(times_are_read_as_text_and_as_milliseconds_and_nothing_else_is) {
  BOOST_TEST(age_of("2026-01-02T03:01:05.000Z", now) == "3m");
  BOOST_TEST(age_of("2026-01-02T03:01:05Z", now) == "3m");
  BOOST_TEST(age_of("2026-01-02T03:01:05.123456Z", now) == "2m59s");
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  BOOST_TEST(age_of((ms - 7s).count(), now) == "7s");
  for (const auto& bad :
       {reply_json(""), reply_json("yesterday"), reply_json("2026-13-02T03:01:05Z"),
        reply_json("2026-01-02T25:01:05Z"), reply_json("2026-01-02T03:01:05+02:00"),
        reply_json("2026-01-02T03:01:05"), reply_json(nullptr), reply_json(0), reply_json(1e300),
        reply_json(reply_json::array())})
    BOOST_TEST(age_of(bad, now) == "-");
  BOOST_TEST(clock_text("2026-01-02T03:01:05.000Z") == "03:01:05");
}

BOOST_AUTO_TEST_CASE(both_shapes_of_the_list_are_accepted_and_no_third) {
  BOOST_TEST(server_rows(R"([{"name":"a"}])")->size() == 1u);
  BOOST_TEST(server_rows(R"({"servers":[{"name":"a"},{"name":"b"}]})")->size() == 2u);
  BOOST_TEST(!server_rows("{}"));
  BOOST_TEST(!server_rows("<html>"));
  BOOST_TEST(!server_rows(""));
}

BOOST_AUTO_TEST_CASE(a_row_shows_dashes_for_what_there_is_not) {
  const auto rows = server_rows(
      R"([{"name":"fs","process_status":"ready","pid":42,"since":"2026-01-02T03:00:53Z",
           "restarts":2,"tools":11,"calls":7,"failures":1,"reason":"",
           "confinement":"pid+mount namespace, cgroup v1: pids"},
          {"name":"web","process_status":"crash_loop","pid":0,"reason":"exit 1",
           "confinement":"of an instance that is no more"}])");
  BOOST_REQUIRE(rows);
  BOOST_TEST(ps_text(*rows, now, 0) ==
             "NAME  STATUS      PID  SINCE  RESTARTS  TOOLS  CALLS  FAILED  REASON  CONFINEMENT\n"
             "fs    ready        42  3m12s         2     11      7       1          pid+mount "
             "namespace, cgroup v1: pids\n"
             "web   crash_loop    -      -         0      -      0       0  exit 1\n");
}

BOOST_AUTO_TEST_CASE(each_of_several_replicas_has_a_row_with_its_pid_below_its_server) {
  const auto rows = server_rows(
      R"([{"name":"fs","process_status":"degraded","pid":42,"since":"2026-01-02T03:00:53Z",
           "restarts":2,"tools":11,"calls":7,"failures":1,
           "reason":"1 of 3 replicas are ready; #4: exit 1","confinement":"keepers",
           "replicas":{"asked":3,"ready":1},
           "instances":[{"instance":1,"process_status":"ready","pid":42,"confinement":"keepers"},
                        {"instance":4,"process_status":"backing_off","pid":0,"reason":"exit 1"},
                        {"instance":0,"process_status":"starting","pid":0}]}])");
  BOOST_REQUIRE(rows);
  BOOST_TEST(ps_text(*rows, now, 0) ==
             "NAME    STATUS        PID  SINCE  RESTARTS  TOOLS  CALLS  FAILED  REASON             "
             "        "
             "            CONFINEMENT\n"
             "fs      degraded 1/3       3m12s         2     11      7       1  1 of 3 replicas "
             "are ready; "
             "#4: exit 1\n"
             "  fs#1  ready          42                                                            "
             "        "
             "            keepers\n"
             "  fs#4  backing_off     -                                         exit 1\n"
             "  fs    starting        -\n");
}

BOOST_AUTO_TEST_CASE(rows_that_are_no_objects_break_nothing) {
  const auto rows = server_rows(R"([1,null,"x",{"name":{"a":1},"pid":"7"}])");
  BOOST_REQUIRE(rows);
  const auto text = ps_text(*rows, now, 80);
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 5);
}

BOOST_AUTO_TEST_CASE(an_empty_node_says_how_to_add_a_server) {
  BOOST_TEST(ps_text(reply_json::array(), now, 0).find("toolscore add") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
