#include "actors/readiness.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;

namespace {

server_policy sidecar(std::optional<ready_policy> ready) {
  server_policy policy;
  policy.link = link_kind::none;
  policy.ready = std::move(ready);
  return policy;
}

/// One letter an event (s: it runs, l: a line matched, t: the start timeout), one letter a verdict
/// (., ready R, timed out T).
std::string verdicts(const server_policy& policy, const std::string& events) {
  readiness machine(policy);
  std::string out;
  for (const char event : events) {
    const auto verdict = event == 's'   ? machine.on_started()
                         : event == 'l' ? machine.on_line_matched()
                                        : machine.on_timeout();
    out += verdict == readiness::verdict::wait    ? '.'
           : verdict == readiness::verdict::ready ? 'R'
                                                  : 'T';
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(readiness_rules)

BOOST_AUTO_TEST_CASE(every_order_of_events_gives_one_verdict) {
  const auto log = sidecar(ready_policy{ready_kind::log, "up"});
  const auto started = sidecar(ready_policy{ready_kind::started, {}});
  const auto by_link = sidecar({});
  struct row {
    const server_policy* policy;
    const char* events;
    const char* expected;
  };
  const row rows[] = {
      {&started, "s", "R"},     {&started, "sslt", "R..."}, {&started, "t", "T"},
      {&by_link, "s", "R"},     {&by_link, "lst", ".R."},   {&log, "s", "."},
      {&log, "sl", ".R"},       {&log, "ls", ".R"}, // The line may be told first.
      {&log, "slllt", ".R..."}, {&log, "lll", "..."},       {&log, "st", ".T"},
      {&log, "stl", ".T."},     {&log, "sltt", ".R.."},     {&log, "stt", ".T."},
      {&log, "tsl", "T.."},     {&log, "lts", ".T."},
  };
  for (const auto& [policy, events, expected] : rows)
    BOOST_TEST(verdicts(*policy, events) == expected, events);
}

BOOST_AUTO_TEST_CASE(only_an_expression_watches_the_log_and_it_is_named_while_it_is_waited_for) {
  BOOST_TEST(!readiness(sidecar({})).watches_log());
  BOOST_TEST(!readiness(server_policy{}).watches_log());
  readiness machine(sidecar(ready_policy{ready_kind::log, "up \\d"}));
  BOOST_TEST(machine.watches_log());
  BOOST_TEST(machine.waiting_for() == "its process to run");
  machine.on_started();
  BOOST_TEST(machine.waiting_for() == "a log line that matches \"up \\d\"");
}

BOOST_AUTO_TEST_SUITE_END()
