#include "gateway/tool_search.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using nlohmann::json;

namespace {

mcp::list_index index_of(const std::vector<std::pair<std::string, std::string>>& tools) {
  auto list = json::array();
  for (const auto& [name, told] : tools)
    list.push_back({{"name", name}, {"description", told}, {"inputSchema", {{"type", "object"}}}});
  auto read = mcp::read_entries(mcp::served_list::tools, {"s"},
                                std::make_shared<const std::string>(list.dump()));
  for (auto& x : read.entries) x.exposed = x.original;
  return {mcp::served_list::tools, std::move(read.entries)};
}

std::string found(const mcp::list_index& tools, std::string_view query, std::size_t limit = 3) {
  std::string text;
  for (const auto* x : search_tools(tools, query, limit))
    text += (text.empty() ? "" : " ") + x->exposed;
  return text;
}

const mcp::list_index& house() {
  static const auto tools = index_of({{"fs__readFile", "Reads one file from the disk."},
                                      {"fs__write_file", "Writes one file to the disk."},
                                      {"git__log", "Shows the commits of a repository."},
                                      {"mail__send", "Sends a message to somebody."},
                                      {"web__fetch", "Reads a page of the web."}});
  return tools;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tool_search)

BOOST_AUTO_TEST_CASE(words_of_the_name_say_more_than_those_of_the_description) {
  BOOST_TEST(found(house(), "read a file") == "fs__readFile fs__write_file web__fetch");
  BOOST_TEST(found(house(), "SEND message") == "mail__send");
  BOOST_TEST(found(house(), "commits") == "git__log");
  BOOST_TEST(found(house(), "repositories of commit", 1) == "git__log");
  BOOST_TEST(found(house(), "nothing like that") == "");
}

BOOST_AUTO_TEST_CASE(without_a_word_the_first_tools_are_listed) {
  BOOST_TEST(found(house(), "", 2) == "fs__readFile fs__write_file");
  BOOST_TEST(found(house(), " ?! ", 1) == "fs__readFile");
}

BOOST_AUTO_TEST_CASE(equal_ones_stand_in_the_order_of_their_names) {
  const auto tools = index_of({{"c__run", "x"}, {"a__run", "x"}, {"b__run", "x"}});
  BOOST_TEST(found(tools, "run") == "a__run b__run c__run");
}

BOOST_AUTO_TEST_CASE(a_rare_word_finds_its_tool_among_a_thousand) {
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 1'000; ++i)
    many.emplace_back("s__tool_" + std::to_string(i), "Does a common thing with a record.");
  many[417].second += " It also knows walruses.";
  const auto tools = index_of(many);
  BOOST_TEST(found(tools, "a thing for walrus", 1) == "s__tool_417");
}

BOOST_AUTO_TEST_CASE(the_answer_has_whole_definitions_and_as_many_as_asked) {
  const auto told =
      json::parse("{" + search_result(house(), R"({"query":"file","limit":1})") + "}");
  const auto inner = json::parse(told["content"][0]["text"].get<std::string>());
  BOOST_TEST(inner["tools"].size() == 1u);
  BOOST_TEST(inner["tools"][0]["name"] == "fs__readFile");
  BOOST_TEST(inner["tools"][0]["inputSchema"]["type"] == "object");
  for (const char* odd : {"", "{}", R"({"query":5,"limit":"x"})", R"({"query":"file","limit":-3})"})
    BOOST_TEST(json::accept("{" + search_result(house(), odd) + "}"), odd);
}

BOOST_AUTO_TEST_CASE(the_two_tools_are_told_in_a_few_hundred_tokens) {
  const auto told = json::parse("{" + std::string(search_tools_member()) + "}");
  BOOST_TEST(told["tools"].size() == 2u);
  BOOST_TEST(told["tools"][0]["name"] == call_tool_name);
  BOOST_TEST(told["tools"][1]["name"] == search_tool_name);
  BOOST_TEST(search_tools_member().size() < 1'200u);
}

BOOST_AUTO_TEST_CASE(a_wrapped_call_names_its_tool_and_has_an_object_of_arguments) {
  const auto good = unwrap_call(R"({"name":"a\u0062","arguments":{"x":[1]}})");
  BOOST_TEST_REQUIRE(bool(good));
  BOOST_TEST(good->name == "ab");
  BOOST_TEST(good->arguments == R"({"x":[1]})");
  BOOST_TEST(unwrap_call(R"({"name":"a"})")->arguments == "{}");
  for (const char* bad : {"", "{}", R"({"name":5})", R"({"name":"a","arguments":[]})"})
    BOOST_TEST(!unwrap_call(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
