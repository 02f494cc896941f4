#include "config/expand.hpp"
#include "messages/late_value.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(expansion)

BOOST_AUTO_TEST_CASE(every_kind_of_reference_is_put_in) {
  const auto env = test::environment_of({{"HOME", "/home/ann"},
                                         {"KEY", "k-1"},
                                         {"EMPTY", ""},
                                         {"DOLLAR", "${KEY}"},
                                         {"TOOLSCORE_INPUT_OPEN", "asked"}});
  auto noted = env;
  noted.inputs["open"] = {false, std::nullopt};
  noted.inputs["preset"] = {true, "preset"};
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
      {"${input:open}", "asked"},
      {"${input:preset}", "preset"},
      {"${userHome}/x", "/home/ann/x"},
      {"${workspaceFolder}${/}x${pathSeparator}", "/project/x/"},
      {"$${KEY}", "${KEY}"},
      {"$$${KEY}", "$${KEY}"},
      {"${DOLLAR}", "${KEY}"},
  };
  for (const auto& [text, expected] : rows) {
    for (const auto how : {expand, expand_late, expand_now}) {
      const auto out = how(text, noted);
      BOOST_REQUIRE_MESSAGE(out, text);
      BOOST_TEST(*out == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_secret_is_put_off_where_it_may_stand_and_refused_elsewhere) {
  using kind = late_piece::kind;
  auto env = test::environment_of({{"KEY", "k-1"}, {"TOOLSCORE_INPUT_API_KEY", "asked"}});
  env.variable = [before = env.variable](std::string_view name) {
    return name == "TOOLSCORE_INPUT_F_FILE" ? std::optional<std::string>("/run/secrets/t")
                                            : before(name);
  };
  env.inputs["f"] = {false, std::nullopt};
  const std::pair<const char*, std::vector<late_piece>> rows[] = {
      {"${file:/run/secrets/t}", {{kind::file, "/run/secrets/t", {}}}},
      {"a ${KEY} ${file:/x}$${",
       {{kind::text, "a k-1 ", {}}, {kind::file, "/x", {}}, {kind::text, "${", {}}}},
      {"${input:api-key}", {{kind::input, "api-key", {}}}},
      {"${input:f}", {{kind::input, "f", {}}}},
      {"${cmd:pass show 'a b' \"}\"}", {{kind::command, "", {"pass", "show", "a b", "}"}}}},
      {"${cmd:[\"sh\", \"a\\\"}'b\"]}!",
       {{kind::command, "", {"sh", "a\"}'b"}}, {kind::text, "!", {}}}},
      {"${cmd:p x'y z'w}", {{kind::command, "", {"p", "xy zw"}}}},
  };
  for (const auto& [text, pieces] : rows) {
    const auto out = expand_late(text, env);
    BOOST_REQUIRE_MESSAGE(out, text << (out ? "" : out.failure().detail));
    BOOST_TEST(is_late(*out), text);
    BOOST_TEST((late_pieces(*out) == pieces), late_reference(*out));
    // What is shown of it is read back as the same.
    const auto again = expand_late(late_reference(*out), env);
    BOOST_REQUIRE_MESSAGE(again, late_reference(*out));
    BOOST_TEST(*again == *out);
    const auto refused = expand(text, env);
    BOOST_REQUIRE_MESSAGE(!refused, text);
    BOOST_TEST(refused.failure().detail.find("write it in \"env\" or \"headers\"") !=
               std::string::npos);
  }
  BOOST_TEST(*expand_now("<${file:/run/secrets/t}>${input:api-key}${input:f}", env) ==
             "<s3cret>askeds3cret");
  BOOST_TEST(!expand_now("${cmd:x}", env));
  BOOST_TEST(!expand_late("\x1a"
                          "f1:x",
                          env));
}

BOOST_AUTO_TEST_CASE(what_is_unset_or_unknown_is_an_error_and_never_empty) {
  const std::pair<const char*, const char*> rows[] = {
      {"${NONE}", "the variable NONE is not set, set it or write ${NONE:-default}"},
      {"${env:NONE}", "the variable NONE is not set"},
      {"${file:relative}", "write an absolute path"},
      {"${input:token}", "set the variable TOOLSCORE_INPUT_TOKEN"},
      {"${cmd:}", "names no command"},
      {"${cmd:a 'b}", "the ${ is never closed"},
      {"${cmd:[1]}", "write a JSON array of texts"},
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
  BOOST_TEST(!expand_now("${file:/run/secrets/t}", without_files));
  BOOST_TEST(!expand_now("${file:/nowhere}", test::usual_environment()));
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
