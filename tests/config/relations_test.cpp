#include "config/relations.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>

using namespace toolscore;
using strings = std::vector<std::string>;

namespace {

/// "a: b c" per line of needs, all `ready`.
relations related(const std::map<std::string, strings>& needs,
                  std::vector<group_spec> groups = {}) {
  relations all;
  for (const auto& [server, others] : needs) {
    auto& mine = all.needs[server];
    for (const auto& other : others) mine.emplace(other, dependency_condition::ready);
  }
  all.groups = std::move(groups);
  return all;
}

std::string joined(const strings& all) {
  std::string out;
  for (const auto& x : all) out += (out.empty() ? "" : " ") + x;
  return out;
}

std::string joined(const std::vector<strings>& levels) {
  std::string out;
  for (const auto& level : levels) out += (out.empty() ? "" : " | ") + joined(level);
  return out;
}

const std::map<std::string, strings> diamond{
    {"db", {}}, {"cache", {"db"}}, {"queue", {"db"}}, {"web", {"cache", "queue"}}, {"other", {}}};

/// The order in which a sequence stops all, each at once when it may.
std::string stop_order(const relations& all, const std::set<std::string>& running) {
  stop_sequence sequence(all, running);
  auto now = sequence.begin();
  std::vector<strings> steps;
  while (!now.empty()) {
    steps.push_back(now);
    strings next;
    for (const auto& server : now)
      for (auto& freed : sequence.stopped(server)) next.push_back(std::move(freed));
    now = std::move(next);
  }
  BOOST_TEST(sequence.done());
  return joined(steps);
}

} // namespace

BOOST_AUTO_TEST_SUITE(relations)

BOOST_AUTO_TEST_CASE(a_fault_is_named_with_its_place) {
  struct row {
    std::map<std::string, strings> needs;
    const char* path;
    const char* what;
  };
  const row rows[]{
      {{{"web", {"bd"}}, {"bdx", {}}, {"db", {}}},
       "depends_on.bd",
       "no server \"bd\"; did you mean"},
      {{{"web", {"nowhere"}}}, "depends_on.nowhere", "there is no server \"nowhere\""},
      {{{"a", {"a"}}}, "depends_on.a", "\"a\" depends on itself (a -> a)"},
      {{{"a", {"b"}}, {"b", {"a"}}}, "depends_on.b", "(a -> b -> a)"},
      {{{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}, {"d", {}}}, "depends_on.c", "(b -> c -> b)"},
      {{{"a", {"d", "z"}}, {"d", {}}, {"m", {"a"}}, {"z", {"m"}}},
       "depends_on.z",
       "(a -> z -> m -> a)"},
  };
  for (const auto& [needs, path, what] : rows) {
    const auto fault = fault_of(related(needs));
    BOOST_REQUIRE(fault);
    BOOST_TEST(fault->path == path);
    BOOST_TEST(fault->what.find(what) != std::string::npos, fault->what << " lacks " << what);
  }
  BOOST_TEST(!fault_of(related(diamond)));
  BOOST_TEST(!fault_of(related({})));
}

BOOST_AUTO_TEST_CASE(who_is_added_answers_for_no_fault_but_its_own) {
  const auto broken = related({{"web", {"gone"}}, {"fs", {}}, {"new", {"fs"}}});
  BOOST_REQUIRE(fault_of(broken));
  BOOST_TEST(!fault_of_added(broken, "new"));
  BOOST_TEST(!fault_of_added(related({{"web", {"gone"}}, {"gone", {}}}), "gone"));
  const auto own = fault_of_added(related({{"web", {"gone"}}, {"new", {"gone"}}}), "new");
  BOOST_REQUIRE(own);
  BOOST_TEST(own->server == "new");
  // It brings back what was gone, and needs what has waited for it.
  BOOST_TEST(bool(fault_of_added(related({{"web", {"gone"}}, {"gone", {"web"}}}), "gone")));
}

BOOST_AUTO_TEST_CASE(a_level_needs_former_levels_alone) {
  BOOST_TEST(joined(start_levels(related(diamond))) == "db other | cache queue | web");
  BOOST_TEST(joined(start_levels(related({{"a", {}}, {"b", {}}}))) == "a b");
  BOOST_TEST(joined(start_levels(related({{"a", {"b"}}, {"b", {"c"}}, {"c", {}}}))) == "c | b | a");
}

BOOST_AUTO_TEST_CASE(a_server_stops_after_all_that_depend_on_it) {
  const auto all = related(diamond);
  BOOST_TEST(stop_order(all, {"db", "cache", "queue", "web", "other"}) ==
             "other web | cache queue | db");
  // One that does not run hides nothing: the order goes through it.
  BOOST_TEST(stop_order(all, {"db", "web"}) == "web | db");
  BOOST_TEST(stop_order(all, {"cache", "queue"}) == "cache queue");
  BOOST_TEST(stop_order(all, {}) == "");
}

BOOST_AUTO_TEST_CASE(a_server_is_not_freed_while_one_of_its_dependents_is_left) {
  stop_sequence sequence(related(diamond), {"db", "cache", "queue", "web"});
  BOOST_TEST(joined(sequence.begin()) == "web");
  BOOST_TEST(joined(sequence.stopped("web")) == "cache queue");
  BOOST_TEST(joined(sequence.stopped("web")) == "");
  BOOST_TEST(joined(sequence.stopped("queue")) == "");
  BOOST_TEST(!sequence.done());
  BOOST_TEST(joined(sequence.stopped("cache")) == "db");
  BOOST_TEST(joined(sequence.stopped("stranger")) == "");
  BOOST_TEST(joined(sequence.stopped("db")) == "");
  BOOST_TEST(sequence.done());
}

BOOST_AUTO_TEST_CASE(a_restart_concerns_what_the_groups_say) {
  struct row {
    std::vector<group_spec> groups;
    const char* server;
    const char* stop;
    const char* start;
  };
  const group_spec one{"g", {"web", "cache", "queue", "db"}, strategy::one_for_one};
  const group_spec every{"g", {"web", "cache", "queue", "db"}, strategy::one_for_all};
  const group_spec rest{"g", {"web", "cache", "queue", "db"}, strategy::rest_for_one};
  const group_spec through{"g", {"web", "db"}, strategy::rest_for_one};
  const group_spec listed{"l", {"other", "cache", "queue"}, strategy::rest_for_one};
  const row rows[]{
      {{one}, "db", "", ""},
      {{}, "db", "", ""},
      {{every}, "cache", "web queue db", "db cache queue web"},
      {{every}, "other", "", ""},
      {{rest}, "db", "web queue cache", "db cache queue web"},
      {{rest}, "cache", "web", "cache web"},
      {{rest}, "web", "", ""},
      // Through servers that are not in the group.
      {{through}, "db", "web", "db web"},
      // Without a dependency inside the group its written order counts.
      {{listed}, "other", "queue cache", "other cache queue"},
      {{listed}, "queue", "", ""},
      {{through, listed}, "db", "web", "db web"},
      {{every, listed}, "cache", "web queue db", "db cache queue web"},
  };
  for (const auto& [groups, server, stop, start] : rows) {
    const auto plan = plan_group_restart(related(diamond, groups), server);
    BOOST_TEST(joined(plan.stop) == stop, server << ": " << joined(plan.stop));
    BOOST_TEST(joined(plan.start) == start, server << ": " << joined(plan.start));
  }
}

BOOST_AUTO_TEST_CASE(dependents_are_found_through_others_and_in_cycles_too) {
  const auto all = related(diamond);
  BOOST_TEST((dependents_of(all, "db") == std::set<std::string>{"cache", "queue", "web"}));
  BOOST_TEST(dependents_of(all, "web").empty());
  const auto cyclic = related({{"a", {"b"}}, {"b", {"a"}}});
  BOOST_TEST((dependents_of(cyclic, "a") == std::set<std::string>{"b"}));
}

BOOST_AUTO_TEST_CASE(a_chain_of_4096_is_no_work) {
  std::map<std::string, strings> needs;
  std::set<std::string> running;
  for (int i = 0; i < 4096; ++i) {
    needs["s" + std::to_string(i)] = i == 0 ? strings{} : strings{"s" + std::to_string(i - 1)};
    running.insert("s" + std::to_string(i));
  }
  const auto all = related(needs);
  BOOST_TEST(!fault_of(all));
  BOOST_TEST(start_levels(all).size() == 4096u);
  stop_sequence sequence(all, running);
  auto now = sequence.begin();
  for (int i = 4095; i >= 0; --i) {
    BOOST_REQUIRE(joined(now) == "s" + std::to_string(i));
    now = sequence.stopped(now.front());
  }
  BOOST_TEST(sequence.done());
}

BOOST_AUTO_TEST_SUITE_END()
