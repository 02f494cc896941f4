#include "config/log_pattern.hpp"

#include "config/policy_config.hpp"
#include "config_support.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;

namespace {

std::string failure_of_pattern(const std::string& text) {
  const auto compiled = log_pattern::compile(text);
  if (compiled) return "";
  BOOST_TEST((compiled.failure().code == errc::bad_config));
  BOOST_TEST(compiled.failure().detail.find('\n') == std::string::npos);
  return compiled.failure().detail;
}

} // namespace

BOOST_AUTO_TEST_SUITE(log_pattern)

BOOST_AUTO_TEST_CASE(it_is_found_anywhere_in_a_line_unless_it_says_where) {
  struct row {
    const char* pattern;
    std::string line;
    bool found;
  };
  const row rows[] = {
      {"listening on .*:[0-9]+", "12:00 INFO listening on 127.0.0.1:80 now", true},
      {"listening on .*:[0-9]+", "listening on 127.0.0.1:", false},
      {"^up$", "up", true},
      {"^up$", "not up", false},
      {"^up$", "up ", false},
      {"up", "", false},
      {"(?i)READY", "server is Ready", true},
      {"READY", "server is ready", false},
      {"a.c", "a\tc", true},
      {"a.c", std::string("a\0c", 3), true},
      {"bereit: ü", "bereit: ü", true},
      {"up", "\xff\xfe up \xff", true},
  };
  for (const auto& [pattern, line, found] : rows) {
    const auto compiled = toolscore::log_pattern::compile(pattern);
    BOOST_REQUIRE_MESSAGE(compiled, pattern);
    BOOST_TEST(compiled->matches(line) == found, pattern << " in " << line);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_expression_or_too_large_a_one_is_refused_with_what_to_do) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "an empty expression is in every line"},
      {std::string(257, 'a'), "an expression of 257 bytes is too long, write at most 256"},
      {"(", "no regular expression in RE2's syntax: missing )"},
      {"[z-a]", "no regular expression in RE2's syntax: "},
      {"(?=x)", "RE2 has no look-around and no back-references"},
      {"(a)\\1", "RE2 has no look-around and no back-references"},
      {"a{1001}", "no regular expression in RE2's syntax: "},
      {"(a|b)*a(a|b){250}z", "the expression is too large once compiled ("},
      {"((a{100}){100}){100}", "no regular expression in RE2's syntax: "},
      {"\xff", "no regular expression in RE2's syntax: "},
  };
  for (const auto& [pattern, expected] : rows) {
    const auto detail = failure_of_pattern(pattern);
    BOOST_TEST(detail.find(expected) != std::string::npos, pattern << ": " << detail);
  }
  BOOST_TEST(failure_of_pattern(std::string(10, 'a')) == "");
}

BOOST_AUTO_TEST_CASE(a_search_that_backtracks_elsewhere_ends_here) {
  // With backtracking each of these takes longer than the universe has lasted.
  const auto compiled = toolscore::log_pattern::compile("(a+)+(b+)+(a*)*$");
  BOOST_REQUIRE(compiled);
  BOOST_TEST(!compiled->matches(std::string(4096, 'a') + "!"));
  const auto options = toolscore::log_pattern::compile("^(a?){30}a{30}b$");
  BOOST_REQUIRE(options);
  BOOST_TEST(!options->matches(std::string(30, 'a')));
}

BOOST_AUTO_TEST_CASE(a_bad_one_in_a_file_is_told_with_its_place) {
  const std::pair<const char*, const char*> rows[] = {
      {R"("link": "none", "ready": {"log": "("})",
       "t.json: mcpServers.fs.ready.log: no regular expression in RE2's syntax: missing )"},
      {R"("link": "none", "ready": {"log": ""})",
       "t.json: mcpServers.fs.ready.log: an empty expression"},
      {R"("link": "none", "ready": {"log": 5})", "t.json: mcpServers.fs.ready.log: 5 is no text"},
      {R"("link": "none", "ready": {"log": null})",
       "t.json: mcpServers.fs.ready.log: null is no text"},
      {R"("link": "none", "ready": {"log": "x", "tcp": true})", "is not known here"},
      {R"("ready": {"log": "x"})",
       "t.json: mcpServers.fs.ready: it makes only what speaks no MCP ready"},
  };
  for (const auto& [members, expected] : rows) {
    const auto detail = test::failure_of(test::with_server_members(members));
    BOOST_TEST(detail.find(expected) != std::string::npos, detail << " lacks " << expected);
  }
}

BOOST_AUTO_TEST_CASE(a_good_one_is_kept_as_it_was_written) {
  for (
      const char* text :
      {R"({"servers": {"fs": {"command": "x", "link": "none", "ready": {"log": "up \\d+ ${A}"}}}})",
       R"({"defaults": {"link": "none", "ready": {"log": "up \\d+ ${A}"}},
            "servers": {"fs": {"command": "x"}}})"}) {
    const auto config = parse_config(text, "t", test::usual_environment());
    BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.failure().detail));
    const auto& policy = config->servers.at(0).policy;
    BOOST_TEST(policy.ready->log_pattern == "up \\d+ ${A}");
    BOOST_TEST(policy_json(policy)["ready"].dump() == R"({"log":"up \\d+ ${A}"})");
  }
}

BOOST_AUTO_TEST_SUITE_END()
