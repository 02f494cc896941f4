// Installs that are killed in the middle, that fail, or that many servers wait for.
#include "programs.hpp"
#include "small_disk.hpp"
#include "talk.hpp"
#include "workshop.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <sys/stat.h>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr auto install_limit = 120s;

struct faults {
  faults() {
    made.serve();
    node.variables = made.variables();
  }

  std::string installs() const { return node.state_dir() + "/installs"; }
  std::size_t installs_there() const {
    std::error_code none;
    const std::filesystem::directory_iterator all(installs(), none);
    return none ? 0 : static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  bool nothing_runs_there() const { return running_in(installs()).empty(); }
  std::string reason_of(const std::string& server) const {
    return text_of(node.row(server), "reason");
  }

  /// Starts a node whose one install has asked for its package and does not get it.
  void start_and_hold(const reply_json& definition, const std::string& file) {
    made.hold(true);
    node.add("it", definition);
    BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
    BOOST_REQUIRE_MESSAGE(eventually([&] { return made.was_asked(file); }, install_limit),
                          node.log());
    BOOST_TEST(!nothing_runs_there());
  }
  void check_serves(const std::string& version) {
    BOOST_REQUIRE_MESSAGE(node.wait_for_status("it", "ready", install_limit), reason_of("it"));
    const auto answer = node.modern_call("it", "echo", {{"text", "x"}});
    BOOST_TEST(answer.text() == version + " x", answer.told());
    BOOST_TEST(installs_there() == 1u);
  }

  void check_node_killed(const reply_json& definition, const std::string& file) {
    start_and_hold(definition, file);
    node.signal(SIGKILL);
    BOOST_TEST(node.wait_for_end(15s) == -2 - SIGKILL);
    BOOST_TEST(eventually([&] { return nothing_runs_there(); }, 5s));
    made.hold(false);
    BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
    check_serves("1.4.0");
    end_well(node);
  }
  /// What stands there complete; another inode is another install, whatever its name.
  std::vector<ino_t> complete_installs() const {
    std::vector<ino_t> all;
    std::error_code none;
    for (const auto& one : std::filesystem::directory_iterator(installs(), none)) {
      struct stat marker {};
      if (::stat((one.path() / ".toolscore-install.json").c_str(), &marker) == 0)
        all.push_back(marker.st_ino);
    }
    return all;
  }
  std::size_t count_ready() const {
    const auto all = parse_reply(node.ask("GET", "/api/v1/servers").body).value_or(reply_json());
    const auto& rows = member_of(all, "servers");
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const auto& x) {
      return text_of(x, "process_status") == "ready";
    }));
  }
  /// Of this node's life: a server that is being installed says so once at least.
  std::size_t count_installing() const {
    const auto all = node.events();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& x) {
      const auto status = text_of(member_of(x, "fields"), "process_status");
      return status == "building" || status == "cloning";
    }));
  }
  void check_step_killed(const reply_json& definition, const std::string& file,
                         const std::string& step) {
    start_and_hold(definition, file);
    for (const auto pid : running_in(installs())) ::kill(pid, SIGKILL);
    BOOST_REQUIRE(node.wait_for_status("it", "failed", 30s));
    const auto reason = reason_of("it");
    BOOST_TEST(is_one_line(reason), reason);
    BOOST_TEST(reason.starts_with(step + ": "), reason);
    BOOST_TEST(reason.find("signal 9 (SIGKILL)") != std::string::npos, reason);
    BOOST_TEST(installs_there() == 0u);
    BOOST_TEST(nothing_runs_there());
    made.hold(false);
    BOOST_TEST(node.ask("POST", "/api/v1/servers/it/start", {}, install_limit).status == 200);
    check_serves("1.4.0");
    end_well(node);
  }

  node_fixture node;
  workshop made{node};
};

/// A source that cannot be installed, and what is said of it.
struct row {
  const char* name;
  reply_json definition;
  std::vector<std::string>
      said; ///< The step, the command, the end and what to do, where it is known.
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(install_faults, faults)

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_during_npm_begins_anew) {
  made.npm_package("tiny-server", "1.4.0");
  check_node_killed({{"npm", "tiny-server"}}, "tiny-server-1.4.0.tgz");
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_during_pip_begins_anew) {
  made.wheel("tiny_server", "1.4.0");
  check_node_killed({{"pypi", "tiny-server"}}, "tiny_server-1.4.0");
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_during_pip_for_a_repository_begins_anew) {
  made.wheel("tiny_part", "1.0.0");
  made.write("repo/main.py", made.source("py", "1.4.0"));
  made.write("repo/requirements.txt", "tiny-part==1.0.0\n");
  check_node_killed({{"git", made.commit("repo")}}, "tiny_part-1.0.0");
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_during_npm_for_a_repository_begins_anew) {
  made.npm_package("tiny-part", "1.0.0");
  made.write("repo/package.json", R"({"name":"tiny","version":"1.4.0","main":"server.js",
                                      "dependencies":{"tiny-part":"1.0.0"}})");
  made.write("repo/server.js",
             "require('tiny-part/package.json');\n" + made.source("js", "1.4.0").substr(20));
  check_node_killed({{"git", made.commit("repo")}}, "tiny-part-1.0.0.tgz");
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_during_a_clone_begins_anew) {
  made.write("repo/main.py", made.source("py", "1.4.0"));
  made.write("repo/requirements.txt", "");
  const auto url = made.commit("repo");
  // A pipe in the place of the file's object: the clone has begun to fetch, and waits to read it.
  const auto name = made.run("git -C repo rev-parse HEAD:main.py");
  const auto object = made.path("repo/.git/objects/" + name.substr(0, 2) + "/" + name.substr(2));
  std::filesystem::rename(object, object + ".away");
  BOOST_REQUIRE(::mkfifo(object.c_str(), 0600) == 0);
  node.add("it", {{"git", url}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  const auto is_begun = [&] {
    std::error_code none;
    for (std::filesystem::recursive_directory_iterator at(installs(), none), end;
         !none && at != end; at.increment(none))
      if (at->path().filename() == ".git") return true;
    return false;
  };
  BOOST_REQUIRE_MESSAGE(
      eventually([&] { return is_begun() && node.status_of("it") == "cloning"; }, install_limit),
      node.log());
  BOOST_TEST(!nothing_runs_there());
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(15s) == -2 - SIGKILL);
  BOOST_TEST(eventually([&] { return nothing_runs_there(); }, 5s));
  BOOST_TEST(is_begun()); // The half of it is there, and
  BOOST_TEST(complete_installs().empty());
  std::filesystem::rename(object + ".away", object);
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  check_serves("1.4.0");
  // it has gone: nothing beside the checkout and what was built of it.
  std::size_t partial = 0;
  for (const auto& one : std::filesystem::recursive_directory_iterator(installs()))
    partial += one.path().filename().string().find(".partial") != std::string::npos;
  BOOST_TEST(partial == 0u);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(an_npm_that_is_killed_says_so_and_a_start_begins_anew) {
  made.npm_package("tiny-server", "1.4.0");
  check_step_killed({{"npm", "tiny-server"}}, "tiny-server-1.4.0.tgz", "npm");
}

BOOST_AUTO_TEST_CASE(a_pip_that_is_killed_says_so_and_a_start_begins_anew) {
  made.wheel("tiny_server", "1.4.0");
  check_step_killed({{"pypi", "tiny-server"}}, "tiny_server-1.4.0", "pip");
}

BOOST_AUTO_TEST_CASE(a_hundred_servers_come_up_by_one_install_and_the_next_time_without) {
  made.npm_package("tiny-hundred", "1.0.0", built_programs().fault_server);
  for (int i = 0; i < 100; ++i)
    node.add("s" + std::to_string(i),
             {{"npm", "tiny-hundred@1.0.0"}, {"env", {{"NUMBER", std::to_string(i)}}}});
  const auto are_ready = [&] { return node.ask("GET", "/readyz").status == 200; };
  auto begun = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(eventually(are_ready, install_limit));
  BOOST_TEST_MESSAGE("cold: " << seconds() << " s");
  BOOST_TEST(installs_there() == 1u);
  BOOST_TEST(made.text("served/asked") == "tiny-hundred-1.0.0.tgz\n");
  BOOST_TEST(count_ready() == 100u);
  BOOST_TEST(count_installing() >= 1u);
  const auto installed = complete_installs();
  BOOST_TEST(installed.size() == 1u);
  for (const int i : {0, 42, 99}) {
    const auto name = "s" + std::to_string(i);
    BOOST_TEST(node.call(name, "echo", {{"text", "x"}}).text() == "x");
  }
  end_well(node, 30s);
  // All from what is there: nothing is installed, and no registry is to be had.
  made.forget_asked();
  node.variables.clear();
  begun = std::chrono::steady_clock::now();
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(eventually(are_ready, 20s));
  BOOST_TEST_MESSAGE("warm: " << seconds() << " s");
  BOOST_TEST(count_ready() == 100u);
  BOOST_TEST(count_installing() == 0u);
  BOOST_TEST(complete_installs() == installed, boost::test_tools::per_element());
  BOOST_TEST(made.text("served/asked").empty());
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(each_failure_names_its_step_its_command_and_its_end) {
  made.write("empty/README", "nothing");
  made.write("go/go.mod", "module x\n");
  made.write("go/main.go", "package main\nfunc main() {}\n");
  made.write(
      "old/package.json",
      R"({"name":"x","version":"1.0.0","main":"s.js","dependencies":{"tiny-server":"1.4.0"}})");
  made.write(
      "old/package-lock.json",
      R"({"name":"x","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"x","version":"1.0.0"}}})");
  made.write("old/s.js", "");
  made.write("broken/main.py", "");
  made.write("broken/requirements.txt", "no-such-package==7\n");
  made.write("tool/tool.txt", "x");
  made.npm_package("tiny-server", "1.4.0");
  made.run("tar -czf tool.tgz tool");
  std::vector<row> rows{
      {"entry", {{"path", made.path("empty")}}, {"launch: ", "looked for", "set \"command\""}},
      {"clone",
       {{"git", "http://127.0.0.1:1/x.git"}},
       {"clone: ", "toolscore-clone", "exit ", "127.0.0.1:1"}},
      {"branch",
       {{"git", made.commit("empty")}, {"ref", "no-such"}},
       {"clone: ", "toolscore-clone", "exit ", "no-such"}},
      {"checksum",
       {{"archive", made.path("tool.tgz")}, {"sha256", std::string(64, '0')}},
       {"fetch: ", "toolscore-fetch", "exit 4", "the archive's sha256 is"}},
      {"lock",
       {{"path", made.path("old")}},
       {"npm: ", " ci ", "exit 1", "in sync", "bring the lock file up to date"}},
      {"package",
       {{"pypi", "no-such-package==7"}},
       {"pip: ", "install", "exit 1", "no-such-package==7", "check the package's name"}},
      {"requirement",
       {{"path", made.path("broken")}},
       {"pip: ", "-r requirements.txt", "exit 1", "no-such-package==7"}},
      {"version",
       {{"npm", "tiny-server@9.9.9"}},
       {"npm: ", "install", "exit 1", "tiny-server@9.9.9", "check the package's name"}},
      {"bin",
       {{"command", "npx"}, {"args", {"-y", "-p", "tiny-server", "other"}}},
       {"launch: ", "no bin named other but tiny-server", "name one with"}}};
  if (!has_program("go"))
    rows.push_back({"builder",
                    {{"path", made.path("go")}},
                    {"a Go server needs go", "not in the node's PATH; install it"}});
  for (const auto& [name, definition, said] : rows) node.add(name, definition);
  node.add_fault("ok", {});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  for (const auto& [name, definition, said] : rows) {
    BOOST_TEST(node.wait_for_status(name, "failed", install_limit), compact(node.row(name)));
    const auto reason = reason_of(name);
    BOOST_TEST(is_one_line(reason), reason);
    for (const auto& part : said)
      BOOST_TEST(reason.find(part) != std::string::npos,
                 name << " lacks " << part << ": " << reason);
  }
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_full_disk_fails_the_install_and_leaves_it_free_again) {
  std::filesystem::create_directories(installs());
  std::filesystem::permissions(node.state_dir(), std::filesystem::perms(0700));
  const small_disk disk(installs(), 8 << 20);
  if (!disk.is_there()) {
    BOOST_TEST_MESSAGE("skipped: no mounts for us here");
    return;
  }
  made.write("large/main.py", made.source("py", "1.4.0"));
  made.write("large/requirements.txt", "");
  made.write("large/data", std::string(9 << 20, 'x'));
  node.add("large", {{"path", made.path("large")}});
  node.add_fault("ok", {});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(node.wait_for_status("large", "failed", install_limit), compact(node.row("large")));
  const auto reason = reason_of("large");
  BOOST_TEST(is_one_line(reason), reason);
  BOOST_TEST(reason.starts_with("fetch: "), reason);
  BOOST_TEST(reason.find("is the disk full?") != std::string::npos, reason);
  BOOST_TEST(installs_there() == 0u);
  BOOST_TEST(!disk.is_full());
  check_unharmed(node, "ok");
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
