#include "reason/chat/function_names.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>
#include <set>

using namespace toolscore::reason;

namespace {

std::vector<model_tool> tools(const std::vector<std::pair<std::string, std::string>>& names) {
  std::vector<model_tool> out;
  for (const auto& [server, tool] : names) {
    model_tool x;
    x.server = server;
    x.tool = tool;
    out.push_back(x);
  }
  name_functions(out);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(functions)

BOOST_AUTO_TEST_CASE(what_a_tool_is_called) {
  const std::string long_name(80, 'x');
  const auto all = tools({{"fs", "read"},
                          {"", "fs__read"},
                          {"fs", "read.text"},
                          {"fs", "read text"},
                          {"fs", "read_text"},
                          {"", ""},
                          {"", "w\xc3\xa4rme"},
                          {"", long_name},
                          {"", long_name + "y"}});
  const std::string cut(64, 'x');
  const std::vector<std::string> expected{
      "fs__read", "fs__read_2", "fs__read_text_2",       "fs__read_text_3", "fs__read_text", "tool",
      "w__rme",   cut,          cut.substr(0, 62) + "_2"};
  for (std::size_t i = 0; i < expected.size(); ++i) BOOST_TEST(all[i].function == expected[i]);
}

BOOST_AUTO_TEST_CASE(names_are_legal_and_lead_back_to_one_tool) {
  std::vector<std::pair<std::string, std::string>> names;
  for (int i = 0; i < 300; ++i) names.emplace_back("s", std::string(60, i % 2 ? '.' : '/'));
  for (int i = 0; i < 12; ++i)
    names.emplace_back("s", std::string(60, '_').substr(0, 58) + "_" + std::to_string(i));
  const auto all = tools(names);
  const std::regex legal("^[a-zA-Z0-9_-]{1,64}$");
  std::set<std::string> seen;
  for (const auto& x : all) {
    BOOST_TEST(std::regex_match(x.function, legal), x.function);
    BOOST_TEST(seen.insert(x.function).second, x.function);
    BOOST_TEST(tool_called(all, x.function) == &x);
  }
  BOOST_TEST(tool_called(all, "nothing") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_tool_without_a_good_schema_takes_an_object) {
  const auto good = tool_from(
      "s",
      json::parse(
          R"({"name":"t","description":"d","inputSchema":{"type":"object","properties":{"a":{}}}})"));
  BOOST_TEST(good.parameters.dump() == R"({"type":"object","properties":{"a":{}}})");
  BOOST_TEST(good.description == "d");
  for (const char* odd : {R"({"name":"t"})", R"({"name":"t","inputSchema":true})",
                          R"({"name":"t","inputSchema":{"type":"string"}})"})
    BOOST_TEST(tool_from("s", json::parse(odd)).parameters.dump() ==
               R"({"type":"object","properties":{}})");
}

BOOST_AUTO_TEST_SUITE_END()
