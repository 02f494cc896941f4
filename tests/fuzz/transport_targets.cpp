// What carries messages: the checks of an HTTP request, and event streams as written and read.
#include "gateway/response_text.hpp"
#include "mcp/era.hpp"
#include "mcp/event_reader.hpp"
#include "mcp/json_text.hpp"
#include "mcp/versions.hpp"
#include "node/stdio/client_message.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <array>

namespace toolscore::test {
namespace {

/// "NAME: VALUE" lines up to an empty one, and the body behind it.
struct ingress {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string_view body;

  std::optional<std::string_view> get(std::string_view name) const {
    for (const auto& [key, value] : fields)
      if (key == name) return value;
    return std::nullopt;
  }
};

ingress read_ingress(std::string_view text) {
  ingress x;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) break;
    const auto colon = std::min(line.find(": "), line.size());
    x.fields.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
  }
  x.body = text;
  return x;
}

void check_refusal(const mcp::refusal& why) {
  constexpr std::array statuses{400, 404, 406, 413, 415};
  constexpr std::array codes{-32700, -32600, -32601, -32602, -32020, -32022};
  expect(std::count(statuses.begin(), statuses.end(), why.http_status) == 1, "a known status");
  expect(std::count(codes.begin(), codes.end(), why.code) == 1, "a known code");
  mcp::scanner scan;
  expect(bool(scan.scan(mcp::refusal_body(why, "7"))), "a refusal is a message");
}

/// Whoever passes as modern has said everything twice; whoever passes as legacy has a session.
void check_passed(const ingress& x, const mcp::http_view& view, const envelope& spans,
                  const mcp::classified& passed) {
  const auto method = mcp::decode(spans.method.of(x.body));
  const auto header = view.protocol_version ? mcp::decode_header(*view.protocol_version)
                                            : std::optional<std::string>{};
  if (passed.client == era::legacy) {
    const bool opens = method == "initialize" && spans.kind == message_kind::request;
    expect(opens ? mcp::is_legacy_version(passed.version) : view.session_version.has_value(),
           "a session or its beginning");
    expect(!header || header->empty() || mcp::is_legacy_version(*header), "no modern header");
    return;
  }
  expect(mcp::is_modern_version(passed.version), "a version of ours");
  expect(header == passed.version, "the header says the version");
  if (spans.kind != message_kind::request) return;
  expect(mcp::decode(passed.meta.protocol_version) == passed.version, "and so does the body");
  expect(mcp::decode_header(view.mcp_method.value_or("")) == method, "the header says the method");
  if (spans.name &&
      (method == "tools/call" || method == "prompts/get" || method == "resources/read"))
    expect(mcp::decode_header(view.mcp_name.value_or("=")) == mcp::decode(spans.name.of(x.body)),
           "and the name");
}

void check_ingress(std::string_view text) {
  const auto x = read_ingress(text);
  mcp::http_view view;
  view.method = "POST";
  view.content_type = x.get("content-type").value_or("");
  view.accept = x.get("accept");
  view.protocol_version = x.get("mcp-protocol-version");
  view.mcp_method = x.get("mcp-method");
  view.mcp_name = x.get("mcp-name");
  view.session_id = x.get("mcp-session-id");
  if (view.session_id == "known") view.session_version = "2025-06-18";
  if (const auto why = mcp::check_media(view)) check_refusal(*why);
  mcp::scanner scan;
  const auto spans = scan.scan(x.body);
  if (!spans) return check_refusal(mcp::refuse_scan(scan, spans.failure()));
  mcp::served_methods served;
  served.prompts = choice_of(text) % 2 == 0;
  const auto verdict = mcp::classify(view, x.body, *spans, scan.meta(), served);
  if (const auto* why = std::get_if<mcp::refusal>(&verdict)) {
    check_refusal(*why);
    const bool unserved = why->code == mcp::code::unknown_method;
    const bool no_session = view.session_id && !view.session_version;
    expect(!unserved || why->http_status == 404, "an unknown method is not found");
    expect(why->http_status != 404 || unserved ||
               (no_session && why->code == mcp::code::invalid_request),
           "404 is of unknown methods and sessions");
    return;
  }
  check_passed(x, view, *spans, std::get<mcp::classified>(verdict));
}

/// The events of a stream, said in another way: line by line, with all of it at hand.
std::vector<std::string> reference_events(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    plain += text[i] == '\r' ? '\n' : text[i];
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  if (plain.starts_with("\xef\xbb\xbf")) plain.erase(0, 3);
  std::vector<std::string> events;
  std::optional<std::string> data;
  for (std::size_t at = 0; at < plain.size();) {
    const auto end = plain.find('\n', at);
    if (end == plain.npos) break; // A line without an end says nothing yet.
    auto line = plain.substr(at, end - at);
    at = end + 1;
    if (line.empty()) {
      if (data && !data->empty()) events.push_back(*data);
      data.reset();
      continue;
    }
    const auto colon = std::min(line.find(':'), line.size());
    if (line.substr(0, colon) != "data") continue;
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.erase(0, 1);
    data = data ? *data + "\n" + value : value;
  }
  return events;
}

/// The texts of what `reader` makes of it, given in parts of `part_bytes`; nothing after a refusal.
struct texts_read {
  bool good = true;
  std::vector<std::string> texts;
};
texts_read read_texts(std::string_view text, std::size_t event_bytes_max, std::size_t part_bytes) {
  mcp::event_reader reader(event_bytes_max);
  std::vector<mcp::stream_event> events;
  texts_read out;
  for (std::size_t at = 0; at < text.size() && out.good; at += part_bytes)
    out.good = reader.feed(text.substr(at, part_bytes), events);
  for (auto& event : events)
    if (!event.data.empty()) out.texts.push_back(std::move(event.data));
  return out;
}

void check_events(std::string_view text) {
  const auto expected = reference_events(text);
  const auto whole = read_texts(text, text.size() + 1, text.size() + 1);
  expect(whole.good, "what is within the limit is read");
  expect(whole.texts == expected, "the events are those of the text");
  expect(read_texts(text, text.size() + 1, 1).texts == expected, "however it comes");
  const auto narrow = read_texts(text, 64, text.size() + 1);
  if (!narrow.good) expect(text.size() > 64, "a limit is passed by what is longer");
  for (const auto& x : narrow.texts) expect(x.size() <= 64, "an event is within the limit");
  // What we write is read as it was, on one line.
  std::string written;
  append_sse_message(written, text);
  const auto again = read_texts(written, written.size() + 1, written.size() + 1);
  expect(again.good, "what is written is read");
  auto same = mcp::on_one_line(std::string(text));
  if (same.empty())
    expect(again.texts.empty(), "nothing is no event");
  else
    expect(again.texts == std::vector{same}, "an event is read as it was written");
}

/// No line of a client makes a header of its own.
void check_client_line(std::string_view text) {
  mcp::scanner scan;
  const auto read = read_client_message(scan, mcp::on_one_line(std::string(text)));
  if (const auto* refusal = std::get_if<std::string>(&read)) {
    expect(bool(scan.scan(*refusal)), "a refusal is a message");
    return;
  }
  const auto& x = std::get<client_message>(read);
  for (const auto& [name, value] : post_headers(x, {"session", "2025-06-18"}, {}))
    for (const char c : value)
      expect(c == '\t' || (c >= 0x20 && c < 0x7f), "a header is plain text");
  if (x.speaks == era::modern)
    expect(bool(scan.scan(list_question(x, "\"c\"").body)), "a question in its name is a message");
}

} // namespace

std::vector<fuzz_target> transport_targets() {
  const std::string media = "content-type: application/json\naccept: application/json, "
                            "text/event-stream\n";
  const std::string modern = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                             R"("io.modelcontextprotocol/clientCapabilities":{}})";
  const auto call =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a",)" + modern + "}}";
  const std::string hello =
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})";
  return {
      {"ingress",
       {media + "mcp-protocol-version: 2026-07-28\nmcp-method: tools/call\nmcp-name: a\n\n" + call,
        media + "mcp-protocol-version: 2026-07-28\nmcp-method: =?base64?cGluZw==?=\n\n" + call,
        media + "\n" + hello, media + "mcp-protocol-version: 2025-11-25\n\n" + hello,
        media + "mcp-session-id: known\n\n"
                R"({"jsonrpc":"2.0","id":2,"method":"ping"})",
        media + "mcp-session-id: x\n\n"
                R"({"jsonrpc":"2.0","method":"notifications/a"})",
        "content-type: text/plain\naccept: text/html\n\n[]",
        media + "mcp-protocol-version: 1999-01-01\n\n"
                R"({"jsonrpc":"2.0","id":1,"result":{}})"},
       check_ingress},
      {"sse",
       {"event: message\ndata: {\"a\":1}\n\n", "data:x\r\ndata: y\r\n\r\n:\n\ndata\n\n",
        "\xef\xbb\xbfid: 1-2\rdata: {}\r\r", "event: endpoint\ndata: /sse?sessionId=1\n\n",
        "data: " + std::string(70, 'x') + "\n\n", "database: 1\n data: 2\ndata : 3\n\n"},
       check_events},
      {"client_line",
       {call, hello,
        R"({"jsonrpc":"2.0","id":"\u0031","method":"resources/read","params":{"uri":"a:\n\u00e9"}})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\u0041"}})",
        R"({"jsonrpc":"2.0","id":4,"method":"tasks/get","params":{"taskId":"t\r\nX: y",)" + modern +
            "}}"},
       check_client_line}};
}

} // namespace toolscore::test
