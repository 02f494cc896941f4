#include "actors/event_log.hpp"
#include "actors/start_gate.hpp"
#include "messages/known_secrets.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(gate_and_log)

BOOST_AUTO_TEST_CASE(no_more_than_the_limit_start_at_once_and_the_rest_in_order) {
  start_gate gate{2};
  BOOST_TEST(gate.ask({1, "a", 1}).size() == 1u);
  BOOST_TEST(gate.ask({2, "b", 1}).size() == 1u);
  BOOST_TEST(gate.ask({3, "c", 1}).empty());
  BOOST_TEST(gate.ask({4, "d", 1}).empty());
  const auto next = gate.release({1, "a", 1});
  BOOST_REQUIRE(next.size() == 1u);
  BOOST_TEST(next.front().child == "c");
  BOOST_TEST(gate.under_way() == 2u);
}

BOOST_AUTO_TEST_CASE(a_permit_given_back_twice_frees_one_place) {
  start_gate gate{1};
  gate.ask({1, "a", 1});
  gate.ask({2, "b", 1});
  gate.ask({3, "c", 1});
  BOOST_TEST(gate.release({1, "a", 1}).size() == 1u);
  BOOST_TEST(gate.release({1, "a", 1}).empty());
}

BOOST_AUTO_TEST_CASE(a_dead_asker_leaves_no_permit_behind) {
  start_gate gate{1};
  gate.ask({1, "a", 1});
  gate.ask({1, "a2", 1});
  gate.ask({2, "b", 1});
  const auto next = gate.forget(1);
  BOOST_REQUIRE(next.size() == 1u);
  BOOST_TEST(next.front().child == "b");
  BOOST_TEST(gate.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(events_are_numbered_from_one_without_gaps_and_resume_from_any_number) {
  event_log log{3};
  for (int i = 0; i < 5; ++i) log.append({});
  BOOST_TEST(log.last_number() == 5u);
  const auto numbers_after = [&](std::uint64_t number) {
    std::vector<std::uint64_t> told;
    log.tell_after(number, [&](const event_ptr& x) { told.push_back(x->number); });
    return told;
  };
  BOOST_TEST(numbers_after(0) == std::vector<std::uint64_t>({3, 4, 5}),
             boost::test_tools::per_element());
  BOOST_TEST(numbers_after(4) == std::vector<std::uint64_t>({5}), boost::test_tools::per_element());
  BOOST_TEST(numbers_after(5).empty());
  BOOST_TEST(numbers_after(99).empty());
}

BOOST_AUTO_TEST_CASE(a_kept_event_is_told_again_as_it_came) {
  event_log log{3};
  event content;
  content.at = std::chrono::system_clock::time_point(std::chrono::nanoseconds(1'234'567'890'123));
  content.kind = "server.state";
  content.server = {std::string("fs\0x", 4)};
  content.fields = {{"", "no name"}, {"empty", ""}, {"reason", std::string(70'000, 'r')}};
  // Each length about the ones at which another way to keep it begins.
  for (std::size_t size = 225; size < 260; ++size)
    content.fields[std::to_string(size)] = std::string(size, 's');
  content.fields["pid"] = "ready"; // Words that are kept by their place.
  const auto first = log.append(content);
  std::vector<event_ptr> again;
  log.tell_after(0, [&](event_ptr x) { again.push_back(std::move(x)); });
  BOOST_REQUIRE(again.size() == 1u);
  BOOST_TEST(again[0]->number == first->number);
  BOOST_TEST((again[0]->at == content.at));
  BOOST_TEST(again[0]->kind == content.kind);
  BOOST_TEST(again[0]->server.value == content.server.value);
  BOOST_TEST((again[0]->fields == content.fields));
}

BOOST_AUTO_TEST_CASE(a_secret_is_told_neither_at_once_nor_again) {
  known_secrets::here().add("quince-marmalade");
  event_log log{3};
  event content;
  content.fields = {{"command", "x --key=quince-marmalade -v"}, {"plain", "jam"}};
  const auto told = log.append(content);
  log.tell_after(0, [&](const event_ptr& again) {
    for (const auto& one : {told, again}) {
      BOOST_TEST(one->fields.at("command") == "x --key=[redacted] -v");
      BOOST_TEST(one->fields.at("plain") == "jam");
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
