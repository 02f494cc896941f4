// Every policy key with values that mean nothing: each is refused when the file is read, with the
// place in the file.
#include "config/policy_config.hpp"
#include "tests/config/config_support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

using namespace toolscore;

namespace {

struct key_row {
  const char* path;                         ///< In the server: "backoff.min".
  std::initializer_list<const char*> wrong; ///< Values, as JSON.
  const char* beside = "";                  ///< Further members that the key needs.
};

// What is wrong for every duration, and for every whole number.
#define NO_DURATION                                                                                \
  "-1", "\"-5s\"", "\"5 parsecs\"", "\"\"", "1e300", "\"99999999999h\"", "true", "[]", "{}"
#define NO_COUNT "-1", "1.5", "1e300", "\"5\"", "99999999999", "true", "[]", "{}"
#define NO_WORD "\"\"", "\"nonsense\"", "7", "true", "[]", "{\"x\": 1}"

const key_row rows[] = {
    {"restart", {NO_WORD, "null"}},
    {"backoff", {"5", "\"1s\"", "[]", "true", "{\"mni\": 1}"}},
    {"backoff.min", {NO_DURATION, "null"}},
    {"backoff.max", {NO_DURATION, "\"1ms\""}}, // Below min.
    {"backoff.factor", {"0", "0.5", "-2", "101", "1e300", "\"2\"", "true"}},
    {"backoff.jitter", {"-0.1", "1.1", "1e300", "\"0.2\"", "true"}},
    {"backoff.reset_after", {NO_DURATION}},
    {"intensity", {"5", "[]", "{\"maxx\": 1}"}},
    {"intensity.max", {NO_COUNT}},
    {"intensity.period", {NO_DURATION, "0"}},
    {"intensity.never_ready", {NO_COUNT, "0"}},
    {"intensity.half_open", {NO_DURATION}},
    {"start_timeout", {NO_DURATION, "0"}},
    {"call_timeout", {NO_DURATION, "0", "\"11m\""}}, // Above call_timeout_max.
    {"call_timeout_max", {NO_DURATION, "0"}},
    {"ready", {NO_WORD, "{}", "{\"http\": \"/\", \"tcp\": true}", "null"}, R"("link": "none")"},
    {"ready", {"{\"http\": \"/\"}", "{\"ws\": \"/\"}", "{\"tcp\": true}"}, R"("link": "none")"},
    {"ready",
     {"\"notify\"", "{\"http\": \"/\"}", "{\"tcp\": true}", "{\"log\": \"up\"}"},
     R"("port": 80)"}, // Of a server with a link.
    {"ready.http",
     {"{\"http\": \"health\"}", "{\"http\": \"\"}", "{\"http\": 5}", "{\"http\": \"/a b\"}",
      "{\"http\": \"/\\r\\nX: y\"}", "{\"http\": null}"},
     R"("link": "none", "port": 80)"},
    {"ready.ws", {"{\"ws\": \"mcp\"}", "{\"ws\": true}"}, R"("link": "none", "port": 80)"},
    {"ready.tcp", {"{\"tcp\": false}", "{\"tcp\": 80}"}, R"("link": "none", "port": 80)"},
    {"ready.log", {"{\"log\": \"(\"}", "{\"log\": 5}", "{\"log\": null}"}, R"("link": "none")"},
    {"port", {"0", "-1", "65536", "1e300", "80.5", "\"80\"", "\"any\"", "true", "[]", "{}"}},
    {"link", {NO_WORD}},
    {"ping", {"5", "[]", "{\"evry\": 1}"}},
    {"ping.every", {NO_DURATION}},
    {"ping.timeout", {NO_DURATION, "0"}},
    {"ping.failures", {NO_COUNT, "0", "1001"}},
    {"breaker", {"5", "[]", "{\"evry\": 1}"}},
    {"breaker.failures", {NO_COUNT}},
    {"breaker.open", {NO_DURATION, "0"}},
    {"breaker.open_max", {NO_DURATION, "0", "\"1s\""}},
    {"stop", {"5", "[]", "{\"kill\": 1}"}},
    {"stop.drain", {NO_DURATION}},
    {"stop.stdin", {NO_DURATION}},
    {"stop.term", {NO_DURATION}},
    {"replicas", {NO_COUNT, "0", "65", "1000", "\"two\""}},
    {"port", {"8080"}, R"("link": "none", "replicas": 2)"}, // All on one.
    {"depends_on", {"\"db\"", "[\"db\"]", "5", "true"}},
    {"depends_on.fs", {"{\"fs\": \"ready\"}"}}, // Itself.
    {"depends_on.db", {"{\"db\": \"ready\"}"}}, // Nobody.
    {"depends_on.other",
     {"{\"other\": \"redy\"}", "{\"other\": 5}", "{\"other\": \"completed\"}",
      "{\"other\": \"ready\"}"}},          // The last closes a circle.
    {"significant", {NO_WORD, "\"any\""}}, // Of one that never ends.
    {"idle_stop", {NO_DURATION, "0", "1", "\"99ms\""}},
    {"idle_stop", {"\"5m\""}, R"("link": "none")"},
    {"max_lifetime", {NO_DURATION, "0", "\"999ms\""}},
    {"session_mode", {NO_WORD}},
    {"on_node_exit", {NO_WORD, "\"keep\""}}, // Of one on stdio.
    {"on_node_exit", {"\"keep\""}, R"("link": "none", "ready": "notify")"},
    {"queue", {"5", "[]", "{\"mx\": 1}"}},
    {"queue.max", {NO_COUNT, "0"}},
    {"queue.wait", {NO_DURATION}},
    {"success", {"5", "[]", "{\"code\": 1}"}},
    {"success.codes", {"-1", "256", "[0, 256]", "[\"0\"]", "1.5", "true"}},
    {"success.signals", {"0", "65", "[0]", "[\"SIGNOPE\"]", "-9", "1.5", "true"}},
    {"isolation", {NO_WORD}},
    {"limits", {"5", "[]", "{\"fils\": 1}"}},
    {"limits.memory", {"-1", "\"-1Mi\"", "\"lots\"", "true", "[]", "1e300"}},
    {"limits.cpu", {"-1", "\"2\"", "1e300", "true", "[]"}},
    {"limits.pids", {NO_COUNT}},
    {"limits.files", {NO_COUNT, "0", "15"}},
    {"paths", {"5", "[]", "{\"exec\": []}"}},
    {"paths.read", {"5", "\"/x\"", "[1]", "true"}},
    {"paths.write", {"5", "\"/x\"", "[1]", "true"}},
    {"paths.read", {"[\"data\"]", "[\"\"]", "[\"${NOT_SET}\"]"}},
    {"network", {NO_WORD}},
    {"network", {"\"none\"", "\"loopback\""}, R"("link": "none", "port": 80)"},
    {"network", {"\"none\""}, R"("link": "http")"},
    {"private_tmp", {"0", "\"yes\"", "null", "[]"}},
    {"no_new_privs", {"0", "\"yes\"", "null", "[]"}},
    {"no_new_privs", {"false"}, R"("isolation": "strict")"},
    {"no_new_privs", {"false"}, R"("paths": {"read": ["/data"]})"},
    {"prefix", {NO_WORD}},
    {"pin", {NO_WORD}},
    {"tools", {"5", "true", "\"x\"", "[1]", "{\"alow\": []}"}},
    {"tools.allow", {"5", "\"x\"", "[1]", "{}"}},
    {"tools.deny", {"5", "\"x\"", "[1]", "{}"}},
    {"tools.rename", {"5", "\"x\"", "[]"}},
    {"tools.describe", {"5", "\"x\"", "[]"}},
    {"instructions", {"0", "1", "\"yes\"", "null", "[]", "{}"}},
    {"retry", {NO_WORD}},
};

/// The member that holds `value` at `path`; the value of "ready.http" and of "depends_on.x" is the
/// whole object, because its one member is what is wrong.
std::string member(const std::string& path, const std::string& value) {
  const auto dot = path.find('.');
  const auto key = path.substr(0, dot);
  const bool whole = dot == path.npos || key == "ready" || key == "depends_on";
  return "\"" + key +
         "\": " + (whole ? value : "{\"" + path.substr(dot + 1) + "\": " + value + "}");
}

std::string refusal(const std::string& members) {
  return test::failure_of(R"({"mcpServers": {"fs": {"command": "x", )" + members +
                          R"(}, "other": {"command": "x", "depends_on": {"fs": "ready"}}}})");
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy_values)

BOOST_AUTO_TEST_CASE(what_means_nothing_is_refused_with_its_place) {
  for (const auto& row : rows)
    for (const std::string value : row.wrong) {
      const std::string beside = row.beside;
      const auto told = refusal(member(row.path, value) + (beside.empty() ? "" : ", ") + beside);
      const std::string place = std::string("mcpServers.fs.") + row.path;
      const std::string section = place.substr(0, place.rfind('.'));
      // "place: what", "place[0]: what" where it is a list, "unknown key ... in place".
      const bool placed =
          told.find(place + ": ") != told.npos || told.find(place + "[") != told.npos ||
          (told.find("unknown key") != told.npos && told.find(" in " + place) != told.npos);
      BOOST_TEST(placed, row.path << " = " << value << ": " << (told.empty() ? "taken" : told));
      BOOST_TEST(told.find('\n') == told.npos, told);
    }
}

BOOST_AUTO_TEST_CASE(every_policy_key_stands_in_the_table) {
  for (const auto key : policy_keys())
    BOOST_TEST(std::any_of(std::begin(rows), std::end(rows),
                           [&](const auto& row) { return row.path == key; }),
               key);
}

BOOST_AUTO_TEST_CASE(a_circle_of_any_length_is_told_whole) {
  const auto told = test::failure_of(R"({"mcpServers": {
    "a": {"command": "x", "depends_on": {"b": "ready"}},
    "b": {"command": "x", "depends_on": {"c": "started"}},
    "c": {"command": "x", "depends_on": {"a": "ready"}}}})");
  BOOST_TEST(told.find("depends_on") != told.npos, told);
  BOOST_TEST(told.find("a -> b -> c -> a") != told.npos, told);
}

BOOST_AUTO_TEST_CASE(groups_with_nonsense_are_refused_with_their_place) {
  const std::pair<const char*, const char*> faults[] = {
      {R"({"servers": ["fs"], "strategy": "all_for_none"})", "groups.g.strategy: "},
      {R"({"servers": ["nobody"]})", "groups.g.servers"},
      {R"({"servers": "fs"})", "groups.g.servers: "},
      {R"({"servers": ["fs", 5]})", "groups.g.servers[1]: "},
      {R"({"serves": ["fs"]})", "groups.g"},
      {R"(5)", "groups.g: "},
  };
  for (const auto& [group, place] : faults) {
    const auto told = test::failure_of(
        R"({"mcpServers": {"fs": {"command": "x"}}, "groups": {"g": )" + std::string(group) + "}}");
    BOOST_TEST(told.find(place) != told.npos, group << ": " << told);
  }
}

BOOST_AUTO_TEST_SUITE_END()
