#include "store/crash_row.hpp"
#include "store/crashes_io.hpp"
#include "store/migrate_io.hpp"
#include "store/schema.hpp"
#include "store/specs_io.hpp"
#include "tests/store/store_support.hpp"

#include <boost/test/unit_test.hpp>
#include <SQLiteCpp/SQLiteCpp.h>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

void define(database& base, const std::string& server) {
  BOOST_REQUIRE(specs(base).put({server_id{server}, "{}", desired_state::running}));
}

crash_report report_of(const std::string& server, std::uint64_t instance = 1) {
  crash_report x;
  x.server.value = server;
  x.instance = instance;
  x.kind = "exited";
  x.reason = "exited with code 3";
  x.exit = process_exit{false, 3};
  return x;
}

/// Every field with a value of its own.
crash_report full_report() {
  auto x = report_of("fs", 7);
  x.at = std::chrono::system_clock::time_point(1'750'000'000'123'456us);
  x.pid = 4242;
  x.kind = "killed";
  x.reason = "killed: out of memory (limit 64 MiB)";
  x.exit = process_exit{true, 9, true, true, 64U << 20U, {1'500us, 2'500us, 65'536, 3}};
  x.uptime = 12'345ms;
  x.was_ready = true;
  x.in_flight = 40;
  x.calls = {{"tools/call", "read", R"("a-1")", "t1"}, {"tools/list", "", "2", ""}};
  x.log = {"first", "", "l\xC3\xA4st"};
  x.attempt = 4;
  x.delay = 800ms;
  return x;
}

void check_same(const crash_report& a, const crash_report& b) {
  BOOST_TEST((a.at == b.at));
  BOOST_TEST(a.server.value == b.server.value);
  BOOST_TEST(a.instance == b.instance);
  BOOST_TEST(a.pid == b.pid);
  BOOST_TEST(a.kind == b.kind);
  BOOST_TEST(a.reason == b.reason);
  BOOST_TEST_REQUIRE(a.exit.has_value() == b.exit.has_value());
  if (a.exit) {
    BOOST_TEST((*a.exit == *b.exit));
    BOOST_TEST(a.exit->core_dumped == b.exit->core_dumped);
    BOOST_TEST(a.exit->out_of_memory == b.exit->out_of_memory);
    BOOST_TEST(a.exit->memory_limit_bytes == b.exit->memory_limit_bytes);
    BOOST_TEST((a.exit->usage.user_time == b.exit->usage.user_time));
    BOOST_TEST((a.exit->usage.system_time == b.exit->usage.system_time));
    BOOST_TEST(a.exit->usage.memory_max_bytes == b.exit->usage.memory_max_bytes);
    BOOST_TEST(a.exit->usage.major_faults == b.exit->usage.major_faults);
  }
  BOOST_TEST((a.uptime == b.uptime));
  BOOST_TEST(a.was_ready == b.was_ready);
  BOOST_TEST(a.in_flight == b.in_flight);
  BOOST_TEST_REQUIRE(a.calls.size() == b.calls.size());
  for (std::size_t i = 0; i < a.calls.size(); ++i) {
    BOOST_TEST(a.calls[i].method == b.calls[i].method);
    BOOST_TEST(a.calls[i].tool == b.calls[i].tool);
    BOOST_TEST(a.calls[i].id == b.calls[i].id);
    BOOST_TEST(a.calls[i].trajectory == b.calls[i].trajectory);
  }
  BOOST_TEST(a.log == b.log, boost::test_tools::per_element());
  BOOST_TEST(a.attempt == b.attempt);
  BOOST_TEST((a.delay == b.delay));
}

std::vector<crash_report> found(crashes& kept, const crash_query& query) {
  auto rows = kept.find(query);
  BOOST_REQUIRE_MESSAGE(rows, (rows ? "" : rows.failure().detail));
  return *rows;
}

/// "fs7 web3 ", the newest first.
std::string told(crashes& kept, const crash_query& query) {
  std::string out;
  for (const auto& x : found(kept, query)) out += x.server.value + std::to_string(x.instance) + " ";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(crashes)

BOOST_AUTO_TEST_CASE(a_report_comes_back_as_it_was_put_in_another_life_of_the_store_too) {
  const test::state_dir dir;
  auto bare = report_of("fs");
  bare.exit.reset();
  const std::vector<crash_report> put{full_report(), bare};
  {
    auto base = test::open_in(dir.path);
    define(base, "fs");
    BOOST_REQUIRE(toolscore::crashes(base).put(put));
  }
  auto base = test::open_in(dir.path);
  toolscore::crashes kept(base);
  const auto rows = found(kept, {});
  BOOST_TEST_REQUIRE(rows.size() == 2u);
  check_same(rows[1], put[0]);
  check_same(rows[0], put[1]);
  BOOST_TEST(rows[0].number > rows[1].number);
}

BOOST_AUTO_TEST_CASE(reports_are_asked_for_by_server_limit_and_number_newest_first) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  for (const auto* name : {"fs", "web", "idle"}) define(base, name);
  toolscore::crashes kept(base);
  for (std::uint64_t i = 1; i <= 3; ++i)
    BOOST_REQUIRE(kept.put(std::vector{report_of("fs", i), report_of("web", i)}));
  BOOST_TEST(told(kept, {}) == "web3 fs3 web2 fs2 web1 fs1 ");
  BOOST_TEST(told(kept, {{"fs"}, 0, 20}) == "fs3 fs2 fs1 ");
  BOOST_TEST(told(kept, {{"idle"}, 0, 20}) == "");
  BOOST_TEST(told(kept, {{}, 0, 2}) == "web3 fs3 ");
  const auto page = found(kept, {{"fs"}, 0, 1});
  BOOST_TEST(told(kept, {{"fs"}, page.back().number, 1}) == "fs2 ");
  BOOST_TEST(told(kept, {{}, 1, 20}) == "");
  const auto unknown = kept.find({{"ghost"}, 0, 20});
  BOOST_REQUIRE(!unknown);
  BOOST_TEST((unknown.failure().code == errc::unknown_server));
}

BOOST_AUTO_TEST_CASE(over_a_bound_the_oldest_go_first_those_of_the_server_then_those_of_all) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  for (const auto* name : {"fs", "web", "db"}) define(base, name);
  toolscore::crashes kept(base, {5, 3});
  for (std::uint64_t i = 1; i <= 4; ++i) BOOST_REQUIRE(kept.put(std::vector{report_of("fs", i)}));
  BOOST_TEST(told(kept, {}) == "fs4 fs3 fs2 ");
  BOOST_REQUIRE(kept.put(std::vector{report_of("web", 1), report_of("db", 1)}));
  BOOST_TEST(told(kept, {}) == "db1 web1 fs4 fs3 fs2 ");
  BOOST_REQUIRE(kept.put(std::vector{report_of("web", 2), report_of("db", 2)}));
  BOOST_TEST(told(kept, {}) == "db2 web2 db1 web1 fs4 ");
  std::vector<crash_report> many; // One batch may be over both.
  for (std::uint64_t i = 1; i <= 9; ++i) many.push_back(report_of("web", 10 + i));
  BOOST_REQUIRE(kept.put(many));
  BOOST_TEST(told(kept, {}) == "web19 web18 web17 db2 db1 ");
}

BOOST_AUTO_TEST_CASE(a_dropped_server_takes_its_reports_along_and_gets_no_more) {
  const test::state_dir dir;
  auto base = test::open_in(dir.path);
  define(base, "fs");
  define(base, "web");
  toolscore::crashes kept(base);
  BOOST_REQUIRE(kept.put(std::vector{report_of("fs"), report_of("web")}));
  const auto last = found(kept, {}).front().number;
  BOOST_REQUIRE(specs(base).remove({"web"}));
  BOOST_REQUIRE(kept.remove({"web"}));
  BOOST_REQUIRE(kept.put(std::vector{report_of("web", 2)})); // Its end came late.
  BOOST_TEST(told(kept, {}) == "fs1 ");
  define(base, "web");
  BOOST_REQUIRE(kept.put(std::vector{report_of("web", 3)}));
  BOOST_TEST(found(kept, {}).front().number > last); // Not given again, though the newest row went.
  BOOST_REQUIRE(specs(base).remove({"fs"}));         // As an edited configuration does.
  BOOST_REQUIRE(kept.keep_defined());
  BOOST_TEST(told(kept, {}) == "web3 ");
}

BOOST_AUTO_TEST_CASE(a_store_from_before_crash_reports_gets_their_table_and_keeps_its_content) {
  const test::state_dir dir;
  {
    SQLite::Database base(dir.path + "/toolscore.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    BOOST_REQUIRE(migrate(base, migrations().first(2)));
    base.exec("INSERT INTO servers VALUES ('fs', '{}', 'running')");
  }
  auto base = test::open_in(dir.path);
  toolscore::crashes kept(base);
  BOOST_TEST(told(kept, {}) == "");
  BOOST_REQUIRE(kept.put(std::vector{report_of("fs")}));
  BOOST_TEST(told(kept, {{"fs"}, 0, 20}) == "fs1 ");
}

BOOST_AUTO_TEST_CASE(
    lists_survive_their_row_whatever_bytes_they_hold_and_a_damaged_one_is_no_fault) {
  BOOST_TEST(read_lines(row_text(std::vector<std::string>{"a\"b\\", "tab\t", ""})) ==
                 (std::vector<std::string>{"a\"b\\", "tab\t", ""}),
             boost::test_tools::per_element());
  BOOST_TEST(read_lines(row_text(std::vector<std::string>{"\xFF!"})).front() == "\xEF\xBF\xBD!");
  for (const auto* text : {"", "{", "{}", "7", "[[1]", "null"}) {
    BOOST_TEST(read_lines(text).empty(), text);
    BOOST_TEST(read_lost_calls(text).empty(), text);
  }
  BOOST_TEST(read_lines(R"([1,"a",[]])").size() == 1u);
  BOOST_TEST(read_lost_calls(R"([[1,"a",2,"t"],["a"],7])").size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
