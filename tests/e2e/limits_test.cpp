#include "node_fixture.hpp"
#include "runners/cgroup_files_io.hpp"
#include "talk.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The line of /proc/PID/FILE that begins so.
std::string line_of(pid_t pid, const std::string& file, const std::string& begin) {
  std::istringstream in(read_file("/proc/" + std::to_string(pid) + "/" + file));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(begin)) return line;
  return {};
}

/// The directory of a server's tree that has the file.
std::string cgroup_with(const node_fixture& node, const std::string& server,
                        const std::string& file) {
  for (const auto& directory : cgroups_of(node.state_dir()))
    if (says(directory, "/" + server + "-") && fs::exists(directory + "/" + file)) return directory;
  return {};
}

std::string confinement_of(const node_fixture& node, const std::string& server) {
  return text_of(node.row(server), "confinement");
}

/// Whether limits are to be had here at all; says why where they are not.
bool has_cgroups(const node_fixture& node) {
  const auto told = confinement_of(node, "plain");
  if (says(told, ", cgroup v")) return true;
  BOOST_TEST_MESSAGE("skipped: " << told);
  return false;
}

void end_without_cgroups(node_fixture& node) {
  end_well(node);
  BOOST_TEST(!fs::exists(node.state_dir() + "/run/cgroups"));
}

reply_json with_limits(reply_json limits) {
  return {{"limits", std::move(limits)}};
}

std::string why(const node_fixture& node, const std::string& server) {
  return node.command({"why", server, "--state-dir", node.state_dir()}, account::own).text;
}

/// The processes of the node that hold its trees where no namespace does.
std::vector<pid_t> keepers_of(const node_fixture& node) {
  std::vector<pid_t> found;
  for (const auto& one : census(node.marker())) {
    const auto name = read_file("/proc/" + std::to_string(one.pid) + "/comm");
    for (const char* keeper : {"toolscore-keep\n", "toolscore-ward\n", "toolscore-init\n"})
      if (name == keeper) found.push_back(static_cast<pid_t>(one.pid));
  }
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(what_every_server_gets_is_in_force_and_told) {
  node_fixture node;
  node.add_fault("plain", {});
  node.add_fault("few", {}, with_limits({{"files", 64}, {"pids", 20}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  std::istringstream files(line_of(node.pid_of("few"), "limits", "Max open files"));
  std::string word;
  int soft = 0;
  int hard = 0;
  files >> word >> word >> word >> soft >> hard;
  BOOST_TEST(soft == 64);
  BOOST_TEST(hard == 64);
  for (const char* server : {"plain", "few"})
    BOOST_TEST(line_of(node.pid_of(server), "status", "NoNewPrivs:") == "NoNewPrivs:\t1");
  if (!has_cgroups(node)) return end_without_cgroups(node);
  BOOST_TEST(read_file(cgroup_with(node, "plain", "pids.max") + "/pids.max") == "512\n");
  BOOST_TEST(read_file(cgroup_with(node, "few", "pids.max") + "/pids.max") == "20\n");
  for (const char* server : {"plain", "few"}) {
    const auto inside = processes_in(cgroup_with(node, server, "pids.max"));
    BOOST_TEST((inside == std::vector<long>{node.pid_of(server)}));
    const auto told = confinement_of(node, server);
    BOOST_TEST(says(told, ": pids"), told);
    BOOST_TEST(says(told, is_root() ? "pid+mount namespace, cgroup v" : "namespace"), told);
    bool in_event = false;
    for (const auto& event : node.events(server))
      in_event = in_event || text_of(member_of(event, "fields"), "confinement") == told;
    BOOST_TEST(in_event, told);
    BOOST_TEST(says(why(node, server), "confinement " + told));
  }
  end_without_cgroups(node);
}

BOOST_AUTO_TEST_CASE(a_server_over_its_memory_is_told_as_out_of_memory_everywhere) {
  node_fixture node;
  node.add_fault("plain", {});
  if (!node.start()) BOOST_FAIL(node.log());
  const bool possible = has_cgroups(node);
  end_without_cgroups(node);
  if (!possible) return;
  node.add_fault("big", {"--hog", "200"}, with_limits({{"memory", "48Mi"}, {"cpu", 1.5}}));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(says(confinement_of(node, "big"), ": memory, cpu, pids"), confinement_of(node, "big"));
  const auto before = cgroup_with(node, "big", "pids.max");
  const auto lost = node.call("big", "hog");
  BOOST_TEST(text_of(lost.facts(), "code") == "server_gone", lost.told());
  BOOST_TEST(number_of(lost.facts(), "signal") == SIGKILL, lost.told());
  BOOST_TEST(text_of(lost.facts(), "out_of_memory") == "true", lost.told());
  BOOST_TEST(says(lost.told(), "out of memory (limit 48 MiB)"), lost.told());
  const auto report = parse_reply(node.ask("GET", "/api/v1/servers/big/crashes").body);
  BOOST_REQUIRE(report);
  const auto& crashes = member_of(*report, "crashes");
  BOOST_TEST_REQUIRE(crashes.size() == 1u);
  BOOST_TEST(text_of(crashes[0], "out_of_memory") == "true");
  BOOST_TEST(number_of(crashes[0], "memory_limit_bytes") == 48 << 20);
  BOOST_TEST(text_of(crashes[0], "reason") == "killed: out of memory (limit 48 MiB)");
  bool in_event = false;
  for (const auto& event : node.events("big"))
    in_event = in_event || (text_of(event, "kind") == "server.crashed" &&
                            text_of(member_of(event, "fields"), "out_of_memory") == "true");
  BOOST_TEST(in_event);
  BOOST_TEST(says(why(node, "big"), "out of memory (limit 48 MiB)"), why(node, "big"));
  // It is up again, in a cgroup of its own; that of the dead instance is no more.
  BOOST_TEST(node.wait_for_status("big", "ready"));
  BOOST_TEST(eventually([&] { return !fs::exists(before); }, 5s), before);
  BOOST_TEST(!cgroup_with(node, "big", "pids.max").empty());
  check_unharmed(node, "plain");
  // An end of another kind is not told so.
  ::kill(node.pid_of("big"), SIGKILL);
  BOOST_TEST(eventually([&] {
    const auto all = parse_reply(node.ask("GET", "/api/v1/servers/big/crashes").body);
    return all && member_of(*all, "crashes").size() == 2 &&
           text_of(member_of(*all, "crashes")[0], "out_of_memory") == "false";
  }));
  end_without_cgroups(node);
}

BOOST_AUTO_TEST_CASE(a_fork_bomb_is_held_by_its_pids_and_hurts_nobody_else) {
  node_fixture node;
  node.add_fault("plain", {});
  node.add_fault("bomb", {"--bomb", "3000"});
  node.add_fault("small", {"--bomb", "100"}, with_limits({{"pids", 8}}));
  node.start(false);
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("plain", "ready"), node.log());
  if (!has_cgroups(node)) return end_without_cgroups(node);
  const auto again = std::to_string(EAGAIN);
  BOOST_TEST(node.call("small", "bomb").text() == "7 " + again);
  // Nobody has asked for a limit here.
  BOOST_TEST(node.call("bomb", "bomb").text() == "511 " + again);
  BOOST_TEST(node.call("bomb", "echo", {{"text", "alive"}}).text() == "alive");
  check_unharmed(node, "plain");
  BOOST_TEST(node.ask("POST", "/api/v1/servers/plain/restart").status == 200);
  BOOST_TEST(node.modern_call("plain", "echo", {{"text", "again"}}).text() == "again");
  end_without_cgroups(node);
}

BOOST_AUTO_TEST_CASE(a_share_of_a_processor_is_written_to_the_kernel) {
  node_fixture node;
  node.add_fault("plain", {});
  node.add_fault("slow", {}, with_limits({{"cpu", 0.5}}));
  node.start(false);
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("plain", "ready"), node.log());
  if (!has_cgroups(node)) return end_without_cgroups(node);
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("slow", "ready"), node.log());
  const auto v2 = cgroup_with(node, "slow", "cpu.max");
  const auto v1 = cgroup_with(node, "slow", "cpu.cfs_quota_us");
  BOOST_REQUIRE((!v2.empty() || !v1.empty()));
  if (!v2.empty()) BOOST_TEST(read_file(v2 + "/cpu.max") == "50000 100000\n");
  if (v2.empty()) BOOST_TEST(read_file(v1 + "/cpu.cfs_quota_us") == "50000\n");
  if (v2.empty()) BOOST_TEST(read_file(v1 + "/cpu.cfs_period_us") == "100000\n");
  BOOST_TEST((processes_in(v2.empty() ? v1 : v2) == std::vector<long>{node.pid_of("slow")}));
  end_without_cgroups(node);
}

BOOST_AUTO_TEST_CASE(a_limit_that_an_ordinary_user_cannot_have_fails_the_start_that_asks_for_it) {
  if (!is_root()) return;
  node_fixture node(account::ordinary);
  node.add_fault("plain", {});
  node.add_fault("big", {}, with_limits({{"memory", "64Mi"}}));
  node.add_fault("many", {}, with_limits({{"pids", 512}}));
  node.start(false);
  BOOST_REQUIRE_MESSAGE(node.wait_for_status("plain", "ready"), node.log());
  const auto told = confinement_of(node, "plain");
  BOOST_TEST(told.starts_with("user+pid+mount namespace"), told);
  BOOST_TEST(says(told, "; not given: limits.pids (512): "), told);
  for (const auto& [server, limit] :
       {std::pair{"big", "limits.memory (64 MiB)"}, std::pair{"many", "limits.pids (512)"}}) {
    const auto failed = [&] { return says(text_of(node.row(server), "reason"), "cannot be had"); };
    BOOST_REQUIRE(eventually(failed));
    const auto reason = text_of(node.row(server), "reason");
    BOOST_TEST(says(reason, std::string(limit) + " cannot be had: cannot make /"), reason);
    BOOST_TEST(says(reason, "; start the node in a cgroup of its own"), reason);
    BOOST_TEST(says(reason, "or remove the limit"), reason);
    BOOST_TEST(number_of(node.row(server), "pid") == 0);
  }
  check_unharmed(node, "plain");
  end_without_cgroups(node);
}

BOOST_AUTO_TEST_CASE(what_a_killed_node_left_in_its_cgroups_is_ended_and_removed_by_the_next) {
  node_fixture node;
  node.add_fault("plain", {"--fork-setsid"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  if (!has_cgroups(node)) return end_without_cgroups(node);
  const auto left = cgroup_with(node, "plain", "pids.max");
  const auto inode_of = [](const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
  };
  const auto former = inode_of(left);
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
  BOOST_TEST(wait_for_empty_census(node.marker(), 5s).empty());
  BOOST_TEST(fs::exists(left));
  // Somebody has escaped from all that should have held it.
  const pid_t survivor = ::fork();
  if (survivor == 0) {
    std::ofstream(left + "/cgroup.procs") << "0";
    for (;;) ::pause();
  }
  BOOST_TEST(eventually([&] { // Not one of the former tree that is still on its way out.
    const auto inside = processes_in(left);
    return std::find(inside.begin(), inside.end(), survivor) != inside.end();
  }));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(is_gone(survivor));
  ::waitpid(survivor, nullptr, 0);
  BOOST_TEST(inode_of(left) != former); // The next node's first instance has one of the same name.
  BOOST_TEST(says(node.log(), "node.leftover_killed"), node.log());
  end_without_cgroups(node);
}

BOOST_AUTO_TEST_CASE(
    without_namespaces_the_spawner_ends_the_trees_of_a_node_killed_with_its_keepers) {
  node_fixture node(account::sandboxed);
  node.add_fault("plain", {"--fork-setsid"});
  node.add_fault("other", {"--fork-setsid"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto told = confinement_of(node, "plain");
  BOOST_TEST(told.starts_with("keepers"), told);
  if (!says(told, "cgroup v2: kill")) {
    BOOST_TEST_MESSAGE("skipped: " << told);
    return end_without_cgroups(node);
  }
  // Nobody who sweeps may notice that another is gone: all are stopped before any is killed.
  const auto keepers = keepers_of(node);
  BOOST_TEST(keepers.size() == 6u);
  node.signal(SIGSTOP);
  for (const auto pid : keepers) ::kill(pid, SIGSTOP);
  for (const auto pid : keepers) ::kill(pid, SIGKILL);
  BOOST_TEST(census(node.marker()).size() > 2u); // The trees live on, and the spawner.
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
  const auto survivors = wait_for_empty_census(node.marker(), 5s);
  BOOST_TEST(survivors.empty(), to_string(survivors));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  end_without_cgroups(node);
}

BOOST_AUTO_TEST_SUITE_END()
