#include "mcp/envelope.hpp"
#include "mcp/translate.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

namespace {

constexpr auto L = era::legacy;
constexpr auto M = era::modern;

std::string down(const std::string& line, era client, era server, std::string_view method) {
  scanner scan;
  const auto read = scan.scan(line);
  BOOST_TEST_REQUIRE(bool(read), line);
  downstream_answer answer;
  answer.id_raw = R"("caller")";
  answer.client = client;
  answer.server = server;
  answer.method = method;
  answer.uri_raw = R"("test:\/\/x")";
  const std::string text = to_client(line, *read, answer);
  BOOST_TEST(bool(scan.scan(text)), text);
  return text;
}

std::string with_result(const std::string& result) {
  return R"({"jsonrpc":"2.0","id":42,"result":)" + result + "}";
}

std::string result_of(const std::string& result, era client, era server, std::string_view method) {
  const auto text = down(with_result(result), client, server, method);
  BOOST_TEST(json::parse(text)["id"] == "caller", text);
  const std::string head = R"({"jsonrpc":"2.0","id":"caller","result":)";
  BOOST_TEST_REQUIRE(text.substr(0, head.size()) == head);
  return text.substr(head.size(), text.size() - head.size() - 1);
}

std::string with_error(int code, const std::string& data = {}) {
  return R"({"jsonrpc":"2.0","id":42,"error":{"code":)" + std::to_string(code) +
         R"(,"message":"why")" + (data.empty() ? "" : ",\"data\":" + data) + "}}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(translate)

BOOST_AUTO_TEST_CASE(within_one_era_only_the_id_changes) {
  const std::string result = R"({"resultType":"x", "ttlMs":1,"a" : [1.0]})";
  BOOST_TEST(result_of(result, M, M, "tools/call") == result);
  BOOST_TEST(result_of(result, L, L, "tools/call") == result);
  BOOST_TEST(down(R"({"result":{"id":42},"id":42,"jsonrpc":"2.0"})", L, L, "x") ==
             R"({"result":{"id":42},"id":"caller","jsonrpc":"2.0"})");
  BOOST_TEST(down(with_error(-32001), L, L, "x") ==
             R"({"jsonrpc":"2.0","id":"caller","error":{"code":-32001,"message":"why"}})");
  BOOST_TEST(down("{\"jsonrpc\":\"2.0\",\r\"id\":42,\"result\":{}}", L, L, "x") ==
             R"({"jsonrpc":"2.0", "id":"caller","result":{}})");
}

BOOST_AUTO_TEST_CASE(a_legacy_result_is_dressed_for_a_modern_client) {
  BOOST_TEST(result_of("{}", M, L, "tools/call") == R"({"resultType":"complete"})");
  BOOST_TEST(result_of(R"({"content":[]})", M, L, "tools/call") ==
             R"({"resultType":"complete","content":[]})");
  BOOST_TEST(result_of(R"({"tools":[]})", M, L, "tools/list") ==
             R"({"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":[]})");
  BOOST_TEST(result_of(R"({"ttlMs":5,"contents":[]})", M, L, "resources/read") ==
             R"({"resultType":"complete","cacheScope":"private","ttlMs":5,"contents":[]})");
  const std::string whole = R"({"resultType":"complete","ttlMs":5,"cacheScope":"public"})";
  BOOST_TEST(result_of(whole, M, L, "tools/list") == whole);
}

BOOST_AUTO_TEST_CASE(a_modern_result_is_stripped_for_a_legacy_client) {
  BOOST_TEST(
      result_of(
          R"({"resultType":"complete","tools":[{"ttlMs":1}],"ttlMs":5,"cacheScope":"public"})", L,
          M, "tools/list") == R"({"tools":[{"ttlMs":1}]})");
  BOOST_TEST(result_of(R"({"resultType":"complete"})", L, M, "x") == "{}");
  BOOST_TEST(
      result_of(R"({"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"},"mine":1},"a":1})",
                L, M, "x") == R"({"_meta":{"mine":1},"a":1})");
}

BOOST_AUTO_TEST_CASE(a_result_that_a_legacy_client_cannot_go_on_from_becomes_an_error) {
  const std::string asks = R"({"resultType":"input_required","requestState":"s"})";
  const auto tool = json::parse(down(with_result(asks), L, M, "tools/call"));
  BOOST_TEST(tool["result"]["isError"] == true);
  BOOST_TEST(tool["result"]["content"][0]["type"] == "text");
  const auto prompt = json::parse(down(with_result(asks), L, M, "prompts/get"));
  BOOST_TEST(prompt["error"]["code"] == -32603);
  BOOST_TEST(prompt["id"] == "caller");
}

BOOST_AUTO_TEST_CASE(error_codes_are_those_that_the_clients_era_knows) {
  struct row {
    era client;
    era server;
    int from;
    int to;
    const char* method;
    std::string data;
  };
  const std::string uri = R"({"uri":"test://x"})";
  const std::vector<row> rows{{L, L, -32000, -32000, "x", ""},
                              {L, L, -32042, -32042, "x", ""},
                              {L, L, -32050, -32050, "x", ""},
                              {M, L, -32601, -32601, "x", ""},
                              {M, L, -32000, -32603, "x", ""},
                              {M, L, -32019, -32603, "x", ""},
                              {M, L, -32050, -32603, "x", ""},
                              {M, L, -32042, -32603, "x", ""},
                              {M, L, -32021, -32603, "x", ""},
                              {M, M, -32021, -32021, "x", ""},
                              {M, M, -32020, -32603, "x", ""},
                              {M, M, -32022, -32603, "x", ""},
                              {M, M, -32602, -32602, "resources/read", uri},
                              {M, L, -32002, -32602, "resources/read", uri},
                              {L, M, -32602, -32002, "resources/read", uri},
                              {L, M, -32602, -32602, "resources/read", ""},
                              {L, M, -32602, -32602, "tools/call", uri},
                              {L, L, -32002, -32002, "resources/read", uri},
                              {L, M, -32020, -32603, "x", ""},
                              {L, M, -32021, -32603, "prompts/get", ""},
                              {L, M, -32099, -32603, "x", ""},
                              {M, L, -32100, -32100, "x", ""},
                              {M, L, -1, -1, "x", ""},
                              {M, L, 7, 7, "x", ""}};
  for (const auto& x : rows) {
    const auto told = json::parse(down(with_error(x.from, x.data), x.client, x.server, x.method));
    BOOST_TEST(told["error"]["code"] == x.to, x.from << " " << x.method);
    BOOST_TEST(told["error"]["message"].get<std::string>().ends_with("why"));
    BOOST_TEST(told["id"] == "caller");
    if (x.to == -32603) {
      BOOST_TEST(told["error"]["data"]["upstreamCode"] == x.from);
      BOOST_TEST(told["error"]["data"]["upstreamMessage"] == "why");
    } else if (!x.data.empty()) {
      BOOST_TEST(told["error"]["data"] == json::parse(x.data));
    }
  }
}

BOOST_AUTO_TEST_CASE(resource_not_found_names_the_uri_for_a_modern_client) {
  const auto told = json::parse(down(with_error(-32002), M, L, "resources/read"));
  BOOST_TEST(told["error"]["data"]["uri"] == "test://x");
}

BOOST_AUTO_TEST_CASE(a_capability_that_a_legacy_client_cannot_declare_is_a_failure_of_the_tool) {
  const auto told = json::parse(down(with_error(-32021), L, M, "tools/call"));
  BOOST_TEST(told["result"]["isError"] == true);
}

BOOST_AUTO_TEST_CASE(an_error_without_a_readable_code_becomes_an_internal_error) {
  const auto told = json::parse(
      down(R"({"jsonrpc":"2.0","id":42,"error":{"message":"why","code":"E"}})", M, L, "x"));
  BOOST_TEST(told["error"]["code"] == -32603);
}

BOOST_AUTO_TEST_CASE(the_status_of_an_error_follows_the_clients_era) {
  BOOST_TEST(http_status_of(L, -32601) == 200);
  BOOST_TEST(http_status_of(M, -32601) == 404);
  for (const int code : {-32020, -32021, -32022}) BOOST_TEST(http_status_of(M, code) == 400);
  for (const int code : {-32603, -32602, -32019, -32023, 5})
    BOOST_TEST(http_status_of(M, code) == 200);
}

BOOST_AUTO_TEST_CASE(the_code_of_an_error_is_an_integer_or_nothing) {
  BOOST_TEST(error_code(R"({"message":"code","code":-32601})").value_or(0) == -32601);
  BOOST_TEST(!error_code(R"({"code":"x"})"));
  BOOST_TEST(!error_code(R"({"code":1.5})"));
  BOOST_TEST(!error_code("{}"));
}

BOOST_AUTO_TEST_SUITE_END()
