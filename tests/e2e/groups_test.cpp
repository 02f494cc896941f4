#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

using strings = std::vector<std::string>;

/// The servers in the order in which they came to that status.
strings order_of(const std::vector<reply_json>& events, const std::string& status) {
  strings out;
  for (const auto& event : events)
    if (text_of(event, "kind") == "server.state" &&
        event.dump().find("\"" + status + "\"") != std::string::npos)
      out.push_back(text_of(event, "server"));
  return out;
}

reply_json needs(const std::string& other, const std::string& condition = "ready") {
  return {{"depends_on", {{other, condition}}}};
}

std::string name_of(int i) {
  return "s" + std::to_string(i);
}

} // namespace

BOOST_AUTO_TEST_SUITE(groups)

BOOST_AUTO_TEST_CASE(a_server_waits_for_what_it_depends_on_and_its_calls_wait_with_it) {
  node_fixture node;
  node.add_fault("db", {"--delay-handshake", "1500"});
  node.add_fault("web", {}, needs("db"));
  node.add_fault("top", {}, needs("web"));
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("web", "waiting"));
  BOOST_TEST(text_of(node.row("web"), "reason").find("waits for \"db\" to be ready") == 0u);
  BOOST_TEST(node.pid_of("web") == 0);
  BOOST_TEST(node.call("top", "echo", {{"text", "hello"}}).text() == "hello");
  const auto ready = order_of(node.events(), "ready");
  BOOST_TEST(ready == (strings{"db", "web", "top"}), boost::test_tools::per_element());
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_group_restarts_with_the_one_that_others_depend_on) {
  node_fixture node;
  node.add_fault("db", {});
  node.add_fault("web", {}, needs("db"));
  node.add_fault("other", {});
  node.groups = {{"g", {{"servers", {"db", "web", "other"}}, {"strategy", "rest_for_one"}}}};
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto db = node.pid_of("db");
  const auto web = node.pid_of("web");
  const auto other = node.pid_of("other");
  ::kill(web, SIGKILL);
  BOOST_REQUIRE(
      eventually([&] { return node.pid_of("web") != web && node.status_of("web") == "ready"; }));
  BOOST_TEST(node.pid_of("db") == db);
  const auto second = node.pid_of("web");
  ::kill(db, SIGKILL);
  BOOST_REQUIRE(eventually([&] {
    return node.pid_of("web") != second && node.status_of("web") == "ready" &&
           node.status_of("db") == "ready";
  }));
  BOOST_TEST(is_gone(second));
  BOOST_TEST(node.pid_of("other") == other);
  BOOST_TEST(node.call("web", "echo", {{"text", "again"}}).text() == "again");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(an_added_server_says_that_what_it_needs_has_gone_from_the_file) {
  node_fixture node;
  node.add_fault("db", {});
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto add = [&](const char* name, const reply_json& more) {
    auto config = node.fault_definition({});
    config.update(more);
    const auto answer = node.ask("POST", "/api/v1/servers",
                                 compact({{"name", name}, {"config", config}, {"wait", true}}));
    BOOST_TEST(answer.status == 201, answer.body);
  };
  add("web", needs("db"));
  end_well(node);

  node.forget("db");
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("web", "waiting"));
  const auto reason = text_of(node.row("web"), "reason");
  BOOST_TEST(reason.starts_with("waits for \"db\", but there is no such server; "), reason);
  BOOST_TEST(reason.find('\n') == std::string::npos);
  BOOST_TEST(node.log().find("no such server") != std::string::npos);
  BOOST_TEST(eventually(
      [&] { return node.ask("GET", "/readyz").body.find("web is waiting") != std::string::npos; }));
  add("apart", reply_json::object()); // The fault of one is no reason to refuse another.
  BOOST_TEST(node.pid_of("web") == 0);
  add("db", reply_json::object());
  BOOST_TEST(node.wait_for_status("web", "ready"), compact(node.row("web")));
  BOOST_TEST(node.call("web", "echo", {{"text", "at last"}}).text() == "at last");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_chain_stops_in_strict_reverse_order) {
  constexpr int count = 40;
  node_fixture node;
  for (int i = 0; i < count; ++i)
    node.add_fault(name_of(i), {}, i == 0 ? reply_json::object() : needs(name_of(i - 1)));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  node.signal(SIGTERM);
  BOOST_TEST(node.wait_for_end(25s) == 0);
  strings expected;
  for (int i = count; i-- > 0;) expected.push_back(name_of(i));
  strings stopped;
  std::istringstream lines(node.log());
  for (std::string line; std::getline(lines, line);)
    if (line.find("server.state") != std::string::npos &&
        line.find("status=stopped") != std::string::npos) {
      const auto at = line.find("server=") + 7;
      stopped.push_back(line.substr(at, line.find(' ', at) - at));
    }
  BOOST_TEST(stopped == expected, boost::test_tools::per_element());
  BOOST_TEST(wait_for_empty_census(node.marker(), 5s).empty());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_significant_server_ends_the_node_with_a_code_of_its_own) {
  for (const int code : {0, 3}) {
    node_fixture node;
    node.add_fault("stays", {});
    node.add_fault("job", {"--exit-after-calls", "1", "--exit-code", std::to_string(code)},
                   {{"restart", "temporary"}, {"significant", "any"}});
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    node.call("job", "echo", {{"text", "x"}});
    BOOST_TEST(node.wait_for_end(15s) == (code == 0 ? 5 : 6));
    BOOST_TEST(wait_for_empty_census(node.marker(), 5s).empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
