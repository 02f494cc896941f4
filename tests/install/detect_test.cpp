#include "runners/detect.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

project_facts with_files(std::set<std::string> files) {
  project_facts facts;
  facts.files = std::move(files);
  return facts;
}

project_facts python_with(std::string pyproject, std::set<std::string> scripts) {
  auto facts = with_files({"pyproject.toml"});
  facts.pyproject = std::move(pyproject);
  facts.venv_scripts = std::move(scripts);
  return facts;
}

project_facts node_with(std::string package_json, std::set<std::string> files) {
  files.insert("package.json");
  auto facts = with_files(std::move(files));
  facts.package_json = std::move(package_json);
  return facts;
}

std::string text_of(const result<entry_point>& entry) {
  if (!entry) return "error";
  constexpr const char* kinds[]{"script ", "python ", "node ", "program "};
  return kinds[static_cast<int>(entry->kind)] + entry->name;
}

} // namespace

BOOST_AUTO_TEST_SUITE(detect)

BOOST_AUTO_TEST_CASE(scripts_are_found_in_every_form_a_pyproject_has_for_them) {
  struct row {
    std::string text;
    std::vector<std::string> names;
  };
  const std::vector<row> table{
      {"[project]\nname = \"x\"\n[project.scripts]\na = \"m:f\"\nb = 'n:g' # why\n", {"a", "b"}},
      {"[project]\nscripts = { a = \"m:f\", \"b-c\" = \"n:g\" }\n", {"a", "b-c"}},
      {"[project]\nscripts.a = \"m:f\"\n", {"a"}},
      {"[tool.poetry]\nname=\"x\"\n[tool.poetry.scripts]\na = \"m:f\"\nb = {callable=\"x\"}\n",
       {"a"}},
      {"[project]\r\nname = \"x\"\r\n\r\n[ project.scripts ]\r\na = \"m:f\"\r\n", {"a"}},
      {"[project]\ndescription = \"\"\"\n[project.scripts]\nno = \"m:f\"\n\"\"\"\n", {}},
      {"[project]\ndependencies = [\n  \"a>=1\", # [project.scripts]\n  \"b[c]\",\n]\n"
       "[project.scripts]\na = \"m:f\"\n",
       {"a"}},
      {"[project.gui-scripts]\na = \"m:f\"\n", {}},
      {"[project.scripts\na = \"m:f\"\n", {}},
      {"", {}},
  };
  for (const auto& row : table) {
    std::vector<std::string> names;
    for (const auto& script : read_pyproject(row.text).scripts) names.push_back(script.first);
    BOOST_TEST(names == row.names, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(console_scripts_are_found_as_text_in_setup_py_and_setup_cfg) {
  struct row {
    std::string text;
    std::vector<std::string> names;
  };
  const std::vector<row> table{
      {"setup(entry_points={'console_scripts': ['a = m.n:f', \"b=n:g\"]})", {"a", "b"}},
      {"setup(entry_points=dict(console_scripts=['a=m:f']), x=['c=d:e'])", {"a"}},
      {"[options.entry_points]\nconsole_scripts =\n  a = m:f\n  b-c = n:g\n[other]\nd = e\n",
       {"a", "b-c"}},
      {"entry_points='''\n[console_scripts]\na = m:f\n'''", {}},
      {"console_scripts", {}},
      {"nothing", {}},
  };
  for (const auto& row : table)
    BOOST_TEST(read_console_scripts(row.text) == row.names, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(
    the_script_named_like_the_project_wins_then_mcp_then_server_then_the_only_one) {
  const std::string head = "[project]\nname = \"My_Weather\"\n[project.scripts]\n";
  const std::set<std::string> all{"my-weather", "x-mcp", "x-server", "tool", "other"};
  BOOST_TEST(text_of(find_entry(python_with(head + "x-mcp = \"m:f\"\nmy-weather = \"m:f\"\n",
                                            all))) == "script my-weather");
  BOOST_TEST(
      text_of(find_entry(python_with(head + "tool = \"m:f\"\nx-server = \"m:f\"\nx-mcp = \"m:f\"\n",
                                     all))) == "script x-mcp");
  BOOST_TEST(text_of(find_entry(python_with(head + "tool = \"m:f\"\nx-server = \"m:f\"\n", all))) ==
             "script x-server");
  BOOST_TEST(text_of(find_entry(python_with(head + "tool = \"m:f\"\n", all))) == "script tool");
  BOOST_TEST(text_of(find_entry(python_with(head + "tool = \"m:f\"\nother = \"m:f\"\n", all))) ==
             "error");
  BOOST_TEST(text_of(find_entry(python_with(head + "tool = \"m:f\"\n", {}))) == "error");
}

BOOST_AUTO_TEST_CASE(a_projects_kind_follows_from_its_files) {
  BOOST_TEST((detect_kind(with_files({"setup.py"})) == project_kind::python));
  BOOST_TEST((detect_kind(with_files({"requirements.txt", "main.py"})) == project_kind::python));
  BOOST_TEST((detect_kind(with_files({"server.py"})) == project_kind::python));
  BOOST_TEST((detect_kind(with_files({"package.json"})) == project_kind::node));
  BOOST_TEST((detect_kind(with_files({"index.js"})) == project_kind::node));
  BOOST_TEST((detect_kind(with_files({})) == project_kind::none));
  auto both = node_with(R"({"bin":"a.js"})", {"a.js", "requirements.txt"});
  BOOST_TEST((detect_kind(both) == project_kind::node));
  both.pyproject = "[project]\nname='x'\n[project.scripts]\nx='m:f'\n";
  BOOST_TEST((detect_kind(both) == project_kind::python));
  auto linted = node_with(R"({"main":"a.js"})", {"a.js", "pyproject.toml"});
  linted.pyproject = "[tool.ruff]\nline-length = 100\n";
  BOOST_TEST((detect_kind(linted) == project_kind::node));
}

BOOST_AUTO_TEST_CASE(pip_installs_editable_what_is_packaged_and_else_the_requirements) {
  BOOST_TEST(
      (detect_python_install(python_with("[build-system]\n", {})) == python_install::editable));
  BOOST_TEST((detect_python_install(with_files({"setup.py", "requirements.txt"})) ==
              python_install::editable));
  BOOST_TEST(
      (detect_python_install(with_files({"requirements.txt"})) == python_install::requirements));
  BOOST_TEST((detect_python_install(with_files({"main.py"})) == python_install::nothing));
}

BOOST_AUTO_TEST_CASE(a_node_project_starts_its_bin_then_its_main_then_a_usual_file) {
  const std::string bins = R"({"name":"@s/x","bin":{"y":"y.js","x":"./lib/x.js"},"main":"m.js"})";
  BOOST_TEST(text_of(find_entry(node_with(bins, {"lib/x.js", "y.js", "m.js"}))) == "node lib/x.js");
  BOOST_TEST(text_of(find_entry(node_with(bins, {"m.js"}))) == "node m.js");
  BOOST_TEST(text_of(find_entry(node_with(bins, {"dist/index.js"}))) == "node dist/index.js");
  BOOST_TEST(text_of(find_entry(node_with("{}", {"server.js", "index.js"}))) == "node index.js");
  BOOST_TEST(text_of(find_entry(node_with("[]", {"index.js"}))) == "error");
  BOOST_TEST(text_of(find_entry(node_with(R"({"bin":"../../etc/x"})", {}))) == "error");
}

BOOST_AUTO_TEST_CASE(a_project_with_nothing_to_start_says_what_was_looked_for) {
  const auto node = find_entry(node_with(R"({"name":"x","bin":"out/x.js"})", {}));
  BOOST_TEST_REQUIRE(!node);
  BOOST_TEST(node.failure().detail.find("out/x.js (bin)") != std::string::npos);
  BOOST_TEST(node.failure().detail.find("set \"command\"") != std::string::npos);
  const auto none = find_entry(with_files({}));
  BOOST_TEST_REQUIRE(!none);
  BOOST_TEST(none.failure().detail.find("pyproject.toml") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_packages_bin_is_its_own_name_or_the_only_one_or_the_one_asked_for) {
  const auto pick = [](std::string text, std::string wanted) {
    const auto bin = pick_bin(read_package_json(text), wanted);
    return bin ? bin->second : std::string("error");
  };
  BOOST_TEST(pick(R"({"name":"@s/x","bin":"./dist/a.js"})", "") == "dist/a.js");
  BOOST_TEST(pick(R"({"name":"@s/x","bin":{"a":"a.js","x":"x.js"}})", "") == "x.js");
  BOOST_TEST(pick(R"({"name":"@s/x","bin":{"a":"a.js"}})", "") == "a.js");
  BOOST_TEST(pick(R"({"name":"@s/x","bin":{"a":"a.js","b":"b.js"}})", "") == "error");
  BOOST_TEST(pick(R"({"name":"@s/x","bin":{"a":"a.js","b":"b.js"}})", "b") == "b.js");
  BOOST_TEST(pick(R"({"name":"@s/x","bin":{"a":"a.js"}})", "b") == "error");
  BOOST_TEST(pick(R"({"name":"@s/x"})", "") == "error");
  BOOST_TEST(pick(R"({"name":"x","bin":{"x":7}})", "") == "error");
}

BOOST_AUTO_TEST_CASE(a_relative_path_never_leaves_its_root) {
  BOOST_TEST(normalise_relative("./a//b/../c") == "a/c");
  BOOST_TEST(normalise_relative("a/..") == "");
  BOOST_TEST(normalise_relative("../a") == "");
  BOOST_TEST(normalise_relative("a/../../b") == "");
  BOOST_TEST(normalise_relative("/a") == "");
  BOOST_TEST(normalise_relative("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
