// No descriptors, no processes to be had: what cannot start backs off, all else goes on.
#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Backs off for ever, never parked, so that it comes back as soon as it can.
const reply_json patient{{"backoff", {{"min", "100ms"}, {"max", "300ms"}}},
                         {"intensity", {{"max", 1000}, {"never_ready", 1000}}}};

std::set<int> descriptors_of(pid_t pid) {
  std::set<int> open;
  std::error_code failed;
  const auto all = "/proc/" + std::to_string(pid) + "/fd";
  for (const auto& one : std::filesystem::directory_iterator(all, failed))
    open.insert(std::stoi(one.path().filename().string()));
  return open;
}

rlimit limit_of(pid_t pid, __rlimit_resource what) {
  rlimit limit{};
  BOOST_REQUIRE(::prlimit(pid, what, nullptr, &limit) == 0);
  return limit;
}

/// The soft one alone, so that it can be given back.
void set_limit(pid_t pid, __rlimit_resource what, rlim_t soft) {
  auto limit = limit_of(pid, what);
  limit.rlim_cur = soft;
  BOOST_REQUIRE(::prlimit(pid, what, &limit, nullptr) == 0);
}

/// Leaves the process so many descriptors to open; holes below the highest are among them.
void leave_descriptors(pid_t pid, int free) {
  const auto open = descriptors_of(pid);
  int limit = 0;
  for (int left = free; open.count(limit) != 0 || left > 0; ++limit)
    if (open.count(limit) == 0) --left;
  set_limit(pid, RLIMIT_NOFILE, static_cast<rlim_t>(limit));
}

/// In clock ticks, of all its threads.
long processor_ticks(pid_t pid) {
  std::ostringstream text;
  text << std::ifstream("/proc/" + std::to_string(pid) + "/stat").rdbuf();
  std::istringstream fields(text.str().substr(text.str().rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return user + system;
}

/// The server is killed where nothing can be started, and is not given up.
void check_backs_off(node_fixture& node, const std::string& word) {
  const auto pid = node.pid_of("starts");
  BOOST_REQUIRE((pid > 0 && ::kill(pid, SIGKILL) == 0));
  BOOST_TEST(eventually([&] {
               return node.status_of("starts") == "backing_off" &&
                      text_of(node.row("starts"), "reason").find(word) != std::string::npos;
             }),
             compact(node.row("starts")));
  const auto attempts = number_of(node.row("starts"), "restarts");
  for (int i = 0; i < 20; ++i) {
    const auto answer = node.call("serves", "echo", {{"text", "on"}});
    BOOST_TEST(answer.text() == "on", answer.told());
  }
  std::this_thread::sleep_for(1s);
  // At 100 ms and more each, never at once again.
  BOOST_TEST(number_of(node.row("starts"), "restarts") - attempts <= 14);
  BOOST_TEST(node.status_of("starts") != "crash_loop");
}

void check_recovers(node_fixture& node, pid_t served) {
  BOOST_TEST(node.wait_for_status("starts", "ready"), compact(node.row("starts")));
  BOOST_TEST(node.call("starts", "echo", {{"text", "back"}}).text() == "back");
  BOOST_TEST(node.pid_of("serves") == served);
  BOOST_TEST(number_of(node.row("serves"), "restarts") == 0);
  end_well(node);
}

void add_both(node_fixture& node) {
  node.add_fault("serves", {});
  node.add_fault("starts", {}, patient);
}

/// A cgroup of this test's own with the node and its spawner in it; v1, or v2 where pids are given.
class pids_cgroup {
public:
  pids_cgroup() {
    for (const char* root : {"/sys/fs/cgroup/pids", "/sys/fs/cgroup"}) {
      const auto path = std::string(root) + "/toolscore-e2e-" + std::to_string(::getpid());
      if (!std::filesystem::exists(std::string(root) + "/cgroup.procs")) continue;
      std::error_code failed;
      if (!std::filesystem::create_directory(path, failed) || failed) continue;
      path_ = path;
      if (std::filesystem::exists(path_ + "/pids.max")) return;
      leave();
    }
  }
  ~pids_cgroup() { leave(); }
  pids_cgroup(const pids_cgroup&) = delete;
  pids_cgroup& operator=(const pids_cgroup&) = delete;

  bool is_there() const { return !path_.empty(); }
  bool take(pid_t pid) const {
    return bool(std::ofstream(path_ + "/cgroup.procs") << pid << std::flush);
  }
  int count() const {
    int number = 0;
    std::ifstream(path_ + "/pids.current") >> number;
    return number;
  }
  bool set_max(const std::string& text) const {
    return bool(std::ofstream(path_ + "/pids.max") << text << std::flush);
  }

private:
  void leave() {
    for (int i = 0; i < 100 && !path_.empty(); ++i) {
      if (::rmdir(path_.c_str()) == 0) break;
      std::this_thread::sleep_for(20ms);
    }
    path_.clear();
  }
  std::string path_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(exhaustion)

BOOST_AUTO_TEST_CASE(a_start_that_finds_no_descriptors_backs_off_and_comes_when_there_are_some) {
  node_fixture node;
  add_both(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto serves = node.pid_of("serves");
  BOOST_REQUIRE(node.call("serves", "echo", {{"text", "x"}}).good());
  const auto before = limit_of(node.pid(), RLIMIT_NOFILE);
  leave_descriptors(node.pid(), 2); // A connection or two.
  check_backs_off(node, "Too many open files");
  set_limit(node.pid(), RLIMIT_NOFILE, before.rlim_cur);
  check_recovers(node, serves);
}

BOOST_AUTO_TEST_CASE(who_connects_while_there_is_no_descriptor_waits_and_costs_nothing) {
  node_fixture node;
  node.add_fault("serves", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.call("serves", "echo", {{"text", "x"}}).good());
  const auto pid = node.pid_of("serves");
  const auto before = limit_of(node.pid(), RLIMIT_NOFILE);
  std::this_thread::sleep_for(200ms); // The connections of the questions above are closed.
  leave_descriptors(node.pid(), 0);
  auto waits = std::async(std::launch::async, [&] {
    return node.modern_call("serves", "echo", {{"text", "waited"}}, 20s);
  });
  std::this_thread::sleep_for(300ms);
  const auto ticks = processor_ticks(node.pid());
  std::this_thread::sleep_for(2s);
  const auto spent = processor_ticks(node.pid()) - ticks;
  BOOST_TEST(spent * 10 <= 2 * ::sysconf(_SC_CLK_TCK)); // A tenth of one processor.
  BOOST_TEST((waits.wait_for(0s) == std::future_status::timeout));
  set_limit(node.pid(), RLIMIT_NOFILE, before.rlim_cur);
  const auto answer = waits.get();
  BOOST_TEST(answer.text() == "waited", answer.told());
  BOOST_TEST(node.pid_of("serves") == pid);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_start_that_an_ordinary_users_limit_forbids_backs_off) {
  if (!is_root()) {
    BOOST_TEST_MESSAGE("skipped: only root can start a node as another user");
    return;
  }
  node_fixture node(account::ordinary);
  add_both(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto serves = node.pid_of("serves");
  const auto spawner = spawner_of(node.pid());
  BOOST_REQUIRE(spawner > 0);
  // It forks all inits, and its user has more processes than one already. The limit is set as that
  // user, for a root without CAP_SYS_RESOURCE may set none of another's.
  const auto limit = [&](const std::string& soft) {
    const auto set = "setpriv --reuid=65534 --regid=65534 --clear-groups prlimit --pid " +
                     std::to_string(spawner) + " --nproc=" + soft + ":";
    return std::system(set.c_str()) == 0;
  };
  std::ifstream limits("/proc/" + std::to_string(spawner) + "/limits");
  std::string before;
  for (std::string line; std::getline(limits, line);)
    if (line.starts_with("Max processes")) std::istringstream(line.substr(13)) >> before;
  BOOST_REQUIRE(limit("1"));
  // What was made before that needs no fork of the spawner's.
  for (const auto spare : spares_of(node.pid())) ::kill(spare, SIGKILL);
  BOOST_REQUIRE(eventually([&] { return spares_of(node.pid()).empty(); }));
  check_backs_off(node, "temporarily unavailable");
  BOOST_REQUIRE(limit(before));
  check_recovers(node, serves);
}

BOOST_AUTO_TEST_CASE(
    a_start_that_stops_between_its_init_and_its_server_for_want_of_pids_backs_off) {
  const pids_cgroup group; // Removed after the node's end.
  if (!group.is_there()) {
    BOOST_TEST_MESSAGE("skipped: no pids cgroup can be made here");
    return;
  }
  node_fixture node;
  add_both(node);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto serves = node.pid_of("serves");
  BOOST_REQUIRE(node.call("serves", "echo", {{"text", "x"}}).good());
  BOOST_REQUIRE(eventually([&] { return spares_of(node.pid()).size() == 2u; }));
  BOOST_REQUIRE((group.take(node.pid()) && group.take(spawner_of(node.pid()))));
  for (const auto spare : spares_of(node.pid())) BOOST_REQUIRE(group.take(spare));
  // What a start that fails gives back, the next spare takes: its init is there, its server is not.
  BOOST_REQUIRE(group.set_max(std::to_string(group.count())));
  check_backs_off(node, "temporarily unavailable");
  BOOST_REQUIRE(group.set_max("max"));
  check_recovers(node, serves);
}

BOOST_AUTO_TEST_SUITE_END()
