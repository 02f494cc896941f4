// What would be installed (`toolscore plan`), what is, who uses it, and what may go: `toolscore
// cache` beside nodes and between them.
#include "talk.hpp"
#include "workshop.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr auto install_limit = 120s;

struct installed {
  installed() {
    made.serve();
    node.variables = made.variables();
    for (const char* name : {"tiny-one", "tiny-two", "tiny-added"}) made.npm_package(name, "1.0.0");
  }

  node_fixture::command_end cache(const std::string& action, const std::string& option = {}) const {
    std::vector<std::string> words{"cache", action, "--json"};
    if (!option.empty()) words.push_back(option);
    return node.command(words, account::own);
  }
  /// "tiny-one:one,again tiny-two:two": each install with its servers.
  std::string listed() const {
    const auto said = cache("ls");
    BOOST_TEST(said.code == 0, said.text);
    std::string text;
    const auto told = parse_reply(said.text).value_or(reply_json());
    for (const auto& x : member_of(told, "installs")) {
      BOOST_TEST(number_of(x, "bytes") > 0, compact(x));
      const auto key = text_of(x, "key");
      text += (text.empty() ? "" : " ") + key.substr(0, key.rfind('-')) + ":";
      std::string names;
      for (const auto& name : member_of(x, "servers"))
        names += (names.empty() ? "" : ",") + name.get<std::string>();
      text += names;
    }
    return text;
  }
  void start_and_stop() {
    BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
    BOOST_TEST(eventually([&] { return node.ask("GET", "/readyz").status == 200; }, install_limit));
    end_well(node);
  }

  node_fixture node;
  workshop made{node};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cache, installed)

BOOST_AUTO_TEST_CASE(what_a_server_uses_stays_and_the_rest_goes_while_no_node_runs) {
  node.add("one", {{"npm", "tiny-one"}});
  node.add("again", {{"command", "npx"}, {"args", {"-y", "tiny-one", "x"}}});
  node.add("two", {{"npm", "tiny-two"}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_TEST(member_of(add_and_wait(node, "added", {{"npm", "tiny-added"}}), "success") == true);
  BOOST_TEST(eventually([&] { return node.ask("GET", "/readyz").status == 200; }, install_limit));
  BOOST_TEST(listed() == "tiny-added:added tiny-one:one,again tiny-two:two");
  const auto refused = cache("gc");
  BOOST_TEST(refused.code == 1, refused.text);
  BOOST_TEST(refused.text.find(std::to_string(node.pid())) != std::string::npos, refused.text);
  BOOST_TEST(text_of(parse_reply(cache("gc", "--dry-run").text).value_or(reply_json()), "bytes") ==
             "0");
  end_well(node);
  BOOST_TEST(cache("gc").code == 0);
  BOOST_TEST(listed() == "tiny-added:added tiny-one:one,again tiny-two:two");

  node.forget("two");
  start_and_stop();
  std::filesystem::create_directories(node.state_dir() + "/installs/left-0/node_modules");
  BOOST_TEST(listed().ends_with("tiny-two:"), listed());
  const auto would = cache("gc", "--dry-run");
  BOOST_TEST(would.text.find("tiny-two-") != std::string::npos, would.text);
  BOOST_TEST(listed().ends_with("tiny-two:"));
  const auto gone = cache("gc");
  BOOST_TEST(gone.code == 0, gone.text);
  BOOST_TEST(gone.text.find("tiny-two-") != std::string::npos, gone.text);
  BOOST_TEST(listed() == "tiny-added:added tiny-one:one,again");

  // What has stayed needs no registry.
  node.variables = {"NPM_CONFIG_REGISTRY=http://127.0.0.1:1", "NPM_CONFIG_FETCH_RETRIES=0"};
  start_and_stop();
}

BOOST_AUTO_TEST_CASE(where_a_definition_cannot_be_read_nothing_is_removed) {
  node.add("one", {{"npm", "tiny-one"}});
  node.add("two", {{"npm", "tiny-two"}});
  start_and_stop();
  node.forget("one");
  node.forget("two");
  node.add("two", {{"npm", "tiny-two"}, {"env", {{"A", "${NOT_SET_HERE}"}}}});
  node.write_config();
  const auto said = cache("gc");
  BOOST_TEST(said.code != 0, said.text);
  BOOST_TEST(std::filesystem::exists(node.state_dir() + "/installs"));
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(node.state_dir() + "/installs"),
                           std::filesystem::directory_iterator()) == 2);
}

BOOST_AUTO_TEST_CASE(what_would_run_is_told_for_a_name_and_for_a_source_by_its_word) {
  node.add("one", {{"npm", "tiny-one"}});
  node.write_config();
  const auto planned = [&](const std::string& word) {
    return node.command({"-c", node.directory() + "/toolscore.json", "plan", word}, account::own);
  };
  for (const char* word : {"one", "@scope/tiny-one", "git@code.example:a/b", "tiny==1.0"}) {
    const auto told = planned(word);
    BOOST_TEST(told.code == 0, word << ": " << told.text);
    const bool named = word == std::string("one");
    BOOST_TEST(told.text.find(named ? "tiny-one" : word) != std::string::npos, told.text);
  }
  const auto unknown = planned("tiny-one");
  BOOST_TEST(unknown.code == 4, unknown.text);
  BOOST_TEST(unknown.text.find("say what it is: --git URL") != std::string::npos, unknown.text);
  BOOST_TEST(!std::filesystem::exists(node.state_dir() + "/installs"));
}

BOOST_AUTO_TEST_SUITE_END()
