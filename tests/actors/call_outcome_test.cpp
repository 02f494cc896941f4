#include "actors/call_outcome.hpp"

#include "mcp/envelope.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

const server_id fs{"fs"};

call_request request() {
  call_request call;
  call.body = std::make_shared<const std::string>("{}");
  call.method = "tools/call";
  return call;
}

constexpr auto good = answer_kind::result;
constexpr auto rpc_error = answer_kind::rpc_error;
constexpr auto tool_error = answer_kind::tool_error;

answer_kind kind_in(era client, const std::string& line) {
  auto call = request();
  call.client = client;
  const auto spans = mcp::scanner{}.scan(line);
  BOOST_TEST_REQUIRE(bool(spans), line);
  return kind_of(call, line, *spans);
}

} // namespace

BOOST_AUTO_TEST_SUITE(call_outcome)

BOOST_AUTO_TEST_CASE(only_an_answer_free_of_every_error_is_a_success) {
  BOOST_TEST(answered(fs, request(), {}, good).success());
  BOOST_TEST(!answered(fs, request(), {}, rpc_error).success());
  BOOST_TEST(!answered(fs, request(), {}, tool_error).success());
  BOOST_TEST(!unanswered(fs, request(), {}, true, "killed").success());
  BOOST_TEST(!unanswered(fs, request(), {}, false, "queue full").success());
}

BOOST_AUTO_TEST_CASE(each_failure_is_kept_at_its_own_step_and_later_steps_are_not_reached) {
  const auto rpc = answered(fs, request(), {}, rpc_error);
  BOOST_TEST((rpc.rpc == outcome::failed && rpc.tool_outcome == outcome::not_reached));
  BOOST_TEST((rpc.admission == outcome::ok && rpc.transport == outcome::ok));
  const auto tool = answered(fs, request(), {}, tool_error);
  BOOST_TEST((tool.rpc == outcome::ok && tool.tool_outcome == outcome::failed));
  const auto crash = unanswered(fs, request(), {}, true, "killed");
  BOOST_TEST((crash.admission == outcome::ok && crash.transport == outcome::failed));
  BOOST_TEST((crash.rpc == outcome::not_reached));
  const auto refused = unanswered(fs, request(), {}, false, "full");
  BOOST_TEST((refused.admission == outcome::failed && refused.transport == outcome::not_reached));
  for (const auto* x : {&rpc, &tool, &crash, &refused}) BOOST_TEST(!x->needs_input());
}

BOOST_AUTO_TEST_CASE(a_question_is_neither_a_success_nor_a_failure_of_its_tool) {
  const auto asked = answered(fs, request(), {}, answer_kind::question);
  BOOST_TEST(!asked.success());
  BOOST_TEST(asked.needs_input());
  BOOST_TEST((asked.admission == outcome::ok && asked.transport == outcome::ok));
  BOOST_TEST((asked.rpc == outcome::ok && asked.tool_outcome == outcome::not_reached));
  BOOST_TEST(asked.failure == "");
  BOOST_TEST(!answered(fs, request(), {}, good).needs_input());
}

BOOST_AUTO_TEST_CASE(an_answer_says_what_it_is_and_a_question_is_one_to_a_modern_client_alone) {
  const std::string head = R"({"jsonrpc":"2.0","id":1,)";
  const auto result = [&](const char* members) { return head + R"("result":{)" + members + "}}"; };
  const auto question = result(R"("resultType":"input_required","requestState":"s")");
  const auto failed = result(R"("resultType":"input_required","isError":true)");
  const std::string error = head + R"("error":{"code":-32602,"message":"input_required"}})";
  for (const auto client : {era::legacy, era::modern}) {
    BOOST_TEST((kind_in(client, result("")) == good));
    BOOST_TEST((kind_in(client, result(R"("content":[{"text":"\n input_required"}])")) == good));
    BOOST_TEST((kind_in(client, failed) == tool_error)); // A tool that failed has ended.
    BOOST_TEST((kind_in(client, error) == rpc_error));
  }
  BOOST_TEST((kind_in(era::modern, question) == answer_kind::question));
  BOOST_TEST((kind_in(era::legacy, question) == good));
}

BOOST_AUTO_TEST_SUITE_END()
