#include "node_fixture.hpp"
#include "talk.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

const reply_json quick{{"backoff", {{"min", "20ms"}, {"max", "200ms"}}},
                       {"intensity", {{"max", 1000}, {"never_ready", 1000}}}};

/// What of `server` at the node `at` a definition makes a server of another node.
reply_json remote_of(const node_fixture& at, const std::string& server) {
  auto definition = quick;
  definition["url"] = at.url() + "/mcp/" + server;
  return definition;
}

} // namespace

BOOST_AUTO_TEST_SUITE(remote)

BOOST_AUTO_TEST_CASE(a_node_is_the_server_of_another) {
  node_fixture far;
  far.add_fault("old", {});
  far.add_fault("new", {"--modern"});
  BOOST_REQUIRE_MESSAGE(far.start(), far.log());
  node_fixture near;
  near.add("old", remote_of(far, "old"));
  near.add("new", remote_of(far, "new"));
  BOOST_REQUIRE_MESSAGE(near.start(), near.log());
  for (const char* server : {"old", "new"}) {
    BOOST_TEST(near.call(server, "echo", {{"text", "grüße"}}).text() == "grüße", server);
    BOOST_TEST(near.modern_call(server, "echo", {{"text", "y"}}).text() == "y", server);
    const auto row = near.row(server);
    BOOST_TEST(number_of(row, "pid") == 0, compact(row));
    BOOST_TEST(text_of(row, "confinement").starts_with("remote: http://127.0.0.1:"), compact(row));
    for (const auto speaks : {era::legacy, era::modern}) {
      talker client(near, std::string("/mcp/") + server, speaks);
      client.greet();
      const auto reply =
          client.call("progress", reply_json::object(), 30s, {{"progressToken", "token"}});
      BOOST_TEST(reply.said() == "progress", reply.told());
      BOOST_TEST(reply.notes.size() == 3u, reply.told());
    }
  }
  end_well(near);
  BOOST_TEST(far.call("old", "echo", {{"text", "still"}}).text() == "still");
  end_well(far);
}

BOOST_AUTO_TEST_CASE(a_remote_that_was_killed_is_back_as_soon_as_it_is) {
  node_fixture far;
  far.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(far.start(), far.log());
  const auto place = far.url().substr(std::string("http://").size());
  node_fixture near;
  near.add("fs", remote_of(far, "fs"));
  BOOST_REQUIRE_MESSAGE(near.start(), near.log());
  BOOST_TEST(near.call("fs", "echo", {{"text", "before"}}).text() == "before");
  far.signal(SIGKILL);
  BOOST_TEST(far.wait_for_end(15s) == -2 - SIGKILL);
  // Nothing is there: the first call to find that out waits for the next connection, and in vain.
  auto waiting = near.call_later("fs", "echo", 60s);
  BOOST_TEST(eventually([&] {
    return text_of(near.row("fs"), "reason").find("Connection refused") != std::string::npos;
  }));
  BOOST_TEST(near.status_of("fs") != "ready");
  far.listen = place;
  BOOST_REQUIRE_MESSAGE(far.start(), far.log());
  const auto answer = waiting.get();
  BOOST_TEST(answer.good(), answer.told());
  BOOST_TEST(near.wait_for_status("fs", "ready"));
  BOOST_TEST(near.call("fs", "echo", {{"text", "after"}}).text() == "after");
  BOOST_TEST(number_of(near.row("fs"), "restarts") >= 1);
  end_well(near);
  end_well(far);
}

BOOST_AUTO_TEST_CASE(a_remote_that_nobody_serves_is_parked_with_the_reason_and_stops_at_once) {
  node_fixture near;
  reply_json definition{{"url", "http://127.0.0.1:1/mcp?key=hidden"},
                        {"headers", {{"Authorization", "Bearer ${HIDDEN}"}}},
                        {"backoff", {{"min", "1ms"}, {"max", "1ms"}}},
                        {"intensity", {{"never_ready", 3}}}};
  near.variables = {"HIDDEN=quite-secret-word"};
  near.add("away", definition);
  near.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(near.start(false), near.log());
  BOOST_REQUIRE(near.wait_for_status("away", "crash_loop"));
  const auto answer = near.modern_call("away", "echo", reply_json::object());
  BOOST_TEST(!answer.good());
  BOOST_TEST(answer.told().find("Connection refused") != std::string::npos, answer.told());
  BOOST_TEST(near.call("fs", "echo", {{"text", "x"}}).text() == "x");
  std::string told = near.log() + answer.told() + compact(near.row("away"));
  for (const auto& entry : near.events()) told += compact(entry);
  told += near.command({"why", "away"}, account::own).text;
  told += near.ask("GET", "/api/v1/servers/away").body;
  BOOST_TEST(told.find("quite-secret-word") == std::string::npos, told);
  end_well(near);
}

BOOST_AUTO_TEST_CASE(nothing_is_started_for_a_remote) {
  node_fixture far;
  far.add_fault("fs", {"--modern"});
  BOOST_REQUIRE_MESSAGE(far.start(), far.log());
  node_fixture near;
  near.add("fs", remote_of(far, "fs"));
  BOOST_REQUIRE_MESSAGE(near.start(), near.log());
  for (const auto child : children_of(near.pid())) BOOST_TEST(is_helper(child), program_of(child));
  end_well(near);
  end_well(far);
}

BOOST_AUTO_TEST_SUITE_END()
