#include "node/stdio/session_memory.hpp"

#include <boost/test/unit_test.hpp>
#include <variant>

using namespace toolscore;

namespace {

struct remembering {
  mcp::scanner scanner;
  session_memory memory;

  void say(const std::string& method, const std::string& params = "{}", bool request = true) {
    const auto line = std::string(R"({"jsonrpc":"2.0",)") + (request ? R"("id":1,)" : "") +
                      R"("method":")" + method + R"(","params":)" + params + "}";
    memory.note(scanner, std::get<client_message>(read_client_message(scanner, line)));
  }
  std::string again() const {
    std::string all;
    for (const auto& x : memory.again()) all += x.method + " ";
    return all;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(session_memory_rules, remembering)

BOOST_AUTO_TEST_CASE(what_a_session_has_to_be_told_again_is_kept_in_order) {
  BOOST_TEST(again().empty());
  say("resources/subscribe", R"({"uri":"b://1"})");
  BOOST_TEST(again().empty()); // There is no session without initialize.
  say("initialize");
  BOOST_TEST(again() == "initialize ");
  BOOST_TEST(!memory.initialized());
  say("resources/subscribe", R"({"uri":"b:\/\/1"})");
  say("resources/subscribe", R"({"uri":"a://1"})");
  say("logging/setLevel", R"({"level":"info"})");
  say("logging/setLevel", R"({"level":"debug"})");
  say("notifications/initialized", "{}", false);
  say("tools/call", R"({"name":"x"})");
  BOOST_TEST(again() == "initialize notifications/initialized logging/setLevel "
                        "resources/subscribe resources/subscribe ");
  BOOST_TEST(memory.initialized());
  BOOST_TEST(memory.again()[2].body.find("debug") != std::string::npos); // The last one.
  BOOST_TEST(memory.watched() == (std::vector<std::string>{"a://1", "b://1"}),
             boost::test_tools::per_element());
  say("resources/unsubscribe", R"({"uri":"b://1"})");
  BOOST_TEST(memory.watched() == std::vector<std::string>{"a://1"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_initialize_begins_anew_and_modern_messages_leave_no_trace) {
  say("initialize");
  say("notifications/initialized", "{}", false);
  say("resources/subscribe", R"({"uri":"a://1"})");
  say("initialize");
  BOOST_TEST(again() == "initialize ");
  say("resources/subscribe",
      R"({"uri":"b","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})");
  BOOST_TEST(memory.watched().empty());
}

BOOST_AUTO_TEST_CASE(it_is_bounded) {
  say("initialize");
  for (std::size_t i = 0; i < session_memory::watched_max + 10; ++i)
    say("resources/subscribe", R"({"uri":"a://)" + std::to_string(i) + "\"}");
  BOOST_TEST(memory.watched().size() == session_memory::watched_max);
}

BOOST_AUTO_TEST_SUITE_END()
