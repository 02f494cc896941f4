// The real node under random kills: `TOOLSCORE_CHAOS_KILLS` node deaths (25 each way by default),
// from the seed `TOOLSCORE_CHAOS_SEED` or a new one, which is printed.
#include "node_fixture.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* const text = std::getenv(variable);
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

/// 0 where it has gone.
pid_t parent_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; file >> word;)
    if (pid_t parent = 0; word == "PPid:" && file >> parent) return parent;
  return 0;
}

struct figures {
  unsigned node_kills = 0;
  unsigned process_kills = 0;
  unsigned changes = 0;
  unsigned calls = 0;
  unsigned under_way = 0; ///< Changes that the node's death cut off.
};

constexpr unsigned versions = 60;

/// A repository with a tag for each version, so that each is an install of its own. Its server
/// looks whether it is whole before it serves, and says so by its exit code if not.
void make_repository(const std::string& at) {
  std::filesystem::create_directories(at);
  for (int i = 0; i < 150; ++i)
    std::ofstream(at + "/part" + std::to_string(i)) << std::string(3'000, 'w');
  std::ofstream(at + "/server.py") << "import os, sys\n"
                                      "for i in range(150):\n"
                                      "    with open('part%d' % i) as part:\n"
                                      "        if part.read() != 'w' * 3000:\n"
                                      "            sys.exit(9)\n"
                                      "os.execv(sys.argv[1], sys.argv[1:])\n";
  const auto git = "cd '" + at +
                   "' && export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null && "
                   "git init --quiet --initial-branch=main && git add --all && "
                   "for i in $(seq 0 " +
                   std::to_string(versions - 1) +
                   "); do echo $i > version && git add version && git -c user.name=t -c "
                   "user.email=t@localhost commit --quiet --message $i && git tag v$i; done";
  BOOST_REQUIRE(std::system(git.c_str()) == 0);
}

/// What was asked of the control plane and is not answered yet.
struct change {
  std::string name;
  enum class kind { add, remove, other } what;
  bool was_unknown = false; ///< Whether it exists; a change before it was cut off.
  std::future<int> status;  ///< 0 = the node died before it said.
};

struct chaos {
  chaos(account as, unsigned seed) : node(as), random(seed), sandboxed(as == account::sandboxed) {
    node.defaults = {{"stop", {{"drain", "100ms"}, {"stdin", "200ms"}, {"term", "200ms"}}},
                     {"backoff", {{"min", "50ms"}, {"max", "500ms"}}}};
    node.add_fault("stubborn", {"--fork-setsid", "--ignore-eof", "--slow", "300"});
    node.add_fault("crashes", {"--exit-after-calls", "2"});
    node.add_fault("dies", {"--die-on-call", "--fork-setsid"});
    node.add_fault("hangs", {"--hang"});
    node.add_fault("floods", {"--flood-stderr", "2000000"});
    node.add_fault("never", {"--exit-at-start", "3"});
    make_repository(node.directory() + "/whole");
    const auto fixtures = node.directory() + "/fixtures";
    const auto make =
        "'" TOOLSCORE_SOURCE_DIR "/examples/make-fixtures' '" + fixtures + "' >/dev/null";
    BOOST_REQUIRE(std::system(make.c_str()) == 0);
    node.add("weather", {{"git", "file://" + fixtures + "/weather-python"}, {"ref", "v1"}});
  }

  unsigned below(unsigned limit) { return std::uniform_int_distribution(0U, limit - 1)(random); }

  void call_something() {
    static constexpr const char* calls[][2] = {{"stubborn", "slow"}, {"crashes", "echo"},
                                               {"dies", "die"},      {"hangs", "echo"},
                                               {"floods", "echo"},   {"never", "echo"}};
    const auto& chosen = calls[below(std::size(calls))];
    ++done.calls;
    call_one(chosen[0], chosen[1], 150ms);
  }

  void call_one(const std::string& server, const std::string& tool,
                std::chrono::milliseconds limit) const {
    const reply_json call{{"jsonrpc", "2.0"},
                          {"id", 1},
                          {"method", "tools/call"},
                          {"params", {{"name", tool}, {"arguments", {{"text", "x"}}}}}};
    node.post_mcp("/mcp/" + server, compact(call), {}, limit);
  }

  /// A server from the repository, in a version that may be new to this node.
  reply_json cloned() {
    return {{"git", "file://" + node.directory() + "/whole"},
            {"ref", "v" + std::to_string(below(versions))},
            {"command", "python3"},
            {"args", {"server.py", TOOLSCORE_FAKES_DIR "/fault_server"}},
            {"env", {{census_variable, node.marker()}}}};
  }

  change begin_change(unsigned number) {
    const auto name = "added" + std::to_string(number);
    change one{name, change::kind::other, unknown.count(name) != 0, {}};
    const auto path = "/api/v1/servers/" + one.name;
    const auto ask = [this](std::string method, std::string target, std::string body) {
      return std::async(std::launch::async,
                        [=, this] { return node.ask(method, target, body, 5s).status; });
    };
    ++done.changes;
    unknown.insert(one.name); // Until the answer is here.
    const unsigned what = below(4);
    if (what < 2) {
      one.what = change::kind::add;
      const auto config = below(2) == 0 ? cloned() : node.fault_definition({"--fork-setsid"});
      one.status =
          ask("POST", "/api/v1/servers", compact({{"name", one.name}, {"config", config}}));
    } else if (what == 2) {
      one.what = change::kind::remove;
      one.status = ask("DELETE", path, {});
    } else {
      const char* const verbs[] = {"/restart", "/stop", "/start"};
      one.status = ask("POST", path + verbs[below(3)], {});
    }
    return one;
  }

  /// A change is acknowledged by its status; one that was not may have happened or not.
  void settle(change one) {
    const int status = one.status.get();
    if (status == 0) {
      ++done.under_way;
      doubtful.insert(one.name);
    }
    if (one.what == change::kind::add && status / 100 == 2) learn(one.name, true);
    if (one.what == change::kind::remove && (status / 100 == 2 || status == 404))
      learn(one.name, false);
    if (one.what == change::kind::other && status != 0 && !one.was_unknown)
      unknown.erase(one.name); // Neither adds nor removes.
  }

  /// Of a server of which nothing is asked yet: its answers would not say in which order they were
  /// carried out. Nobody waits for them here, for a stop may wait for an install.
  void change_something() {
    std::erase_if(open, [this](change& one) {
      const bool answered = one.status.wait_for(0s) == std::future_status::ready;
      if (answered) settle(std::move(one));
      return answered;
    });
    const auto number = below(6);
    const auto name = "added" + std::to_string(number);
    if (doubtful.count(name) == 0 &&
        std::none_of(open.begin(), open.end(), [&](const auto& x) { return x.name == name; }))
      open.push_back(begin_change(number));
    else
      std::this_thread::sleep_for(5ms);
  }

  /// The node dies in the middle of a call, of changes to three servers, and of what they begin.
  void kill_node_at_work() {
    for (unsigned tries = 0; open.size() < 3 && tries < 20; ++tries) change_something();
    auto call = std::async(std::launch::async, [this] { call_one("stubborn", "slow", 5s); });
    std::this_thread::sleep_for(std::chrono::milliseconds(below(60)));
    kill_node();
    call.get();
    for (auto& one : open) settle(std::move(one));
    open.clear();
    doubtful.clear(); // A dead node does nothing more.
  }

  void learn(const std::string& name, bool exists) {
    unknown.erase(name);
    known.erase(name);
    gone.erase(name);
    (exists ? known : gone).insert(name);
  }

  /// Installers carry no marker, but the node's home.
  std::vector<counted_process> installers() const {
    auto found = processes_with("HOME=" + node.directory());
    const auto marked = census(node.marker());
    std::erase_if(found, [&](const auto& one) {
      return std::any_of(marked.begin(), marked.end(),
                         [&](const auto& other) { return other.pid == one.pid; });
    });
    return found;
  }
  std::vector<counted_process> everything() const {
    auto all = census(node.marker());
    const auto more = installers();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  /// Any process of the node's but the node: server, escapee, installer, init, keeper or spawner.
  void kill_something() {
    const auto all = everything();
    if (all.empty()) return;
    const auto target = static_cast<pid_t>(all[below(static_cast<unsigned>(all.size()))].pid);
    if (target == node.pid() || would_end_all_layers(all, target)) return;
    last_kills.push_back(name_of(target) + " " + std::to_string(target) + " below " +
                         std::to_string(parent_of(target)));
    if (last_kills.size() > 15) last_kills.pop_front();
    ::kill(target, SIGKILL);
    ++done.process_kills;
  }

  /// Without namespaces a tree is held by a keeper, a ward and an init, any two of which may be
  /// killed at the same moment. All three are too many: what they held is then pid 1's. That limit
  /// is documented, and TOOLSCORE_CHAOS_ALL_LAYERS lifts it here.
  template <class Census>
  bool would_end_all_layers(const Census& all, pid_t target) {
    if (!sandboxed || !is_layer(target) || std::getenv("TOOLSCORE_CHAOS_ALL_LAYERS")) return false;
    if (blows[target] >= 2) return true;
    for (pid_t above = target; is_layer(above); above = parent_of(above)) ++blows[above];
    for (const auto& one : all) {
      const auto pid = static_cast<pid_t>(one.pid);
      const auto above = parent_of(pid);
      if (pid != target && is_layer(pid) && (above == target || parent_of(above) == target))
        ++blows[pid];
    }
    return false;
  }

  static bool is_layer(pid_t pid) {
    const auto name = name_of(pid);
    return name == "toolscore-keep" || name == "toolscore-ward" || name == "toolscore-init";
  }

  /// What an exit of the node must leave: nothing.
  void kill_node() {
    node.signal(SIGKILL);
    BOOST_TEST(node.wait_for_end(10s) == -2 - SIGKILL);
    ++done.node_kills;
    blows.clear();
    std::vector<counted_process> left;
    eventually([&] { return (left = everything()).empty(); }, 10s);
    BOOST_TEST(left.empty(), "after node kill " << done.node_kills << ": " << to_string(left)
                                                << "; the last kills: " << lately());
  }

  std::string lately() const {
    std::string all;
    for (const auto& one : last_kills) all += one + ", ";
    return all;
  }

  void check_definitions() {
    const auto told = [&](const auto& x) { return node.ask("GET", "/api/v1/servers/" + x).status; };
    for (const auto& name : known)
      if (unknown.count(name) == 0) BOOST_TEST(told(name) == 200, name << " is lost");
    for (const auto& name : gone)
      if (unknown.count(name) == 0) BOOST_TEST(told(name) == 404, name << " is back");
  }

  /// Every tree has an init (without namespaces a keeper) of its own: one that no server owns is a
  /// second copy of an instance, or one that was forgotten.
  void check_duplicates() {
    std::string unowned;
    const bool settled = eventually([&] {
      unowned.clear();
      const auto all = census(node.marker());
      std::set<pid_t> install; // The layers above an installer hold no server.
      for (const auto& one : installers())
        for (auto pid = static_cast<pid_t>(one.pid); pid > 1; pid = parent_of(pid))
          install.insert(pid);
      const auto rows = parse_reply(node.ask("GET", "/api/v1/servers").body);
      for (const auto& one : all)
        if (const auto name = name_of(one.pid);
            name == (sandboxed ? "toolscore-keep" : "toolscore-init") &&
            install.count(static_cast<pid_t>(one.pid)) == 0 &&
            compact(*rows).find("\"init_pid\":" + std::to_string(one.pid)) == std::string::npos)
          unowned += std::to_string(one.pid) + " ";
      return unowned.empty();
    });
    BOOST_TEST(settled, "trees that no server owns: " << unowned);
  }

  /// A server whose files are not all there ends by itself, with a code, or is not found at all.
  void check_installs() {
    for (const auto& name :
         {"weather", "added0", "added1", "added2", "added3", "added4", "added5"}) {
      const auto told =
          node.ask("GET", std::string("/api/v1/servers/") + name + "/crashes?limit=200").body;
      for (const char* word :
           {"\"exit_code\":9", "\"exit_code\":1", "\"exit_code\":2", "No such file"})
        BOOST_TEST(told.find(word) == std::string::npos, name << " was not whole: " << told);
    }
  }

  /// Whatever was cut off, in the end each install succeeds. What was added goes first: each of its
  /// installs takes seconds of a processor, and they would all be waited for.
  void check_last_installs() {
    for (const auto& name : known) node.ask("DELETE", "/api/v1/servers/" + name, {}, 60s);
    BOOST_TEST(node.wait_for_status("weather", "ready", 240s), compact(node.row("weather")));
    const auto answer = node.modern_call("weather", "forecast", {{"city", "Oslo"}}, 60s);
    BOOST_TEST(answer.text().find("temperature_c") != std::string::npos, answer.told());
    for (unsigned i = 0; i < 2; ++i) {
      const auto name = "last" + std::to_string(i);
      const auto body = compact({{"name", name}, {"config", cloned()}, {"wait", true}});
      const auto added = node.ask("POST", "/api/v1/servers", body, 60s);
      BOOST_TEST(added.status == 201, added.body);
    }
    check_installs();
  }

  void live_a_while() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(below(900));
    while (std::chrono::steady_clock::now() < end) {
      const unsigned what = below(10);
      if (what < 3)
        kill_something();
      else if (what < 7)
        change_something();
      else
        call_something();
    }
  }

  std::vector<change> open; ///< At most one a server.
  std::deque<std::string> last_kills;
  std::map<pid_t, int> blows; ///< To a layer and to those of its tree.
  node_fixture node;
  std::mt19937 random;
  figures done;
  std::set<std::string> known;    ///< Their addition was acknowledged.
  std::set<std::string> gone;     ///< Their removal was.
  std::set<std::string> unknown;  ///< The node died before it said.
  std::set<std::string> doubtful; ///< No answer came in time, and the node may do it yet.

private:
  static std::string name_of(long pid) {
    std::string name;
    std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), name);
    return name;
  }
  bool sandboxed;
};

void run(account as, const char* how) {
  const unsigned seed = number_from("TOOLSCORE_CHAOS_SEED", std::random_device{}());
  const unsigned kills = number_from("TOOLSCORE_CHAOS_KILLS", 25);
  std::cout << "chaos " << how << ": seed " << seed << ", " << kills << " node kills" << std::endl;
  chaos storm(as, seed);
  for (unsigned i = 0; i < kills; ++i) {
    BOOST_REQUIRE_MESSAGE(storm.node.start(false), storm.node.log());
    if (i % 5 == 0) {
      storm.check_definitions();
      storm.check_duplicates();
    }
    storm.live_a_while();
    storm.check_installs();
    storm.kill_node_at_work();
  }
  BOOST_REQUIRE_MESSAGE(storm.node.start(false), storm.node.log());
  storm.check_definitions();
  storm.check_duplicates();
  storm.check_last_installs();
  const auto& done = storm.done;
  std::cout << "chaos " << how << ": " << done.node_kills << " node kills, " << done.process_kills
            << " other kills, " << done.changes << " changes, " << done.calls << " calls, "
            << done.under_way << " changes cut off" << std::endl;
  end_well(storm.node, 30s);
}

} // namespace

BOOST_AUTO_TEST_SUITE(chaos)

BOOST_AUTO_TEST_CASE(nothing_survives_a_killed_node_and_nothing_acknowledged_is_lost) {
  run(account::own, "with namespaces");
}

BOOST_AUTO_TEST_CASE(the_same_where_namespaces_are_forbidden) {
  run(account::sandboxed, "without namespaces");
}

BOOST_AUTO_TEST_SUITE_END()
