#include "gateway/parked_calls.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <nlohmann/json.hpp>

using namespace toolscore;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

/// What one request of the client got.
struct request_end {
  int status = 0;
  json answer; ///< Null while it is open.
  std::vector<json> events;
  bool gone = false;
  std::function<void()> hook;
};

class fake_sink final : public exchange {
public:
  fake_sink(std::shared_ptr<request_end> end, std::string name) : end_(std::move(end)) {
    who_.name = std::move(name);
  }
  const principal& who() const override { return who_; }
  bool abandoned() const override { return end_->gone; }
  void event(bytes text) override { end_->events.push_back(json::parse(*text)); }
  void end(int status, bytes text) override {
    BOOST_TEST(end_->answer.is_null(), "a second answer");
    end_->status = status;
    end_->answer = json::parse(*text);
  }
  std::uint64_t ask(input_request, std::function<void(input_response)>) override { return 0; }
  void withdraw(std::uint64_t) override {}
  void on_abandoned(std::function<void()> hook) override { end_->hook = std::move(hook); }

private:
  std::shared_ptr<request_end> end_;
  principal who_;
};

/// A client, a server and the table between them, with timers that the test lets run out.
struct parking_fixture {
  parking_limits limits;
  int ids = 0;
  parked_calls::time_point now{};
  std::deque<std::pair<std::chrono::milliseconds, std::function<void()>>> timers;
  std::unique_ptr<parked_calls> table;
  exchange_ptr call;
  std::vector<std::string> told; ///< What the server heard.
  bool cancelled = false;

  void open_table() {
    table = std::make_unique<parked_calls>(
        limits, [this] { return "id" + std::to_string(++ids); },
        [this](std::chrono::milliseconds wait, std::function<void()> work) {
          timers.emplace_back(wait, std::move(work));
        },
        [this] { return now; });
  }

  static call_identity identity(std::string arguments = R"({"a":1,"b":2})") {
    return {"local", "/mcp/s", "tools/call", "t", std::move(arguments)};
  }
  std::shared_ptr<request_end> begin() {
    if (!table) open_table();
    auto end = std::make_shared<request_end>();
    call = table->begin(std::make_shared<fake_sink>(end, "local"), "1", identity());
    call->on_abandoned([this] { cancelled = true; });
    return end;
  }
  std::uint64_t ask(const std::string& method = "elicitation/create") {
    return call->ask({method, R"({"message":"?"})"}, [this](const input_response& x) {
      told.push_back((x.failed ? "failed " : "") + x.json);
    });
  }
  /// Runs those that were set for so long.
  void run_out(std::chrono::milliseconds wait) {
    for (auto& [after, work] : std::exchange(timers, {}))
      if (after == wait)
        work();
      else
        timers.emplace_back(after, std::move(work));
  }
  std::shared_ptr<request_end> retry(const std::string& state, const json& responses,
                                     call_identity same = identity(), std::string token = {}) {
    auto end = std::make_shared<request_end>();
    json params{{"requestState", state}};
    if (!responses.is_discarded()) params["inputResponses"] = responses;
    table->resume(state, {std::make_shared<fake_sink>(end, same.principal), R"("r")",
                          std::move(token), std::move(same), params.dump()});
    return end;
  }
  /// A call whose first question the client has got.
  std::string asked() {
    const auto first = begin();
    ask();
    run_out(limits.gather);
    return first->answer["result"]["requestState"];
  }
  void answer(const std::string& text = R"({"jsonrpc":"2.0","id":1,"result":{"ok":true}})") {
    call->end(200, std::make_shared<const std::string>(text));
  }
};

const json accept{{"action", "accept"}, {"content", {{"name", "A"}}}};

} // namespace

BOOST_FIXTURE_TEST_SUITE(parked_calls, parking_fixture)

BOOST_AUTO_TEST_CASE(a_call_in_which_nobody_asks_is_answered_as_any) {
  const auto first = begin();
  call->event(std::make_shared<const std::string>(R"({"jsonrpc":"2.0","method":"x"})"));
  answer();
  BOOST_TEST(first->events.size() == 1U);
  BOOST_TEST(first->answer["id"] == 1);
  BOOST_TEST(table->size() == 0U);
}

BOOST_AUTO_TEST_CASE(questions_that_come_together_are_one_answer_and_the_call_goes_on) {
  const auto first = begin();
  ask();
  ask("roots/list");
  BOOST_TEST(first->answer.is_null());
  run_out(limits.gather);
  const auto& result = first->answer["result"];
  BOOST_TEST(result["resultType"] == "input_required");
  BOOST_TEST(result["inputRequests"].size() == 2U);
  BOOST_TEST(result["inputRequests"]["1"]["method"] == "elicitation/create");
  BOOST_TEST(result["inputRequests"]["2"]["method"] == "roots/list");
  BOOST_TEST(!call->abandoned());

  const auto second =
      retry(result["requestState"], {{"1", accept}, {"2", {{"roots", json::array()}}}});
  BOOST_TEST(told.size() == 2U);
  BOOST_TEST(second->answer.is_null());
  answer();
  BOOST_TEST(second->answer["id"] == "r");
  BOOST_TEST(second->answer["result"]["ok"] == true);
}

BOOST_AUTO_TEST_CASE(what_was_left_out_is_asked_again_and_what_nobody_asked_is_ignored) {
  const auto first = begin();
  ask();
  ask();
  run_out(limits.gather);
  const auto second = retry(first->answer["result"]["requestState"], {{"2", accept}, {"x", 7}});
  BOOST_TEST(told.size() == 1U);
  const auto& again = second->answer["result"];
  BOOST_TEST(again["inputRequests"].size() == 1U);
  BOOST_TEST(again["inputRequests"].contains("1"));
  BOOST_TEST(again["requestState"] != first->answer["result"]["requestState"]);
  const auto third = retry(again["requestState"], {{"1", accept}});
  answer();
  BOOST_TEST(third->answer["result"]["ok"] == true);
}

BOOST_AUTO_TEST_CASE(malformed_answers_are_refused_and_the_call_stays_parked) {
  const auto state = asked();
  for (const json& bad : {json{{"1", 12345}}, json{{"1", nullptr}}, json{{"1", {{"action", "no"}}}},
                          json(nullptr), json::array()}) {
    const auto refused = retry(state, bad);
    BOOST_TEST(refused->answer["error"]["code"] == -32602, bad.dump());
    BOOST_TEST(told.empty());
  }
  retry(state, {{"1", accept}});
  BOOST_TEST(told.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_state_is_good_once_and_for_its_own_call_alone) {
  const auto state = asked();
  const auto refused = [&](const std::string& which, call_identity as) {
    return retry(which, {{"1", accept}}, std::move(as))->answer["error"]["code"] == -32602;
  };
  auto other = identity();
  other.principal = "uid:1000";
  BOOST_TEST(refused(state, other));
  other = identity();
  other.name = "u";
  BOOST_TEST(refused(state, other));
  other = identity();
  other.path = "/mcp/other";
  BOOST_TEST(refused(state, other));
  BOOST_TEST(refused(state, identity(R"({"a":1})")));
  BOOST_TEST(refused(state + "x", identity()));
  BOOST_TEST(told.empty());
  retry(state, {{"1", accept}}, identity(R"({ "b":2, "a":1 })")); // The same, written otherwise.
  BOOST_TEST(told.size() == 1U);
  BOOST_TEST(refused(state, identity()));
}

BOOST_AUTO_TEST_CASE(an_end_while_the_client_thinks_is_kept_for_it) {
  const auto state = asked();
  answer(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"it died"}})");
  const auto second = retry(state, {{"1", accept}});
  BOOST_TEST(second->answer["error"]["message"] == "it died");
  BOOST_TEST(second->answer["id"] == "r");
  BOOST_TEST(told.empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_never_comes_back_cancels_and_is_forgotten) {
  const auto state = asked();
  ask("sampling/createMessage"); // While it thinks.
  now += limits.patience;
  run_out(limits.patience);
  BOOST_TEST(table->size() == 0U);
  BOOST_TEST(cancelled);
  BOOST_TEST_REQUIRE(told.size() == 2U);
  BOOST_TEST(told[0] == R"({"action":"cancel"})");
  BOOST_TEST(told[1].starts_with("failed "));
  BOOST_TEST(retry(state, {{"1", accept}})->answer["error"]["code"] == -32602);
}

BOOST_AUTO_TEST_CASE(each_has_its_own_patience_and_all_share_one_timer) {
  const auto first = asked();
  now += 1s;
  const auto second = asked();
  BOOST_TEST(timers.size() == 1U);
  retry(first, {{"1", accept}}); // Taken: its deadline is nobody's.
  now += limits.patience - 1s;
  run_out(limits.patience);
  BOOST_TEST(table->size() == 1U);
  BOOST_TEST(!cancelled);
  BOOST_TEST_REQUIRE(timers.size() == 1U);
  now += 1s;
  run_out(1s);
  BOOST_TEST(table->size() == 0U);
  BOOST_TEST(cancelled);
  BOOST_TEST(timers.empty());
}

BOOST_AUTO_TEST_CASE(progress_of_the_retry_carries_its_own_token) {
  const auto state = asked();
  const auto progress = std::make_shared<const std::string>(
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"old","progress":1}})");
  call->event(progress); // Nobody listens.
  const auto second = retry(state, {{"1", accept}}, identity(), R"("new")");
  call->event(progress);
  BOOST_TEST_REQUIRE(second->events.size() == 1U);
  BOOST_TEST(second->events[0]["params"]["progressToken"] == "new");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_cancels_unless_it_has_been_asked) {
  auto first = begin();
  first->gone = true;
  BOOST_TEST_REQUIRE(bool(first->hook));
  first->hook();
  BOOST_TEST(cancelled);

  cancelled = false;
  const auto state = asked();
  const auto second = retry(state, {{"1", accept}});
  BOOST_TEST_REQUIRE(bool(second->hook));
  second->hook();
  BOOST_TEST(cancelled);
}

BOOST_AUTO_TEST_CASE(a_withdrawn_question_is_not_told) {
  const auto first = begin();
  const auto number = ask();
  call->withdraw(number);
  run_out(limits.gather);
  BOOST_TEST(first->answer.is_null());
  answer();
  BOOST_TEST(first->answer["result"]["ok"] == true);
}

BOOST_AUTO_TEST_CASE(no_more_are_parked_than_there_is_room_for) {
  limits.calls_max = 1;
  asked();
  const auto second = begin();
  BOOST_TEST(ask() == 0U);
  answer();
  BOOST_TEST(second->answer["result"]["ok"] == true);
}

BOOST_AUTO_TEST_SUITE_END()
