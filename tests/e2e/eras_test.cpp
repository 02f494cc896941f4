#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// A node with a server of each era, "old" and "new".
void start(node_fixture& node) {
  node.add_fault("old", {});
  node.add_fault("new", {"--modern"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(text_of(node.row("old"), "era") == "legacy");
  BOOST_TEST(text_of(node.row("new"), "era") == "modern");
}

std::set<std::string> tool_names(const talk_reply& list) {
  std::set<std::string> names;
  for (const auto& tool : member_of(list.result(), "tools")) names.insert(text_of(tool, "name"));
  return names;
}

void check_greeting(const talk_reply& hello, era client, const std::string& name) {
  BOOST_TEST(hello.status == 200);
  if (client == era::legacy) {
    BOOST_TEST(!hello.session.empty());
    BOOST_TEST(text_of(hello.result(), "protocolVersion") == legacy_protocol);
    BOOST_TEST(text_of(member_of(hello.result(), "serverInfo"), "name") == name);
    BOOST_TEST(!hello.result().contains("resultType"));
  } else {
    BOOST_TEST(hello.session.empty());
    BOOST_TEST(text_of(hello.result(), "resultType") == "complete");
    BOOST_TEST(hello.result()["supportedVersions"][0] == modern_protocol);
    const auto& meta = member_of(hello.result(), "_meta");
    BOOST_TEST(text_of(member_of(meta, "io.modelcontextprotocol/serverInfo"), "name") == name);
  }
}

/// `ping` is the legacy era's alone.
void check_ping(const talker& client, era speaks) {
  const auto reply = client.ask("ping");
  if (speaks == era::legacy) {
    BOOST_TEST(reply.status == 200, reply.told());
    BOOST_TEST(reply.result() == reply_json::object(), reply.told());
  } else {
    BOOST_TEST(reply.status == 404, reply.told());
    BOOST_TEST(reply.error_code() == -32601, reply.told());
  }
}

void check_progress(const talker& client, const std::string& tool, const reply_json& token) {
  const auto reply = client.call(tool, reply_json::object(), 30s, {{"progressToken", token}});
  BOOST_TEST(reply.streamed, reply.told());
  BOOST_TEST(reply.said() == "progress", reply.told());
  BOOST_TEST(reply.body["id"] == client.id);
  BOOST_TEST(reply.notes.size() == 3u, reply.told());
  std::int64_t step = 0;
  for (const auto& note : reply.notes) {
    BOOST_TEST(text_of(note, "method") == "notifications/progress");
    BOOST_TEST(member_of(member_of(note, "params"), "progressToken") == token);
    BOOST_TEST(number_of(member_of(note, "params"), "progress") == ++step);
  }
}

/// Everything that a client does, at one path. `prefix` is what the tools' names begin with there.
void check_client(const node_fixture& node, const std::string& path, era speaks,
                  const std::string& prefix, const std::string& name) {
  BOOST_TEST_CONTEXT(to_string(speaks) << " client at " << path << " " << prefix) {
    talker client(node, path, speaks);
    check_greeting(client.greet(), speaks, name);
    check_ping(client, speaks);
    const auto list = client.ask("tools/list");
    const auto names = tool_names(list);
    for (const char* tool : {"echo", "pid", "env", "progress", "cancelled"})
      BOOST_TEST(names.count(prefix + tool) == 1u, list.told());
    BOOST_TEST(names.size() == (prefix.empty() ? 5u : 10u), list.told());
    BOOST_TEST(list.result().contains("resultType") == (speaks == era::modern), list.told());
    for (const char* text : {"plain", "\"quoted\"\\ and\n lines", "grüße, 世界"}) {
      const auto reply = client.call(prefix + "echo", {{"text", text}});
      BOOST_TEST(reply.status == 200, reply.told());
      BOOST_TEST(!reply.streamed, reply.told());
      BOOST_TEST(reply.said() == text, reply.told());
      BOOST_TEST(reply.body["id"] == client.id, reply.told());
      BOOST_TEST(reply.result().contains("resultType") == (speaks == era::modern), reply.told());
    }
    check_progress(client, prefix + "progress", "a token");
    check_progress(client, prefix + "progress", 42);
    const auto without = client.call(prefix + "progress");
    BOOST_TEST(!without.streamed, without.told());
    BOOST_TEST(without.said() == "progress", without.told());
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(eras)

BOOST_AUTO_TEST_CASE(every_client_speaks_with_every_server_at_the_servers_own_path) {
  node_fixture node;
  start(node);
  for (const auto speaks : {era::legacy, era::modern})
    for (const char* server : {"old", "new"})
      check_client(node, std::string("/mcp/") + server, speaks, "", "fault_server");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(every_client_speaks_with_every_server_at_the_joint_path) {
  node_fixture node;
  start(node);
  // The lists of tools join after the servers have become ready.
  BOOST_REQUIRE(eventually([&] {
    return tool_names(talker(node, "/mcp", era::modern).ask("tools/list")).size() == 10;
  }));
  for (const auto speaks : {era::legacy, era::modern})
    for (const char* prefix : {"old__", "new__"})
      check_client(node, "/mcp", speaks, prefix, "toolscore");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_client_of_one_era_is_refused_the_other_eras_first_words) {
  node_fixture node;
  start(node);
  for (const char* path : {"/mcp", "/mcp/old", "/mcp/new"}) {
    const auto reply = talker(node, path, era::modern).ask("initialize");
    BOOST_TEST(reply.status == 404, reply.told());
    BOOST_TEST(reply.error_code() == -32601, reply.told());
    const talker stranger(node, path, era::legacy);
    BOOST_TEST(stranger.ask("tools/list").status == 400);
    const header_list unknown{{"Mcp-Session-Id", "00000000000000000000000000000000"}};
    BOOST_TEST(stranger.ask("tools/list", reply_json::object(), 30s, unknown).status == 404);
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_foreign_host_or_origin_is_refused_before_anything_else) {
  node_fixture node;
  start(node);
  for (const char* path : {"/mcp", "/mcp/old", "/mcp/nobody"})
    for (const auto& header : header_list{{"Host", "example.org"},
                                          {"Host", "localhost.example.org:80"},
                                          {"Origin", "http://example.org"},
                                          {"Origin", "null"}}) {
      const auto reply =
          talker(node, path, era::modern)
              .ask("tools/call", {{"name", "echo"}, {"arguments", {{"text", "x"}}}}, 30s, {header});
      BOOST_TEST(reply.status == 403,
                 path << " " << header.first << ": " << header.second << " -> " << reply.told());
    }
  BOOST_TEST(node.modern_call("old", "echo", {{"text", "fine"}}).text() == "fine");
  BOOST_REQUIRE(eventually([&] { return !node.trajectories("old").empty(); }));
  BOOST_TEST(node.trajectories("").size() == 1u);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
