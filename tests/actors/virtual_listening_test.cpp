// Streams of modern clients that listen to a server, and our own to a modern server.
#include "tests/actors/listening_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(virtual_listening, listening_fixture)

BOOST_AUTO_TEST_CASE(the_acknowledgement_comes_first_and_says_what_is_honoured) {
  how.capabilities = R"({"tools":{"listChanged":true},"prompts":{},"resources":{}})";
  run_modern();
  const auto one = listen(
      R"({"toolsListChanged":true,"promptsListChanged":true,"resourceSubscriptions":["a://b"]})");
  BOOST_TEST_REQUIRE(one->told.size() == 1u);
  BOOST_TEST(one->told[0] ==
             R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
             R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1},"notifications":)"
             R"({"toolsListChanged":true}}})");
  changes(life(1), "tools");
  changes(life(1), "prompts");
  updates(life(1), "a://b");
  BOOST_TEST_REQUIRE(one->told.size() == 2u);
  BOOST_TEST(one->told[1] ==
             R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":)"
             R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1}}})");
  BOOST_TEST(one->ends == 0);
}

BOOST_AUTO_TEST_CASE(each_hears_of_what_it_has_asked_for_and_of_nothing_else) {
  run_modern();
  const auto lists = listen(R"({"promptsListChanged":true})");
  const auto watcher = listen(R"({"resourceSubscriptions":["a://1","a://2"]})");
  changes(life(1), "tools");
  updates(life(1), "a://2");
  updates(life(1), "a://3");
  BOOST_TEST(lists->told.size() == 1u);
  BOOST_TEST_REQUIRE(watcher->told.size() == 2u);
  BOOST_TEST(watcher->told[1].find(R"("uri":"a://2")") != std::string::npos);
  changes(life(1), "prompts");
  BOOST_TEST(lists->told.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_malformed_and_what_is_not_offered_is_refused) {
  run_modern();
  for (const char* wrong : {"[]", R"({"toolsListChanged":1})", R"({"resourceSubscriptions":"a"})",
                            R"({"resourceSubscriptions":[1]})"}) {
    const auto refused = listen(wrong);
    BOOST_TEST(ended_with(refused, "-32602"), wrong << ": " << refused->text);
  }
  std::string many = R"({"resourceSubscriptions":["a://0")";
  for (std::size_t i = 1; i <= mcp::listen_uris_max; ++i)
    many += ",\"a://" + std::to_string(i) + "\"";
  BOOST_TEST(ended_with(listen(many + "]}"), "more than 256"));
}

BOOST_AUTO_TEST_CASE(a_server_that_announces_nothing_has_no_such_method) {
  how.capabilities = R"({"tools":{}})";
  run_modern();
  const auto refused = listen(R"({"toolsListChanged":true})");
  BOOST_TEST(ended_with(refused, "-32601"));
  BOOST_TEST(refused->http_status == 404);
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 0u);
}

BOOST_AUTO_TEST_CASE(a_modern_server_has_one_stream_for_all_which_another_replaces) {
  run_modern();
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 1u);
  acknowledge(life(1));
  const auto first = id_of_last(life(1), "subscriptions/listen");
  const auto a = listen(R"({"resourceSubscriptions":["a://1"]})");
  listen(R"({"toolsListChanged":true})"); // Nothing new is to be asked for that.
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 2u);
  BOOST_TEST(heard(life(1), "notifications/cancelled") == 0u); // Not before it is replaced.
  acknowledge(life(1));
  BOOST_TEST(heard(life(1), R"("requestId":)" + first) == 1u);
  listen(R"({"resourceSubscriptions":["a://2","a://1"]})");
  BOOST_TEST(last_with(life(1), "subscriptions/listen")
                 .find(R"("resourceSubscriptions":["a://1","a://2"])") != std::string::npos);
  acknowledge(life(1));
  send(node.directory.at("fs"), call_cancel{a->way_back.lock(), "disconnected"});
  settle();
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 3u); // The other watches it, too.
}

BOOST_AUTO_TEST_CASE(of_many_changes_in_a_row_the_first_is_told_and_then_one_for_the_rest) {
  run_modern();
  const auto one = listen(R"({"toolsListChanged":true})");
  for (int i = 0; i < 20; ++i) {
    changes(life(1), "tools");
    advance(2ms);
  }
  BOOST_TEST(one->told.size() == 2u); // And the acknowledgement.
  advance(200ms);
  BOOST_TEST(one->told.size() == 3u);
  advance(1s);
  BOOST_TEST(one->told.size() == 3u);
  changes(life(1), "tools");
  BOOST_TEST(one->told.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_changed_list_of_tools_is_read_again) {
  run_modern();
  const auto before = heard(life(1), "tools/list");
  changes(life(1), "tools");
  advance(200ms);
  BOOST_TEST(heard(life(1), "tools/list") == before + 1);
}

BOOST_AUTO_TEST_CASE(after_a_crash_the_next_instance_is_listened_to_and_watchers_look_again) {
  run_modern();
  const auto one = listen(R"({"toolsListChanged":true,"resourceSubscriptions":["a://1"]})");
  acknowledge(life(1));
  node.host.crash(life(1));
  advance(2s);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(last_with(life(2), "subscriptions/listen").find("a://1") != std::string::npos);
  BOOST_TEST(count_of(one->told, "resources/updated") == 1u);
  BOOST_TEST(one->ends == 0);
  changes(life(2), "tools");
  BOOST_TEST(count_of(one->told, "tools/list_changed") == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_our_stream_is_asked_again_ever_more_slowly) {
  run_modern();
  acknowledge(life(1));
  const auto end = [&] {
    say(life(1), R"({"jsonrpc":"2.0","id":)" + id_of_last(life(1), "subscriptions/listen") +
                     R"(,"result":{"resultType":"complete"}})");
  };
  end();
  advance(500ms);
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 1u);
  advance(1s);
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 2u);
  end();
  advance(1500ms);
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 2u);
  advance(1s);
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 3u);
}

BOOST_AUTO_TEST_CASE(a_server_that_refuses_it_is_left_alone_until_it_restarts) {
  run_modern();
  say(life(1), R"({"jsonrpc":"2.0","id":)" + id_of_last(life(1), "subscriptions/listen") +
                   R"(,"error":{"code":-32601,"message":"no"}})");
  listen(R"({"resourceSubscriptions":["a://1"]})");
  advance(1min);
  BOOST_TEST(heard(life(1), "subscriptions/listen") == 1u);
  node.host.crash(life(1));
  advance(2s);
  BOOST_TEST(heard(life(2), "subscriptions/listen") == 1u);
}

BOOST_AUTO_TEST_CASE(the_client_that_goes_and_the_server_that_ends_both_end_the_stream) {
  run_modern();
  const auto gone = listen(R"({"resourceSubscriptions":["a://1"]})");
  const auto stays = listen(R"({"toolsListChanged":true})");
  acknowledge(life(1));
  send(node.directory.at("fs"), call_cancel{gone->way_back.lock(), "disconnected"});
  settle();
  BOOST_TEST(gone->text == R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete",)"
                           R"("_meta":{"io.modelcontextprotocol/subscriptionId":1}}})");
  advance(1ms);
  BOOST_TEST(last_with(life(1), "subscriptions/listen").find("a://1") == std::string::npos);
  node.end();
  advance(5s);
  BOOST_TEST(ended_with(stays, R"("resultType":"complete")"));
}

BOOST_AUTO_TEST_CASE(who_listens_while_it_starts_is_acknowledged_once_it_is_ready) {
  how.handshake_takes = 1s;
  how.says = speech::modern;
  node.host.choose = [this](const std::string&, std::size_t) { return how; };
  node.begin({{fs, desired_state::running, {}}});
  advance(100ms);
  const auto one = listen(R"({"toolsListChanged":true})");
  BOOST_TEST(one->told.empty());
  advance(1s);
  BOOST_TEST(one->told.size() == 1u);
  BOOST_TEST(one->ends == 0);
}

BOOST_AUTO_TEST_SUITE_END()
