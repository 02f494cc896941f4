#include "runners/pypi_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using words = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(pypi_plan)

BOOST_AUTO_TEST_CASE(a_requirement_of_an_index_is_read_in_every_form) {
  struct row {
    std::string text, name, extras, version;
  };
  const std::vector<row> table{
      {"mcp-server-time", "mcp-server-time", "", ""},
      {"Mcp_Server.Time==1.2.3", "Mcp_Server.Time", "", "==1.2.3"},
      {"x[cli]==1", "x", "[cli]", "==1"},
      {"x[a, b] >= 1 , < 2", "x", "[a,b]", ">=1,<2"},
      {"x~=1.4", "x", "", "~=1.4"},
      {"x==1.*", "x", "", "==1.*"},
      {"x@1.2", "x", "", "==1.2"},
      {"x@latest", "x", "", ""},
      {" x ", "x", "", ""},
  };
  for (const auto& row : table) {
    const auto got = parse_requirement(row.text);
    BOOST_TEST_REQUIRE(got.has_value(), row.text);
    BOOST_TEST(got->name == row.name);
    BOOST_TEST(got->extras == row.extras);
    BOOST_TEST(got->version == row.version);
    BOOST_TEST(got->requirement() == row.name + row.extras + row.version);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_requirement_of_an_index_is_none) {
  for (const auto* text : {"",
                           "-e",
                           "--index-url=x",
                           "./x",
                           "/x",
                           "git+https://h/x",
                           "https://h/x.whl",
                           "x @ file:///x",
                           "x; python_version<'3'",
                           "x==",
                           "x=1",
                           "x[",
                           "x[]",
                           "x[a b;]",
                           "x==1,",
                           "x-",
                           "x y",
                           "a/b",
                           "x==1;rm",
                           "x===="})
    BOOST_TEST(!parse_requirement(text).has_value(), text);
  BOOST_TEST(!parse_requirement(std::string(301, 'x')).has_value());
}

BOOST_AUTO_TEST_CASE(uvx_is_read_with_package_program_and_arguments) {
  struct row {
    words args;
    std::string requirement, script;
    words with, rest;
  };
  const std::vector<row> table{
      {{"mcp-server-time", "--local-timezone=X"},
       "mcp-server-time",
       "",
       {},
       {"--local-timezone=X"}},
      {{"-q", "x@1.2", "-q"}, "x==1.2", "", {}, {"-q"}},
      {{"--from", "pkg==2", "tool", "a"}, "pkg==2", "tool", {}, {"a"}},
      {{"--from=pkg[cli]", "tool"}, "pkg[cli]", "tool", {}, {}},
      {{"--with", "b>=1", "--with=c", "x"}, "x", "", {"b>=1", "c"}, {}},
  };
  for (const auto& row : table) {
    const auto got = parse_uvx(row.args);
    BOOST_TEST_REQUIRE(got.has_value(), row.requirement);
    BOOST_TEST(got->requirement() == row.requirement);
    BOOST_TEST(got->script == row.script);
    BOOST_TEST(got->with == row.with, boost::test_tools::per_element());
    BOOST_TEST(got->args == row.rest, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_package_of_an_index_is_left_to_uvx) {
  const std::vector<words> table{{},
                                 {"-q"},
                                 {"--python", "3.12", "x"},
                                 {"--index", "u", "x"},
                                 {"--from"},
                                 {"--from", "x"},
                                 {"--from", "git+https://h/x", "tool"},
                                 {"--from", "x", "tool@2"},
                                 {"--with", "./y", "x"},
                                 {"./local"},
                                 {"https://h/x"}};
  for (const auto& args : table)
    BOOST_TEST(!parse_uvx(args).has_value(), (args.empty() ? "" : args.front()));
}

BOOST_AUTO_TEST_CASE(names_are_compared_as_indexes_do) {
  BOOST_TEST(normalised_name("Mcp_Server.Time") == "mcp-server-time");
  BOOST_TEST(normalised_name("a-_.b") == "a-b");
  const auto found = parse_dist_info("mcp_server_time-1.2.3.dist-info");
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->name == "mcp-server-time");
  BOOST_TEST(found->version == "1.2.3");
  for (const auto* name : {"x.dist-info", "-1.dist-info", "x-.dist-info", "x-1.egg-info", ""})
    BOOST_TEST(!parse_dist_info(name).has_value(), name);
}

BOOST_AUTO_TEST_CASE(console_scripts_are_read_and_no_others) {
  const auto names = read_entry_points("[gui_scripts]\ng = m:f\n\n[console_scripts]\r\n# why\n"
                                       "a = m:f\nb-c=n:g [x]\n../up = m:f\n[other]\nd = m:f\n");
  BOOST_TEST(names == (words{"a", "b-c"}), boost::test_tools::per_element());
  BOOST_TEST(read_entry_points("").empty());
}

BOOST_AUTO_TEST_SUITE_END()
