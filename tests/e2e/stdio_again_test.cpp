// A client on a pipe while its node is restarted: nothing but what was in flight is lost.
#include "pipe_talk.hpp"

#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

void start(node_fixture& node, const std::vector<std::string>& more = {}) {
  auto modern = more;
  modern.emplace_back("--modern");
  node.add_fault("old", more);
  node.add_fault("new", modern);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
}

} // namespace

BOOST_AUTO_TEST_SUITE(stdio_again)

BOOST_AUTO_TEST_CASE(a_client_of_either_era_goes_on_with_the_next_node) {
  node_fixture node;
  start(node);
  for (const auto speaks : both_eras)
    for (const char* server : {"old", "new"}) {
      BOOST_TEST_CONTEXT(to_string(speaks) << " client, " << server) {
        piped client(node, {"--server", server});
        greet(client, speaks);
        client.send(call(speaks, 1, "echo", {{"text", "a"}}));
        BOOST_TEST(said(client.answer(1)) == "a");
        BOOST_TEST(node.stop() == 0, node.log());
        BOOST_REQUIRE_MESSAGE(node.start(), node.log());
        client.send(call(speaks, 2, "echo", {{"text", "b"}}));
        BOOST_TEST(said(client.answer(2)) == "b");
        client.send(request(speaks, 3, "tools/list"));
        BOOST_TEST(client.answer(3).contains("result"));
        check_end(client);
        BOOST_TEST(client.said().empty(), client.said());
      }
    }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_is_asked_while_there_is_no_node_waits_for_the_next) {
  node_fixture node;
  start(node);
  for (const auto speaks : both_eras) {
    piped client(node, {"--server", "old"});
    greet(client, speaks);
    client.send(call(speaks, 1, "echo", {{"text", "a"}}));
    BOOST_TEST(said(client.answer(1)) == "a");
    BOOST_TEST(node.stop() == 0, node.log());
    for (const int id : {2, 3}) client.send(call(speaks, id, "echo", {{"text", "b"}}));
    client.send(call(speaks, 4, "echo", {{"text", "never"}}));
    client.send(cancel(4));
    BOOST_TEST(client.next(300ms).is_null());
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    for (const int id : {2, 3}) BOOST_TEST(said(client.answer(id, 20s)) == "b");
    check_end(client);
    for (const auto& note : client.notes) BOOST_TEST(!note.contains("id"), note.dump());
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_was_in_flight_at_a_killed_node_fails_once_and_the_rest_goes_on) {
  node_fixture node;
  start(node, {"--slow", "60000"});
  for (const auto speaks : both_eras) {
    piped client(node, {"--server", "old"});
    greet(client, speaks);
    client.send(call(speaks, 1, "slow"));
    BOOST_TEST(client.next(300ms).is_null());
    node.signal(SIGKILL);
    node.wait_for_end(5s);
    BOOST_TEST(code_of(client.answer(1)) == -32603);
    BOOST_REQUIRE_MESSAGE(node.start(), node.log());
    client.send(call(speaks, 2, "echo", {{"text", "b"}}));
    BOOST_TEST(said(client.answer(2, 20s)) == "b");
    check_end(client);
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(who_listens_is_told_that_something_may_have_changed_and_listens_on) {
  node_fixture node;
  start(node);
  piped modern(node, {});
  greet(modern, era::modern);
  modern.send(request(era::modern, "ear", "subscriptions/listen",
                      {{"notifications", {{"toolsListChanged", true}}}}));
  BOOST_TEST(!modern.note("notifications/subscriptions/acknowledged").is_null());
  piped legacy(node, {});
  greet(legacy, era::legacy);
  legacy.send(request(era::legacy, 1, "tools/list"));
  BOOST_TEST(legacy.answer(1).contains("result"));
  BOOST_TEST(node.stop() == 0, node.log());
  node.add_fault("more", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto told = modern.note("notifications/tools/list_changed", 20s);
  BOOST_TEST(told.dump().find("\"ear\"") != std::string::npos, told.dump());
  for (const auto& x : modern.notes) // Neither an end nor a second beginning.
    BOOST_TEST(text_of(x, "method") == "notifications/tools/list_changed", x.dump());
  BOOST_TEST(!legacy.note("notifications/tools/list_changed", 20s).is_null());
  legacy.send(request(era::legacy, 2, "tools/list"));
  BOOST_TEST(legacy.answer(2).dump().find("old__echo") != std::string::npos);
  check_end(modern);
  check_end(legacy);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_server_that_the_next_node_does_not_have_is_told) {
  node_fixture node;
  start(node);
  piped client(node, {"--server", "new"});
  greet(client, era::legacy);
  BOOST_TEST(node.stop() == 0, node.log());
  node.forget("new");
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  client.send(call(era::legacy, 1, "echo", {{"text", "b"}}));
  const auto answer = client.answer(1, 20s);
  BOOST_TEST(code_of(answer) == -32603, answer.dump());
  BOOST_TEST(client.wait_for_end() == 1, client.said());
  BOOST_TEST(client.said().find("404") != std::string::npos, client.said());
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
