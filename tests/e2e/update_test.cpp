// Installs that change: a server goes over to what is newer while it serves, or goes on.
#include "talk.hpp"
#include "workshop.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr auto install_limit = 120s;

struct updating {
  updating() {
    made.serve();
    node.variables = made.variables();
  }

  std::string installs() const { return node.state_dir() + "/installs"; }
  std::size_t installs_there() const {
    std::error_code none;
    const std::filesystem::directory_iterator all(installs(), none);
    return none ? 0 : static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  void start(const reply_json& definition) {
    node.add("it", definition);
    start_again();
  }
  void start_again() {
    BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
    BOOST_REQUIRE_MESSAGE(node.wait_for_status("it", "ready", install_limit),
                          compact(node.row("it")));
  }
  /// The version that serves.
  std::string served() {
    const auto answer = node.modern_call("it", "echo", {{"text", "x"}});
    const auto text = answer.text();
    return text.ends_with(" x") ? text.substr(0, text.size() - 2) : answer.told();
  }
  node_fixture::command_end update(bool back = false) const {
    std::vector<std::string> words{"update", "it"};
    if (back) words.emplace_back("--rollback");
    return node.command(words, account::own);
  }
  void check_update(const std::string& said, bool back = false) {
    const auto end = update(back);
    BOOST_TEST(end.code == 0, end.text);
    BOOST_TEST(end.text == "it: " + said + "\n");
  }
  /// Nothing has changed: the same process serves the same version.
  void check_refused(const std::vector<std::string>& said, const std::string& version) {
    const auto pid = node.pid_of("it");
    const auto before = installs_there();
    const auto end = update();
    BOOST_TEST(end.code == 1, end.text);
    BOOST_TEST(std::count(end.text.begin(), end.text.end(), '\n') == 1, end.text);
    for (const auto& part : said)
      BOOST_TEST(end.text.find(part) != std::string::npos, part << " is not in " << end.text);
    BOOST_TEST(node.pid_of("it") == pid);
    BOOST_TEST(node.status_of("it") == "ready");
    BOOST_TEST(served() == version);
    BOOST_TEST(installs_there() == before);
  }
  /// A package that npm can pack, with other words in its description or its program.
  void npm_package(const std::string& version, const reply_json& more, const std::string& program) {
    reply_json about{
        {"name", "tiny-server"}, {"version", version}, {"bin", {{"tiny-server", "run.js"}}}};
    about.update(more);
    made.write("npm/odd/package.json", about.dump());
    made.write("npm/odd/run.js", program);
    made.run("chmod +x npm/odd/run.js && cd npm/odd && npm pack --silent --pack-destination "
             "../../served");
  }

  node_fixture node;
  workshop made{node};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(update, updating)

BOOST_AUTO_TEST_CASE(a_newer_package_takes_over_and_the_way_back_stays_until_the_next) {
  made.npm_package("tiny-server", "1.4.0");
  start({{"npm", "tiny-server"}});
  check_update("nothing new, 1.4.0 stays");
  BOOST_TEST(installs_there() == 1u);
  const auto first = node.pid_of("it");
  made.npm_package("tiny-server", "1.5.0");
  // It serves all the while.
  std::atomic<bool> over = false;
  std::atomic<int> failed = 0;
  std::thread caller([&] {
    while (!over)
      if (!node.modern_call("it", "echo", {{"text", "x"}}).good()) ++failed;
  });
  check_update("updated, 1.4.0 -> 1.5.0");
  over = true;
  caller.join();
  BOOST_TEST(failed == 0);
  BOOST_TEST(served() == "1.5.0");
  BOOST_TEST(node.pid_of("it") != first);
  BOOST_TEST(text_of(node.row("it"), "commit") == "1.5.0");
  BOOST_TEST(number_of(node.row("it"), "restarts") <= 1);
  check_update("nothing new, 1.5.0 stays");
  BOOST_TEST(installs_there() == 2u);
  end_well(node);
  // The next node starts from there, without its registry; and nothing of both is collected.
  BOOST_TEST(node.command({"cache", "gc"}, account::own).code == 0);
  BOOST_TEST(installs_there() == 2u);
  const auto variables = std::exchange(node.variables, {"NPM_CONFIG_REGISTRY=http://127.0.0.1:1"});
  start_again();
  BOOST_TEST(served() == "1.5.0");
  check_update("back, 1.5.0 -> 1.4.0", true);
  BOOST_TEST(served() == "1.4.0");
  check_update("back, 1.4.0 -> 1.5.0", true);
  check_update("back, 1.5.0 -> 1.4.0", true);
  end_well(node);
  node.variables = variables;
  start_again();
  BOOST_TEST(served() == "1.4.0");
  made.npm_package("tiny-server", "1.6.0");
  check_update("updated, 1.4.0 -> 1.6.0");
  BOOST_TEST(installs_there() == 3u);
  end_well(node);
  // One predecessor is kept.
  BOOST_TEST(node.command({"cache", "gc"}, account::own).code == 0);
  BOOST_TEST(installs_there() == 2u);
  start_again();
  BOOST_TEST(served() == "1.6.0");
  check_update("back, 1.6.0 -> 1.4.0", true);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_fails_leaves_what_serves) {
  made.npm_package("tiny-server", "1.4.0");
  start({{"command", "npx"}, {"args", {"-y", "tiny-server"}}});
  const auto back = update(true);
  BOOST_TEST(back.code == 2, back.text);
  BOOST_TEST(back.text.find("no install before") != std::string::npos, back.text);
  npm_package("1.5.0", {{"dependencies", {{"no-such-package", "1.0.0"}}}}, "");
  check_refused({"npm: ", " install ", "exit 1", "no-such-package", "check the package's name"},
                "1.4.0");
  npm_package("1.6.0", reply_json::object(),
              "#!/usr/bin/env node\nconsole.error('no such key'); process.exit(7);\n");
  check_refused({"trial: ", "run.js", "exited with code 7", "no such key", "1.4.0 serves on"},
                "1.4.0");
  made.npm_package("tiny-server", "1.7.0");
  check_update("updated, 1.4.0 -> 1.7.0");
  BOOST_TEST(served() == "1.7.0");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_during_an_update_goes_on_from_what_served) {
  made.npm_package("tiny-server", "1.4.0");
  start({{"npm", "tiny-server"}});
  made.npm_package("tiny-server", "1.5.0");
  made.forget_asked();
  made.hold(true);
  std::thread orders([&] { update(); });
  BOOST_TEST(eventually([&] { return made.was_asked("tiny-server-1.5.0.tgz"); }, install_limit));
  BOOST_TEST(served() == "1.4.0");
  node.signal(SIGKILL);
  orders.join();
  BOOST_TEST(node.wait_for_end(15s) == -2 - SIGKILL);
  BOOST_TEST(eventually([&] { return running_in(installs()).empty(); }, 5s));
  BOOST_TEST(installs_there() == 2u); // One of them half made.
  made.hold(false);
  start_again();
  BOOST_TEST(served() == "1.4.0");
  check_update("updated, 1.4.0 -> 1.5.0");
  BOOST_TEST(served() == "1.5.0");
  BOOST_TEST(installs_there() == 2u);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_branch_that_has_moved_is_cloned_anew) {
  made.write("repo/main.py", made.source("py", "1.4.0"));
  made.write("repo/requirements.txt", "");
  start({{"git", made.commit("repo")}, {"ref", "main"}});
  const auto commit = [&] { return made.run("git -C repo rev-parse HEAD").substr(0, 12); };
  const auto first = commit();
  check_update("nothing new, " + first + " stays");
  made.write("repo/main.py", made.source("py", "1.5.0"));
  made.commit("repo");
  check_update("updated, " + first + " -> " + commit());
  BOOST_TEST(served() == "1.5.0");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_directory_that_has_changed_is_taken_anew) {
  made.write("project/main.py", made.source("py", "1.4.0"));
  made.write("project/requirements.txt", "");
  start({{"path", made.path("project")}});
  const auto first = text_of(node.row("it"), "commit");
  check_update("nothing new, " + first.substr(0, 12) + " stays");
  made.write("project/main.py", made.source("py", "1.5.0"));
  BOOST_TEST(update().code == 0);
  BOOST_TEST(text_of(node.row("it"), "commit") != first);
  BOOST_TEST(served() == "1.5.0");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_newer_python_package_takes_over) {
  made.wheel("tiny_server", "1.4.0");
  start({{"pypi", "tiny-server"}});
  made.wheel("tiny_server", "1.5.0");
  check_update("updated, 1.4.0 -> 1.5.0");
  BOOST_TEST(served() == "1.5.0");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(what_is_not_installed_here_says_so) {
  node.add_fault("it", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto end = update();
  BOOST_TEST(end.code == 2, end.text);
  BOOST_TEST(end.text.find("nothing is installed for it") != std::string::npos, end.text);
  const auto nobody = node.command({"update", "nobody"}, account::own);
  BOOST_TEST(nobody.code == 4, nobody.text);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
