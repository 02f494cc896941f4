#include "messages/admin.hpp"
#include "messages/server_state.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(every_status_has_a_name_of_its_own) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < process_status_count; ++i)
    seen.insert(to_string(static_cast<process_status>(i)));
  BOOST_TEST(seen.size() == process_status_count);
  BOOST_TEST(seen.count("unknown") == 0u);
}

BOOST_AUTO_TEST_CASE(every_error_code_has_a_name_of_its_own) {
  std::set<std::string> seen;
  for (int i = 1; i <= static_cast<int>(errc::tool_denied); ++i)
    seen.insert(to_string(static_cast<errc>(i)));
  BOOST_TEST(seen.size() == static_cast<std::size_t>(errc::tool_denied));
  BOOST_TEST(seen.count("unknown") == 0u);
}

BOOST_AUTO_TEST_CASE(a_killed_process_says_its_signal_by_number_and_name) {
  BOOST_TEST(to_string(process_exit{true, 9}) == "signal 9 (SIGKILL)");
  BOOST_TEST(to_string(process_exit{false, 3}) == "exit 3");
  BOOST_TEST(to_string(process_exit{true, 11, true, false, 0, {}}) ==
             "signal 11 (SIGSEGV), core dumped");
  BOOST_TEST(to_string(process_exit{true, 9, false, true, 0, {}}) ==
             "signal 9 (SIGKILL), out of memory");
  const process_exit full{true, 9, false, true, 64ULL << 20, {}};
  BOOST_TEST(to_string(full) == "signal 9 (SIGKILL), out of memory (limit 64 MiB)");
  BOOST_TEST(to_string(gone_reason{gone_kind::killed, full, ""}) ==
             "killed: out of memory (limit 64 MiB)");
  // A helper was the victim, and the server ended of that.
  BOOST_TEST(to_string(gone_reason{gone_kind::exited, {false, 1, false, true, 1 << 20, {}}, ""}) ==
             "exited with code 1, out of memory (limit 1 MiB)");
}

BOOST_AUTO_TEST_CASE(a_size_is_told_exactly_in_its_largest_unit) {
  BOOST_TEST(size_text(0) == "0 bytes");
  BOOST_TEST(size_text(64ULL << 20) == "64 MiB");
  BOOST_TEST(size_text(3ULL << 30) == "3 GiB");
  BOOST_TEST(size_text(1'500'000) == "1500 kB");
  BOOST_TEST(size_text(10'000'000) == "10 MB");
  BOOST_TEST(size_text(4'096) == "4 KiB");
  BOOST_TEST(size_text(1'000'001) == "1000001 bytes");
}

BOOST_AUTO_TEST_SUITE_END()
