#include "config/diff.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

node_config parse(const char* text, const char* key = "k") {
  auto config = parse_config(text, "t", test::environment_of({{"HOME", "/h"}, {"KEY", key}}));
  BOOST_REQUIRE(config);
  return *config;
}

std::string names(const std::vector<server_id>& ids) {
  std::string out;
  for (const auto& id : ids) out += id.value + " ";
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(difference)

BOOST_AUTO_TEST_CASE(only_what_differs_is_named) {
  const auto before = parse(R"({"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"},
    "c": {"command": "z"}}})");
  const auto after = parse(R"({"mcpServers": {"d": {"command": "w"}, "c": {"command": "z"},
    "b": {"command": "y", "args": ["1"]}}})");
  const auto found = diff(before, after);
  BOOST_TEST(names(found.added) == "d ");
  BOOST_TEST(names(found.removed) == "a ");
  BOOST_TEST(names(found.changed) == "b ");
  BOOST_TEST(found.node_settings.empty());
}

BOOST_AUTO_TEST_CASE(what_changes_nothing_touches_nothing) {
  const auto before = parse(R"({"mcpServers": {"a": {"command": "x", "args": ["1"]}}})");
  for (const char* text :
       {R"({"mcpServers": {"a": {"args": ["1"], "command": "x"}}})",
        R"({"servers": {"a": {"command": "x", "args": ["1"]}}})",
        R"({"mcpServers": {"a": {"command": "x", "args": ["1"], "autoApprove": []}}})",
        R"({"mcpServers": {"a": {"command": "x", "args": ["1"], "restart": "permanent"}}})",
        R"({"defaults": {"ping": {"every": 15000}},
                               "mcpServers": {"a": {"command": "x", "args": ["1"]}}})"})
    BOOST_TEST(diff(before, parse(text)).empty(), text);
}

BOOST_AUTO_TEST_CASE(every_part_of_a_definition_counts) {
  const auto before = parse(R"({"mcpServers": {"a": {"command": "x"}}})");
  for (const char* text :
       {R"({"mcpServers": {"a": {"command": "y"}}})",
        R"({"mcpServers": {"a": {"command": "x", "args": ["1"]}}})",
        R"({"mcpServers": {"a": {"command": "x", "env": {"A": "1"}}}})",
        R"({"mcpServers": {"a": {"command": "x", "cwd": "/"}}})",
        R"({"mcpServers": {"a": {"command": "x", "git": "u"}}})",
        R"({"mcpServers": {"a": {"command": "x", "disabled": true}}})",
        R"({"mcpServers": {"a": {"command": "x", "prefix": "never"}}})",
        R"({"defaults": {"restart": "temporary"}, "mcpServers": {"a": {"command": "x"}}})"})
    BOOST_TEST(names(diff(before, parse(text)).changed) == "a ", text);
}

BOOST_AUTO_TEST_CASE(a_secret_that_rotated_is_a_change) {
  const char* text = R"({"mcpServers": {"a": {"command": "x", "env": {"A": "${KEY}"}},
                                        "b": {"command": "x"}}})";
  BOOST_TEST(names(diff(parse(text, "old"), parse(text, "new")).changed) == "a ");
}

BOOST_AUTO_TEST_CASE(node_settings_are_named_as_they_wait_for_the_next_start) {
  const auto before = parse("{}");
  const auto after = parse(R"({"node": {"listen": "127.0.0.1:1", "state_dir": "/x",
    "mcp_auth": "token", "installs_max": 3, "starts_max": 3, "stop_deadline": 1}})");
  BOOST_TEST(diff(before, after).node_settings.size() == 6u);
  BOOST_TEST(diff(before, before).empty());
}

BOOST_AUTO_TEST_SUITE_END()
