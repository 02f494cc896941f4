#include "actors/readiness.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const readiness::moment start{1h};

server_policy sidecar(std::optional<ready_policy> ready) {
  server_policy policy;
  policy.link = link_kind::none;
  policy.ready = std::move(ready);
  return policy;
}

/// One letter an event (s: it runs, l: a line matched, n: READY=1, p: a probe succeeded, f: one
/// failed, t: the start timeout), one letter a verdict (., ready R, timed out T).
std::string verdicts(const server_policy& policy, const std::string& events) {
  readiness machine(policy);
  std::string out;
  for (const char event : events) {
    const auto verdict = event == 's'   ? machine.on_started(start)
                         : event == 'l' ? machine.on_line_matched()
                         : event == 'n' ? machine.on_notified()
                         : event == 'p' ? machine.on_probed({})
                         : event == 'f' ? machine.on_probed("connection refused")
                                        : machine.on_timeout(start + policy.start_timeout);
    out += verdict == readiness::verdict::wait    ? '.'
           : verdict == readiness::verdict::ready ? 'R'
                                                  : 'T';
  }
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(readiness_rules)

BOOST_AUTO_TEST_CASE(every_order_of_events_gives_one_verdict) {
  const auto log = sidecar(ready_policy{ready_kind::log, "up", {}});
  const auto started = sidecar(ready_policy{ready_kind::started, {}, {}});
  const auto by_link = sidecar({});
  const auto notify = sidecar(ready_policy{ready_kind::notify, {}, {}});
  const auto http = sidecar(ready_policy{ready_kind::http, {}, "/health"});
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
      {&log, "tsl", "T.."},     {&log, "lts", ".T."},       {&notify, "sn", ".R"},
      {&notify, "ns", ".R"},    {&notify, "snnt", ".R.."},  {&notify, "snlp", ".R.."},
      {&http, "sffp", "...R"},  {&http, "sft", "..T"},      {&http, "ps", ".R"},
      {&http, "spft", ".R.."},  {&http, "stp", ".T."},
  };
  for (const auto& [policy, events, expected] : rows)
    BOOST_TEST(verdicts(*policy, events) == expected, events);
}

BOOST_AUTO_TEST_CASE(only_an_expression_watches_the_log_and_it_is_named_while_it_is_waited_for) {
  BOOST_TEST(!readiness(sidecar({})).watches_log());
  BOOST_TEST(!readiness(server_policy{}).watches_log());
  readiness machine(sidecar(ready_policy{ready_kind::log, "up \\d", {}}));
  BOOST_TEST(machine.watches_log());
  BOOST_TEST(machine.waiting_for() == "its process to run");
  machine.on_started(start);
  BOOST_TEST(machine.waiting_for() == "a log line that matches \"up \\d\"");
}

BOOST_AUTO_TEST_CASE(what_a_probe_met_last_is_told_while_it_is_waited_for) {
  readiness machine(sidecar(ready_policy{ready_kind::http, {}, "/health"}));
  BOOST_TEST(machine.probes());
  machine.on_started(start);
  BOOST_TEST(machine.waiting_for() == "an answer to GET /health");
  machine.on_probed("HTTP 503");
  BOOST_TEST(machine.waiting_for() == "an answer to GET /health; the last probe: HTTP 503");
}

BOOST_AUTO_TEST_CASE(the_pause_between_probes_doubles_to_a_second) {
  readiness machine(sidecar(ready_policy{ready_kind::tcp, {}, {}}));
  std::vector<long> pauses;
  for (int probe = 0; probe < 9; ++probe)
    pauses.push_back(static_cast<long>(machine.next_pause().count()));
  const std::vector<long> expected{20, 40, 80, 160, 320, 640, 1000, 1000, 1000};
  BOOST_TEST(pauses == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(
    an_extension_moves_the_end_of_a_start_later_and_not_beyond_ten_start_timeouts) {
  auto policy = sidecar(ready_policy{ready_kind::notify, {}, {}});
  policy.start_timeout = 10s;
  struct row {
    std::chrono::microseconds by;
    milliseconds at, ends; ///< Since its start.
  };
  const row rows[] = {
      {5s, 0s, 10s},
      {5s, 4s, 10s},
      {5s, 8s, 13s},
      {30s, 1s, 31s},
      {1h, 1s, 100s},
      {99s, 1s, 100s},
      {99'000'001us, 1s, 100s},
      {0us, 9s, 10s},
      {1us, 10s, 10'001ms},
  };
  for (const auto& [by, at, ends] : rows) {
    readiness machine(policy);
    machine.on_started(start);
    machine.extend(by, start + at);
    BOOST_TEST((machine.deadline() == start + ends), by.count() << " us at " << at.count());
    BOOST_TEST((machine.on_timeout(start + ends - 1ms) == readiness::verdict::wait));
    BOOST_TEST((machine.on_timeout(start + ends) == readiness::verdict::timed_out));
  }
}

BOOST_AUTO_TEST_SUITE_END()
