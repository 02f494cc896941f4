#include "mcp/list_pager.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(pager)

BOOST_AUTO_TEST_CASE(all_pages_become_one_array_with_each_item_as_it_came) {
  list_pager pager("tools");
  BOOST_TEST(pager.start() == "{}");
  auto step = pager.on_result(R"({"tools":[{"name":"a" }, {"name":"b"}],"nextCursor":"c\"1"})");
  BOOST_TEST(std::get<list_pager::next_page>(step).params == R"({"cursor":"c\"1"})");
  step = pager.on_result(R"({"nextCursor":"","tools":[]})");
  BOOST_TEST(std::get<list_pager::next_page>(step).params == R"({"cursor":""})");
  step = pager.on_result(R"({"tools":[{"name":"c"}]})");
  const auto& end = std::get<list_pager::finished>(step);
  BOOST_TEST(end.array == R"([{"name":"a" },{"name":"b"},{"name":"c"}])");
  BOOST_TEST(end.count == 3u);
  BOOST_TEST(!end.truncated);
}

BOOST_AUTO_TEST_CASE(a_repeated_cursor_ends_the_list_in_whatever_spelling) {
  list_pager pager("tools");
  pager.start();
  pager.on_result(R"({"tools":[1],"nextCursor":"a"})");
  const auto step = pager.on_result(R"({"tools":[2],"nextCursor":"\u0061"})");
  const auto& end = std::get<list_pager::finished>(step);
  BOOST_TEST(end.array == "[1,2]");
  BOOST_TEST(end.truncated);
}

BOOST_AUTO_TEST_CASE(a_list_of_too_many_pages_fails) {
  list_pager pager("tools");
  pager.start();
  for (std::size_t i = 1; i < list_pager::pages_max; ++i)
    BOOST_TEST_REQUIRE(std::holds_alternative<list_pager::next_page>(
        pager.on_result(R"({"tools":[],"nextCursor":")" + std::to_string(i) + "\"}")));
  BOOST_TEST(std::holds_alternative<list_pager::failed>(
      pager.on_result(R"({"tools":[],"nextCursor":"last"})")));
}

BOOST_AUTO_TEST_CASE(a_result_without_the_list_fails_and_names_it) {
  list_pager pager("prompts");
  pager.start();
  const auto step = pager.on_result(R"({"tools":[]})");
  BOOST_TEST(std::get<list_pager::failed>(step).reason == "its list has no array \"prompts\"");
}

BOOST_AUTO_TEST_CASE(a_null_cursor_ends_the_list) {
  list_pager pager("tools");
  pager.start();
  BOOST_TEST(std::holds_alternative<list_pager::finished>(
      pager.on_result(R"({"tools":[],"nextCursor":null})")));
}

BOOST_AUTO_TEST_CASE(a_request_for_a_page_is_of_the_servers_era) {
  BOOST_TEST(list_request_line(3, "tools/list", R"({"cursor":"c"})", era::legacy, "") ==
             R"({"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"c"}})");
  for (const std::string params : {"{}", R"({"cursor":"c"})"}) {
    const auto line =
        json::parse(list_request_line(3, "tools/list", params, era::modern, "2026-07-28"));
    BOOST_TEST(line["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] == "2026-07-28");
    auto rest = line["params"];
    rest.erase("_meta");
    BOOST_TEST(rest == json::parse(params));
  }
}

BOOST_AUTO_TEST_SUITE_END()
