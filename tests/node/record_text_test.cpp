#include "node/record_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(record_text)

BOOST_AUTO_TEST_CASE(an_event_is_one_line_with_its_fields) {
  BOOST_TEST(events_text(R"({"number":7,"at":"2026-01-02T03:04:05.006Z","kind":"server.state",)"
                         R"("server":"fs","fields":{"pid":"42","reason":"exit 1","none":""}})"
                         "\n") == "03:04:05 7 server.state fs pid=42 reason=\"exit 1\"\n");
}

BOOST_AUTO_TEST_CASE(the_last_number_never_goes_back_and_broken_lines_are_passed_over) {
  BOOST_TEST(last_number("", 5) == 5);
  BOOST_TEST(last_number("{\"number\":3}\n{\"number\":9}\n{\"number\":8}\n", 5) == 9);
  BOOST_TEST(last_number("{\"number\":3}\n", 5) == 5);
  BOOST_TEST(last_number("{\"number\":6}\n{\"numb", 5) == 6);
}

BOOST_AUTO_TEST_CASE(a_record_is_ok_only_if_it_says_success_and_else_names_the_step_that_failed) {
  const auto text = trajectories_text(
      R"({"number":1,"timestamp":"T","server":"fs","tool":"a","success":true,"admission":"ok"})"
      "\n"
      R"({"number":2,"timestamp":"T","server":"fs","tool":"b","success":false,"admission":"ok",)"
      R"("transport":"ok","rpc":"ok","tool_outcome":"failed","failure":"isError"})"
      "\n"
      R"({"number":3,"timestamp":"T","server":"fs","tool":"c","success":"true"})"
      "\n"
      R"({"number":4,"timestamp":"T","server":"fs","tool":"d","success":false,"admission":"ok",)"
      R"("rpc":"ok","tool_outcome":"not_reached","needs_input":true,"failure":""})"
      "\n",
      0);
  BOOST_TEST(text == "NUMBER  AT  SERVER  TOOL  OUTCOME               TRAJECTORY  FAILURE\n"
                     "     1  T   fs      a     ok\n"
                     "     2  T   fs      b     failed: tool_outcome              isError\n"
                     "     3  T   fs      c     failed\n"
                     "     4  T   fs      d     needs input\n");
  BOOST_TEST(trajectories_text("", 0) == "no recorded calls\n");
}

BOOST_AUTO_TEST_CASE(tools_are_those_of_the_server_that_was_asked_for) {
  const char* body = R"({"tools":[
    {"name":"fs__read","server":"fs","original":"read","definition":{"description":"Reads.\nMore."}},
    {"name":"web__get","server":"web","original":"get","definition":{}}]})";
  const auto all = tools_text(body, "", false, 0);
  BOOST_TEST(all.text == "SERVER  TOOL  DESCRIPTION\nfs      read  Reads.\nweb     get\n");
  const auto one = tools_text(body, "web", true, 0);
  BOOST_TEST(one.count == 1u);
  BOOST_TEST(
      one.text ==
      "[{\"name\":\"web__get\",\"server\":\"web\",\"original\":\"get\",\"definition\":{}}]\n");
  BOOST_TEST(tools_text(body, "none", false, 0).text == "no tools\n");
  BOOST_TEST(!tools_text("{}", "", false, 0).readable);
}

BOOST_AUTO_TEST_SUITE_END()
