#include "config/node_config.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(node)

BOOST_AUTO_TEST_CASE(an_empty_file_gives_the_documented_defaults) {
  const auto config = default_config(test::usual_environment());
  BOOST_REQUIRE(config);
  BOOST_TEST(config->listen_address == "127.0.0.1");
  BOOST_TEST(config->listen_port == 8088);
  BOOST_TEST(config->state_dir == "/home/ann/.local/state/toolscore");
  BOOST_TEST((config->mcp_auth == mcp_auth_mode::none));
  BOOST_TEST(config->installs_max == 2u);
  BOOST_TEST(config->starts_max == 0u);
  BOOST_TEST((config->stop_deadline == 25s));
  BOOST_TEST(config->servers.empty());
}

BOOST_AUTO_TEST_CASE(every_node_key_is_read) {
  const auto config = parse_config(R"({"node": {"listen": "[::1]:0", "state_dir": "/s/${KEY}/",
    "mcp_auth": "token", "installs_max": 4, "starts_max": 9, "stop_deadline": "1m",
    "ports": "9000-9001"}})",
                                   "t", test::usual_environment());
  BOOST_REQUIRE(config);
  BOOST_TEST(config->listen_address == "::1");
  BOOST_TEST(config->listen_port == 0);
  BOOST_TEST(config->state_dir == "/s/k-1");
  BOOST_TEST((config->mcp_auth == mcp_auth_mode::token));
  BOOST_TEST(config->installs_max == 4u);
  BOOST_TEST(config->starts_max == 9u);
  BOOST_TEST((config->stop_deadline == 1min));
  BOOST_TEST(config->ports_first == 9000);
  BOOST_TEST(config->ports_last == 9001);
  for (const char* bad : {"", "9000", "9001-9000", "0-9", "1-65536", "a-b", "1-2-3"})
    BOOST_TEST(!parse_config(R"({"node": {"ports": ")" + std::string(bad) + R"("}})", "t",
                             test::usual_environment()));
}

BOOST_AUTO_TEST_CASE(what_other_hosts_write_works_unchanged) {
  const auto config = parse_config(R"({
  "$schema": "x",
  "globalShortcut": "",            // Claude Desktop
  "mcpServers": {
    "filesystem": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/data"] },
    "cursor":     { "command": "uvx", "args": ["x"], "env": { "API_KEY": "${env:KEY}" }, "envFile": ".env" },
    "cline":      { "command": "x", "disabled": true, "autoApprove": [], "timeout": 60 },
  },
  "inputs": [ { "type": "promptString", "id": "k", "password": true } ], // VS Code
  "servers": {
    "code": { "type": "stdio", "command": "x", "dev": { "watch": "*" }, "sandboxEnabled": true }
  } })",
                                   "t", test::usual_environment());
  BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.failure().detail));
  std::string names;
  for (const auto& spec : config->servers) names += spec.id.value + " ";
  BOOST_TEST(names == "filesystem cursor cline code ");
  BOOST_TEST(config->servers[1].env.at("API_KEY") == "k-1");
  BOOST_TEST(config->servers[2].disabled);
  BOOST_TEST(config->inputs.at("k").secret);
  const std::vector<std::string> ignored{"$schema",
                                         "globalShortcut",
                                         "mcpServers.cursor.envFile",
                                         "mcpServers.cline.autoApprove",
                                         "mcpServers.cline.timeout",
                                         "servers.code.dev",
                                         "servers.code.sandboxEnabled"};
  BOOST_TEST(config->ignored == ignored, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_bad_file_is_refused_with_the_place_and_what_to_do) {
  const std::pair<const char*, const char*> rows[] = {
      {"{\n  \"node\": {,}\n}", "t.json:2:12: expected a key in double quotes or }"},
      {"[]", "t.json: [] is no object"},
      {R"({"noed": {}})", "t.json: unknown key \"noed\" at the top level; did you mean \"node\"?"},
      {R"({"mcpservers": {}})", "did you mean \"mcpServers\"?"},
      {R"({"zzz": {}})",
       "unknown key \"zzz\" at the top level, known are \"node\", \"defaults\", "},
      {R"({"node": {"lisen": 1}})", "unknown key \"lisen\" in node; did you mean \"listen\"?"},
      {R"({"defaults": {"restrat": 1}})",
       "t.json: unknown key \"restrat\" in defaults; did you mean \"restart\"?"},
      {R"({"defaults": {"command": "x"}})", "unknown key \"command\" in defaults"},
      {R"({"node": []})", "node: [] is no object"},
      {R"({"node": {"listen": "8088"}})", "node.listen: \"8088\" is no address and port"},
      {R"({"node": {"listen": "a b:1"}})", "is no address and port"},
      {R"({"node": {"listen": "127.0.0.1:65536"}})", "is no address and port"},
      {R"({"node": {"listen": "127.0.0.1:80x"}})", "is no address and port"},
      {R"({"node": {"listen": ":80"}})", "is no address and port"},
      {R"({"node": {"listen": "[zz]:80"}})", "is no address and port"},
      {R"({"node": {"listen": "::1:80"}})", "is no address and port"},
      {R"({"node": {"listen": 80}})", "node.listen: 80 is no text"},
      {R"({"node": {"state_dir": "x/y"}})", "node.state_dir: \"x/y\" is not absolute"},
      {R"({"node": {"state_dir": "${NONE}"}})", "node.state_dir: ${NONE}: the variable NONE"},
      {R"({"node": {"mcp_auth": "maybe"}})", "node.mcp_auth: \"maybe\" is not known here"},
      {R"({"node": {"installs_max": 0}})", "node.installs_max: 0 is no whole number from 1 to 64"},
      {R"({"node": {"starts_max": 0}})", "node.starts_max: 0 is no whole number"},
      {R"({"node": {"stop_deadline": "-1s"}})", "node.stop_deadline: \"-1s\" is negative"},
      {R"({"mcpServers": {"a": {"command": "x"}}, "servers": {"a": {"command": "y"}}})",
       "servers.a: the name stands in \"mcpServers\" and in \"servers\""},
      {R"({"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}})", "t.json:1:40: the key"},
      {R"({"mcpServers": {"My Server": {"command": "x"}}})",
       "mcpServers.My Server: \"My Server\" is no server name ([a-z][a-z0-9-]{0,23}), call it "
       "\"my-server\""},
      {R"({"mcpServers": {"a": 5}})", "mcpServers.a: 5 is no object"},
      {R"({"groups": {"r": {"servers": []}}})", "groups.r.servers: is empty"},
      {R"({"servers": {"fs": {"command": "x"}}, "groups": {"r": {"servers": ["fx"]}}})",
       "groups.r.servers[0]: there is no server \"fx\"; did you mean \"fs\"?"},
      {R"({"servers": {"fs": {"command": "x"}}, "groups": {"r": {"servers": ["fs", "fs"]}}})",
       "groups.r.servers[1]: \"fs\" stands there twice"},
      {R"({"servers": {"fs": {"command": "x"}},
           "groups": {"r": {"servers": ["fs"], "strategy": "rest_for_all"}}})",
       "groups.r.strategy: \"rest_for_all\" is not known here"},
      {R"({"servers": {"fs": {"command": "x"}}, "groups": {"r": {"server": ["fs"]}}})",
       "unknown key \"server\" in groups.r; did you mean \"servers\"?"},
      {R"({"servers": {"fs": {"command": "x"}}, "groups": {"My Group": {"servers": ["fs"]}}})",
       "call it \"my-group\""},
      {R"({"servers": {"a": {"command": "x", "depends_on": {"b": "ready"}}},
           "mcpServers": {"b": {"command": "x", "depends_on": {"a": "started"}}}})",
       "servers.a.depends_on.b: \"a\" depends on itself (a -> b -> a)"},
      {R"({"servers": {"a": {"command": "x", "depends_on": {"b": "completed"}},
                       "b": {"command": "x"}}})",
       "servers.a.depends_on.b: \"b\" is permanent and never completes"},
      {R"({"groups": 1})", "groups: 1 is no object"},
  };
  for (const auto& [text, expected] : rows) {
    const std::string detail = test::failure_of(text);
    BOOST_TEST(detail.starts_with("t.json:"), detail);
    BOOST_TEST(detail.find(expected) != std::string::npos, detail << " lacks " << expected);
  }
}

BOOST_AUTO_TEST_CASE(without_home_a_state_directory_must_be_given) {
  const auto env = test::environment_of({});
  BOOST_REQUIRE(!default_config(env));
  BOOST_TEST(default_config(env).failure().detail.find("HOME is not set") != std::string::npos);
  BOOST_TEST(bool(parse_config(R"({"node": {"state_dir": "/s"}})", "t", env)));
}

BOOST_AUTO_TEST_CASE(empty_groups_and_null_sections_pass) {
  BOOST_TEST(test::failure_of(R"({"groups": {}, "node": null, "mcpServers": null})") == "");
}

BOOST_AUTO_TEST_SUITE_END()
