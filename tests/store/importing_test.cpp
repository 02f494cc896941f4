// Records of another store: kept as imported, in the chain, all of them or none.
#include "store/record_import_io.hpp"
#include "store/record_reader_io.hpp"
#include "store/record_verify_io.hpp"
#include "store/records_io.hpp"
#include "tests/store/store_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

record_row row_of(std::string_view trajectory, std::int64_t at_us = 5'000) {
  record_row row;
  row.trajectory = trajectory;
  row.server = "fs";
  row.method = "tools/call";
  row.tool = "read";
  row.at_us = at_us;
  row.admission = row.transport = row.rpc = row.tool_outcome = outcome::ok;
  row.arguments = R"({"a":1})";
  row.result = R"({"content":[]})";
  return row;
}

std::vector<nlohmann::ordered_json> lines(const test::state_dir& dir, bool imported,
                                          const char* trajectory = "") {
  record_query query;
  query.trajectory = trajectory;
  std::string ndjson;
  const auto read = read_records(
      dir.path, query,
      [&](const record_row& row) {
        append_line(ndjson, row);
        return true;
      },
      imported);
  BOOST_REQUIRE(read);
  return test::lines_of(ndjson);
}

} // namespace

BOOST_AUTO_TEST_SUITE(importing)

BOOST_AUTO_TEST_CASE(imported_records_stand_behind_the_others_marked_and_in_the_chain) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  {
    records kept(base);
    BOOST_REQUIRE(kept.append(std::vector<call_record>(3, test::record_of())));
  }
  auto into = record_import::begin(base);
  BOOST_REQUIRE(into);
  for (int i = 0; i < 200; ++i) BOOST_REQUIRE(into->add(row_of(i % 2 == 0 ? "even" : "odd")));
  record_row gap;
  gap.gap = true;
  gap.queued_us = 4;
  gap.failure = "full";
  BOOST_REQUIRE(into->add(gap));
  const auto made = into->commit();
  BOOST_REQUIRE(made);
  BOOST_TEST(made->records == 200u);
  BOOST_TEST(made->gaps == 1u);
  BOOST_TEST(made->first == 4);
  BOOST_TEST(made->last == 204);
  const auto report = verify_records(dir.path);
  BOOST_REQUIRE(report);
  BOOST_TEST(report->problems.empty());
  BOOST_TEST(report->last == 204);

  records kept(base);
  BOOST_TEST(lines(dir, false).size() == 3u);
  BOOST_TEST(test::lines_of(kept.export_ndjson({})->ndjson).size() == 3u);
  BOOST_TEST(kept.gaps()->empty());
  const auto imported = lines(dir, true);
  BOOST_REQUIRE(imported.size() == 201u);
  for (const auto& line : imported) BOOST_TEST(line.value("imported", false));
  BOOST_TEST(imported.back()["gap"]["count"] == 4);
  BOOST_TEST(lines(dir, true, "odd").size() == 100u);
  BOOST_TEST(lines(dir, false, "odd").empty());
  // What is recorded next goes on behind them.
  BOOST_TEST(*kept.append(std::vector<call_record>(1, test::record_of())) == 205);
  BOOST_TEST(verify_records(dir.path)->problems.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_kept_of_what_was_not_committed) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  BOOST_REQUIRE(kept.append(std::vector<call_record>(1, test::record_of())));
  {
    auto into = record_import::begin(base);
    BOOST_REQUIRE(into);
    for (int i = 0; i < 1'000; ++i) BOOST_REQUIRE(into->add(row_of("t")));
  }
  BOOST_TEST(*kept.count() == 1u);
  BOOST_TEST(kept.trajectories()->empty());
  BOOST_TEST(lines(dir, true).empty());
}

BOOST_AUTO_TEST_CASE(the_gap_of_a_killed_node_is_written_before_what_is_imported) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  const auto now = std::chrono::system_clock::now();
  {
    records kept(base);
    BOOST_REQUIRE(kept.begin(now));
    BOOST_REQUIRE(kept.append(std::vector<call_record>(1, test::record_of())));
  }
  auto into = record_import::begin(base);
  BOOST_REQUIRE(into);
  BOOST_REQUIRE(into->add(row_of("t")));
  BOOST_REQUIRE(into->commit());
  records kept(base);
  BOOST_REQUIRE(kept.begin(now));
  const auto own = lines(dir, false);
  BOOST_REQUIRE(own.size() == 2u);
  BOOST_TEST(own[1].contains("gap"));
  BOOST_TEST(own[1]["number"] == 2);
  BOOST_TEST(lines(dir, true)[0]["number"] == 3);
}

BOOST_AUTO_TEST_CASE(what_looks_like_a_secret_is_masked_and_what_was_masked_stays) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  auto into = record_import::begin(base);
  BOOST_REQUIRE(into);
  auto row = row_of("t");
  row.arguments = R"({"password":"a-secret-of-theirs","token":"[redacted]"})";
  BOOST_REQUIRE(into->add(row));
  BOOST_REQUIRE(into->commit());
  records kept(base);
  BOOST_TEST(lines(dir, true)[0]["arguments"].dump() ==
             R"({"password":"[redacted]","token":"[redacted]"})");
}

BOOST_AUTO_TEST_SUITE_END()
