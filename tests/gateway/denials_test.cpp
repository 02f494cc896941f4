#include "gateway/audit.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

struct listening {
  std::vector<event> told;
  audit log{[this](event x) { told.push_back(std::move(x)); }};
  audit::time_point now{1h};
  void deny(denial_reason reason, std::string_view path = "/mcp") {
    denial x;
    x.reason = reason;
    x.method = http_method::post;
    x.path = path;
    x.principal = "ci";
    log.note(x, now, {});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(denials)

BOOST_AUTO_TEST_CASE(a_denial_is_told_with_what_is_known_of_it) {
  listening x;
  denial one;
  one.reason = denial_reason::policy;
  one.method = http_method::post;
  one.path = "/mcp/fs\r\n\x80";
  one.principal = "ci";
  one.server = "fs";
  one.tool = "write";
  x.log.note(one, x.now, std::chrono::system_clock::time_point{5s});
  BOOST_REQUIRE(x.told.size() == 1u);
  BOOST_TEST(x.told[0].kind == "access.denied");
  BOOST_TEST(x.told[0].server.value == "fs");
  const std::map<std::string, std::string> fields{{"reason", "policy"},
                                                  {"method", "POST"},
                                                  {"path", "/mcp/fs???"},
                                                  {"principal", "ci"},
                                                  {"tool", "write"}};
  BOOST_TEST((x.told[0].fields == fields));
}

BOOST_AUTO_TEST_CASE(a_flood_is_counted_and_told_in_parts) {
  listening x;
  for (int i = 0; i < 10'000; ++i) x.deny(denial_reason::token);
  BOOST_TEST(x.told.size() == audit::burst);
  x.deny(denial_reason::scope); // Another reason has an account of its own.
  BOOST_TEST(x.told.size() == audit::burst + 1);
  x.now += audit::interval - 1ms;
  x.deny(denial_reason::token);
  BOOST_TEST(x.told.size() == audit::burst + 1);
  x.now += 1ms;
  x.deny(denial_reason::token);
  BOOST_REQUIRE(x.told.size() == audit::burst + 2);
  BOOST_TEST(x.told.back().fields.at("untold") == "9981");
  for (const auto& [name, value] : x.log.counters()) {
    if (name == "toolscore_denied_total{reason=\"token\"}") BOOST_TEST(value == 10'002.0);
    if (name == "toolscore_denied_total{reason=\"scope\"}") BOOST_TEST(value == 1.0);
    if (name == "toolscore_denied_total{reason=\"policy\"}") BOOST_TEST(value == 0.0);
  }
  BOOST_TEST(x.log.counters().size() == denial_reason_count);
}

BOOST_AUTO_TEST_CASE(a_day_of_flood_leaves_most_of_the_log_to_others) {
  listening x;
  for (int second = 0; second < 24 * 3'600; ++second, x.now += 1s)
    for (const auto reason : {denial_reason::origin, denial_reason::no_token, denial_reason::token})
      x.deny(reason);
  BOOST_TEST(x.told.size() < 30'000u); // Of the 100,000 that are kept.
  BOOST_TEST(x.told.size() > 20'000u);
}

BOOST_AUTO_TEST_CASE(a_pause_refills_no_more_than_a_burst) {
  listening x;
  for (int i = 0; i < 100; ++i) x.deny(denial_reason::token);
  x.now += 24h;
  const auto before = x.told.size();
  for (int i = 0; i < 100; ++i) x.deny(denial_reason::token);
  BOOST_TEST(x.told.size() - before == audit::burst);
}

BOOST_AUTO_TEST_CASE(what_is_told_is_short) {
  listening x;
  x.deny(denial_reason::token, std::string(10'000, 'x'));
  BOOST_TEST(x.told[0].fields.at("path").size() == 128u);
}

BOOST_AUTO_TEST_SUITE_END()
