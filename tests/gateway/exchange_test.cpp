#include "gateway/http_exchange.hpp"
#include "tests/gateway/fake_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace toolscore;
using namespace toolscore::test;

namespace {

bytes text(std::string x) {
  return std::make_shared<const std::string>(std::move(x));
}

struct fixture {
  std::shared_ptr<fake_connection> connection = std::make_shared<fake_connection>();
  std::shared_ptr<exchange_counters> counters = std::make_shared<exchange_counters>();
  std::shared_ptr<http_exchange> make(exchange_options options = {}) {
    return std::make_shared<http_exchange>(connection, 1, principal{"local", false}, options,
                                           counters);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(exchange, fixture)

BOOST_AUTO_TEST_CASE(an_end_without_events_is_one_answer_with_its_status) {
  const auto x = make();
  BOOST_TEST(connection->log.empty());
  x->end(404, text("{}"));
  x->end(200, text("again"));
  x->event(text("late"));
  BOOST_TEST(connection->log == "answer 404 {}");
}

BOOST_AUTO_TEST_CASE(an_event_commits_to_a_stream_that_the_end_closes) {
  const auto x = make();
  x->event(text("1"));
  x->event(text("2"));
  x->end(404, text("3"));
  BOOST_TEST(connection->log == "begin text/event-stream event: message\ndata: 1\n\n"
                                "part event: message\ndata: 2\n\n"
                                "end event: message\ndata: 3\n\n");
  BOOST_TEST(counters->streams == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_no_stream_gets_the_answer_alone) {
  const auto x = make({.accepts_stream = false});
  x->event(text("1"));
  x->end(200, text("2"));
  BOOST_TEST(connection->log == "answer 200 2");
  BOOST_TEST(counters->events_dropped == 1u);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_loses_events_but_never_the_answer) {
  const auto x = make({.queued_bytes_max = 100});
  x->event(text("1"));
  connection->held = 101;
  x->event(text("2"));
  connection->held = 100;
  x->event(text("3"));
  connection->held = 101;
  x->end(200, text("4"));
  BOOST_TEST(connection->log.find("data: 2") == std::string::npos);
  BOOST_TEST(connection->log.find("data: 3") != std::string::npos);
  BOOST_TEST(connection->log.find("data: 4") != std::string::npos);
  BOOST_TEST(counters->events_dropped == 1u);
}

BOOST_AUTO_TEST_CASE(an_exchange_dropped_without_an_end_answers_with_an_internal_error) {
  auto x = make();
  x->set_request(text(R"({"id":"q"})"), text_span{6, 3});
  x.reset();
  BOOST_TEST(connection->log.find("answer 200") == 0u);
  BOOST_TEST(connection->log.find(R"("id":"q")") != std::string::npos);
  BOOST_TEST(connection->log.find("-32603") != std::string::npos);
  BOOST_TEST(counters->repaired == 1u);
  BOOST_TEST(connection->watcher == nullptr);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_fires_the_hook_once_and_hears_no_more) {
  const auto x = make();
  int fired = 0;
  x->on_abandoned([&] { ++fired; });
  BOOST_TEST(!x->abandoned());
  connection->watcher->on_gone();
  connection->watcher->on_gone();
  BOOST_TEST(x->abandoned());
  BOOST_TEST(fired == 1);
  x->end(200, text("1"));
  BOOST_TEST(connection->log.empty());
}

BOOST_AUTO_TEST_CASE(a_hook_set_too_late_fires_at_once_and_one_after_the_end_never) {
  const auto gone = make();
  connection->watcher->on_gone();
  int fired = 0;
  gone->on_abandoned([&] { ++fired; });
  BOOST_TEST(fired == 1);
  gone->end(200, text("1"));
  gone->on_abandoned([&] { ++fired; });
  BOOST_TEST(fired == 1);
}

BOOST_AUTO_TEST_CASE(a_legacy_client_that_disconnects_cancels_nothing) {
  const auto x = make({.disconnect_cancels = false});
  int fired = 0;
  x->on_abandoned([&] { ++fired; });
  connection->watcher->on_gone();
  BOOST_TEST(x->abandoned());
  BOOST_TEST(fired == 0);
  x->end(200, text("1"));
}

BOOST_AUTO_TEST_CASE(an_end_takes_the_call_off_its_session) {
  const auto x = make();
  const auto session = std::make_shared<mcp_session>();
  session->calls.push_back({"1", server_id{"fs"}, x, x.get()});
  x->set_session(session);
  x->end(200, text("1"));
  BOOST_TEST(session->calls.empty());
}

BOOST_AUTO_TEST_CASE(a_question_needs_a_session_a_stream_and_room) {
  const auto session = std::make_shared<mcp_session>();
  const auto never = [](input_response) { BOOST_TEST(false); };
  const auto alone = make();
  BOOST_TEST(alone->ask({"roots/list", {}}, never) == 0u);
  alone->set_session(session);
  connection->held = (1u << 20) + 1;
  BOOST_TEST(alone->ask({"roots/list", {}}, never) == 0u);
  connection->held = 0;
  const auto silent = make({.accepts_stream = false});
  silent->set_session(session);
  BOOST_TEST(silent->ask({"roots/list", {}}, never) == 0u);
  BOOST_TEST(connection->log.empty());
  BOOST_TEST(session->questions.empty());
  BOOST_TEST(alone->ask({"roots/list", {}}, never) == 1u);
  BOOST_TEST(connection->log.find(R"(data: {"jsonrpc":"2.0","id":1,"method":"roots/list"})") !=
             std::string::npos);
  alone->end(200, text("1"));
  BOOST_TEST(session->questions.empty());
  BOOST_TEST(alone->ask({"roots/list", {}}, never) == 0u);
  silent->end(200, text("1"));
}

BOOST_AUTO_TEST_CASE(a_withdrawal_is_told_once_and_only_while_the_question_is_open) {
  const auto session = std::make_shared<mcp_session>();
  const auto x = make();
  x->set_session(session);
  const auto number = x->ask({"roots/list", {}}, [](input_response) { BOOST_TEST(false); });
  connection->log.clear();
  x->withdraw(number + 1);
  BOOST_TEST(connection->log.empty());
  x->withdraw(number);
  BOOST_TEST(connection->log.find(R"("requestId":1)") != std::string::npos);
  connection->log.clear();
  x->withdraw(number);
  BOOST_TEST(connection->log.empty());
  x->end(200, text("1"));
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_fails_its_own_calls_questions_alone) {
  const auto session = std::make_shared<mcp_session>();
  const auto x = make({.disconnect_cancels = false});
  x->set_session(session);
  std::vector<std::string> mine;
  std::vector<std::string> others;
  const auto other =
      std::make_shared<http_exchange>(std::make_shared<fake_connection>(), 1,
                                      principal{"local", false}, exchange_options{}, counters);
  other->set_session(session);
  x->ask({"roots/list", {}}, [&](input_response y) { mine.push_back(y.failed ? y.json : "ok"); });
  other->ask({"roots/list", {}}, [&](input_response y) { others.push_back(y.json); });
  x->withdraw(7); // None of its.
  connection->watcher->on_gone();
  connection->watcher->on_gone();
  BOOST_TEST_REQUIRE(mine.size() == 1u);
  BOOST_TEST(mine[0].find("-32603") != std::string::npos);
  BOOST_TEST(others.empty());
  BOOST_TEST(session->questions.size() == 1u);
  x->end(200, text("1"));
  other->end(200, text("1"));
  BOOST_TEST(session->questions.empty());
}

BOOST_AUTO_TEST_CASE(headers_are_made_from_the_answer) {
  const auto x = make();
  x->set_headers([](const bytes& answer) { return "A: " + *answer + "\r\n"; });
  x->end(200, text("1"));
  BOOST_TEST(connection->log == "answer 200 A: 1\r\n1");
}

BOOST_AUTO_TEST_SUITE_END()
