#include "node/call_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(call_text)

struct row {
  const char* response;
  const char* out;
  const char* json;
  int code;
};

BOOST_AUTO_TEST_CASE(every_kind_of_answer_is_printed_and_has_its_exit_code) {
  const row table[]{
      {R"({"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"hi"}]}})", "hi\n",
       R"({"content":[{"type":"text","text":"hi"}]})"
       "\n",
       0},
      {R"({"id":2,"result":{"content":[{"type":"text","text":"a\n"},{"type":"text","text":"b"}]}})",
       "a\nb\n", nullptr, 0},
      {R"({"id":2,"result":{"content":[],"structuredContent":{"n":1}}})", "{\n  \"n\": 1\n}\n",
       nullptr, 0},
      {R"({"id":2,"result":{"content":[]}})", "", nullptr, 0},
      {R"({"id":2,"result":{"content":[{"type":"text","text":"no"}],"isError":true}})", "no\n",
       R"({"content":[{"type":"text","text":"no"}],"isError":true})"
       "\n",
       1},
      {R"({"id":2,"result":{"content":[{"type":"text","text":"no"}],"isError":"yes"}})", "no\n",
       R"({"content":[{"type":"text","text":"no"}],"isError":"yes"})"
       "\n",
       1},
      {R"({"id":2,"result":{"content":[{"type":"text","text":"ok"}],"isError":false}})", "ok\n",
       nullptr, 0},
      {R"({"id":2,"result":{"content":[{"type":"image","mimeType":"image/png","data":"AAAA"}]}})",
       "[image image/png, 4 characters of base64; --json has them]\n", nullptr, 0},
      {R"({"id":2,"error":{"code":-32602,"message":"no"}})", "",
       R"({"error":{"code":-32602,"message":"no"}})"
       "\n",
       1},
      {"<html>", "", "", 1},
      {"{}", "", "", 1},
      {"", "", "", 1},
  };
  for (const auto& x : table) {
    BOOST_TEST_CONTEXT(x.response) {
      const auto people = toolscore::call_text(x.response, false);
      BOOST_TEST(people.out == x.out);
      BOOST_TEST(static_cast<int>(people.code) == x.code);
      BOOST_TEST(people.err.empty() == (x.code == 0));
      const auto programs = toolscore::call_text(x.response, true);
      if (x.json != nullptr) BOOST_TEST(programs.out == x.json);
      BOOST_TEST(static_cast<int>(programs.code) == x.code);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_error_shows_what_the_node_knows_about_the_server) {
  const auto answer = toolscore::call_text(
      R"({"id":2,"error":{"code":-32000,"message":"fs: exit 1","data":{"toolscore":
          {"server":"fs","state":"backing_off","exit_code":1,"retry_in_ms":200,"x":null}}}})",
      false);
  BOOST_TEST(answer.err == "error -32000: fs: exit 1\n"
                           "  server fs, state backing_off, exit_code 1, retry_in_ms 200\n");
}

BOOST_AUTO_TEST_CASE(a_tool_cannot_write_control_characters_to_the_terminal) {
  const auto answer = toolscore::call_text(
      R"({"id":2,"result":{"content":[{"type":"text","text":"\u001b]0;x\u0007"}]}})", false);
  BOOST_TEST(answer.out == "?]0;x?\n");
}

BOOST_AUTO_TEST_CASE(of_an_event_stream_the_response_is_taken_and_not_the_progress) {
  const std::string progress = R"({"jsonrpc":"2.0","method":"notifications/progress"})";
  const std::string response = R"({"jsonrpc":"2.0","id":2,"result":{}})";
  const char* type = "text/event-stream; charset=utf-8";
  const std::string stream =
      ": hello\n\nid: 1\ndata: " + progress + "\n\nevent: message\ndata: " + response + "\n\n";
  BOOST_TEST(rpc_message(type, stream) == response);
  std::string crlf;
  for (const char c : stream) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  BOOST_TEST(rpc_message(type, crlf) == response);
  BOOST_TEST(rpc_message(type, "data: " + response) == response); // cut off after its last line
  BOOST_TEST(rpc_message(type, "data: {\"id\":2,\ndata: \"result\":{}}\n\n") ==
             "{\"id\":2,\n\"result\":{}}");
  BOOST_TEST(rpc_message(type, "data: " + progress + "\n\n") == "");
  BOOST_TEST(rpc_message("application/json", response) == response);
}

BOOST_AUTO_TEST_SUITE_END()
