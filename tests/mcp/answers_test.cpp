#include "mcp/answers.hpp"
#include "mcp/envelope.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

namespace {

handshake_result server() {
  handshake_result x;
  x.protocol_version = "2025-06-18";
  x.server_name = "everything";
  x.server_version = "1.2";
  x.capabilities_json =
      R"({"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"logging":{},"experimental":{},"tasks":{}})";
  x.server_info_json = R"({"name":"everything","title":"E","version":"1.2"})";
  x.instructions_json = R"("be \"nice\"")";
  return x;
}

json parse(const std::string& text) {
  scanner scan;
  BOOST_TEST(bool(scan.scan(text)), text);
  BOOST_TEST(text.find('\n') == std::string::npos);
  return json::parse(text);
}

} // namespace

constexpr const char* relayed_capabilities =
    R"({"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},"logging":{}})";

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(an_error_keeps_the_ids_type_and_leaves_it_out_where_there_is_none) {
  BOOST_TEST(error_response("7", -32601, "no \"x\"") ==
             R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no \"x\""}})");
  BOOST_TEST(error_response("", -32700, "m", R"({"a":1})") ==
             R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"m","data":{"a":1}}})");
}

BOOST_AUTO_TEST_CASE(a_failed_call_is_told_to_people_in_one_line_and_to_programs_in_fields) {
  call_failure x;
  x.server = "fs";
  x.state = "starting";
  x.signal = 9;
  x.attempt = 1;
  x.retry_in = std::chrono::milliseconds(0);
  const auto told = parse(failure_response("\"a\"", x));
  BOOST_TEST(told["id"] == "a");
  BOOST_TEST(told["error"]["code"] == -32603);
  BOOST_TEST(
      told["error"]["message"] ==
      "server \"fs\" was killed by signal 9 (SIGKILL) while the call was in flight; restart 1 "
      "in 0 ms");
  BOOST_TEST(
      told["error"]["data"]["toolscore"] ==
      json::parse(
          R"({"server":"fs","state":"starting","code":"server_gone","signal":9,"attempt":1,"retry_in_ms":0})"));
  x.out_of_memory = true;
  BOOST_TEST(parse(failure_response("\"a\"", x))["error"]["data"]["toolscore"]["out_of_memory"] ==
             true);
}

BOOST_AUTO_TEST_CASE(how_the_instance_ended_is_one_word_and_hung_is_none_of_the_deaths) {
  call_failure x;
  x.server = "fs";
  x.detail = "3 pings went unanswered";
  for (int i = 0; i <= static_cast<int>(gone_kind::login_needed); ++i) {
    const auto ended = static_cast<gone_kind>(i);
    const auto told = parse(failure_response("1", x, ended))["error"];
    BOOST_TEST(told["data"]["toolscore"]["ended"] == to_string(ended));
    BOOST_TEST(told["message"] == failure_message(x, ended));
    BOOST_TEST(tells_hung(failure_reason(x, ended)) == (ended == gone_kind::hung));
  }
  BOOST_TEST(failure_message(x, gone_kind::hung) ==
             "server \"fs\" hung while the call was in flight: 3 pings went unanswered");
  BOOST_TEST(!json::parse(failure_json(x)).contains("ended"));
  BOOST_TEST(!tells_hung("a tool that hung while the call was in flight"));
}

BOOST_AUTO_TEST_CASE(every_reason_for_a_failed_call_has_words_on_one_line) {
  for (int i = 1; i <= static_cast<int>(errc::tool_denied); ++i) {
    call_failure x;
    x.code = static_cast<errc>(i);
    x.server = "fs";
    x.detail = "first\nsecond";
    const auto message = failure_message(x);
    BOOST_TEST(message.starts_with("server \"fs\" "), message);
    BOOST_TEST(message.ends_with(": first second"), message);
    BOOST_TEST(parse(failure_response("1", x))["error"]["data"]["toolscore"]["code"] ==
               to_string(x.code));
  }
  call_failure exited;
  exited.server = "fs";
  exited.exit_code = 3;
  BOOST_TEST(failure_message(exited) ==
             "server \"fs\" exited with code 3 while the call was in flight");
}

BOOST_AUTO_TEST_CASE(an_empty_answer_is_complete_in_the_modern_era_only) {
  BOOST_TEST(empty_response("1", era::legacy) == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  BOOST_TEST(empty_response("1", era::modern) ==
             R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}})");
}

BOOST_AUTO_TEST_CASE(one_server_is_shown_as_it_is_but_for_what_we_do_not_relay) {
  const auto told = parse(initialize_response("1", server(), "2025-06-18"))["result"];
  BOOST_TEST(told["protocolVersion"] == "2025-06-18");
  // Before that version there were no titles.
  const auto older = parse(initialize_response("1", server(), "2025-03-26"))["result"];
  BOOST_TEST(older["serverInfo"] == json::parse(R"({"name":"everything","version":"1.2"})"));
  BOOST_TEST(told["serverInfo"] == json::parse(server().server_info_json));
  BOOST_TEST(told["instructions"] == "be \"nice\"");
  BOOST_TEST(told["capabilities"] == json::parse(relayed_capabilities));
}

BOOST_AUTO_TEST_CASE(discover_names_the_newest_version_first_and_the_servers_own_info) {
  const auto told = parse(discover_response("1", server()))["result"];
  BOOST_TEST(told["resultType"] == "complete");
  BOOST_TEST(told["supportedVersions"][0] == "2026-07-28");
  BOOST_TEST(told["ttlMs"] == 0);
  BOOST_TEST(told["cacheScope"] == "private");
  BOOST_TEST(told["capabilities"] == json::parse(relayed_capabilities));
  BOOST_TEST(told["_meta"]["io.modelcontextprotocol/serverInfo"] ==
             json::parse(server().server_info_json));
  BOOST_TEST(!told.contains("serverInfo"));
}

BOOST_AUTO_TEST_CASE(a_server_that_told_nothing_still_gets_a_whole_answer) {
  const auto told = parse(initialize_response("1", {}, "2025-11-25"))["result"];
  BOOST_TEST(told["serverInfo"]["name"] == "");
  BOOST_TEST(told["capabilities"] == json::object());
  BOOST_TEST(!told.contains("instructions"));
  BOOST_TEST(restrict_capabilities("nonsense") == "{}");
}

BOOST_AUTO_TEST_CASE(the_joint_endpoint_is_toolscore_with_tools) {
  const auto opened = parse(gateway_initialize_response("1", "2025-06-18", "hi"))["result"];
  BOOST_TEST(opened["serverInfo"]["name"] == "toolscore");
  BOOST_TEST(opened["protocolVersion"] == "2025-06-18");
  BOOST_TEST(opened["instructions"] == "hi");
  BOOST_TEST(opened["capabilities"] == json::parse(R"({"tools":{}})"));
  const auto found = parse(gateway_discover_response("1"))["result"];
  BOOST_TEST(found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "toolscore");
  BOOST_TEST(!found.contains("instructions"));
}

BOOST_AUTO_TEST_SUITE_END()
