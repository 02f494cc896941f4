#include "config/expand.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(expansion)

BOOST_AUTO_TEST_CASE(every_kind_of_reference_is_put_in) {
  const auto env = test::environment_of({{"HOME", "/home/ann"},
                                         {"KEY", "k-1"},
                                         {"EMPTY", ""},
                                         {"DOLLAR", "${KEY}"},
                                         {"INPUT_API_KEY", "asked"}});
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"plain $HOME $ {KEY} }", "plain $HOME $ {KEY} }"},
      {"${KEY}", "k-1"},
      {"a${KEY}b${env:KEY}c", "ak-1bk-1c"},
      {"${NONE:-fallback}", "fallback"},
      {"${NONE:-}", ""},
      {"${EMPTY:-fallback}", "fallback"},
      {"${EMPTY}", ""},
      {"${KEY:-fallback}", "k-1"},
      {"${env:NONE:-x}", "x"},
      {"${file:/run/secrets/t}", "s3cret"},
      {"${input:api-key}", "asked"},
      {"${userHome}/x", "/home/ann/x"},
      {"${workspaceFolder}${/}x${pathSeparator}", "/work-space/x/"},
      {"$${KEY}", "${KEY}"},
      {"$$${KEY}", "$${KEY}"},
      {"${DOLLAR}", "${KEY}"},
  };
  for (const auto& [text, expected] : rows) {
    const auto out = expand(text, env);
    BOOST_REQUIRE_MESSAGE(out, text);
    BOOST_TEST(*out == expected);
  }
}

BOOST_AUTO_TEST_CASE(what_is_unset_or_unknown_is_an_error_and_never_empty) {
  const std::pair<const char*, const char*> rows[] = {
      {"${NONE}", "the variable NONE is not set, set it or write ${NONE:-default}"},
      {"${env:NONE}", "the variable NONE is not set"},
      {"${file:/nowhere}", "no such file"},
      {"${file:relative}", "write an absolute path"},
      {"${input:token}", "set the variable INPUT_TOKEN"},
      {"${command:pick}", "is no reference known here"},
      {"${}", "is no reference known here"},
      {"${1X}", "is no reference known here"},
      {"x ${KEY", "the ${ is never closed"},
  };
  for (const auto& [text, expected] : rows) {
    const auto out = expand(text, test::usual_environment());
    BOOST_REQUIRE_MESSAGE(!out, text);
    BOOST_TEST(out.failure().detail.find(expected) != std::string::npos, out.failure().detail);
  }
  auto without_files = test::usual_environment();
  without_files.file = nullptr;
  BOOST_TEST(!expand("${file:/run/secrets/t}", without_files));
}

BOOST_AUTO_TEST_CASE(home_is_put_in_at_the_beginning_alone) {
  const std::pair<const char*, const char*> rows[] = {{"~", "/home/ann"},
                                                      {"~/x", "/home/ann/x"},
                                                      {"~bob/x", "~bob/x"},
                                                      {"/a/~/b", "/a/~/b"},
                                                      {"", ""}};
  for (const auto& [text, expected] : rows)
    BOOST_TEST(*expand_home(text, test::usual_environment()) == expected);
  BOOST_TEST(!expand_home("~/x", test::environment_of({})));
}

BOOST_AUTO_TEST_CASE(an_escaped_text_comes_back_as_it_was) {
  for (const char* text : {"", "a", "${KEY}", "$${KEY}", "$", "${", "${${KEY}}", "$$$"}) {
    const auto out = expand(escape_references(text), test::usual_environment());
    BOOST_REQUIRE(out);
    BOOST_TEST(*out == text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
