#include "node/cli.hpp"
#include "node/http_message.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

cli_request read(std::vector<std::string> arguments) {
  auto reading = read_command_line(std::move(arguments));
  BOOST_REQUIRE_MESSAGE(reading.request, reading.answer.err);
  return std::move(*reading.request);
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(every_command_is_found_by_its_name) {
  const std::pair<std::vector<std::string>, command_kind> table[]{
      {{"up"}, command_kind::up},
      {{"run", "--", "x"}, command_kind::run},
      {{"ps"}, command_kind::ps},
      {{"logs", "fs"}, command_kind::logs},
      {{"call", "fs", "t"}, command_kind::call},
      {{"tools"}, command_kind::tools},
      {{"add", "fs", "--", "x"}, command_kind::add},
      {{"rm", "fs"}, command_kind::remove},
      {{"start", "fs"}, command_kind::start},
      {{"stop", "fs"}, command_kind::stop},
      {{"restart", "fs"}, command_kind::restart},
      {{"trajectories"}, command_kind::trajectories},
      {{"events"}, command_kind::events},
      {{"check"}, command_kind::check},
      {{"doctor"}, command_kind::doctor},
      {{"why", "fs"}, command_kind::why},
      {{"stdio"}, command_kind::stdio},
      {{"version"}, command_kind::version},
  };
  for (const auto& [arguments, kind] : table) BOOST_TEST((read(arguments).command == kind));
}

BOOST_AUTO_TEST_CASE(global_options_stand_before_or_behind_the_command) {
  for (const auto& arguments : {std::vector<std::string>{"-c", "f", "--json", "ps"},
                                std::vector<std::string>{"ps", "--json", "-c", "f"}}) {
    const auto request = read(arguments);
    BOOST_TEST(request.config_file == "f");
    BOOST_TEST(request.json);
  }
}

BOOST_AUTO_TEST_CASE(a_server_may_have_the_name_of_a_command) {
  BOOST_TEST(read({"logs", "ps"}).server == "ps");
  BOOST_TEST(read({"call", "up", "run"}).tool == "run");
}

BOOST_AUTO_TEST_CASE(what_stands_behind_two_dashes_is_not_looked_at) {
  const auto request = read({"add", "fs", "--no-wait", "--", "prog", "--json", "-c", "--", "x"});
  BOOST_TEST(!request.json);
  BOOST_TEST(!request.wait);
  BOOST_TEST(request.rest == (std::vector<std::string>{"prog", "--json", "-c", "--", "x"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(add_has_a_config_of_its_own) {
  const auto request = read({"-c", "file", "add", "fs", "--config", "{\"command\":\"x\"}"});
  BOOST_TEST(request.config_file == "file");
  BOOST_TEST(request.definition == "{\"command\":\"x\"}");
  BOOST_TEST(request.wait);
}

BOOST_AUTO_TEST_CASE(arguments_arrive_as_they_were_written) {
  for (const char* text : {"{\"a\":[1,2]}", "-", "[1]", "{\"a\":\"%% x,y\"}"})
    BOOST_TEST(read({"call", "fs", "t", text}).arguments == text);
  BOOST_TEST(read({"call", "fs", "t"}).arguments == "{}");
  BOOST_TEST((read({"call", "fs", "t", "--timeout", "5"}).timeout == std::chrono::seconds(5)));
  const auto logs = read({"logs", "fs", "-n", "7", "-f"});
  BOOST_TEST(logs.lines == 7u);
  BOOST_TEST(logs.follow);
}

BOOST_AUTO_TEST_CASE(bad_usage_ends_with_two_and_one_line_that_says_why) {
  const std::pair<std::vector<std::string>, const char*> table[]{
      {{}, "subcommand"},
      {{"frob"}, "there is no command \"frob\""},
      {{"stat"}, "did you mean start?"},
      {{"logs"}, "NAME"},
      {{"logs", "fs", "-n", "0"}, "not in range"},
      {{"logs", "fs", "-n", "x"}, "x"},
      {{"ps", "surplus"}, "surplus"},
      {{"ps", "--frob"}, "--frob"},
      {{"run"}, "run needs a command"},
      {{"run", "--"}, "run needs a command"},
      {{"ps", "--", "x"}, "only run, add and plan"},
      {{"events", "--after", "-1"}, "--after"},
      {{"-c"}, "--config"},
  };
  for (const auto& [arguments, part] : table) {
    const auto reading = read_command_line(arguments);
    BOOST_TEST(!reading.request);
    BOOST_TEST((reading.answer.code == exit_code::usage));
    BOOST_TEST(reading.answer.err.find(part) != std::string::npos,
               part << " is not in " << reading.answer.err);
  }
}

BOOST_AUTO_TEST_CASE(the_help_of_every_command_has_an_example_and_the_exit_codes) {
  for (const char* name :
       {"up", "run", "ps", "logs", "call", "tools", "add", "rm", "start", "stop", "restart",
        "trajectories", "events", "check", "why", "doctor", "version"}) {
    const auto reading = read_command_line({name, "--help"});
    BOOST_TEST((reading.answer.code == exit_code::ok));
    const auto& text = reading.answer.out;
    BOOST_TEST(text.find("Example: toolscore " + std::string(name)) != text.npos, name);
    BOOST_TEST(text.find("3 no node answers") != text.npos, name);
  }
}

BOOST_AUTO_TEST_CASE(urls_are_read_or_refused) {
  const auto shown = [](const char* url) {
    const auto reading = read_url(url);
    return reading.failure.empty() ? to_string(reading.address) : std::string();
  };
  BOOST_TEST(shown("http://127.0.0.1:8088") == "http://127.0.0.1:8088");
  BOOST_TEST(shown("http://localhost:8088/") == "http://localhost:8088");
  BOOST_TEST(shown("http://[::1]:8088") == "http://[::1]:8088");
  BOOST_TEST(shown("http://node") == "http://node:80");
  BOOST_TEST(shown("https://node") == "https://node:443");
  BOOST_TEST(shown("https://[::1]:8443/") == "https://[::1]:8443");
  for (const char* bad :
       {"", "http://", "https://", "ftp://a", "http://a:0", "http://a:99999", "http://a:x",
        "http://a/b", "http://a b", "http://[::1", "http://[::1]x", "http://u@h", "http://a:"})
    BOOST_TEST(shown(bad) == "");
  BOOST_TEST(percent_encoded("a b/../ü") == "a%20b%2F..%2F%C3%BC");
}

BOOST_AUTO_TEST_SUITE_END()
