#include "runners/cgroup_plan.hpp"
#include "runners/confinement.hpp"

#include <boost/test/unit_test.hpp>

namespace toolscore::test {
namespace {

using places = std::vector<cgroup_place>;

const char* const v2_mounts =
    "25 30 0:23 / /sys rw,nosuid - sysfs sysfs rw\n"
    "35 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const char* const hybrid_mounts =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
const char* const hybrid_own = "9:name=systemd:/a\n8:pids:/\n4:memory:/process/1\n"
                               "1:cpu,cpuacct:/a b\n0::/\n";

limits_policy limits(std::uint64_t memory_bytes, double cpu, std::uint32_t pids,
                     bool pids_required = true) {
  limits_policy all;
  all.memory_bytes = memory_bytes;
  all.cpu = cpu;
  all.pids = pids;
  all.pids_required = pids_required;
  return all;
}

const places v2_only{{true, {"cpu", "memory", "pids"}, "/cg/node"}};
const places hybrid{{false, {"pids"}, "/cg/pids"},
                    {false, {"memory"}, "/cg/memory/x"},
                    {false, {"cpu", "cpuacct"}, "/cg/cpu"},
                    {true, {"hugetlb"}, "/cg/unified"}};
const places v1_only{{false, {"cpu", "memory", "pids"}, "/cg/all"}};

std::string told(const places& where, const limits_policy& what, bool tracked) {
  const auto plan = plan_cgroup(where, what, tracked);
  if (!plan) return plan.failure().detail;
  std::string text = cgroup_words(plan->parts) + ";";
  for (const auto& part : plan->parts) {
    text += " " + where[part.place].directory;
    for (const auto& limit : part.limits)
      for (const auto& one : limit.settings)
        text += " " + one.file + "=" + one.value + (one.required ? "" : "?");
  }
  if (!plan->not_given.empty()) text += " not given: " + plan->not_given;
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgroup_plan)

BOOST_AUTO_TEST_CASE(a_processs_places_are_read_from_what_the_kernel_tells) {
  const struct {
    const char* what;
    const char* own;
    const char* mounts;
    places expected;
  } rows[] = {
      {"v2 alone",
       "0::/user.slice/run-1.scope\n",
       v2_mounts,
       {{true, {}, "/sys/fs/cgroup/user.slice/run-1.scope"}}},
      {"v2 alone, its root", "0::/\n", v2_mounts, {{true, {}, "/sys/fs/cgroup"}}},
      {"hybrid",
       hybrid_own,
       hybrid_mounts,
       {{false, {"pids"}, "/sys/fs/cgroup/pids"},
        {false, {"memory"}, "/sys/fs/cgroup/memory/process/1"},
        {false, {"cpu", "cpuacct"}, "/sys/fs/cgroup/cpu,cpuacct/a b"},
        {true, {}, "/sys/fs/cgroup/unified"}}},
      {"nothing mounted", hybrid_own, "25 30 0:23 / /sys rw - sysfs sysfs rw\n", {}},
      {"nothing told", "", hybrid_mounts, {}},
      {"part of the hierarchy mounted",
       "0::/a/b/c\n",
       "35 25 0:30 /a/b /cg rw - cgroup2 cgroup2 rw\n",
       {{true, {}, "/cg/c"}}},
      {"exactly one's own part",
       "0::/a/b\n",
       "35 25 0:30 /a/b /cg rw - cgroup2 cgroup2 rw\n",
       {{true, {}, "/cg"}}},
      {"another part", "0::/a/bc\n", "35 25 0:30 /a/b /cg rw - cgroup2 cgroup2 rw\n", {}},
      {"outside the namespace", "0::/../x\n", v2_mounts, {}},
      {"escaped",
       "0::/x\n",
       "35 25 0:30 / /a\\040b rw - cgroup2 cgroup2 rw\n",
       {{true, {}, "/a b/x"}}},
      {"read-only first, then writable",
       "0::/x\n",
       "35 25 0:30 / /ro ro - cgroup2 cgroup2 rw\n36 25 0:30 / /rw rw - cgroup2 cgroup2 rw\n",
       {{true, {}, "/rw/x"}}},
      {"rubbish", "0\n:\n::\nx:y\n7:memory\n", "a - b\n - \n35 25 0:30 / - cgroup2\n", {}},
  };
  for (const auto& row : rows)
    BOOST_TEST((find_cgroup_places(row.own, row.mounts) == row.expected), row.what);
}

BOOST_AUTO_TEST_CASE(each_limit_goes_into_the_file_of_the_hierarchy_that_has_it) {
  const auto all = limits(64ULL << 20, 1.5, 32);
  const struct {
    const char* what;
    places where;
    limits_policy asked;
    bool tracked;
    std::string expected;
  } rows[] = {
      {"v2 alone", v2_only, all, false,
       "cgroup v2: memory, cpu, pids; /cg/node memory.max=67108864 memory.swap.max=0? "
       "memory.oom.group=1? cpu.max=150000 100000 pids.max=32"},
      {"hybrid", hybrid, all, false,
       "cgroup v1: memory, cpu, pids; /cg/memory/x "
       "memory.limit_in_bytes=67108864 memory.memsw.limit_in_bytes=67108864? /cg/cpu "
       "cpu.cfs_period_us=100000 cpu.cfs_quota_us=150000 /cg/pids pids.max=32"},
      {"hybrid, tracked", hybrid, limits(0, 0, 5), true,
       "cgroup v2: kill, cgroup v1: pids; /cg/pids pids.max=5 /cg/unified"},
      {"v1 alone", v1_only, limits(0, 0.2, 7), true,
       "cgroup v1: kill, cpu, pids; /cg/all cpu.cfs_period_us=100000 cpu.cfs_quota_us=20000 "
       "pids.max=7"},
      {"v2, tracked alone", v2_only, limits(0, 0, 0), true, "cgroup v2: kill; /cg/node"},
      {"hybrid, tracked alone", hybrid, limits(0, 0, 0), true, "cgroup v2: kill; /cg/unified"},
      {"v1, tracked alone", v1_only, limits(0, 0, 0), true, "cgroup v1: kill; /cg/all"},
      {"none, nothing asked", {}, limits(0, 0, 0), true, ";"},
      {"none, memory asked",
       {},
       limits(1'000'000, 0, 0),
       false,
       "limits.memory (1 MB) cannot be had: no cgroup hierarchy that this node can see gives it "
       "the memory controller"},
      {"v2 without the controller",
       {{true, {"pids"}, "/cg"}},
       limits(0, 2, 9),
       false,
       "limits.cpu (2) cannot be had: no cgroup hierarchy that this node can see gives it the cpu "
       "controller"},
      {"none, and only a default asks",
       {},
       limits(0, 0, 512, false),
       false,
       "; not given: limits.pids (512): no cgroup hierarchy that this node can see gives it the "
       "pids controller"},
      {"memory can be had, what a default asks cannot",
       {{true, {"memory"}, "/cg"}},
       limits(1 << 20, 0, 512, false),
       false,
       "cgroup v2: memory; /cg memory.max=1048576 memory.swap.max=0? memory.oom.group=1? not "
       "given: limits.pids (512): no cgroup hierarchy that this node can see gives it the pids "
       "controller"},
      {"the smallest share", v2_only, limits(0, 0.0001, 0), false,
       "cgroup v2: cpu; /cg/node cpu.max=1000 100000"},
  };
  for (const auto& row : rows)
    BOOST_TEST(told(row.where, row.asked, row.tracked) == row.expected, row.what);
  BOOST_TEST(!needs_cgroup(limits(0, 0, 0)));
  for (const auto& one : {limits(1, 0, 0), limits(0, 0.1, 0), limits(0, 0, 1)})
    BOOST_TEST((needs_cgroup(one) && demands_cgroup(one)));
  BOOST_TEST(needs_cgroup(limits(0, 0, 512, false)));
  BOOST_TEST(!demands_cgroup(limits(0, 0, 512, false)));
  BOOST_TEST(demands_cgroup(limits(0, 0.1, 512, false)));
}

BOOST_AUTO_TEST_CASE(what_holds_a_tree_is_told_in_words_that_stay) {
  const struct {
    confinement held;
    const char* cgroups;
    const char* not_given;
    const char* expected;
  } rows[] = {
      {confinement::pid_namespace, "cgroup v1: memory, pids", "",
       "pid+mount namespace, cgroup v1: memory, pids"},
      {confinement::user_pid_namespace, "", "", "user+pid+mount namespace"},
      {confinement::none, "cgroup v2: kill, cgroup v1: pids", "clone was refused",
       "keepers, cgroup v2: kill, cgroup v1: pids; not given: clone was refused"},
      {confinement::none, "", "", "keepers"},
  };
  for (const auto& row : rows)
    BOOST_TEST(confinement_text(row.held, row.cgroups, row.not_given) == row.expected);
}

BOOST_AUTO_TEST_CASE(out_of_memory_is_a_kill_that_was_counted) {
  const struct {
    const char* events;
    bool v2;
    bool expected;
  } rows[] = {
      {"low 0\nhigh 0\nmax 31\noom 1\noom_kill 1\noom_group_kill 1\n", true, true},
      {"low 0\nhigh 0\nmax 31\noom 0\noom_kill 0\n", true, false},
      {"low 0\nhigh 0\nmax 31\noom 2\noom_kill 0\n", true, false},
      // The host ran out of memory, not the tree.
      {"low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\n", true, false},
      {"oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", false, true},
      {"oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", false, false},
      {"oom_kill_disable 1\nunder_oom 1\n", false, false}, // Before the kernel counted.
      {"", true, false},
      {"", false, false},
      {"oom_kill", false, false},
      {"oom_kill x", false, false},
  };
  for (const auto& row : rows)
    BOOST_TEST(read_out_of_memory(row.events, row.v2) == row.expected, row.events);
}

BOOST_AUTO_TEST_CASE(a_trees_name_is_plain_and_its_own) {
  BOOST_TEST(cgroup_name("fs", 7) == "fs-7");
  BOOST_TEST(cgroup_name("../a b/ä", 1) == "___a_b___-1");
  BOOST_TEST(cgroup_name("", 2) == "tree-2");
  BOOST_TEST(cgroup_name(std::string(300, 'x'), 3).size() == 66U);
  BOOST_TEST(cgroup_name("memory.max", 4) == "memory_max-4");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
