#include "gateway/response_text.hpp"
#include "mcp/answer_id.hpp"
#include "mcp/envelope.hpp"
#include "mcp/rewrite.hpp"
#include "mcp/splice.hpp"
#include "mcp/translate.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <nlohmann/json.hpp>
#include <optional>

namespace toolscore::test {
namespace {

using nlohmann::json;
using namespace mcp;

/// What another parser makes of a text.
struct tree {
  bool judged = true; ///< False where the two parsers may differ for reasons of their own.
  std::optional<json> value;
};

tree tree_of(std::string_view text) {
  tree out;
  try {
    out.value = json::parse(text);
  } catch (const json::parse_error&) {
    // It refuses lone surrogates, which JSON's grammar allows.
    out.judged = text.find("\\ud") == text.npos && text.find("\\uD") == text.npos;
  } catch (const json::out_of_range&) {
    out.judged = false; // A number that no double holds.
  }
  // It skips a byte order mark, and nests as deep as memory goes.
  if (text.starts_with("\xef\xbb\xbf")) out.judged = false;
  if (text.find('\0') != text.npos) out.judged = false; // Takes it for the text's end.
  int depth = 0;
  for (const char x : text) depth += x == '{' || x == '[';
  if (depth > 500) out.judged = false;
  return out;
}

bool agrees(const text_span& span, std::string_view text, const json& parent, const char* key) {
  const auto found = parent.find(key);
  if (!span) return found == parent.end();
  return found != parent.end() && json::parse(span.of(text)) == *found;
}

const json& object_at(const json& parent, const char* key) {
  static const json none = json::object();
  const auto found = parent.find(key);
  return found != parent.end() && found->is_object() ? *found : none;
}

void parts_agree(std::string_view text, const envelope& parts, const json& x) {
  expect(x.is_object(), "a message is an object");
  expect(object_at(json{{"x", x}}, "x").value("jsonrpc", json{}) == "2.0", "jsonrpc is 2.0");
  expect(agrees(parts.method, text, x, "method"), "method");
  expect(agrees(parts.result, text, x, "result"), "result");
  expect(agrees(parts.failure, text, x, "error"), "error");
  const bool null_id = x.contains("id") && x["id"].is_null();
  expect(null_id ? !parts.id : agrees(parts.id, text, x, "id"), "id");
  const auto& result = object_at(x, "result");
  if (result.contains("isError") && result["isError"] != false)
    expect(parts.tool_error, "what a client may take for a failure is one");
  const auto kind = x.contains("method")
                        ? x.contains("id") ? message_kind::request : message_kind::notification
                    : x.contains("result") ? message_kind::response
                                           : message_kind::error_response;
  expect(parts.kind == kind, "kind");
  if (!x.contains("method")) return;
  expect(agrees(parts.params, text, x, "params"), "params");
  const auto& params = object_at(x, "params");
  expect(!x.contains("params") || x["params"].is_object(), "params is an object");
  expect(!params.contains("_meta") || params["_meta"].is_object(), "_meta is an object");
  expect(agrees(parts.meta, text, params, "_meta"), "_meta");
  expect(agrees(parts.arguments, text, params, "arguments"), "arguments");
  const std::string method = x["method"];
  const bool by_uri = method == "resources/read";
  if (method == "tools/call" || method == "prompts/get" || by_uri) {
    const char* const key = by_uri ? "uri" : "name";
    if (params.contains(key) && params[key].is_string())
      expect(agrees(parts.name, text, params, key), "name");
    else
      expect(!parts.name, "no name");
  }
}

void check_envelope(std::string_view input) {
  // Without a byte to read behind the end.
  const std::vector<char> exact(input.begin(), input.end());
  const std::string_view text(exact.data(), exact.size());
  scanner scan;
  const auto parts = scan.scan(text);
  const auto x = tree_of(text);
  if (x.judged) {
    expect(x.value || !parts, "what is accepted is JSON");
    expect(x.value.has_value() == (scan.fault() != scan_fault::syntax), "a fault of syntax is one");
  }
  expect(!parts || text.find('\0') == text.npos, "no JSON holds a null byte");
  if (parts && x.value) parts_agree(text, *parts, *x.value);
  if (!parts && x.value && scan.readable().id)
    expect(json::parse(scan.readable().id.of(text)) == (*x.value)["id"], "a readable id");
}

void erase_hop_keys(json& meta) {
  for (auto i = meta.begin(); i != meta.end();)
    i = is_hop_key(json(i.key()).dump()) ? meta.erase(i) : std::next(i);
}

json expected_upstream(json x, const envelope& parts, const upstream_call& call) {
  if (x.contains("id")) x["id"] = call.id;
  const bool modern = call.server == era::modern;
  if (!x.contains("params") && !modern) return x;
  auto& params = x["params"];
  if (call.name && parts.name)
    params[x["method"] == "resources/read" ? "uri" : "name"] = *call.name;
  if (params.contains("_meta")) {
    auto& meta = params["_meta"];
    if (call.replace_progress_token && parts.progress_token &&
        x["method"] != "notifications/progress")
      meta["progressToken"] = call.id;
    erase_hop_keys(meta);
  }
  if (modern) {
    auto& meta = params["_meta"];
    meta["io.modelcontextprotocol/protocolVersion"] = call.protocol_version;
    meta["io.modelcontextprotocol/clientCapabilities"] = json::object();
    meta["io.modelcontextprotocol/clientInfo"] = json::object();
  }
  return x;
}

void check_splice(std::string_view text) {
  scanner scan;
  const auto parts = scan.scan(text);
  const auto x = tree_of(text);
  if (!parts || !x.judged || !x.value || !parts->method) return;
  const auto choice = choice_of(text);
  upstream_call call;
  call.id = static_cast<std::int64_t>(choice >> 8U);
  call.server = (choice & 1U) != 0 ? era::modern : era::legacy;
  call.protocol_version = "2026-07-28";
  if ((choice & 2U) != 0) call.name = "new \"name\"\n";
  call.replace_progress_token = (choice & 4U) != 0;
  const auto line = parts->kind == message_kind::request
                        ? to_upstream(text, *parts, call)
                        : notification_to_upstream(text, *parts, call);
  expect(line.find_first_of("\r\n") == line.npos, "one line");
  auto got = tree_of(line);
  expect(got.value.has_value(), "what is spliced is JSON");
  if (call.server == era::modern)
    (*got.value)["params"]["_meta"]["io.modelcontextprotocol/clientInfo"] = json::object();
  expect(*got.value == expected_upstream(*x.value, *parts, call), "spliced as a tree would be");
  expect(bool(scan.scan(line)), "what is spliced is a message");
}

void check_answer(std::string_view text) {
  scanner scan;
  const auto parts = scan.scan(text);
  const auto x = tree_of(text);
  if (!parts || !x.judged || !x.value || parts->method) return;
  const auto choice = choice_of(text);
  downstream_answer answer;
  answer.id_raw = "\"its own\"";
  answer.client = (choice & 1U) != 0 ? era::modern : era::legacy;
  answer.server = (choice & 2U) != 0 ? era::modern : era::legacy;
  answer.method = (choice & 4U) != 0 ? "tools/list" : "tools/call";
  const auto down = to_client(text, *parts, answer);
  const auto got = tree_of(down);
  expect(got.value.has_value(), "an answer is JSON");
  if (parts->id) expect((*got.value)["id"] == "its own", "an answer has its caller's id");
  expect(bool(scan.scan(down)), "an answer is a message");
  // Between modern peers an error's code is mapped where the era does not know it.
  const bool mapped = parts->failure && answer.client == era::modern;
  if (answer.client == answer.server && parts->id && !mapped) {
    auto expected = *x.value;
    expected["id"] = "its own";
    expect(*got.value == expected, "within an era only the id changes");
  }
  std::string event;
  append_sse_message(event, text);
  constexpr std::string_view head = "event: message\ndata: ";
  expect(event.starts_with(head) && event.ends_with("\n\n"), "an event has a head and an end");
  const auto data = event.substr(head.size(), event.size() - head.size() - 2);
  expect(data.find_first_of("\r\n") == data.npos, "an event is one line of data");
  expect(json::parse(data) == *x.value, "an event says the same");
}

void check_answer_id(std::string_view text) {
  scanner scan;
  const auto parts = scan.scan(text);
  (void)answered_id(text);
  if (!parts) return;
  const auto cut = text.substr(0, choice_of(text) % (text.size() + 1));
  for (const auto start : {text, cut}) {
    const auto id = answered_id(start);
    if (!id) continue;
    expect(!parts->method, "a request of the server's own answers nothing");
    expect(parts->id && json::parse(parts->id.of(text), nullptr, false) == json(*id),
           "the id that is answered");
  }
  if (parts->id && !parts->method &&
      parts->id.at < (parts->result ? parts->result : parts->failure).at) {
    const auto id = json::parse(parts->id.of(text), nullptr, false); // Not one of 400 digits.
    if (id.is_number_integer() && !(id.is_number_unsigned() && id.get<std::uint64_t>() >> 63U))
      expect(answered_id(text).has_value(), "an id before its result is found");
  }
}

std::vector<std::string> requests() {
  return {
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":[1,2.5,{"b":"c\"\\\u00e9"}]}}})",
      R"({"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"_meta":{"progressToken":"t","io.modelcontextprotocol/protocolVersion":"2026-07-28","x":1},"name":"a__b","arguments":{}}})",
      "{ \"method\" : \"resources/read\",\n \"params\" : { \"uri\" : \"file:///x\" }, \"id\" : "
      "-7,\r\n \"jsonrpc\" : \"2.0\" }",
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":5,"progress":1}})",
      R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
      R"({"jsonrpc":"2.0","id":3,"method":"ping"})",
      R"({"jsonrpc":"2.0","id":4,"method":"prompts/get","params":{}})"};
}

std::vector<std::string> answers() {
  return {
      R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x"}],"isError":false}})",
      R"({"result":{"tools":[],"resultType":"complete","ttlMs":5,"cacheScope":"public","_meta":{"io.modelcontextprotocol/a":1}},"id":"q","jsonrpc":"2.0"})",
      R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no","data":{"a":[null,true]}}})",
      R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse"}})",
      R"({"jsonrpc":"2.0","id":9,"result":{"resultType":"input_required","inputRequests":{}}})"};
}

std::vector<std::string> all_messages() {
  auto all = requests();
  for (auto& x : answers()) all.push_back(std::move(x));
  // Next to what must be refused.
  for (const char* x : {R"({"jsonrpc":"2.0","id":3,"method":"ping","params":{"_meta":null,"a":1}})",
                        R"({"jsonrpc":"2.0","id":3,"method":"ping","params":[1]})",
                        R"({"jsonrpc":"2.0","id":3.5,"method":"ping"})",
                        R"({"jsonrpc":"2.0","id":3,"id":4,"method":"ping"})",
                        R"({"jsonrpc":"2.0","id":3,"result":{},"error":{}})"})
    all.emplace_back(x);
  return all;
}

} // namespace

std::vector<fuzz_target> message_targets() {
  return {{"envelope", all_messages(), check_envelope},
          {"splice", requests(), check_splice},
          {"answer", answers(), check_answer},
          {"answer_id", all_messages(), check_answer_id}};
}

} // namespace toolscore::test
