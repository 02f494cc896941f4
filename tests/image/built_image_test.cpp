#include "runners/built_image.hpp"
#include "runners/container/image_name.hpp"
#include "runners/plan_outline.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace toolscore;

namespace {

server_spec project(const std::string& dockerfile = "./Dockerfile") {
  server_spec spec;
  spec.id.value = "box";
  spec.source = source_kind::git;
  spec.git = "https://example.org/x.git";
  spec.container.image = dockerfile;
  return spec;
}

host_facts sample_host() {
  host_facts host;
  host.state_dir = "/state";
  host.libexec_dir = "/libexec";
  host.engines = {"/run/a.sock", "/run/b.sock"};
  host.image_owner = "fd00-1a";
  return host;
}

install_plan planned(const server_spec& spec, std::uint32_t revision = 0) {
  const auto plan = plan_install(spec, sample_host(), revision);
  BOOST_REQUIRE(plan);
  return *plan;
}

bool has(const std::vector<std::string>& words, const std::string& first,
         const std::string& second) {
  const auto at = std::find(words.begin(), words.end(), first);
  return at != words.end() && at + 1 != words.end() && at[1] == second;
}

} // namespace

BOOST_AUTO_TEST_SUITE(built_image)

BOOST_AUTO_TEST_CASE(an_image_is_called_by_what_it_is_made_of) {
  const auto name = toolscore::built_image(project(), "abc", "fd00-1a");
  BOOST_TEST(name.starts_with("localhost/toolscore-fd00-1a:i-"));
  BOOST_TEST(bool(parse_image_name(name)));
  BOOST_TEST(name == toolscore::built_image(project("./x/../Dockerfile"), "abc", "fd00-1a"));
  auto elsewhere = project();
  elsewhere.git = "https://example.org/fork.git"; // The same commit is the same content.
  BOOST_TEST(name == toolscore::built_image(elsewhere, "abc", "fd00-1a"));
  auto deeper = project();
  deeper.subdir = "server";
  for (const auto& other : {toolscore::built_image(project(), "abd", "fd00-1a"),
                            toolscore::built_image(project("./Other"), "abc", "fd00-1a"),
                            toolscore::built_image(project(), "abc", "fd00-1b"),
                            toolscore::built_image(deeper, "abc", "fd00-1a")})
    BOOST_TEST(name != other);
}

BOOST_AUTO_TEST_CASE(its_install_is_fetched_and_built_and_is_no_process_s) {
  auto spec = project("./docker/Dockerfile");
  spec.subdir = "server/";
  spec.container.pull = pull_policy::always;
  const auto host = sample_host();
  const auto plan = planned(spec);
  auto bare = spec;
  bare.container.image.clear();
  BOOST_TEST(plan.key != planned(bare).key);
  BOOST_TEST(plan.key != planned(project()).key);
  BOOST_TEST(plan.key != planned(spec, 1).key);
  auto other_node = host;
  other_node.node_identity = "another"; // Which is nothing to a container.
  BOOST_TEST(plan.key == plan_install(spec, other_node)->key);

  install_facts facts;
  auto step = next_step(spec, host, plan, facts);
  BOOST_REQUIRE((step && *step));
  BOOST_TEST((*step)->name == "clone");
  facts.completed = {"clone"};
  facts.version = "abc";
  facts.project.files = {"package.json"}; // A project's own build is not run.
  step = next_step(spec, host, plan, facts);
  BOOST_REQUIRE((step && *step));
  BOOST_TEST((*step)->name == "image");
  BOOST_TEST(((*step)->during == process_status::building));
  const auto& argv = (*step)->launch.argv;
  const auto name = toolscore::built_image(spec, "abc", "fd00-1a");
  BOOST_TEST(argv.front() == "/libexec/toolscore-image");
  BOOST_TEST(has(argv, "--file", "docker/Dockerfile"));
  BOOST_TEST(has(argv, "--subdir", "server"));
  BOOST_TEST(has(argv, "--tag", name));
  BOOST_TEST(has(argv, "--owner", "fd00-1a"));
  BOOST_TEST(has(argv, "--engine", "/run/a.sock"));
  BOOST_TEST(argv.back() == "/run/b.sock");
  BOOST_TEST(std::count(argv.begin(), argv.end(), "--pull") == 1);
  facts.completed = {"clone", "image"};
  step = next_step(spec, host, plan, facts);
  BOOST_REQUIRE(step);
  BOOST_TEST(!*step);
  spec.args = {"-v"};
  const auto launch = plan_launch(spec, host, plan, facts);
  BOOST_REQUIRE(launch);
  BOOST_REQUIRE(launch->container.has_value());
  BOOST_TEST(launch->container->settings.image == name);
  BOOST_TEST(launch->argv == spec.args, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_an_engine_it_is_refused_before_anything_is_built) {
  auto host = sample_host();
  host.engines.clear();
  host.no_engine = "node.engine: it is no unix socket";
  install_facts facts;
  facts.completed = {"clone"};
  const auto step = next_step(project(), host, planned(project()), facts);
  BOOST_REQUIRE(!step);
  BOOST_TEST(step.failure().detail == host.no_engine);
}

BOOST_AUTO_TEST_SUITE_END()
