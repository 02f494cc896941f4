#include "runners/process_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using words = std::vector<std::string>;

namespace {

host_facts sample_host() {
  host_facts host;
  host.state_dir = "/state";
  host.libexec_dir = "/libexec";
  host.node = "/bin/node";
  host.npm = "/bin/npm";
  host.python = "/bin/python3";
  host.node_identity = "node-1";
  host.python_identity = "python-1";
  host.variables = {{"PATH", "/bin"},
                    {"HOME", "/home/x"},
                    {"OPENAI_API_KEY", "secret"},
                    {"HTTPS_PROXY", "http://proxy"}};
  return host;
}

server_spec command(std::string program, words args) {
  server_spec spec;
  spec.id.value = "fs";
  spec.command = std::move(program);
  spec.args = std::move(args);
  return spec;
}

server_spec git(std::string url) {
  server_spec spec;
  spec.id.value = "weather";
  spec.source = source_kind::git;
  spec.git = std::move(url);
  return spec;
}

/// The names of all steps, each fed back as done; the facts of the project stay as they are.
words steps_of(const server_spec& spec, const host_facts& host, install_facts facts) {
  const auto plan = *plan_install(spec, host);
  while (facts.completed.size() < 9) {
    const auto step = next_step(spec, host, plan, facts);
    if (!step) {
      facts.completed.push_back("error: " + step.failure().detail);
      break;
    }
    if (!step->has_value()) break;
    facts.completed.push_back((*step)->name);
  }
  return facts.completed;
}

install_facts node_facts(std::string package_json, std::set<std::string> files) {
  install_facts facts;
  facts.completed = {"clone"};
  facts.project.package_json = std::move(package_json);
  facts.project.files = std::move(files);
  facts.project.files.insert("package.json");
  return facts;
}

} // namespace

BOOST_AUTO_TEST_SUITE(plan)

BOOST_AUTO_TEST_CASE(a_plain_command_has_no_steps_and_starts_as_written) {
  const auto host = sample_host();
  auto spec = command("my-server", {"--x", "1"});
  spec.env = {{"KEY", "v"}};
  const auto plan = plan_install(spec, host);
  BOOST_TEST_REQUIRE(bool(plan));
  BOOST_TEST((plan->kind == install_kind::none));
  BOOST_TEST(steps_of(spec, host, {}).empty());
  const auto launch = plan_launch(spec, host, *plan, {});
  BOOST_TEST_REQUIRE(bool(launch));
  BOOST_TEST(launch->argv == (words{"my-server", "--x", "1"}), boost::test_tools::per_element());
  BOOST_TEST(launch->cwd == "/state/servers/fs");
  BOOST_TEST(launch->env.at("KEY") == "v");
  BOOST_TEST(launch->env.count("OPENAI_API_KEY") == 0u);
  BOOST_TEST(launch->env.count("HTTPS_PROXY") == 0u);
  spec.cwd = "/work";
  BOOST_TEST(plan_launch(spec, host, *plan, {})->cwd == "/work");
}

BOOST_AUTO_TEST_CASE(a_launcher_gets_the_settings_of_installers_and_no_key) {
  const auto host = sample_host();
  for (const auto* program : {"/usr/local/bin/uvx", "pipx", "bunx"}) {
    const auto spec = command(program, {"x"});
    const auto launch = plan_launch(spec, host, *plan_install(spec, host), {});
    BOOST_TEST(launch->env.count("HTTPS_PROXY") == 1u, program);
    BOOST_TEST(launch->env.count("OPENAI_API_KEY") == 0u);
  }
}

BOOST_AUTO_TEST_CASE(npx_is_installed_once_and_its_bin_is_launched_directly) {
  const auto host = sample_host();
  const auto spec = command("npx", {"-y", "@s/fs@1.2", "/data"});
  const auto plan = *plan_install(spec, host);
  BOOST_TEST((plan.kind == install_kind::npm));
  BOOST_TEST(plan.dir == "/state/installs/" + plan.key);
  const auto step = next_step(spec, host, plan, {});
  BOOST_TEST_REQUIRE((step && step->has_value()));
  BOOST_TEST((*step)->launch.argv ==
                 (words{"/bin/npm", "install", "--prefix", plan.dir, "@s/fs@1.2", "--no-audit",
                        "--no-fund", "--loglevel=error", "--no-progress", "--no-update-notifier"}),
             boost::test_tools::per_element());
  BOOST_TEST((*step)->launch.env.count("HTTPS_PROXY") == 1u);
  BOOST_TEST((*step)->launch.env.count("OPENAI_API_KEY") == 0u);
  install_facts facts;
  facts.completed = {"npm"};
  facts.package_json = R"({"name":"@s/fs","bin":{"fs":"dist/index.js"}})";
  facts.bin_first_line = "#!/usr/bin/env node";
  BOOST_TEST(!next_step(spec, host, plan, facts)->has_value());
  const auto launch = plan_launch(spec, host, plan, facts);
  const auto file = plan.dir + "/node_modules/@s/fs/dist/index.js";
  BOOST_TEST(launch->argv == (words{"/bin/node", file, "/data"}), boost::test_tools::per_element());
  facts.bin_first_line = "#!/bin/sh";
  BOOST_TEST(plan_launch(spec, host, plan, facts)->argv == (words{file, "/data"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(uvx_and_a_package_of_an_index_are_one_install_in_an_environment_of_its_own) {
  const auto host = sample_host();
  const auto spec = command("uvx", {"--with", "b", "Mcp.Time@1.2", "/data"});
  const auto plan = *plan_install(spec, host);
  BOOST_TEST((plan.kind == install_kind::pypi));
  install_facts facts;
  BOOST_TEST(steps_of(spec, host, facts) == (words{"venv", "pip"}),
             boost::test_tools::per_element());
  facts.completed = {"venv"};
  const auto pip = **next_step(spec, host, plan, facts);
  BOOST_TEST(pip.launch.argv ==
                 (words{plan.dir + "/venv/bin/python", "-m", "pip", "install",
                        "--disable-pip-version-check", "--no-input", "Mcp.Time==1.2", "b"}),
             boost::test_tools::per_element());
  facts.scripts = {"time-cli", "mcp-time"};
  const auto launch = *plan_launch(spec, host, plan, facts);
  BOOST_TEST(launch.argv == (words{plan.dir + "/venv/bin/mcp-time", "/data"}),
             boost::test_tools::per_element());
  auto same = command("", {"/data"});
  same.source = source_kind::pypi;
  same.package = "mcp_time==1.2";
  BOOST_TEST(plan_install(same, host)->key != plan.key); // It is without "b".
  BOOST_TEST(plan_install(same, host)->key ==
             plan_install(command("uvx", {"mcp-time@1.2"}), host)->key);
  for (const auto& other : {command("/opt/bin/uvx", {"x"}), command("uvx", {"--python", "3", "x"})})
    BOOST_TEST((plan_install(other, host)->kind == install_kind::none));
}

BOOST_AUTO_TEST_CASE(each_kind_of_project_has_its_builder_and_a_missing_one_is_named) {
  auto host = sample_host();
  const auto spec = git("https://h/x.git");
  const auto with = [](std::set<std::string> files) {
    install_facts facts;
    facts.completed = {"clone"};
    facts.project.files = std::move(files);
    return facts;
  };
  auto rust = with({"Cargo.toml", "Cargo.lock"});
  rust.project.cargo_toml = "[package]\nname = \"x\"\n";
  BOOST_TEST(
      steps_of(spec, host, rust).back() ==
      "error: a Rust server needs cargo (Rust), which is not in the node's PATH; install it");
  BOOST_TEST(steps_of(spec, host, with({"go.mod"})).back() ==
             "error: a Go server needs go, which is not in the node's PATH; install it");
  host.cargo = "/bin/cargo";
  host.go = "/bin/go";
  host.uv = "/bin/uv";
  host.pnpm = "/bin/pnpm";
  host.yarn = "/bin/yarn";
  BOOST_TEST(steps_of(spec, host, rust) == (words{"clone", "cargo"}),
             boost::test_tools::per_element());
  const auto plan = *plan_install(spec, host);
  BOOST_TEST((**next_step(spec, host, plan, rust)).launch.argv ==
                 (words{"/bin/cargo", "build", "--release", "--locked"}),
             boost::test_tools::per_element());
  BOOST_TEST(steps_of(spec, host, with({"go.mod"})) == (words{"clone", "go"}),
             boost::test_tools::per_element());
  BOOST_TEST(steps_of(spec, host, node_facts("{}", {"pnpm-lock.yaml"})) == (words{"clone", "pnpm"}),
             boost::test_tools::per_element());
  BOOST_TEST(steps_of(spec, host, node_facts("{}", {"yarn.lock"})) == (words{"clone", "yarn"}),
             boost::test_tools::per_element());
  BOOST_TEST(steps_of(spec, host, with({"setup.py", "uv.lock"})) == (words{"clone", "uv"}),
             boost::test_tools::per_element());
  auto own = spec;
  own.build = {{"make"}, {"make", "install"}};
  BOOST_TEST(steps_of(own, host, rust) == (words{"clone", "build 1", "build 2"}),
             boost::test_tools::per_element());
  BOOST_TEST(plan_install(own, host)->key != plan.key);
}

BOOST_AUTO_TEST_CASE(another_npx_and_forms_it_alone_knows_run_as_written) {
  const auto host = sample_host();
  for (const auto& spec : {command("/opt/bin/npx", {"x"}), command("npx", {"-c", "x"})})
    BOOST_TEST((plan_install(spec, host)->kind == install_kind::none));
  auto spec = command("npx", {"x"});
  spec.env["PATH"] = "/opt/bin";
  BOOST_TEST((plan_install(spec, host)->kind == install_kind::none));
}

BOOST_AUTO_TEST_CASE(two_servers_share_an_install_exactly_if_all_that_decides_it_is_equal) {
  const auto host = sample_host();
  const auto key = [&](const server_spec& spec) { return plan_install(spec, host)->key; };
  auto one = command("npx", {"x@1", "a"});
  auto two = command("npx", {"-y", "x@1", "b"});
  two.id.value = "other";
  two.env["KEY"] = "v";
  BOOST_TEST(key(one) == key(two));
  BOOST_TEST(key(one) != key(command("npx", {"x@2"})));
  BOOST_TEST(key(one) != key(command("npx", {"x"})));
  two.env["NPM_CONFIG_REGISTRY"] = "http://other";
  BOOST_TEST(key(one) != key(two));
  auto upgraded = host;
  upgraded.node_identity = "node-2";
  BOOST_TEST(key(one) != plan_install(one, upgraded)->key);
  auto first = git("https://h/x.git");
  auto second = first;
  second.ref = "v1";
  BOOST_TEST(key(first) != key(second));
  second = first;
  second.subdir = "a";
  BOOST_TEST(key(first) != key(second));
  second = first;
  second.args = {"--port"};
  BOOST_TEST(key(first) == key(second));
}

BOOST_AUTO_TEST_CASE(a_clone_comes_first_and_carries_ref_and_subdir) {
  const auto host = sample_host();
  auto spec = git("https://h/x.git");
  spec.ref = "v1";
  spec.subdir = "a/b";
  const auto plan = *plan_install(spec, host);
  const auto step = **next_step(spec, host, plan, {});
  BOOST_TEST(step.launch.argv ==
                 (words{"/libexec/toolscore-clone", "--url", "https://h/x.git", "--dir",
                        plan.dir + "/checkout", "--ref", "v1", "--subdir", "a/b"}),
             boost::test_tools::per_element());
  BOOST_TEST((step.during == process_status::cloning));
  BOOST_TEST((step.timeout == clone_timeout));
}

BOOST_AUTO_TEST_CASE(a_python_project_gets_an_environment_of_its_own_and_pip) {
  const auto host = sample_host();
  const auto spec = git("https://h/x.git");
  install_facts facts;
  facts.completed = {"clone"};
  facts.project.files = {"pyproject.toml"};
  facts.project.pyproject = "[project]\nname='x'\n[project.scripts]\nx='m:f'\n";
  BOOST_TEST(steps_of(spec, host, facts) == (words{"clone", "venv", "pip"}),
             boost::test_tools::per_element());
  facts.project.venv_scripts = {"x", "python"};
  const auto plan = *plan_install(spec, host);
  const auto launch = *plan_launch(spec, host, plan, facts);
  BOOST_TEST(launch.argv == (words{plan.dir + "/venv/bin/x"}), boost::test_tools::per_element());
  BOOST_TEST(launch.cwd == plan.dir + "/checkout");
  BOOST_TEST(launch.env.at("PATH") ==
             plan.dir + "/venv/bin:" + plan.dir + "/checkout/node_modules/.bin:/bin");
  auto bare = host;
  bare.python.clear();
  BOOST_TEST(
      steps_of(spec, bare, facts).back().starts_with("error: a Python server needs python3"));
}

BOOST_AUTO_TEST_CASE(
    a_locked_node_project_is_installed_by_ci_and_built_only_where_its_entry_is_missing) {
  const auto host = sample_host();
  const auto spec = git("https://h/x.git");
  const std::string built = R"({"name":"x","bin":"dist/x.js","scripts":{"build":"tsc"}})";
  BOOST_TEST(steps_of(spec, host, node_facts(built, {})) == (words{"clone", "npm", "build"}),
             boost::test_tools::per_element());
  BOOST_TEST(steps_of(spec, host, node_facts(built, {"dist/x.js"})) == (words{"clone", "npm"}),
             boost::test_tools::per_element());
  BOOST_TEST(steps_of(spec, host, node_facts(R"({"bin":"dist/x.js"})", {})) ==
                 (words{"clone", "npm"}),
             boost::test_tools::per_element());
  const auto plan = *plan_install(spec, host);
  const auto locked = **next_step(spec, host, plan, node_facts(built, {"package-lock.json"}));
  BOOST_TEST(locked.launch.argv.at(1) == "ci");
  const auto open = **next_step(spec, host, plan, node_facts(built, {}));
  BOOST_TEST(open.launch.argv.at(1) == "install");
}

BOOST_AUTO_TEST_CASE(a_command_overrides_what_was_detected_and_runs_inside_the_checkout) {
  const auto host = sample_host();
  auto spec = git("https://h/x.git");
  spec.command = "python";
  spec.args = {"serve.py"};
  spec.subdir = "server";
  const auto plan = *plan_install(spec, host);
  const auto launch = *plan_launch(spec, host, plan, {});
  BOOST_TEST(launch.argv == (words{"python", "serve.py"}), boost::test_tools::per_element());
  BOOST_TEST(launch.cwd == plan.dir + "/checkout/server");
  spec.command.clear();
  BOOST_TEST(!plan_launch(spec, host, plan, {}));
}

BOOST_AUTO_TEST_CASE(a_source_that_cannot_be_right_is_refused_before_anything_runs) {
  const auto host = sample_host();
  auto outside = git("https://h/x.git");
  outside.subdir = "../x";
  auto option = git("https://h/x.git");
  option.ref = "--upload-pack=x";
  for (const auto& spec : {git(""), git("--upload-pack=x"), outside, option, command("", {})}) {
    const auto plan = plan_install(spec, host);
    BOOST_TEST_REQUIRE(!plan);
    BOOST_TEST((plan.failure().code == errc::bad_config));
  }
  auto bare = host;
  bare.npm.clear();
  BOOST_TEST((plan_install(command("npx", {"x"}), bare).failure().code == errc::install_failed));
}

BOOST_AUTO_TEST_SUITE_END()
