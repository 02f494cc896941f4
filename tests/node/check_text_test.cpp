#include "node/check_text.hpp"
#include "node/reply_json.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

environment home_only() {
  environment env;
  env.variable = [](std::string_view name) -> std::optional<std::string> {
    if (name == "HOME") return "/home/x";
    return std::nullopt;
  };
  return env;
}

} // namespace

BOOST_AUTO_TEST_SUITE(check_text)

BOOST_AUTO_TEST_CASE(a_good_file_is_ok_with_its_count_and_what_is_ignored) {
  const auto answer =
      check_config(R"({"mcpServers":{"fs":{"command":"x","autoApprove":[]},"b":{"command":"y"}}})",
                   "t.json", home_only(), false);
  BOOST_TEST(answer.out == "ok: 2 servers\nignored: mcpServers.fs.autoApprove (a key of another "
                           "host)\n");
  BOOST_TEST((answer.code == exit_code::ok));
  BOOST_TEST(check_config("{}", "t.json", home_only(), false).out == "ok: 0 servers\n");
}

BOOST_AUTO_TEST_CASE(every_bad_server_is_named_at_once) {
  const auto answer = check_config(
      R"({"mcpServers":{"a":{"comand":"x"},"b":{"command":"y","retry":"always"},"c":{"command":"z"},
          "d":{"command":"${UNSET}"}}})",
      "t.json", home_only(), false);
  BOOST_TEST((answer.code == exit_code::failed));
  BOOST_TEST(answer.out == "");
  BOOST_TEST(std::count(answer.err.begin(), answer.err.end(), '\n') == 3);
  for (const auto* part : {"error: t.json: mcpServers.a", "did you mean \"command\"",
                           "not supported: t.json: mcpServers.b.retry", "mcpServers.d", "UNSET"})
    BOOST_TEST(answer.err.find(part) != std::string::npos, part << " is not in " << answer.err);
}

BOOST_AUTO_TEST_CASE(a_slip_in_the_syntax_has_its_line_and_column) {
  const auto answer = check_config("{\n  \"node\": {,}\n}", "t.json", home_only(), false);
  BOOST_TEST(answer.err.starts_with("error: t.json:2:12: "), answer.err);
}

BOOST_AUTO_TEST_CASE(programs_get_one_object) {
  const auto good = parse_reply(check_config("{}", "t.json", home_only(), true).out);
  BOOST_REQUIRE(good);
  BOOST_TEST(member_of(*good, "ok") == true);
  const auto bad = check_config("{", "t.json", home_only(), true);
  BOOST_TEST(bad.err == "");
  const auto value = parse_reply(bad.out);
  BOOST_REQUIRE(value);
  BOOST_TEST(member_of(*value, "ok") == false);
  BOOST_TEST(text_of(member_of(*value, "errors")[0], "code") == "bad_config");
}

BOOST_AUTO_TEST_CASE(a_mistake_elsewhere_in_the_file_does_not_hide_the_state_directory) {
  const auto found =
      state_dir_of(R"({"node":{"state_dir":"/run/x","lisen":1},"mcpServers":{"a":{"comand":1}}})",
                   "t.json", home_only());
  BOOST_REQUIRE(found);
  BOOST_TEST(*found == "/run/x");
  BOOST_TEST(*state_dir_of("{}", "t.json", home_only()) == "/home/x/.local/state/toolscore");
  BOOST_TEST(*state_dir_of("[]", "t.json", home_only()) == "/home/x/.local/state/toolscore");
  BOOST_TEST(!state_dir_of(R"({"node":{"state_dir":"relative"}})", "t.json", home_only()));
  BOOST_TEST(!state_dir_of("{", "t.json", home_only()));
}

BOOST_AUTO_TEST_SUITE_END()
