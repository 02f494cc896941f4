#include "gateway/client_access.hpp"

#include "gateway/list_filter.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;

namespace {

access_rule rule(std::string client, std::vector<std::string> servers,
                 std::vector<std::string> allow, std::vector<std::string> deny) {
  return {std::move(client), std::move(servers), std::move(allow), std::move(deny)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(access_rules)

BOOST_AUTO_TEST_CASE(a_tool_is_shown_by_its_server_and_its_own_globs) {
  struct row {
    access_rule policy;
    const char* server;
    const char* tool;
    bool shown;
  };
  const std::vector<row> rows{
      {rule("c", {"*"}, {"*"}, {}), "fs", "read", true},
      {rule("c", {"fs"}, {"*"}, {}), "fs", "read", true},
      {rule("c", {"fs"}, {"*"}, {}), "web", "read", false},
      {rule("c", {"web-*"}, {"*"}, {}), "web-a", "read", true},
      {rule("c", {}, {"*"}, {}), "fs", "read", false},
      {rule("c", {"*"}, {}, {}), "fs", "read", false},
      {rule("c", {"*"}, {"fs__read*"}, {}), "fs", "read_file", true},
      {rule("c", {"*"}, {"fs__read*"}, {}), "web", "read_file", false},
      {rule("c", {"*"}, {"fs__read*"}, {}), "fs", "write", false},
      {rule("c", {"*"}, {"*"}, {"fs__write*"}), "fs", "write_file", false},
      {rule("c", {"*"}, {"*"}, {"fs__write*"}), "web", "write_file", true},
      {rule("c", {"*"}, {"*__read"}, {"web__*"}), "web", "read", false},
      // A tool's name cannot pass for another server's.
      {rule("c", {"fs"}, {"web__*"}, {}), "fs", "web__x", false},
      {rule("c", {"*"}, {"*"}, {"fs__*"}), "fs", "", false},
  };
  for (const auto& x : rows) {
    client_access access(x.policy);
    for (int twice = 0; twice < 2; ++twice)
      BOOST_TEST(access.shows_tool(x.server, x.tool) == x.shown, x.server << "/" << x.tool);
  }
}

BOOST_AUTO_TEST_CASE(the_first_rule_that_fits_a_client_counts) {
  const access_table table({rule("ci", {"fs"}, {"*"}, {}),
                            rule("jwt:*@example.org", {"a"}, {"*"}, {}),
                            rule("c*", {"*"}, {"*"}, {})});
  BOOST_TEST(!table.empty());
  BOOST_REQUIRE(table.of("ci") != nullptr);
  BOOST_TEST(!table.of("ci")->shows_server("web"));
  BOOST_TEST(table.of("cd")->shows_server("web"));
  BOOST_TEST(table.of("jwt:ann@example.org")->shows_server("a"));
  BOOST_TEST((table.of("jwt:ann@example.com") == nullptr));
  BOOST_TEST((table.of("ops") == nullptr));
  BOOST_TEST(access_table().empty());
}

BOOST_AUTO_TEST_CASE(a_list_is_told_without_what_is_not_shown_and_to_nobody_else) {
  const auto only_a = [](std::string_view name) { return name == "a"; };
  const std::string full =
      R"({"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","cacheScope":"public","ttlMs":5,)"
      R"("tools":[{"name":"a","x":1.50},{"name":"b"},{"name":"\u0061"}],"nextCursor":"z"}})";
  BOOST_TEST(
      shown_tools(full, only_a) ==
      R"({"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","cacheScope":"private","ttlMs":5,)"
      R"("tools":[{"name":"a","x":1.50},{"name":"\u0061"}],"nextCursor":"z"}})");
  const std::string failed = R"({"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"b"}})";
  BOOST_TEST(shown_tools(failed, only_a) == failed);
  const auto broken = nlohmann::json::parse(shown_tools("{\"tools\":[{\"name\":\"b\"}", only_a));
  BOOST_TEST(broken.contains("error"));
  BOOST_TEST(!broken.contains("tools"));
}

BOOST_AUTO_TEST_SUITE_END()
