#include "runners/bundle_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using words = std::vector<std::string>;

namespace {

result<bundle_start> read(std::string_view manifest, const bundle_settings& settings = {}) {
  return read_bundle(manifest, "/b", "/home/x", settings);
}

} // namespace

BOOST_AUTO_TEST_SUITE(bundle_plan)

BOOST_AUTO_TEST_CASE(a_bundle_says_how_it_is_started) {
  const auto start = read(R"({"manifest_version": "0.3", "version": "1.2.0",
    "server": {"type": "node", "entry_point": "server/index.js",
      "mcp_config": {"command": "node", "args": ["${__dirname}/server/index.js", "--depth=${user_config.depth}",
                     "${user_config.roots}", "${user_config.none}"],
                     "env": {"KEY": "${user_config.key}", "H": "${HOME}${/}x", "N": 5}}},
    "user_config": {"depth": {"type": "number", "default": 3}, "key": {"required": true, "sensitive": true},
      "roots": {"type": "directory", "multiple": true, "default": ["${HOME}/a", "${DOCUMENTS}"]}, "none": {}}})",
                          {{"key", {"k"}}});
  BOOST_TEST_REQUIRE(bool(start), (start ? "" : start.failure().detail));
  BOOST_TEST(start->version == "1.2.0");
  BOOST_TEST(start->command == "node");
  BOOST_TEST(start->args ==
                 (words{"/b/server/index.js", "--depth=3", "/home/x/a", "/home/x/Documents"}),
             boost::test_tools::per_element());
  BOOST_TEST((start->env == variable_map{{"KEY", "k"}, {"H", "/home/x/x"}, {"N", "5"}}));
}

BOOST_AUTO_TEST_CASE(what_is_said_for_linux_wins_and_an_entry_point_is_enough) {
  const auto start = read(R"({"server": {"type": "binary", "entry_point": "run",
    "mcp_config": {"command": "${__dirname}/run.exe", "args": ["a"], "env": {"A": "1", "B": "1"},
      "platform_overrides": {"linux": {"command": "${__dirname}/run", "env": {"B": "2"}},
                             "win32": {"command": "no"}}}}})");
  BOOST_TEST_REQUIRE(bool(start));
  BOOST_TEST(start->command == "/b/run");
  BOOST_TEST(start->args == words{"a"}, boost::test_tools::per_element());
  BOOST_TEST((start->env == variable_map{{"A", "1"}, {"B", "2"}}));
  const auto python = read(R"({"server": {"type": "python", "entry_point": "./s/main.py"}})");
  BOOST_TEST_REQUIRE(bool(python));
  BOOST_TEST(python->command == "python3");
  BOOST_TEST(python->args == words{"/b/s/main.py"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_started_is_told_with_the_reason) {
  struct row {
    const char* manifest;
    bundle_settings settings;
    errc code;
    const char* said;
  };
  const std::vector<row> table{
      {"", {}, errc::install_failed, "absent or no JSON object"},
      {"[]", {}, errc::install_failed, "absent or no JSON object"},
      {"{}", {}, errc::install_failed, "says not how it is started"},
      {R"({"server": {"type": "binary", "entry_point": "../x"}})",
       {},
       errc::install_failed,
       "says not how it is started"},
      {R"({"compatibility": {"platforms": ["darwin"]}, "server": {"type": "binary", "entry_point": "x"}})",
       {},
       errc::install_failed,
       "does not run on linux"},
      {R"({"server": {"mcp_config": {"command": "${what}/x"}}})",
       {},
       errc::install_failed,
       "${what}"},
      {R"({"server": {"mcp_config": {"command": "x"}}, "user_config": {"key": {"required": true, "title": "API key"}}})",
       {},
       errc::bad_config,
       "requires \"key\" (API key)"},
      {R"({"server": {"mcp_config": {"command": "x"}}})",
       {{"kye", {"v"}}},
       errc::bad_config,
       "no setting \"kye\""},
  };
  for (const auto& row : table) {
    const auto start = read(row.manifest, row.settings);
    BOOST_TEST_REQUIRE(!start, row.manifest);
    BOOST_TEST((start.failure().code == row.code), row.manifest);
    BOOST_TEST(start.failure().detail.find(row.said) != std::string::npos, start.failure().detail);
  }
}

BOOST_AUTO_TEST_SUITE_END()
