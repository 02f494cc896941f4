#include "actors/call_refusal.hpp"

#include "mcp/answers.hpp"

#include <boost/test/unit_test.hpp>
#include <cctype>
#include <set>
#include <string>
#include <vector>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words{""};
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_')
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// A phrase that is said twice: the same words right after each other, or the same three words
/// anywhere. Empty = none.
std::string doubled(const std::string& text) {
  const auto words = words_of(text);
  const auto phrase = [&](std::size_t at, std::size_t count) {
    std::string all;
    for (std::size_t i = at; i < at + count; ++i) all += words[i] + " ";
    return all;
  };
  for (std::size_t count = 1; 2 * count <= words.size(); ++count)
    for (std::size_t at = 0; at + 2 * count <= words.size(); ++at)
      if (phrase(at, count) == phrase(at + count, count)) return phrase(at, count);
  std::set<std::string> seen;
  for (std::size_t at = 0; at + 3 <= words.size(); ++at)
    if (!seen.insert(phrase(at, 3)).second) return phrase(at, 3);
  return {};
}

call_failure failed(errc code, std::string detail, std::string state = "ready") {
  call_failure x;
  x.code = code;
  x.detail = std::move(detail);
  x.server = "fs";
  x.state = std::move(state);
  return x;
}

/// A call lost with its instance, as the server actor tells it.
call_failure lost(const gone_reason& reason) {
  auto x = failed(errc::server_gone, detail_gone(reason), "starting");
  if (reason.kind == gone_kind::killed) x.signal = reason.exit.status;
  if (reason.kind == gone_kind::exited) x.exit_code = reason.exit.status;
  x.attempt = 2;
  x.retry_in = 200ms;
  return x;
}

const std::string crash = "exited with code 3: before it was ready; its last line: no such module";

} // namespace

BOOST_AUTO_TEST_SUITE(call_refusal)

BOOST_AUTO_TEST_CASE(a_call_lost_for_lack_of_memory_is_told_so_once) {
  gone_reason reason{gone_kind::killed, {true, 9, false, true, 64 << 20, {}}, ""};
  BOOST_TEST(mcp::failure_message(lost(reason)) ==
             "server \"fs\" was killed by signal 9 (SIGKILL) while the call was in flight: out of "
             "memory (limit 64 MiB); restart 2 in 200 ms");
  reason.detail = "before it was ready";
  BOOST_TEST(detail_gone(reason) == "out of memory (limit 64 MiB), before it was ready");
  reason.exit.out_of_memory = false;
  BOOST_TEST(detail_gone(reason) == "before it was ready");
}

BOOST_AUTO_TEST_CASE(a_call_lost_to_a_hung_server_is_told_so_once) {
  const gone_reason reason{gone_kind::hung, {}, "3 in a row"};
  BOOST_TEST(detail_gone(reason) == "3 in a row");
  BOOST_TEST(mcp::failure_message(lost(reason), reason.kind) ==
             "server \"fs\" hung while the call was in flight: 3 in a row; restart 2 in 200 ms");
}

BOOST_AUTO_TEST_CASE(a_doubled_phrase_is_found_wherever_it_stands) {
  BOOST_TEST(doubled("is not ready, it is crash_loop: is crash_loop: exited").size() > 0u);
  BOOST_TEST(doubled("no room: 9 calls are in flight; 9 calls are in flight").size() > 0u);
  BOOST_TEST(doubled("was killed by signal 9 in flight: killed by signal 9").size() > 0u);
  BOOST_TEST(doubled("stopped: Stopped").size() > 0u);
  BOOST_TEST(doubled("did not answer in time: call_timeout is 1 ms").empty());
}

BOOST_AUTO_TEST_CASE(every_code_is_told_in_one_line_that_says_nothing_twice) {
  const std::vector<call_failure> rows{
      failed(errc::unknown_server, ""),
      failed(errc::server_not_ready, crash, "crash_loop"),
      failed(errc::server_not_ready, "", "stopped"),
      failed(errc::server_not_ready, detail_waited(60s, crash), "backing_off"),
      failed(errc::server_not_ready, detail_waited(60s, ""), "starting"),
      failed(errc::call_timed_out, detail_timed_out(120s, 600s)),
      failed(errc::queue_full, detail_in_flight(256)),
      failed(errc::queue_full, detail_no_turn(60s, 256)),
      failed(errc::queue_full, detail_queued(256), "starting"),
      failed(errc::bad_config, "listen is no address"),
      failed(errc::bad_request, "cursor is no string"),
      failed(errc::install_failed, "npm: exit 1"),
      failed(errc::spawn_failed, "fork: out of pids"),
      failed(errc::handshake_failed, "it answered with an error"),
      lost({gone_kind::killed, {true, 9}, ""}),
      lost({gone_kind::exited, {false, 3}, ""}),
      lost({gone_kind::hung, {}, "3 in a row"}),
      lost({gone_kind::overflowed, {}, "its queue is full"}),
      lost({gone_kind::stopped, {}, "drain 3 ms, close_stdin 12 ms"}),
      failed(errc::stopping, ""),
      failed(errc::store_failed, "disk full"),
      failed(errc::io_failed, "broken pipe"),
      failed(errc::too_large, detail_overlong(67108864)),
      failed(errc::not_supported, ""),
      failed(errc::unauthorized, ""),
      failed(errc::already_exists, ""),
      failed(errc::bad_answer, ""),
      failed(errc::cancelled, detail_cancelled("disconnected", false)),
      failed(errc::cancelled, detail_cancelled("cancelled", true)),
      failed(errc::tool_denied, detail_hidden("rm\n-rf")),
  };
  std::set<errc> told;
  for (const auto& row : rows) {
    told.insert(row.code);
    const auto line = mcp::failure_message(row);
    BOOST_TEST(doubled(line).empty(), line + " | " + doubled(line));
    BOOST_TEST(line.find('\n') == line.npos, line);
    BOOST_TEST(line.starts_with("server \"fs\" " + mcp::failure_reason(row)), line);
  }
  for (int code = 1; code <= static_cast<int>(errc::tool_denied); ++code)
    BOOST_TEST(told.contains(static_cast<errc>(code)), to_string(static_cast<errc>(code)));
}

BOOST_AUTO_TEST_CASE(the_common_refusals_read_as_sentences) {
  BOOST_TEST(mcp::failure_message(failed(errc::server_not_ready, crash, "crash_loop")) ==
             "server \"fs\" is not ready, it is crash_loop: " + crash);
  BOOST_TEST(mcp::failure_message(lost({gone_kind::killed, {true, 9}, ""})) ==
             "server \"fs\" was killed by signal 9 (SIGKILL) while the call was in flight; "
             "restart 2 in 200 ms");
  BOOST_TEST(mcp::failure_message(failed(errc::queue_full, detail_in_flight(2))) ==
             "server \"fs\" has no room for another call: 2 wait behind those in flight "
             "(queue.max); wait for one to end");
  BOOST_TEST(mcp::failure_message(failed(errc::call_timed_out, detail_timed_out(300ms, 600s))) ==
             "server \"fs\" did not answer in time: call_timeout is 300 ms, call_timeout_max "
             "600000 ms");
  BOOST_TEST(
      mcp::failure_reason(failed(errc::cancelled, detail_cancelled("disconnected", false))) ==
      "had not answered yet: cancelled by its caller (disconnected)");
}

BOOST_AUTO_TEST_SUITE_END()
