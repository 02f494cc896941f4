#include "pipe_talk.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <set>

using namespace toolscore;
using namespace toolscore::test;

namespace {

using words = std::vector<std::string>;

/// A node with a server of each era, "old" and "new".
void start(node_fixture& node, const words& more = {}) {
  auto modern = more;
  modern.emplace_back("--modern");
  node.add_fault("old", more);
  node.add_fault("new", modern);
  node.groups = {{"both", {{"servers", {"old", "new"}}}}};
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
}

bool is_a_line(std::string text) {
  if (!text.ends_with('\n')) return false;
  text.pop_back();
  return is_one_line(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(stdio)

BOOST_AUTO_TEST_CASE(a_client_of_either_era_has_every_server_on_a_pipe) {
  node_fixture node;
  start(node);
  for (const auto speaks : both_eras)
    for (const char* server : {"old", "new"}) {
      BOOST_TEST_CONTEXT(to_string(speaks) << " client, " << server) {
        piped client(node, {"--server", server});
        greet(client, speaks);
        client.send(request(speaks, "list", "tools/list"));
        const auto list = client.answer("list");
        BOOST_TEST(member_of(member_of(list, "result"), "tools").size() == 5u, list.dump());
        const std::string text = "grüße\n\"\\ 世界";
        client.send(call(speaks, 1, "echo", {{"text", text}}));
        BOOST_TEST(said(client.answer(1)) == text);
        client.send(call(speaks, 2, "progress", reply_json::object(), {{"progressToken", "p"}}));
        client.notes.clear();
        BOOST_TEST(said(client.answer(2)) == "progress");
        BOOST_TEST(client.notes.size() == 3u);
        check_end(client);
        BOOST_TEST(client.said().empty(), client.said());
      }
    }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(all_servers_and_a_group_are_had_the_same_way) {
  node_fixture node;
  start(node);
  // The lists of tools join after the servers have become ready.
  BOOST_REQUIRE(eventually([&] {
    const auto list = talker(node, "/mcp", era::modern).ask("tools/list");
    return member_of(list.result(), "tools").size() == 10;
  }));
  for (const auto& place : {words{}, words{"--group", "both"}})
    for (const auto speaks : both_eras) {
      piped client(node, place);
      greet(client, speaks);
      client.send(call(speaks, 1, "old__echo", {{"text", "x"}}));
      BOOST_TEST(said(client.answer(1)) == "x");
      check_end(client);
    }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(lines_that_come_at_once_are_answered_in_the_sessions_order) {
  node_fixture node;
  start(node);
  piped client(node, {"--server", "old"});
  client.write(hello.dump() + "\r\n" + initialized.dump() + "\n\n" +
               call(era::legacy, 1, "echo", {{"text", "x"}}).dump());
  client.close_input(); // The last line has no end.
  BOOST_TEST(client.answer(0).contains("result"));
  BOOST_TEST(said(client.answer(1)) == "x");
  BOOST_TEST(client.wait_for_end() == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_hundred_requests_at_once_are_all_answered) {
  node_fixture node;
  start(node, {"--slow", "20"});
  for (const auto speaks : both_eras) {
    piped client(node, {"--server", "new"});
    greet(client, speaks);
    std::string lines;
    std::set<std::int64_t> open;
    for (std::int64_t id = 1; id <= 100; ++id) {
      lines += call(speaks, id, id % 2 == 0 ? "slow" : "echo", {{"text", "x"}}).dump() + "\n";
      open.insert(id);
    }
    client.write(lines);
    for (int i = 0; i < 100; ++i) {
      const auto answer = client.next();
      BOOST_REQUIRE(!answer.is_null());
      BOOST_TEST(answer.contains("result"), answer.dump());
      open.erase(number_of(answer, "id"));
    }
    BOOST_TEST(open.empty());
    check_end(client);
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_is_cancelled_at_its_server) {
  node_fixture node;
  start(node, {"--hang"});
  for (const auto speaks : both_eras)
    for (const char* server : {"old", "new"}) {
      piped client(node, {"--server", server});
      greet(client, speaks);
      client.send(call(speaks, "c", "echo", {{"text", "x"}}));
      BOOST_TEST(client.next(300ms).is_null());
      const auto before = node.trajectories(server).size();
      client.send(cancel("c"));
      BOOST_TEST(eventually([&] { return node.trajectories(server).size() == before + 1; }));
      // It goes on as if nothing had been.
      client.send(request(speaks, "l", "tools/list"));
      BOOST_TEST(client.answer("l").contains("result"));
      check_end(client);
    }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_a_client_listens_to_comes_until_it_cancels) {
  node_fixture node;
  start(node);
  piped client(node, {});
  greet(client, era::modern);
  client.send(request(era::modern, "ear", "subscriptions/listen",
                      {{"notifications", {{"toolsListChanged", true}}}}));
  const auto first = client.note("notifications/subscriptions/acknowledged");
  BOOST_TEST(!first.is_null());
  client.send(cancel("ear"));
  client.send(request(era::modern, "ear", "subscriptions/listen",
                      {{"notifications", {{"toolsListChanged", true}}}}));
  BOOST_TEST(!client.note("notifications/subscriptions/acknowledged").is_null());
  check_end(client); // An open stream holds nobody up.
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_message_is_told_and_harms_none) {
  node_fixture node;
  start(node);
  piped client(node, {"--server", "old"});
  client.write("hello\n[{}]\n{\"jsonrpc\":\n{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":4}\n");
  for (const auto code : {-32700, -32700, -32700}) BOOST_TEST(code_of(client.next()) == code);
  const auto with_id = client.next();
  BOOST_TEST(code_of(with_id) == -32600);
  BOOST_TEST(number_of(with_id, "id") == 3);
  greet(client, era::legacy);
  client.send(call(era::legacy, 2, "echo", {{"text", "x"}}));
  BOOST_TEST(said(client.answer(2)) == "x");
  check_end(client);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_long_text_passes_whole_in_both_directions) {
  node_fixture node;
  start(node);
  piped client(node, {"--server", "old"});
  greet(client, era::legacy);
  const std::string text(3u << 20, 'x');
  client.send(call(era::legacy, 1, "echo", {{"text", text}}));
  BOOST_TEST((said(client.answer(1)) == text));
  check_end(client);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_call_in_flight_is_waited_for_when_stdin_ends_but_not_for_long) {
  node_fixture node;
  start(node, {"--slow", "1000"});
  for (const auto speaks : both_eras) {
    piped client(node, {"--server", "old"});
    greet(client, speaks);
    client.send(call(speaks, 1, "slow"));
    client.close_input();
    BOOST_TEST(said(client.answer(1)) == "slow");
    BOOST_TEST(client.wait_for_end() == 0, client.said());
  }
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_session_is_ended_with_its_client) {
  node_fixture node;
  start(node);
  piped client(node, {"--server", "old"});
  greet(client, era::legacy);
  client.send(call(era::legacy, 1, "echo", {{"text", "x"}}));
  BOOST_TEST(said(client.answer(1)) == "x");
  client.signal(SIGTERM);
  BOOST_TEST(client.wait_for_end() == 0, client.said());
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_node_that_dies_fails_what_is_in_flight_and_is_told_in_one_line) {
  for (const auto speaks : both_eras) {
    node_fixture node;
    start(node, {"--hang"});
    piped client(node, {"--server", "old"});
    greet(client, speaks);
    client.send(call(speaks, 1, "echo"));
    client.send(call(speaks, 2, "echo"));
    BOOST_TEST(client.next(300ms).is_null());
    node.signal(SIGKILL);
    for (const int id : {1, 2}) {
      const auto answer = client.next();
      BOOST_TEST(code_of(answer) == -32603, id << answer.dump());
    }
    client.send(call(speaks, 3, "echo")); // Waits for a node that might come back.
    BOOST_TEST(code_of(client.answer(3, 60s)) == -32603);
    BOOST_TEST(client.wait_for_end(60s) == 3);
    BOOST_TEST(is_a_line(client.said()), client.said());
    BOOST_TEST(client.said().find("toolscore up") != std::string::npos, client.said());
    node.wait_for_end(5s);
  }
}

BOOST_AUTO_TEST_CASE(without_a_node_or_a_server_the_first_request_is_told_why) {
  node_fixture node;
  start(node);
  {
    piped client(node, {"--server", "nobody"});
    client.send(hello);
    const auto answer = client.answer(0);
    BOOST_TEST(code_of(answer) == -32603, answer.dump());
    BOOST_TEST(client.wait_for_end() == 4);
    BOOST_TEST(is_a_line(client.said()), client.said());
    BOOST_TEST(client.said().find("nobody") != std::string::npos, client.said());
  }
  BOOST_TEST(node.stop() == 0);
  piped client(node, {"--server", "old"});
  client.send(hello);
  BOOST_TEST(code_of(client.answer(0)) == -32603);
  BOOST_TEST(client.wait_for_end() == 3);
  BOOST_TEST(client.said().find("toolscore up") != std::string::npos, client.said());
}

BOOST_AUTO_TEST_SUITE_END()
