#include "mcp/envelope.hpp"
#include "mcp/uri_spans.hpp"
#include "mcp/uri_template.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;

namespace {

std::string uris_in(const std::string& line, const std::string& method) {
  scanner scan;
  const auto spans = scan.scan(line);
  BOOST_TEST_REQUIRE(bool(spans), line);
  std::string text;
  for (const auto& span : uri_spans(line, *spans, method)) text += std::string(span.of(line)) + " ";
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(uris)

BOOST_AUTO_TEST_CASE(a_template_matches_what_may_come_from_it) {
  const struct {
    const char* pattern;
    const char* uri;
    bool matches;
  } rows[] = {
      {"test://t/{id}/data", "test://t/7/data", true},
      {"test://t/{id}/data", "test://t/7/8/data", false},
      {"test://t/{id}/data", "test://t//data", false},
      {"test://t/{id}/data", "test://t/7/data/", false},
      {"test://t/{id}/data", "est://t/7/data", false},
      {"file:///{+path}", "file:///a/b/c", true},
      {"file:///{+path}", "file:///", true},
      {"x://{a}-{b}", "x://1-2-3", true},
      {"x://{a}-{b}", "x://1", false},
      {"x://list{?page,size}", "x://list", true},
      {"x://list{?page,size}", "x://list?page=1", true},
      {"x://plain", "x://plain", true},
      {"x://plain", "x://plain2", false},
      {"x://{a", "x://{a", false},
      {"x://{}", "x://1", false},
      {"{a}", "", false},
  };
  for (const auto& row : rows)
    BOOST_TEST(uri_template(row.pattern).matches(row.uri) == row.matches,
               row.pattern << " and " << row.uri);
}

BOOST_AUTO_TEST_CASE(a_template_over_a_limit_matches_nothing_and_costs_little) {
  std::string many;
  for (std::size_t i = 0; i <= uri_template::expressions_max; ++i) many += "{a}-";
  BOOST_TEST(!uri_template(many).matches("1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-"));
  const std::string long_one(uri_template::bytes_max + 1, 'x');
  BOOST_TEST(!uri_template(long_one).matches(long_one));
  BOOST_TEST(!uri_template("{+a}").matches(long_one));
  BOOST_TEST(uri_template("{+a}").matches(long_one.substr(1)));
}

BOOST_AUTO_TEST_CASE(of_two_templates_the_more_literal_one_says_more) {
  BOOST_TEST(uri_template("x://a/{b}").literal_size() > uri_template("x://{a}/{b}").literal_size());
}

BOOST_AUTO_TEST_CASE(uris_are_found_where_a_client_may_follow_them_and_nowhere_else) {
  BOOST_TEST(
      uris_in(
          R"({"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"a:1","text":"\"uri\":\"no\""},{"text":"x"},{"uri":"a:2"}],"uri":"no"}})",
          "resources/read") == "\"a:1\" \"a:2\" ");
  const std::string blocks =
      R"({"type":"text","text":"t","uri":"no"},{"type":"resource_link","uri":"l:1","name":"n"},{"type":"resource","resource":{"uri":"r:1","text":"x"}})";
  BOOST_TEST(
      uris_in(R"({"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"uri":"no"},"content":[)" +
                  blocks + "]}}",
              "tools/call") == "\"l:1\" \"r:1\" ");
  BOOST_TEST(
      uris_in(
          R"({"jsonrpc":"2.0","id":1,"result":{"messages":[{"role":"user","content":[)" + blocks +
              R"(]},{"role":"user","content":{"type":"resource","resource":{"uri":"r:2"}}},5]}})",
          "prompts/get") == "\"l:1\" \"r:1\" \"r:2\" ");
  BOOST_TEST(
      uris_in(
          R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"m","data":{"uri":"e:1"}}})",
          "resources/read") == "\"e:1\" ");
  BOOST_TEST(uris_in(R"({"jsonrpc":"2.0","id":1,"result":{"content":5,"contents":{}}})",
                     "tools/call") == "");
}

BOOST_AUTO_TEST_CASE(only_the_uris_that_are_to_be_others_are_replaced) {
  const std::string line =
      R"({"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"a:\u0031","x":1},{"uri":"b:1"}]}})";
  scanner scan;
  const auto spans = scan.scan(line);
  const auto found = uri_spans(line, *spans, "resources/read");
  BOOST_TEST(
      rewrite_uris(line, found,
                   [](const std::string& uri) {
                     return uri == "a:1" ? std::optional<std::string>("db+a:\"1") : std::nullopt;
                   }) ==
      R"({"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"db+a:\"1","x":1},{"uri":"b:1"}]}})");
}

BOOST_AUTO_TEST_SUITE_END()
