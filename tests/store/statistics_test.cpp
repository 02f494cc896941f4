#include "store/record_statistics.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

record_row call(std::string_view tool, std::int64_t us) {
  record_row row;
  row.server = "fs";
  row.tool = tool;
  row.total_us = us;
  row.admission = row.transport = row.rpc = row.tool_outcome = outcome::ok;
  return row;
}

} // namespace

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(each_call_is_counted_once_by_how_it_ended) {
  record_statistics counted;
  counted.add(call("a", 1));
  auto row = call("a", 1);
  row.tool_outcome = outcome::failed;
  counted.add(row);
  row.rpc = outcome::failed; // The first step that failed is where it ended.
  counted.add(row);
  row.transport = outcome::failed;
  counted.add(row);
  row.admission = outcome::failed;
  counted.add(row);
  row = call("a", 1);
  row.tool_outcome = outcome::not_reached;
  counted.add(row);
  row.gap = true;
  counted.add(row);
  const auto all = counted.tools();
  BOOST_REQUIRE(all.size() == 1u);
  const auto& x = all[0];
  BOOST_TEST(x.calls == 6u);
  for (const auto count :
       {x.success, x.tool_failed, x.rpc, x.transport, x.admission, x.needs_input})
    BOOST_TEST(count == 1u);
  BOOST_TEST(counted.gaps() == 1u);
}

BOOST_AUTO_TEST_CASE(times_are_off_by_a_sixteenth_at_most_and_never_too_short) {
  for (std::int64_t us = 0; us < 4'000'000'000; us = us * 17 / 13 + 1) {
    record_statistics counted;
    counted.add(call("a", us));
    counted.add(call("a", us * 1'000)); // So that the longest does not bound it.
    const auto p50 = counted.tools()[0].p50_us;
    BOOST_TEST(p50 >= us);
    BOOST_TEST(p50 <= us + us / 16);
  }
  record_statistics back;
  back.add(call("a", -5));
  BOOST_TEST(back.tools()[0].p99_us == 0);
}

BOOST_AUTO_TEST_CASE(quantiles_are_those_of_all_calls) {
  record_statistics counted;
  for (int i = 1; i <= 100; ++i) counted.add(call("a", i <= 94 ? 10 : i == 100 ? 15'000 : 12));
  const auto x = counted.tools()[0];
  BOOST_TEST(x.p50_us == 10);
  BOOST_TEST(x.p95_us == 12);
  BOOST_TEST(x.p99_us == 12);
  BOOST_TEST(x.max_us == 15'000);
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_and_what_is_left_out_is_counted) {
  record_statistics counted;
  for (std::size_t i = 0; i < record_statistics::tools_max + 5; ++i)
    counted.add(call("tool" + std::to_string(i), 1));
  counted.add(call("tool0", 1));
  BOOST_TEST(counted.tools().size() == record_statistics::tools_max);
  BOOST_TEST(counted.others() == 5u);
}

BOOST_AUTO_TEST_SUITE_END()
