// Blocks of records: what is read is what was written, and a lie is found.
#include "messages/gone_kinds.hpp"
#include "store/block_packing.hpp"
#include "store/migrate_io.hpp"
#include "store/record_block.hpp"
#include "store/record_chain_io.hpp"
#include "store/record_verify_io.hpp"
#include "store/records_io.hpp"
#include "tests/store/store_support.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <random>
#include <SQLiteCpp/SQLiteCpp.h>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

record_row row_with(std::string_view tool, std::int64_t at) {
  record_row row;
  row.server = "fs";
  row.tool = tool;
  row.at_us = at;
  row.arguments = R"({"a":1})";
  row.result = R"({"content":[]})";
  row.total_us = -5; // A clock may go back.
  row.admission = row.transport = outcome::ok;
  row.rpc = outcome::failed;
  return row;
}

/// Three blocks of records in a store of its own.
struct three_blocks {
  test::state_dir dir;
  three_blocks() {
    auto base = test::open_in(dir.path);
    record_limits limits;
    limits.block_records_max = 3;
    records kept(base, limits);
    std::vector<call_record> batch(9, test::record_of());
    batch[4].tool_outcome = outcome::failed;
    BOOST_REQUIRE(kept.append(batch));
  }
  chain_report verified() const {
    auto report = verify_records(dir.path);
    BOOST_REQUIRE_MESSAGE(report, (report ? "" : report.failure().detail));
    return *report;
  }
  std::string problems() const {
    std::string all;
    for (const auto& x : verified().problems) all += x + "; ";
    return all;
  }
  void lie(const std::string& sql) const {
    SQLite::Database(dir.path + "/toolscore.db", SQLite::OPEN_READWRITE).exec(sql);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(chain)

BOOST_AUTO_TEST_CASE(what_is_read_is_what_was_written) {
  block_writer writer;
  writer.add(row_with("read", 50));
  writer.add(row_with("read", 20)); // All its texts are those of the one before.
  auto third = row_with("", 90);
  third.imported = true;
  third.arguments_cut = 70'000;
  third.failure = "no\nline";
  writer.add(third);
  record_row gap;
  gap.gap = true;
  gap.at_us = 100;
  gap.total_us = 30;
  gap.queued_us = 7;
  gap.failure = "full";
  writer.add(gap);
  BOOST_TEST(writer.records() == 4u);
  BOOST_TEST(writer.labels().from_us == 20);
  BOOST_TEST(writer.labels().to_us == 130);
  BOOST_TEST(writer.labels().outcomes == (mask_of(outcome_bit::rpc) | mask_of(outcome_bit::gap)));

  const std::string stored(writer.bytes());
  block_reader reader(stored, 41);
  record_row row;
  for (const std::int64_t at : {50, 20}) {
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST(row.at_us == at);
    BOOST_TEST(row.tool == "read");
    BOOST_TEST(row.server == "fs");
    BOOST_TEST(row.arguments == R"({"a":1})");
    BOOST_TEST(row.total_us == -5);
    BOOST_TEST((row.rpc == outcome::failed && row.admission == outcome::ok));
    BOOST_TEST((row.tool_outcome == outcome::not_reached));
  }
  BOOST_TEST(row.number == 42);
  BOOST_REQUIRE(reader.next(row));
  BOOST_TEST(row.tool == "");
  BOOST_TEST(row.imported);
  BOOST_TEST(row.arguments_cut == 70'000);
  BOOST_TEST(row.failure == "no\nline");
  BOOST_REQUIRE(reader.next(row));
  BOOST_TEST((row.gap && !row.imported && row.queued_us == 7 && row.failure == "full"));
  BOOST_TEST(!reader.next(row));
  BOOST_TEST(!reader.broken());
}

BOOST_AUTO_TEST_CASE(how_an_instance_ended_is_kept_and_what_is_no_end_is_broken) {
  block_writer writer;
  for (std::size_t i = 0; i < gone_kind_count; ++i) {
    auto row = row_with("read", 1);
    row.imported = i % 2 == 0;
    row.ended = static_cast<gone_kind>(i);
    writer.add(row);
  }
  block_reader reader(writer.bytes(), 1);
  record_row row;
  for (std::size_t i = 0; i < gone_kind_count; ++i) {
    BOOST_REQUIRE(reader.next(row));
    BOOST_TEST((row.ended == static_cast<gone_kind>(i)));
    BOOST_TEST((row.imported == (i % 2 == 0) && !row.gap));
  }
  BOOST_TEST(!reader.next(row));
  block_writer one;
  one.add(row_with("read", 1));
  std::string text(one.bytes());
  BOOST_TEST(text.front() == '\0'); // As blocks began before there was such a thing.
  row.ended = gone_kind::hung;
  BOOST_TEST(block_reader(text, 1).next(row));
  BOOST_TEST(!row.ended.has_value());
  text.front() = static_cast<char>((gone_kind_count + 1) << 2);
  block_reader broken(text, 1);
  BOOST_TEST(!broken.next(row));
  BOOST_TEST(broken.broken());
}

BOOST_AUTO_TEST_CASE(broken_bytes_end_the_reading_and_nothing_else) {
  block_writer writer;
  for (int i = 0; i < 3; ++i) writer.add(row_with(std::string(200, 'x'), i));
  std::mt19937 dice(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(writer.bytes());
    for (unsigned i = 0; i < 1 + dice() % 3; ++i)
      text[dice() % text.size()] = static_cast<char>(dice());
    if (dice() % 4 == 0) text.resize(dice() % text.size());
    block_reader reader(text, 1);
    record_row row;
    int count = 0;
    while (reader.next(row) && count < 1'000) ++count;
    BOOST_REQUIRE(count < 1'000);
  }
}

BOOST_AUTO_TEST_CASE(a_block_that_was_cut_off_is_broken_wherever_that_was) {
  block_writer writer;
  std::vector<std::size_t> ends;
  for (const auto* tool : {"read", "read", "write"}) {
    writer.add(row_with(tool, 1));
    ends.push_back(writer.bytes().size());
  }
  for (std::size_t length = 1; length < writer.bytes().size(); ++length) {
    block_reader reader(writer.bytes().substr(0, length), 1);
    record_row row;
    while (reader.next(row)) {
    }
    const bool whole = std::find(ends.begin(), ends.end(), length) != ends.end();
    BOOST_TEST(reader.broken() == !whole, length);
  }
}

BOOST_AUTO_TEST_CASE(an_untouched_chain_has_no_problems) {
  const three_blocks store;
  const auto report = store.verified();
  BOOST_TEST(report.problems.empty());
  BOOST_TEST(report.first == 1);
  BOOST_TEST(report.last == 9);
  BOOST_TEST(report.gaps == 0u);
  BOOST_TEST(report.digest.size() == 64u);
}

BOOST_AUTO_TEST_CASE(every_lie_is_found) {
  struct lie_case {
    const char* sql;
    const char* found;
  };
  const lie_case rows[] = {
      {"UPDATE record_blocks SET from_us = from_us - 1 WHERE last = 3",
       "records 1 to 3: it was changed"},
      {"UPDATE record_blocks SET outcomes = 1 WHERE last = 6", "records 4 to 6: it was changed"},
      {"DELETE FROM record_blocks WHERE last = 6",
       "it does not begin where the one before ended, at 3"},
      {"UPDATE record_blocks SET before = (SELECT digest FROM record_blocks WHERE last = 9) WHERE "
       "last = 3",
       "records 1 to 3: the first one follows another"},
      {"UPDATE record_blocks SET records = (SELECT records FROM record_blocks WHERE last = 3), "
       "digest = "
       "(SELECT digest FROM record_blocks WHERE last = 3), before = (SELECT before FROM "
       "record_blocks "
       "WHERE last = 3) WHERE last = 6",
       "records 4 to 6: it does not follow the one before"},
      {"UPDATE record_blocks SET records = x'' WHERE last = 9",
       "records 7 to 9: its records cannot be read"},
      {"DELETE FROM record_blocks WHERE last = 9; UPDATE record_blocks SET last = 5 WHERE last = 6",
       "records 4 to 5: it was changed"},
  };
  for (const auto& row : rows) {
    const three_blocks store;
    store.lie(row.sql);
    const auto found = store.problems();
    BOOST_TEST(found.find(row.found) != found.npos, row.sql << " gave: " << found);
  }
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_made_a_success_is_found) {
  const three_blocks store;
  {
    SQLite::Database base(store.dir.path + "/toolscore.db", SQLite::OPEN_READWRITE);
    SQLite::Statement read(base, "SELECT records FROM record_blocks WHERE last = 6");
    BOOST_REQUIRE(read.executeStep());
    const auto kept = read.getColumn(0).getString();
    std::string room;
    std::string text(unpack_block(kept, room));
    const auto failed = text.find('\x56'); // ok, ok, ok, failed
    BOOST_REQUIRE(failed != text.npos);
    text[failed] = '\x55';
    SQLite::Statement write(base, "UPDATE record_blocks SET records = ? WHERE last = 6");
    write.bind(1, text.data(), static_cast<int>(text.size()));
    write.exec();
  }
  auto base = test::open_in(store.dir.path);
  const auto lines = test::lines_of(records(base).export_ndjson({})->ndjson);
  BOOST_TEST(lines.at(4)["success"] == true); // It looks like the truth.
  BOOST_TEST(store.problems().find("records 4 to 6: it was changed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_block_that_was_made_anew_breaks_the_next_one) {
  const three_blocks store;
  {
    SQLite::Database base(store.dir.path + "/toolscore.db", SQLite::OPEN_READWRITE);
    std::string digest;
    block_selection second;
    second.after = 3;
    each_block(base, second, [&](stored_block block) {
      ++block.labels.from_us; // With this alone its own digest would be wrong.
      digest = digest_of(block);
      return false;
    });
    base.exec("UPDATE record_blocks SET from_us = from_us + 1, digest = '" + digest +
              "' WHERE last = 6; UPDATE record_blocks SET before = '" + digest +
              "' WHERE last = 9");
  }
  BOOST_TEST(store.problems() == "records 7 to 9: it was changed: its digest is another; ");
}

BOOST_AUTO_TEST_CASE(what_was_cut_off_at_the_end_changes_the_digest_that_was_noted) {
  const three_blocks store;
  const auto noted = store.verified().digest;
  store.lie("DELETE FROM record_blocks WHERE last = 9");
  BOOST_TEST(store.verified().problems.empty()); // It cannot know by itself.
  BOOST_TEST(store.verified().digest != noted);
}

BOOST_AUTO_TEST_CASE(retention_takes_the_oldest_and_leaves_a_chain) {
  const three_blocks store;
  auto base = test::open_in(store.dir.path);
  records kept(base);
  BOOST_TEST(*kept.trim(4) == 3u); // Whole blocks, and never fewer than are to be kept.
  BOOST_TEST(store.verified().first == 4);
  BOOST_TEST(store.problems() == "");
  const auto made = test::record_of().at;
  BOOST_TEST(*kept.trim(1'000, 1'000, made) == 0u);
  auto late = test::record_of();
  late.at += 1h;
  BOOST_REQUIRE(kept.append(std::array{late}));
  BOOST_TEST(*kept.trim(1'000, 1'000, made + 1us) == 6u);
  BOOST_TEST(store.verified().first == 10);
  BOOST_TEST(*kept.trim(1'000, 1'000, made + 24h) == 0u); // The newest stays.
  BOOST_TEST(store.problems() == "");
}

BOOST_AUTO_TEST_CASE(only_the_oldest_go_by_age_whatever_later_ones_say) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  const auto now = test::record_of().at;
  for (const auto age : {0h, 48h, 0h}) {
    auto record = test::record_of();
    record.at = now - age;
    BOOST_REQUIRE(kept.append(std::array{record}));
  }
  BOOST_TEST(*kept.trim(1'000, 1'000, now - 24h) == 0u);
  BOOST_TEST(verify_records(dir.path)->problems.empty());
}

BOOST_AUTO_TEST_CASE(a_node_that_did_not_say_that_it_ended_left_a_gap) {
  const test::state_dir dir;
  const auto now = test::record_of().at + 10s;
  for (const bool ends : {true, false, true}) {
    auto base = test::open_in(dir.path);
    records kept(base);
    BOOST_REQUIRE(kept.begin(now));
    BOOST_REQUIRE(kept.append(std::array{test::record_of()}));
    if (ends) BOOST_REQUIRE(kept.end());
  }
  auto base = test::open_in(dir.path);
  const auto gaps = records(base).gaps();
  BOOST_REQUIRE(gaps->size() == 1u);
  BOOST_TEST(gaps->front().count == 0u);
  BOOST_TEST((gaps->front().from == test::record_of().at));
  BOOST_TEST((gaps->front().to == now));
  const auto lines = test::lines_of(records(base).export_ndjson({})->ndjson);
  BOOST_REQUIRE(lines.size() == 4u);
  BOOST_TEST(lines[2]["number"] == 3);
  BOOST_TEST(lines[2]["gap"]["count"].is_null());
  BOOST_TEST(lines[2]["gap"]["from"] == "2025-06-15T15:06:40.000000Z");
  BOOST_TEST(verify_records(dir.path)->gaps == 1u);
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_refused_leaves_the_chain_as_it_was) {
  const three_blocks store;
  auto base = test::open_in(store.dir.path);
  records kept(base);
  BOOST_REQUIRE(kept.append(std::array{test::record_of()}));
  base.handle().exec("ALTER TABLE trajectories RENAME TO elsewhere");
  auto named = test::record_of();
  named.ids.trajectory = "t";
  BOOST_TEST(!kept.append(std::array{named}));
  base.handle().exec("ALTER TABLE elsewhere RENAME TO trajectories");
  BOOST_TEST(*kept.append(std::array{named}) == 12); // Behind the gap, which is the eleventh.
  BOOST_TEST(store.problems() == "");
  BOOST_TEST(store.verified().gaps == 1u);
}

BOOST_AUTO_TEST_CASE(records_of_an_older_schema_are_moved_with_their_numbers) {
  const test::state_dir dir;
  {
    SQLite::Database base(dir.path + "/toolscore.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    BOOST_REQUIRE(migrate(base, migrations().first(4)));
    for (int i = 7; i < 147; ++i)
      base.exec("INSERT INTO calls (number, at_us, server, instance, trajectory, tool, admission, "
                "transport, rpc, tool_outcome, failure, attempt, queued_us, wire_us, total_us, "
                "arguments_cut, arguments) VALUES (" +
                std::to_string(i) +
                ", 1750000000000000, 'fs', 2, 't', 'read', 1, 1, 1, 2, 'isError', 3, 4, 5, 6, "
                "70000, '{\"a\"')");
    base.exec("INSERT INTO trajectories VALUES ('t', 7, 146, 140)");
    base.exec("INSERT INTO gaps (count, from_us, to_us, reason) VALUES (3, 10, 20, 'full')");
  }
  auto base = test::open_in(dir.path);
  records kept(base);
  BOOST_TEST(*kept.count() == 141u);
  record_query query;
  query.trajectory = "t";
  query.limit = 0;
  const auto lines = test::lines_of(kept.export_ndjson(query)->ndjson);
  BOOST_REQUIRE(lines.size() == 140u);
  BOOST_TEST(lines.front()["number"] == 7);
  BOOST_TEST(lines.back()["number"] == 146);
  BOOST_TEST(lines[9]["success"] == false);
  BOOST_TEST(lines[9]["tool_outcome"] == "failed");
  BOOST_TEST(lines[9]["truncated"] == true);
  BOOST_TEST(lines[9]["total_us"] == 6);
  BOOST_TEST(kept.gaps()->at(0).count == 3u);
  BOOST_TEST(verify_records(dir.path)->problems.empty());
  BOOST_TEST(!base.handle().tableExists("calls"));
}

BOOST_AUTO_TEST_SUITE_END()
