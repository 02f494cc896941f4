#include "actors/call_table.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const call_table::clock::time_point t0{1h};

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
  BOOST_TEST(!table.asker(1, t0).has_value());
  const auto id = table.enter(call_of(1));
  table.enter(call_of(2));
  BOOST_TEST((table.asker(1, t0) == id));
  BOOST_TEST(!table.asker(3, t0).has_value());
}

BOOST_AUTO_TEST_CASE(of_one_session_it_is_the_oldest) {
  call_table table{8};
  const auto oldest = table.enter(call_of(1, "a"));
  for (int i = 0; i < 5; ++i) table.enter(call_of(1, "a"));
  BOOST_TEST((table.asker(1, t0) == oldest));
}

BOOST_AUTO_TEST_CASE(of_several_or_of_unknown_callers_it_is_nobody) {
  for (const auto& [first, second] : {std::pair{"a", "b"}, {"a", ""}, {"", "a"}, {"", ""}}) {
    call_table table{8};
    table.enter(call_of(1, first));
    table.enter(call_of(1, second));
    BOOST_TEST(!table.asker(1, t0).has_value(), first << "|" << second);
  }
  call_table table{8};
  table.enter(call_of(1, "a"));
  table.enter(call_of(1, "a"));
  table.enter(call_of(1, "b"));
  BOOST_TEST(!table.asker(1, t0).has_value());
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
    BOOST_TEST(table.asker(1, t0).has_value() == may, method);
  }
  call_table table{8};
  const auto id = table.enter(call_of(1, "a"));
  table.enter(call_of(1, "b", "tools/list")); // Of others, and no matter.
  auto own = call_of(1);
  own.own = own_request::ping;
  table.enter(std::move(own));
  BOOST_TEST((table.asker(1, t0) == id));
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

BOOST_AUTO_TEST_CASE(a_call_that_was_given_up_makes_the_next_ones_word_uncertain_for_a_while) {
  for (const bool answered : {false, true}) {
    call_table table{8};
    const auto first = table.enter(call_of(1, "a"));
    table.give_up(first, *table.take(first), t0);
    const auto next = table.enter(call_of(1, "b"));
    BOOST_TEST(!table.asker(1, t0).has_value());
    BOOST_TEST(table.was_given_up(1, t0));
    BOOST_TEST(!table.was_given_up(2, t0));
    const auto until = t0 + call_table::given_up_memory;
    BOOST_TEST(!table.asker(1, until - 1ms).has_value());
    if (answered) table.answered_late(first);
    BOOST_TEST(table.asker(1, until - 1ms).has_value() == answered);
    BOOST_TEST((table.asker(1, until) == next));
  }
}

BOOST_AUTO_TEST_CASE(what_was_given_up_matters_to_no_call_of_the_same_session_nor_elsewhere) {
  call_table table{8};
  const auto first = table.enter(call_of(1, "a"));
  table.give_up(first, *table.take(first), t0);
  const auto list = table.enter(call_of(2, "b", "tools/list"));
  table.give_up(list, *table.take(list), t0); // In it no server asks.
  const auto same = table.enter(call_of(1, "a"));
  const auto other = table.enter(call_of(2, "b"));
  BOOST_TEST((table.asker(1, t0) == same));
  BOOST_TEST((table.asker(2, t0) == other));
  table.take(same);
  table.take_instance(1);
  const auto after = table.enter(call_of(1, "c"));
  BOOST_TEST((table.asker(1, t0) == after));
}

BOOST_AUTO_TEST_CASE(where_more_are_given_up_than_are_kept_nothing_is_certain) {
  call_table table{8};
  for (int i = 0; i < 300; ++i) {
    const auto id = table.enter(call_of(1, "a"));
    table.give_up(id, *table.take(id), t0);
  }
  table.enter(call_of(2, "b"));
  BOOST_TEST(!table.asker(2, t0).has_value());
  BOOST_TEST(table.asker(2, t0 + call_table::given_up_memory).has_value());
}

BOOST_AUTO_TEST_CASE(it_is_known_whether_anybody_could_be_asked) {
  call_table table{8};
  table.enter(call_of(1, "a", "tools/list"));
  BOOST_TEST(!table.may_be_asked(1));
  table.enter(call_of(1, "a"));
  table.enter(call_of(1, "b"));
  BOOST_TEST(table.may_be_asked(1));
  BOOST_TEST(!table.may_be_asked(2));
  BOOST_TEST(table.in_flight_of("a") == 2u);
  BOOST_TEST(table.in_flight_of("b") == 1u);
  BOOST_TEST(table.in_flight_of("c") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
