// Real npm through the process runner. The registry is one of our own on a port of its own; the
// public one is asked only where TOOLSCORE_ONLINE_TESTS is set.
#include "tests/install/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* closed_port = "http://127.0.0.1:1/";

struct own_registry : runner_fixture {
  own_registry() {
    const auto package = folder / "package";
    std::filesystem::create_directories(package);
    std::ofstream(package / "package.json")
        << R"({"name":"fixture-server","version":"1.4.0","bin":{"fixture-server":"run.js"}})";
    std::ofstream(package / "run.js")
        << "#!/usr/bin/env node\nconsole.log(JSON.stringify(process.argv.slice(2)))\n";
    run("tar -C '" + folder.string() + "' -czf '" + folder.string() + "/x.tgz' package");
    launch_plan plan;
    plan.argv = {options.host.node, TOOLSCORE_SOURCE_DIR "/tests/install/registry.js",
                 (folder / "x.tgz").string(), log()};
    plan.env = minimal_environment(options.host.variables);
    plan.cwd = folder.string();
    processes->spawn(plan, {}, [this](result<std::unique_ptr<hosted_process>> outcome) {
      BOOST_TEST_REQUIRE(bool(outcome));
      registry = std::move(*outcome);
    });
    BOOST_TEST_REQUIRE(run_until([this] { return registry != nullptr; }, 20s));
    output = registry->take_stdout();
    char c = 0;
    BOOST_TEST_REQUIRE(run_until(
        [&] {
          while (::read(output, &c, 1) == 1 && c != '\n') port += c;
          return c == '\n';
        },
        20s));
    use_registry("http://127.0.0.1:" + port + "/");
    options.host.variables["NPM_CONFIG_CACHE"] = (folder / "cache").string();
    options.host.variables["NPM_CONFIG_FETCH_RETRIES"] = "0";
  }
  ~own_registry() { ::close(output); }

  void use_registry(const std::string& url) { options.host.variables["NPM_CONFIG_REGISTRY"] = url; }
  std::string log() const { return (folder / "asked").string(); }
  std::size_t asked() const {
    std::ifstream file(log());
    return static_cast<std::size_t>(
        std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n'));
  }
  /// The runner keeps what it was started with, so another registry needs another runner.
  void restart_runner() {
    caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
    runner = nullptr;
  }

  std::unique_ptr<hosted_process> registry;
  std::string port;
  int output = -1;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(npm_install, own_registry)

BOOST_AUTO_TEST_CASE(npx_installs_once_and_the_second_time_asks_no_registry) {
  const auto spec = npx_server("fixture", {"-y", "fixture-server", "/data", "--x"});
  const auto first = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(first.launch), (first.launch ? "" : first.launch.failure().detail));
  BOOST_TEST(first.version == "1.4.0");
  BOOST_TEST(states_of("fixture") == "queued building");
  BOOST_TEST(first.launch->argv.at(0) == options.host.node);
  BOOST_TEST(ask(*first.launch, "") == R"(["/data","--x"])");
  const auto after_first = asked();
  BOOST_TEST(after_first > 0u);

  restart_runner();
  use_registry(closed_port);
  std::filesystem::remove_all(folder / "cache");
  const auto second = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(second.launch), (second.launch ? "" : second.launch.failure().detail));
  BOOST_TEST(second.launch->argv == first.launch->argv, boost::test_tools::per_element());
  BOOST_TEST(second.version == "1.4.0");
  BOOST_TEST(asked() == after_first);
  // The proof that the closed port would have been noticed.
  BOOST_TEST(!install_and_wait(npx_server("other", {"fixture-server@1.4.0"})).launch);
}

BOOST_AUTO_TEST_CASE(two_servers_of_one_package_cause_one_install_and_keep_their_own_arguments) {
  install(npx_server("one", {"-y", "fixture-server", "1"}));
  install(npx_server("two", {"-y", "fixture-server", "2"}));
  wait_for_answers(2);
  BOOST_TEST_REQUIRE((answer_of("one").launch && answer_of("two").launch));
  BOOST_TEST(answer_of("one").launch->argv.back() == "1");
  BOOST_TEST(answer_of("two").launch->argv.back() == "2");
  BOOST_TEST(installs().size() == 1u);
  BOOST_TEST(asked() == 2u); // The package's page and its archive.
}

BOOST_AUTO_TEST_CASE(a_package_that_does_not_exist_is_one_clear_line) {
  const auto answer = install_and_wait(npx_server("none", {"-y", "no-such-package@1"}));
  BOOST_TEST_REQUIRE(!answer.launch);
  const auto& detail = answer.launch.failure().detail;
  BOOST_TEST((answer.launch.failure().code == errc::install_failed));
  BOOST_TEST(detail.starts_with("npm: "), detail);
  BOOST_TEST(detail.find("exit 1") != std::string::npos, detail);
  BOOST_TEST(detail.find("404") != std::string::npos, detail);
  BOOST_TEST(detail.find('\n') == std::string::npos, detail);
  BOOST_TEST(installs().empty());
}

BOOST_AUTO_TEST_CASE(a_bin_that_the_package_lacks_is_named_with_those_it_has) {
  const auto answer = install_and_wait(npx_server("bin", {"-p", "fixture-server", "other"}));
  BOOST_TEST_REQUIRE(!answer.launch);
  BOOST_TEST(answer.launch.failure().detail.find("no bin named other but fixture-server") !=
                 std::string::npos,
             answer.launch.failure().detail);
}

BOOST_AUTO_TEST_CASE(a_plain_command_is_ready_at_once_and_runs_in_a_directory_of_its_own) {
  server_spec spec;
  spec.id.value = "plain";
  spec.command = "cat";
  const auto answer = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(answer.launch));
  BOOST_TEST(answer.version == "");
  BOOST_TEST(answer.launch->own_cwd);
  BOOST_TEST(ask(*answer.launch, "hello") == "hello");
  BOOST_TEST(std::filesystem::is_directory(answer.launch->cwd)); // Made at its start.
  BOOST_TEST(states_of("plain") == "");
}

BOOST_AUTO_TEST_CASE(a_server_of_the_public_registry_answers_and_is_reused_offline) {
  if (std::getenv("TOOLSCORE_ONLINE_TESTS") == nullptr) return;
  for (const auto* name : {"NPM_CONFIG_REGISTRY", "NPM_CONFIG_CACHE"})
    options.host.variables.erase(name);
  const auto spec = npx_server("all", {"-y", "@modelcontextprotocol/server-everything"});
  const auto first = install_and_wait(spec);
  BOOST_TEST_REQUIRE(bool(first.launch), (first.launch ? "" : first.launch.failure().detail));
  const auto answer = ask(*first.launch, initialize_line);
  BOOST_TEST(answer.find("serverInfo") != std::string::npos, answer);
  restart_runner();
  use_registry(closed_port);
  const auto begun = std::chrono::steady_clock::now();
  const auto second = install_and_wait(spec);
  const auto took = std::chrono::steady_clock::now() - begun;
  BOOST_TEST_REQUIRE(bool(second.launch));
  BOOST_TEST_MESSAGE("the second install took "
                     << std::chrono::duration_cast<std::chrono::microseconds>(took).count()
                     << " us");
}

BOOST_AUTO_TEST_SUITE_END()
