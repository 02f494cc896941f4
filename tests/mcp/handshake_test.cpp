#include "mcp/envelope.hpp"
#include "mcp/handshake.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

const handshake::time_point t0{};

/// One handshake and what it said last, in words: "send METHOD", "arm MS", "ok ERA VERSION",
/// "failed".
struct talk {
  handshake machine;
  handshake_result result;
  std::string reason;
  std::vector<json> sent;

  std::string words(const std::vector<handshake::action>& actions) {
    std::string text;
    for (const auto& x : actions) {
      if (!text.empty()) text += ", ";
      if (const auto* out = std::get_if<handshake::send>(&x)) {
        sent.push_back(json::parse(out->line));
        text += "send " + sent.back().value("method", "answer");
      } else if (const auto* timer = std::get_if<handshake::arm>(&x)) {
        text += "arm " + std::to_string((timer->at - t0) / 1ms);
      } else if (const auto* good = std::get_if<handshake::succeeded>(&x)) {
        result = good->result;
        text += "ok " + std::string(to_string(result.server)) + " " + result.protocol_version;
      } else {
        reason = std::get<handshake::failed>(x).reason;
        text += "failed";
      }
    }
    return text;
  }
  std::string start() { return words(machine.start(t0)); }
  std::string silence() { return words(machine.on_timer(t0 + 3s)); }
  std::string hear(const std::string& line, std::chrono::seconds at = 1s) {
    scanner scan;
    const auto spans = scan.scan(line);
    BOOST_TEST_REQUIRE(bool(spans), line);
    return words(machine.on_message(line, *spans, t0 + at));
  }
};

std::string answer(const std::string& id, const std::string& rest) {
  return R"({"jsonrpc":"2.0","id":"toolscore-)" + id + "\"," + rest + "}";
}
const std::string modern_answer = answer(
    "discover",
    R"("result":{"resultType":"complete","supportedVersions":["2027-01-01","2026-07-28","2025-11-25"],"capabilities":{"tools":{}},"instructions":"i","ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"n","version":"1"}}})");
const std::string modern_only_answer =
    answer("discover", R"("result":{"supportedVersions":["2026-07-28"],"capabilities":{}})");
const std::string legacy_answer = answer(
    "initialize",
    R"("result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"old","version":"2"},"instructions":"a\"b"})");
std::string refusal(const std::string& id, int code, const std::string& data = {}) {
  return answer(id, R"("error":{"code":)" + std::to_string(code) + R"(,"message":"no")" +
                        (data.empty() ? "" : ",\"data\":" + data) + "}");
}

} // namespace

BOOST_AUTO_TEST_SUITE(handshake)

BOOST_AUTO_TEST_CASE(a_modern_server_is_recognised_by_its_answer_to_discover) {
  talk x;
  BOOST_TEST(x.start() == "send server/discover, arm 3000");
  BOOST_TEST(x.sent[0]["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] ==
             "2026-07-28");
  BOOST_TEST(x.sent[0]["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] ==
             json::object());
  BOOST_TEST(x.hear(modern_answer) == "ok modern 2026-07-28");
  BOOST_TEST(x.result.server_name == "n");
  BOOST_TEST(x.result.server_version == "1");
  BOOST_TEST(x.result.capabilities_json == R"({"tools":{}})");
  BOOST_TEST(x.result.instructions_json == "\"i\"");
  BOOST_TEST(x.machine.ended());
  BOOST_TEST(x.silence() == "");
  BOOST_TEST(x.hear(legacy_answer) == "");
}

BOOST_AUTO_TEST_CASE(any_other_error_makes_a_server_legacy) {
  for (const int code : {-32601, -32602, -32600, -32603, -32700, -32000, -32002, -32042, 0, 5}) {
    talk x;
    x.start();
    BOOST_TEST(x.hear(refusal("discover", code)) == "send initialize", code);
    BOOST_TEST(x.sent.back()["params"]["protocolVersion"] == "2025-11-25");
    BOOST_TEST(x.sent.back()["params"]["capabilities"] == json::object());
    BOOST_TEST(x.sent.back()["params"]["clientInfo"]["name"] == "toolscore");
    BOOST_TEST(x.silence() == "");
    BOOST_TEST(x.hear(legacy_answer) == "send notifications/initialized, ok legacy 2025-11-25");
    BOOST_TEST(!x.sent.back().contains("id"));
    BOOST_TEST(x.result.server_name == "old");
    BOOST_TEST(x.result.instructions_json == R"("a\"b")");
    BOOST_TEST(x.result.server_info_json == R"({"name":"old","version":"2"})");
  }
}

BOOST_AUTO_TEST_CASE(a_result_that_is_no_discover_result_makes_a_server_legacy) {
  talk x;
  x.start();
  BOOST_TEST(x.hear(answer("discover", R"("result":{})")) == "send initialize");
}

BOOST_AUTO_TEST_CASE(silence_opens_both_questions_and_a_good_answer_to_either_decides) {
  talk late_modern;
  late_modern.start();
  BOOST_TEST(late_modern.silence() == "send initialize");
  BOOST_TEST(late_modern.silence() == "");
  BOOST_TEST(late_modern.hear(modern_only_answer) == "ok modern 2026-07-28");
  BOOST_TEST(late_modern.hear(legacy_answer) == "");

  talk silent_probe;
  silent_probe.start();
  silent_probe.silence();
  BOOST_TEST(silent_probe.hear(legacy_answer) ==
             "send notifications/initialized, ok legacy 2025-11-25");
  BOOST_TEST(silent_probe.hear(modern_answer) == "");

  talk both_answered;
  both_answered.start();
  both_answered.silence();
  BOOST_TEST(both_answered.hear(refusal("discover", -32601)) == "");
  BOOST_TEST(both_answered.hear(legacy_answer) ==
             "send notifications/initialized, ok legacy 2025-11-25");
}

// It has found both questions in its pipe, and the second has made it a legacy server.
BOOST_AUTO_TEST_CASE(a_late_server_of_both_eras_is_what_it_says_to_initialize) {
  talk legacy;
  legacy.start();
  legacy.silence();
  BOOST_TEST(legacy.hear(modern_answer) == "arm 4000");
  BOOST_TEST(legacy.hear(legacy_answer) == "send notifications/initialized, ok legacy 2025-11-25");

  talk refuses;
  refuses.start();
  refuses.silence();
  BOOST_TEST(refuses.hear(modern_answer) == "arm 4000");
  BOOST_TEST(refuses.hear(refusal("initialize", -32601)) == "ok modern 2026-07-28");

  talk says_nothing;
  says_nothing.start();
  says_nothing.silence();
  BOOST_TEST(says_nothing.hear(modern_answer) == "arm 4000");
  BOOST_TEST(says_nothing.silence() == "ok modern 2026-07-28");
  BOOST_TEST(says_nothing.hear(legacy_answer) == "");

  talk slow; // So long as it took for the first answer it may take for the second.
  slow.start();
  slow.silence();
  BOOST_TEST(slow.hear(modern_answer, 20s) == "arm 40000");
  BOOST_TEST(slow.hear(legacy_answer, 39s) ==
             "send notifications/initialized, ok legacy 2025-11-25");
}

BOOST_AUTO_TEST_CASE(a_refused_initialize_still_leaves_discover_its_chance) {
  talk x;
  x.start();
  x.silence();
  BOOST_TEST(x.hear(refusal("initialize", -32601)) == "");
  BOOST_TEST(x.silence() == "");
  BOOST_TEST(x.hear(modern_answer) == "ok modern 2026-07-28");

  talk hopeless;
  hopeless.start();
  hopeless.silence();
  BOOST_TEST(hopeless.hear(refusal("initialize", -32601)) == "");
  BOOST_TEST(hopeless.hear(refusal("discover", -32601)) == "failed");
}

BOOST_AUTO_TEST_CASE(a_modern_error_is_followed_by_what_the_server_supports) {
  talk again;
  again.start();
  BOOST_TEST(
      again.hear(refusal("discover", -32022, R"({"supported":["2026-07-28"],"requested":"x"})")) ==
      "send server/discover");
  BOOST_TEST(again.hear(modern_answer) == "ok modern 2026-07-28");

  talk endless;
  endless.start();
  const auto supports_ours = refusal("discover", -32022, R"({"supported":["2026-07-28"]})");
  endless.hear(supports_ours);
  BOOST_TEST(endless.hear(supports_ours) == "failed");

  talk newer;
  newer.start();
  BOOST_TEST(newer.hear(refusal("discover", -32022, R"({"supported":["2027-01-01"]})")) ==
             "failed");
  BOOST_TEST(newer.reason == "answered server/discover with error -32022 \"no\"");

  talk offers_legacy;
  offers_legacy.start();
  BOOST_TEST(offers_legacy.hear(refusal("discover", -32022, R"({"supported":["2025-11-25"]})")) ==
             "send initialize");

  for (const int code : {-32020, -32021}) {
    talk other;
    other.start();
    BOOST_TEST(other.hear(refusal("discover", code)) == "failed");
  }
}

BOOST_AUTO_TEST_CASE(a_server_without_a_version_of_ours_fails_and_says_which_it_has) {
  talk x;
  x.start();
  BOOST_TEST(x.hear(answer("discover",
                           R"("result":{"supportedVersions":["2031-01-01"],"capabilities":{}})")) ==
             "failed");
  BOOST_TEST(x.reason == R"(supports none of our protocol versions, only ["2031-01-01"])");
}

BOOST_AUTO_TEST_CASE(a_bad_answer_to_initialize_fails_with_the_reason) {
  struct row {
    std::string line;
    std::string reason;
  };
  for (const auto& [line, reason] :
       {row{refusal("initialize", -32602), "answered initialize with error -32602 \"no\""},
        row{answer("initialize", R"("result":{})"),
            "answered initialize without a protocolVersion"},
        row{answer("initialize", R"("result":{"protocolVersion":"1.0"})"),
            "answered initialize with protocol version \"1.0\", which we do not speak"}}) {
    talk x;
    x.start();
    x.hear(refusal("discover", -32601));
    BOOST_TEST(x.hear(line) == "failed");
    BOOST_TEST(x.reason == reason);
  }
}

BOOST_AUTO_TEST_CASE(an_old_server_is_accepted_with_the_version_it_named) {
  talk x;
  x.start();
  x.hear(refusal("discover", -32601));
  BOOST_TEST(x.hear(answer("initialize",
                           R"("result":{"protocolVersion":"2024-11-05","capabilities":{}})")) ==
             "send notifications/initialized, ok legacy 2024-11-05");
}

BOOST_AUTO_TEST_CASE(requests_of_the_server_are_answered_and_strange_messages_are_ignored) {
  talk x;
  x.start();
  BOOST_TEST(x.hear(R"({"jsonrpc":"2.0","id":1,"method":"ping"})") == "send answer");
  BOOST_TEST(x.sent.back() == json::parse(R"({"jsonrpc":"2.0","id":1,"result":{}})"));
  BOOST_TEST(x.hear(R"({"jsonrpc":"2.0","id":"r","method":"roots/list"})") == "send answer");
  BOOST_TEST(x.sent.back()["error"]["code"] == -32601);
  BOOST_TEST(x.sent.back()["id"] == "r");
  BOOST_TEST(x.hear(R"({"jsonrpc":"2.0","method":"notifications/message"})") == "");
  BOOST_TEST(x.hear(R"({"jsonrpc":"2.0","id":7,"result":{}})") == "");
  BOOST_TEST(x.hear(legacy_answer) == "");
  BOOST_TEST(x.hear(modern_answer) == "ok modern 2026-07-28");
}

BOOST_AUTO_TEST_CASE(a_ping_is_of_the_servers_era) {
  BOOST_TEST(ping_line(era::legacy, 5) == R"({"jsonrpc":"2.0","id":5,"method":"ping"})");
  const auto modern = json::parse(ping_line(era::modern, 5));
  BOOST_TEST(modern["id"] == 5);
  BOOST_TEST(modern["method"] == "server/discover");
  BOOST_TEST(modern["params"]["_meta"].size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
