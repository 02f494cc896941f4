#include "mcp/era.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

namespace {

constexpr const char* good_meta =
    R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";
constexpr const char* old_meta =
    R"({"io.modelcontextprotocol/protocolVersion":"2025-11-25","io.modelcontextprotocol/clientCapabilities":{}})";

/// A request as a client of the modern era would send it; each test spoils one thing.
struct sample {
  std::string method = "tools/list";
  std::string meta = good_meta;
  std::string params; ///< Further members, each with its comma in front.
  std::optional<std::string> version = "2026-07-28";
  std::optional<std::string> named_method = "tools/list";
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> session = std::nullopt;
  std::optional<std::string> session_version = std::nullopt;
  bool notification = false;
};

using verdict = std::variant<classified, refusal>;

std::optional<std::string_view> view_of(const std::optional<std::string>& x) {
  return x ? std::optional<std::string_view>(*x) : std::nullopt;
}

verdict judge_body(const sample& x, const std::string& body, const served_methods& served = {}) {
  scanner scan;
  const auto spans = scan.scan(body);
  BOOST_TEST_REQUIRE(bool(spans), body);
  http_view view;
  view.method = "POST";
  view.content_type = "application/json";
  view.protocol_version = view_of(x.version);
  view.mcp_method = view_of(x.named_method);
  view.mcp_name = view_of(x.name);
  view.session_id = view_of(x.session);
  view.session_version = view_of(x.session_version);
  return classify(view, body, *spans, view_meta(spans->meta.of(body)), served);
}

verdict judge(const sample& x, const served_methods& served = {}) {
  std::string params = x.params;
  if (!x.meta.empty()) params = ",\"_meta\":" + x.meta + params;
  if (!params.empty()) params = ",\"params\":{" + params.substr(1) + "}";
  return judge_body(x,
                    R"({"jsonrpc":"2.0",)" + std::string(x.notification ? "" : R"("id":1,)") +
                        R"("method":")" + x.method + "\"" + params + "}",
                    served);
}

/// "modern 2026-07-28", "400 -32602".
std::string told(const verdict& x) {
  if (const auto* good = std::get_if<classified>(&x))
    return std::string(to_string(good->client)) + " " + good->version;
  const auto& bad = std::get<refusal>(x);
  return std::to_string(bad.http_status) + " " + std::to_string(bad.code);
}

sample call(const std::string& name_header) {
  sample x;
  x.method = "tools/call";
  x.named_method = "tools/call";
  x.params = R"(,"name":"caf\u00e9")";
  x.name = name_header;
  return x;
}

sample legacy_sample(const std::string& method) {
  sample x;
  x.method = method;
  x.meta = "";
  x.version = "2025-11-25";
  x.named_method = std::nullopt;
  return x;
}

} // namespace

BOOST_AUTO_TEST_SUITE(era)

BOOST_AUTO_TEST_CASE(a_whole_modern_request_is_modern) {
  BOOST_TEST(told(judge({})) == "modern 2026-07-28");
  BOOST_TEST(told(judge(call("=?base64?Y2Fmw6k=?="))) == "modern 2026-07-28");
  auto spaced = sample{};
  spaced.named_method = " \ttools/list ";
  BOOST_TEST(told(judge(spaced)) == "modern 2026-07-28");
}

BOOST_AUTO_TEST_CASE(the_first_of_two_faults_decides_in_the_order_of_the_table) {
  // Row 7 before row 8: a missing `_meta` is told before a missing or wrong header.
  auto x = sample{};
  x.meta = "";
  BOOST_TEST(told(judge(x)) == "400 -32602");
  x.method = "server/discover";
  x.version = std::nullopt;
  BOOST_TEST(told(judge(x)) == "400 -32602");
  x = {};
  x.meta = R"({"io.modelcontextprotocol/clientCapabilities":{}})";
  BOOST_TEST(told(judge(x)) == "400 -32602");
  x.meta = R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})";
  x.version = std::nullopt;
  BOOST_TEST(told(judge(x)) == "400 -32602");
  // Row 8 before row 10: header and body differ, and one of them is not supported either.
  x = {};
  x.version = "1999-01-01";
  BOOST_TEST(told(judge(x)) == "400 -32020");
  x.version = std::nullopt;
  BOOST_TEST(told(judge(x)) == "400 -32020");
  // Row 9 before row 10.
  x = {};
  x.meta = old_meta;
  x.version = "2025-11-25";
  x.named_method = "tools/call";
  BOOST_TEST(told(judge(x)) == "400 -32020");
  // Row 10 before row 11.
  x.method = "no/such";
  x.named_method = "no/such";
  BOOST_TEST(told(judge(x)) == "400 -32022");
  // Row 9 before row 11.
  x.named_method = std::nullopt;
  BOOST_TEST(told(judge(x)) == "400 -32020");
}

BOOST_AUTO_TEST_CASE(required_meta_keys_must_have_their_type) {
  for (
      const std::string meta :
      {R"({"io.modelcontextprotocol/protocolVersion":5,"io.modelcontextprotocol/clientCapabilities":{}})",
       R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]})",
       R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})"}) {
    auto x = sample{};
    x.meta = meta;
    BOOST_TEST(told(judge(x)) == "400 -32602", meta);
  }
}

BOOST_AUTO_TEST_CASE(methods_that_are_unknown_or_not_advertised_are_404) {
  for (const std::string method : {"initialize", "ping", "logging/setLevel", "resources/subscribe",
                                   "no/such", "subscriptions/listen", "Tools/List"}) {
    auto x = sample{};
    x.method = method;
    x.named_method = method;
    BOOST_TEST(told(judge(x)) == "404 -32601", method);
  }
  served_methods served;
  served.prompts = false;
  auto x = sample{};
  x.method = "prompts/list";
  x.named_method = "prompts/list";
  BOOST_TEST(told(judge(x, served)) == "404 -32601");
  BOOST_TEST(told(judge(x)) == "modern 2026-07-28");
}

BOOST_AUTO_TEST_CASE(an_unsupported_version_is_told_with_the_supported_ones) {
  auto x = sample{};
  x.meta = old_meta;
  x.version = "2025-11-25";
  const auto said = judge(x);
  BOOST_TEST(told(said) == "400 -32022");
  const auto data = json::parse(std::get<refusal>(said).data_json);
  BOOST_TEST(data["supported"][0] == "2026-07-28");
  BOOST_TEST(data["requested"] == "2025-11-25");
}

BOOST_AUTO_TEST_CASE(the_name_header_says_what_the_body_says) {
  struct row {
    std::optional<std::string> header;
    std::string expected;
  };
  for (const auto& [header, expected] :
       {row{std::nullopt, "400 -32020"}, row{"cafe", "400 -32020"},
        row{"=?base64?Y2Fmw6k?=", "400 -32020"}, row{"=?base64?Y2Fm*6k=?=", "400 -32020"},
        row{"=?base64?Y2Fmw6l=?=", "400 -32020"}, row{"=?Base64?Y2Fmw6k=?=", "400 -32020"},
        row{"=?base64?Y2Fmw6k=", "400 -32020"},
        row{"  =?base64?Y2Fmw6k=?=\t", "modern 2026-07-28"}}) {
    auto x = call("");
    x.name = header;
    BOOST_TEST(told(judge(x)) == expected, header.value_or("none"));
  }
  auto unnamed = call("x");
  unnamed.params = "";
  BOOST_TEST(told(judge(unnamed)) == "400 -32020");
  unnamed.name = std::nullopt;
  BOOST_TEST(told(judge(unnamed)) == "modern 2026-07-28");
  auto read = sample{};
  read.method = "resources/read";
  read.named_method = "resources/read";
  read.params = R"(,"uri":"test://a")";
  read.name = "test://a";
  BOOST_TEST(told(judge(read)) == "modern 2026-07-28");
  read.name = "test://A";
  BOOST_TEST(told(judge(read)) == "400 -32020");
}

BOOST_AUTO_TEST_CASE(initialize_is_modern_with_modern_meta_and_legacy_without) {
  auto x = legacy_sample("initialize");
  x.params = R"(,"protocolVersion":"2025-06-18","capabilities":{})";
  BOOST_TEST(told(judge(x)) == "legacy 2025-06-18");
  x.version = std::nullopt;
  BOOST_TEST(told(judge(x)) == "legacy 2025-06-18");
  x.params = R"(,"protocolVersion":"2024-11-05")";
  BOOST_TEST(told(judge(x)) == "legacy 2025-11-25");
  x.meta = good_meta;
  x.version = "2026-07-28";
  x.named_method = "initialize";
  BOOST_TEST(told(judge(x)) == "404 -32601");
}

BOOST_AUTO_TEST_CASE(the_method_header_alone_makes_nobody_modern) {
  auto x = legacy_sample("initialize");
  x.named_method = "initialize";
  x.version = std::nullopt;
  BOOST_TEST(told(judge(x)) == "legacy 2025-11-25");
}

BOOST_AUTO_TEST_CASE(a_legacy_request_needs_its_session) {
  auto x = legacy_sample("tools/list");
  BOOST_TEST(told(judge(x)) == "400 -32600");
  x.version = std::nullopt;
  BOOST_TEST(told(judge(x)) == "400 -32600");
  x.session = "s";
  BOOST_TEST(told(judge(x)) == "404 -32600");
  x.session_version = "2025-06-18";
  BOOST_TEST(told(judge(x)) == "legacy 2025-06-18");
  x.version = "2025-11-25";
  BOOST_TEST(told(judge(x)) == "legacy 2025-06-18");
  x.version = "1999-01-01";
  BOOST_TEST(told(judge(x)).substr(0, 4) == "400 ");
}

BOOST_AUTO_TEST_CASE(notifications_and_responses_follow_the_rules_of_their_era) {
  auto x = sample{};
  x.notification = true;
  x.method = "notifications/cancelled";
  x.meta = "";
  BOOST_TEST(told(judge(x)) == "modern 2026-07-28");
  x.version = "2099-01-01";
  BOOST_TEST(told(judge(x)) == "400 -32022");
  const std::string answer = R"({"jsonrpc":"2.0","id":1,"result":{}})";
  BOOST_TEST(told(judge_body({}, answer)) == "400 -32600");
  auto old = legacy_sample("");
  old.session = "s";
  old.session_version = "2025-11-25";
  BOOST_TEST(told(judge_body(old, answer)) == "legacy 2025-11-25");
}

BOOST_AUTO_TEST_CASE(an_error_has_the_requests_id_or_none_but_never_null) {
  auto x = sample{};
  x.version = std::nullopt;
  const auto said = judge(x);
  BOOST_TEST(told(said) == "400 -32020");
  const auto with_id = json::parse(refusal_body(std::get<refusal>(said), "1"));
  BOOST_TEST(with_id["id"] == 1);
  BOOST_TEST(with_id["error"]["code"] == -32020);
  BOOST_TEST(!json::parse(refusal_body(std::get<refusal>(said), "")).contains("id"));
}

BOOST_AUTO_TEST_CASE(a_body_that_cannot_be_read_is_told_what_it_is) {
  struct row {
    std::string body;
    int http_status;
    int code;
  };
  for (const auto& [body, http_status, code] :
       {row{"{", 400, -32700}, row{"[]", 400, -32600}, row{"5", 400, -32600}, row{"", 400, -32700},
        row{R"({"jsonrpc":"1.0"})", 400, -32600}}) {
    scanner scan;
    const auto read = scan.scan(body);
    BOOST_TEST_REQUIRE(!read);
    const auto said = refuse_scan(scan, read.failure());
    BOOST_TEST(said.http_status == http_status, body);
    BOOST_TEST(said.code == code, body);
  }
}

BOOST_AUTO_TEST_CASE(media_types_are_checked_without_regard_to_case_and_parameters) {
  struct row {
    std::string content_type;
    std::optional<std::string> accept;
    int http_status;
  };
  const std::string good = "application/json";
  for (const auto& [content_type, accept, http_status] :
       {row{good, "application/json, text/event-stream", 0},
        row{"Application/JSON; charset=utf-8", "*/*", 0}, row{good, std::nullopt, 0},
        row{good, "application/*", 0}, row{"text/plain", "*/*", 415}, row{"", "*/*", 415},
        row{"application/json-seq", "*/*", 415}, row{good, "text/html", 406},
        row{good, "text/event-stream", 406}}) {
    http_view view;
    view.content_type = content_type;
    view.accept = view_of(accept);
    const auto said = check_media(view);
    BOOST_TEST((said ? said->http_status : 0) == http_status, content_type);
  }
}

BOOST_AUTO_TEST_CASE(header_values_are_decoded_strictly) {
  BOOST_TEST(decode_header(" plain ").value() == "plain");
  BOOST_TEST(decode_header("=?base64?SGVsbG8=?=").value() == "Hello");
  BOOST_TEST(decode_header("=?base64?"
                           "?=")
                 .value() == "");
  BOOST_TEST(decode_header("=?base64?SGVsbG8=").value() == "=?base64?SGVsbG8=");
  BOOST_TEST(decode_header("=?=").value() == "=?=");
  BOOST_TEST(decode_header("SGVsbG8=?=").value() == "SGVsbG8=?=");
  for (const std::string bad : {"=?base64?SGVsbG8?=", "=?base64?SGVs bG8=?=", "=?base64?====?=",
                                "=?base64?SGVsbG9=?=", "=?base64?SGVs-G8=?="})
    BOOST_TEST(!decode_header(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
