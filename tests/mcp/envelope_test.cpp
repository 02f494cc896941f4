#include "mcp/envelope.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;

namespace {

struct good_row {
  std::string text;
  message_kind kind;
  std::string id;
  std::string method;
  std::string name;
  std::string token;
};

std::string nested(std::size_t depth) {
  return R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":)" + std::string(depth, '[') +
         std::string(depth, ']') + "}}";
}

scan_fault fault_of(const std::string& text) {
  scanner scan;
  const auto read = scan.scan(text);
  if (read) return scan_fault::none;
  BOOST_TEST(!read.failure().detail.empty());
  return scan.fault();
}

} // namespace

BOOST_AUTO_TEST_SUITE(envelope)

BOOST_AUTO_TEST_CASE(every_shape_of_message_is_told_apart_and_its_parts_are_found) {
  const std::vector<good_row> rows{
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", message_kind::request, "1", R"("ping")", "",
       ""},
      {R"({"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"n","arguments":{"x":[1]},"_meta":{"progressToken":"t"}}})",
       message_kind::request, R"("a")", R"("tools/call")", R"("n")", R"("t")"},
      {R"({"params":{"_meta":{"x":1,"progressToken":-5},"name":"p"},"method":"prompts/get","id":0,"jsonrpc":"2.0"})",
       message_kind::request, "0", R"("prompts/get")", R"("p")", "-5"},
      {R"({"jsonrpc":"2.0","id":9,"method":"resources/read","params":{"uri":"file:///x","name":"no"}})",
       message_kind::request, "9", R"("resources/read")", R"("file:///x")", ""},
      {R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":0.5}})",
       message_kind::notification, "", R"("notifications/progress")", "", "7"},
      {R"({"jsonrpc":"2.0","id":1,"result":{}})", message_kind::response, "1", "", "", ""},
      {R"({"jsonrpc":"2.0","id":"s","error":{"code":-1,"message":"m"}})",
       message_kind::error_response, R"("s")", "", "", ""},
      {R"({"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m"}})",
       message_kind::error_response, "", "", "", ""},
      {R"({"jsonrpc":"2.0","error":{"code":-1,"message":"m"}})", message_kind::error_response, "",
       "", "", ""},
      {" \r\n{ \"jsonrpc\" :\t\"2.0\" ,\n\"id\": 5 , \"method\" : \"tools\\/call\" , \"params\" : "
       "{ "
       "\"name\" : \"n\" } }\n",
       message_kind::request, "5", R"("tools\/call")", R"("n")", ""},
      {R"({"json\u0072pc":"2.0","\u0069d":5,"meth\u006fd":"x"})", message_kind::request, "5",
       R"("x")", "", ""},
      {R"({"jsonrpc":"2.0","id":5,"method":"tools/list","other":[{"id":6}],"params":{"cursor":""}})",
       message_kind::request, "5", R"("tools/list")", "", ""},
      {R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":5}})",
       message_kind::request, "5", R"("tools/call")", "", ""}};
  for (const auto& row : rows) {
    scanner scan;
    const auto read = scan.scan(row.text);
    BOOST_TEST_REQUIRE(bool(read), row.text);
    BOOST_TEST(int(read->kind) == int(row.kind), row.text);
    BOOST_TEST(read->id.of(row.text) == row.id, row.text);
    BOOST_TEST(read->method.of(row.text) == row.method, row.text);
    BOOST_TEST(read->name.of(row.text) == row.name, row.text);
    BOOST_TEST(read->progress_token.of(row.text) == row.token, row.text);
  }
}

BOOST_AUTO_TEST_CASE(objects_are_found_with_their_braces) {
  const std::string call =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params": {"name":"n", "arguments": {"a": "}"} ,"_meta":{ }} })";
  scanner scan;
  const auto read = scan.scan(call);
  BOOST_TEST_REQUIRE(bool(read));
  BOOST_TEST(read->params.of(call) == R"({"name":"n", "arguments": {"a": "}"} ,"_meta":{ }})");
  BOOST_TEST(read->arguments.of(call) == R"({"a": "}"})");
  BOOST_TEST(read->meta.of(call) == "{ }");
  const std::string answer = R"({"result": {"a":[1,2]} ,"jsonrpc":"2.0","id":1})";
  BOOST_TEST(scan.scan(answer)->result.of(answer) == R"({"a":[1,2]})");
  const std::string refusal = R"({"error":{"code":1},"jsonrpc":"2.0","id":1})";
  BOOST_TEST(scan.scan(refusal)->failure.of(refusal) == R"({"code":1})");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_json_is_refused) {
  const std::string head = R"({"jsonrpc":"2.0","id":1,"method":"x","params":)";
  for (const std::string value : {"",
                                  "{",
                                  "{]}",
                                  "[1 2]",
                                  "{\"a\":1,}",
                                  "{\"a\" 1}",
                                  "{a:1}",
                                  "{\"a\":01}",
                                  "{\"a\":+1}",
                                  "{\"a\":1.}",
                                  "{\"a\":.5}",
                                  "{\"a\":1e}",
                                  "{\"a\":-}",
                                  "{\"a\":tru}",
                                  "{\"a\":NaN}",
                                  "{\"a\":\"\\x\"}",
                                  "{\"a\":\"\\u12g4\"}",
                                  "{\"a\":\"\n\"}",
                                  "{\"a\":\"\x01\"}",
                                  "{\"a\":\"open}",
                                  "{\"a\":[}",
                                  "{\"a\":[1,]}",
                                  "{,}",
                                  "{\"a\":'b'}",
                                  "{} /* c */",
                                  "{\"a\":\"\xff\"}",
                                  "{\"a\":\"\xc0\x80\"}",
                                  "{\"a\":\"\xed\xa0\x80\"}",
                                  "{}}"}) {
    BOOST_TEST(int(fault_of(head + value + "}")) == int(scan_fault::syntax), value);
  }
  const std::string whole = R"({"jsonrpc":"2.0","id":1,"method":"x"})";
  for (std::size_t length = 0; length < whole.size(); ++length)
    BOOST_TEST(int(fault_of(whole.substr(0, length))) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of(whole + "x")) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of("0" + whole)) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of("[]" + whole)) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of(whole + whole)) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of(whole + std::string(1, '\0'))) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of("\xef\xbb\xbf" + whole)) == int(scan_fault::syntax));
}

BOOST_AUTO_TEST_CASE(json_that_is_no_message_is_refused_as_such) {
  const std::string j = R"("jsonrpc":"2.0",)";
  for (const std::string& text :
       std::vector<std::string>{"{}",
                                "5",
                                "\"x\"",
                                "null",
                                R"({"id":1,"method":"x"})",
                                R"({"jsonrpc":"1.0","id":1,"method":"x"})",
                                R"({"jsonrpc":2.0,"id":1,"method":"x"})",
                                "{" + j + R"("id":1})",
                                "{" + j + R"("id":null,"method":"x"})",
                                "{" + j + R"("id":1.5,"method":"x"})",
                                "{" + j + R"("id":1e3,"method":"x"})",
                                "{" + j + R"("id":true,"method":"x"})",
                                "{" + j + R"("id":{},"method":"x"})",
                                "{" + j + R"("id":1,"method":5})",
                                "{" + j + R"("id":1,"method":"x","params":[]})",
                                "{" + j + R"("id":1,"method":"x","params":null})",
                                "{" + j + R"("id":1,"method":"x","params":{"_meta":null}})",
                                "{" + j + R"("id":1,"method":"x","result":{}})",
                                "{" + j + R"("id":1,"result":5})",
                                "{" + j + R"("id":1,"result":{},"error":{}})",
                                "{" + j + R"("id":1,"error":"no"})",
                                "{" + j + R"("result":{}})",
                                "{" + j + R"("id":null,"result":{}})"})
    BOOST_TEST(int(fault_of(text)) == int(scan_fault::shape), text);
}

BOOST_AUTO_TEST_CASE(a_member_that_two_parsers_could_read_differently_is_refused) {
  for (
      const std::string& text : std::vector<std::string>{
          R"({"jsonrpc":"2.0","id":1,"id":2,"method":"x"})",
          R"({"jsonrpc":"2.0","id":1,"method":"x","method":"y"})",
          R"({"jsonrpc":"2.0","id":1,"method":"x","meth\u006fd":"y"})",
          R"({"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"x"})",
          R"({"jsonrpc":"2.0","id":1,"method":"x","params":{},"params":{}})",
          R"({"jsonrpc":"2.0","id":1,"result":{},"result":{}})",
          R"({"jsonrpc":"2.0","id":1,"error":{},"error":{}})",
          R"({"jsonrpc":"2.0","id":1,"method":"x","Method":"y"})",
          R"({"jsonrpc":"2.0","id":1,"method":"x","ID":2})",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"param\u017f\":{}}",
          R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}})",
          R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","n\u0061me":"b"}})",
          R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}})",
          R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","ARGUMENTS":{}}})",
          R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{},"_meta":{}}})",
          R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"progressToken":1,"progressToken":2}}})"})
    BOOST_TEST(int(fault_of(text)) == int(scan_fault::shape), text);
  // Inside what we only carry, anything goes.
  BOOST_TEST(
      int(fault_of(
          R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"id":1,"id":2,"Name":3}}})")) ==
      int(scan_fault::none));
  BOOST_TEST(int(fault_of(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"Name":1}})")) ==
             int(scan_fault::none));
}

BOOST_AUTO_TEST_CASE(a_batch_is_refused_as_a_batch) {
  BOOST_TEST(int(fault_of("[]")) == int(scan_fault::batch));
  BOOST_TEST(int(fault_of(" [{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}] ")) ==
             int(scan_fault::batch));
  BOOST_TEST(int(fault_of("[1,")) == int(scan_fault::syntax));
}

BOOST_AUTO_TEST_CASE(nesting_is_followed_down_to_its_limit_and_no_deeper) {
  BOOST_TEST(int(fault_of(nested(nesting_max))) == int(scan_fault::none));
  BOOST_TEST(int(fault_of(nested(nesting_max + 1))) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of(nested(1'000'000))) == int(scan_fault::syntax));
  BOOST_TEST(int(fault_of(std::string(1'000'000, '['))) == int(scan_fault::syntax));
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_refused_before_it_is_read) {
  BOOST_TEST(int(fault_of(std::string(message_bytes_max + 1, ' '))) == int(scan_fault::too_large));
}

BOOST_AUTO_TEST_CASE(the_id_of_a_bad_message_is_kept_where_it_can_be_read) {
  scanner scan;
  const std::string bad_version = R"({"jsonrpc":"1.0","method":"x","id":"k"})";
  BOOST_TEST(!scan.scan(bad_version));
  BOOST_TEST(scan.readable().id.of(bad_version) == R"("k")");
  for (const std::string text : {R"({"jsonrpc":"2.0","id":null,"method":"x"})",
                                 R"({"jsonrpc":"2.0","id":1,"id":2,"method":"x"})",
                                 R"({"jsonrpc":"2.0","id":1,"method":"x")", R"([{"id":1}])"}) {
    BOOST_TEST(!scan.scan(text));
    BOOST_TEST(!bool(scan.readable().id), text);
  }
}

BOOST_AUTO_TEST_CASE(a_bad_message_is_known_for_a_call_where_that_is_beyond_doubt) {
  struct row {
    std::string text;
    std::string_view method, name, arguments;
  };
  const std::string_view called = R"("tools/call")";
  const row rows[] = {
      {R"({"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"x":1}}})",
       called, R"("a")", R"({"x":1})"},
      {R"({"id":1.5,"method":"tools/call","params":{"name":"a"}})", called, R"("a")", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]})", called, "", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}})", called,
       "", ""},
      {R"({"id":1,"method":"tools/call","params":{"name":"a"},"params":{"name":"b"}})", called, "",
       ""},
      {R"({"id":1,"method":"tools/call","params":{"name":7,"arguments":{}}})", called, "", "{}"},
      {R"({"id":1,"method":"ping","params":{"name":"a"}})", R"("ping")", "", ""},
      {R"({"method":"tools/call","params":{"name":"a"}})", "", "", ""}, // A notification.
      {R"({"id":1,"method":"tools/call","method":"ping"})", "", "", ""},
      {R"({"id":1,"method":["tools/call"]})", "", "", ""},
      {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","result":{}})", "", "", ""}, // An answer?
      {R"({"id":1,"method":"tools/call","params":{"name":"a"})", "", "", ""},        // No JSON.
      {R"([{"id":1,"method":"tools/call"}])", "", "", ""},
  };
  scanner scan;
  for (const auto& x : rows) BOOST_TEST_CONTEXT(x.text) {
      BOOST_TEST(!scan.scan(x.text));
      const auto& read = scan.readable();
      BOOST_TEST(read.method.of(x.text) == x.method);
      BOOST_TEST(read.name.of(x.text) == x.name);
      BOOST_TEST(read.arguments.of(x.text) == x.arguments);
      BOOST_TEST((read.kind == message_kind::request));
    }
}

BOOST_AUTO_TEST_CASE(is_error_is_read_from_the_top_of_a_result_only) {
  const auto fails = [](const std::string& result) {
    scanner scan;
    const auto spans = scan.scan(R"({"jsonrpc":"2.0","id":1,"result":)" + result + "}");
    BOOST_REQUIRE(spans);
    return spans->tool_error;
  };
  BOOST_TEST(fails(R"({"isError":true})"));
  BOOST_TEST(fails(R"({ "content" : [ ] , "isError" : true })"));
  BOOST_TEST(fails(R"({"is\u0045rror":true})"));
  BOOST_TEST(!fails(R"({"isError":false})"));
  // No boolean: nothing says that all went well.
  for (const char* odd : {"null", "0", "1", "\"true\"", "\"false\"", "\"\"", "[]", "{}", "1.5"})
    BOOST_TEST(fails(R"({"isError":)" + std::string(odd) + "}"), odd);
  BOOST_TEST(fails(R"({"isError":"yes","isError":false})"));
  BOOST_TEST(!fails(R"({"content":[{"isError":true}]})"));
  BOOST_TEST(!fails("{}"));
  BOOST_TEST(fails(R"({"isError":true,"isError":false})")); // Whichever the client reads.
  BOOST_TEST(fails(R"({"isError":false,"isError":true})"));
}

BOOST_AUTO_TEST_CASE(meta_is_read_by_its_keys) {
  const std::string meta =
      R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol\/clientCapabilities":{"roots":{}},)"
      R"("toolscore.dev/task":"t1","toolscore.dev/trajectory":"r1","traceparent":"00-x","other":1})";
  const auto view = view_meta(meta);
  BOOST_TEST(view.protocol_version == R"("2026-07-28")");
  BOOST_TEST(view.client_capabilities == R"({"roots":{}})");
  BOOST_TEST(view.client_info.empty());
  BOOST_TEST(view.task == R"("t1")");
  BOOST_TEST(view.trajectory == R"("r1")");
  BOOST_TEST(view.traceparent == R"("00-x")");
  BOOST_TEST(!view.repeated);
  BOOST_TEST(view_meta(R"({"traceparent":"a","traceparent":"b"})").repeated);
  BOOST_TEST(view_meta("").protocol_version.empty());
}

BOOST_AUTO_TEST_SUITE_END()
