// Batches, which protocol 2025-03-26 alone has.
#include "gateway/batch.hpp"
#include "tests/gateway/fake_connection.hpp"
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

outbound_answer json(const char* text) {
  return json_answer(200, text);
}

struct batching {
  server_fixture node;
  asking ask{node};
  std::string session = open("2025-03-26");

  std::string open(const std::string& version) {
    auto text = initialize_text();
    text.replace(text.find("2025-06-18"), 10, version);
    return "Mcp-Session-Id: " + ask("/mcp/fs", text).headers["mcp-session-id"] + "\r\n";
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(batch)

BOOST_AUTO_TEST_CASE(a_batch_is_an_array_of_some_messages) {
  const auto items = split_batch(R"( [ {"a":1} , {"b":[1,2]},3 ] )", 3);
  BOOST_TEST_REQUIRE(items.has_value());
  BOOST_TEST(*items == (std::vector<std::string_view>{R"({"a":1})", R"({"b":[1,2]})", "3"}),
             boost::test_tools::per_element());
  for (const char* other : {"", "[]", "{}", "[1,", "[1] x", "[1,2,3,4]", "[1 2]"})
    BOOST_TEST(!split_batch(other, 3).has_value(), other);
}

BOOST_AUTO_TEST_CASE(answers_go_out_together_and_those_to_nothing_are_left_out) {
  const auto connection = std::make_shared<fake_connection>();
  const auto all = std::make_shared<batch_answers>(connection, 1, 3);
  all->answer(2, json("{2}"));
  all->answer(3, {});
  BOOST_TEST(connection->log.empty());
  all->answer(2, json("{again}"));
  all->answer(1, json("{1}"));
  BOOST_TEST(connection->log == "answer 200 [{2},{1}]");
  const auto silent = std::make_shared<fake_connection>();
  std::make_shared<batch_answers>(silent, 1, 1)->answer(1, {});
  BOOST_TEST(silent->log == "answer 202 ");
}

BOOST_AUTO_TEST_CASE(one_that_tells_something_before_its_answer_makes_it_a_stream) {
  const auto connection = std::make_shared<fake_connection>();
  const auto all = std::make_shared<batch_answers>(connection, 1, 3);
  all->answer(1, json("{1}"));
  all->begin_stream(2, "text/event-stream", "", "event: message\ndata: {p}\n\n");
  all->begin_stream(3, "text/event-stream", "", "event: message\ndata: {q}\n\n");
  all->end_stream(3, "event: message\ndata: {3}\n\n");
  all->answer(2, json("{2}"));
  BOOST_TEST(connection->log == "begin text/event-stream event: message\ndata: {1}\n\n"
                                "event: message\ndata: {p}\n\n"
                                "part event: message\ndata: {q}\n\n"
                                "part event: message\ndata: {3}\n\n"
                                "part event: message\ndata: {2}\n\n"
                                "end ");
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_is_gone_for_all_that_wait) {
  struct counter final : gone_watcher {
    int gone = 0;
    void on_gone() override { ++gone; }
  } first, second;
  const auto connection = std::make_shared<fake_connection>();
  const auto all = std::make_shared<batch_answers>(connection, 1, 2);
  all->watch(1, &first);
  all->watch(2, &second);
  all->answer(1, json("{1}"));
  connection->watcher->on_gone();
  BOOST_TEST((first.gone == 0 && second.gone == 1));
}

BOOST_AUTO_TEST_CASE(requests_notifications_and_faults_are_each_judged_by_themselves) {
  batching x;
  const auto reply = x.ask(
      "/mcp/fs",
      "[" + call_text("7") + R"(,{"jsonrpc":"2.0","method":"notifications/cancelled"},)" +
          R"({"jsonrpc":"2.0","id":8,"method":"ping"},{"no":1},)" + initialize_text("9") + ",[]]",
      x.session);
  BOOST_TEST(reply.status == 200);
  const auto all = nlohmann::json::parse(reply.body, nullptr, false);
  BOOST_TEST_REQUIRE(all.is_array());
  BOOST_TEST_REQUIRE(all.size() == 5u, reply.body);
  int good = 0;
  int bad = 0;
  for (const auto& one : all) ++(one.contains("result") ? good : bad);
  BOOST_TEST((good == 2 && bad == 3), reply.body);
}

BOOST_AUTO_TEST_CASE(only_notifications_are_taken_without_an_answer) {
  batching x;
  const auto reply =
      x.ask("/mcp/fs", R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])", x.session);
  BOOST_TEST(reply.status == 202);
  BOOST_TEST(reply.body.empty());
}

BOOST_AUTO_TEST_CASE(every_other_version_has_none) {
  batching x;
  const auto body = "[" + call_text("7") + "]";
  for (const auto& session : {x.open("2025-06-18"), x.open("2025-11-25"), std::string()})
    BOOST_TEST(x.ask("/mcp/fs", body, session).status == 400);
  BOOST_TEST(x.ask("/mcp/fs", body, x.session).status == 200);
  BOOST_TEST(x.ask("/mcp/fs", "[]", x.session).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
