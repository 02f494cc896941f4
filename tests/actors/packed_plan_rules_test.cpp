#include "actors/packed_plan.hpp"
#include "messages/http_place.hpp"

#include <boost/test/unit_test.hpp>

namespace toolscore::test {
namespace {

/// With no member as a plan begins, so that each that is left out is missed.
launch_plan full_plan() {
  launch_plan plan;
  plan.argv = {"/bin/x", "", "two words", std::string("a\0b", 3)};
  plan.env = {{"HOME", "/home/x"}, {"PATH", "/bin:/usr/bin"}, {"EMPTY", ""}};
  plan.cwd = "/state/servers/x";
  plan.own_cwd = true;
  plan.stderr_log = "/state/logs/x.log";
  plan.name = "x";
  plan.limits = {1U << 30U, 1.5, 77, false, 1234};
  auto& asked = plan.isolation.asked;
  asked.level = isolation_level::strict;
  asked.network = network_access::loopback;
  asked.own_tmp = false;
  asked.no_new_privs = false;
  asked.read = {"/data", "/more"};
  asked.write = {"/out"};
  plan.isolation.state_dir = "/state";
  plan.isolation.own_dir = "/state/servers/x";
  plan.isolation.install_dir = "/state/installs/x";
  return plan;
}

void check_same(const launch_plan& a, const launch_plan& b) {
  BOOST_TEST((a.argv == b.argv));
  BOOST_TEST((a.env == b.env));
  BOOST_TEST(a.cwd == b.cwd);
  BOOST_TEST(a.own_cwd == b.own_cwd);
  BOOST_TEST(a.stderr_log == b.stderr_log);
  BOOST_TEST(a.name == b.name);
  BOOST_TEST(a.limits.memory_bytes == b.limits.memory_bytes);
  BOOST_TEST(a.limits.cpu == b.limits.cpu);
  BOOST_TEST(a.limits.pids == b.limits.pids);
  BOOST_TEST(a.limits.pids_required == b.limits.pids_required);
  BOOST_TEST(a.limits.files == b.limits.files);
  BOOST_TEST((a.isolation.asked == b.isolation.asked));
  BOOST_TEST(a.isolation.state_dir == b.isolation.state_dir);
  BOOST_TEST(a.isolation.own_dir == b.isolation.own_dir);
  BOOST_TEST(a.isolation.install_dir == b.isolation.install_dir);
}

} // namespace

BOOST_AUTO_TEST_SUITE(packed_plan_rules)

BOOST_AUTO_TEST_CASE(every_member_of_a_plan_comes_back_as_it_was) {
  for (const auto& plan : {full_plan(), launch_plan{}}) {
    const auto back = packed_plan(std::make_shared<const launch_plan>(plan)).unpacked();
    BOOST_REQUIRE(back);
    check_same(plan, *back);
    BOOST_TEST(!back->container);
    BOOST_TEST(!back->endpoint);
  }
}

BOOST_AUTO_TEST_CASE(a_copy_outlives_what_it_was_copied_from) {
  packed_plan copy;
  {
    const packed_plan first(std::make_shared<const launch_plan>(full_plan()));
    copy = first;
  }
  check_same(full_plan(), *copy.unpacked());
}

BOOST_AUTO_TEST_CASE(what_is_no_mere_process_is_kept_whole) {
  auto boxed = std::make_shared<launch_plan>(full_plan());
  boxed->container.emplace();
  BOOST_TEST((packed_plan(boxed).unpacked() == boxed));
  auto dialed = std::make_shared<launch_plan>();
  dialed->endpoint = std::make_shared<const http_endpoint>();
  BOOST_TEST((packed_plan(dialed).unpacked() == dialed));
}

BOOST_AUTO_TEST_CASE(none_is_none) {
  BOOST_TEST(!packed_plan());
  BOOST_TEST(!packed_plan(nullptr));
  BOOST_TEST((packed_plan().unpacked() == nullptr));
  BOOST_TEST(static_cast<bool>(packed_plan(std::make_shared<const launch_plan>())));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
