#include "mcp/client_questions.hpp"
#include "mcp/log_levels.hpp"
#include "mcp/versions.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(client_questions)

BOOST_AUTO_TEST_CASE(capabilities_are_read_as_declared_and_no_further) {
  BOOST_TEST((read_client_capabilities("{}") == client_capabilities{}));
  BOOST_TEST((read_client_capabilities(R"({"roots":{"listChanged":true}})") ==
              client_capabilities{.roots = true, .roots_changes = true}));
  BOOST_TEST((read_client_capabilities(R"({"roots":{}})") == client_capabilities{.roots = true}));
  BOOST_TEST((read_client_capabilities(R"({"sampling":{"tools":{}}})") ==
              client_capabilities{.sampling = true, .sampling_tools = true}));
  BOOST_TEST((read_client_capabilities(R"({"elicitation":{}})") ==
              client_capabilities{.elicitation_form = true}));
  BOOST_TEST((read_client_capabilities(R"({"elicitation":{"url":{}}})") ==
              client_capabilities{.elicitation_url = true}));
  BOOST_TEST((read_client_capabilities(R"({"elicitation":{"form":{},"url":{}}})") ==
              client_capabilities{.elicitation_form = true, .elicitation_url = true}));
  for (const char* none : {"", "7", "[]", R"({"sampling":true,"roots":null,"elicitation":[]})",
                           R"({"x":{"sampling":{}}})"})
    BOOST_TEST(!read_client_capabilities(none).any(), none);
  BOOST_TEST(declared_by_initialize(R"({"capabilities":{"roots":{}},"clientInfo":{}})").roots);
  BOOST_TEST(!declared_by_initialize("{}").any());
}

BOOST_AUTO_TEST_CASE(what_is_declared_to_a_server_reads_as_what_was_declared_to_us) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    client_capabilities one;
    one.roots = (bits & 1) != 0;
    one.sampling = (bits & 2) != 0;
    one.sampling_tools = one.sampling && (bits & 4) != 0;
    one.sampling_context = one.sampling && (bits & 8) != 0;
    one.elicitation_form = (bits & 16) != 0;
    one.elicitation_url = (bits & 32) != 0;
    const auto text = client_capabilities_json(one);
    BOOST_TEST(json::accept(text), text);
    BOOST_TEST((read_client_capabilities(text) == one), text);
  }
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_what_was_not_declared) {
  const client_capabilities all{true, true, true, true, true, true};
  const std::string_view tools = R"({"messages":[],"tools":[]})";
  const std::string_view url = R"({"mode":"url","url":"https://x"})";
  struct row {
    std::string_view method, params;
    client_capabilities declared;
    int code;
  };
  const row rows[]{
      {"roots/list", "", all, 0},
      {"roots/list", "", {}, code::unknown_method},
      {"sampling/createMessage", "{}", all, 0},
      {"sampling/createMessage", "{}", {.roots = true}, code::unknown_method},
      {"sampling/createMessage", tools, all, 0},
      {"sampling/createMessage", tools, {.sampling = true}, code::bad_params},
      {"elicitation/create", "{}", {.elicitation_form = true}, 0},
      {"elicitation/create", "{}", {.elicitation_url = true}, code::bad_params},
      {"elicitation/create", url, {.elicitation_url = true}, 0},
      {"elicitation/create", url, {.elicitation_form = true}, code::bad_params},
      {"elicitation/create", "{}", {}, code::unknown_method},
      {"tools/call", "{}", all, code::unknown_method},
  };
  for (const auto& x : rows)
    BOOST_TEST(check_input_request(x.method, x.params, x.declared).code == x.code,
               x.method << " " << x.params);
}

BOOST_AUTO_TEST_CASE(lines_are_single_and_keep_ids_and_objects_as_they_are) {
  BOOST_TEST(input_request_line(7, "roots/list", "") ==
             R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})");
  BOOST_TEST(input_request_line(7, "elicitation/create", "{\n\"a\":1}") ==
             R"({"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{ "a":1}})");
  BOOST_TEST(input_response_line(R"("q-1")", false, R"({"roots":[]})") ==
             R"({"jsonrpc":"2.0","id":"q-1","result":{"roots":[]}})");
  BOOST_TEST(input_response_line("3", true, R"({"code":-1,"message":"no"})") ==
             R"({"jsonrpc":"2.0","id":3,"error":{"code":-1,"message":"no"}})");
  const auto refused = json::parse(missing_capability_response("5", "sampling/createMessage"));
  BOOST_TEST(refused["error"]["code"] == -32021);
  BOOST_TEST(refused["error"]["data"]["requiredCapabilities"]["sampling"].is_object());
}

BOOST_AUTO_TEST_CASE(levels_are_ordered_and_others_are_none) {
  const char* const levels[]{"debug", "info",     "notice", "warning",
                             "error", "critical", "alert",  "emergency"};
  for (std::uint8_t at = 0; at < 8; ++at) BOOST_TEST((log_severity(levels[at]) == at));
  BOOST_TEST(!log_severity("Debug").has_value());
  BOOST_TEST(!log_severity("").has_value());
  BOOST_TEST(log_level_of(R"({"level":"error","data":1})") == "error");
  for (const char* none :
       {"{}", R"({"level":3})", R"({"level":"loud"})", R"({"data":{"level":"info"}})"})
    BOOST_TEST(log_level_of(none).empty(), none);
}

BOOST_AUTO_TEST_SUITE_END()
