#include "bench/call_text.hpp"

#include "bench/mcp_answers.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;
using nlohmann::json;

namespace {

const endpoint_address here{"127.0.0.1", 8088, "/mcp/bench"};

std::string_view body_of(std::string_view request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

/// What the instant server would answer, as an HTTP answer.
http_answer answered(std::string_view request, std::string& line) {
  line.clear();
  append_instant_answer(line, body_of(request), false);
  http_answer answer;
  answer.head.status = 200;
  answer.plain = line;
  return answer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(call_text)

BOOST_AUTO_TEST_CASE(an_endpoint_is_read_from_its_url_or_refused) {
  endpoint_address at;
  BOOST_TEST(read_endpoint("http://localhost:8088/mcp/bench", at));
  BOOST_TEST(at.host == "127.0.0.1");
  BOOST_TEST(at.port == 8088);
  BOOST_TEST(at.path == "/mcp/bench");
  BOOST_TEST(read_endpoint("http://10.0.0.1:1", at));
  BOOST_TEST(at.path == "/");
  for (const auto* url :
       {"", "127.0.0.1:80", "https://127.0.0.1:80/", "http://127.0.0.1/", "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/", "http://:80/", "http://a:1x/"})
    BOOST_TEST(!read_endpoint(url, at), url);
}

BOOST_AUTO_TEST_CASE(a_legacy_call_carries_its_session_and_version_and_no_meta) {
  call_writer writer{here, era::legacy, 64};
  writer.use_session("s-1");
  const std::string request{writer.call(first_call_id + 7)};
  BOOST_TEST(request.find("\r\nMcp-Session-Id: s-1\r\n") != std::string::npos);
  BOOST_TEST(request.find("\r\nMCP-Protocol-Version: 2025-11-25\r\n") != std::string::npos);
  BOOST_TEST(request.find("Mcp-Method") == std::string::npos);
  const json body = json::parse(body_of(request));
  BOOST_TEST(body["id"] == first_call_id + 7);
  BOOST_TEST(body["params"]["arguments"]["text"] == std::string(writer.expected_text()));
  BOOST_TEST(writer.expected_text().size() == 64u);
  BOOST_TEST(!body["params"].contains("_meta"));
  BOOST_TEST(writer.opening().find("MCP-Protocol-Version") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_modern_call_carries_what_the_era_requires_in_head_and_body) {
  call_writer writer{here, era::modern, 64};
  const std::string request{writer.call(first_call_id)};
  for (const auto* header : {"\r\nMCP-Protocol-Version: 2026-07-28\r\n",
                             "\r\nMcp-Method: tools/call\r\n", "\r\nMcp-Name: echo\r\n"})
    BOOST_TEST(request.find(header) != std::string::npos, header);
  const json meta = json::parse(body_of(request))["params"]["_meta"];
  BOOST_TEST(meta["io.modelcontextprotocol/protocolVersion"] == "2026-07-28");
  BOOST_TEST(meta["io.modelcontextprotocol/clientCapabilities"].is_object());
  const json opening = json::parse(body_of(writer.opening()));
  BOOST_TEST(opening["method"] == "server/discover");
}

BOOST_AUTO_TEST_CASE(all_requests_of_a_run_are_whole_http_of_the_same_length) {
  call_writer writer{here, era::modern, 200};
  const std::size_t size = writer.call(first_call_id).size();
  const std::string last{writer.call(first_call_id * 9)};
  http_head head;
  BOOST_TEST((read_request_head(last, head) == http_progress::complete));
  BOOST_TEST(head.size + head.content_length == size);
  BOOST_TEST(head.content_length == writer.body_bytes());
  BOOST_TEST(last.size() == size);
}

BOOST_AUTO_TEST_CASE(only_the_answer_to_this_very_call_is_accepted) {
  for (const era spoken : {era::legacy, era::modern}) {
    call_writer writer{here, spoken, 64};
    std::string line;
    const auto answer = answered(writer.call(first_call_id + 1), line);
    BOOST_TEST(answers_call(answer, first_call_id + 1, writer.expected_text()));
    BOOST_TEST(!answers_call(answer, first_call_id + 2, writer.expected_text()));
    BOOST_TEST(!answers_call(answer, first_call_id + 1, "another text"));
    auto failed = answer;
    failed.head.status = 500;
    BOOST_TEST(!answers_call(failed, first_call_id + 1, writer.expected_text()));
    BOOST_TEST(json::parse(line)["result"].contains("resultType") == (spoken == era::modern));
  }
}

BOOST_AUTO_TEST_CASE(an_answer_in_an_event_stream_counts_and_a_notification_there_does_not) {
  call_writer writer{here, era::legacy, 64};
  std::string line;
  auto answer = answered(writer.call(first_call_id), line);
  const std::string stream =
      "event: message\ndata: {\"method\":\"notifications/x\"}\n\nevent: message\ndata: " + line +
      "\n";
  answer.event_stream = true;
  answer.plain = stream;
  BOOST_TEST(answers_call(answer, first_call_id, writer.expected_text()));
  answer.plain = std::string_view(stream).substr(0, 54);
  BOOST_TEST(!answers_call(answer, first_call_id, writer.expected_text()));
}

BOOST_AUTO_TEST_CASE(an_error_is_no_result) {
  http_answer answer;
  answer.head.status = 200;
  answer.plain = R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"result"}})";
  BOOST_TEST(!answers_result(answer));
  answer.plain = R"({"jsonrpc":"2.0","id":1,"result":{}})";
  BOOST_TEST(answers_result(answer));
}

BOOST_AUTO_TEST_SUITE_END()
