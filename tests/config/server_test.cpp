#include "config/server_config.hpp"
#include "messages/late_value.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

result<server_spec> parse(const char* text, std::vector<std::string>* ignored = nullptr) {
  return parse_server("fs", text, server_policy{}, test::usual_environment(), ignored);
}

} // namespace

BOOST_AUTO_TEST_SUITE(server)

BOOST_AUTO_TEST_CASE(a_command_server_is_read_with_its_references_put_in) {
  const auto spec = parse(R"({"command": "npx", "args": ["-y", "pkg", "${KEY}"],
    "env": {"A": "${KEY}", "N": 5, "B": true, "GONE": null, "T": "${file:/run/secrets/t}"},
    "cwd": "~/data", "type": "stdio", "disabled": true})");
  BOOST_REQUIRE_MESSAGE(spec, (spec ? "" : spec.failure().detail));
  BOOST_TEST(spec->id.value == "fs");
  BOOST_TEST((spec->source == source_kind::command));
  BOOST_TEST(spec->command == "npx");
  BOOST_TEST((spec->args == std::vector<std::string>{"-y", "pkg", "k-1"}));
  BOOST_TEST(late_reference(spec->env.at("T")) == "${file:/run/secrets/t}");
  BOOST_TEST(is_late(spec->env.at("T")));
  auto others = spec->env;
  others.erase("T");
  BOOST_TEST(
      (others == std::map<std::string, std::string>{{"A", "k-1"}, {"N", "5"}, {"B", "true"}}));
  BOOST_TEST(spec->cwd == "/home/ann/data");
  BOOST_TEST(spec->disabled);
}

BOOST_AUTO_TEST_CASE(a_git_server_is_read_and_may_override_its_command) {
  const auto spec = parse(R"({"git": "https://example.org/w.git", "ref": "v1.2.0",
                              "subdir": "server", "command": "node", "args": ["x.js"]})");
  BOOST_REQUIRE(spec);
  BOOST_TEST((spec->source == source_kind::git));
  BOOST_TEST(spec->git == "https://example.org/w.git");
  BOOST_TEST(spec->ref == "v1.2.0");
  BOOST_TEST(spec->subdir == "server");
  BOOST_TEST(spec->command == "node");
}

BOOST_AUTO_TEST_CASE(secrets_stay_out_of_what_is_stored_and_come_back_from_the_environment) {
  const char* text = R"({"command":"x","env":{"A":"${KEY}","T":"${file:/run/secrets/t}"}})";
  const auto spec = parse(text);
  BOOST_REQUIRE(spec);
  BOOST_TEST(spec->origin_json == text);
  BOOST_TEST(to_json(*spec) == text);
  BOOST_TEST(effective_json(*spec).find("s3cret") == std::string::npos); // Not read before a start.
  const auto again = parse_server("fs", to_json(*spec), server_policy{},
                                  test::environment_of({{"KEY", "rotated"}, {"HOME", "/"}}));
  BOOST_REQUIRE(again);
  BOOST_TEST(again->env.at("A") == "rotated");
}

BOOST_AUTO_TEST_CASE(a_definition_made_by_a_program_is_written_out_and_read_back_the_same) {
  server_spec made;
  made.id.value = "fs";
  made.source = source_kind::git;
  made.git = "/srv/repo";
  made.ref = "main";
  made.subdir = "a/b";
  made.args = {"--literal=${KEY}", "$${x}"};
  made.env = {{"A", "${NONE}"}};
  made.cwd = "/data";
  made.disabled = true;
  made.policy.restart = restart_type::temporary;
  made.policy.tools_deny = {"rm_*"};
  const auto again = parse_server("fs", to_json(made), server_policy{}, test::usual_environment());
  BOOST_REQUIRE_MESSAGE(again, (again ? "" : again.failure().detail));
  BOOST_TEST(again->args == made.args, boost::test_tools::per_element());
  BOOST_TEST(effective_json(*again) == effective_json(made));
}

BOOST_AUTO_TEST_CASE(every_source_is_read_and_written_again) {
  const std::string sum(64, 'A');
  const std::tuple<std::string, source_kind, std::string> rows[] = {
      {R"({"npm": "@s/x@1"})", source_kind::npm, "@s/x@1"},
      {R"({"pypi": "x==1", "command": "x-cli"})", source_kind::pypi, "x==1"},
      {R"({"path": "/srv/x", "subdir": "a", "build": [["make", "${KEY}"]]})", source_kind::path,
       "/srv/x"},
      {R"({"archive": "https://h/x.tgz", "sha256": ")" + sum + R"("})", source_kind::archive,
       "https://h/x.tgz"},
      {R"({"mcpb": "/x.mcpb", "user_config": {"a": 1, "b": ["${KEY}", "c"]}})", source_kind::bundle,
       "/x.mcpb"},
  };
  for (const auto& [text, kind, what] : rows) {
    const auto spec = parse(text.c_str());
    BOOST_REQUIRE_MESSAGE(spec, text << (spec ? "" : spec.failure().detail));
    BOOST_TEST((spec->source == kind), text);
    BOOST_TEST((spec->package + spec->from) == what);
    BOOST_TEST((spec->sha256.empty() || spec->sha256 == std::string(64, 'a')));
    auto made = *spec;
    made.origin_json.clear();
    const auto again =
        parse_server("fs", to_json(made), server_policy{}, test::usual_environment());
    BOOST_REQUIRE_MESSAGE(again, (again ? "" : again.failure().detail));
    BOOST_TEST(effective_json(*again) == effective_json(made));
    BOOST_TEST((again->build == spec->build && again->user_config == spec->user_config));
  }
}

BOOST_AUTO_TEST_CASE(keys_of_other_hosts_are_kept_and_listed) {
  std::vector<std::string> ignored;
  const auto spec = parse(R"({"command": "x", "autoApprove": ["a"], "envFile": ".env", "dev": {},
    "timeout": 60, "name": "Files", "whateverComesNext": 1})",
                          &ignored);
  BOOST_REQUIRE_MESSAGE(spec, (spec ? "" : spec.failure().detail));
  const std::vector<std::string> expected{"fs.autoApprove", "fs.envFile", "fs.dev",
                                          "fs.timeout",     "fs.name",    "fs.whateverComesNext"};
  BOOST_TEST(ignored == expected, boost::test_tools::per_element());
  BOOST_TEST(spec->origin_json.find("autoApprove") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bad_server_is_refused_with_its_path_and_what_to_do) {
  const std::pair<const char*, const char*> rows[] = {
      {"{}", "fs: says not where the server comes from, add \"command\", \"git\", \"npm\", "
             "\"pypi\", \"image\" or \"url\""},
      {"[]", "fs: [] is no object"},
      {R"({"command": "x", "comand": "y"})",
       "fs: unknown key \"comand\"; did you mean \"command\"?"},
      {R"({"command": "x", "arg": []})", "did you mean \"args\"?"},
      {R"({"command": "x", "evn": {}})", "did you mean \"env\"?"},
      {R"({"command": "x", "restrat": "permanent"})", "did you mean \"restart\"?"},
      {R"({"command": "x", "start_timout": 1})", "did you mean \"start_timeout\"?"},
      {R"({"command": "x", "Disabled": true})", "did you mean \"disabled\"?"},
      {R"({"command": ""})", "fs.command: is empty"},
      {R"({"command": 5})", "fs.command: 5 is no text"},
      {R"({"command": "a\u0000b"})", "fs.command: holds a NUL character"},
      {R"({"command": "${NONE}"})", "fs.command: ${NONE}: the variable NONE is not set"},
      {R"({"command": "x", "args": "y"})", "fs.args: \"y\" is no list"},
      {R"({"command": "x", "args": ["a", "${NONE}"]})", "fs.args[1]: ${NONE}: the variable"},
      {R"({"command": "x", "args": ["a\u0000"]})", "fs.args[0]: holds a NUL"},
      {R"({"command": "x", "env": []})", "fs.env: [] is no object"},
      {R"({"command": "x", "env": {"A": "${NONE}"}})", "fs.env.A: ${NONE}: the variable"},
      {R"({"command": "x", "env": {"A=B": "c"}})", "fs.env: \"A=B\" cannot name a variable"},
      {R"({"command": "x", "env": {"A": {}}})", "fs.env.A: {} is no text"},
      {R"({"command": "x", "disabled": "yes"})", "fs.disabled: \"yes\" is neither true nor false"},
      {R"({"command": "x", "ref": "main"})", "fs.ref: has a meaning only beside \"git\""},
      {R"({"command": "x", "subdir": "a"})",
       "fs.subdir: has a meaning only beside \"git\", \"path\" or \"archive\""},
      {R"({"npm": "x", "sha256": "a"})", "fs.sha256: has a meaning only beside"},
      {R"({"npm": "x", "pypi": "y"})", "fs.pypi: is a second source beside \"npm\""},
      {R"({"npm": ""})", "fs.npm: is empty, write NAME or NAME@VERSION"},
      {R"({"pypi": "--index-url=x"})", "fs.pypi: cannot begin with '-'"},
      {R"({"path": "here"})", "fs.path: \"here\" is no absolute path"},
      {R"({"archive": "u", "sha256": "abc"})", "fs.sha256: is no SHA-256"},
      {R"({"archive": "u", "build": "make"})", "fs.build: \"make\" is no list"},
      {R"({"archive": "u", "build": []})", "fs.build: [] is no list"},
      {R"({"archive": "u", "build": ["make"]})", "fs.build: \"make\" is no command"},
      {R"({"archive": "u", "build": [[1]]})", "fs.build: 1 is no text"},
      {R"({"mcpb": "u", "build": [["x"]]})", "fs.build: has a meaning only beside"},
      {R"({"mcpb": "u", "user_config": {"a": {}}})", "fs.user_config.a: {} is no text"},
      {R"({"git": ""})", "fs.git: is empty"},
      {R"({"git": "--upload-pack=x"})", "fs.git: cannot begin with '-'"},
      {R"({"git": "u", "ref": "-x"})", "fs.ref: a branch, tag or commit has no leading '-'"},
      {R"({"git": "u", "subdir": "../x"})", "fs.subdir: \"../x\" leaves the source"},
      {R"({"git": "u", "subdir": "a/../../x"})", "leaves the source"},
      {R"({"git": "u", "subdir": "/etc"})", "leaves the source"},
      {R"({"command": "x", "type": "telnet"})", "fs.type: \"telnet\" is not known here"},
      {"{\"command\": \n ?}", "fs:2:2: expected a value"},
  };
  for (const auto& [text, expected] : rows) {
    const auto spec = parse(text);
    BOOST_REQUIRE_MESSAGE(!spec, text);
    BOOST_TEST((spec.failure().code == errc::bad_config), spec.failure().detail);
    BOOST_TEST(spec.failure().detail.find(expected) != std::string::npos,
               spec.failure().detail << " lacks " << expected);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_legal_is_refused_with_one_that_is) {
  const std::pair<std::string, const char*> rows[] = {
      {"My Server", "my-server"},
      {"", "server"},
      {"1st", "st"},
      {"GitHub_MCP", "github-mcp"},
      {"a.b.c", "a-b-c"},
      {"---", "server"},
      {"\xE6\x9C\x8D", "server"},
      {std::string(30, 'a'), "aaaaaaaaaaaaaaaaaaaaaaaa"},
  };
  for (const auto& [name, expected] : rows) {
    BOOST_TEST(!legal_server_name(name));
    BOOST_TEST(suggest_server_name(name) == expected);
    BOOST_TEST(legal_server_name(expected));
    const auto spec =
        parse_server(name, R"({"command": "x"})", server_policy{}, test::usual_environment());
    BOOST_REQUIRE(!spec);
    BOOST_TEST(spec.failure().detail.find(std::string("call it \"") + expected + "\"") !=
               std::string::npos);
  }
  BOOST_TEST(legal_server_name("a-1"));
  BOOST_TEST(legal_server_name(std::string(24, 'a')));
  BOOST_TEST(
      !parse_server("\xFF\n", R"({"command": "x"})", server_policy{}, test::usual_environment()));
}

BOOST_AUTO_TEST_SUITE_END()
