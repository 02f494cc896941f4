#include "store/records_io.hpp"
#include "tests/store/store_support.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

record_query query_of(std::string server, std::string trajectory, std::int64_t after,
                      std::size_t limit) {
  record_query query;
  query.server = std::move(server);
  query.trajectory = std::move(trajectory);
  query.after = after;
  query.limit = limit;
  return query;
}

} // namespace

BOOST_AUTO_TEST_SUITE(recording)

BOOST_AUTO_TEST_CASE(a_record_comes_back_with_every_field) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  auto record = test::record_of(R"(xx{"path":"/a"}xx)", R"(yy{"content":[1]}yy)");
  record.arguments = {2, 13};
  record.result = {2, 15};
  record.ids = {"traj", "task", "trace"};
  record.instance = 7;
  record.server_version = "1.2";
  record.server_commit = "c0ffee";
  record.principal = "token";
  record.attempt = 3;
  record.queued = 12us;
  record.wire = 345us;
  record.total = 400us;
  const auto number = kept.append(std::array{record});
  BOOST_REQUIRE(number);
  BOOST_TEST(*number == 1);
  const auto out = kept.export_ndjson({});
  BOOST_REQUIRE(out);
  BOOST_TEST(out->ndjson ==
             R"({"number":1,"trajectory_id":"traj","task_id":"task","trace_id":"trace",)"
             R"("timestamp":"2025-06-15T15:06:40.000000Z","server":"fs","instance":7,)"
             R"("server_version":"1.2","server_commit":"c0ffee","principal":"token",)"
             R"("method":"tools/call","tool":"read","arguments":{"path":"/a"},)"
             R"("result":{"content":[1]},"admission":"ok","transport":"ok","rpc":"ok",)"
             R"("tool_outcome":"ok","success":true,"failure":"","attempt":3,"queued_us":12,)"
             R"("wire_us":345,"total_us":400})"
             "\n");
}

BOOST_AUTO_TEST_CASE(each_kind_of_failure_is_kept_apart_and_none_is_a_success) {
  struct failure_case {
    const char* what;
    outcome admission, transport, rpc, tool;
    const char* result;
  };
  using enum outcome;
  const failure_case rows[] = {
      {"queue_full", failed, not_reached, not_reached, not_reached, ""},
      {"unknown_tool", failed, not_reached, not_reached, not_reached, ""},
      {"server_gone", ok, failed, not_reached, not_reached, ""},
      {"call_timed_out", ok, failed, not_reached, not_reached, ""},
      {"cancelled", ok, failed, not_reached, not_reached, ""},
      {"rpc_error", ok, ok, failed, not_reached, R"({"code":-32602,"message":"no"})"},
      {"tool_error", ok, ok, ok, failed, R"({"content":[],"isError":true})"},
      {"", ok, ok, ok, ok, R"({"content":[]})"},
  };
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  std::vector<call_record> batch;
  for (const auto& row : rows) {
    auto record = test::record_of("{}", row.result);
    record.admission = row.admission;
    record.transport = row.transport;
    record.rpc = row.rpc;
    record.tool_outcome = row.tool;
    record.failure = row.what;
    if (record.failure == "server_gone") record.ended = gone_kind::killed;
    batch.push_back(record);
  }
  BOOST_REQUIRE(kept.append(batch));
  const auto lines = test::lines_of(kept.export_ndjson({})->ndjson);
  BOOST_REQUIRE(lines.size() == std::size(rows));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
    BOOST_TEST(line["failure"] == rows[i].what);
    BOOST_TEST(line.value("ended", "") == (line["failure"] == "server_gone" ? "killed" : ""));
    BOOST_TEST(line["admission"] == to_string(rows[i].admission), rows[i].what);
    BOOST_TEST(line["transport"] == to_string(rows[i].transport), rows[i].what);
    BOOST_TEST(line["rpc"] == to_string(rows[i].rpc), rows[i].what);
    BOOST_TEST(line["tool_outcome"] == to_string(rows[i].tool), rows[i].what);
    BOOST_TEST(line["success"] == batch[i].success(), rows[i].what);
    BOOST_TEST(line["success"] == (rows[i].what[0] == '\0'), rows[i].what);
  }
}

BOOST_AUTO_TEST_CASE(secrets_never_reach_the_file) {
  const test::state_dir dir;
  {
    auto base = test::open_in(dir.path);
    records kept(base);
    BOOST_REQUIRE(kept.append(
        std::array{test::record_of(R"({"q":{"api_key":"HUSHHUSH"}})", R"({"token":"HUSHHUSH"})")}));
    const auto line = test::lines_of(kept.export_ndjson({})->ndjson).at(0);
    BOOST_TEST(line["arguments"]["q"]["api_key"] == "[redacted]");
    BOOST_TEST(line["result"]["token"] == "[redacted]");
    BOOST_TEST(test::file_text(dir.path + "/toolscore.db-wal").find("HUSH") == std::string::npos);
  }
  BOOST_TEST(test::file_text(dir.path + "/toolscore.db").find("HUSH") == std::string::npos);
  BOOST_TEST(test::file_text(dir.path + "/toolscore.db").find("redacted") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(long_texts_are_cut_and_marked) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  const std::string fits = "\"" + std::string((64u << 10) - 2, 'a') + "\"";
  const std::string longer = "\"" + std::string((64u << 10) - 1, 'a') + "\"";
  BOOST_REQUIRE(kept.append(std::array{test::record_of(fits, fits), test::record_of("{}", longer),
                                       test::record_of(longer, "{}")}));
  const auto lines = test::lines_of(kept.export_ndjson({})->ndjson);
  BOOST_TEST(!lines[0].contains("truncated"));
  BOOST_TEST(lines[0]["result"].get<std::string>().size() == fits.size() - 2);
  BOOST_TEST(lines[1]["truncated"] == true);
  BOOST_TEST(lines[1]["result"].get<std::string>().size() == 64u << 10);
  BOOST_TEST(lines[2]["truncated"] == true);
  BOOST_TEST(lines[2]["arguments"].get<std::string>().size() == 64u << 10);
}

BOOST_AUTO_TEST_CASE(long_names_are_cut_wherever_they_come_from) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  std::string name = "x"; // So that the limit falls into a character of two bytes.
  while (name.size() < 200'000) name += "\u00e4";
  auto record = test::record_of();
  record.ids = {name, name, name};
  record.server_version = record.server_commit = record.principal = record.tool = name;
  record.failure = name;
  BOOST_REQUIRE(kept.append(std::array{record}));
  const auto line = test::lines_of(kept.export_ndjson({})->ndjson).at(0);
  const auto cut = name.substr(0, record_limits::name_bytes_max - 1);
  for (const char* field : {"trajectory_id", "task_id", "trace_id", "server_version",
                            "server_commit", "principal", "tool"})
    BOOST_TEST((line[field] == cut), field);
  BOOST_TEST((line["failure"] == name.substr(0, record_limits::failure_bytes_max - 1)));
  BOOST_TEST(kept.trajectories()->at(0).name == cut);
  record_query query;
  query.trajectory = cut;
  BOOST_TEST(kept.export_ndjson(query)->count == 1u);
}

BOOST_AUTO_TEST_CASE(an_export_selects_and_continues_where_it_ended) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  record_limits limits;
  limits.export_rows_max = 8;
  records kept(base, limits);
  std::vector<call_record> batch;
  for (int i = 0; i < 20; ++i) {
    auto record = test::record_of();
    record.server.value = i % 2 == 0 ? "fs" : "web";
    record.ids.trajectory = i % 4 < 2 ? "t1" : "";
    batch.push_back(record);
  }
  BOOST_REQUIRE(kept.append(batch));
  BOOST_REQUIRE(kept.append(batch));
  BOOST_TEST(*kept.count() == 40u);

  const auto numbers = [&](const record_query& query) {
    std::string out;
    const auto found = kept.export_ndjson(query);
    BOOST_REQUIRE(found);
    for (const auto& line : test::lines_of(found->ndjson)) out += line["number"].dump() + " ";
    return out + (found->more ? "+" : "");
  };
  BOOST_TEST(numbers(query_of("", "", 0, 3)) == "1 2 3 +");
  BOOST_TEST(numbers(query_of("", "", 37, 0)) == "38 39 40 ");
  BOOST_TEST(numbers(query_of("", "", 0, 99)) == "1 2 3 4 5 6 7 8 +");
  BOOST_TEST(numbers(query_of("web", "", 30, 0)) == "32 34 36 38 40 ");
  BOOST_TEST(numbers(query_of("", "t1", 16, 0)) == "17 18 21 22 25 26 29 30 +");
  BOOST_TEST(numbers(query_of("web", "t1", 16, 0)) == "18 22 26 30 34 38 ");
  BOOST_TEST(numbers(query_of("", "none", 0, 0)) == "");
  BOOST_TEST(numbers(query_of("", "", 40, 0)) == "");
  BOOST_TEST(kept.export_ndjson(query_of("", "", 40, 0))->last == 40);
}

BOOST_AUTO_TEST_CASE(one_export_is_bounded_in_bytes) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  record_limits limits;
  limits.export_bytes_max = 1'000;
  records kept(base, limits);
  BOOST_REQUIRE(kept.append(std::vector<call_record>(10, test::record_of())));
  const auto out = kept.export_ndjson({});
  BOOST_REQUIRE(out);
  BOOST_TEST(out->more);
  BOOST_TEST(out->count < 10u);
  BOOST_TEST(out->ndjson.size() < 2'000u);
}

BOOST_AUTO_TEST_CASE(trajectories_are_listed_with_what_they_hold) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  std::vector<call_record> batch(4, test::record_of());
  batch[0].ids.trajectory = batch[2].ids.trajectory = "old";
  batch[1].ids.trajectory = "new";
  BOOST_REQUIRE(kept.append(batch));
  BOOST_REQUIRE(kept.append(std::span(batch).subspan(1, 1)));
  const auto all = kept.trajectories();
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->size() == 2u);
  BOOST_TEST((*all)[0].name == "new");
  BOOST_TEST((*all)[0].first == 2);
  BOOST_TEST((*all)[0].last == 5);
  BOOST_TEST((*all)[0].count == 2u);
  BOOST_TEST((*all)[1].last == 3);
  BOOST_TEST(kept.trajectories(1)->size() == 1u);
  BOOST_REQUIRE(kept.trim(1));
  BOOST_TEST(kept.trajectories()->size() == 1u); // Of the block that is left.
}

BOOST_AUTO_TEST_CASE(old_records_are_deleted_in_steps_and_no_number_is_given_twice) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  record_limits limits;
  limits.block_records_max = 5;
  records kept(base, limits);
  BOOST_TEST(*kept.trim(5) == 0u);
  BOOST_REQUIRE(kept.append(std::vector<call_record>(20, test::record_of())));
  BOOST_TEST(*kept.trim(5, 10) == 10u);
  BOOST_TEST(*kept.count() == 10u);
  BOOST_TEST(*kept.trim(5, 10) == 5u);
  BOOST_TEST(*kept.trim(5, 10) == 0u);
  BOOST_TEST(*kept.trim(0) == 0u); // The newest block stays.
  BOOST_TEST(*kept.count() == 5u);
  BOOST_TEST(*kept.append(std::array{test::record_of()}) == 21);
}

BOOST_AUTO_TEST_CASE(an_export_selects_by_tool_outcome_and_time) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  record_limits limits;
  limits.block_records_max = 2;
  records kept(base, limits);
  std::vector<call_record> batch(6, test::record_of());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].at += std::chrono::seconds(i);
    batch[i].tool = i % 2 == 0 ? "even" : "odd";
  }
  batch[1].tool_outcome = outcome::failed;
  batch[3].admission = outcome::failed;
  batch[3].transport = batch[3].rpc = batch[3].tool_outcome = outcome::not_reached;
  batch[4].tool_outcome = outcome::not_reached;
  BOOST_REQUIRE(kept.append(batch));
  const auto zero = 1'750'000'000'000'000;
  const auto numbers = [&](const record_query& query) {
    std::string out;
    for (const auto& line : test::lines_of(kept.export_ndjson(query)->ndjson))
      out += line["number"].dump() + " ";
    return out;
  };
  record_query query;
  query.tool = "odd";
  BOOST_TEST(numbers(query) == "2 4 6 ");
  query.outcomes = *outcomes_of("success");
  BOOST_TEST(numbers(query) == "6 ");
  query.outcomes = *outcomes_of("failed");
  BOOST_TEST(numbers(query) == "2 4 ");
  query.outcomes = *outcomes_of("admission");
  BOOST_TEST(numbers(query) == "4 ");
  query.outcomes = *outcomes_of("transport");
  BOOST_TEST(numbers(query) == "");
  query.tool.clear();
  query.outcomes = *outcomes_of("failed");
  BOOST_TEST(numbers(query) == "2 4 ");
  query.outcomes = *outcomes_of("needs_input"); // Neither failed nor a success.
  BOOST_TEST(numbers(query) == "5 ");
  query.outcomes = *outcomes_of("success");
  BOOST_TEST(numbers(query) == "1 3 6 ");
  BOOST_TEST(!outcomes_of("good"));
  record_query timed;
  timed.since_us = zero + 2'000'000;
  timed.before_us = zero + 5'000'000; // In the middle of the last block.
  BOOST_TEST(numbers(timed) == "3 4 5 ");
  timed.since_us = zero + 3'000'000;
  BOOST_TEST(numbers(timed) == "4 5 ");
}

BOOST_AUTO_TEST_CASE(a_record_without_texts_or_with_wrong_places_is_kept) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  call_record empty;
  auto wrong = test::record_of();
  wrong.arguments = {1'000, 5};
  wrong.result = {5, 1'000};
  BOOST_REQUIRE(kept.append(std::array{empty, wrong}));
  const auto lines = test::lines_of(kept.export_ndjson({})->ndjson);
  BOOST_TEST(lines[0]["arguments"].is_null());
  BOOST_TEST(lines[0]["server"] == "");
  BOOST_TEST(lines[1]["arguments"].is_null());
}

BOOST_AUTO_TEST_CASE(each_record_of_a_batch_is_a_line_of_its_own_in_its_order) {
  for (const std::size_t size : {1u, 8u, 127u, 128u, 129u, 260u}) {
    const test::state_dir dir;
    auto base = test::open_in(dir.path);
    records kept(base);
    std::vector<call_record> batch;
    for (std::size_t i = 0; i < size; ++i) {
      const auto text = std::to_string(100 + i);
      batch.push_back(test::record_of(text, text + "1"));
      batch.back().arguments = {0, 3};
      batch.back().result = {0, 4};
      batch.back().tool = i % 3 == 0 ? "" : "tool" + text;
      batch.back().total = std::chrono::microseconds(i);
    }
    const auto last = kept.append(batch);
    BOOST_REQUIRE(last);
    BOOST_TEST(*last == static_cast<std::int64_t>(size));
    const auto out = kept.export_ndjson({});
    BOOST_REQUIRE(out);
    BOOST_TEST(out->count == size);
    std::istringstream lines(out->ndjson);
    std::string line;
    for (std::size_t i = 0; i < size && std::getline(lines, line); ++i) {
      const auto row = nlohmann::json::parse(line);
      BOOST_TEST(row["number"] == i + 1);
      BOOST_TEST(row["arguments"] == 100 + i);
      BOOST_TEST(row["result"] == 1001 + 10 * i);
      BOOST_TEST(row["tool"] == (i % 3 == 0 ? "" : "tool" + std::to_string(100 + i)));
      BOOST_TEST(row["total_us"] == i);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_empty_batch_is_no_work) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  BOOST_TEST(*kept.append({}) == 0);
  BOOST_TEST(*kept.count() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
