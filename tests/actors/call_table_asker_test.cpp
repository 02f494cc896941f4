#include "actors/call_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

pending_call call_of(std::uint64_t instance, const std::string& session = {},
                     const std::string& method = "tools/call") {
  pending_call call;
  call.instance = instance;
  call.request.method = method;
  if (!session.empty())
    call.request.from = std::make_shared<const caller>(caller{session, "local", {}, {}});
  return call;
}

} // namespace

BOOST_AUTO_TEST_SUITE(call_table_asker)

BOOST_AUTO_TEST_CASE(the_only_call_of_an_instance_is_the_asker_whoever_made_it) {
  call_table table{8};
  BOOST_TEST(!table.asker(1).has_value());
  const auto id = table.enter(call_of(1));
  table.enter(call_of(2));
  BOOST_TEST((table.asker(1) == id));
  BOOST_TEST(!table.asker(3).has_value());
}

BOOST_AUTO_TEST_CASE(of_one_session_it_is_the_oldest) {
  call_table table{8};
  const auto oldest = table.enter(call_of(1, "a"));
  for (int i = 0; i < 5; ++i) table.enter(call_of(1, "a"));
  BOOST_TEST((table.asker(1) == oldest));
}

BOOST_AUTO_TEST_CASE(of_several_or_of_unknown_callers_it_is_nobody) {
  for (const auto& [first, second] : {std::pair{"a", "b"}, {"a", ""}, {"", "a"}, {"", ""}}) {
    call_table table{8};
    table.enter(call_of(1, first));
    table.enter(call_of(1, second));
    BOOST_TEST(!table.asker(1).has_value(), first << "|" << second);
  }
  call_table table{8};
  table.enter(call_of(1, "a"));
  table.enter(call_of(1, "a"));
  table.enter(call_of(1, "b"));
  BOOST_TEST(!table.asker(1).has_value());
}

BOOST_AUTO_TEST_CASE(only_three_methods_may_be_asked_in) {
  for (const auto& [method, may] : {std::pair{"tools/call", true},
                                    {"prompts/get", true},
                                    {"resources/read", true},
                                    {"tools/list", false},
                                    {"completion/complete", false},
                                    {"logging/setLevel", false}}) {
    call_table table{8};
    table.enter(call_of(1, "a", method));
    BOOST_TEST(table.asker(1).has_value() == may, method);
  }
  call_table table{8};
  const auto id = table.enter(call_of(1, "a"));
  table.enter(call_of(1, "b", "tools/list")); // Of others, and no matter.
  auto own = call_of(1);
  own.own = own_request::ping;
  table.enter(std::move(own));
  BOOST_TEST((table.asker(1) == id));
}

BOOST_AUTO_TEST_CASE(a_question_is_found_by_its_raw_id_and_its_instance) {
  call_table table{8};
  auto call = call_of(1, "a");
  call.questions = {{"1", 10}, {"\"1\"", 11}};
  const auto id = table.enter(std::move(call));
  auto other = call_of(2, "b");
  other.questions = {{"1", 12}};
  table.enter(std::move(other));
  BOOST_TEST(table.with_question(1, "\"1\"") == table.find(id));
  BOOST_TEST(table.with_question(1, "1") == table.find(id));
  BOOST_TEST(table.with_question(1, "2") == nullptr);
  BOOST_TEST(table.with_question(3, "1") == nullptr);
  BOOST_TEST(table.with_question(2, "1") != table.find(id));
}

BOOST_AUTO_TEST_SUITE_END()
