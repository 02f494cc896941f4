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

} // namespace

BOOST_AUTO_TEST_SUITE(call_outcome)

BOOST_AUTO_TEST_CASE(only_an_answer_free_of_every_error_is_a_success) {
  BOOST_TEST(answered(fs, request(), {}, false, false).success());
  BOOST_TEST(!answered(fs, request(), {}, true, false).success());
  BOOST_TEST(!answered(fs, request(), {}, false, true).success());
  BOOST_TEST(!unanswered(fs, request(), {}, true, "killed").success());
  BOOST_TEST(!unanswered(fs, request(), {}, false, "queue full").success());
}

BOOST_AUTO_TEST_CASE(each_failure_is_kept_at_its_own_step_and_later_steps_are_not_reached) {
  const auto rpc = answered(fs, request(), {}, true, false);
  BOOST_TEST((rpc.rpc == outcome::failed && rpc.tool_outcome == outcome::not_reached));
  BOOST_TEST((rpc.admission == outcome::ok && rpc.transport == outcome::ok));
  const auto tool = answered(fs, request(), {}, false, true);
  BOOST_TEST((tool.rpc == outcome::ok && tool.tool_outcome == outcome::failed));
  const auto crash = unanswered(fs, request(), {}, true, "killed");
  BOOST_TEST((crash.admission == outcome::ok && crash.transport == outcome::failed));
  BOOST_TEST((crash.rpc == outcome::not_reached));
  const auto refused = unanswered(fs, request(), {}, false, "full");
  BOOST_TEST((refused.admission == outcome::failed && refused.transport == outcome::not_reached));
}

BOOST_AUTO_TEST_SUITE_END()
