#include "runners/image/context_rules.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(context_rules)

BOOST_AUTO_TEST_CASE(patterns_name_what_docker_says_they_name) {
  struct row {
    const char* text;
    const char* path;
    bool out;
  };
  for (const auto& x : std::initializer_list<row>{
           {"", "a", false},
           {"a", "a", true},
           {"a", "a/b/c", true},
           {"a", "b/a", false},
           {"/a/", "a", true},
           {"./a", "a", true},
           {"*/temp*", "x/temporary", true},
           {"*/temp*", "x/y/temporary", false},
           {"*/*/temp*", "x/y/temporary", true},
           {"temp?", "tempa", true},
           {"temp?", "temp", false},
           {"temp?", "temp/", false},
           {"**/*.go", "a/b/c.go", true},
           {"**/*.go", "c.go", true},
           {"**/*.go", "c.gone", false},
           {"a/**", "a/b/c", true},
           {"a/**/z", "a/z", true},
           {"a/**/z", "a/b/c/z", true},
           {"a/**/z", "a/bz", false},
           {"**", "anything/at/all", true},
           {"[a-c].txt", "b.txt", true},
           {"[a-c].txt", "d.txt", false},
           {"[^a-c].txt", "d.txt", true},
           {"[^a]x", "/x", false},
           {"\\*", "*", true},
           {"\\*", "a", false},
           {"# a\n", "# a", false},
           {" a \r\n", "a", true},
           {"*.md\n!README.md", "README.md", false},
           {"*.md\n!README.md", "x.md", true},
           {"!README.md\n*.md", "README.md", true},
           {"docs\n!docs/keep", "docs/keep/x", false},
           {"docs\n!docs/keep", "docs/other", true},
           {"a\n!a/b\na/b/c", "a/b/c", true},
           {"..", "a", false},
           {"../a", "a", false},
           {"a/../b", "b", true},
           {"[a", "[a", true},
       }) {
    const toolscore::context_rules rules(x.text);
    BOOST_TEST(rules.is_left_out(x.path) == x.out, x.text << " of " << x.path);
  }
}

BOOST_AUTO_TEST_CASE(a_directory_is_passed_over_only_where_nothing_is_taken_back) {
  BOOST_TEST(toolscore::context_rules("a\n").is_final());
  BOOST_TEST(!toolscore::context_rules("a\n!a/b\n").is_final());
}

BOOST_AUTO_TEST_CASE(patterns_and_their_cost_are_bounded) {
  std::string many;
  for (std::size_t i = 0; i < toolscore::context_rules::patterns_max; ++i) many += "x\n";
  BOOST_TEST(!toolscore::context_rules(many + "late\n").is_left_out("late"));
  const std::string large(toolscore::context_rules::pattern_bytes_max + 1, 'y');
  BOOST_TEST(!toolscore::context_rules(large).is_left_out(large));
  std::string greedy; // A matcher that tries one way after the other would not end.
  for (int i = 0; i < 200; ++i) greedy += "*a";
  BOOST_TEST(!toolscore::context_rules(greedy + "b").is_left_out(std::string(4'000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()
