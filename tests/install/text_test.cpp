#include "runners/install_keys.hpp"
#include "runners/step_report.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(a_key_is_a_safe_name_and_the_borders_of_its_parts_count) {
  const auto key = install_key("@Scope/We ird", {"a", "b"});
  BOOST_TEST(key.starts_with("-scope-we-ird-"));
  BOOST_TEST(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
  BOOST_TEST(install_key(std::string(500, 'x'), {}).size() == 65u);
  BOOST_TEST(install_key("x", {"ab", "c"}) != install_key("x", {"a", "bc"}));
  BOOST_TEST(install_key("x", {"a", "b"}) != install_key("x", {"b", "a"}));
  BOOST_TEST(install_key("x", {"a"}) != install_key("x", {"a", ""}));
  BOOST_TEST(install_key("x", {"a"}) == install_key("x", {"a"}));
}

BOOST_AUTO_TEST_CASE(the_hash_is_fnv_1a_of_128_bits) {
  // A changed constant would orphan every install that is there.
  BOOST_TEST(install_key("x", {"a"}) == "x-a68c894e6e8b5822836dbc791ef90399");
}

BOOST_AUTO_TEST_CASE(a_source_has_a_readable_name) {
  BOOST_TEST(readable_name("https://h/a/weather.git") == "weather");
  BOOST_TEST(readable_name("git@h:weather.git/") == "weather");
  BOOST_TEST(readable_name("@scope/name") == "name");
}

BOOST_AUTO_TEST_CASE(credentials_in_a_url_are_never_shown) {
  BOOST_TEST(without_credentials("clone https://u:p@h/x from ssh://g@h:1/y") ==
             "clone https://***@h/x from ssh://***@h:1/y");
  BOOST_TEST(without_credentials("https://h/x@y") == "https://h/x@y");
  BOOST_TEST(without_credentials("u@h:x") == "u@h:x");
  BOOST_TEST(without_credentials("https://u:p@ss@h") == "https://***@h");
}

BOOST_AUTO_TEST_CASE(a_failed_step_is_one_line_with_its_command_its_exit_and_its_last_lines) {
  step_report report;
  for (int i = 0; i < 9; ++i) report.add("line " + std::to_string(i));
  report.add("\x1b[31mred\x1b[0m\tblue\r");
  report.add("   ");
  report.add("progress 1/2");
  report.add("npm error A complete log of this run can be found in: /x");
  launch_plan launch;
  launch.argv = {"/bin/npm", "install", "a b", ""};
  BOOST_TEST(
      report.failure("npm", launch, "exit 1") ==
      "npm: /bin/npm install 'a b' '': exit 1: line 5 | line 6 | line 7 | line 8 | red blue");
}

BOOST_AUTO_TEST_CASE(what_npm_dumps_of_an_error_does_not_push_out_the_line_that_says_why) {
  step_report report;
  for (const char* line :
       {"npm error code ECONNREFUSED", "npm error FetchError: request failed, reason: refused",
        "npm error     at onSocketNT (node:_http_client:904:5)",
        "npm error   address: '127.0.0.1',", "npm error   port: 1,", "npm error   type: 'system',",
        "npm error   requiredBy: '.'", "npm error }", "npm error",
        "npm error If you are behind a proxy, please make sure that"})
    report.add(line);
  BOOST_TEST(
      report.failure("npm", {}, "exit 1") ==
      "npm: : exit 1: npm error code ECONNREFUSED | "
      "npm error FetchError: request failed, reason: refused; check that this host reaches it: "
      "network, proxy (HTTPS_PROXY), registry or index");
}

BOOST_AUTO_TEST_CASE(npms_page_of_help_does_not_push_out_the_line_that_it_is_about) {
  step_report report;
  for (const char* line :
       {"npm error code EUSAGE", "npm error",
        "npm error `npm ci` can only install packages when your package.json and package-lock.json "
        "are in sync.",
        "npm error Missing: a@1.0.0 from lock file", "npm error",
        "npm error Clean install a project", "npm error Usage:", "npm error npm ci",
        "npm error Options:", "npm error [--install-strategy <hoisted|nested|shallow|linked>]",
        "npm error [--no-bin-links] [--no-fund] [--dry-run]",
        "npm error aliases: clean-install, ic, install-clean, isntall-clean",
        "npm error Run \"npm help ci\" for more info"})
    report.add(line);
  BOOST_TEST(
      report.failure("npm", {}, "exit 1") ==
      "npm: : exit 1: npm error code EUSAGE | npm error `npm ci` can only install packages "
      "when your package.json and package-lock.json are in sync. | npm error Missing: a@1.0.0 "
      "from lock file; bring the lock file up to date in the source and commit it");
}

BOOST_AUTO_TEST_CASE(what_is_known_of_a_failure_says_what_to_do) {
  const std::pair<const char*, const char*> rows[] = {
      {"npm error `npm ci` can only install packages when your package.json and package-lock.json "
       "or "
       "npm-shrinkwrap.json are in sync. Please update your lock file with `npm install`",
       "lock file up to date"},
      {"error: the lock file Cargo.lock needs to be updated but --locked was passed to prevent "
       "this",
       "lock file up to date"},
      {"npm error code ENOSPC", "make room"},
      {"ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
       "make room"},
      {"npm error notarget No matching version found for a@9.9.9.", "name and version"},
      {"ERROR: No matching distribution found for a==9", "name and version"},
      {"npm error code EAI_AGAIN", "reaches it"}};
  for (const auto& [line, hint] : rows) {
    step_report report;
    report.add(line);
    const auto text = report.failure("s", {}, "exit 1");
    const auto at = text.rfind("; ");
    BOOST_REQUIRE_MESSAGE(at != text.npos, text);
    BOOST_TEST(text.find(hint, at) != text.npos, text);
  }
  step_report report;
  report.add("error: expected one of `!` or `::`");
  BOOST_TEST(report.failure("s", {}, "exit 1").find("; ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_and_no_character_in_two) {
  step_report report;
  std::string line(296, 'x');
  for (int i = 0; i < 50; ++i) line += "\xc3\xa4";
  report.add(line);
  const auto text = report.failure("s", {}, "exit 1");
  BOOST_TEST(text == "s: : exit 1: " + std::string(296, 'x') + "...");
}

BOOST_AUTO_TEST_CASE(the_commit_of_a_clone_is_kept_and_is_no_line) {
  step_report report;
  report.add("commit " + std::string(40, 'a'));
  BOOST_TEST(report.version() == std::string(40, 'a'));
  BOOST_TEST(report.failure("s", {}, "exit 1") == "s: : exit 1");
}

BOOST_AUTO_TEST_SUITE_END()
