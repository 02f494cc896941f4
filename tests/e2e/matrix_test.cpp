// Every source that a server is installed from, at a node as it is used: added, called, recorded,
// stopped, and nothing left. Containers, remotes and what listens have suites of their own.
#include "talk.hpp"
#include "workshop.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

struct sources {
  sources() {
    made.serve();
    node.variables = made.variables();
  }

  /// add -> ready -> a call -> its record -> stop -> nothing of it left -> ready again
  void check(const std::string& name, const reply_json& definition, const std::string& version,
             const std::string& commit = {}) {
    BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
    const auto added = add_and_wait(node, name, definition);
    BOOST_REQUIRE_MESSAGE(member_of(added, "success") == true, added.dump() << node.log());
    BOOST_TEST(node.status_of(name) == "ready");
    const auto answer = node.modern_call(name, "echo", {{"text", "hello"}});
    BOOST_TEST(answer.text() == version + " hello", answer.told());
    BOOST_REQUIRE(eventually([&] { return node.trajectories(name).size() == 1; }));
    const auto record = node.trajectories(name)[0];
    BOOST_TEST(text_of(record, "success") == "true", compact(record));
    BOOST_TEST(text_of(record, "server_version") == version, compact(record));
    BOOST_TEST(text_of(record, "server_commit") == (commit.empty() ? version : commit),
               compact(record));
    const auto pid = node.pid_of(name);
    BOOST_TEST(node.ask("POST", "/api/v1/servers/" + name + "/stop").status == 200);
    BOOST_TEST(node.status_of(name) == "stopped");
    BOOST_TEST(eventually([&] { return is_gone(pid); }));
    BOOST_TEST(node.ask("POST", "/api/v1/servers/" + name + "/start").status == 200);
    BOOST_TEST(node.modern_call(name, "echo", {{"text", "again"}}).text() == version + " again");
    end_well(node);
  }

  node_fixture node;
  workshop made{node};
};

/// Said by name, for a test that was not run has shown nothing.
bool is_there(const char* program) {
  if (has_program(program)) return true;
  BOOST_TEST_MESSAGE("skipped: no " << program << " in PATH");
  return false;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(matrix, sources)

BOOST_AUTO_TEST_CASE(a_package_of_npm) {
  made.npm_package("tiny-server", "1.4.0");
  made.npm_package("tiny-server", "1.5.0");
  check("npm", {{"npm", "tiny-server@1.4.0"}}, "1.4.0");
}

BOOST_AUTO_TEST_CASE(a_package_of_a_python_index) {
  made.wheel("tiny_server", "1.4.0");
  made.wheel("tiny_server", "1.5.0");
  check("pypi", {{"pypi", "tiny-server==1.4.0"}}, "1.4.0");
}

BOOST_AUTO_TEST_CASE(a_node_repository_with_a_lock_file) {
  made.write(
      "repo/package.json",
      R"({"name":"tiny","version":"1.4.0","main":"server.js","dependencies":{"tiny-part":"1.0.0"}})");
  made.npm_package("tiny-part", "1.0.0");
  made.npm_package("tiny-part", "1.0.1");
  made.write("repo/server.js",
             "require('tiny-part/package.json');\n" + made.source("js", "1.4.0").substr(20));
  std::string settings;
  for (const auto& one : made.variables()) settings += " '" + one + "'";
  made.run("cd repo && env" + settings + " npm install --package-lock-only --no-audit --no-fund");
  made.write("repo/.gitignore", "node_modules\n");
  const auto url = made.commit("repo");
  check("repo", {{"git", url}}, "1.4.0", made.run("git -C repo rev-parse HEAD"));
}

BOOST_AUTO_TEST_CASE(a_rust_repository) {
  if (!is_there("cargo")) return;
  made.write("repo/Cargo.toml",
             "[package]\nname = \"tiny\"\nversion = \"1.4.0\"\nedition = \"2021\"\n");
  made.write("repo/src/main.rs", made.source("rs", "1.4.0"));
  const auto url = made.commit("repo");
  check("rusty", {{"git", url}, {"ref", "main"}}, "1.4.0", made.run("git -C repo rev-parse HEAD"));
}

BOOST_AUTO_TEST_CASE(a_directory_of_this_host) {
  made.write("project/main.py", made.source("py", "1.4.0"));
  made.write("project/requirements.txt", "");
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  const auto added = add_and_wait(node, "first", {{"path", made.path("project")}});
  BOOST_REQUIRE_MESSAGE(member_of(added, "success") == true, added.dump());
  const auto digest = text_of(node.row("first"), "commit");
  BOOST_TEST(digest.size() == 64u);
  end_well(node);
  check("path", {{"path", made.path("project")}}, "1.4.0", digest);
}

BOOST_AUTO_TEST_CASE(an_archive_that_is_downloaded) {
  made.write("tiny-1.4.0/server.js", made.source("js", "1.4.0"));
  made.write("tiny-1.4.0/package.json", R"({"name":"tiny","version":"1.4.0"})");
  made.run("tar -czf served/tiny.tar.gz tiny-1.4.0");
  const auto sum = made.run("sha256sum served/tiny.tar.gz").substr(0, 64);
  check("archive", {{"archive", made.url() + "/files/tiny.tar.gz"}, {"sha256", sum}}, "1.4.0", sum);
}

BOOST_AUTO_TEST_CASE(a_bundle) {
  made.write("bundle/manifest.json",
             R"({"manifest_version": "0.3", "name": "tiny", "version": "1.4.0", "description": "x",
                 "author": {"name": "x"}, "server": {"type": "node", "entry_point": "server.js",
                 "mcp_config": {"command": "node", "args": ["${__dirname}/server.js"]}}})");
  made.write("bundle/server.js", made.source("js", "1.4.0"));
  made.run("cd bundle && python3 -m zipfile -c ../tiny.mcpb manifest.json server.js");
  const auto sum = made.run("sha256sum tiny.mcpb").substr(0, 64);
  check("bundle", {{"mcpb", made.path("tiny.mcpb")}, {"sha256", sum}}, "1.4.0", sum);
}

BOOST_AUTO_TEST_SUITE_END()
