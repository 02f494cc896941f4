#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

using headers = std::vector<std::pair<std::string, std::string>>;

const std::string reader(40, 'r');
const std::string caller_of_fs(40, 'c');

headers bearer(const std::string& token) {
  return {{"Authorization", "Bearer " + token}};
}

/// A private file with a token in it. @returns its path
std::string token_file(const node_fixture& node, const std::string& name, const std::string& token,
                       mode_t mode = 0600) {
  const auto path = node.directory() + "/" + name;
  std::ofstream(path) << token << "\n";
  ::chmod(path.c_str(), mode);
  return path;
}

/// Two clients, of which one is shown one server without one of its tools.
void configure_clients(node_fixture& node) {
  node.add_fault("fs", {});
  node.add_fault("web", {});
  node.variables = {"READER=" + reader};
  node.node = {
      {"tokens",
       {{"reader", {{"scopes", {"mcp:read", "control:read"}}, {"env", "READER"}}},
        {"ci", {{"scopes", {"mcp:call"}}, {"file", token_file(node, "ci", caller_of_fs)}}}}},
      {"access", {{"ci", {{"servers", {"fs"}}, {"tools", {{"deny", {"fs__env"}}}}}}}}};
}

std::string listed(const talk_reply& reply) {
  std::string names;
  for (const auto& tool : member_of(reply.result(), "tools")) names += text_of(tool, "name") + " ";
  return names;
}

} // namespace

BOOST_AUTO_TEST_SUITE(edge)

BOOST_AUTO_TEST_CASE(a_client_comes_as_far_as_its_token_and_is_recorded_by_its_name) {
  node_fixture node;
  configure_clients(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  talker fs(node, "/mcp/fs", era::modern);
  const auto limit = std::chrono::seconds{30};
  BOOST_TEST(fs.ask("tools/list", reply_json::object(), limit).status == 401);
  BOOST_TEST(listed(fs.ask("tools/list", reply_json::object(), limit, bearer(reader))) ==
             "echo pid env progress cancelled ");
  BOOST_TEST(listed(fs.ask("tools/list", reply_json::object(), limit, bearer(caller_of_fs))) ==
             "echo pid progress cancelled ");
  const reply_json echo{{"name", "echo"}, {"arguments", {{"text", "hi"}}}};
  BOOST_TEST(fs.ask("tools/call", echo, limit, bearer(reader)).status == 403);
  BOOST_TEST(fs.ask("tools/call", echo, limit, bearer(caller_of_fs)).said() == "hi");
  const reply_json env{{"name", "env"}, {"arguments", reply_json::object()}};
  BOOST_TEST(fs.ask("tools/call", env, limit, bearer(caller_of_fs)).error_code() == -32602);
  talker web(node, "/mcp/web", era::modern);
  BOOST_TEST(web.ask("tools/call", echo, limit, bearer(caller_of_fs)).status == 404);
  BOOST_TEST(eventually([&] { return node.trajectories("fs").size() == 2; }));
  for (const auto& record : node.trajectories("fs"))
    BOOST_TEST(text_of(record, "principal") == "ci");
  std::string reasons;
  BOOST_TEST(eventually([&] {
    reasons.clear();
    for (const auto& x : node.events())
      if (text_of(x, "kind") == "access.denied")
        reasons += text_of(member_of(x, "fields"), "reason") + " ";
    return reasons == "no_token scope policy policy ";
  }));
  BOOST_TEST(reasons == "no_token scope policy policy ");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_not_kept_well_starts_no_node) {
  struct row {
    reply_json source;
    std::string told;
  };
  node_fixture node;
  const auto wide = token_file(node, "wide", reader, 0640);
  const auto brief = token_file(node, "brief", "short");
  const auto twin = token_file(node, "twin", caller_of_fs);
  const std::vector<row> rows{
      {{{"file", wide}},
       "node.tokens.a: " + wide + ": others may read it; run `chmod 600 " + wide + "`"},
      {{{"file", wide + "x"}}, "node.tokens.a: " + wide + "x: cannot be read: No such file"},
      {{{"file", brief}}, "node.tokens.a: " + brief + " holds no token: at least 32 characters"},
      {{{"file", node.directory()}}, "node.tokens.a: " + node.directory() + ": cannot be read"},
      {{{"env", "NOBODY_SET_IT"}}, "node.tokens.a: the variable NOBODY_SET_IT is not set"},
      {{{"file", twin}}, "node.tokens.b: is the token of \"a\" too; give each client its own"},
  };
  for (const auto& x : rows) {
    auto a = x.source;
    a["scopes"] = {"mcp:read"};
    node.node = {{"tokens", {{"a", a}, {"b", {{"scopes", {"mcp:read"}}, {"file", twin}}}}}};
    BOOST_TEST(!node.start(false));
    BOOST_TEST(node.wait_for_end(std::chrono::seconds{10}) == 2);
    BOOST_TEST(node.log().find(x.told) != std::string::npos, node.log());
    BOOST_TEST(node.log().find(caller_of_fs) == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
