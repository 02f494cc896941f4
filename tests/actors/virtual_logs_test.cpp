// One legacy server's log for many: it is told the least level of all, each hears from its own on.
#include "tests/actors/listening_fixture.hpp"

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

struct logging : listening_fixture {
  logging() {
    fs.policy.sessions = session_mode::shared;
    how.capabilities = R"({"tools":{"listChanged":true},"logging":{}})";
  }
  static std::shared_ptr<caller> at_level(const std::string& id, const std::string& level,
                                          client_capabilities what = {}) {
    return std::make_shared<caller>(caller{id, "local", what, level});
  }
  made_call_ptr set_level(const std::shared_ptr<const caller>& from) {
    auto made = std::make_shared<made_call>();
    node.ask_as("fs", from, "logging/setLevel", R"({"level":")" + from->log_level + "\"}", made);
    advance(5ms);
    return made;
  }
  /// The levels that an instance was told, in their order.
  static std::string levels(const life_ptr& one) {
    std::string text;
    for (const auto& line : one->lines) {
      const auto at = line.find(R"("params":{"level":")");
      if (line.find("logging/setLevel") == std::string::npos || at == std::string::npos) continue;
      const auto from = at + 19;
      text += line.substr(from, line.find('"', from) - from) + " ";
    }
    return text;
  }
  void logs(const life_ptr& by, const std::string& level) {
    say(by, R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":")" + level +
                R"(","data":"x"}})");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_logs, logging)

BOOST_AUTO_TEST_CASE(the_server_is_told_the_least_level_that_any_session_wants) {
  run();
  for (const auto& [id, level, told] : {std::tuple{"a", "error", "error "},
                                        {"b", "info", "error info "},
                                        {"c", "alert", "error info "},
                                        {"a", "debug", "error info debug "},
                                        {"a", "critical", "error info debug info "}}) {
    const auto made = set_level(at_level(id, level));
    BOOST_TEST(succeeded(made), made->text);
    BOOST_TEST(made->text.find(R"("result":{})") != std::string::npos, made->text);
    BOOST_TEST(levels(life(1)) == told);
  }
  session_over("b");
  settle();
  advance(1ms);
  BOOST_TEST(levels(life(1)).ends_with("info critical "));
}

BOOST_AUTO_TEST_CASE(each_session_hears_from_its_own_level_on) {
  run();
  set_level(at_level("a", "warning"));
  set_level(at_level("b", "debug"));
  const auto a = written(at_level("a", "warning"));
  logs(life(1), "info");
  logs(life(1), "error");
  BOOST_TEST(a->events == 1);
  finish(life(1));
  const auto b = written(at_level("b", "debug"));
  logs(life(1), "info");
  BOOST_TEST(b->events == 1);
  const auto c = written(at_level("c", "debug"));
  logs(life(1), "error"); // Whose, nobody knows.
  BOOST_TEST((b->events == 1 && c->events == 0));
}

BOOST_AUTO_TEST_CASE(a_session_of_a_joint_endpoint_is_known_by_its_calls) {
  run();
  written(at_level("a", "notice"));
  BOOST_TEST(levels(life(1)) == "notice ");
  written(at_level("a", "notice"));
  written(at_level("b", "emergency"));
  BOOST_TEST(levels(life(1)) == "notice ");
  // It is told before the call.
  std::size_t level_at = 0;
  std::size_t call_at = 0;
  for (std::size_t i = 0; i < life(1)->lines.size(); ++i) {
    if (life(1)->lines[i].find("setLevel") != std::string::npos) level_at = i;
    if (call_at == 0 && life(1)->lines[i].find("tools/call") != std::string::npos) call_at = i;
  }
  BOOST_TEST(level_at < call_at);
}

BOOST_AUTO_TEST_CASE(a_call_of_a_modern_client_says_its_level_itself) {
  run();
  set_level(at_level("a", "error"));
  const auto quiet = node.call_of("fs", nullptr, "tools/call", era::modern);
  advance(20ms);
  BOOST_TEST(levels(life(1)) == "error ");
  finish(life(1));
  auto from = std::make_shared<caller>(caller{"", "local", {}, "debug"});
  const auto loud = node.call_of("fs", from, "tools/call", era::modern);
  advance(20ms);
  BOOST_TEST(levels(life(1)) == "error debug ");
  logs(life(1), "debug");
  BOOST_TEST(loud->events == 1);
}

BOOST_AUTO_TEST_CASE(the_next_instance_is_told_again) {
  run();
  set_level(at_level("a", "error"));
  node.host.crash(life(1));
  advance(1s);
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(levels(life(2)) == "error ");
}

BOOST_AUTO_TEST_CASE(all_replicas_are_told) {
  fs.policy.replicas = 2;
  run();
  set_level(at_level("a", "error"));
  BOOST_TEST((levels(life(1)) == "error " && levels(life(2)) == "error "));
}

BOOST_AUTO_TEST_CASE(a_session_with_an_instance_to_itself_has_a_level_to_itself) {
  fs.policy.sessions = session_mode::automatic;
  run();
  set_level(at_level("a", "debug", forms()));
  BOOST_TEST(levels(life(1)) == "debug ");
  written(at_level("a", "debug", forms()));
  BOOST_TEST_REQUIRE(starts() == 2u);
  BOOST_TEST(levels(life(2)) == "debug ");
  set_level(at_level("b", "alert"));
  BOOST_TEST(levels(life(1)) == "debug alert "); // Nobody else is there who wants more.
  BOOST_TEST(levels(life(2)) == "debug ");
}

BOOST_AUTO_TEST_CASE(what_an_own_instance_logs_outside_of_calls_is_its_sessions) {
  fs.policy.sessions = session_mode::automatic;
  run();
  const auto ear = session_listens("a");
  set_level(at_level("a", "warning", forms()));
  written(at_level("a", "warning", forms()));
  finish(life(2));
  logs(life(2), "info");
  logs(life(2), "error");
  BOOST_TEST(count_of(ear->told, "notifications/message") == 1u);
  logs(life(1), "error"); // Everybody's.
  BOOST_TEST(count_of(ear->told, "notifications/message") == 1u);
}

BOOST_AUTO_TEST_CASE(a_server_without_a_log_says_so_itself) {
  how.capabilities = R"({"tools":{}})";
  how.refuses = "logging/setLevel";
  run();
  const auto made = set_level(at_level("a", "error"));
  BOOST_TEST(ended_with(made, "-32002"), made->text);
  written(at_level("b", "debug"));
  BOOST_TEST(levels(life(1)) == "error "); // As its client wrote it.
}

BOOST_AUTO_TEST_CASE(to_a_modern_server_the_level_goes_with_each_call) {
  run_modern();
  BOOST_TEST(succeeded(set_level(at_level("a", "error"))));
  written(at_level("a", "error"));
  BOOST_TEST(levels(life(1)).empty());
  BOOST_TEST(heard(life(1), R"("io.modelcontextprotocol/logLevel":"error")") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
