#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// A node with the healthy server "ok" beside those that the test has added.
void start_beside_ok(node_fixture& node) {
  node.add_fault("ok", {});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("ok", "ready"), node.log());
}

/// What the server's row gives as the reason of its end; it must be one line.
std::string reason_of(const node_fixture& node, const std::string& server) {
  const auto reason = text_of(node.row(server), "reason");
  BOOST_TEST(is_one_line(reason), server + ": " + reason);
  return reason;
}

std::int64_t kib_of(pid_t pid, const std::string& field) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(field + ":")) return std::atoll(line.c_str() + field.size() + 1);
  return -1;
}

std::uintmax_t largest_file_in(const std::string& directory, std::uintmax_t& sum) {
  std::uintmax_t largest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    largest = std::max(largest, entry.file_size());
    sum += entry.file_size();
  }
  return largest;
}

/// The configuration of the fixture's directory, with this text in its place.
node_fixture::command_end up_with(const node_fixture& node, const std::string& config) {
  const auto file = node.directory() + "/bad.json";
  std::ofstream(file) << config;
  return node.command(
      {"-c", file, "--state-dir", node.state_dir(), "up", "--listen", "127.0.0.1:0"}, account::own);
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_input)

BOOST_AUTO_TEST_CASE(a_bad_configuration_ends_with_two_and_names_the_place_and_the_nearest_key) {
  const node_fixture node;
  auto end = up_with(node, R"({"node":{"listn":"127.0.0.1:0"}})");
  BOOST_TEST(end.code == 2);
  BOOST_TEST(has(end.text, "listn"), end.text);
  BOOST_TEST(has(end.text, "did you mean \"listen\""), end.text);
  end = up_with(node, R"({"mcpServers":{"a":{"comand":"x"}}})");
  BOOST_TEST(end.code == 2);
  BOOST_TEST(has(end.text, "did you mean \"command\""), end.text);
  end = up_with(node, "{\n  \"node\": {,}\n}\n");
  BOOST_TEST(end.code == 2);
  BOOST_TEST(has(end.text, "bad.json:2:12: "), end.text);
  BOOST_TEST(census(node.marker()).empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_server_is_told_on_its_path_and_by_the_command_line) {
  node_fixture node;
  start_beside_ok(node);
  const auto reply = talker(node, "/mcp/nobody", era::modern).call("echo");
  BOOST_TEST(reply.status == 404);
  BOOST_TEST(reply.error_message() ==
             "no server is named \"nobody\"; GET /api/v1/servers lists those there are");
  for (const char* command : {"why", "logs", "stop", "restart", "start"}) {
    const auto end =
        node.command({command, "nobody", "--state-dir", node.state_dir()}, account::own);
    BOOST_TEST(end.code == 4, command << ": " << end.text);
    BOOST_TEST(has(end.text, "nobody"), end.text);
  }
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_repository_that_cannot_be_cloned_fails_its_server_alone) {
  node_fixture node;
  node.add("nowhere", {{"git", "file:///no/such/repository"}});
  node.add("closed", {{"git", "http://127.0.0.1:1/x.git"}});
  start_beside_ok(node);
  BOOST_REQUIRE(node.wait_for_status("nowhere", "failed"));
  BOOST_REQUIRE(node.wait_for_status("closed", "failed"));
  auto reason = reason_of(node, "nowhere");
  BOOST_TEST(reason.starts_with("clone: "), reason);
  BOOST_TEST(has(reason, "cannot clone file:///no/such/repository"), reason);
  BOOST_TEST(has(reason, "No such file or directory"), reason);
  reason = reason_of(node, "closed");
  BOOST_TEST(has(reason, "cannot clone http://127.0.0.1:1/x.git"), reason);
  BOOST_TEST(has(reason, "refused"), reason);
  const auto reply = talker(node, "/mcp/closed", era::modern).call("echo");
  BOOST_TEST(has(reply.error_message(), "server \"closed\" is not ready, it is failed"),
             reply.told());
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_build_backend_that_raises_is_quoted_in_the_reason) {
  node_fixture node;
  const auto at = node.directory() + "/fixtures";
  const auto script =
      "set -e; '" TOOLSCORE_SOURCE_DIR "/examples/make-fixtures' '" + at + "' >/dev/null; cd '" +
      at +
      "/weather-python'; echo 'raise RuntimeError(\"broken on purpose\")' "
      "> build_backend/wheel_backend.py; git -c user.name=t -c user.email=t@localhost "
      "commit -qam broken";
  BOOST_REQUIRE(std::system(script.c_str()) == 0);
  node.add("weather", {{"git", "file://" + at + "/weather-python"}});
  start_beside_ok(node);
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("weather", "failed", 90s), node.log());
  const auto reason = reason_of(node, "weather");
  BOOST_TEST(reason.starts_with("pip: "), reason);
  BOOST_TEST(has(reason, "pip install"), reason);
  BOOST_TEST(has(reason, "exit 1"), reason);
  BOOST_TEST(has(reason, "RuntimeError: broken on purpose"), reason);
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_command_that_is_not_there_is_named_with_the_path_it_was_sought_in) {
  node_fixture node;
  node.add("named", {{"command", "no-such-program"}});
  node.add("absolute", {{"command", "/no/such/program"}});
  start_beside_ok(node);
  BOOST_REQUIRE(node.wait_for_status("named", "crash_loop", 30s));
  BOOST_REQUIRE(node.wait_for_status("absolute", "crash_loop", 30s));
  auto reason = reason_of(node, "named");
  BOOST_TEST(has(reason, "no-such-program"), reason);
  BOOST_TEST(has(reason, "PATH"), reason);
  BOOST_TEST(has(reason, std::getenv("PATH")), reason);
  reason = reason_of(node, "absolute");
  BOOST_TEST(has(reason, "/no/such/program"), reason);
  const auto reply = talker(node, "/mcp/named", era::modern).call("echo");
  BOOST_TEST(has(reply.error_message(), "no-such-program"), reply.told());
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_server_that_exits_at_start_is_parked_with_its_last_line) {
  node_fixture node;
  node.add_fault("exits", {"--exit-at-start", "7"});
  start_beside_ok(node);
  BOOST_REQUIRE(node.wait_for_status("exits", "crash_loop", 30s));
  const auto reason = reason_of(node, "exits");
  BOOST_TEST(reason == "exited with code 7: before it was ready; its last line: fault_server: "
                       "exits at start with 7");
  const auto reply = talker(node, "/mcp/exits", era::modern).call("echo");
  BOOST_TEST(has(reply.error_message(), "server \"exits\" is not ready, it is crash_loop"),
             reply.told());
  const auto& facts = member_of(member_of(member_of(reply.body, "error"), "data"), "toolscore");
  BOOST_TEST(text_of(facts, "code") == "server_not_ready");
  BOOST_TEST(text_of(facts, "state") == "crash_loop");
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(the_last_line_is_shown_without_its_secrets) {
  node_fixture node;
  const std::string token = "ghp_" + std::string(35, 'a') + "1";
  node.add("leaky", {{"command", "python3"},
                     {"args", {"-c", "import sys; sys.exit('refused: token " + token + "')"}}});
  start_beside_ok(node);
  BOOST_REQUIRE(node.wait_for_status("leaky", "crash_loop", 30s));
  const auto reason = reason_of(node, "leaky");
  BOOST_TEST(has(reason, "its last line: refused: token"), reason);
  BOOST_TEST(!has(reason, token), reason);
  const auto reply = talker(node, "/mcp/leaky", era::modern).call("echo");
  BOOST_TEST(has(reply.error_message(), "refused: token"), reply.told());
  BOOST_TEST(!has(reply.told(), token), reply.told());
  end_well(node);
}

BOOST_AUTO_TEST_CASE(lines_that_are_no_json_are_counted_and_harm_no_call) {
  node_fixture node;
  node.add_fault("noisy", {"--garbage"});
  start_beside_ok(node);
  BOOST_REQUIRE(node.wait_for_status("noisy", "ready"));
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(node.modern_call("noisy", "echo", {{"text", "clear"}}).text() == "clear");
  // One line at the start, and two around each of at least seven answers.
  BOOST_TEST(eventually([&] { return number_of(node.row("noisy"), "garbage_lines") >= 11; }));
  BOOST_TEST(number_of(node.row("noisy"), "restarts") == 0);
  BOOST_TEST(number_of(node.row("ok"), "garbage_lines") == 0);
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_line_of_100_mb_fails_its_call_and_leaves_memory_and_neighbours_alone) {
  node_fixture node;
  node.add_fault("huge", {"--huge-line", "100000000", "--slow", "4000"});
  start_beside_ok(node);
  BOOST_REQUIRE(node.wait_for_status("huge", "ready"));
  const auto pid = node.pid_of("huge");
  const auto before = kib_of(node.pid(), "VmRSS");
  auto slow = node.call_later("huge", "slow");
  BOOST_REQUIRE(eventually([&] { return number_of(node.row("huge"), "in_flight") == 1; }));
  auto huge = std::async(std::launch::async, [&] {
    return talker(node, "/mcp/huge", era::modern).call("echo", {{"text", "x"}}, 20s);
  });
  do {
    const auto answer = node.modern_call("ok", "echo", {{"text", "meanwhile"}}, 5s);
    BOOST_TEST(answer.text() == "meanwhile", answer.told());
  } while (huge.wait_for(0s) != std::future_status::ready);
  const auto reply = huge.get();
  BOOST_TEST(reply.status == 200, reply.told());
  BOOST_TEST(reply.error_message() ==
             "server \"huge\" broke the limit of one message: its answer was a line over 67108864 "
             "bytes; ask it for less");
  BOOST_TEST(reply.body["error"]["data"]["toolscore"]["code"] == "too_large", reply.told());
  const auto grown = kib_of(node.pid(), "VmHWM") - before;
  BOOST_TEST_MESSAGE("the node's memory grew by at most " << grown << " KiB");
  BOOST_TEST(grown < 200 * 1024);
  // The instance and its other calls live on, and the line is one more that was no message.
  const auto other = slow.get();
  BOOST_TEST(other.text() == "slow", other.told());
  BOOST_TEST(node.modern_call("huge", "pid").good());
  BOOST_TEST(node.pid_of("huge") == pid);
  const auto row = node.row("huge");
  BOOST_TEST(number_of(row, "restarts") == 0);
  BOOST_TEST(number_of(row, "garbage_lines") == 1);
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_takes_bounded_memory_and_harms_no_neighbour) {
  node_fixture node;
  node.add("endless", {{"command", "cat"},
                       {"args", {"/dev/zero"}},
                       {"start_timeout", "2s"},
                       {"restart", "temporary"}});
  start_beside_ok(node);
  const auto before = kib_of(node.pid(), "VmRSS");
  BOOST_REQUIRE(node.wait_for_status("endless", "completed", 30s));
  BOOST_TEST(has(reason_of(node, "endless"), "not ready within its start timeout"));
  BOOST_TEST(number_of(node.row("endless"), "garbage_lines") == 1);
  BOOST_TEST(kib_of(node.pid(), "VmHWM") - before < 200 * 1024);
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_flood_of_stderr_stops_no_server_and_its_logs_are_bounded) {
  node_fixture node;
  node.add_fault("loud", {"--flood-stderr", "25000000"});
  start_beside_ok(node);
  BOOST_REQUIRE(node.wait_for_status("loud", "ready", 30s));
  BOOST_TEST(node.modern_call("loud", "echo", {{"text", "heard"}}).text() == "heard");
  const auto logs = node.ask("GET", "/api/v1/servers/loud/logs?lines=1000");
  BOOST_TEST(logs.status == 200);
  BOOST_TEST(logs.body.size() > 1'000u);
  BOOST_TEST(logs.body.size() <= (1u << 20));
  std::uintmax_t sum = 0;
  const auto largest = largest_file_in(node.state_dir() + "/logs", sum);
  BOOST_TEST(largest <= (10u << 20));
  BOOST_TEST(sum <= (100u << 20));
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_body_over_64_mib_is_refused_with_413) {
  node_fixture node;
  start_beside_ok(node);
  const std::string body((std::size_t{64} << 20) + 1, ' ');
  const auto before = kib_of(node.pid(), "VmRSS");
  const auto refused = node.post_mcp("/mcp/ok", body);
  BOOST_TEST(refused.status == 413);
  BOOST_TEST(has(refused.body, "the body is over 67108864 bytes"), refused.body);
  BOOST_TEST(kib_of(node.pid(), "VmHWM") - before < 32 * 1024);
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused_with_400_and_its_json_rpc_code) {
  node_fixture node;
  start_beside_ok(node);
  const struct {
    const char* body;
    int code;
    const char* message;
  } rows[]{{"", -32700, ""},
           {"{", -32700, ""},
           {"{\"jsonrpc\":\"2.0\",", -32700, ""},
           {"3", -32600, "a message must be an object"},
           {"[]", -32600, "batches are not accepted"},
           {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", -32600, "batches are not accepted"},
           {R"({"id":1,"method":"ping"})", -32600, "jsonrpc must be \"2.0\""},
           {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", -32600, "jsonrpc must be \"2.0\""},
           {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600, "must not be null"},
           {R"({"jsonrpc":"2.0","id":1})", -32600, ""},
           {R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", -32600, "Mcp-Session-Id"}};
  for (const char* path : {"/mcp", "/mcp/ok"})
    for (const auto& row : rows) {
      const auto reply = read_reply(node.post_mcp(path, row.body));
      BOOST_TEST_CONTEXT(path << " " << row.body << " -> " << reply.told()) {
        BOOST_TEST(reply.status == 400);
        BOOST_TEST(reply.error_code() == row.code);
        BOOST_TEST(has(reply.error_message(), row.message));
      }
    }
  BOOST_TEST(node.post_mcp("/mcp/ok", "{}", {{"Content-Type", "text/plain"}}).status == 415);
  BOOST_TEST(node.post_mcp("/mcp/ok", "{}", {{"Accept", "text/html"}}).status == 406);
  BOOST_TEST(node.ask_as_stranger("GET", "/mcp/ok").status == 400);
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(headers_that_contradict_a_modern_body_are_refused_with_their_code) {
  node_fixture node;
  start_beside_ok(node);
  const talker client(node, "/mcp/ok", era::modern);
  const reply_json params{{"name", "echo"}, {"arguments", {{"text", "x"}}}};
  const struct {
    const char* header;
    const char* value;
    int code;
  } rows[]{{"Mcp-Name", "pid", -32020},
           {"Mcp-Method", "tools/list", -32020},
           {"MCP-Protocol-Version", "2099-01-01", -32020},
           {"MCP-Protocol-Version", legacy_protocol, -32020}};
  for (const auto& row : rows) {
    const auto reply = client.ask("tools/call", params, 30s, {{row.header, row.value}});
    BOOST_TEST_CONTEXT(row.header << ": " << row.value << " -> " << reply.told()) {
      BOOST_TEST(reply.status == 400);
      BOOST_TEST(reply.error_code() == row.code);
      BOOST_TEST(reply.error_message() ==
                 std::string("the header ") + row.header + " does not say what the body says");
    }
  }
  const auto later = R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{)"
                     R"("io.modelcontextprotocol/protocolVersion":"2099-01-01",)"
                     R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  const auto reply = read_reply(node.post_mcp(
      "/mcp/ok", later, {{"MCP-Protocol-Version", "2099-01-01"}, {"Mcp-Method", "tools/list"}}));
  BOOST_TEST(reply.status == 400, reply.told());
  BOOST_TEST(reply.error_code() == -32022, reply.told());
  BOOST_TEST(has(reply.text, modern_protocol), reply.told());
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
