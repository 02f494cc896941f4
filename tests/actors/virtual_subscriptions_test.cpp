// Legacy clients' sessions that listen, and legacy servers whose resources are watched.
#include "tests/actors/listening_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(virtual_subscriptions, listening_fixture)

BOOST_AUTO_TEST_CASE(a_session_hears_of_lists_unasked_and_of_resources_it_subscribed_to) {
  run();
  const auto a = session_listens("a");
  const auto b = session_listens("b");
  BOOST_TEST(subscribe("a", "a://1")->text == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  changes(life(1), "prompts");
  updates(life(1), "a://1");
  updates(life(1), "a://2");
  BOOST_TEST(
      a->told ==
          (std::vector<std::string>{
              R"({"jsonrpc":"2.0","method":"notifications/prompts/list_changed"})",
              R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a://1"}})"}),
      boost::test_tools::per_element());
  BOOST_TEST(b->told.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_server_is_asked_by_each_and_told_of_the_last_that_leaves) {
  run();
  session_listens("a");
  session_listens("b");
  subscribe("a", "a://1");
  subscribe("b", "a://1");
  BOOST_TEST(heard(life(1), "resources/subscribe") == 2u); // Its answer is each client's.
  BOOST_TEST(subscribe("a", "a://1", false)->ends == 1);
  BOOST_TEST(heard(life(1), "resources/unsubscribe") == 0u);
  BOOST_TEST(subscribe("b", "a://1", false)->ends == 1);
  BOOST_TEST(heard(life(1), "resources/unsubscribe") == 1u);
}

BOOST_AUTO_TEST_CASE(what_the_server_refuses_is_not_watched) {
  how.refuses = "resources/subscribe";
  run();
  const auto a = session_listens("a");
  BOOST_TEST(ended_with(subscribe("a", "a://no"), "-32002"));
  updates(life(1), "a://no");
  BOOST_TEST(a->told.empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_is_over_takes_its_subscriptions_with_it) {
  run();
  const auto a = session_listens("a");
  subscribe("a", "a://1");
  session_over("a");
  BOOST_TEST(a->lost);
  BOOST_TEST(heard(life(1), "resources/unsubscribe") == 1u);
}

BOOST_AUTO_TEST_CASE(after_a_crash_a_legacy_server_is_asked_again) {
  run();
  const auto a = session_listens("a");
  subscribe("a", "a://1");
  subscribe("a", "a://2");
  node.host.crash(life(1));
  advance(2s);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(heard(life(2), "resources/subscribe") == 2u);
  BOOST_TEST(count_of(a->told, "resources/updated") == 2u);
  BOOST_TEST(!a->lost);
}

BOOST_AUTO_TEST_CASE(a_session_with_an_instance_to_itself_hears_that_one_alone) {
  run();
  const auto a = session_listens("a");
  const auto b = session_listens("b");
  written(session("a"));
  BOOST_TEST_REQUIRE(starts() == 2u);
  changes(life(1), "tools");
  BOOST_TEST((a->told.empty() && b->told.size() == 1u));
  changes(life(2), "tools");
  BOOST_TEST((a->told.size() == 1u && b->told.size() == 1u));
}

BOOST_AUTO_TEST_CASE(a_modern_client_watches_a_legacy_server) {
  run();
  const auto one = listen(R"({"resourceSubscriptions":["a://1"]})");
  BOOST_TEST(heard(life(1), "resources/subscribe") == 1u);
  updates(life(1), "a://1");
  BOOST_TEST(one->told.back().find("subscriptionId") != std::string::npos);
  send(node.directory.at("fs"), call_cancel{one->way_back.lock(), "disconnected"});
  settle();
  BOOST_TEST(heard(life(1), "resources/unsubscribe") == 1u);
}

BOOST_AUTO_TEST_CASE(a_legacy_client_watches_a_modern_server) {
  run_modern();
  acknowledge(life(1));
  const auto a = session_listens("a");
  BOOST_TEST(subscribe("a", "a://1")->text == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  BOOST_TEST(last_with(life(1), "subscriptions/listen").find("a://1") != std::string::npos);
  BOOST_TEST(heard(life(1), "resources/subscribe") == 0u);
  updates(life(1), "a://1");
  BOOST_TEST(a->told.size() == 1u);
  subscribe("a", "a://1", false);
  BOOST_TEST(last_with(life(1), "subscriptions/listen").find("a://1") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_modern_server_without_subscriptions_has_no_such_method) {
  how.capabilities = R"({"resources":{}})";
  run_modern();
  session_listens("a");
  BOOST_TEST(ended_with(subscribe("a", "a://1"), "-32601"));
}

BOOST_AUTO_TEST_CASE(roots_that_change_are_told_to_the_sessions_own_instance) {
  run();
  client_capabilities roots;
  roots.roots = roots.roots_changes = true;
  written(session("a", roots));
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(heard(life(2), R"("roots":{"listChanged":true})") == 1u);
  send(node.directory.at("fs"), session_notice{"a", "notifications/roots/list_changed"});
  settle();
  BOOST_TEST(heard(life(2), "notifications/roots/list_changed") == 1u);
  BOOST_TEST(heard(life(1), "notifications/roots/list_changed") == 0u);
}

BOOST_AUTO_TEST_CASE(outside_of_all_calls_a_session_is_asked_on_its_own_stream) {
  run();
  const auto a = session_listens("a");
  written(session("a"));
  finish(life(2));
  asks(life(2), "5");
  BOOST_TEST_REQUIRE(a->asked.size() == 1u);
  BOOST_TEST(a->asked[0].method == "elicitation/create");
  a->then({false, R"({"action":"accept"})"});
  settle();
  BOOST_TEST(heard(life(2), R"("id":5,"result":{"action":"accept"})") == 1u);
  a->listens = false;
  asks(life(2), "6");
  BOOST_TEST(last_with(life(2), R"("id":6)").find("error") != std::string::npos);
  asks(life(2), "7", "roots/list", "{}"); // It has not declared that.
  BOOST_TEST(last_with(life(2), R"("id":7)").find("error") != std::string::npos);
  asks(life(1), "8"); // Everybody's belongs to nobody.
  BOOST_TEST(last_with(life(1), R"("id":8)").find("error") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(whose_resources_are_watched_does_not_fall_asleep) {
  fs.policy.idle_stop = 10s;
  run();
  session_listens("a");
  node.call("fs");
  advance(1ms);
  finish(life(1));
  subscribe("a", "a://1");
  advance(1min);
  BOOST_TEST(node.status("fs") == "ready");
  session_over("a");
  advance(1min);
  BOOST_TEST(node.status("fs") == "asleep");
}

BOOST_AUTO_TEST_SUITE_END()
