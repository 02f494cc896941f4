#include "mcp/envelope.hpp"
#include "mcp/era.hpp"
#include "mcp/joint_view.hpp"
#include "mcp/list_pager.hpp"
#include "mcp/splice.hpp"
#include "mcp/translate.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

namespace {

/// Random JSON-RPC messages, the same in every run.
class messages {
public:
  explicit messages(unsigned seed) : random_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool maybe() { return below(2) == 0; }

  std::string word() {
    static const std::vector<std::string> words{"",
                                                "a",
                                                "id",
                                                "method",
                                                "name",
                                                "q\"uote",
                                                "back\\slash",
                                                "new\nline",
                                                "\u00e9\u20ac",
                                                "\U0001F600",
                                                "{[,:]}",
                                                "result",
                                                "progressToken",
                                                std::string(40, 'x'),
                                                "tab\t\x01",
                                                "{\"a\":\"b\\\"\",\"c\":[\"\\n\",1]}/\b\f\r end"};
    return words[below(static_cast<unsigned>(words.size()))];
  }
  json value(int depth) {
    switch (below(depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return maybe();
    case 2:
      return static_cast<std::int64_t>(random_()) - (std::int64_t{1} << 31);
    case 3:
      return below(1000) / 7.0;
    case 4:
    case 5:
      return word();
    case 6: {
      auto list = json::array();
      for (auto i = below(4); i > 0; --i) list.push_back(value(depth - 1));
      return list;
    }
    default:
      return object(depth - 1);
    }
  }
  json object(int depth) {
    auto members = json::object();
    for (auto i = below(4); i > 0; --i) members["m" + word()] = value(depth);
    return members;
  }
  json id() { return maybe() ? json(below(1000)) : json(word()); }
  json request() {
    json x{{"jsonrpc", "2.0"}, {"id", id()}, {"method", maybe() ? "tools/call" : "prompts/get"}};
    auto params = object(3);
    params["name"] = word();
    if (maybe()) params["arguments"] = object(4);
    if (maybe()) {
      params["_meta"] = object(2);
      if (maybe()) params["_meta"]["progressToken"] = id();
      if (maybe()) params["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
      if (maybe()) params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = object(1);
    }
    x["params"] = params;
    return x;
  }
  json response() {
    json x{{"jsonrpc", "2.0"}, {"id", 42}, {"result", object(4)}};
    if (maybe()) x["result"]["resultType"] = "complete";
    if (maybe()) x["result"]["ttlMs"] = 5;
    if (maybe()) x["result"]["cacheScope"] = "public";
    if (maybe()) x["result"]["isError"] = maybe();
    return x;
  }
  /// Compact, pretty, or all ASCII.
  std::string text(const json& x) {
    return x.dump(maybe() ? -1 : static_cast<int>(below(3)), maybe() ? ' ' : '\t', maybe());
  }

private:
  std::mt19937 random_;
};

void spliced_as_a_tree_would_be(messages& from) {
  const json message = from.request();
  const std::string body = from.text(message);
  scanner scan;
  const auto spans = scan.scan(body);
  BOOST_TEST_REQUIRE(bool(spans), body);
  upstream_call call;
  call.id = 77;
  call.server = from.maybe() ? era::modern : era::legacy;
  call.protocol_version = "2026-07-28";
  if (from.maybe()) call.name = from.word();
  call.replace_progress_token = from.maybe();
  json expected = message;
  auto& params = expected["params"];
  expected["id"] = 77;
  if (call.name) params["name"] = *call.name;
  if (params.contains("_meta")) {
    auto& meta = params["_meta"];
    if (call.replace_progress_token && meta.contains("progressToken")) meta["progressToken"] = 77;
    meta.erase("io.modelcontextprotocol/protocolVersion");
    meta.erase("io.modelcontextprotocol/clientCapabilities");
  }
  if (call.server == era::modern) {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json::object();
    params["_meta"]["io.modelcontextprotocol/clientInfo"] = {{"name", "toolscore"},
                                                             {"version", "0.1.0"}};
  }
  const std::string line = to_upstream(body, *spans, call);
  BOOST_TEST_REQUIRE(line.find_first_of("\r\n") == std::string::npos);
  BOOST_TEST_REQUIRE(json::parse(line) == expected, body);
}

void answered_as_a_tree_would_be(messages& from) {
  const json message = from.response();
  const std::string text = from.text(message);
  scanner scan;
  const auto spans = scan.scan(text);
  BOOST_TEST_REQUIRE(bool(spans), text);
  const json id = from.id();
  const std::string id_raw = id.dump();
  downstream_answer answer;
  answer.id_raw = id_raw;
  answer.client = from.maybe() ? era::modern : era::legacy;
  answer.server = from.maybe() ? era::modern : era::legacy;
  answer.method = "tools/list";
  json expected = message;
  expected["id"] = id;
  auto& result = expected["result"];
  if (answer.client == era::modern && answer.server == era::legacy) {
    if (!result.contains("resultType")) result["resultType"] = "complete";
    if (!result.contains("ttlMs")) result["ttlMs"] = 0;
    if (!result.contains("cacheScope")) result["cacheScope"] = "private";
  } else if (answer.client == era::legacy && answer.server == era::modern) {
    for (const char* name : {"resultType", "ttlMs", "cacheScope"}) result.erase(name);
  }
  BOOST_TEST_REQUIRE(json::parse(to_client(text, *spans, answer)) == expected, text);
  BOOST_TEST_REQUIRE(spans->tool_error == message["result"].value("isError", false));
}

/// Everything that reads a message, on a text that was spoiled; only the sanitizers judge.
void read_everything(const std::string& text) {
  scanner scan;
  const auto spans = scan.scan(text);
  if (!spans) return;
  upstream_call call;
  call.name = "n";
  call.server = era::modern;
  call.replace_progress_token = true;
  BOOST_TEST_REQUIRE(bool(scan.scan(to_upstream(text, *spans, call))), text);
  downstream_answer answer;
  answer.id_raw = "1";
  answer.method = "resources/read";
  for (const auto client : {era::legacy, era::modern})
    for (const auto server : {era::legacy, era::modern}) {
      answer.client = client;
      answer.server = server;
      if (spans->result || spans->failure)
        BOOST_TEST_REQUIRE(bool(scan.scan(to_client(text, *spans, answer))), text);
    }
  http_view view;
  view.protocol_version = "2026-07-28";
  (void)classify(view, text, *spans, view_meta(spans->meta.of(text)), {});
  list_pager pager("tools");
  (void)pager.on_result(spans->result.of(text));
}

} // namespace

BOOST_AUTO_TEST_SUITE(random_messages)

BOOST_AUTO_TEST_CASE(a_spliced_request_is_the_tree_with_the_same_changes) {
  messages from(1);
  for (int i = 0; i < 5'000; ++i) spliced_as_a_tree_would_be(from);
}

BOOST_AUTO_TEST_CASE(a_spliced_answer_is_the_tree_with_the_same_changes) {
  messages from(2);
  for (int i = 0; i < 5'000; ++i) answered_as_a_tree_would_be(from);
}

BOOST_AUTO_TEST_CASE(what_the_scanner_accepts_is_json_and_what_is_no_json_it_refuses) {
  messages from(3);
  std::size_t accepted = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string text = from.text(from.maybe() ? from.request() : from.response());
    for (auto spoiled = from.below(3); spoiled > 0 && !text.empty(); --spoiled) {
      const auto at = from.below(static_cast<unsigned>(text.size()));
      static constexpr std::string_view pieces = "{}[]\",:\\0-.tfnu \n\r\x01\x7f\xc3\xff";
      switch (from.below(4)) {
      case 0:
        text[at] = pieces[from.below(pieces.size())];
        break;
      case 1:
        text.erase(at, 1 + from.below(5));
        break;
      case 2:
        text.insert(at, 1, pieces[from.below(pieces.size())]);
        break;
      default:
        text.insert(at, text.substr(from.below(static_cast<unsigned>(text.size())), 9));
      }
    }
    read_everything(text);
    scanner scan;
    const bool good = bool(scan.scan(text));
    // The same without a byte to read behind the end.
    const std::vector<char> exact(text.begin(), text.end());
    BOOST_TEST_REQUIRE(bool(scan.scan({exact.data(), exact.size()})) == good);
    accepted += good;
    if (text.find("\\ud") != std::string::npos) continue; // nlohmann refuses lone surrogates.
    const bool is_json = json::accept(text);
    if (good) BOOST_TEST_REQUIRE(is_json, text);
    if (!is_json) BOOST_TEST_REQUIRE(int(scan.fault()) == int(scan_fault::syntax), text);
    if (is_json) BOOST_TEST_REQUIRE(int(scan.fault()) != int(scan_fault::syntax), text);
  }
  BOOST_TEST(accepted > 10'000u);
}

BOOST_AUTO_TEST_CASE(a_spoiled_tool_list_never_gives_a_page_that_is_no_json) {
  messages from(4);
  for (int i = 0; i < 5'000; ++i) {
    auto tools = json::array();
    for (auto count = from.below(4); count > 0; --count) {
      auto tool = from.object(2);
      tool["name"] = from.word();
      tools.push_back(tool);
    }
    std::string text = from.text(tools);
    if (from.maybe()) text.erase(from.below(static_cast<unsigned>(text.size())), 1);
    kept_lists lists;
    lists[0].array = std::make_shared<const std::string>(text);
    offer_policy policy;
    policy.tools.describe = {{"name", "said otherwise"}, {"x", "and here"}};
    const joint_view view(
        {std::make_shared<const server_offer>(server_id{"s"}, policy, nullptr, lists)}, {});
    const auto page = view.list(served_list::tools).page({}, 3, {});
    BOOST_TEST_REQUIRE(json::accept("{" + *page + "}"), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
