// Recorded calls that are made again, and exports whose lines hold each other.
#include "node/records/line_chain.hpp"
#include "node/records/replay.hpp"
#include "node/wall_time.hpp"
#include "store/sha256_io.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

reply_json line(const char* more = "{}") {
  auto x = *parse_reply(R"({"number":7,"server":"fs","method":"tools/call","tool":"read",)"
                        R"("arguments":{"path":"/a"},"result":{"content":[{"text":"one"}]},)"
                        R"("admission":"ok","transport":"ok","rpc":"ok","tool_outcome":"ok",)"
                        R"("success":true})");
  x.update(*parse_reply(more));
  return x;
}

std::string told(const reply_json& was, const char* response) {
  std::string all;
  for (const auto& x : differences(step_of(was), answer_of(*parse_reply(response)))) all += x + "|";
  return all;
}

} // namespace

constexpr line_chain::digest digest = sha256_hex;

BOOST_AUTO_TEST_SUITE(replay)

BOOST_AUTO_TEST_CASE(an_equal_answer_differs_in_nothing) {
  BOOST_TEST(told(line(), R"({"result":{"content":[{"text":"one"}]}})") == "");
  // What versions of the protocol add.
  BOOST_TEST(told(line(), R"({"result":{"resultType":"complete","_meta":{"a":1},)"
                          R"("content":[{"text":"one"}]}})") == "");
}

BOOST_AUTO_TEST_CASE(what_differs_is_told_with_its_place) {
  BOOST_TEST(told(line(), R"({"result":{"content":[{"text":"two"}]}})") ==
             R"(/content/0/text: "two", was "one"|)");
  BOOST_TEST(told(line(), R"({"result":{"content":[],"more":1}})") ==
             R"(/content: [], was [{"text":"one"}]|result/more: new, 1|)");
  BOOST_TEST(told(line(), R"({"result":{}})") == R"(result/content: gone, was [{"text":"one"}]|)");
}

BOOST_AUTO_TEST_CASE(another_ending_is_a_difference_and_never_a_success) {
  struct ending_case {
    const char* was;
    const char* response;
    const char* told;
  };
  const char* const rpc = R"({"success":false,"rpc":"failed","tool_outcome":"not_reached",)"
                          R"("result":{"code":-32602,"message":"no"}})";
  const char* const tool = R"({"success":false,"tool_outcome":"failed",)"
                           R"("result":{"content":[],"isError":true}})";
  const char* const lost = R"({"success":false,"transport":"failed","rpc":"not_reached",)"
                           R"("tool_outcome":"not_reached","result":null})";
  const char* const died =
      R"({"error":{"code":-32603,"message":"died","data":{"toolscore":{"code":"server_gone"}}}})";
  const char* const stuck =
      R"({"success":false,"transport":"failed","rpc":"not_reached","tool_outcome":"not_reached",)"
      R"("result":null,"failure":"hung while the call was in flight: no pong"})";
  // Where it is told by its word, the words for people may be any.
  const char* const structured =
      R"({"success":false,"transport":"failed","rpc":"not_reached","tool_outcome":"not_reached",)"
      R"("result":null,"failure":"it froze","ended":"hung"})";
  const char* const killed =
      R"({"success":false,"transport":"failed","rpc":"not_reached","tool_outcome":"not_reached",)"
      R"("result":null,"failure":"hung while the call was in flight","ended":"killed"})";
  const char* const hung = R"({"error":{"code":-32603,"message":"m","data":{"toolscore":)"
                           R"({"code":"server_gone","ended":"hung"}}}})";
  const ending_case rows[] = {
      {"{}", R"({"result":{"content":[],"isError":true}})", "it ended with isError, was success|"},
      {"{}", R"({"error":{"code":-32602,"message":"no"}})",
       "it ended with a JSON-RPC error, was success|"},
      {"{}", died, "it ended with no answer of its server, was success|"},
      {rpc, R"({"error":{"code":-32602,"message":"no"}})", ""},
      {rpc, R"({"error":{"code":-32602,"message":"yes"}})", R"(/message: "yes", was "no"|)"},
      {rpc, R"({"result":{"content":[]}})", "it ended with success, was a JSON-RPC error|"},
      {tool, R"({"result":{"content":[],"isError":true}})", ""},
      {tool, R"({"result":{"content":[]}})", "it ended with success, was isError|"},
      {"{}", R"({"result":{"content":[],"isError":"yes"}})", "it ended with isError, was success|"},
      {"{}", R"({"result":{"content":[],"isError":null}})", "it ended with isError, was success|"},
      {lost, died, ""},
      {"{}", R"({"result":{"resultType":"input_required","requestState":"s"}})",
       "it ended with a question to its client, was success|"},
      {"{}", R"({"result":{"resultType":"input_required","isError":true}})",
       "it ended with isError, was success|"},
      {stuck, hung, ""},
      {structured, hung, ""},
      {structured, died, "it ended with no answer of its server, was a server that hung|"},
      {killed, died, ""},
      {stuck, died, "it ended with no answer of its server, was a server that hung|"},
      {lost, hung, "it ended with a server that hung, was no answer of its server|"},
      {stuck, R"({"result":{}})", "it ended with success, was a server that hung|"},
      {lost, R"({"result":{}})", "it ended with success, was no answer of its server|"},
  };
  for (const auto& row : rows)
    BOOST_TEST(told(line(row.was), row.response) == row.told, row.was << row.response);
}

BOOST_AUTO_TEST_CASE(what_was_hidden_is_no_difference_and_what_stands_around_it_is) {
  struct row {
    const char* was;
    const char* is;
    bool same;
  };
  const row rows[] = {
      {R"("[redacted]")", R"("s3cret")", true},
      {R"("[redacted]")", R"({"any":1})", true},
      {R"("[redacted]")", "17", true},
      {R"("key [redacted].")", R"("key s3cret.")", true},
      {R"("key [redacted].")", R"("key .")", true},
      {R"("key [redacted].")", R"("key s3cret")", false},
      {R"("key [redacted].")", R"("key s3cret. And")", false},
      {R"("key [redacted].")", R"("kex s3cret.")", false},
      {R"("key [redacted].")", "17", false},
      {R"("a[redacted]b[redacted]c")", R"("a1b2c")", true},
      {R"("a[redacted]b[redacted]c")", R"("a1bbb2c")", true},
      {R"("a[redacted]b[redacted]c")", R"("a1b2")", false},
      {R"("a[redacted]b[redacted]c")", R"("a12c")", false},
      {R"("aba[redacted]ba")", R"("aba")", false}, // Nothing stands twice.
      {R"("s3cret")", R"("[redacted]")", false},
  };
  for (const auto& [was, is, same] : rows) {
    const auto kept = std::string(R"({"result":{"content":[{"text":)") + was + "}]}}";
    const auto answer = std::string(R"({"result":{"content":[{"text":)") + is + "}]}}";
    BOOST_TEST(told(line(kept.c_str()), answer.c_str()).empty() == same, was << " " << is);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_made_again_says_why) {
  BOOST_TEST(step_of(line()).skip == "");
  BOOST_TEST(step_of(line()).number == 7);
  const auto bare = step_of(line(R"({"arguments":null})"));
  BOOST_TEST(bare.skip == "");
  BOOST_TEST(bare.arguments.is_null());
  const std::pair<const char*, const char*> rows[] = {
      {R"({"gap":{"count":3}})", "records are missing here"},
      {R"({"method":"prompts/get"})", "it is no tools/call"},
      {R"({"truncated":true})", "it was too long to be kept whole"},
      {R"({"arguments":[1]})", "its arguments are no object"},
      {R"({"success":false,"tool_outcome":"not_reached","needs_input":true})",
       "it asked its client for input, and here nobody answers"},
      {R"({"result":{"resultType":"input_required","requestState":"s"}})", // Of an older node.
       "it asked its client for input, and here nobody answers"},
      {R"({"arguments":{"token":"[redacted]"}})", "a secret in its arguments was hidden"},
  };
  for (const auto& [more, why] : rows) BOOST_TEST(step_of(line(more)).skip == why);
}

BOOST_AUTO_TEST_CASE(differences_are_bounded) {
  auto was = line();
  auto is = reply_json::object();
  for (int i = 0; i < 50; ++i) is[std::to_string(i)] = i;
  was["result"] = reply_json::object();
  const auto all = differences(step_of(was), answer_of(reply_json{{"result", is}}));
  BOOST_TEST(all.size() == differences_max + 1);
  BOOST_TEST(all.back() == "and more");
}

BOOST_AUTO_TEST_CASE(a_chain_of_lines_finds_what_was_changed_left_out_or_moved) {
  line_chain written(digest);
  std::vector<std::string> lines;
  for (const char* text : {R"({"number":1})", R"({"number":2})", R"({"number":3})"}) {
    lines.push_back(written.add(text));
    BOOST_TEST(lines.back().back() == '\n');
    BOOST_TEST(bool(parse_reply(lines.back())));
    lines.back().pop_back();
  }
  const auto broken = [](const std::vector<std::string>& read) {
    line_chain chain(digest);
    std::string out;
    for (const auto& x : read)
      if (!chain.check(x).empty()) out += std::to_string(chain.lines()) + " ";
    return out;
  };
  BOOST_TEST(broken(lines) == "");
  BOOST_TEST(broken({lines[0], lines[2]}) == "2 ");
  BOOST_TEST(broken({lines[1], lines[0], lines[2]}) == "1 2 3 ");
  auto changed = lines;
  changed[1].replace(changed[1].find('2'), 1, "9");
  BOOST_TEST(broken(changed) == "2 ");
  line_chain again(digest);
  BOOST_TEST(again.check(lines[0]) == "");
  BOOST_TEST(again.hash() != written.hash());
  for (const char* text : {"", "{}", R"({"number":1})", R"({"hash":"12"})"}) {
    line_chain chain(digest);
    BOOST_TEST(!chain.check(text).empty(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_moment_is_a_time_or_an_age) {
  const wall_time now{1'750'000'000s};
  BOOST_TEST((read_moment("15m", now) == now - 15min));
  BOOST_TEST((read_moment("0s", now) == now));
  BOOST_TEST((read_moment("3d", now) == now - 72h));
  BOOST_TEST((read_moment("2025-06-15T15:06:40Z", now) == now));
  BOOST_TEST((read_moment("9999-12-31T23:59:59.999Z", now) > now + 24h * 365 * 230));
  BOOST_TEST((read_moment("0001-01-01T00:00:00Z", now) < now - 24h * 365 * 330));
  for (const char* bad : {"", "15", "m", "-5m", "5w", "999999999999999999h", "yesterday", "5mm"})
    BOOST_TEST(!read_moment(bad, now), bad);
}

BOOST_AUTO_TEST_SUITE_END()
