#include "store/instances_io.hpp"
#include "store/records_io.hpp"
#include "store/specs_io.hpp"
#include "tests/store/store_support.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <random>
#include <SQLiteCpp/SQLiteCpp.h>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

std::vector<call_record> large_batch(std::chrono::system_clock::time_point from) {
  std::vector<call_record> batch;
  std::mt19937 dice(5);
  for (std::size_t i = 0; i < 64; ++i) { // Of texts that repeat themselves little would be kept.
    std::string text(30'000, '"');
    for (std::size_t at = 1; at + 1 < text.size(); ++at)
      text[at] = static_cast<char>('a' + dice() % 26);
    batch.push_back(test::record_of("{}", text));
    batch.back().at = from + std::chrono::seconds(i);
  }
  return batch;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_days)

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_loudly_and_the_gap_is_recorded_when_there_is_room) {
  const test::state_dir dir;
  database_options options;
  options.pages_max = 24; // of 32 KiB: the schema and a few records
  auto base = test::open_in(dir.path, options);
  records kept(base);
  BOOST_REQUIRE(kept.append(std::array{test::record_of()}));
  const auto at = test::record_of().at;

  for (const auto offset : {100s, 50s}) {
    const auto refused = kept.append(large_batch(at + offset));
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.failure().code == errc::store_failed));
    BOOST_TEST(refused.failure().detail.find("is full, free some space") != std::string::npos,
               refused.failure().detail);
  }
  BOOST_TEST(*kept.count() == 1u); // none of a refused batch is kept
  BOOST_REQUIRE(kept.pending_gap().has_value());
  BOOST_TEST(kept.pending_gap()->count == 128u);

  // Definitions are refused as loudly, and what was there stays.
  specs definitions(base);
  const std::string huge(2u << 20, 'x');
  BOOST_REQUIRE(definitions.put({server_id{"fs"}, "{}", desired_state::running}));
  BOOST_TEST(!definitions.put({server_id{"fs"}, huge, desired_state::stopped}));
  BOOST_TEST(definitions.all()->at(0).origin_json == "{}");

  base.handle().exec("PRAGMA max_page_count = 100000"); // somebody made room
  const auto number = kept.append(std::array{test::record_of()});
  BOOST_REQUIRE(number);
  BOOST_TEST(*number == 3); // Behind the gap.
  BOOST_TEST(!kept.pending_gap().has_value());
  const auto gaps = kept.gaps();
  BOOST_REQUIRE(gaps);
  BOOST_REQUIRE(gaps->size() == 1u);
  BOOST_TEST(gaps->front().count == 128u);
  BOOST_TEST((gaps->front().from == at + 50s));
  BOOST_TEST((gaps->front().to == at + 163s));
  BOOST_TEST(gaps->front().reason.find("full") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(records_lost_before_the_store_are_written_down_too) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  const auto at = test::record_of().at;
  kept.lost({0, at, at, "nothing"});
  BOOST_TEST(!kept.pending_gap().has_value());
  BOOST_REQUIRE(kept.flush_gaps());
  kept.lost({3, at, at + 1s, "the queue was full"});
  BOOST_REQUIRE(kept.flush_gaps());
  kept.lost({4, at, at + 2s, "the queue was full"});
  BOOST_REQUIRE(kept.append(std::array{test::record_of()}));
  BOOST_REQUIRE(kept.flush_gaps());
  const auto gaps = kept.gaps();
  BOOST_REQUIRE(gaps->size() == 2u);
  BOOST_TEST((*gaps)[0].count == 3u);
  BOOST_TEST((*gaps)[1].count == 4u);
  BOOST_TEST(kept.gaps(1)->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_another_program_writes_is_waited_for_and_then_refused) {
  const test::state_dir dir;
  database_options options;
  options.busy_timeout = 20ms;
  auto base = test::open_in(dir.path, options);
  records kept(base);
  {
    SQLite::Database other(base.path(), SQLite::OPEN_READWRITE);
    SQLite::Transaction holding(other, SQLite::TransactionBehavior::IMMEDIATE);
    const auto refused = kept.append(std::array{test::record_of()});
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.failure().detail.find("another program holds the file") !=
               std::string::npos);
    BOOST_TEST(!specs(base).put({server_id{"fs"}, "{}", desired_state::running}));
  }
  BOOST_TEST(bool(kept.append(std::array{test::record_of()})));
  BOOST_TEST(kept.gaps()->at(0).count == 1u);
}

BOOST_AUTO_TEST_CASE(whatever_sqlite_throws_comes_back_as_a_result) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  records kept(base);
  specs definitions(base);
  instances live(base);
  base.handle().exec("DROP TABLE record_blocks; DROP TABLE trajectories; "
                     "DROP TABLE servers; DROP TABLE installs; DROP TABLE instances");
  const auto refused = [](const auto& answer) {
    return !answer && answer.failure().code == errc::store_failed &&
           answer.failure().detail.find("no such table") != std::string::npos;
  };
  BOOST_TEST(refused(kept.append(std::array{test::record_of()})));
  BOOST_TEST(refused(kept.flush_gaps()));
  BOOST_TEST(refused(kept.count()));
  BOOST_TEST(refused(kept.export_ndjson({})));
  BOOST_TEST(refused(kept.trajectories()));
  BOOST_TEST(refused(kept.gaps()));
  BOOST_TEST(refused(kept.trim(1)));
  BOOST_TEST(refused(definitions.put({})));
  BOOST_TEST(refused(definitions.set_desired({}, desired_state::running)));
  BOOST_TEST(refused(definitions.remove({})));
  BOOST_TEST(refused(definitions.all()));
  BOOST_TEST(refused(live.add({})));
  BOOST_TEST(refused(live.remove({})));
  BOOST_TEST(refused(live.all()));
  BOOST_TEST(refused(live.clear()));
}

BOOST_AUTO_TEST_SUITE_END()
