#include "mcp/older_clients.hpp"

#include "mcp/envelope.hpp"
#include "mcp/members.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

namespace {

constexpr const char* first = "2024-11-05";
constexpr const char* second = "2025-03-26";
constexpr const char* third = "2025-06-18";
constexpr const char* last = "2025-11-25";

const std::string whole_tool =
    R"({"name":"t","title":"T","description":"d","inputSchema":{"type":"object","$defs":{"x":{}},)"
    R"("title":"kept"},"outputSchema":{"type":"object"},"annotations":{"readOnlyHint":true},)"
    R"("icons":[],"execution":{"taskSupport":"optional"},"_meta":{"a":1},"own":1.0})";

std::string keys_of(const std::string& object) {
  std::string text;
  for_members(object, [&](std::string_view key, std::string_view) {
    text += decode(key) + " ";
    return true;
  });
  return text;
}

std::string answer(const std::string& result, std::string_view method, std::string_view version) {
  const auto line = R"({"jsonrpc":"2.0","id":1,"result":)" + result + "}";
  scanner scan;
  const auto spans = scan.scan(line);
  BOOST_TEST_REQUIRE(bool(spans), line);
  const auto told = older_response(line, *spans, method, version);
  BOOST_TEST(bool(scan.scan(told)), told);
  const std::string head = R"({"jsonrpc":"2.0","id":1,"result":)";
  BOOST_TEST_REQUIRE(told.starts_with(head), told);
  return told.substr(head.size(), told.size() - head.size() - 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(older_clients)

BOOST_AUTO_TEST_CASE(a_tool_is_told_with_what_the_version_knows) {
  const auto keys = [](const char* version) {
    return keys_of(older_item(whole_tool, served_list::tools, version));
  };
  BOOST_TEST(keys(first) == "name description inputSchema own ");
  BOOST_TEST(keys(second) == "name description inputSchema annotations own ");
  BOOST_TEST(keys(third) ==
             "name title description inputSchema outputSchema annotations _meta own ");
  BOOST_TEST(older_item(whole_tool, served_list::tools, last) == whole_tool);
  // What stays, stays byte for byte.
  BOOST_TEST(older_item(whole_tool, served_list::tools, first) ==
             R"({"name":"t","description":"d","inputSchema":{"type":"object","$defs":{"x":{}},)"
             R"("title":"kept"},"own":1.0})");
}

BOOST_AUTO_TEST_CASE(prompts_and_resources_lose_titles_and_icons) {
  const std::string item = R"({"uri":"x:/","name":"n","title":"T","icons":[1],"annotations":{}})";
  for (const auto kind : {served_list::prompts, served_list::resources, served_list::templates}) {
    BOOST_TEST(keys_of(older_item(item, kind, second)) == "uri name annotations ");
    BOOST_TEST(keys_of(older_item(item, kind, third)) == "uri name title annotations ");
    BOOST_TEST(older_item(item, kind, last) == item);
  }
}

BOOST_AUTO_TEST_CASE(a_schema_that_is_no_object_is_told_to_no_legacy_client) {
  for (const char* schema : {R"({"type":"array"})", R"({"anyOf":[]})", R"({"type":["object"]})",
                             "true", R"({"type":"Object"})"}) {
    const auto tool = R"({"name":"t","outputSchema":)" + std::string(schema) + "}";
    BOOST_TEST(older_item(tool, served_list::tools, last) == R"({"name":"t"})", schema);
    BOOST_TEST(legacy_schemas(R"({"tools":[)" + tool + R"(],"nextCursor":"c"})") ==
               R"({"tools":[{"name":"t"}],"nextCursor":"c"})");
  }
  const std::string good = R"({"tools":[)" + whole_tool + "]}";
  BOOST_TEST(legacy_schemas(good) == good);
}

BOOST_AUTO_TEST_CASE(whole_lists_are_told_so_too) {
  BOOST_TEST(answer(R"({"tools":[)" + whole_tool + "," + whole_tool + R"(],"nextCursor":"c"})",
                    "tools/list", first) ==
             R"({"tools":[)" + older_item(whole_tool, served_list::tools, first) + "," +
                 older_item(whole_tool, served_list::tools, first) + R"(],"nextCursor":"c"})");
  BOOST_TEST(answer(R"({"prompts":[{"name":"p","title":"P"}]})", "prompts/list", second) ==
             R"({"prompts":[{"name":"p"}]})");
  BOOST_TEST(answer(R"({"resourceTemplates":[{"uriTemplate":"x","icons":[]}]})",
                    "resources/templates/list",
                    third) == R"({"resourceTemplates":[{"uriTemplate":"x"}]})");
  const std::string same = R"({"tools":[)" + whole_tool + "]}";
  BOOST_TEST(answer(same, "tools/list", last) == same);
}

BOOST_AUTO_TEST_CASE(content_of_an_unknown_type_becomes_text_and_all_else_stays) {
  const std::string link =
      R"({"type":"resource_link","uri":"file:///a\/b","name":"b \"q\"","mimeType":"x"})";
  const std::string audio = R"({"type":"audio","data":"AAAA","mimeType":"audio/wav"})";
  const std::string text = R"({"type" : "text","text":"resource_link audio"})";
  const auto result = R"({"content":[)" + text + "," + link + "," + audio + R"(],"isError":false})";
  const std::string told_link = R"-({"type":"text","text":"file:///a/b (b \"q\")"})-";
  BOOST_TEST(answer(result, "tools/call", second) ==
             R"({"content":[)" + text + "," + told_link + "," + audio + R"(],"isError":false})");
  const auto oldest = json::parse(answer(result, "tools/call", first));
  BOOST_TEST(oldest["content"].size() == 3u);
  BOOST_TEST(oldest["content"][2]["type"] == "text");
  BOOST_TEST(oldest["content"][2]["text"].get<std::string>().find("audio/wav") !=
             std::string::npos);
  for (const char* version : {third, last})
    BOOST_TEST(answer(result, "tools/call", version) == result);
  BOOST_TEST(answer(R"({"messages":[{"role":"user","content":)" + link + "}]}", "prompts/get",
                    second) == R"({"messages":[{"role":"user","content":)" + told_link + "}]}");
  BOOST_TEST(answer(R"({"messages":[{"role":"user","content":[)" + link + R"(]},7]})",
                    "prompts/get", second) ==
             R"({"messages":[{"role":"user","content":[)" + told_link + R"(]},7]})");
}

BOOST_AUTO_TEST_CASE(structured_content_is_dropped_and_its_text_twin_stays) {
  BOOST_TEST(answer(R"({"structuredContent":{"a":1},"content":[{"type":"text","text":"x"}]})",
                    "tools/call", second) == R"({"content":[{"type":"text","text":"x"}]})");
  const std::string twin = R"([{"type":"text","text":"{\"a\":1}"}])";
  BOOST_TEST(answer(R"({"content":[ ],"structuredContent":{"a":1}})", "tools/call", second) ==
             R"({"content":)" + twin + "}");
  BOOST_TEST(answer(R"({"structuredContent":{"a":1},"isError":true})", "tools/call", second) ==
             R"({"isError":true,"content":)" + twin + "}");
  BOOST_TEST(answer(R"({"structuredContent":{"a":1}})", "tools/call", second) ==
             R"({"content":)" + twin + "}");
}

BOOST_AUTO_TEST_CASE(the_legacy_era_knows_objects_alone_as_structured_content) {
  BOOST_TEST(legacy_structure(R"({"structuredContent":[1],"content":[]})") ==
             R"({"content":[{"type":"text","text":"[1]"}]})");
  BOOST_TEST(legacy_structure(R"({"structuredContent":null})") ==
             R"({"content":[{"type":"text","text":"null"}]})");
  for (const char* same : {R"({"structuredContent":{"a":[1]},"content":[]})", R"({"content":[]})"})
    BOOST_TEST(legacy_structure(same) == same);
}

BOOST_AUTO_TEST_CASE(malformed_answers_stay_as_they_are) {
  for (const char* result : {R"({"tools":7})", R"({"tools":{"a":1}})", R"({"tools":[7,"x",null]})"})
    BOOST_TEST(answer(result, "tools/list", first) == result);
  for (const char* result : {R"({"content":7})", R"({"content":[7,null,{"type":7},{}]})"})
    BOOST_TEST(answer(result, "tools/call", first) == result);
  for (const char* result : {R"({"messages":7})", R"({"messages":[7,{"content":7},{}]})"})
    BOOST_TEST(answer(result, "prompts/get", first) == result);
}

BOOST_AUTO_TEST_CASE(errors_and_other_methods_are_not_looked_at) {
  const std::string line = R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"title"}})";
  scanner scan;
  BOOST_TEST(older_response(line, *scan.scan(line), "tools/call", first) == line);
  const std::string read = R"({"contents":[{"uri":"x","title":"T","type":"audio"}]})";
  BOOST_TEST(answer(read, "resources/read", first) == read);
  BOOST_TEST(!is_told_as_it_is("tools/call", second));
  BOOST_TEST(is_told_as_it_is("tools/call", third));
  BOOST_TEST(!is_told_as_it_is("tools/list", third));
  BOOST_TEST(is_told_as_it_is("tools/list", last));
  BOOST_TEST(is_told_as_it_is("completion/complete", first));
}

BOOST_AUTO_TEST_CASE(what_a_server_says_of_itself_goes_by_the_version_too) {
  const std::string info =
      R"({"name":"s","title":"S","version":"1","icons":[],"websiteUrl":"x","description":"d"})";
  BOOST_TEST(keys_of(older_info(info, second)) == "name version ");
  BOOST_TEST(keys_of(older_info(info, third)) == "name title version ");
  BOOST_TEST(older_info(info, last) == info);
  const std::string capabilities = R"({"tools":{},"completions":{},"logging":{}})";
  BOOST_TEST(older_capabilities(capabilities, first) == R"({"tools":{},"logging":{}})");
  BOOST_TEST(older_capabilities(capabilities, second) == capabilities);
}

BOOST_AUTO_TEST_CASE(progress_of_the_first_version_has_no_message) {
  const std::string line = R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
                           R"({"progressToken":"x","progress":1.50,"message":"m"}})";
  scanner scan;
  const auto spans = scan.scan(line);
  BOOST_TEST(older_progress(line, *spans, second) == line);
  BOOST_TEST(older_progress(line, *spans, first) ==
             R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
             R"({"progressToken":"x","progress":1.50}})");
}

BOOST_AUTO_TEST_CASE(a_form_is_asked_in_the_words_of_the_version) {
  const std::string form =
      R"({"message":"?","requestedSchema":{"type":"object","properties":{)"
      R"("a":{"type":"string","oneOf":[{"const":"x","title":"X"},{"const":"y"}]},)"
      R"("b":{"type":"array","items":{"type":"string","enum":["p"]}},)"
      R"("c":{"type":"string","enum":["1"],"enumNames":["one"]}},"required":["a","b"]}})";
  BOOST_TEST(older_form(form, last) == form);
  const auto told = json::parse(older_form(form, third));
  const auto& properties = told["requestedSchema"]["properties"];
  BOOST_TEST(properties["a"] ==
             json::parse(R"({"type":"string","enum":["x","y"],"enumNames":["X","y"]})"));
  BOOST_TEST(!properties.contains("b"));
  BOOST_TEST(properties["c"]["enumNames"] == json::parse(R"(["one"])"));
  BOOST_TEST(told["requestedSchema"]["required"] == json::parse(R"(["a"])"));
  for (const char* same : {"", R"({"message":"requestedSchema"})", R"({"requestedSchema":7})",
                           R"({"requestedSchema":{"properties":[]}})"})
    BOOST_TEST(older_form(same, third) == same);
}

BOOST_AUTO_TEST_SUITE_END()
