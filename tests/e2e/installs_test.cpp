#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr auto install_limit = 120s;

/// The tool of the server that is called, and what its answer must have in it.
struct sample {
  std::string tool;
  reply_json arguments;
  std::string said;
};

/// How this machine reaches the registry: a node gets it from whoever starts it.
std::vector<std::string> network_settings() {
  std::vector<std::string> found;
  for (const char* name :
       {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
        "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "NPM_CONFIG_REGISTRY", "npm_config_registry"})
    if (const char* value = std::getenv(name)) found.push_back(std::string(name) + "=" + value);
  return found;
}

/// install -> ready -> call -> record, then the same on a second node without a registry.
void check_whole_life(node_fixture& node, const std::string& server, const sample& call) {
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE_MESSAGE(node.wait_for_status(server, "ready", install_limit),
                        text_of(node.row(server), "reason"));
  const auto installed = text_of(node.row(server), "commit");
  BOOST_TEST(!installed.empty());
  auto answer = node.modern_call(server, call.tool, call.arguments);
  BOOST_TEST(answer.text().find(call.said) != std::string::npos, answer.told());
  BOOST_REQUIRE(eventually([&] { return node.trajectories(server).size() == 1; }));
  const auto record = node.trajectories(server)[0];
  BOOST_TEST(text_of(record, "success") == "true", compact(record));
  BOOST_TEST(text_of(record, "tool") == call.tool);
  BOOST_TEST(text_of(record, "server_commit") == installed);
  BOOST_TEST(!text_of(record, "server_version").empty());
  end_well(node);

  // Nobody listens on that port: whoever asks a registry fails at once.
  node.variables = {"NPM_CONFIG_REGISTRY=http://127.0.0.1:1", "PIP_INDEX_URL=http://127.0.0.1:1",
                    "NPM_CONFIG_FETCH_RETRIES=0", "NPM_CONFIG_CACHE=" + node.directory() + "/none"};
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE_MESSAGE(node.wait_for_status(server, "ready", 30s),
                        text_of(node.row(server), "reason"));
  BOOST_TEST(text_of(node.row(server), "commit") == installed);
  answer = node.modern_call(server, call.tool, call.arguments);
  BOOST_TEST(answer.text().find(call.said) != std::string::npos, answer.told());
  end_well(node);
}

/// @returns the URL of the example's repository, made in the node's directory
std::string fixture_url(const node_fixture& node, const std::string& name) {
  const auto at = node.directory() + "/fixtures";
  const auto command = "'" TOOLSCORE_SOURCE_DIR "/examples/make-fixtures' '" + at + "' >/dev/null";
  BOOST_REQUIRE(std::system(command.c_str()) == 0);
  return "file://" + at + "/" + name;
}

} // namespace

BOOST_AUTO_TEST_SUITE(installs)

BOOST_AUTO_TEST_CASE(an_npm_package_is_installed_once_and_then_started_without_its_registry) {
  node_fixture node;
  node.variables = network_settings();
  node.add("everything",
           {{"command", "npx"}, {"args", {"-y", "@modelcontextprotocol/server-everything"}}});
  check_whole_life(node, "everything", {"echo", {{"message", "hello"}}, "hello"});
}

BOOST_AUTO_TEST_CASE(a_python_repository_is_installed_once_and_then_started_without_an_index) {
  node_fixture node;
  node.add("weather", {{"git", fixture_url(node, "weather-python")}, {"ref", "v1"}});
  check_whole_life(node, "weather", {"forecast", {{"city", "Oslo"}}, "temperature_c"});
}

BOOST_AUTO_TEST_CASE(a_node_repository_is_installed_once_and_then_started_without_a_registry) {
  node_fixture node;
  node.add("notes", {{"git", fixture_url(node, "notes-node")}});
  check_whole_life(node, "notes", {"list_notes", reply_json::object(), "[]"});
}

BOOST_AUTO_TEST_CASE(a_package_that_no_registry_has_fails_its_server_alone) {
  node_fixture node;
  node.variables = {"NPM_CONFIG_REGISTRY=http://127.0.0.1:1", "NPM_CONFIG_FETCH_RETRIES=0"};
  node.add("absent", {{"command", "npx"}, {"args", {"-y", "toolscore-absent-package"}}});
  node.add_fault("ok", {});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("absent", "failed", install_limit));
  const auto reason = text_of(node.row("absent"), "reason");
  BOOST_TEST(is_one_line(reason), reason);
  BOOST_TEST(reason.find("toolscore-absent-package") != std::string::npos, reason);
  BOOST_TEST(reason.find("127.0.0.1:1") != std::string::npos, reason);
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
