// Arguments that stand in a header too (SEP-2243).
#include "mcp/mirrored_arguments.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore::mcp;
using headers = std::vector<std::pair<std::string, std::string>>;

namespace {

std::string tool(const std::string& properties) {
  return R"([{"name":"t","inputSchema":{"type":"object","properties":)" + properties + "}}]";
}

std::vector<mirrored_argument> marked(const std::string& properties) {
  const auto found = mirrored_in(tool(properties));
  const auto at = found.find("t");
  return at == found.end() ? std::vector<mirrored_argument>{} : at->second;
}

const std::string three =
    R"({"region":{"type":"string","x-mcp-header":"Region"},"n":{"type":"integer","x-mcp-header":"N"},)"
    R"("in":{"type":"object","properties":{"on":{"type":"boolean","x-mcp-header":"On"}}}})";

} // namespace

BOOST_AUTO_TEST_SUITE(mirrored_arguments)

BOOST_AUTO_TEST_CASE(marks_are_found_through_properties) {
  const auto all = marked(three);
  BOOST_TEST_REQUIRE(all.size() == 3u);
  BOOST_TEST(all[0].header == "on");
  BOOST_TEST(all[0].path == (std::vector<std::string>{"in", "on"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_mark_that_is_not_allowed_is_none) {
  for (const char* other :
       {R"({"a":{"type":"number","x-mcp-header":"A"}})",
        R"({"a":{"type":"string","x-mcp-header":""}})",
        R"({"a":{"type":"string","x-mcp-header":"a b"}})",
        R"({"a":{"type":"string","x-mcp-header":1}})", R"({"a":{"x-mcp-header":"A"}})",
        R"({"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}})",
        R"({"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}})", R"([1])"})
    BOOST_TEST(marked(other).empty(), other);
  for (const char* text : {"", "x-mcp-header", R"([{"x-mcp-header":1}])", R"({"x-mcp-header":1})"})
    BOOST_TEST(mirrored_in(text).empty(), text);
}

BOOST_AUTO_TEST_CASE(headers_say_what_the_arguments_say) {
  const auto all = marked(three);
  const auto fault = [&](const char* arguments, const headers& sent) {
    return mirror_fault(all, arguments, sent);
  };
  BOOST_TEST(fault("{}", {}).empty());
  BOOST_TEST(fault(R"({"region":null})", {}).empty());
  BOOST_TEST(fault(R"({"region":"eu","n":42,"in":{"on":true}})",
                   {{"region", "eu"}, {"n", "42"}, {"on", "true"}, {"other", "1"}})
                 .empty());
  BOOST_TEST(fault(R"({"region":"gr\u00fc\u00df"})", {{"region", "=?base64?Z3LDvMOf?="}}).empty());
  BOOST_TEST(fault(R"({"n":42.0})", {{"n", "42"}}).empty());
  BOOST_TEST(fault(R"({"region":"eu"})", {}) == "the header Mcp-Param-region is missing");
  BOOST_TEST(fault(R"({"region":"eu"})", {{"region", "us"}}).find("does not say") !=
             std::string::npos);
  BOOST_TEST(fault(R"({"region":"EU"})", {{"region", "eu"}}).find("does not say") !=
             std::string::npos);
  BOOST_TEST(fault("{}", {{"region", "eu"}}).find("does not say") != std::string::npos);
  BOOST_TEST(fault(R"({"in":{"on":true}})", {{"on", "True"}}).find("does not say") !=
             std::string::npos);
  BOOST_TEST(fault(R"({"in":7})", {{"on", "true"}}).find("does not say") != std::string::npos);
  BOOST_TEST(
      fault(R"({"region":"Hello"})", {{"region", "=?base64?SGVsbG8?="}}).find("not valid Base64") !=
      std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
