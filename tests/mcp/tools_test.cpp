#include "mcp/joint_view.hpp"
#include "mcp/names.hpp"
#include "mcp/tool_filter.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

namespace {

/// One server's tools and what its policy says of them.
struct server_tools {
  std::string id;
  std::string array;
  std::vector<std::string> allow{"*"};
  std::vector<std::string> deny;
};

server_tools server(const std::string& id, const std::string& array) {
  return {id, array, {"*"}, {}};
}

server_tools named(const std::string& id, const std::vector<std::string>& names) {
  auto tools = json::array();
  for (const auto& name : names) tools.push_back({{"name", name}, {"inputSchema", json::object()}});
  return server(id, tools.dump());
}

/// The tools of a joint endpoint, in whatever order its servers came.
class tool_index {
public:
  tool_index() = default;
  tool_index(std::vector<server_tools> servers, prefix_mode prefix) {
    std::sort(servers.begin(), servers.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    std::vector<offer_ptr> offers;
    for (const auto& x : servers) {
      kept_lists lists;
      lists[0].array = std::make_shared<const std::string>(x.array);
      offer_policy policy{prefix, {x.allow, x.deny, {}, {}}, true};
      offers.push_back(
          std::make_shared<const server_offer>(server_id{x.id}, policy, nullptr, lists));
      skipped_ += offers.back()->read[0]->skipped;
    }
    view_ = std::make_shared<const joint_view>(std::move(offers), group_view{});
  }
  const list_index& list() const { return view_->list(served_list::tools); }
  const std::vector<list_entry>& entries() const { return list().entries(); }
  const list_entry* find(std::string_view name) const { return list().find(name); }
  std::uint64_t generation() const { return list().generation(); }
  std::size_t shadowed() const { return list().shadowed(); }
  std::size_t skipped() const { return skipped_; }
  result<std::string> page(std::optional<std::string_view> cursor, std::size_t limit,
                           const cursor_key& key = {{1, 2}, "web"}) const {
    return list().page(cursor, limit, key);
  }

private:
  view_ptr view_ = std::make_shared<const joint_view>();
  std::size_t skipped_ = 0;
};

std::string exposed(const tool_index& index) {
  std::string text;
  for (const auto& x : index.entries()) text += (text.empty() ? "" : " ") + x.exposed;
  return text;
}

json page_of(const tool_index& index, std::optional<std::string_view> cursor, std::size_t limit) {
  const auto text = index.page(cursor, limit);
  BOOST_TEST_REQUIRE(bool(text));
  return json::parse("{" + *text + "}");
}

} // namespace

BOOST_AUTO_TEST_SUITE(tools)

BOOST_AUTO_TEST_CASE(names_are_exposed_as_the_policy_says) {
  const std::vector servers{named("b", {"read", "write"}), named("a", {"read"})};
  BOOST_TEST(exposed({servers, prefix_mode::always}) == "a__read b__read b__write");
  BOOST_TEST(exposed({servers, prefix_mode::on_collision}) == "a__read b__read write");
  const tool_index plain(servers, prefix_mode::never);
  BOOST_TEST(exposed(plain) == "read write");
  // The first by name, whatever order they came in.
  BOOST_TEST(plain.find("read")->server.value == "a");
  BOOST_TEST(plain.shadowed() == 1u);
}

BOOST_AUTO_TEST_CASE(a_tool_is_found_by_its_whole_exposed_name_and_by_nothing_else) {
  const tool_index index({named("a", {"x__y", "y"}), named("b", {"y"})}, prefix_mode::always);
  const auto* found = index.find("a__x__y");
  BOOST_TEST_REQUIRE(found != nullptr);
  BOOST_TEST(found->server.value == "a");
  BOOST_TEST(found->original == "x__y");
  for (const std::string unknown : {"", "y", "a__", "a__x", "A__y", "c__y", "a__y "})
    BOOST_TEST((index.find(unknown) == nullptr), unknown);
  BOOST_TEST((tool_index{}.find("x") == nullptr));
}

BOOST_AUTO_TEST_CASE(no_tool_can_pass_for_a_tool_of_another_server) {
  // "a__y" is b's own name for one tool and the prefixed name of a's.
  const tool_index index({named("a", {"y"}), named("b", {"a__y", "y"})}, prefix_mode::on_collision);
  BOOST_TEST(index.entries().size() == 3u);
  BOOST_TEST((index.find("a__y") == nullptr));
  BOOST_TEST(index.find("b__y")->server.value == "b");
}

BOOST_AUTO_TEST_CASE(the_list_does_not_depend_on_the_order_of_the_servers) {
  std::vector servers{named("c", {"z", "a"}), named("a", {"m"}), named("b", {"q"})};
  const tool_index first(servers, prefix_mode::always);
  std::reverse(servers.begin(), servers.end());
  const tool_index second(servers, prefix_mode::always);
  BOOST_TEST(*first.page({}, 10) == *second.page({}, 10));
  BOOST_TEST(first.generation() == second.generation());
}

BOOST_AUTO_TEST_CASE(a_long_or_illegal_name_is_made_legal_and_still_routes) {
  const std::string long_name(80, 'n');
  const tool_index index({named("a", {long_name, long_name + "2", "r\u00e9ad file", "read file"})},
                         prefix_mode::always);
  BOOST_TEST(index.entries().size() == 4u);
  for (const auto& x : index.entries()) {
    BOOST_TEST(valid_exposed_name(x.exposed), x.exposed);
    BOOST_TEST(index.find(x.exposed)->original == x.original);
  }
}

BOOST_AUTO_TEST_CASE(items_without_a_valid_name_are_skipped_and_counted) {
  const tool_index index(
      {server(
           "a",
           R"([{"name":"ok"},{"name":""},{"title":"t"},5,{"name":5},{"name":"p","name":"q"},{"name":"ok"}])"),
       server("b", "{}"), server("c", "[{\"name\":\"x\"")},
      prefix_mode::always);
  BOOST_TEST(exposed(index) == "a__ok");
  BOOST_TEST(index.skipped() == 6u);
}

BOOST_AUTO_TEST_CASE(a_tool_that_a_strict_client_would_refuse_hides_only_itself) {
  const tool_index index(
      {server(
          "a",
          R"([{"name":"ok","max":18446744073709551616123},{"name":"half","title":"\ud83d"},{"name":"huge","max":1e999}])")},
      prefix_mode::always);
  BOOST_TEST(exposed(index) == "a__ok");
  BOOST_TEST(index.skipped() == 2u);
}

BOOST_AUTO_TEST_CASE(deny_wins_over_allow_and_both_look_at_the_servers_own_name) {
  auto x = named("a", {"read_file", "read_dir", "write_file"});
  x.allow = {"read_*"};
  x.deny = {"*_dir"};
  BOOST_TEST(exposed({{x}, prefix_mode::always}) == "a__read_file");
  x.allow = {};
  BOOST_TEST(exposed({{x}, prefix_mode::always}) == "");
}

BOOST_AUTO_TEST_CASE(a_tool_is_listed_byte_for_byte_but_its_name) {
  const tool_index index(
      {server("a", "[ {\"title\" : \"T\",\r\"n\\u0061me\" : \"x\", \"inputSchema\":{\"a\":1.0 , "
                   "\"name\":\"x\"} } ]")},
      prefix_mode::always);
  BOOST_TEST(
      *index.page({}, 10) ==
      R"("tools":[{"title" : "T", "n\u0061me" : "a__x", "inputSchema":{"a":1.0 , "name":"x"} }])");
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_to_the_end_of_the_list) {
  const tool_index index({named("a", {"1", "2", "3", "4", "5"})}, prefix_mode::always);
  std::vector<std::string> names;
  std::optional<std::string> cursor;
  std::size_t pages = 0;
  do {
    const auto page = page_of(index, cursor, 2);
    for (const auto& tool : page["tools"]) names.push_back(tool["name"]);
    cursor = page.contains("nextCursor") ? std::optional(page["nextCursor"].get<std::string>())
                                         : std::nullopt;
  } while (cursor && ++pages < 9);
  BOOST_TEST(names == (std::vector<std::string>{"a__1", "a__2", "a__3", "a__4", "a__5"}));
  BOOST_TEST(pages == 2u);
  BOOST_TEST(!page_of(index, {}, 5).contains("nextCursor"));
  BOOST_TEST(*tool_index{}.page({}, 5) == "\"tools\":[]");
}

BOOST_AUTO_TEST_CASE(a_cursor_of_another_list_is_refused) {
  const tool_index before({named("a", {"1", "2"})}, prefix_mode::always);
  const tool_index after({named("a", {"1", "2", "3"})}, prefix_mode::always);
  const auto cursor = page_of(before, {}, 1)["nextCursor"].get<std::string>();
  BOOST_TEST(bool(before.page(cursor, 1)));
  BOOST_TEST(!after.page(cursor, 1));
  std::string beyond = cursor;
  beyond.back() = '9';
  for (const std::string& bad : {std::string(), std::string("x"), beyond, cursor + "0",
                                 std::string(32, 'g'), std::string(32, '-')})
    BOOST_TEST(!before.page(bad, 1), bad);
}

BOOST_AUTO_TEST_CASE(a_filter_is_open_only_where_it_hides_nothing) {
  using globs = std::vector<std::string>;
  const struct {
    globs allow;
    globs deny;
    bool open;
    bool read;
    bool write;
  } rows[] = {
      {{"*"}, {}, true, true, true},
      {{"x", "*"}, {}, true, true, true},
      {{"read"}, {}, false, true, false},
      {{"r*"}, {}, false, true, false},
      {{"*"}, {"write"}, false, true, false},
      {{"*"}, {"*"}, false, false, false},
      {{}, {}, false, false, false},
      {{"read"}, {"read"}, false, false, false},
      {{"r?ad", "write"}, {}, false, true, true},
  };
  for (const auto& row : rows) {
    tool_filter filter(row.allow, row.deny);
    BOOST_TEST(filter.open() == row.open);
    for (int again = 0; again < 2; ++again) {
      BOOST_TEST(filter.allows("read") == row.read);
      BOOST_TEST(filter.allows("write") == row.write);
    }
  }
  BOOST_TEST(tool_filter{}.allows("anything"));
}

BOOST_AUTO_TEST_CASE(a_filter_answers_truly_after_more_names_than_it_remembers) {
  tool_filter filter({"good*"}, {"*7"});
  for (std::size_t i = 0; i < 3 * tool_filter::verdicts_max; ++i) {
    const auto number = std::to_string(i);
    BOOST_TEST(filter.allows("good" + number) == !number.ends_with('7'), number);
    BOOST_TEST(!filter.allows("bad" + number), number);
  }
}

BOOST_AUTO_TEST_CASE(a_filtered_list_keeps_every_byte_but_the_hidden_tools) {
  tool_filter filter({"*"}, {"b*"});
  const std::pair<const char*, const char*> rows[] = {
      {R"({"tools":[]})", R"({"tools":[]})"},
      {R"({"tools":[{"name":"a","x": 1.0},{"name":"b1"}, {"title":"T","name":"c"}],"nextCursor":"n"})",
       R"({"tools":[{"name":"a","x": 1.0},{"title":"T","name":"c"}],"nextCursor":"n"})"},
      {R"({"tools":[{"name":"b1"}]})", R"({"tools":[]})"},
      // The name as a client reads it counts, not how it is written.
      {R"({"to\u006fls":[{"n\u0061me":"\u0062"},{"name":"a"}]})",
       R"({"to\u006fls":[{"name":"a"}]})"},
      // What two clients could read differently is shown to none.
      {R"({"tools":[{"name":"a","name":"b"},{"name":"b","name":"a"},{"title":"t"},5,"b",{"name":5}]})",
       R"({"tools":[]})"},
      {R"({"tools":[{"name":"b"}],"tools":[{"name":"b"},{"name":"a"}]})",
       R"({"tools":[],"tools":[{"name":"a"}]})"},
      {R"({"tools":{"name":"b"},"_meta":{"tools":[{"name":"b"}]}})",
       R"({"tools":[],"_meta":{"tools":[{"name":"b"}]}})"},
      {R"({"tools":[{"name":"a","inputSchema":{"name":"b"}}]})",
       R"({"tools":[{"name":"a","inputSchema":{"name":"b"}}]})"},
  };
  for (const auto& [told, wanted] : rows) BOOST_TEST(filter.filtered(told) == wanted);
}

BOOST_AUTO_TEST_SUITE_END()
