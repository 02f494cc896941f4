#include "mcp/state_seal.hpp"

#include "mcp/json_digest.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace toolscore::mcp;

namespace {

constexpr mac_key one{1, 2};
constexpr mac_key two{3, 4};
const state_seal seal{one, two};

call_identity a_call() {
  return {"ann", "/mcp", "tools/call", "fs__read", R"({"path":"/x","deep":[1,{"a":null}]})"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(state_seals)

BOOST_AUTO_TEST_CASE(what_was_sealed_is_opened_to_the_byte) {
  for (const std::string& state : {std::string("s"), std::string(), std::string("a\"b\\\n\xc3\xa9"),
                                   std::string("toolscore-2.x"), std::string(100'000, 'x')}) {
    const auto sealed = seal.seal(state, a_call(), "fs", 1'000);
    BOOST_TEST(sealed.starts_with("toolscore-2."));
    const auto opened = seal.open(sealed, a_call(), "fs", 999);
    BOOST_TEST_REQUIRE(opened.has_value());
    BOOST_TEST((*opened == state));
  }
}

BOOST_AUTO_TEST_CASE(it_is_good_until_its_time_and_not_longer) {
  const auto sealed = seal.seal("s", a_call(), "fs", 1'000);
  BOOST_TEST(seal.open(sealed, a_call(), "fs", 0).has_value());
  BOOST_TEST(!seal.open(sealed, a_call(), "fs", 1'000).has_value());
}

BOOST_AUTO_TEST_CASE(it_is_good_for_its_call_alone) {
  const auto sealed = seal.seal("s", a_call(), "fs", 1'000);
  const auto opens = [&](const call_identity& call, std::string_view server = "fs") {
    return seal.open(sealed, call, server, 1).has_value();
  };
  BOOST_TEST(opens(a_call()));
  BOOST_TEST(!opens(a_call(), "db"));
  auto call = a_call();
  call.principal = "bob";
  BOOST_TEST(!opens(call));
  call = a_call();
  call.path = "/mcp/@team";
  BOOST_TEST(!opens(call));
  call = a_call();
  call.method = "prompts/get";
  BOOST_TEST(!opens(call));
  call = a_call();
  call.name = "fs__write";
  BOOST_TEST(!opens(call));
  call = a_call();
  call.arguments = R"({"path":"/y","deep":[1,{"a":null}]})";
  BOOST_TEST(!opens(call));
  call.arguments.clear();
  BOOST_TEST(!opens(call));
  // The parts may not flow into each other.
  call = a_call();
  call.principal = "an";
  call.path = "n/mcp";
  BOOST_TEST(!opens(call));
  // As another writer would write it.
  call = a_call();
  call.arguments = "{ \"deep\" : [1, {\"\\u0061\":null}],\n\"path\":\"\\/x\"}";
  BOOST_TEST(opens(call));
}

BOOST_AUTO_TEST_CASE(whoever_changes_a_letter_of_it_has_nothing) {
  const auto sealed = seal.seal("state", a_call(), "fs", 1'000);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto forged = sealed;
    forged[at] = forged[at] == '1' ? '2' : '1';
    BOOST_TEST(!seal.open(forged, a_call(), "fs", 1).has_value(), forged);
    BOOST_TEST(!seal.open(sealed.substr(0, at), a_call(), "fs", 1).has_value(), at);
  }
  BOOST_TEST(!seal.open(sealed + "x", a_call(), "fs", 1).has_value());
  for (const char* other : {"", "state", "toolscore-2.", "toolscore-1.abc"})
    BOOST_TEST(!seal.open(other, a_call(), "fs", 1).has_value(), other);
}

BOOST_AUTO_TEST_CASE(each_half_of_the_seal_counts) {
  const auto sealed = seal.seal("s", a_call(), "fs", 1'000);
  BOOST_TEST(!state_seal(one, {3, 5}).open(sealed, a_call(), "fs", 1).has_value());
  BOOST_TEST(!state_seal({9, 2}, two).open(sealed, a_call(), "fs", 1).has_value());
}

BOOST_AUTO_TEST_CASE(a_digest_is_of_the_value_and_not_of_its_writing) {
  const auto same = [](const char* a, const char* b) {
    return json_digest(one, a) == json_digest(one, b);
  };
  BOOST_TEST(same(R"({"a":1,"b":[true,null]})", "{ \"b\":[ true , null ],\t\"\\u0061\":1}"));
  BOOST_TEST(same("\"\\u0041\\/\"", "\"A/\""));
  BOOST_TEST(same("", "{}"));
  BOOST_TEST(json_digest(one, "{}") != json_digest(two, "{}"));
}

BOOST_AUTO_TEST_CASE(no_two_of_these_values_have_one_digest) {
  std::set<std::uint64_t> seen;
  std::size_t count = 0;
  for (const char* value : {"{}",
                            "[]",
                            "[{}]",
                            "[[]]",
                            "null",
                            "true",
                            "false",
                            "0",
                            "1",
                            "10",
                            "1.0",
                            "-1",
                            "\"\"",
                            "\"1\"",
                            "\"null\"",
                            "[1]",
                            "[1,2]",
                            "[2,1]",
                            "[1,1]",
                            "[[1],2]",
                            "[1,[2]]",
                            "[\"1\"]",
                            R"({"a":1})",
                            R"({"a":"1"})",
                            R"({"1":"a"})",
                            R"({"a":2})",
                            R"({"b":1})",
                            R"({"a":1,"b":2})",
                            R"({"a":2,"b":1})",
                            R"({"a":{"b":1}})",
                            R"({"a":{},"b":1})",
                            R"({"a":[1]})",
                            R"({"a":1,"a":1})",
                            R"([{"a":1}])",
                            R"({"":1})",
                            R"({"":{}})"}) {
    seen.insert(json_digest(one, value));
    ++count;
  }
  BOOST_TEST(seen.size() == count);
}

BOOST_AUTO_TEST_SUITE_END()
