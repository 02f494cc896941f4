// `toolscore stdio --embed`: the node is inside, and ends with the pipe.
#include "pipe_talk.hpp"

#include <csignal>
#include <fstream>
#include <sstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// The configuration of a node that is not started by itself.
void write(node_fixture& node, const std::vector<std::string>& more = {}) {
  auto modern = more;
  modern.emplace_back("--modern");
  node.add_fault("old", more);
  node.add_fault("new", modern);
  node.write_config();
}

std::vector<std::string> embedded(const node_fixture& node, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"-c", node.directory() + "/toolscore.json", "--embed"});
  return more;
}

void check_empty(const node_fixture& node) {
  const auto left = wait_for_empty_census(node.marker(), 10s);
  BOOST_TEST(left.empty(), to_string(left));
}

} // namespace

BOOST_AUTO_TEST_SUITE(stdio_embedded)

BOOST_AUTO_TEST_CASE(a_client_of_either_era_has_all_servers_and_leaves_no_process) {
  for (const auto speaks : both_eras) {
    node_fixture node;
    write(node);
    piped client(node, embedded(node));
    client.send(speaks == era::legacy ? hello : request(speaks, 0, "server/discover"));
    BOOST_TEST(client.answer(0, 30s).contains("result"), client.said());
    if (speaks == era::legacy) client.send(initialized);
    client.send(request(speaks, 1, "tools/list")); // At once, as clients do.
    const auto list = client.answer(1, 30s).dump();
    BOOST_TEST(list.find("old__echo") != std::string::npos, list);
    BOOST_TEST(list.find("new__echo") != std::string::npos, list);
    for (const char* tool : {"old__echo", "new__echo"}) {
      client.send(call(speaks, tool, tool, {{"text", "grüße"}}));
      BOOST_TEST(said(client.answer(tool)) == "grüße");
    }
    BOOST_TEST(!census(node.marker()).empty());
    client.close_input();
    BOOST_TEST(client.wait_for_end(30s) == 0, client.said());
    BOOST_TEST(client.said().empty(), client.said());
    check_empty(node);
  }
}

BOOST_AUTO_TEST_CASE(one_server_is_had_alone_and_what_is_in_flight_is_answered_first) {
  node_fixture node;
  write(node, {"--slow", "500"});
  piped client(node, embedded(node, {"--server", "old"}));
  client.write(hello.dump() + "\n" + initialized.dump() + "\n" +
               call(era::legacy, 1, "slow").dump() + "\n");
  client.close_input();
  BOOST_TEST(client.answer(0, 30s).contains("result"), client.said());
  BOOST_TEST(said(client.answer(1, 30s)) == "slow");
  BOOST_TEST(client.wait_for_end(30s) == 0, client.said());
  check_empty(node);
}

BOOST_AUTO_TEST_CASE(servers_that_do_not_want_to_end_are_ended_by_the_ladder) {
  node_fixture node;
  write(node, {"--ignore-eof", "--fork-setsid"});
  piped client(node, embedded(node, {"--server", "old"}));
  greet(client, era::modern);
  client.send(call(era::modern, 1, "echo", {{"text", "x"}}));
  BOOST_TEST(said(client.answer(1, 30s)) == "x");
  client.signal(SIGTERM);
  BOOST_TEST(client.wait_for_end(40s) == 0, client.said());
  check_empty(node);
}

BOOST_AUTO_TEST_CASE(killed_outright_it_leaves_no_process_either) {
  node_fixture node;
  write(node, {"--ignore-eof", "--fork-setsid"});
  piped client(node, embedded(node));
  greet(client, era::modern);
  client.send(call(era::modern, 1, "old__echo", {{"text", "x"}}));
  BOOST_TEST(said(client.answer(1, 30s)) == "x");
  client.signal(SIGKILL);
  check_empty(node);
}

BOOST_AUTO_TEST_CASE(a_node_that_cannot_start_is_told_to_the_client_that_waits) {
  node_fixture node;
  write(node);
  {
    piped first(node, embedded(node));
    greet(first, era::modern);
    piped second(node, embedded(node)); // The directory is taken.
    second.send(hello);
    const auto answer = second.answer(0);
    BOOST_TEST(code_of(answer) == -32603, answer.dump());
    BOOST_TEST(second.wait_for_end() == 1, second.said());
    // A client without --embed has the node that is carried inside the other.
    piped third(node, {});
    greet(third, era::legacy);
    check_end(third);
    first.close_input();
    BOOST_TEST(first.wait_for_end(30s) == 0);
  }
  std::ofstream(node.directory() + "/toolscore.json") << "{";
  piped client(node, embedded(node));
  client.send(hello);
  const auto answer = client.answer(0);
  BOOST_TEST(answer.dump().find("toolscore.json") != std::string::npos, answer.dump());
  BOOST_TEST(client.wait_for_end() == 2, client.said());
  check_empty(node);
}

BOOST_AUTO_TEST_SUITE_END()
