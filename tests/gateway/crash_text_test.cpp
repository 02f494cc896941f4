#include "gateway/crash_text.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

nlohmann::json shown(const crash_report& x) {
  return nlohmann::json::parse(crashes_text({x}))["crashes"][0];
}

} // namespace

BOOST_AUTO_TEST_SUITE(crash_text)

BOOST_AUTO_TEST_CASE(no_reports_are_an_empty_list) {
  BOOST_TEST(crashes_text({}) == R"({"crashes":[]})");
}

BOOST_AUTO_TEST_CASE(every_field_of_a_report_is_shown_by_its_name) {
  crash_report x;
  x.number = 12;
  x.at = std::chrono::system_clock::time_point(1'750'000'000'123ms);
  x.server.value = "fs";
  x.instance = 3;
  x.pid = 77;
  x.kind = "killed";
  x.reason = "killed: out of memory";
  x.exit = process_exit{true, 9, true, true, 64U << 20U, {2'500us, 1'999us, 4'096, 5}};
  x.uptime = 1'500ms;
  x.was_ready = true;
  x.in_flight = 2;
  x.calls = {{"tools/call", "read", "7", "t"}};
  x.log = {"a\"b", "\xFF"};
  x.attempt = 2;
  x.delay = 400ms;
  BOOST_TEST(
      crashes_text({x}) ==
      R"({"crashes":[{"number":12,"at":"2025-06-15T15:06:40.123Z","server":"fs","instance":3,"pid":77,)"
      R"("kind":"killed","reason":"killed: out of memory","exit_code":null,"signal":9,)"
      R"("core_dumped":true,"out_of_memory":true,"memory_limit_bytes":67108864,)"
      R"("usage":{"user_ms":2,"system_ms":1,"memory_max_bytes":4096,"major_faults":5},)"
      R"("uptime_ms":1500,"was_ready":true,"in_flight":2,)"
      R"("calls":[{"method":"tools/call","tool":"read","id":"7","trajectory":"t"}],)"
      R"("attempt":2,"delay_ms":400,"log":["a\"b","�"]}]})");
}

BOOST_AUTO_TEST_CASE(an_exit_code_is_no_signal_and_what_is_not_known_is_null) {
  crash_report x;
  x.exit = process_exit{false, 0};
  x.delay = 0ms;
  auto json = shown(x);
  BOOST_TEST(json["exit_code"] == 0);
  BOOST_TEST(json["signal"].is_null());
  BOOST_TEST(json["memory_limit_bytes"].is_null());
  BOOST_TEST(json["delay_ms"] == 0);
  x.exit.reset();
  x.delay.reset();
  json = shown(x);
  for (const auto* name : {"exit_code", "signal", "core_dumped", "out_of_memory",
                           "memory_limit_bytes", "usage", "uptime_ms", "delay_ms"})
    BOOST_TEST((json.contains(name) && json[name].is_null()), name);
}

BOOST_AUTO_TEST_SUITE_END()
