#include "node/add_definition.hpp"
#include "node/command_server.hpp"
#include "node/reply_json.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

environment nothing_set() {
  environment env;
  env.variable = [](std::string_view name) -> std::optional<std::string> {
    if (name == "HOME") return "/home/x";
    return std::nullopt;
  };
  return env;
}

cli_request add_request(std::string name) {
  cli_request request;
  request.command = command_kind::add;
  request.server = std::move(name);
  return request;
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_server)

BOOST_AUTO_TEST_CASE(a_command_is_named_after_its_program_or_what_a_launcher_launches) {
  const std::pair<std::vector<std::string>, const char*> table[]{
      {{"/usr/bin/my-server"}, "my-server"},
      {{"npx", "-y", "@modelcontextprotocol/server-everything"}, "server-everything"},
      {{"npx", "-y", "@scope/tool@1.2.3"}, "tool"},
      {{"python3", "/srv/weather.py"}, "weather"},
      {{"env", "A=1", "server"}, "server"},
      {{"npx"}, "npx"},
      {{""}, "server"},
      {{}, "server"},
  };
  for (const auto& [command, name] : table) BOOST_TEST(name_of_command(command) == name);
}

BOOST_AUTO_TEST_CASE(a_command_is_taken_word_by_word) {
  const auto config = default_config(nothing_set());
  BOOST_REQUIRE(config);
  const auto read = add_command_server(*config, {"prog", "${UNSET}", "a b", "\""}, nothing_set());
  BOOST_REQUIRE(read);
  BOOST_TEST(read->servers.at(0).command == "prog");
  BOOST_TEST(read->servers.at(0).args == (std::vector<std::string>{"${UNSET}", "a b", "\""}),
             boost::test_tools::per_element());
  BOOST_TEST(!add_command_server(*config, {}, nothing_set()));
}

BOOST_AUTO_TEST_CASE(each_source_makes_its_definition) {
  auto request = add_request("fs");
  request.rest = {"prog", "x", "${Y}"};
  BOOST_TEST(*add_definition(request) ==
             R"({"name":"fs","config":{"command":"prog","args":["x","$${Y}"]},"wait":true})");
  request = add_request("fs");
  request.git = "https://example.org/a.git";
  request.ref = "v1";
  request.subdir = "s";
  request.wait = false;
  BOOST_TEST(*add_definition(request) ==
             R"({"name":"fs","config":{"git":"https://example.org/a.git","ref":"v1","subdir":"s"},)"
             R"("wait":false})");
  request = add_request("fs");
  request.definition = R"({"command":"x", /* as in a file */ "env":{"A":"${A}"},})";
  BOOST_TEST(*add_definition(request) ==
             R"({"name":"fs","config":{"command":"x","env":{"A":"${A}"}},"wait":true})");
}

BOOST_AUTO_TEST_CASE(sources_given_by_an_option_are_the_configurations_keys) {
  auto request = add_request("fs");
  request.sources = {{"npm", "a@1"}};
  request.rest = {"/data"};
  BOOST_TEST(*add_definition(request) ==
             R"({"name":"fs","config":{"npm":"a@1","args":["/data"]},"wait":true})");
  request.sources = {{"url", "https://example.org/mcp"}};
  BOOST_TEST(!add_definition(request)); // Nothing is started there.
  request.rest.clear();
  BOOST_TEST(*add_definition(request) ==
             R"({"name":"fs","config":{"url":"https://example.org/mcp"},"wait":true})");
  request.git = "u";
  BOOST_TEST(!add_definition(request));
}

BOOST_AUTO_TEST_CASE(exactly_one_source_and_a_legal_name_are_asked_for) {
  const auto refused = [](const cli_request& request) {
    const auto made = add_definition(request);
    return !made && made.failure().code == errc::bad_config;
  };
  BOOST_TEST(refused(add_request("fs")));
  auto two = add_request("fs");
  two.git = "u";
  two.definition = "{}";
  BOOST_TEST(refused(two));
  auto both = add_request("fs");
  both.definition = "{}";
  both.rest = {"x"};
  BOOST_TEST(refused(both));
  auto ref = add_request("fs");
  ref.rest = {"x"};
  ref.ref = "v1";
  BOOST_TEST(refused(ref));
  auto text = add_request("fs");
  text.definition = "toolscore.json";
  BOOST_TEST(refused(text));
  auto name = add_request("My Server");
  name.rest = {"x"};
  BOOST_TEST(refused(name));
}

BOOST_AUTO_TEST_SUITE_END()
