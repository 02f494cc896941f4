#include "runners/http_answer.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(http_answer)

BOOST_AUTO_TEST_CASE(a_head_tells_what_comes_behind_it) {
  using way = answer_way;
  struct row {
    int status;
    const char* type;
    const char* location;
    bool request;
    bool session;
    way expected;
  };
  const row rows[] = {
      {200, "application/json", "", true, true, way::body},
      {200, "application/json; charset=utf-8", "", true, false, way::body},
      {200, "Text/Event-Stream;charset=utf-8", "", true, true, way::stream},
      {200, "text/event-stream", "", false, true, way::accepted},
      {202, "", "", false, true, way::accepted},
      {202, "", "", true, true, way::body}, // Without one it is told as no answer.
      {204, "", "", true, true, way::body},
      {307, "", "/x", true, true, way::elsewhere},
      {308, "", "/x", false, false, way::elsewhere},
      {301, "", "/x", true, false, way::elsewhere},
      {303, "", "/x", true, false, way::refused},
      {307, "", "", true, false, way::refused},
      {404, "application/json", "", true, true, way::session_lost},
      {404, "application/json", "", false, true, way::session_lost},
      {404, "application/json", "", true, false, way::refused},
      {400, "application/json", "", true, true, way::refused},
      {500, "text/event-stream", "", true, true, way::refused},
      {101, "", "", true, false, way::refused},
      {0, "", "", true, false, way::refused},
  };
  for (const auto& x : rows) {
    http_answer_head head;
    head.status = x.status;
    head.content_type = x.type;
    head.location = x.location;
    BOOST_TEST((way_of(head, x.request, x.session) == x.expected), x.status << " " << x.type);
  }
}

BOOST_AUTO_TEST_CASE(only_a_refusal_of_the_question_itself_tells_the_era) {
  for (const int status : {400, 404, 405, 406, 415, 422}) BOOST_TEST(tells_era(status), status);
  for (const int status : {200, 302, 401, 403, 407, 408, 429, 500, 502, 503})
    BOOST_TEST(!tells_era(status), status);
  for (const int status : {400, 404, 405}) BOOST_TEST(may_be_older(status), status);
  for (const int status : {401, 406, 500}) BOOST_TEST(!may_be_older(status), status);
}

BOOST_AUTO_TEST_CASE(a_status_is_told_in_words) {
  BOOST_TEST(status_words(503) == "HTTP 503 Service Unavailable");
  BOOST_TEST(status_words(599) == "HTTP 599");
  BOOST_TEST(status_words(401).find("\"headers\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_stays_closed_longer_each_time_but_never_for_ever) {
  BOOST_TEST((reopen_after({}, 0) == 1s));
  BOOST_TEST((reopen_after({}, 3) == 8s));
  BOOST_TEST((reopen_after({}, 1'000) == 60s));
  BOOST_TEST((reopen_after(20ms, 0) == 20ms));
  BOOST_TEST((reopen_after(20ms, 2) == 80ms));
  BOOST_TEST((reopen_after(1h, 0) == 60s));
}

BOOST_AUTO_TEST_SUITE_END()
