#include "runners/isolation_paths.hpp"
#include "runners/isolation_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace toolscore;
using spawner::hold;

namespace {

using orders = std::vector<std::string>;

const isolation_facts everything{hold::pid_namespace, {7, 1, 1}};

isolation_policy level(isolation_level x) {
  isolation_policy asked;
  asked.level = x;
  return asked;
}

/// "default".
const auto usual = level(isolation_level::standard);

launch_plan plan_with(isolation_policy asked) {
  launch_plan plan;
  plan.argv = {"/opt/x/server", "/data"};
  plan.env = {{"PATH", "/state/installs/k/bin:/usr/bin:relative:/"}, {"HOME", "/home/u"}};
  plan.cwd = "/state/servers/fs";
  plan.isolation = {std::move(asked), "/state", "/state/servers/fs", "/state/installs/k"};
  return plan;
}

isolation_plan made(const launch_plan& plan, const isolation_facts& facts = everything) {
  auto found = plan_isolation(plan, facts);
  BOOST_REQUIRE_MESSAGE(found, (found ? "" : found.failure().detail));
  return std::move(*found);
}

bool holds(const orders& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::size_t place(const orders& all, const std::string& one) {
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), one) - all.begin());
}

std::string joined(const orders& all) {
  std::string text;
  for (const auto& one : all) text += one + " | ";
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(isolation_plan)

BOOST_AUTO_TEST_CASE(none_does_nothing_and_waits_for_nothing) {
  const auto plan = plan_with(level(isolation_level::none));
  BOOST_TEST(!wants_isolation(plan.isolation));
  const auto found = made(plan, {});
  BOOST_TEST(found.orders.empty());
  BOOST_TEST(found.in_force.empty());
  BOOST_TEST(!wants_isolation(launch_isolation{})); // Of an install step.
}

BOOST_AUTO_TEST_CASE(the_default_hides_the_state_and_shows_what_is_the_servers_own) {
  const auto found = made(plan_with(usual));
  const orders expected{
      "m/state/servers/fs", "g/state/installs/k", "g/state/servers/fs", "t/state", "p", "l/state"};
  BOOST_TEST(found.orders == expected, joined(found.orders));
  BOOST_TEST(found.in_force == "state hidden");
  BOOST_TEST(found.not_given.empty());
}

BOOST_AUTO_TEST_CASE(what_only_a_default_asks_in_vain_is_told) {
  const auto found = made(plan_with(usual), {hold::sweep, {}});
  BOOST_TEST(found.orders.empty());
  BOOST_TEST(found.in_force.empty());
  BOOST_TEST(found.not_given == "hiding the node's state: it takes a mount namespace");
}

BOOST_AUTO_TEST_CASE(what_lies_in_the_state_and_is_needed_stays_in_sight) {
  auto plan = plan_with(usual);
  plan.env["NOTIFY_SOCKET"] = "/state/run/7.ns";
  plan.env["HOME"] = "/state/home";
  plan.cwd = "/state/installs/k/checkout";
  auto found = made(plan);
  for (const char* one : {"g/state/run/7.ns", "g/state/home", "g/state/installs/k"})
    BOOST_TEST(holds(found.orders, one), one << " in " << joined(found.orders));
  BOOST_TEST(!holds(found.orders, "g/state/installs/k/checkout")); // Comes with the install.
  BOOST_TEST(!holds(found.orders, "m/state/servers/fs"));          // Nobody has asked for it.
  plan.env["HOME"] = "/state";
  found = made(plan);
  BOOST_TEST(found.orders.empty(), joined(found.orders));
  BOOST_TEST(found.not_given.starts_with("hiding the node's state: "), found.not_given);
}

BOOST_AUTO_TEST_CASE(a_name_that_only_begins_like_the_state_is_not_in_it) {
  BOOST_TEST(!is_within("/state-of-mine", "/state"));
  BOOST_TEST(is_within("/state", "/state"));
  BOOST_TEST(is_within("/state/x", "/state"));
  BOOST_TEST(is_within("/x", "/"));
  BOOST_TEST(!is_within("/x", ""));
}

BOOST_AUTO_TEST_CASE(strict_is_all_of_it_in_an_order_that_can_be_carried_out) {
  const auto found = made(plan_with(level(isolation_level::strict)));
  const auto& all = found.orders;
  BOOST_TEST(found.in_force ==
             "state hidden, own /tmp, /run hidden, no network, landlock 7 (reads, "
             "writes), no capabilities, seccomp");
  // What it may only read is so by its mount, too.
  BOOST_TEST(holds(all, "G/state/installs/k"), joined(all));
  BOOST_TEST(holds(all, "g/state/servers/fs"));
  BOOST_TEST(holds(all, "r/opt/x/server"));
  BOOST_TEST(holds(all, "r/state/installs/k/bin"));
  BOOST_TEST(holds(all, "r/usr"));
  BOOST_TEST(holds(all, "w/state/servers/fs"));
  BOOST_TEST(!holds(all, "r/"));
  BOOST_TEST(!holds(all, "r/data"));
  BOOST_TEST(!holds(all, "r/home/u"));
  BOOST_TEST(holds(all, "hffff 3"));
  for (const auto& [first, then] : {std::pair{"m/state/servers/fs", "g/state/servers/fs"},
                                    {"g/state/servers/fs", "t/state"},
                                    {"t/state", "p"},
                                    {"p", "l/state"},
                                    {"l/state", "T/tmp"},
                                    {"T/tmp", "hffff 3"},
                                    {"hffff 3", "r/usr"},
                                    {"w/state/servers/fs", "L"},
                                    {"L", "c"},
                                    {"c", "s"}})
    BOOST_TEST(place(all, first) < place(all, then), first << " before " << then);
}

BOOST_AUTO_TEST_CASE(a_state_below_tmp_is_hidden_with_it_or_by_itself_where_a_home_shows_it_again) {
  auto plan = plan_with(level(isolation_level::strict));
  plan.isolation = {plan.isolation.asked, "/tmp/n/state", "/tmp/n/state/servers/fs", {}};
  plan.cwd = "/tmp/n/state/servers/fs";
  auto found = made(plan);
  BOOST_TEST(!holds(found.orders, "t/tmp/n/state"), joined(found.orders));
  BOOST_TEST(found.in_force.starts_with("state hidden"));
  plan.env["HOME"] = "/tmp/n";
  found = made(plan);
  BOOST_TEST(holds(found.orders, "t/tmp/n/state"), joined(found.orders));
  BOOST_TEST(place(found.orders, "t/tmp/n/state") < place(found.orders, "T/tmp"));
}

BOOST_AUTO_TEST_CASE(
    what_is_named_is_seen_and_what_is_to_be_written_in_what_is_read_stands_by_itself) {
  auto asked = level(isolation_level::strict);
  asked.read = {"/tmp/in", "/run"};
  asked.write = {"/tmp/in/out", "/data"};
  const auto all = made(plan_with(asked)).orders;
  for (const char* one :
       {"G/tmp/in", "g/tmp/in/out", "R/tmp/in", "W/tmp/in/out", "W/data", "R/run"})
    BOOST_TEST(holds(all, one), one << " in " << joined(all));
  BOOST_TEST(!holds(all, "t/run"));
}

BOOST_AUTO_TEST_CASE(paths_alone_limit_what_they_are_about) {
  auto asked = usual;
  asked.write = {"/data"};
  auto found = made(plan_with(asked));
  BOOST_TEST(found.in_force == "state hidden, landlock 7 (writes)");
  BOOST_TEST(holds(found.orders, "hfff2 0"), joined(found.orders));
  BOOST_TEST(holds(found.orders, "w/tmp"));
  asked.write.clear();
  asked.read = {"/data"};
  found = made(plan_with(asked));
  BOOST_TEST(found.in_force == "state hidden, landlock 7 (reads)");
  BOOST_TEST(holds(found.orders, "hd 0"), joined(found.orders));
  // Without a namespace, too.
  asked.level = isolation_level::none;
  BOOST_TEST(made(plan_with(asked), {hold::sweep, {1, 0, 0}}).in_force == "landlock 1 (reads)");
}

BOOST_AUTO_TEST_CASE(an_older_kernel_is_asked_for_what_it_knows) {
  const std::pair<std::uint32_t, const char*> rows[] = {
      {1, "h1fff 0"}, {2, "h3fff 0"}, {3, "h7fff 0"}, {4, "h7fff 0"},
      {5, "hffff 0"}, {6, "hffff 3"}, {9, "hffff 3"}};
  for (const auto& [version, expected] : rows) {
    auto facts = everything;
    facts.able.landlock = version;
    const auto all = made(plan_with(level(isolation_level::strict)), facts).orders;
    BOOST_TEST(holds(all, expected), version << ": " << joined(all));
  }
}

BOOST_AUTO_TEST_CASE(a_network_is_one_of_its_own_or_the_hosts) {
  for (const auto& [network, expected, words] :
       {std::tuple{network_access::none, "n", "no network"},
        std::tuple{network_access::loopback, "N", "own loopback"}}) {
    auto asked = level(isolation_level::none);
    asked.network = network;
    const auto found = made(plan_with(asked));
    BOOST_TEST(found.orders == orders{expected});
    BOOST_TEST(found.in_force == words);
  }
  auto asked = level(isolation_level::strict);
  asked.network = network_access::full;
  const auto all = made(plan_with(asked)).orders;
  BOOST_TEST(!holds(all, "n"));
  BOOST_TEST(holds(all, "r/run/systemd/resolve"));
}

BOOST_AUTO_TEST_CASE(what_was_asked_and_cannot_be_had_is_one_line_that_says_what_to_do) {
  auto cut = level(isolation_level::none);
  cut.network = network_access::none;
  auto tmp = level(isolation_level::none);
  tmp.own_tmp = true;
  auto paths = level(isolation_level::none);
  paths.read = {"/data"};
  const auto strict = level(isolation_level::strict);
  struct row {
    isolation_policy asked;
    isolation_facts facts;
    const char* told;
  };
  const row rows[] = {
      {strict, {hold::sweep, {7, 1, 1}}, "\"strict\" takes a PID and mount namespace"},
      {strict, {hold::user_namespace, {0, 1, 1}}, "\"strict\" takes Landlock"},
      {strict, {hold::user_namespace, {7, 0, 1}}, "\"strict\" takes seccomp filters"},
      {strict,
       {hold::user_namespace, {7, 1, 0}},
       "\"network\": \"none\" takes a network namespace"},
      {cut, {hold::sweep, {7, 1, 1}}, "\"network\": \"none\" takes a network namespace"},
      {tmp, {hold::sweep, {7, 1, 1}}, "\"private_tmp\" takes a mount namespace"},
      {paths, {hold::pid_namespace, {0, 1, 1}}, "\"paths\" takes Landlock"},
  };
  for (const auto& [asked, facts, told] : rows) {
    const auto found = plan_isolation(plan_with(asked), facts);
    BOOST_REQUIRE_MESSAGE(!found, told);
    const auto& detail = found.failure().detail;
    BOOST_TEST((found.failure().code == errc::spawn_failed));
    BOOST_TEST(detail.find(told) != detail.npos, detail);
    BOOST_TEST(detail.starts_with("cannot start '/opt/x/server': "), detail);
    BOOST_TEST(detail.find("; ") != detail.npos, detail);
    BOOST_TEST(detail.find('\n') == detail.npos, detail);
  }
}

BOOST_AUTO_TEST_CASE(more_paths_than_can_be_shown_are_refused) {
  auto asked = level(isolation_level::strict);
  for (int at = 0; at < 200; ++at) asked.read.push_back("/tmp/" + std::to_string(at));
  BOOST_TEST(!plan_isolation(plan_with(asked), everything));
}

BOOST_AUTO_TEST_CASE(every_order_has_words) {
  for (const auto& order : made(plan_with(level(isolation_level::strict))).orders)
    BOOST_TEST(words_for_order(order) != "its isolation", order);
  BOOST_TEST(words_for_order("") == "its isolation");
}

BOOST_AUTO_TEST_CASE(what_strict_would_take_away_is_told_for_each_thing) {
  const auto plan = plan_with(usual);
  const auto gaps = strict_gaps(plan, true, true);
  BOOST_TEST_REQUIRE(gaps.size() == 3u);
  BOOST_TEST(gaps[2].find("/data") != std::string::npos, gaps[2]);
  auto given = plan_with(usual);
  given.isolation.asked.network = network_access::full;
  given.isolation.asked.write = {"/data"};
  BOOST_TEST(strict_gaps(given, true, true).empty());
}

BOOST_AUTO_TEST_SUITE_END()
