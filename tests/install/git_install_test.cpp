// Real git, pip and npm through the process runner on a real loop.
#include "tests/install/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// One line, about the step, without a control character.
void check_failure(const install_finished& answer, const std::string& step,
                   const std::vector<std::string>& parts) {
  BOOST_TEST_REQUIRE(!answer.launch);
  const auto& failure = answer.launch.failure();
  BOOST_TEST((failure.code == errc::install_failed));
  BOOST_TEST(failure.detail.starts_with(step + ": "), failure.detail);
  BOOST_TEST(!contains(failure.detail, "\n"));
  for (const auto& part : parts) BOOST_TEST(contains(failure.detail, part), failure.detail);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(git_install, runner_fixture)

BOOST_AUTO_TEST_CASE(a_python_server_is_cloned_installed_and_answers) {
  const auto url = example_url(*this, "weather-python");
  const auto answer = install_and_wait(git_server("weather", url, "v1"));
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(states_of("weather") == "queued cloning building building");
  BOOST_TEST(answer.version ==
             run("git -C '" + folder.string() + "/examples/weather-python' rev-parse HEAD"));
  BOOST_TEST(answer.launch->argv.at(0).ends_with("/venv/bin/weather-server"));
  BOOST_TEST(answer.launch->env.count("SECRET_API_KEY") == 0u);
  const auto first = ask(*answer.launch, initialize_line);
  BOOST_TEST(contains(first, R"("name": "weather-server")"), first);
  const auto call = ask(*answer.launch, R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":)"
                                        R"({"name":"forecast","arguments":{"city":"Oslo"}}})");
  BOOST_TEST(contains(call, R"("isError": false)"), call);
}

BOOST_AUTO_TEST_CASE(a_node_server_is_cloned_installed_and_answers) {
  const auto answer = install_and_wait(git_server("notes", example_url(*this, "notes-node")));
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(states_of("notes") == "queued cloning building");
  const auto first = ask(*answer.launch, initialize_line);
  BOOST_TEST(contains(first, R"("name":"notes-server")"), first);
}

BOOST_AUTO_TEST_CASE(what_is_installed_is_reused_without_its_source_and_refresh_needs_it) {
  const auto spec = git_server("notes", example_url(*this, "notes-node"));
  const auto first = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(first.launch));
  std::filesystem::remove_all(folder / "examples");
  reports.clear();
  const auto second = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(second.launch));
  BOOST_TEST(second.version == first.version);
  BOOST_TEST(states_of("notes") == "");
  check_failure(install_and_wait(spec, true), "clone", {"check the URL"});
}

BOOST_AUTO_TEST_CASE(a_half_finished_install_is_removed_and_redone) {
  const auto spec = git_server("notes", example_url(*this, "notes-node"));
  const auto plan = *plan_install(spec, options.host);
  std::filesystem::create_directories(plan.dir + "/checkout");
  std::ofstream(plan.dir + "/checkout/package.json") << "{}";
  std::ofstream(plan.dir + "/.toolscore-install.json.partial") << "{";
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(!std::filesystem::exists(plan.dir + "/.toolscore-install.json.partial"));
  BOOST_TEST(contains(ask(*answer.launch, initialize_line), "notes-server"));
}

BOOST_AUTO_TEST_CASE(a_damaged_install_is_redone) {
  const auto spec = git_server("notes", example_url(*this, "notes-node"));
  BOOST_TEST_REQUIRE(bool(install_and_wait(spec).launch));
  const auto plan = *plan_install(spec, options.host);
  std::filesystem::remove_all(plan.dir + "/checkout");
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch));
  BOOST_TEST(contains(ask(*answer.launch, initialize_line), "notes-server"));
}

BOOST_AUTO_TEST_CASE(a_repository_or_ref_that_is_not_there_says_so_and_leaves_nothing) {
  check_failure(install_and_wait(git_server("a", "file:///nowhere/at/all")), "clone",
                {"exit 3", "/nowhere/at/all", "No such file"});
  check_failure(install_and_wait(git_server("b", example_url(*this, "notes-node"), "v9")), "clone",
                {"exit 4", "\"v9\"", "name a branch"});
  check_failure(install_and_wait(git_server("c", "ext::sh -c id")), "clone",
                {"exit 2", "use https"});
  BOOST_TEST(installs().empty());
  BOOST_TEST(states_of("a") == "queued cloning failed");
  BOOST_TEST(reports.back().reason == answers.back().launch.failure().detail);
}

BOOST_AUTO_TEST_CASE(pip_that_fails_is_a_failure_and_never_a_warning) {
  const auto url = make_repository(
      "broken", {{"pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = \"b\"\n"
                                    "backend-path = [\".\"]\n[project]\nname = \"x\"\n"
                                    "version = \"1\"\n[project.scripts]\nx = \"x:main\"\n"},
                 {"main.py", "print('a fallback that must not be started')\n"},
                 {"b.py", "raise RuntimeError('the backend is made of cheese')\n"}});
  check_failure(install_and_wait(git_server("broken", url)), "pip",
                {"-m pip install", "exit 1", "the backend is made of cheese"});
  BOOST_TEST(installs().empty());
  BOOST_TEST(states_of("broken") == "queued cloning building building failed");
}

BOOST_AUTO_TEST_CASE(a_build_that_fails_and_one_that_makes_nothing_are_failures) {
  const std::string head = R"({"name":"x","version":"1.0.0","bin":"dist/x.js","scripts":{"build":)";
  const auto fails = make_repository(
      "fails", {{"package.json", head + R"("echo the compiler says no >&2; exit 7"}})"}});
  check_failure(install_and_wait(git_server("fails", fails)), "build",
                {"run build", "exit 7", "the compiler says no"});
  const auto empty = make_repository("empty", {{"package.json", head + R"("true"}})"}});
  check_failure(install_and_wait(git_server("empty", empty)), "launch",
                {"dist/x.js (bin)", "set \"command\""});
  const auto works = make_repository(
      "works", {{"package.json", head + R"("mkdir dist && echo 'console.log(1)' > dist/x.js"}})"}});
  const auto answer = install_and_wait(git_server("works", works));
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(ask(*answer.launch, "") == "1");
  BOOST_TEST(installs().size() == 1u);
}

BOOST_AUTO_TEST_CASE(no_key_of_the_nodes_owner_reaches_an_install_step) {
  const auto url = make_repository(
      "spy",
      {{"package.json",
        R"({"name":"x","version":"1.0.0","main":"seen","scripts":{"build":"env > seen"}})"}});
  const auto answer = install_and_wait(git_server("spy", url));
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  std::ifstream file(answer.launch->cwd + "/seen");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  BOOST_TEST(contains(text, "PATH="));
  BOOST_TEST(!contains(text, "do-not-leak"));
}

BOOST_AUTO_TEST_CASE(submodules_come_along_and_survive_the_rename) {
  const auto inner = make_repository("inner", {{"lib.py", "WORD = 'inner'\n"}});
  make_repository("outer", {{"main.py", "import sys; sys.path.insert(0, 'sub'); import lib; "
                                        "print(lib.WORD)\n"}});
  const auto outer = (folder / "repositories/outer").string();
  run("cd '" + outer + "' && git -c protocol.file.allow=always submodule --quiet add " + inner +
      " sub && git -c user.name=t -c user.email=t@t commit -q -m y");
  const auto answer = install_and_wait(git_server("outer", "file://" + outer));
  BOOST_TEST_REQUIRE(bool(answer.launch), (answer.launch ? "" : answer.launch.failure().detail));
  BOOST_TEST(run("git -C '" + answer.launch->cwd + "' status --porcelain --ignored=no") == "");
  BOOST_TEST(run("git -C '" + answer.launch->cwd + "/sub' rev-parse --is-inside-work-tree") ==
             "true");
  BOOST_TEST(ask(*answer.launch, "") == "inner");
}

BOOST_AUTO_TEST_SUITE_END()
