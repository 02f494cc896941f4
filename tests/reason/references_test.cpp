#include "reason/references.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::reason;

namespace {

reference_scope scope() {
  reference_scope out;
  out.vars["DATA"] = "/data";
  referred_call first;
  first.text = "forty-two";
  first.result = json::parse(
      R"({"content":[{"type":"text","text":"forty-two"}],"structuredContent":{"n":42,"list":[1,2],"none":null}})");
  referred_call second;
  second.text = "no such file";
  second.error = json::parse(R"({"code":-32602,"message":"no such file"})");
  out.calls = {first, second};
  return out;
}

std::string resolved(const std::string& text) {
  const auto value = resolve(json(text), scope());
  return value ? value->dump() : "error: " + value.failure().detail;
}

} // namespace

BOOST_AUTO_TEST_SUITE(references)

BOOST_AUTO_TEST_CASE(what_a_reference_becomes) {
  struct row {
    const char* text;
    const char* becomes;
  };
  const row rows[] = {
      {"plain", R"("plain")"},
      {"", R"("")"},
      {"${calls.0.text}", R"("forty-two")"},
      {"<${calls.0.text}>", R"("<forty-two>")"},
      {"${calls.0.result.content.0.text}", R"("forty-two")"},
      {"${calls.0.result.structuredContent.n}", "42"},
      {"n is ${calls.0.result.structuredContent.n}", R"("n is 42")"},
      {"${calls.0.result.structuredContent.list}", "[1,2]"},
      {"l ${calls.0.result.structuredContent.list}", R"("l [1,2]")"},
      {"${calls.0.result.structuredContent.list.1}", "2"},
      {"${calls.0.result.structuredContent.none}", "null"},
      {"${calls.1.error.code}", "-32602"},
      {"${calls.1.text}", R"("no such file")"},
      {"${vars.DATA}/x", R"("/data/x")"},
      {"${vars.DATA}${vars.DATA}", R"("/data/data")"},
      {"$${calls.0.text}", R"("${calls.0.text}")"},
      {"costs $5 {x} $", R"("costs $5 {x} $")"},
  };
  for (const auto& each : rows) BOOST_TEST(resolved(each.text) == each.becomes);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_resolved_says_why) {
  struct row {
    const char* text;
    const char* says;
  };
  const row rows[] = {
      {"${calls.0.text", "its } is missing"},
      {"${}", "begins with calls or vars"},
      {"${env.HOME}", "begins with calls or vars"},
      {"${calls}", "write ${calls.NUMBER.result...}"},
      {"${calls.x.text}", "write ${calls.NUMBER.result...}"},
      {"${calls.-1.text}", "write ${calls.NUMBER.result...}"},
      {"${calls.0}", "write ${calls.NUMBER.result...}"},
      {"${calls.0.body}", "of a call there are text, result and error"},
      {"${calls.0.text.0}", "of a call there are text, result and error"},
      {"${calls.2.text}", "has not been made yet"},
      {"${calls.99999999999999999999.text}", "write ${calls.NUMBER"},
      {"${calls.0.error.code}", "that call has no error"},
      {"${calls.1.result.content}", "that call has no result"},
      {"${calls.0.result.content.1.text}", R"(there is no "1")"},
      {"${calls.0.result.nothing}", R"(there is no "nothing")"},
      {"${vars.NOTHING}", "give it with --set NOTHING=VALUE"},
      {"${vars}", "write ${vars.NAME}"},
      {"${vars.}", "write ${vars.NAME}"},
  };
  for (const auto& each : rows) BOOST_TEST_CONTEXT(each.text)
  BOOST_TEST(resolved(each.text).find(each.says) != std::string::npos, resolved(each.text));
}

BOOST_AUTO_TEST_CASE(references_are_found_at_any_depth_and_keys_are_left_alone) {
  const auto value = json::parse(R"({"a":[{"b":"${calls.0.text}"}],"${vars.DATA}":1,"c":true})");
  const auto out = resolve(value, scope());
  BOOST_REQUIRE(out);
  BOOST_TEST(out->dump() == R"({"a":[{"b":"forty-two"}],"${vars.DATA}":1,"c":true})");
}

BOOST_AUTO_TEST_CASE(a_text_that_came_in_is_not_resolved_again) {
  auto all = scope();
  all.calls[0].text = "${vars.DATA}";
  const auto out = resolve(json("say ${calls.0.text}"), all);
  BOOST_REQUIRE(out);
  BOOST_TEST(out->get<std::string>() == "say ${vars.DATA}");
}

BOOST_AUTO_TEST_CASE(only_calls_that_stand_before_may_be_named) {
  BOOST_TEST(reference_fault(json("${calls.0.text}"), 1).empty());
  BOOST_TEST(reference_fault(json("${vars.ANY}"), 0).empty());
  BOOST_TEST(!reference_fault(json("${calls.1.text}"), 1).empty());
  BOOST_TEST(!reference_fault(json::parse(R"([{"a":"${calls.3.text}"}])"), 3).empty());
  BOOST_TEST(!reference_fault(json("${calls.0.txt}"), 3).empty());
}

BOOST_AUTO_TEST_SUITE_END()
