#include "reason/mcp_messages.hpp"
#include "reason_support.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace toolscore;
using namespace toolscore::reason;
using namespace toolscore::test;

namespace {

call_answer with_status(call_answer answer, int status) {
  answer.status = status;
  return answer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fates)

BOOST_AUTO_TEST_CASE(each_answer_has_its_fate) {
  struct row {
    call_answer answer;
    call_fate fate;
  };
  const row rows[] = {
      {says("fine"), call_fate::success},
      {answered({{"content", json::array()}, {"isError", false}}), call_fate::success},
      {answered({{"isError", nullptr}}), call_fate::tool_error},
      {answered({{"isError", "yes"}}), call_fate::tool_error},
      {answered({{"isError", 1}}), call_fate::tool_error},
      {answered(json::object()), call_fate::success},
      {says("no", true), call_fate::tool_error},
      {answered({{"isError", "false"}}), call_fate::tool_error},
      {answered({{"isError", 0}}), call_fate::tool_error},
      {answered({{"resultType", "input_required"}}), call_fate::needs_input},
      {answered({{"resultType", "input_required"}, {"isError", true}}), call_fate::tool_error},
      {answered("text"), call_fate::no_answer},
      {answered(json::array()), call_fate::no_answer},
      {call_answer{}, call_fate::no_answer},
      {failed({{"code", -32602}, {"message", "Unknown tool"}}), call_fate::rpc_error},
      {failed(nullptr), call_fate::rpc_error},
      {with_status(failed({{"code", -32602}, {"message", "no server is named \"x\""}}), 404),
       call_fate::refused},
      {with_status(failed({{"code", -32000}}), 401), call_fate::refused},
      {with_status(failed({{"code", -32602}}), 400), call_fate::rpc_error},
      {with_status(node_says("queue_full"), 404), call_fate::queue_full},
      {node_says("queue_full"), call_fate::queue_full},
      {node_says("call_timed_out"), call_fate::timed_out},
      {node_says("server_gone", "server \"s\" was killed by signal 9"), call_fate::died},
      {node_lost("hung"), call_fate::hung},
      {node_lost("killed"), call_fate::died},
      {node_lost("disconnected", "server \"s\" went away: hung: it says"), call_fate::died},
      {node_says("cancelled"), call_fate::cancelled},
      {node_says("bad_answer"), call_fate::no_answer},
      {node_says("too_large"), call_fate::no_answer},
      {node_says("io_failed"), call_fate::no_answer},
      {node_says("unknown_server"), call_fate::refused},
      {node_says("server_not_ready"), call_fate::refused},
      {node_says("stopping"), call_fate::refused},
      {node_says("tool_denied"), call_fate::refused},
      {node_says("bad_request"), call_fate::refused},
      {node_says("a word of later"), call_fate::refused},
      {silent(errc::call_timed_out), call_fate::timed_out},
      {silent(errc::cancelled), call_fate::cancelled},
      {silent(errc::server_gone), call_fate::refused},
      {silent(errc::unauthorized), call_fate::refused},
      {silent(errc::unknown_server), call_fate::refused},
      {silent(errc::queue_full), call_fate::queue_full},
      {silent(errc::io_failed), call_fate::no_answer},
      {silent(errc::bad_answer), call_fate::no_answer},
      {silent(errc::too_large), call_fate::no_answer},
      {silent(errc::bad_request), call_fate::not_made},
  };
  for (const auto& each : rows) {
    const auto fate = fate_of(each.answer);
    BOOST_TEST(to_string(fate) == to_string(each.fate), failure_line(each.answer));
    BOOST_TEST(is_success(outcomes_of(fate)) == failure_line(each.answer).empty());
  }
}

BOOST_AUTO_TEST_CASE(of_all_fates_one_is_a_success_and_each_failure_fails_once_where_it_ended) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < call_fate_count; ++i) {
    const auto fate = static_cast<call_fate>(i);
    const auto x = outcomes_of(fate);
    BOOST_TEST_CONTEXT(to_string(fate)) {
      BOOST_TEST(is_success(x) == (fate == call_fate::success));
      int failures = 0;
      // Behind a failure nothing is reached, before it all was well; a tool that asks has not
      // ended.
      const bool ends = fate != call_fate::needs_input;
      bool reached = true;
      if (!ends) BOOST_TEST((x == four_outcomes{outcome::ok, outcome::ok, outcome::ok, {}}));
      for (const auto each : {x.admission, x.transport, x.rpc, x.tool}) {
        if (ends) BOOST_TEST((each != outcome::not_reached) == reached);
        failures += each == outcome::failed ? 1 : 0;
        reached = reached && each == outcome::ok;
      }
      BOOST_TEST(failures == (ends && fate != call_fate::success ? 1 : 0));
      BOOST_TEST((fate_named(to_string(fate)) == fate));
    }
    names.insert(to_string(fate));
  }
  BOOST_TEST(names.size() == call_fate_count);
  BOOST_TEST(!fate_named("well"));
}

BOOST_AUTO_TEST_CASE(a_success_takes_all_four_outcomes) {
  for (int bits = 0; bits < 16; ++bits) {
    const auto at = [&](int bit) { return (bits >> bit & 1) != 0 ? outcome::ok : outcome::failed; };
    BOOST_TEST(is_success({at(0), at(1), at(2), at(3)}) == (bits == 15));
  }
  BOOST_TEST(!is_success({}));
}

BOOST_AUTO_TEST_CASE(what_is_said_is_the_texts_of_the_content) {
  BOOST_TEST(
      text_of_answer(answered(json::parse(
          R"({"content":[{"type":"text","text":"a"},{"type":"image","data":"x"},{"type":"text","text":""},{"type":"text","text":"b"}]})"))) ==
      "a\n\nb");
  BOOST_TEST(text_of_answer(failed({{"message", "m"}})) == "m");
  BOOST_TEST(text_of_answer(answered({{"content", "odd"}})).empty());
}

BOOST_AUTO_TEST_CASE(a_message_on_the_way_is_what_it_is) {
  BOOST_TEST(read_message(R"({"jsonrpc":"2.0","id":3,"result":{}})", 3).answers);
  BOOST_TEST(!read_message(R"({"jsonrpc":"2.0","id":4,"result":{}})", 3).answers);
  BOOST_TEST(!read_message(R"({"jsonrpc":"2.0","id":"3","result":{}})", 3).answers);
  BOOST_TEST(!read_message(R"({"jsonrpc":"2.0","result":{}})", 3).answers);
  BOOST_TEST(read_message(R"({"jsonrpc":"2.0","id":null,"error":{"code":1}})", 3).answers);
  BOOST_TEST(!read_message(R"({"jsonrpc":"2.0","id":3,"result":{},"error":{}})", 3).answers);
  BOOST_TEST(!read_message(R"({"id":3,"result":{}})", 3).answers);
  BOOST_TEST(!read_message("[1", 3).answers);
  BOOST_TEST(!read_message(R"({"jsonrpc":"2.0","method":"notifications/progress"})", 3).answers);
  BOOST_TEST(read_message(R"({"jsonrpc":"2.0","id":"q","method":"ping"})", 3).reply ==
             R"({"jsonrpc":"2.0","id":"q","result":{}})");
  const auto asked =
      read_message(R"({"jsonrpc":"2.0","id":9,"method":"sampling/createMessage"})", 9);
  BOOST_TEST(!asked.answers);
  BOOST_TEST(asked.reply.find("-32601") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_call_carries_the_ids_of_its_records_in_both_eras) {
  for (const auto speaks : {era::modern, era::legacy}) {
    const auto line = json::parse(
        request_line(7, "tools/call", call_params("echo", {{"a", 1}}, "task", "run"), speaks));
    const auto& meta = line.at("params").at("_meta");
    BOOST_TEST(meta.at("toolscore.dev/task") == "task");
    BOOST_TEST(meta.at("toolscore.dev/trajectory") == "run");
    BOOST_TEST(meta.contains("io.modelcontextprotocol/protocolVersion") == (speaks == era::modern));
    BOOST_TEST(line.at("params").at("arguments").dump() == R"({"a":1})");
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_without_a_response_is_told_by_its_status) {
  BOOST_TEST(to_string(no_response(401, "").code) == to_string(errc::unauthorized));
  BOOST_TEST(to_string(no_response(404, "").code) == to_string(errc::unknown_server));
  BOOST_TEST(to_string(no_response(503, "").code) == to_string(errc::queue_full));
  BOOST_TEST(to_string(no_response(500, "").code) == to_string(errc::bad_answer));
  BOOST_TEST(to_string(no_response(200, "<html>").code) == to_string(errc::bad_answer));
  BOOST_TEST(
      no_response(404, R"({"error":{"message":"no server x"}})").detail.find("no server x") !=
      std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
