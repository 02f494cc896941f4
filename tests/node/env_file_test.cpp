#include "node/sources/env_file.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(env_file)

BOOST_AUTO_TEST_CASE(a_line_is_a_variable_a_comment_or_nothing) {
  const auto read =
      read_env_file("# of the project\n\nA=1\n export B = two words \r\nC=\"a\\n\\\"b\\\" "
                    "# c\" # d\nD='x\\n # y'\nE=\nF=v#w # z\nG=a=b\n"
                    "H=# nothing\nI=\"C:\\\\temp\\\\x \\d\"\nJ=C:\\temp\nK='it\\'");
  BOOST_REQUIRE(read);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"A", "1"},        {"B", "two words"}, {"C", "a\n\"b\" # c"},
      {"D", "x\\n # y"}, {"E", ""},          {"F", "v#w"},
      {"G", "a=b"},      {"H", ""},          {"I", "C:\\temp\\x \\d"},
      {"J", "C:\\temp"}, {"K", "it\\"}};
  BOOST_TEST((*read == expected));
  BOOST_TEST(read_env_file("")->empty());
}

BOOST_AUTO_TEST_CASE(what_is_none_of_these_is_told_by_its_number_and_not_by_its_text) {
  for (const char* text :
       {"A=1\nsecret-word", "A=1\n=secret-word", "A=1\n1A=secret-word", "A=1\nB=\"secret-word",
        "A=1\nB='secret-word' x", "A=1\nA-B=secret-word"}) {
    const auto read = read_env_file(text);
    BOOST_REQUIRE(!read);
    BOOST_TEST(read.failure().detail.find("line 2") != std::string::npos, read.failure().detail);
    BOOST_TEST(read.failure().detail.find("secret") == std::string::npos, read.failure().detail);
  }
}

BOOST_AUTO_TEST_SUITE_END()
