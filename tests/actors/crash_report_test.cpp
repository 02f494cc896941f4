#include "actors/crash_report.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

crash_facts facts_of(gone_kind kind) {
  crash_facts facts;
  facts.server = {"fs"};
  facts.instance = 3;
  facts.pid = 77;
  facts.reason = {kind, {false, 3}, {}};
  facts.uptime = 1'500ms;
  return facts;
}

pending_call call_of(const std::string& tool, std::uint64_t instance = 3,
                     own_request own = own_request::none) {
  const std::string body = R"({"id":"c-1"})";
  pending_call call;
  call.instance = instance;
  call.own = own;
  call.request.method = "tools/call";
  call.request.tool = tool;
  call.request.body = std::make_shared<const std::string>(body);
  call.request.spans.id = {6, 5};
  call.request.ids.trajectory = "t-1";
  return call;
}

child_report decision_of(child_event what, std::chrono::milliseconds delay = 0ms) {
  child_report decision;
  decision.what = what;
  decision.number = 3;
  decision.attempt = 2;
  decision.delay = delay;
  return decision;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "|";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(crash_report)

BOOST_AUTO_TEST_CASE(
    every_end_but_an_ordered_one_is_a_crash_and_one_without_a_process_has_no_exit) {
  const struct {
    gone_kind kind;
    bool told;
    bool has_exit;
  } rows[]{{gone_kind::exited, true, true},
           {gone_kind::killed, true, true},
           {gone_kind::stopped, false, false},
           {gone_kind::hung, true, true},
           {gone_kind::handshake_timeout, true, true},
           {gone_kind::handshake_failed, true, true},
           {gone_kind::spawn_failed, true, false},
           {gone_kind::overflowed, true, true},
           {gone_kind::internal_error, true, false}};
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(to_string(row.kind)) {
      const auto draft = draft_crash(facts_of(row.kind), {});
      BOOST_TEST_REQUIRE(draft.has_value() == row.told);
      if (!draft) continue;
      BOOST_TEST(draft->kind == to_string(row.kind));
      BOOST_TEST(draft->reason == to_string(facts_of(row.kind).reason));
      BOOST_TEST(draft->exit.has_value() == row.has_exit);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_decided_gives_attempt_and_delay_and_a_success_that_finishes_is_none) {
  const struct {
    child_event what;
    std::chrono::milliseconds delay;
    bool succeeded;
    bool is_crash;
    std::optional<std::chrono::milliseconds> told;
  } rows[]{{child_event::backing_off, 800ms, false, true, 800ms},
           {child_event::restarting, 0ms, false, true, 0ms},
           {child_event::restarting, 0ms, true, true, 0ms}, // Permanent, though its exit was 0.
           {child_event::parked, 300'000ms, false, true, std::nullopt},
           {child_event::finished, 0ms, false, true, std::nullopt},
           {child_event::finished, 0ms, true, false, std::nullopt}};
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(to_string(row.what) << " " << row.succeeded) {
      auto draft = *draft_crash(facts_of(gone_kind::exited), {});
      BOOST_TEST(decide_crash(draft, decision_of(row.what, row.delay), row.succeeded) ==
                 row.is_crash);
      BOOST_TEST(draft.attempt == 2u);
      BOOST_TEST((draft.delay == row.told));
    }
  }
}

BOOST_AUTO_TEST_CASE(calls_in_flight_are_all_counted_and_the_first_are_named) {
  std::vector<pending_call> lost;
  for (int i = 0; i < 20; ++i) lost.push_back(call_of("read" + std::to_string(i)));
  lost.push_back(call_of("of_another", 2));
  lost.push_back(call_of("", 3, own_request::ping));
  lost[1].request.tool = std::string(127, 'x') + "\xC3\xA4";
  lost[2].request.body = nullptr;
  const auto draft = draft_crash(facts_of(gone_kind::killed), lost);
  BOOST_TEST_REQUIRE(draft.has_value());
  BOOST_TEST(draft->in_flight == 20u);
  BOOST_TEST_REQUIRE(draft->calls.size() == 16u);
  BOOST_TEST(draft->calls[0].method == "tools/call");
  BOOST_TEST(draft->calls[0].tool == "read0");
  BOOST_TEST(draft->calls[0].id == R"("c-1")");
  BOOST_TEST(draft->calls[0].trajectory == "t-1");
  BOOST_TEST(draft->calls[1].tool == std::string(127, 'x')); // No half character.
  BOOST_TEST(draft->calls[2].id == "");
}

BOOST_AUTO_TEST_CASE(the_last_lines_of_the_log_are_kept_each_cut) {
  const crash_limits limits{3, 5, 100, 2, 10};
  const struct {
    const char* log;
    bool cut;
    const char* lines;
  } rows[]{{"", false, ""},
           {"\n", false, ""},
           {"one", false, "one|"},
           {"one\n", false, "one|"},
           {"one\r\ntwo\r\n", false, "one|two|"},
           {"a\n\nb\n", false, "a||b|"},
           {"\na\n", false, "a|"},
           {"1\n2\n3\n4\n", false, "2|3|4|"},
           {"1\n2\n3\n4", true, "2|3|4|"},
           {"123456789\n", false, "12345|"},
           {"1234\xC3\xA4\n", false, "1234|"},
           {"no line has its beginning", true, ""},
           {"rest of one\nwhole\n", true, "whole|"}};
  for (const auto& row : rows)
    BOOST_TEST(joined(crash_lines(row.log, row.cut, limits)) == row.lines, row.log);
}

BOOST_AUTO_TEST_CASE(a_secret_is_hidden_before_the_cut_in_lines_and_in_the_reason) {
  const std::string token = "ghp_" + std::string(35, 'a') + "1";
  auto facts = facts_of(gone_kind::exited);
  // Cut first, the token would be too short to be known as one.
  facts.log = std::string(480, '.') + " " + token + "\n" + R"({"password":"hunter2"})" + "\n";
  facts.reason.detail = "before it was ready; its last line: Bearer " + token;
  const auto draft = draft_crash(facts, {});
  BOOST_TEST_REQUIRE(draft.has_value());
  BOOST_TEST_REQUIRE(draft->log.size() == 2u);
  BOOST_TEST(draft->log[0].size() <= 500u);
  for (const auto& text : {draft->log[0], draft->log[1], draft->reason}) {
    BOOST_TEST(text.find("aaaa") == std::string::npos, text);
    BOOST_TEST(text.find("hunter2") == std::string::npos, text);
    BOOST_TEST(text.find("[redacted") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(the_event_tells_numbers_and_leaves_out_what_is_not_known) {
  auto facts = facts_of(gone_kind::killed);
  facts.reason.exit = {true, 11, true, false, 0, {2'500us, 1'500us, 4'096, 1}};
  facts.was_ready = true;
  facts.log = "a line\n";
  auto draft = *draft_crash(facts, std::vector{call_of("read")});
  decide_crash(draft, decision_of(child_event::backing_off, 200ms), false);
  const std::map<std::string, std::string> full{
      {"kind", "killed"},         {"reason", to_string(facts.reason)},
      {"instance", "3"},          {"pid", "77"},
      {"signal", "11"},           {"core_dumped", "true"},
      {"out_of_memory", "false"}, {"user_ms", "2"},
      {"system_ms", "1"},         {"memory_max_bytes", "4096"},
      {"uptime_ms", "1500"},      {"was_ready", "true"},
      {"in_flight", "1"},         {"attempt", "2"},
      {"delay_ms", "200"}};
  BOOST_TEST((crash_fields(draft) == full));
  facts = facts_of(gone_kind::spawn_failed);
  facts.pid = 0;
  facts.uptime.reset();
  draft = *draft_crash(facts, {});
  decide_crash(draft, decision_of(child_event::parked, 1s), false);
  for (const auto* name : {"pid", "exit_code", "signal", "uptime_ms", "delay_ms", "user_ms"})
    BOOST_TEST(crash_fields(draft).count(name) == 0u, name);
}

BOOST_AUTO_TEST_SUITE_END()
