#include "runners/install_environment.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

/// One of everything a developer's shell may hold.
const variable_map node{{"PATH", "/bin"},
                        {"HOME", "/home/x"},
                        {"USER", "x"},
                        {"LANG", "C.UTF-8"},
                        {"LC_ALL", "C"},
                        {"TZ", "UTC"},
                        {"TMPDIR", "/tmp"},
                        {"HTTP_PROXY", "p"},
                        {"https_proxy", "p"},
                        {"no_proxy", "p"},
                        {"SSL_CERT_FILE", "f"},
                        {"NODE_EXTRA_CA_CERTS", "f"},
                        {"npm_config_registry", "r"},
                        {"NPM_CONFIG_CACHE", "c"},
                        {"PIP_INDEX_URL", "i"},
                        {"SSH_AUTH_SOCK", "s"},
                        {"OPENAI_API_KEY", "secret"},
                        {"ANTHROPIC_API_KEY", "secret"},
                        {"AWS_SECRET_ACCESS_KEY", "secret"},
                        {"GITHUB_TOKEN", "secret"},
                        {"PIPELINE_TOKEN", "secret"},
                        {"LD_PRELOAD", "x"},
                        {"PYTHONPATH", "x"},
                        {"NODE_OPTIONS", "x"}};

bool has(const variable_map& variables, const char* name) {
  return variables.count(name) != 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(each_variable_reaches_exactly_those_that_may_have_it) {
  struct row {
    const char* name;
    bool server, install, clone;
  };
  const row table[]{
      {"PATH", true, true, true},
      {"HOME", true, true, true},
      {"USER", true, true, true},
      {"LANG", false, true, true},
      {"LC_ALL", false, true, true},
      {"TZ", false, true, true},
      {"TMPDIR", false, true, true},
      {"HTTP_PROXY", false, true, true},
      {"https_proxy", false, true, true},
      {"no_proxy", false, true, true},
      {"SSL_CERT_FILE", false, true, true},
      {"NODE_EXTRA_CA_CERTS", false, true, true},
      {"npm_config_registry", false, true, true},
      {"NPM_CONFIG_CACHE", false, true, true},
      {"PIP_INDEX_URL", false, true, true},
      {"SSH_AUTH_SOCK", false, false, true},
      {"OPENAI_API_KEY", false, false, false},
      {"ANTHROPIC_API_KEY", false, false, false},
      {"AWS_SECRET_ACCESS_KEY", false, false, false},
      {"GITHUB_TOKEN", false, false, false},
      {"PIPELINE_TOKEN", false, false, false},
      {"LD_PRELOAD", false, false, false},
      {"PYTHONPATH", false, false, false},
      {"NODE_OPTIONS", false, false, false},
  };
  BOOST_TEST(std::size(table) == node.size());
  for (const auto& row : table) {
    BOOST_TEST(has(server_environment(node), row.name) == row.server, row.name);
    BOOST_TEST(has(install_environment(node), row.name) == row.install, row.name);
    BOOST_TEST(has(clone_environment(node), row.name) == row.clone, row.name);
  }
}

BOOST_AUTO_TEST_CASE(a_node_without_a_path_still_gives_one) {
  BOOST_TEST(has(server_environment({}), "PATH"));
  BOOST_TEST(!has(server_environment({{"TERM", "() { :; }"}}), "TERM"));
}

BOOST_AUTO_TEST_CASE(of_a_servers_own_settings_an_install_step_sees_only_those_of_installers) {
  const auto settings = install_settings_of({{"API_KEY", "x"}, {"NPM_CONFIG_REGISTRY", "r"}});
  BOOST_TEST(settings.size() == 1u);
  BOOST_TEST(has(settings, "NPM_CONFIG_REGISTRY"));
}

BOOST_AUTO_TEST_SUITE_END()
