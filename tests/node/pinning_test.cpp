#include "node/sources/pinning.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

reply_json parsed(const char* text) {
  return reply_json::parse(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(pinning)

BOOST_AUTO_TEST_CASE(what_has_no_exact_version_is_found_and_gets_one_in_its_place) {
  struct row {
    const char* config;
    const char* written; ///< Empty: it is exact, or no package.
    const char* pinned;
  };
  const row rows[] = {
      {R"({"npm":"@s/p"})", "@s/p", R"({"npm":"@s/p@7.0.1"})"},
      {R"({"npm":"p@^1"})", "p@^1", R"({"npm":"p@7.0.1"})"},
      {R"({"npm":"p@1.2"})", "p@1.2", R"({"npm":"p@7.0.1"})"},
      {R"({"npm":"p@latest"})", "p@latest", R"({"npm":"p@7.0.1"})"},
      {R"({"npm":"p@1.2.3"})", "", ""},
      {R"({"npm":"p@1.2.3-beta.1"})", "", ""},
      {R"({"pypi":"p"})", "p", R"({"pypi":"p==7.0.1"})"},
      {R"({"pypi":"p[cli]>=1,<2"})", "p[cli]>=1,<2", R"({"pypi":"p[cli]==7.0.1"})"},
      {R"({"pypi":"p==1.*"})", "p==1.*", R"({"pypi":"p==7.0.1"})"},
      {R"({"pypi":"p==1.2"})", "", ""},
      {R"({"pypi":"p==1,<2"})", "p==1,<2", R"({"pypi":"p==7.0.1"})"},
      {R"({"pypi":"p~=1.2"})", "p~=1.2", R"({"pypi":"p==7.0.1"})"},
      {R"({"npm":"p@1.2.3 || 2"})", "p@1.2.3 || 2", R"({"npm":"p@7.0.1"})"},
      {R"({"npm":"p@1.2.x"})", "p@1.2.x", R"({"npm":"p@7.0.1"})"},
      {R"({"npm":"p@1.2.3x"})", "p@1.2.3x", R"({"npm":"p@7.0.1"})"},
      {R"({"command":"npx","args":["-y","@s/p","x","@s/p"]})", "@s/p",
       R"({"command":"npx","args":["-y","@s/p@7.0.1","x","@s/p"]})"},
      {R"({"command":"npx","args":["-y","--package=p@1","bin","p@1"]})", "p@1",
       R"({"command":"npx","args":["-y","--package=p@7.0.1","bin","p@1"]})"},
      {R"({"command":"npx","args":["-y","--package=p","p"]})", "p",
       R"({"command":"npx","args":["-y","--package=p@7.0.1","p"]})"},
      {R"({"command":"npx","args":["-p","p","bin"]})", "p",
       R"({"command":"npx","args":["-p","p@7.0.1","bin"]})"},
      {R"({"command":"npx","args":["-y","p@1.2.3"]})", "", ""},
      {R"({"command":"npx","args":["-c","p"]})", "", ""},
      {R"({"command":"npx","args":["-y","github:x/y"]})", "", ""},
      {R"({"command":"uvx","args":["p@latest","--x"]})", "p",
       R"({"command":"uvx","args":["p==7.0.1","--x"]})"},
      {R"({"command":"uvx","args":["--from","p>=1","bin"]})", "p>=1",
       R"({"command":"uvx","args":["--from","p==7.0.1","bin"]})"},
      {R"({"command":"uvx","args":["--with","p","q"]})", "q",
       R"({"command":"uvx","args":["--with","p","q==7.0.1"]})"},
      {R"({"command":"uvx","args":["--with","p>=1","p>=2"]})", "p>=2",
       R"({"command":"uvx","args":["--with","p>=1","p==7.0.1"]})"},
      {R"({"command":"uvx","args":["p==1.0"]})", "", ""},
      {R"({"command":"uvx","args":["p@1.0"]})", "", ""},
      {R"({"command":"node","args":["p"]})", "", ""},
      {R"({"url":"https://h/mcp"})", "", ""},
      {R"({"command":"npx","args":"p"})", "", ""},
      {R"({"command":"npx","args":[1]})", "", ""},
  };
  for (const auto& [config, written, pinned] : rows) {
    const auto package = loose_package_of(parsed(config));
    BOOST_TEST(package.has_value() == !std::string_view(written).empty(), config);
    if (!package) continue;
    BOOST_TEST(package->written() == written, config);
    const auto now = with_version(parsed(config), *package, "7.0.1");
    BOOST_TEST(now == parsed(pinned), now.dump());
    BOOST_TEST(!loose_package_of(now), now.dump());
  }
}

BOOST_AUTO_TEST_CASE(the_package_managers_answers_are_read_and_nothing_else) {
  const loose_package npm{loose_package::index::npm, "p", ""};
  const loose_package pypi{loose_package::index::pypi, "p", ""};
  const auto long_version = "\"" + std::string(200, '1') + "\"";
  struct row {
    const loose_package& package;
    const char* answer;
    const char* version; ///< Empty: there is none.
  };
  const row rows[] = {
      {npm, "\"1.5.0\"\n", "1.5.0"},
      {npm, R"(["1.4.0","1.5.0-rc.1","1.5.0"])", "1.5.0"},
      {npm, "[]", ""},
      {npm, "", ""},
      {npm, R"({"error":{"code":"E404"}})", ""},
      {npm, R"("1.0 && rm")", ""},
      {npm, R"("--registry=x y")", ""},
      {npm, "[[\"1.0\"]]", ""},
      {npm, long_version.c_str(), ""},
      {npm, "\"\"", ""},
      {pypi, R"({"install":[{"metadata":{"name":"p","version":"2.0.post1"}}]})", "2.0.post1"},
      {pypi, R"({"install":[]})", ""},
      // Of two nobody knows which one was asked for.
      {pypi, R"({"install":[{"metadata":{"version":"1"}},{"metadata":{"version":"2"}}]})", ""},
      {pypi, R"({"install":[{"metadata":{}}]})", ""},
      {pypi, "null", ""},
  };
  for (const auto& [package, answer, version] : rows) {
    const auto found = version_in(package, answer);
    BOOST_TEST(static_cast<bool>(found) == !std::string_view(version).empty(), answer);
    if (found) BOOST_TEST(*found == version);
  }
}

BOOST_AUTO_TEST_CASE(a_package_is_asked_for_by_what_installs_it_and_says_what_is_missing) {
  const loose_package npm{loose_package::index::npm, "@s/p", "^1"};
  const loose_package pypi{loose_package::index::pypi, "p[cli]", ">=1"};
  const auto view = version_question(npm, "/bin/npm", "");
  BOOST_REQUIRE(view);
  BOOST_TEST((*view)[0] == "/bin/npm");
  BOOST_TEST((*view)[2] == "@s/p@^1");
  const auto report = version_question(pypi, "", "/bin/python3");
  BOOST_REQUIRE(report);
  BOOST_TEST(report->back() == "p[cli]>=1");
  const auto has = [](const std::vector<std::string>& words, const char* word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  // Nothing is installed, of what it needs nothing is told, and what is there already is no answer.
  for (const char* word : {"--dry-run", "--no-deps", "--ignore-installed", "--no-input"})
    BOOST_TEST(has(*report, word), word);
  BOOST_TEST(has(*view, "--prefer-online"));
  BOOST_TEST(!version_question(npm, "", "/bin/python3"));
  BOOST_TEST(!version_question(pypi, "/bin/npm", ""));
}

BOOST_AUTO_TEST_SUITE_END()
