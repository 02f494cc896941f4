#include "talk.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// The four outcomes of a record, in the order in which a call meets them.
std::string outcomes_of(const reply_json& record) {
  return text_of(record, "admission") + " " + text_of(record, "transport") + " " +
         text_of(record, "rpc") + " " + text_of(record, "tool_outcome");
}

constexpr const char* refused = "failed not_reached not_reached not_reached";
constexpr const char* lost = "ok failed not_reached not_reached";
constexpr const char* rpc_failed = "ok ok failed not_reached";
constexpr const char* tool_failed = "ok ok ok failed";
constexpr const char* all_good = "ok ok ok ok";

/// The records of one server; of none where the name is empty.
std::vector<reply_json> records_of(const node_fixture& node, const std::string& server) {
  auto found = node.trajectories(server);
  std::erase_if(found, [&](const auto& x) { return text_of(x, "server") != server; });
  return found;
}

/// Records are written in batches, in order: waits until there are as many as expected, and then
/// for the record of a later call, behind which one too many would have shown.
std::vector<reply_json> records(const node_fixture& node, const std::string& server,
                                std::size_t expected) {
  std::vector<reply_json> found;
  eventually([&] { return (found = records_of(node, server)).size() >= expected; }, 5s);
  // A further call on another server is written after whatever the calls before it left behind.
  const auto marks = node.trajectories("mark").size();
  talker(node, "/mcp/mark", era::modern).call("echo", {{"text", "mark"}});
  BOOST_TEST(eventually([&] { return node.trajectories("mark").size() > marks; }, 5s));
  found = records_of(node, server);
  BOOST_TEST(found.size() == expected);
  return found;
}

/// Exactly one record, with these outcomes, and a `success` that agrees with them.
reply_json check_one(const node_fixture& node, const std::string& server, const std::string& tool,
                     const std::string& outcomes) {
  const auto found = records(node, server, 1);
  BOOST_REQUIRE(found.size() == 1u);
  const auto& record = found[0];
  BOOST_TEST_CONTEXT(compact(record)) {
    BOOST_TEST(outcomes_of(record) == outcomes);
    BOOST_TEST(text_of(record, "success") == (outcomes == all_good ? "true" : "false"));
    BOOST_TEST(text_of(record, "tool") == tool);
    BOOST_TEST(text_of(record, "server") == server);
    BOOST_TEST(text_of(record, "method") == "tools/call");
    const auto failure = text_of(record, "failure");
    BOOST_TEST((outcomes == all_good ? failure.empty() : is_one_line(failure)));
  }
  return record;
}

/// A node with the server under test, "s", and the quiet one, "mark".
void start(node_fixture& node, const std::vector<std::string>& words,
           const reply_json& more = reply_json::object()) {
  node.add_fault("s", words, more);
  node.add_fault("mark", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
}

std::int64_t in_flight(const node_fixture& node) {
  return number_of(node.row("s"), "in_flight");
}

} // namespace

BOOST_AUTO_TEST_SUITE(outcomes)

BOOST_AUTO_TEST_CASE(a_good_call_is_the_only_kind_of_success) {
  node_fixture node;
  start(node, {});
  talker client(node, "/mcp/s", era::legacy);
  client.greet();
  BOOST_TEST(client.call("echo", {{"text", "fine"}}).said() == "fine");
  const auto record = check_one(node, "s", "echo", all_good);
  BOOST_TEST(text_of(member_of(record, "arguments"), "text") == "fine");
  BOOST_TEST(number_of(record, "total_us") > 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(an_unknown_tool_of_all_fails_admission) {
  node_fixture node;
  start(node, {});
  const auto reply = talker(node, "/mcp", era::modern).call("s__nothing");
  BOOST_TEST(reply.status == 200, reply.told());
  BOOST_TEST(reply.error_code() == -32602, reply.told());
  BOOST_TEST(reply.error_message() == "Unknown tool: s__nothing");
  check_one(node, "", "s__nothing", refused);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_full_queue_fails_admission_and_not_the_call_that_fills_it) {
  node_fixture node;
  start(node, {"--slow", "1500"}, {{"queue", {{"max", 1}, {"wait", "200ms"}}}});
  auto first = node.call_later("s", "slow");
  BOOST_REQUIRE(eventually([&] { return in_flight(node) == 1; }));
  const auto second = node.modern_call("s", "echo");
  BOOST_TEST(text_of(second.facts(), "code") == "queue_full", second.told());
  BOOST_TEST(second.took < 1'400ms);
  BOOST_TEST(first.get().text() == "slow");
  const auto found = records(node, "s", 2);
  BOOST_REQUIRE(found.size() == 2u);
  BOOST_TEST(outcomes_of(found[0]) == refused);
  BOOST_TEST(text_of(found[0], "tool") == "echo");
  BOOST_TEST(text_of(found[0], "success") == "false");
  BOOST_TEST(outcomes_of(found[1]) == all_good);
  BOOST_TEST(text_of(found[1], "success") == "true");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_call_past_its_deadline_fails_transport) {
  node_fixture node;
  start(node, {"--hang"}, {{"call_timeout", "300ms"}});
  const auto answer = node.modern_call("s", "echo");
  BOOST_TEST(text_of(answer.facts(), "code") == "call_timed_out", answer.told());
  const auto record = check_one(node, "s", "echo", lost);
  BOOST_TEST(text_of(record, "failure").find("call_timeout") != std::string::npos);
  BOOST_TEST(number_of(record, "wire_us") >= 300'000);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_crash_in_mid_call_fails_transport_once) {
  node_fixture node;
  start(node, {"--die-on-call"});
  const auto answer = node.modern_call("s", "die");
  BOOST_TEST(text_of(answer.facts(), "code") == "server_gone", answer.told());
  BOOST_TEST(number_of(answer.facts(), "signal") == 9, answer.told());
  const auto record = check_one(node, "s", "die", lost);
  BOOST_TEST(text_of(record, "failure").find("SIGKILL") != std::string::npos);
  BOOST_TEST(node.modern_call("s", "echo", {{"text", "again"}}).text() == "again");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_json_rpc_error_fails_rpc_and_reaches_the_caller_as_it_is) {
  node_fixture node;
  start(node, {"--rpc-error"});
  const auto reply = talker(node, "/mcp/s", era::modern).call("fail_rpc");
  BOOST_TEST(reply.error_code() == -32603, reply.told());
  BOOST_TEST(reply.error_message() == "fail_rpc fails");
  check_one(node, "s", "fail_rpc", rpc_failed);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_an_error_fails_the_tool) {
  node_fixture node;
  start(node, {"--tool-error"});
  const auto reply = talker(node, "/mcp/s", era::modern).call("fail_tool");
  BOOST_TEST(reply.said() == "fail_tool fails", reply.told());
  BOOST_TEST(text_of(reply.result(), "isError") == "true");
  check_one(node, "s", "fail_tool", tool_failed);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_modern_client_that_hangs_up_cancels_its_call) {
  node_fixture node;
  start(node, {"--hang"});
  BOOST_TEST(talker(node, "/mcp/s", era::modern).call("echo", {}, 300ms).status == 0);
  BOOST_TEST(eventually([&] { return in_flight(node) == 0; }));
  const auto record = check_one(node, "s", "echo", lost);
  BOOST_TEST(
      text_of(record, "failure").starts_with("had not answered yet: cancelled by its caller"),
      compact(record));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_legacy_client_that_hangs_up_cancels_nothing) {
  node_fixture node;
  start(node, {"--slow", "900"});
  talker client(node, "/mcp/s", era::legacy);
  client.greet();
  BOOST_TEST(client.call("slow", {}, 200ms).status == 0);
  BOOST_TEST(in_flight(node) == 1);
  check_one(node, "s", "slow", all_good);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_legacy_notification_cancels_the_call_that_it_names) {
  node_fixture node;
  start(node, {"--slow", "20000"});
  talker client(node, "/mcp/s", era::legacy);
  client.greet();
  auto call = std::async(std::launch::async, [&] { return client.call("slow"); });
  BOOST_REQUIRE(eventually([&] { return in_flight(node) == 1; }));
  BOOST_TEST(client.tell("notifications/cancelled", {{"requestId", client.id}}) == 202);
  const auto reply = call.get();
  BOOST_TEST(reply.body["error"]["data"]["toolscore"]["code"] == "cancelled", reply.told());
  const auto record = check_one(node, "s", "slow", lost);
  BOOST_TEST(
      text_of(record, "failure").starts_with("had not answered yet: cancelled by its caller"),
      compact(record));
  // The server was told, and by the id under which it knows the call.
  BOOST_TEST(node.modern_call("s", "cancelled").text() == "1");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
