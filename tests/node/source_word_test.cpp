#include "node/sources/source_word.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(source_word)

BOOST_AUTO_TEST_CASE(a_word_is_taken_for_what_it_can_only_mean) {
  struct row {
    std::string word;
    std::string key;
    std::string value;
  };
  for (const auto& x : {
           row{"https://code.example/a/b.git", "git", "https://code.example/a/b.git"},
           row{"git+https://code.example/a/b", "git", "https://code.example/a/b"},
           row{"git@code.example:a/b", "git", "git@code.example:a/b"},
           row{"ssh://git@code.example/a/b", "git", "ssh://git@code.example/a/b"},
           row{"file:///srv/b.git", "git", "file:///srv/b.git"},
           row{"./b.git", "git", "./b.git"},
           row{"https://x.example/a.mcpb", "mcpb", "https://x.example/a.mcpb"},
           row{"a.dxt", "mcpb", "a.dxt"},
           row{"https://x.example/a.tar.gz", "archive", "https://x.example/a.tar.gz"},
           row{"a.zip", "archive", "a.zip"},
           row{".", "path", "."},
           row{"./a", "path", "./a"},
           row{"../a", "path", "../a"},
           row{"/srv/a", "path", "/srv/a"},
           row{"@scope/a", "npm", "@scope/a"},
           row{"@scope/a@1.2.3", "npm", "@scope/a@1.2.3"},
           row{"a==1.2", "pypi", "a==1.2"},
       }) {
    const auto found = source_of_word(x.word);
    BOOST_REQUIRE_MESSAGE(found, x.word);
    BOOST_TEST(found->key == x.key, x.word);
    BOOST_TEST(found->value == x.value, x.word);
  }
}

BOOST_AUTO_TEST_CASE(what_may_mean_two_things_is_left_to_its_writer) {
  for (const char* word : {"", "fs", "server-filesystem", "https://x.example/a", ".git", ".zip",
                           "@scope", "==1", "a==", "io.example.x/y", "ws://x.example/@a/b"})
    BOOST_TEST(!source_of_word(word), word);
}

BOOST_AUTO_TEST_SUITE_END()
