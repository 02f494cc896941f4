#include "config/policy_config.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(view)

BOOST_AUTO_TEST_CASE(a_server_says_what_the_joint_endpoints_show_of_it) {
  const auto config = parse_config(
      R"({"defaults": {"instructions": false, "tools": {"describe": {"x": "X."}}},
          "servers": {"fs": {"command": "x", "tools": {"rename": {"read": "fetch"}}}}})",
      "t", test::usual_environment());
  BOOST_REQUIRE(config);
  const auto& policy = config->servers.at(0).policy;
  BOOST_TEST(!policy.instructions);
  BOOST_TEST(policy.tools_rename.at("read") == "fetch");
  BOOST_TEST(policy.tools_describe.at("x") == "X.");
  BOOST_TEST(policy_json(policy)["tools"].dump() ==
             R"({"allow":["*"],"deny":[],"rename":{"read":"fetch"},"describe":{"x":"X."}})");
}

BOOST_AUTO_TEST_CASE(a_group_says_what_its_own_endpoint_shows) {
  const auto config = parse_config(
      R"({"servers": {"fs": {"command": "x"}, "db": {"command": "x"}},
          "groups": {"all": {"servers": ["fs", "db"]},
                     "few": {"servers": ["fs"], "prefix": "never", "search": true,
                             "tools": {"allow": ["r*"], "deny": ["rm"], "rename": {"rd": "read"}}}}})",
      "t", test::usual_environment());
  BOOST_REQUIRE(config);
  const auto& all = config->groups.at(0).view;
  BOOST_TEST((!all.prefix && !all.search && all.tools.allow == std::vector<std::string>{"*"}));
  const auto& few = config->groups.at(1).view;
  BOOST_TEST((few.prefix == prefix_mode::never));
  BOOST_TEST(few.search);
  BOOST_TEST((few.tools.deny == std::vector<std::string>{"rm"}));
  BOOST_TEST(few.tools.rename.at("rd") == "read");
  for (const auto& [group, told] : std::vector<std::pair<std::string, std::string>>{
           {R"("prefix": "some")", "groups.g.prefix: \"some\" is not known here"},
           {R"("serch": true)", "did you mean \"search\"?"},
           {R"("tools": {"rename": {"a": "?"}})", "groups.g.tools.rename.a: \"?\" is no name"}})
    BOOST_TEST(test::failure_of(
                   R"({"servers": {"fs": {"command": "x"}}, "groups": {"g": {"servers": ["fs"], )" +
                   group + "}}}")
                       .find(told) != std::string::npos,
               told);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_shown_so_is_refused_with_its_place) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("tools": {"rename": []})", "fs.tools.rename: [] is no object"},
      {R"("tools": {"rename": {"a": 1}})", "fs.tools.rename.a: 1 is no text"},
      {R"("tools": {"rename": {"a": "b c"}})",
       "fs.tools.rename.a: \"b c\" is no name of a tool, write 1 to 64 of [A-Za-z0-9_.-]"},
      {R"("tools": {"rename": {"a": ""}})", "fs.tools.rename.a: \"\" is no name of a tool"},
      {R"("tools": {"rename": {"a": "x", "b": "x"}})",
       "fs.tools.rename.b: another tool is renamed to \"x\""},
      {R"("tools": {"describe": {"a": null}})", "fs.tools.describe.a: null is no text"},
      {R"("instructions": "no")", "fs.instructions: \"no\" is"},
  };
  for (const auto& [members, told] : rows) {
    const auto failure = test::failure_of(test::with_server_members(members));
    BOOST_TEST(failure.find(told) != failure.npos, members << ": " << failure);
  }
}

BOOST_AUTO_TEST_SUITE_END()
