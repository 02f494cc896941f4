#include "mcp/joint_view.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A server as its owner would tell of it.
struct told {
  std::string id{};
  std::vector<std::string> tools{};
  std::vector<std::string> prompts{};
  std::vector<std::string> resources{};
  std::vector<std::string> templates{};
  std::shared_ptr<offer_policy> policy = std::make_shared<offer_policy>();
  std::string capabilities = R"({"tools":{},"prompts":{},"resources":{"subscribe":true}})";
  std::string instructions{};
  bool was_ready = true;
};

bytes array_of(const std::vector<std::string>& keys, std::string_view name) {
  auto list = json::array();
  for (const auto& key : keys)
    list.push_back({{std::string(name), key}, {"description", "of " + key}});
  return std::make_shared<const std::string>(list.dump());
}

offer_ptr offer_of(const told& x) {
  kept_lists lists;
  const std::array arrays{&x.tools, &x.prompts, &x.resources, &x.templates};
  for (const auto kind : all_lists) {
    const auto at = static_cast<std::size_t>(kind);
    lists[at].array = array_of(*arrays[at], words_of(kind).key);
  }
  std::shared_ptr<handshake_result> handshake;
  if (x.was_ready) {
    handshake = std::make_shared<handshake_result>();
    handshake->capabilities_json = x.capabilities;
    if (!x.instructions.empty()) handshake->instructions_json = json(x.instructions).dump();
  }
  return std::make_shared<const server_offer>(server_id{x.id}, *x.policy, std::move(handshake),
                                              std::move(lists));
}

view_ptr view_of(const std::vector<told>& servers, const group_view& how = {}) {
  std::vector<offer_ptr> offers;
  for (const auto& x : servers) offers.push_back(offer_of(x));
  return std::make_shared<const joint_view>(std::move(offers), how);
}

std::string names(const joint_view& view, served_list kind) {
  std::string text;
  for (const auto& x : view.list(kind).entries()) text += (text.empty() ? "" : " ") + x.exposed;
  return text;
}

json item(const joint_view& view, served_list kind, std::string_view name) {
  std::string text;
  const auto* found = view.list(kind).find(name);
  BOOST_TEST_REQUIRE(found != nullptr, name);
  append_entry(text, *found);
  return json::parse(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(views)

BOOST_AUTO_TEST_CASE(each_server_has_its_own_prefix_policy_and_a_group_may_have_one_for_all) {
  std::vector<told> servers{{.id = "a", .tools = {"read", "one"}},
                            {.id = "b", .tools = {"read", "two"}},
                            {.id = "c", .tools = {"read", "three"}}};
  servers[1].policy->prefix = prefix_mode::on_collision;
  servers[2].policy->prefix = prefix_mode::never;
  BOOST_TEST(names(*view_of(servers), served_list::tools) ==
             "a__one a__read b__read read three two");
  BOOST_TEST(view_of(servers)->list(served_list::tools).find("read")->server.value == "c");
  BOOST_TEST(names(*view_of(servers, {prefix_mode::on_collision, {}, false}), served_list::tools) ==
             "a__read b__read c__read one three two");
}

BOOST_AUTO_TEST_CASE(prompts_have_names_as_tools_do_but_any_characters) {
  const auto view =
      view_of({{.id = "a", .prompts = {"review code", "x"}}, {.id = "b", .prompts = {"x"}}});
  BOOST_TEST(names(*view, served_list::prompts) == "a__review code a__x b__x");
  BOOST_TEST(view->list(served_list::prompts).find("a__review code")->original == "review code");
}

BOOST_AUTO_TEST_CASE(a_server_renames_and_describes_its_tools_before_the_prefix) {
  told server{.id = "a", .tools = {"read", "write", "drop"}};
  server.policy->tools.deny = {"drop"};
  server.policy->tools.rename = {{"read", "fetch"}, {"unknown", "x"}};
  server.policy->tools.describe = {{"read", "Fetches \"it\"."}};
  const auto view = view_of({server});
  BOOST_TEST(names(*view, served_list::tools) == "a__fetch a__write");
  BOOST_TEST(view->list(served_list::tools).find("a__fetch")->original == "read");
  BOOST_TEST(item(*view, served_list::tools, "a__fetch") ==
             json::parse(R"({"name":"a__fetch","description":"Fetches \"it\"."})"));
  BOOST_TEST(item(*view, served_list::tools, "a__write")["description"] == "of write");
}

BOOST_AUTO_TEST_CASE(a_description_comes_in_before_the_name_after_it_or_where_there_was_none) {
  for (const std::string text :
       {R"([{"description":"d","name":"x","z":1}])", R"([{"name":"x","description":"d","z":1}])",
        R"([{"name":"x"}])"}) {
    kept_lists lists;
    lists[0].array = std::make_shared<const std::string>(text);
    offer_policy policy;
    policy.tools.describe = {{"x", "new"}};
    const joint_view view(
        {std::make_shared<const server_offer>(server_id{"s"}, policy, nullptr, lists)}, {});
    const auto shown = item(view, served_list::tools, "s__x");
    BOOST_TEST(shown["name"] == "s__x");
    BOOST_TEST(shown["description"] == "new");
    BOOST_TEST(shown.contains("z") == (text.find("\"z\"") != text.npos));
  }
}

BOOST_AUTO_TEST_CASE(a_group_chooses_and_renames_by_the_names_of_the_endpoint) {
  group_view how;
  how.tools.allow = {"a__*", "b__read"};
  how.tools.deny = {"a__drop"};
  how.tools.rename = {{"b__read", "a__one"}, {"a__two", "second"}};
  how.tools.describe = {{"a__two", "The second."}};
  const auto view = view_of(
      {{.id = "a", .tools = {"one", "two", "drop"}}, {.id = "b", .tools = {"read", "write"}}}, how);
  // The one that is renamed has its name for itself.
  BOOST_TEST(view->list(served_list::tools).find("a__one")->server.value == "b");
  BOOST_TEST(view->list(served_list::tools).entries().size() == 3u);
  BOOST_TEST(item(*view, served_list::tools, "second")["description"] == "The second.");
  BOOST_TEST((view->list(served_list::tools).find("a__two") == nullptr));
}

BOOST_AUTO_TEST_CASE(
    a_uri_that_two_servers_have_leads_to_the_first_and_with_its_name_to_the_other) {
  const auto view =
      view_of({{.id = "a", .resources = {"x://1", "x://2"}},
               {.id = "b", .resources = {"x://1", "y://1"}, .templates = {"z://{id}"}},
               {.id = "c", .templates = {"z://{id}"}}});
  BOOST_TEST(names(*view, served_list::resources) == "b+x://1 x://1 x://2 y://1");
  BOOST_TEST(names(*view, served_list::templates) == "c+z://{id} z://{id}");
  const auto leads = [&](std::string_view uri) {
    auto place = view->find_resource(uri);
    if (!place) place = view->find_prefixed(uri);
    return place ? place->server.value + " " + place->uri : std::string{};
  };
  BOOST_TEST(leads("x://1") == "a x://1");
  BOOST_TEST(leads("b+x://1") == "b x://1");
  BOOST_TEST(leads("z://7") == "b z://7");
  BOOST_TEST(leads("c+z://7") == "c z://7");
  BOOST_TEST(leads("b+other://1") == "b other://1");
  BOOST_TEST(leads("a+x://1") == ""); // Nothing of a's was renamed.
  BOOST_TEST(leads("other://1") == "");
  BOOST_TEST(item(*view, served_list::resources, "b+x://1")["uri"] == "b+x://1");
  BOOST_TEST((view->exposed_uri({"b"}, "x://1") == "b+x://1"));
  BOOST_TEST(!view->exposed_uri({"b"}, "y://1"));
  BOOST_TEST(!view->exposed_uri({"b"}, "other://1"));
  BOOST_TEST(!view->exposed_uri({"a"}, "y://1"));
  BOOST_TEST((view->exposed_uri({"c"}, "z://9") == "c+z://9"));
  BOOST_TEST(view->looks_at_uris({"a"}));
  BOOST_TEST(!view->looks_at_uris({"d"}));
}

BOOST_AUTO_TEST_CASE(an_unlisted_uri_belongs_to_the_only_server_that_has_resources) {
  told other{.id = "b"};
  other.capabilities = R"({"tools":{}})";
  const auto view = view_of({{.id = "a"}, other});
  BOOST_TEST(view->sole_resource_server().value().value == "a");
  BOOST_TEST(!view->looks_at_uris({"a"}));
  BOOST_TEST(!view_of({{.id = "a"}, {.id = "b"}})->sole_resource_server());
}

BOOST_AUTO_TEST_CASE(the_capabilities_are_what_some_server_has_and_we_pass_on) {
  told plain{.id = "a"};
  plain.capabilities = R"({"tools":{"listChanged":true},"experimental":{},"tasks":{}})";
  told rich{.id = "b"};
  rich.capabilities =
      R"({"prompts":{},"resources":{"subscribe":true},"completions":{},"logging":{}})";
  BOOST_TEST(view_of({plain})->capabilities_json() == R"({"tools":{}})");
  BOOST_TEST(!view_of({plain})->served().prompts);
  BOOST_TEST(view_of({plain, rich})->capabilities_json() ==
             R"({"tools":{},"prompts":{},"resources":{},"completions":{},"logging":{}})");
  BOOST_TEST(
      view_of({plain, rich})->capabilities_json(true) ==
      R"({"tools":{"listChanged":true},"prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true},"completions":{},"logging":{}})");
  // Clients ask once: who may have them later has them now.
  told late{.id = "c"};
  late.was_ready = false;
  BOOST_TEST(view_of({plain, late})->served().prompts);
  BOOST_TEST(view_of({plain, late})->served().resources);
}

BOOST_AUTO_TEST_CASE(instructions_stand_under_their_servers_and_end_at_a_limit) {
  told quiet{.id = "b"};
  quiet.instructions = "not told";
  quiet.policy->instructions = false;
  const auto view = view_of({{.id = "a", .instructions = "be nice"}, quiet, {.id = "c"}});
  BOOST_TEST(view->instructions("") == "# a\n\nbe nice");
  BOOST_TEST(view->instructions("all of us") == "all of us\n\n# a\n\nbe nice");
  std::string long_one;
  while (long_one.size() < 3 * joint_view::server_instructions_bytes_max) long_one += "\u00e9";
  std::vector<told> many;
  for (char x = 'a'; x < 'k'; ++x) many.push_back({.id = {x}, .instructions = long_one});
  const auto text = view_of(many)->instructions("");
  BOOST_TEST(text.size() <= joint_view::instructions_bytes_max);
  BOOST_TEST(text.size() > 2 * joint_view::server_instructions_bytes_max);
  BOOST_TEST(json(text).dump().size() > 0u); // It ends between two characters.
}

BOOST_AUTO_TEST_CASE(a_list_is_good_for_as_long_as_its_shortest_part_and_shared_if_all_are) {
  const std::chrono::steady_clock::time_point t0{1'000s};
  const auto offer = [&](const char* id, std::int64_t ttl, bool shared) {
    kept_lists lists;
    lists[0] = {array_of({"x"}, "name"), {ttl, shared, t0}};
    return std::make_shared<const server_offer>(server_id{id}, offer_policy{}, nullptr, lists);
  };
  using lifetime = std::pair<std::int64_t, bool>;
  const joint_view both({offer("a", 5'000, true), offer("b", 60'000, true)}, {});
  BOOST_TEST((both.lifetime_of(served_list::tools, t0 + 1s) == lifetime(4'000, true)));
  BOOST_TEST((both.lifetime_of(served_list::tools, t0 + 9s) == lifetime(0, true)));
  const joint_view mixed({offer("a", 5'000, true), offer("b", 60'000, false)}, {});
  BOOST_TEST((mixed.lifetime_of(served_list::tools, t0) == lifetime(5'000, false)));
  const joint_view other({offer("a", 5'000, false), offer("b", 60'000, true)}, {});
  BOOST_TEST((other.lifetime_of(served_list::tools, t0) == lifetime(5'000, false)));
  BOOST_TEST((joint_view().lifetime_of(served_list::tools, t0) == lifetime(0, false)));
}

BOOST_AUTO_TEST_CASE(a_modern_servers_list_is_outdated_once_its_time_is_over) {
  const std::chrono::steady_clock::time_point t0{1'000s};
  const auto offer = [&](const char* id, std::int64_t ttl, era speaks) {
    kept_lists lists;
    lists[0] = {array_of({"x"}, "name"), {ttl, true, t0}};
    auto handshake = std::make_shared<handshake_result>();
    handshake->server = speaks;
    return std::make_shared<const server_offer>(server_id{id}, offer_policy{}, std::move(handshake),
                                                lists);
  };
  const joint_view view({offer("a", 5'000, era::modern), offer("b", 9'000, era::modern),
                         offer("c", 0, era::modern), offer("d", 1, era::legacy)},
                        {});
  using servers = std::vector<server_id>;
  BOOST_TEST((view.outdated(served_list::tools, t0 + 4'999ms) == servers{{"c"}}));
  BOOST_TEST((view.outdated(served_list::tools, t0 + 5s) == servers{{"a"}, {"c"}}));
  BOOST_TEST((view.outdated(served_list::tools, t0 + 9s) == servers{{"a"}, {"b"}, {"c"}}));
  BOOST_TEST(view.outdated(served_list::prompts, t0 + 9s).empty()); // Never fetched.
  BOOST_TEST((view.next_outdated() == t0 + 5s));
  BOOST_TEST(!joint_view({offer("c", 0, era::modern), offer("d", 1, era::legacy)}, {})
                  .next_outdated()
                  .has_value());
}

BOOST_AUTO_TEST_CASE(of_two_names_or_uris_the_first_servers_stays_whatever_their_names) {
  auto bare = std::make_shared<offer_policy>();
  bare->prefix = prefix_mode::never;
  const told z{
      .id = "z", .tools = {"t"}, .resources = {"x:/"}, .policy = bare, .instructions = "of z"};
  const told a{
      .id = "a", .tools = {"t"}, .resources = {"x:/"}, .policy = bare, .instructions = "of a"};
  for (const bool a_first : {false, true}) {
    const auto view = a_first ? view_of({a, z}) : view_of({z, a});
    const std::string first = a_first ? "a" : "z";
    const std::string second = a_first ? "z" : "a";
    BOOST_TEST(view->list(served_list::tools).find("t")->server.value == first);
    BOOST_TEST(view->list(served_list::tools).shadowed() == 1u);
    BOOST_TEST(view->find_resource("x:/")->server.value == first);
    BOOST_TEST(view->find_resource(second + "+x:/")->server.value == second);
    const auto text = view->instructions("");
    BOOST_TEST((text.find("of a") < text.find("of z")) == a_first);
    for (const char* id : {"a", "z"}) {
      BOOST_TEST_REQUIRE((view->server(id) != nullptr));
      BOOST_TEST(view->server(id)->server.value == id);
      BOOST_TEST(view->looks_at_uris({id}));
    }
    BOOST_TEST((view->server("m") == nullptr));
  }
}

BOOST_AUTO_TEST_CASE(a_cursor_is_good_for_one_list_of_one_endpoint_of_one_node) {
  const auto view = view_of({{.id = "a", .tools = {"1", "2", "3"}, .prompts = {"1", "2", "3"}}});
  const auto& tools = view->list(served_list::tools);
  const cursor_key key{{7, 9}, "web"};
  const auto cursor =
      json::parse("{" + *tools.page({}, 1, key) + "}")["nextCursor"].get<std::string>();
  BOOST_TEST(bool(tools.page(cursor, 1, key)));
  BOOST_TEST(!tools.page(cursor, 1, {{7, 8}, "web"}));
  BOOST_TEST(!tools.page(cursor, 1, {{7, 9}, ""}));
  BOOST_TEST(!view->list(served_list::prompts).page(cursor, 1, key));
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto forged = cursor;
    forged[i] = forged[i] == '0' ? '1' : '0';
    BOOST_TEST(!tools.page(forged, 1, key), forged);
  }
}

BOOST_AUTO_TEST_CASE(the_seal_is_siphash) {
  // The key 00..0f and the texts "", 00, 00 01, ... of its authors.
  const mac_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string text;
  BOOST_TEST(siphash(key, text) == 0x726fdb47dd0e0e31u);
  for (char x = 0; x < 15; ++x) text += x;
  BOOST_TEST(siphash(key, text) == 0xa129ca6149be45e5u);
}

BOOST_AUTO_TEST_CASE(lists_that_did_not_change_are_not_read_again) {
  const told server{.id = "a", .tools = {"x"}, .prompts = {"p"}};
  const auto before = offer_of(server);
  auto lists = before->kept;
  lists[0].array = array_of({"y"}, "name");
  const server_offer after(*before, before->handshake, lists);
  BOOST_TEST((after.read[1] == before->read[1]));
  BOOST_TEST(after.read[0]->entries.at(0).original == "y");
}

BOOST_AUTO_TEST_SUITE_END()
