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

BOOST_AUTO_TEST_CASE(a_dockerfile_s_build_is_told_before_its_source_is_there) {
  auto spec = server_from(source_kind::git);
  spec.git = "https://h/x.git";
  spec.container.image = "./docker/Dockerfile";
  spec.args = {"-v"};
  auto host = sample_host();
  host.engines = {"/run/e.sock"};
  host.image_owner = "1-2";
  const auto got = outline_of(spec, host, false, std::nullopt);
  BOOST_TEST_REQUIRE(bool(got), (got ? "" : got.failure().detail));
  BOOST_TEST(names_of(*got) == (words{"clone", "image"}), boost::test_tools::per_element());
  BOOST_TEST(got->open.empty(), got->open);
  const auto text = outline_text(*got);
  for (const char* part : {"--file docker/Dockerfile", "at most 1800 s",
                           "start      a container of localhost/toolscore-1-2:of-what-is-fetched "
                           "with -v",
                           "variables KEY"})
    BOOST_TEST(text.find(part) != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(an_image_is_told_with_when_it_is_pulled) {
  auto spec = server_from(source_kind::image);
  spec.container.image = "example/mcp:1";
  spec.command = "/server";
  const auto got = outline_of(spec, sample_host(), false, std::nullopt);
  BOOST_TEST_REQUIRE(bool(got));
  const auto text = outline_text(*got);
  BOOST_TEST(text.find("image example/mcp:1, pulled: missing") != std::string::npos, text);
  BOOST_TEST(text.find("a container of example/mcp:1: /server") != std::string::npos, text);
  BOOST_TEST(outline_json(*got)["start"]["image"] == "example/mcp:1");
}

BOOST_AUTO_TEST_CASE(what_an_update_would_do_is_told_with_its_revisions) {
  auto spec = server_from(source_kind::npm);
  spec.package = "x@1.0.0";
  const auto first = outline_of(spec, sample_host(), false, std::nullopt);
  BOOST_TEST_REQUIRE(bool(first));
  BOOST_TEST(first->update.find("as revision 1, ") != std::string::npos, first->update);
  BOOST_TEST(first->update.ends_with("starts from revision 0"), first->update);
  const auto later = outline_of(spec, sample_host(), false, std::nullopt, {3, 1U});
  BOOST_TEST_REQUIRE(bool(later));
  BOOST_TEST(later->update.find("as revision 4, ") != std::string::npos, later->update);
  BOOST_TEST(later->update.ends_with("goes back to 1"), later->update);
  BOOST_TEST(later->directory != first->directory);
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
