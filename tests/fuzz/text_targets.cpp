#include "config/json_text.hpp"
#include "config/node_config.hpp"
#include "gateway/auth.hpp"
#include "gateway/http_types.hpp"
#include "gateway/router.hpp"
#include "mcp/era.hpp"
#include "messages/log_position.hpp"
#include "runners/line_framer.hpp"
#include "runners/notification.hpp"
#include "tests/config/config_support.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

namespace toolscore::test {
namespace {

using framed = std::vector<framed_line>;

bool same(const framed& a, const framed& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.kind == y.kind && x.text == y.text;
  });
}

/// What the lines are, said in another way: split at the ends, then judge each.
framed reference_lines(std::string_view text, std::size_t limit) {
  framed lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.size() > limit) {
      lines.push_back({line_kind::overlong, std::string(line.substr(0, kept_start_bytes))});
      continue;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto content = line.find_first_not_of(" \t\r\n");
    if (content == line.npos) continue;
    if (line[content] == '{')
      lines.push_back({line_kind::message, std::string(line)});
    else
      lines.push_back({line_kind::garbage, quote_start(line.substr(content))});
  }
  return lines;
}

framed cut_lines(std::string_view text, std::size_t limit, std::uint64_t choice) {
  line_framer framer(limit);
  framed lines;
  while (!text.empty()) {
    choice = choice * 6364136223846793005U + 1442695040888963407U;
    const auto part = std::min<std::size_t>(text.size(), 1 + (choice >> 33U) % 97);
    framer.feed(text.substr(0, part), lines);
    expect(framer.pending_bytes() <= limit, "what waits for its end is bounded");
    text.remove_prefix(part);
  }
  framer.finish(lines);
  return lines;
}

/// An overlong line keeps the start that came with the part in which the limit was passed, which
/// for limits under kept_start_bytes depends on the parts: only that it is its start is promised.
void same_but_for_starts(framed whole, framed other) {
  expect(whole.size() == other.size(), "the same number of lines however it is cut");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i].kind != line_kind::overlong || other[i].kind != line_kind::overlong) continue;
    const auto common = std::min(whole[i].text.size(), other[i].text.size());
    whole[i].text.resize(common);
    other[i].text.resize(common);
  }
  expect(same(whole, other), "the same lines however it is cut");
}

void check_framer(std::string_view text) {
  for (const std::size_t limit : {16U, 100U, 5'000U}) {
    const auto expected = reference_lines(text, limit);
    line_framer framer(limit);
    framed whole;
    framer.feed(text, whole);
    framer.finish(whole);
    same_but_for_starts(expected, whole);
    same_but_for_starts(expected, cut_lines(text, limit, choice_of(text)));
    line_framer slow(limit);
    framed by_byte;
    for (std::size_t i = 0; i < text.size(); ++i) slow.feed(text.substr(i, 1), by_byte);
    slow.finish(by_byte);
    same_but_for_starts(expected, by_byte);
    for (const auto& x : whole)
      if (x.kind == line_kind::garbage) expect(x.text.size() <= 120, "a quote is short");
  }
}

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    const auto part = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8U | (k < part ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= part ? digits[bits >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

void check_header(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  const auto bare = from == text.npos ? std::string_view{}
                                      : text.substr(from, text.find_last_not_of(" \t") + 1 - from);
  const auto value = mcp::decode_header(text);
  constexpr std::string_view head = "=?base64?";
  if (bare.size() < 11 || !bare.starts_with(head) || !bare.ends_with("?="))
    expect(value && *value == bare, "what is not marked stays as it is");
  else if (value)
    expect(base64_of(*value) == bare.substr(9, bare.size() - 11), "one spelling a value");
  const auto marked = std::string(head) + base64_of(text) + "?=";
  expect(mcp::decode_header(marked) == std::string(text), "what is encoded is read back");
}

std::string percent_encoded_all(std::string_view text) {
  std::string out;
  for (const char x : text) out += '%' + hex_of({&x, 1});
  return out;
}

/// The input is "HOST ORIGIN", the target's path and query behind the first line's end.
void check_request(std::string_view text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  const auto target = text.substr(std::min(end + 1, text.size()));
  const auto space = std::min(line.find(' '), line.size());
  auth_policy policy;
  policy.port = 8088;
  policy.hosts = {"gateway.example", "other.example:9000"};
  inbound_request request;
  request.headers.add("Host", line.substr(0, space));
  if (space < line.size()) request.headers.add("Origin", line.substr(space + 1));
  const auto refused = check_origin(policy, request);
  if (refused) {
    const auto shown = [](char x) { return x >= 0x20 && x < 0x7f; };
    expect(std::all_of(refused->begin(), refused->end(), shown), "a refusal is safe to show");
  } else {
    std::string host(line.substr(0, space));
    for (char& x : host) x = x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x;
    const auto named = [&](std::string_view name) {
      return host == name || (host.starts_with(name) && host[name.size()] == ':');
    };
    expect(host == "localhost:8088" || host == "127.0.0.1:8088" || host == "[::1]:8088" ||
               named("gateway.example") || host == "other.example:9000",
           "only our own names pass");
  }
  const auto query = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, query);
  for (const auto method : {http_method::get, http_method::post, http_method::del}) {
    const auto found = find_route(method, path);
    const auto parameter = found.where.parameter;
    expect(parameter.empty() || (parameter.data() >= path.data() &&
                                 parameter.data() + parameter.size() <= path.data() + path.size()),
           "a route's parameter stands in the path");
    expect(found.failure != 0 || found.where.kind != route_kind::none, "none is a failure");
    if (path.starts_with("/api/"))
      expect(found.where.scope == route_scope::owner, "the control plane is its owner's");
  }
  (void)query_value(target.substr(query), "from");
  expect(query_value("a=1&x=" + percent_encoded_all(text) + "&x=2", "x") == std::string(text),
         "what is percent-encoded is read back");
  if (const auto position = read_log_position(line))
    expect(read_log_position(to_string(*position)) == position, "a position is read back");
}

void check_config(std::string_view text) {
  const auto config = parse_config(text, "t.json", usual_environment());
  const auto one = parse_json_text(text, "t.json");
  if (config) {
    expect(bool(one), "a configuration is JSON with comments");
    expect(config->servers.size() <= servers_max, "servers are bounded");
  } else {
    const auto& why = config.failure().detail;
    expect(!why.empty() && why.find_first_of("\r\n") == why.npos, "a failure is one line");
    expect(why.starts_with("t.json"), "a failure names its file");
  }
  if (!one) return;
  const auto strict = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!strict.is_discarded()) expect(*one == strict, "strict JSON is read as it stands");
}

/// Said in another way: line by line, the last of equals.
void check_notification(std::string_view input) {
  const auto words = read_notification(input);
  std::map<std::string, std::string> assigned;
  for (std::size_t at = 0; at <= input.size();) {
    const auto end = std::min(input.find('\n', at), input.size());
    const auto line = input.substr(at, end - at);
    if (const auto equals = line.find('='); equals != line.npos)
      assigned[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    at = end + 1;
  }
  const auto is = [&](const char* name, const char* value) {
    const auto found = assigned.find(name);
    return found != assigned.end() && found->second == value;
  };
  expect(words.ready == is("READY", "1"), "READY=1 alone says so");
  expect(words.stopping == is("STOPPING", "1"), "STOPPING=1 alone says so");
  expect(words.status.has_value() == (assigned.count("STATUS") != 0), "a status is heard");
  expect(!words.extend || words.extend->count() >= 0, "time runs forward");
  if (!words.status) return;
  expect(words.status->size() <= status_bytes_max, "a status is bounded");
  expect(nlohmann::json(*words.status).dump().size() >= 2, "a status is UTF-8"); // It throws.
  for (const char c : *words.status)
    expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a status has no control character");
}

} // namespace

std::vector<fuzz_target> text_targets() {
  return {
      {"framer",
       {"{\"a\":1}\n{\"b\":2}\r\n\n  \r\ntext\n {\"c\":3}", std::string(150, 'x') + "\n{}\n",
        "{" + std::string(5'100, 'y') + "}\r\n{\"d\":4}\n", "\x1b[31mred\x1b[0m\n{\"e\":\n5}\n"},
       check_framer},
      {"header",
       {"plain", " \t=?base64?aGVsbG8=?= ",
        "=?base64?"
        "?=",
        "=?base64?AA==?="},
       check_header},
      {"request",
       {"127.0.0.1:8088 http://localhost:8088\n/api/v1/servers/fs/logs?lines=7&from=1.2",
        "[::1]:8088\n/mcp/fs", "GATEWAY.example:1 https://gateway.example\n/mcp?x=%41+b",
        "other.example:9000\n/api/v1/servers/a%2fb/start", "3.1024\n/healthz"},
       check_request},
      {"config",
       {R"({"mcpServers": {"fs": {"command": "npx", "args": ["-y", "${KEY}"], "env": {"A": "b"}}}})",
        "// a comment\n{\"node\": {\"listen\": \"127.0.0.1:0\", \"stop_deadline\": \"25s\",}, /* b "
        "*/ "
        "\"servers\": {\"a\": {\"command\": \"x\", \"restart\": \"transient\"}}}",
        R"({"defaults": {"backoff": {"min": "200ms", "factor": 2}, "intensity": {"max": 5, "period": "60s"}}})",
        R"({"mcpServers": {"a": {"command": "x"}, "b": {"command": "y", "depends_on": {"a": "ready"}}}, "groups": {"g": {"servers": ["a", "b"], "strategy": "rest_for_one"}}})"},
       check_config},
      {"notification",
       {"READY=1\nSTATUS=serving 5 of 7\nMAINPID=4", "EXTEND_TIMEOUT_USEC=5000000\nWATCHDOG=1\n",
        "STATUS=gr\xc3\xb6\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80\x1b[0m\nSTOPPING=1",
        "WATCHDOG=trigger\n\nX\n=\n"},
       check_notification},
  };
}

} // namespace toolscore::test
