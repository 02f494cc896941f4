#include "talk.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// The names of one tools/list, with a space after each.
std::string listed(const talk_reply& reply) {
  std::string names;
  for (const auto& tool : member_of(reply.result(), "tools")) names += text_of(tool, "name") + " ";
  return names;
}

const reply_json echo_alone{{"tools", {{"allow", {"e*", "pid"}}, {"deny", {"env", "pid"}}}}};

/// The policy above is in force at both endpoints and for both eras, and its refusals are recorded.
void check_echo_alone(node_fixture& node, const std::string& server) {
  for (const auto speaks : {era::legacy, era::modern}) {
    talker own(node, "/mcp/" + server, speaks);
    own.greet();
    BOOST_TEST(listed(own.ask("tools/list")) == "echo ");
    BOOST_TEST(own.call("echo", {{"text", "open"}}).said() == "open");
    for (const char* hidden : {"pid", "env", "progress", "never-heard-of"}) {
      const auto reply = own.call(hidden);
      BOOST_TEST(reply.error_code() == -32602, reply.told());
      BOOST_TEST(reply.error_message() ==
                 "server \"" + server + "\" does not offer this tool: \"" + hidden +
                     "\" is hidden by tools.allow or tools.deny of the server's definition");
    }
  }
  talker all(node, "/mcp", era::modern);
  BOOST_TEST(eventually([&] {
    const auto names = listed(all.ask("tools/list"));
    return names.find(server + "__echo ") != names.npos;
  }));
  const auto names = listed(all.ask("tools/list"));
  BOOST_TEST(names.find(server + "__pid") == names.npos, names);
  BOOST_TEST(all.call(server + "__pid").error_code() == -32602);
  BOOST_TEST(all.call(server + "__echo", {{"text", "joint"}}).said() == "joint");
}

} // namespace

BOOST_AUTO_TEST_SUITE(tools)

BOOST_AUTO_TEST_CASE(a_hidden_tool_is_neither_listed_nor_called_at_any_endpoint) {
  node_fixture node;
  node.add_fault("s", {}, echo_alone);
  node.add_fault("open", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  check_echo_alone(node, "s");
  BOOST_TEST(listed(talker(node, "/mcp/open", era::modern).ask("tools/list")) ==
             "echo pid env progress cancelled ");
  // Each refusal is a record that no server was reached by.
  std::vector<reply_json> refused;
  BOOST_TEST(eventually([&] {
    refused = node.trajectories("s");
    std::erase_if(refused, [](const auto& x) { return text_of(x, "tool") == "echo"; });
    return refused.size() >= 8;
  }));
  BOOST_TEST(refused.size() == 8u);
  for (const auto& record : refused) {
    BOOST_TEST(text_of(record, "admission") == "failed", compact(record));
    BOOST_TEST(text_of(record, "transport") == "not_reached", compact(record));
    BOOST_TEST(text_of(record, "success") == "false", compact(record));
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(the_policy_of_a_server_added_later_is_in_force_everywhere) {
  node_fixture node;
  node.add_fault("first", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  auto config = node.fault_definition({});
  config.update(echo_alone);
  const auto added =
      node.ask("POST", "/api/v1/servers", compact({{"name", "late"}, {"config", config}}));
  BOOST_REQUIRE_MESSAGE(added.status < 300, added.body);
  BOOST_REQUIRE(node.wait_for_status("late", "ready"));
  check_echo_alone(node, "late");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
