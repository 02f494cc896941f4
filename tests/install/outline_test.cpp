#include "runners/plan_outline.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;

namespace {

host_facts sample_host() {
  host_facts host;
  host.state_dir = "/state";
  host.libexec_dir = "/libexec";
  host.node = "/bin/node";
  host.npm = "/bin/npm";
  host.python = "/bin/python3";
  host.variables = {{"PATH", "/bin"}, {"HOME", "/home/x"}};
  return host;
}

server_spec server_from(source_kind source) {
  server_spec spec;
  spec.id.value = "fs";
  spec.source = source;
  spec.env = {{"KEY", "do-not-show"}};
  return spec;
}

std::vector<std::string> names_of(const plan_outline& outline) {
  std::vector<std::string> names;
  for (const auto& step : outline.steps) names.push_back(step.name);
  return names;
}

using words = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(outline)

BOOST_AUTO_TEST_CASE(every_step_is_told_before_anything_runs_and_no_value_of_a_variable) {
  auto spec = server_from(source_kind::pypi);
  spec.package = "x==1";
  const auto got = outline_of(spec, sample_host(), false, std::nullopt);
  BOOST_TEST_REQUIRE(bool(got), (got ? "" : got.failure().detail));
  BOOST_TEST(names_of(*got) == (words{"venv", "pip"}), boost::test_tools::per_element());
  BOOST_TEST(got->open == "what is started is decided by what the last step leaves");
  const auto text = outline_text(*got);
  BOOST_TEST(text.find("step 2     pip: ") != std::string::npos, text);
  BOOST_TEST(text.find("pip install") != std::string::npos, text);
  BOOST_TEST((text + outline_json(*got).dump()).find("do-not-show") == std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_source_that_is_not_there_yet_is_open_from_its_fetch_on) {
  auto spec = server_from(source_kind::git);
  spec.git = "https://me:secret@h/x.git";
  auto got = outline_of(spec, sample_host(), false, std::nullopt);
  BOOST_TEST_REQUIRE(bool(got));
  BOOST_TEST(names_of(*got) == words{"clone"}, boost::test_tools::per_element());
  BOOST_TEST(got->open.find("decided by what the source holds") != std::string::npos);
  BOOST_TEST(outline_text(*got).find("secret") == std::string::npos);
  spec.build = {{"make"}};
  spec.command = "./x";
  got = outline_of(spec, sample_host(), false, std::nullopt);
  BOOST_TEST(names_of(*got) == (words{"clone", "build 1"}), boost::test_tools::per_element());
  BOOST_TEST_REQUIRE(got->launch.has_value());
  BOOST_TEST(got->launch->argv == words{"./x"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_known_of_a_directory_is_weighed_and_what_is_installed_has_no_steps) {
  auto spec = server_from(source_kind::path);
  spec.from = "/srv/x";
  install_facts facts;
  facts.project.files = {"package.json", "index.js"};
  facts.project.package_json = R"({"name":"x","bin":"index.js"})";
  auto got = outline_of(spec, sample_host(), false, facts);
  BOOST_TEST_REQUIRE(bool(got));
  BOOST_TEST(names_of(*got) == (words{"fetch", "npm"}), boost::test_tools::per_element());
  BOOST_TEST(outline_text(*got).find("evidence   node +4: 1 bin in package.json") !=
             std::string::npos);
  BOOST_TEST(got->launch.has_value());
  facts.version = "abc";
  got = outline_of(spec, sample_host(), true, facts);
  BOOST_TEST(got->steps.empty());
  BOOST_TEST(outline_text(*got).find("(installed: abc)") != std::string::npos);
  BOOST_TEST(got->launch->argv.front() == "/bin/node");
}

BOOST_AUTO_TEST_CASE(a_plain_command_has_a_start_alone_and_a_bad_source_is_refused) {
  auto spec = server_from(source_kind::command);
  spec.command = "x";
  const auto got = outline_of(spec, sample_host(), false, std::nullopt);
  BOOST_TEST_REQUIRE(bool(got));
  BOOST_TEST(got->directory.empty());
  BOOST_TEST(got->steps.empty());
  BOOST_TEST(got->launch->argv == words{"x"}, boost::test_tools::per_element());
  const auto shown = outline_text(*got) + outline_json(*got).dump();
  BOOST_TEST(shown.find("KEY") != std::string::npos);
  BOOST_TEST(shown.find("do-not-show") == std::string::npos);
  BOOST_TEST(!outline_of(server_from(source_kind::pypi), sample_host(), false, std::nullopt));
}

BOOST_AUTO_TEST_SUITE_END()
