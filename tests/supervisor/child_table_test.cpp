#include "supervisor/child_table.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace toolscore;

namespace {

child_state state(std::size_t at) {
  return static_cast<child_state>(at);
}
child_input input(std::size_t at) {
  return static_cast<child_input>(at);
}

} // namespace

BOOST_AUTO_TEST_SUITE(child_table)

BOOST_AUTO_TEST_CASE(every_pair_is_listed_once_or_illegal) {
  std::size_t legal = 0;
  for (std::size_t s = 0; s < child_state_count; ++s)
    for (std::size_t i = 0; i < child_input_count; ++i)
      legal += next(state(s), input(i)).has_value();
  BOOST_TEST(legal == legal_pairs()); // Fewer: a pair is listed twice.
}

BOOST_AUTO_TEST_CASE(every_state_can_be_reached_and_left) {
  std::set<child_state> reached{child_state::idle};
  for (std::size_t round = 0; round < child_state_count; ++round)
    for (std::size_t s = 0; s < child_state_count; ++s)
      for (std::size_t i = 0; i < child_input_count; ++i)
        if (reached.count(state(s)) > 0 && next(state(s), input(i)))
          reached.insert(*next(state(s), input(i)));
  BOOST_TEST(reached.size() == child_state_count);
  for (std::size_t s = 0; s < child_state_count; ++s) {
    std::size_t ways = 0;
    for (std::size_t i = 0; i < child_input_count; ++i) {
      const auto to = next(state(s), input(i));
      ways += to && *to != state(s);
    }
    BOOST_TEST(ways > 0u, to_string(state(s)));
  }
}

BOOST_AUTO_TEST_CASE(only_a_permit_spawns_and_nothing_spawns_a_child_that_lives) {
  for (std::size_t s = 0; s < child_state_count; ++s)
    for (std::size_t i = 0; i < child_input_count; ++i) {
      const auto to = next(state(s), input(i));
      if (to != child_state::starting) continue;
      BOOST_TEST((state(s) == child_state::asking_permit && input(i) == child_input::permit));
    }
  BOOST_TEST((!next(child_state::starting, child_input::start)));
  BOOST_TEST((!next(child_state::ready, child_input::start)));
}

BOOST_AUTO_TEST_CASE(every_state_but_finished_can_be_finished) {
  for (std::size_t s = 0; s < child_state_count; ++s) {
    const bool can = next(state(s), child_input::finish) == child_state::finished;
    BOOST_TEST(can == (state(s) != child_state::finished), to_string(state(s)));
  }
}

BOOST_AUTO_TEST_CASE(every_name_is_its_own) {
  std::set<std::string> names;
  for (std::size_t s = 0; s < child_state_count; ++s) names.insert(to_string(state(s)));
  BOOST_TEST(names.size() == child_state_count);
  names.clear();
  for (std::size_t i = 0; i < child_input_count; ++i) names.insert(to_string(input(i)));
  BOOST_TEST(names.size() == child_input_count);
}

BOOST_AUTO_TEST_CASE(an_input_makes_the_running_timer_stale) {
  child_entry child;
  child.timer = 7;
  child.apply(child_input::start);
  BOOST_TEST(child.timer == 0u);
}

BOOST_AUTO_TEST_CASE(children_keep_their_order_and_their_addresses) {
  toolscore::child_table<child_entry> table;
  for (const char* id : {"a", "b", "c"}) {
    auto child = std::make_unique<child_entry>();
    child->id = id;
    table.add(std::move(child));
  }
  auto* c = table.find("c");
  BOOST_TEST(table.place(*c) == 2u);
  table.erase("b");
  BOOST_TEST(table.find("c") == c);
  BOOST_TEST(table.place(*c) == 1u);
  BOOST_TEST(table.find("b") == nullptr);
  BOOST_TEST(!table.any_alive());
}

BOOST_AUTO_TEST_CASE(each_of_few_and_of_many_children_is_found) {
  toolscore::child_table<child_entry> table;
  std::vector<child_entry*> added;
  for (int count = 1; count <= 40; ++count) {
    auto child = std::make_unique<child_entry>();
    child->id = "c" + std::to_string(count);
    added.push_back(&table.add(std::move(child)));
    for (const auto* one : added) BOOST_TEST(table.find(one->id) == one);
  }
  for (const auto* one : added) {
    const auto id = one->id;
    table.erase(id);
    BOOST_TEST(table.find(id) == nullptr);
  }
  BOOST_TEST(table.size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
