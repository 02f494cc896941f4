#include "store/record_line.hpp"
#include "store/wall_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;

namespace {

nlohmann::ordered_json line_of(const record_row& row) {
  std::string out;
  append_line(out, row);
  BOOST_TEST(out.find('\n') == out.size() - 1);
  return nlohmann::ordered_json::parse(out);
}

} // namespace

BOOST_AUTO_TEST_SUITE(lines)

BOOST_AUTO_TEST_CASE(a_line_has_the_documented_fields_in_order) {
  record_row row;
  row.arguments = "{}";
  row.result = "{}";
  const auto line = line_of(row);
  std::string names;
  for (const auto& [name, value] : line.items()) names += name + " ";
  BOOST_TEST(names == "number trajectory_id task_id trace_id timestamp server instance "
                      "server_version server_commit principal method tool arguments result "
                      "admission transport rpc tool_outcome success failure attempt queued_us "
                      "wire_us total_us ");
  BOOST_TEST(!line.contains("ended"));
  row.ended = gone_kind::hung;
  BOOST_TEST(line_of(row)["ended"] == "hung");
}

BOOST_AUTO_TEST_CASE(complete_json_is_embedded_and_everything_else_is_a_marked_string) {
  struct row_case {
    std::string text;
    bool cut;
    nlohmann::json expected;
    bool truncated;
  };
  const row_case rows[] = {
      {R"({"a":[1]})", false, {{"a", {1}}}, false},     {"", false, nullptr, false},
      {"{\n  \"a\": 1\r\n}", false, {{"a", 1}}, false}, {R"({"a":[1)", true, "{\"a\":[1", true},
      {R"({"a":1})", true, "{\"a\":1}", true},          {"no json", false, "no json", true},
      {"\"\xFF\"", false, "\"\xEF\xBF\xBD\"", true},
  };
  for (const auto& [text, cut, expected, truncated] : rows) {
    record_row row;
    row.arguments = text;
    row.arguments_cut = cut;
    row.result = "{}";
    const auto line = line_of(row);
    BOOST_TEST(nlohmann::json(line["arguments"]) == expected, text);
    BOOST_TEST(line.value("truncated", false) == truncated, text);
    record_row other;
    other.arguments = "{}";
    other.result = text;
    other.result_cut = cut;
    BOOST_TEST(nlohmann::json(line_of(other)["result"]) == expected, text);
    BOOST_TEST(line_of(other).value("truncated", false) == truncated, text);
  }
}

BOOST_AUTO_TEST_CASE(success_is_all_four_outcomes_and_nothing_less) {
  constexpr outcome all[] = {outcome::not_reached, outcome::ok, outcome::failed};
  int good = 0;
  for (const auto a : all)
    for (const auto t : all)
      for (const auto r : all)
        for (const auto o : all) {
          record_row row;
          row.admission = a;
          row.transport = t;
          row.rpc = r;
          row.tool_outcome = o;
          const auto line = line_of(row);
          BOOST_TEST(line["admission"] == to_string(a));
          BOOST_TEST(line["transport"] == to_string(t));
          BOOST_TEST(line["rpc"] == to_string(r));
          BOOST_TEST(line["tool_outcome"] == to_string(o));
          if (line["success"] == true) ++good;
          const bool asks = r == outcome::ok && o == outcome::not_reached;
          BOOST_TEST(line.contains("needs_input") == asks);
          if (asks) BOOST_TEST((line["needs_input"] == true && line["success"] == false));
        }
  BOOST_TEST(good == 1);
}

BOOST_AUTO_TEST_CASE(times_are_written_in_utc_to_the_microsecond) {
  BOOST_TEST(timestamp_text(0) == "1970-01-01T00:00:00.000000Z");
  BOOST_TEST(timestamp_text(1'752'408'000'123'456) == "2025-07-13T12:00:00.123456Z");
  BOOST_TEST(timestamp_text(-1) == "1969-12-31T23:59:59.999999Z");
}

BOOST_AUTO_TEST_CASE(quotes_and_line_ends_in_a_text_do_not_break_the_line) {
  record_row row;
  row.failure = "a \"b\"\nc";
  row.tool = "\xFF";
  const auto line = line_of(row);
  BOOST_TEST(line["failure"] == "a \"b\"\nc");
}

BOOST_AUTO_TEST_SUITE_END()
