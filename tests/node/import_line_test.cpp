// Which lines of an export are believed: all that a store can write, and none that contradicts
// itself.
#include "messages/gone_kinds.hpp"
#include "node/records/import_line.hpp"
#include "store/record_line.hpp"
#include "store/sha256_io.hpp"
#include "store/wall_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <nlohmann/json.hpp>

using namespace toolscore;

namespace {

constexpr line_chain::digest digest = sha256_hex;

record_row good() {
  record_row row;
  row.number = 7;
  row.at_us = 1'752'408'000'123'456;
  row.trajectory = "t\"1";
  row.task = "k";
  row.trace = "00-1";
  row.server = "fs";
  row.instance = 3;
  row.server_version = "1.2";
  row.server_commit = "abc";
  row.principal = "token";
  row.method = "tools/call";
  row.tool = "read";
  row.admission = row.transport = row.rpc = row.tool_outcome = outcome::ok;
  row.queued_us = 1;
  row.wire_us = 2;
  row.total_us = 4;
  row.arguments = R"({"n": 1.50, "b":[ ], "a":"\u00e9"})";
  row.result = R"({"content":[]})";
  return row;
}

record_row ended(outcome admission, outcome transport, outcome rpc, outcome tool) {
  auto row = good();
  row.admission = admission;
  row.transport = transport;
  row.rpc = rpc;
  row.tool_outcome = tool;
  if (!row.success() && !row.needs_input()) row.failure = "why";
  if (rpc == outcome::not_reached) row.result = {};
  if (tool == outcome::failed) row.result = R"({"content":[],"isError":true})";
  if (row.needs_input()) row.result = R"({"resultType":"input_required","requestState":"s"})";
  return row;
}

std::string line_of(const record_row& row) {
  std::string out;
  append_line(out, row);
  out.pop_back();
  return out;
}

std::string fault_of(const std::string& line) {
  return import_lines(digest).read(line);
}

/// The good line with another value of a member.
std::string with(const char* member, const nlohmann::ordered_json& value,
                 const record_row& row = good()) {
  auto line = nlohmann::ordered_json::parse(line_of(row));
  line[member] = value;
  return line.dump();
}

std::string without(const char* member) {
  auto line = nlohmann::ordered_json::parse(line_of(good()));
  line.erase(member);
  return line.dump();
}

const char* const hung = "hung while the call was in flight: its pings went unanswered";

record_row gap_row() {
  record_row gap;
  gap.number = 9;
  gap.gap = true;
  gap.at_us = 1'000;
  gap.total_us = 500;
  gap.queued_us = 12;
  gap.failure = "the disk was full";
  return gap;
}

} // namespace

BOOST_AUTO_TEST_SUITE(import_line)

BOOST_AUTO_TEST_CASE(what_a_store_writes_is_read_and_written_alike_but_for_the_mark) {
  using enum outcome;
  std::vector<record_row> rows{good(),
                               ended(failed, not_reached, not_reached, not_reached),
                               ended(ok, failed, not_reached, not_reached),
                               ended(ok, ok, failed, not_reached),
                               ended(ok, ok, ok, failed),
                               ended(ok, ok, ok, not_reached),
                               gap_row()};
  rows.push_back(gap_row());
  rows.back().queued_us = 0;
  rows.push_back(good());
  rows.back().result = "{\"content\":[{\"te";
  rows.back().result_cut = 70'000;
  rows.push_back(ended(ok, ok, ok, failed));
  rows.back().result = "no json"; // Whether it says isError is not to be seen any more.
  rows.back().arguments = {};
  rows.push_back(good()); // As nodes wrote it down that did not know it for a question.
  rows.back().result = R"({"resultType":"input_required","requestState":"s"})";
  for (std::size_t i = 0; i < gone_kind_count; ++i) {
    rows.push_back(ended(ok, failed, not_reached, not_reached));
    rows.back().ended = static_cast<gone_kind>(i);
    if (rows.back().ended == gone_kind::hung) rows.back().failure = hung;
  }
  rows.push_back(ended(ok, failed, not_reached, not_reached));
  rows.back().failure = hung; // As nodes wrote it down that had no member for it.
  rows.push_back(good());
  rows.back().arguments = R"("a text")";
  rows.push_back(good());
  rows.back().imported = true;
  for (const auto& row : rows) {
    const auto line = line_of(row);
    import_lines lines(digest);
    BOOST_TEST(lines.read(line) == "", line);
    BOOST_TEST(lines.row().imported);
    auto marked = row;
    marked.imported = true;
    marked.number = 0; // Another store gives its own.
    BOOST_TEST(line_of(lines.row()) == line_of(marked));
  }
}

BOOST_AUTO_TEST_CASE(what_contradicts_itself_is_refused) {
  using enum outcome;
  const auto refused = ended(failed, not_reached, not_reached, not_reached);
  const auto lost = ended(ok, failed, not_reached, not_reached);
  const auto tool = ended(ok, ok, ok, failed);
  const auto asked = ended(ok, ok, ok, not_reached);
  auto frozen = lost;
  frozen.failure = hung;
  const std::pair<std::string, const char*> rows[] = {
      {with("success", false), "\"success\" is not what its outcomes say"},
      {with("success", true, tool), "\"success\" is not what its outcomes say"},
      {with("success", true, lost), "\"success\" is not what its outcomes say"},
      {with("failure", "it failed"), "it is a success and has a failure"},
      {with("failure", "it failed", asked), "it asks for input and has a failure"},
      {with("success", true, asked), "\"success\" is not what its outcomes say"},
      {with("needs_input", false, asked), "\"needs_input\" is not what its outcomes say"},
      {with("needs_input", true), "\"needs_input\" is not what its outcomes say"},
      {with("needs_input", false), "\"needs_input\" is not what its outcomes say"},
      {with("needs_input", true, tool), "\"needs_input\" is not what its outcomes say"},
      {with("result", {{"content", "x"}}, asked), "it asks for input, and its result does not"},
      {with("result", {{"resultType", "input_required"}, {"isError", true}}, asked),
       "it asks for input, and its result does not"},
      {with("transport", "failed", asked), "its outcomes cannot follow each other"},
      {with("ended", "bored", lost), "\"ended\" is no way in which an instance ends"},
      {with("ended", 3, lost), "\"ended\" is no text"},
      {with("ended", "exited"), "\"ended\" is there, and the call was not lost"},
      {with("ended", "exited", refused), "\"ended\" is there, and the call was not lost"},
      {with("ended", "hung", lost), "\"ended\" is not what its failure says"},
      {with("ended", "exited", frozen), "\"ended\" is not what its failure says"},
      {with("failure", "", lost), "it is no success and says no failure"},
      {with("result", {{"isError", true}}), "it is a success, and its result says isError"},
      {with("result", {{"isError", "yes"}}), "it is a success, and its result says isError"},
      {with("result", {{"isError", nullptr}}), "it is a success, and its result says isError"},
      {with("result", {{"isError", false}}, tool),
       "its tool has failed, and its result does not say isError"},
      {with("result", nullptr), "it has an answer, and \"result\" is no object"},
      {with("result", "text"), "it has an answer, and \"result\" is no object"},
      {with("result", {{"content", {1}}}, lost), "it has no answer and a result"},
      {with("reason", "hung"), "\"reason\" is no member of a record"},
      {with("transport", "ok", refused), "its outcomes cannot follow each other"},
      {with("admission", "not_reached"), "its outcomes cannot follow each other"},
      {with("rpc", "not_reached"), "its outcomes cannot follow each other"},
      {with("tool_outcome", "good"), "\"tool_outcome\" is neither ok, failed nor not_reached"},
      {with("tool_outcome", 1), "\"tool_outcome\" is no text"},
      {with("success", "true"), "\"success\" is neither true nor false"},
      {with("truncated", true),
       "\"truncated\" is true, and neither arguments nor result is a text"},
      {with("imported", false), "\"imported\" is not true"},
      {with("attempt", 0), "\"attempt\" is no whole number from 1 on"},
      {with("total_us", -1), "\"total_us\" is no whole number from 0 on"},
      {with("total_us", 1.5), "\"total_us\" is no whole number from 0 on"},
      {with("number", "7"), "\"number\" is no whole number from 1 on"},
      {with("method", ""), "\"method\" is empty"},
      {with("timestamp", "yesterday"), "\"timestamp\" is no time like 2026-01-02T03:04:05.678901Z"},
      {with("sucess", true), "\"sucess\" is no member of a record"},
      {without("success"), "\"success\" is missing"},
      {without("tool_outcome"), "\"tool_outcome\" is missing"},
      {without("result"), "\"result\" is missing"},
      {R"({"success":true,)" + line_of(good()).substr(1), "\"success\" stands there twice"},
      {R"({"\u0073uccess":true,)" + line_of(good()).substr(1), "\"success\" stands there twice"},
      {"", "it is no JSON object"},
      {"[]", "it is no JSON object"},
      {"{}", "\"number\" is missing"},
      {line_of(good()) + "{}", "it is no JSON object"},
      {"{\"number\":\xFF}", "it is no JSON object"},
      {with("tool", std::string(import_lines::text_bytes_max + 1, 'x')),
       "\"tool\" is longer than 65536 bytes"},
      {with("arguments", {{"a", std::string(import_lines::value_bytes_max, 'x')}}),
       "\"arguments\" is longer than 262144 bytes"},
  };
  for (const auto& [line, fault] : rows) BOOST_TEST(fault_of(line) == fault, line.substr(0, 400));
}

BOOST_AUTO_TEST_CASE(a_gap_is_believed_by_itself) {
  const auto gap = [](const nlohmann::ordered_json& inner) {
    return nlohmann::ordered_json{{"number", 1}, {"gap", inner}}.dump();
  };
  const char* const early = "2026-01-02T03:04:05.000000Z";
  const char* const late = "2026-01-02T03:04:05.000001Z";
  const std::pair<std::string, const char*> rows[] = {
      {gap({{"count", 1}, {"from", early}, {"to", late}, {"reason", "x"}}), ""},
      {gap({{"count", 0}, {"from", early}, {"to", late}, {"reason", "x"}}),
       "\"count\" is no whole number from 1 on"},
      {gap({{"count", 1}, {"from", late}, {"to", early}, {"reason", "x"}}),
       "the gap ends before it begins"},
      {gap({{"count", 1}, {"from", early}, {"reason", "x"}}), "\"to\" is missing"},
      {gap(3), "\"gap\" is no object"},
      {R"({"number":1,"gap":{},"tool":"x"})", "\"tool\" is no member of a record"},
  };
  for (const auto& [line, fault] : rows) BOOST_TEST(fault_of(line) == fault, line);
}

BOOST_AUTO_TEST_CASE(lines_hold_each_other_where_they_have_hashes_and_numbers_rise_in_any_case) {
  std::vector<std::string> plain;
  std::vector<std::string> hashed;
  line_chain chain(digest);
  for (int i = 1; i <= 3; ++i) {
    auto row = good();
    row.number = i;
    plain.push_back(line_of(row));
    hashed.push_back(chain.add(plain.back()));
    hashed.back().pop_back();
  }
  const auto told = [](const std::vector<std::string>& all) {
    import_lines lines(digest);
    for (const auto& line : all)
      if (const auto fault = lines.read(line); !fault.empty())
        return std::to_string(lines.lines()) + " " + fault;
    return std::string();
  };
  BOOST_TEST(told(plain) == "");
  BOOST_TEST(told(hashed) == "");
  BOOST_TEST(told({plain[0], plain[2]}) == "");
  BOOST_TEST(told({plain[1], plain[0]}) == "2 its number does not rise: 1 comes after 2");
  BOOST_TEST(told({plain[0], plain[0]}) == "2 its number does not rise: 1 comes after 1");
  BOOST_TEST(told({hashed[0], hashed[2]}).starts_with("2 it, or the line before it, is not what"));
  BOOST_TEST(told({hashed[0], plain[1]}).starts_with("2 it has no hash"));
  BOOST_TEST(told({plain[0], hashed[1]}) == "2 it has a hash, and the lines before it have none");
  auto lie = hashed;
  lie[1].replace(lie[1].find("\"fs\""), 4, "\"ft\"");
  BOOST_TEST(told(lie).starts_with("2 it, or the line before it"));
}

BOOST_AUTO_TEST_CASE(a_time_is_read_as_it_is_written_and_nothing_else_is_one) {
  for (const std::int64_t at : {0L, 1L, -1L, 1'752'408'000'123'456L, 4'102'444'799'999'999L}) {
    std::int64_t read = 0;
    BOOST_TEST(read_timestamp(timestamp_text(at), read));
    BOOST_TEST(read == at);
  }
  for (const char* bad :
       {"", "2025-07-13", "2025-07-13T12:00:00.123Z", "2025-02-30T12:00:00.123456Z",
        "2025-07-13T24:00:00.123456Z", "2025-07-13T12:00:60.123456Z", "2025-07-13 12:00:00.123456Z",
        "2025-07-13T12:00:00.123456z", "2025-07-13T12:00:00.-23456Z",
        "+025-07-13T12:00:00.123456Z"}) {
    std::int64_t read = 0;
    BOOST_TEST(!read_timestamp(bad, read), bad);
  }
}

BOOST_AUTO_TEST_SUITE_END()
