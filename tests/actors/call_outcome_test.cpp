#include "actors/call_outcome.hpp"

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

envelope answer(message_kind kind, bool tool_error = false, bool asks_input = false) {
  envelope x;
  x.kind = kind;
  x.tool_error = tool_error;
  x.asks_input = asks_input;
  return x;
}

const envelope good = answer(message_kind::response);
const envelope rpc_error = answer(message_kind::error_response);
const envelope tool_error = answer(message_kind::response, true);
const envelope question = answer(message_kind::response, false, true);

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
  auto modern = request();
  modern.client = era::modern;
  const auto asked = answered(fs, call_request(modern), {}, question);
  BOOST_TEST(!asked.success());
  BOOST_TEST(asked.needs_input());
  BOOST_TEST((asked.admission == outcome::ok && asked.transport == outcome::ok));
  BOOST_TEST((asked.rpc == outcome::ok && asked.tool_outcome == outcome::not_reached));
  BOOST_TEST(asked.failure == "");
  // A legacy client takes it for what its tool came to; a tool that failed has ended.
  BOOST_TEST(answered(fs, request(), {}, question).success());
  const auto both = answer(message_kind::response, true, true);
  const auto failed = answered(fs, call_request(modern), {}, both);
  BOOST_TEST((failed.tool_outcome == outcome::failed && !failed.needs_input()));
  BOOST_TEST(!answered(fs, call_request(modern), {}, good).needs_input());
}

BOOST_AUTO_TEST_SUITE_END()
