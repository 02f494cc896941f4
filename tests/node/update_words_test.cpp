#include "node/update_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(update_words)

BOOST_AUTO_TEST_CASE(one_line_says_what_it_came_to) {
  struct row {
    bool rollback;
    const char* body;
    const char* text; ///< Empty: it is no answer.
  };
  const std::string commit(40, 'a');
  const auto git = R"({"changed":true,"from":")" + commit + R"(","to":"","note":"not tried: x"})";
  const row rows[] = {
      {false, R"({"changed":false,"from":"1.4.0","to":"1.4.0","note":""})",
       "fs: nothing new, 1.4.0 stays\n"},
      {false, R"({"changed":true,"from":"1.4.0","to":"1.5.0","note":""})",
       "fs: updated, 1.4.0 -> 1.5.0\n"},
      {true, R"({"changed":true,"from":"1.5.0","to":"1.4.0","note":""})",
       "fs: back, 1.5.0 -> 1.4.0\n"},
      {false, git.c_str(), "fs: updated, aaaaaaaaaaaa -> an unknown version (not tried: x)\n"},
      {false, "{}", ""},
      {false, "x", ""},
  };
  for (const auto& [rollback, body, text] : rows)
    BOOST_TEST(update_text("fs", rollback, body).value_or("") == text);
}

BOOST_AUTO_TEST_SUITE_END()
