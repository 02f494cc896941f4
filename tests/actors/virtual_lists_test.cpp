// What owners fetch of their servers' lists, and what the catalog makes of it.
#include "actors/bridge_actor.hpp"
#include "actors/catalog_actor.hpp"
#include "tests/virtual_node.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

std::string list_text(const std::string& member, const std::string& items,
                      const std::string& more = {}) {
  return R"("result":{"resultType":"complete",)" + more + "\"" + member + "\":[" + items + "]}";
}

const std::string error_text = R"("error":{"code":-32603,"message":"no"})";

/// Two servers with a catalog and a bridge as the tree has them.
struct lists : actor_fixture {
  virtual_node node{*this};
  std::map<std::string, manner> how;
  std::shared_ptr<tree_routes> route = std::make_shared<tree_routes>();
  std::vector<group_spec> groups;
  std::vector<std::string> news; ///< "fs tools", "@web tools", "/mcp tools".

  lists() {
    for (const std::string name : {"db", "fs"}) {
      auto& mine = how[name];
      mine.capabilities = R"({"tools":{},"prompts":{},"resources":{}})";
      mine.lists = {{"tools/list", list_text("tools", R"({"name":"read"})")},
                    {"prompts/list", list_text("prompts", R"({"name":"greet"})")},
                    {"resources/list", list_text("resources", R"({"uri":"x://)" + name + R"("})")},
                    {"resources/templates/list",
                     list_text("resourceTemplates", R"({"uriTemplate":"t://{id}"})")}};
    }
    route->on_list_news = [this](const list_news& x) {
      for (const auto& [server, changed] : x.servers) note(server.value, changed);
      for (const auto& [view, changed] : x.views) note(view.empty() ? "/mcp" : "@" + view, changed);
    };
  }
  ~lists() {
    for (auto* one : {&node.tree->catalog, &node.tree->bridge})
      caf::anon_send_exit(*one, caf::exit_reason::kill);
    settle();
  }
  void note(const std::string& where, mcp::list_set changed) {
    for (const auto kind : mcp::all_lists)
      if (changed.has(kind)) news.push_back(where + " " + std::string(mcp::words_of(kind).member));
  }
  void run(std::uint32_t replicas = 1, bool fs_first = false) {
    node.host.choose = [this](const std::string& name, std::size_t) { return how[name]; };
    auto fs = virtual_node::spec("fs");
    fs.policy.replicas = replicas;
    std::vector<initial_server> servers{{virtual_node::spec("db"), desired_state::running, {}},
                                        {fs, desired_state::running, {}}};
    if (fs_first) std::swap(servers[0], servers[1]);
    node.begin(std::move(servers));
    for (auto* one : {&node.tree->catalog, &node.tree->bridge})
      caf::anon_send_exit(*one, caf::exit_reason::kill);
    node.tree->bridge = system.spawn(make_bridge, route);
    begin_catalog();
    advance(1s);
    news.clear();
  }
  void begin_catalog() {
    node.tree->catalog = system.spawn(make_catalog, node.tree,
                                      std::make_shared<const std::vector<group_spec>>(groups));
    settle();
  }
  std::string shown(mcp::served_list kind, const std::string& group = {}) {
    const auto view = group.empty() ? route->views->all : route->views->groups.at(group);
    std::string text;
    for (const auto& x : view->list(kind).entries()) text += x.exposed + " ";
    return text;
  }
  std::size_t asked(const std::string& server, const std::string& method) {
    const auto life = node.host.last(server);
    return static_cast<std::size_t>(
        std::count_if(life->lines.begin(), life->lines.end(), [&](const std::string& line) {
          return line.find("\"" + method + "\"") != line.npos;
        }));
  }
  void signal(const std::string& server, const std::string& what) {
    node.host.say(node.host.last(server),
                  R"({"jsonrpc":"2.0","method":"notifications/)" + what + R"(/list_changed"})");
    settle();
  }
  std::string all_news() {
    std::sort(news.begin(), news.end());
    std::string text;
    for (const auto& x : std::exchange(news, {})) text += (text.empty() ? "" : ", ") + x;
    return text;
  }
};

using mcp::served_list;

} // namespace

BOOST_FIXTURE_TEST_SUITE(virtual_lists, lists)

BOOST_AUTO_TEST_CASE(every_list_that_a_server_offers_is_fetched_once_it_is_ready) {
  run();
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read ");
  BOOST_TEST(shown(served_list::prompts) == "db__greet fs__greet ");
  BOOST_TEST(shown(served_list::resources) == "x://db x://fs ");
  BOOST_TEST(shown(served_list::templates) == "fs+t://{id} t://{id} ");
  BOOST_TEST(asked("fs", "prompts/list") == 1u);
}

BOOST_AUTO_TEST_CASE(what_a_server_does_not_declare_it_is_not_asked_for) {
  how["fs"].capabilities = R"({"prompts":{}})";
  run();
  BOOST_TEST(asked("fs", "resources/list") == 0u);
  BOOST_TEST(asked("fs", "prompts/list") == 1u);
  BOOST_TEST(asked("fs", "tools/list") == 1u); // Some have tools without saying so.
  BOOST_TEST(shown(served_list::resources) == "x://db ");
}

BOOST_AUTO_TEST_CASE(all_pages_are_fetched_and_an_empty_cursor_is_one) {
  auto& mine = how["fs"].lists;
  mine["prompts/list"] = list_text("prompts", R"({"name":"1"})", R"("nextCursor":"",)");
  mine["prompts/list "] = list_text("prompts", R"({"name":"2"})", R"("nextCursor":"c",)");
  mine["prompts/list c"] = list_text("prompts", R"({"name":"3"})");
  run();
  BOOST_TEST(shown(served_list::prompts) == "db__greet fs__1 fs__2 fs__3 ");
  BOOST_TEST(shown(served_list::templates) == "fs+t://{id} t://{id} ");
}

BOOST_AUTO_TEST_CASE(a_list_that_fails_or_never_comes_keeps_no_other_back) {
  how["fs"].lists["prompts/list"] = error_text;
  how["fs"].lists["resources/list"] = ""; // No answer.
  run();
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read ");
  BOOST_TEST(shown(served_list::prompts) == "db__greet ");
  BOOST_TEST(shown(served_list::templates) == "t://{id} "); // Of db; fs is asked one at a time.
  advance(60s);
  BOOST_TEST(shown(served_list::templates) == "fs+t://{id} t://{id} ");
  BOOST_TEST(shown(served_list::resources) == "x://db ");
}

BOOST_AUTO_TEST_CASE(a_server_that_says_so_often_is_asked_once_in_a_while) {
  run();
  node.host.last("fs")->how.lists["tools/list"] =
      list_text("tools", R"({"name":"read"},{"name":"write"})");
  for (int i = 0; i < 20; ++i) signal("fs", "tools");
  advance(149ms);
  BOOST_TEST(asked("fs", "tools/list") == 1u);
  advance(1s);
  BOOST_TEST(asked("fs", "tools/list") == 2u);
  BOOST_TEST(asked("fs", "prompts/list") == 1u);
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read fs__write ");
  BOOST_TEST(all_news() == "/mcp tools, fs tools");
  signal("fs", "resources"); // Nothing has changed.
  advance(1s);
  BOOST_TEST(asked("fs", "resources/list") == 2u);
  BOOST_TEST(asked("fs", "resources/templates/list") == 2u);
  BOOST_TEST(all_news() == "");
}

BOOST_AUTO_TEST_CASE(a_change_during_a_fetch_is_fetched_too) {
  run();
  signal("fs", "prompts");
  advance(150ms); // The list is asked for and comes within a millisecond.
  node.host.last("fs")->how.lists["prompts/list"] = list_text("prompts", R"({"name":"new"})");
  signal("fs", "prompts");
  advance(1s);
  BOOST_TEST(shown(served_list::prompts) == "db__greet fs__new ");
}

BOOST_AUTO_TEST_CASE(a_crash_costs_no_list_and_the_same_again_is_no_news) {
  run();
  how["fs"].handshake_takes = 500ms;
  node.host.crash(node.host.last("fs"));
  advance(100ms);
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read ");
  advance(5s);
  BOOST_TEST(asked("fs", "tools/list") == 1u); // Of the new process.
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read ");
  BOOST_TEST(all_news() == "");
  how["fs"].lists["prompts/list"] = list_text("prompts", R"({"name":"other"})");
  node.host.crash(node.host.last("fs"));
  advance(5s);
  BOOST_TEST(all_news() == "/mcp prompts, fs prompts");
}

BOOST_AUTO_TEST_CASE(a_replica_that_dies_with_a_list_in_flight_is_replaced_by_another_that_lives) {
  run(2);
  const auto first = node.host.lives.at(1);
  const auto second = node.host.lives.at(2);
  BOOST_TEST_REQUIRE(first->server == "fs");
  for (const auto& one : {first, second})
    one->how.lists["prompts/list"] = list_text("prompts", R"({"name":"new"})");
  first->how.lists["prompts/list"] = "";
  how["fs"].handshake_takes = 10s;
  signal("fs", "prompts");
  advance(200ms);
  BOOST_TEST(shown(served_list::prompts) == "db__greet fs__greet ");
  node.host.crash(first);
  advance(200ms);
  BOOST_TEST(shown(served_list::prompts) == "db__greet fs__new ");
}

BOOST_AUTO_TEST_CASE(a_catalog_that_restarts_is_told_all_anew) {
  run();
  ask_end(node.tree->catalog);
  begin_catalog();
  advance(100ms);
  BOOST_TEST(shown(served_list::prompts) == "db__greet fs__greet ");
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read ");
}

BOOST_AUTO_TEST_CASE(a_group_shows_its_members_and_hears_of_their_changes_alone) {
  groups = {{"one", {"fs"}, strategy::one_for_one}, {"none", {"later"}, strategy::one_for_one}};
  groups[0].view.prefix = prefix_mode::never;
  run();
  BOOST_TEST(shown(served_list::tools, "one") == "read ");
  BOOST_TEST(shown(served_list::templates, "one") == "t://{id} ");
  BOOST_TEST(shown(served_list::tools, "none") == "");
  node.host.last("db")->how.lists["tools/list"] = list_text("tools", R"({"name":"write"})");
  signal("db", "tools");
  advance(1s);
  BOOST_TEST(all_news() == "/mcp tools, db tools");
  node.host.last("fs")->how.lists["tools/list"] = list_text("tools", R"({"name":"write"})");
  signal("fs", "tools");
  advance(1s);
  BOOST_TEST(all_news() == "/mcp tools, @one tools, fs tools");
  BOOST_TEST(shown(served_list::tools, "one") == "write ");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_removed_takes_its_lists_with_it) {
  run();
  node.order("fs", server_verb::remove);
  advance(10s);
  BOOST_TEST(shown(served_list::tools) == "db__read ");
  BOOST_TEST(shown(served_list::templates) == "t://{id} ");
}

BOOST_AUTO_TEST_CASE(of_two_equal_uris_the_first_of_the_file_keeps_it_through_every_restart) {
  run(1, true);
  BOOST_TEST(shown(served_list::templates) == "db+t://{id} t://{id} ");
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read "); // By name, whoever is first.
  node.host.crash(node.host.last("fs"));
  advance(1s);
  BOOST_TEST(shown(served_list::templates) == "db+t://{id} t://{id} ");
  caf::anon_send_exit(node.tree->catalog, caf::exit_reason::kill);
  settle();
  begin_catalog();
  advance(1s);
  BOOST_TEST(shown(served_list::templates) == "db+t://{id} t://{id} ");
}

BOOST_AUTO_TEST_CASE(one_that_is_added_comes_after_those_of_the_file_whatever_its_name) {
  run(1, true);
  how["aa"] = how["db"];
  how["ab"] = how["db"];
  node.add(virtual_node::spec("ab"));
  advance(1s);
  node.add(virtual_node::spec("aa"));
  advance(1s);
  BOOST_TEST(node.tree->places.of("fs") < node.tree->places.of("db"));
  BOOST_TEST(node.tree->places.of("db") < node.tree->places.of("ab"));
  BOOST_TEST(node.tree->places.of("ab") < node.tree->places.of("aa"));
  const auto* found = route->views->all->list(served_list::templates).find("t://{id}");
  BOOST_TEST_REQUIRE((found != nullptr));
  BOOST_TEST(found->server.value == "fs");
  node.order("fs", server_verb::remove);
  advance(1s);
  found = route->views->all->list(served_list::templates).find("t://{id}");
  BOOST_TEST_REQUIRE((found != nullptr));
  BOOST_TEST(found->server.value == "db");
  node.add(virtual_node::spec("fs")); // It stands last from now on.
  advance(1s);
  found = route->views->all->list(served_list::templates).find("t://{id}");
  BOOST_TEST(found->server.value == "db");
  BOOST_TEST(node.tree->places.of("aa") < node.tree->places.of("fs"));
}

BOOST_AUTO_TEST_CASE(a_group_has_the_order_in_which_its_members_are_written) {
  groups = {{"ab", {"fs", "db"}, strategy::one_for_one, {}},
            {"ba", {"db", "fs"}, strategy::one_for_one, {}}};
  run();
  BOOST_TEST(shown(served_list::templates, "ab") == "db+t://{id} t://{id} ");
  BOOST_TEST(shown(served_list::templates, "ba") == "fs+t://{id} t://{id} ");
}

BOOST_AUTO_TEST_CASE(a_modern_servers_list_is_fetched_again_once_its_time_is_over_and_wanted) {
  how["fs"].lists["tools/list"] =
      list_text("tools", R"({"name":"read"})", R"("ttlMs":10000,"cacheScope":"public",)");
  run();
  const auto want = [&] {
    caf::anon_send(node.directory.at("fs"), lists_wanted{});
    advance(100ms);
  };
  const auto before = asked("fs", "tools/list");
  const auto others = asked("fs", "prompts/list");
  want();
  BOOST_TEST(asked("fs", "tools/list") == before);       // Good yet.
  BOOST_TEST(asked("fs", "prompts/list") == others + 1); // Good for no time.
  want();
  BOOST_TEST(asked("fs", "prompts/list") == others + 1); // Once a second is enough.
  advance(1h);
  BOOST_TEST(asked("fs", "tools/list") == before); // Nobody wants it.
  how["fs"].lists["tools/list"] =
      list_text("tools", R"({"name":"write"})", R"("ttlMs":10000,"cacheScope":"public",)");
  node.host.last("fs")->how.lists = how["fs"].lists;
  want();
  advance(100ms);
  BOOST_TEST(asked("fs", "tools/list") == before + 1);
  BOOST_TEST(shown(served_list::tools) == "db__read fs__write ");
  BOOST_TEST(all_news() == "/mcp tools, fs tools");
}

BOOST_AUTO_TEST_CASE(a_fetch_that_is_on_its_way_or_fails_is_not_begun_at_every_wish) {
  how["fs"].lists["tools/list"] = list_text("tools", R"({"name":"read"})", R"("ttlMs":1,)");
  run();
  node.host.last("fs")->how.lists["tools/list"] = ""; // It answers nothing from now on.
  const auto before = asked("fs", "tools/list");
  for (int i = 0; i < 10; ++i) {
    caf::anon_send(node.directory.at("fs"), lists_wanted{});
    advance(2s);
  }
  BOOST_TEST(asked("fs", "tools/list") == before + 1);
  BOOST_TEST(shown(served_list::tools) == "db__read fs__read ");
}

BOOST_AUTO_TEST_CASE(a_legacy_server_says_nothing_of_time_and_is_not_asked_again) {
  how["fs"].says = speech::legacy;
  run();
  const auto before = asked("fs", "tools/list");
  advance(1h);
  caf::anon_send(node.directory.at("fs"), lists_wanted{});
  advance(1s);
  BOOST_TEST(asked("fs", "tools/list") == before);
}

BOOST_AUTO_TEST_SUITE_END()
