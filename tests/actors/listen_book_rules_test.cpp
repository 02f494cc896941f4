// Who hears of what, and how often.
#include "actors/listen_book.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

open_listen of_session(const std::string& id) {
  open_listen x;
  x.session = id;
  return x;
}
open_listen of_principal(const std::string& name) {
  open_listen x;
  x.principal = name;
  return x;
}

bool nobody(const void*, const std::string&) {
  return false;
}
bool only_a(const void*, const std::string& session) {
  return session == "a";
}

} // namespace

BOOST_AUTO_TEST_SUITE(listen_book_rules)

BOOST_AUTO_TEST_CASE(everybodys_instance_is_heard_by_all_who_have_none_to_themselves) {
  const heard_instance shared{{}, only_a, nullptr};
  BOOST_TEST(!hears(of_session("a"), shared));
  BOOST_TEST(hears(of_session("b"), shared));
  BOOST_TEST(hears(of_principal("p"), shared));
  BOOST_TEST(hears(of_session("a"), {{}, nobody, nullptr}));
}

BOOST_AUTO_TEST_CASE(an_own_instance_is_heard_by_its_owner_alone) {
  const heard_instance of_a{"s a", only_a, nullptr};
  BOOST_TEST(hears(of_session("a"), of_a));
  BOOST_TEST(!hears(of_session("b"), of_a));
  BOOST_TEST(!hears(of_principal("a"), of_a));
  const heard_instance of_p{"p p", nobody, nullptr};
  BOOST_TEST(hears(of_principal("p"), of_p));
  BOOST_TEST(!hears(of_principal("q"), of_p));
  BOOST_TEST(!hears(of_session("p"), of_p));
}

BOOST_AUTO_TEST_CASE(what_is_watched_at_an_instance_is_each_uri_once) {
  listen_book book;
  auto first = of_principal("p");
  first.filter.uris = {"a://1", "a://2"};
  auto second = of_principal("q");
  second.filter.uris = {"a://2", "a://3"};
  book.add(first);
  book.add(second);
  const std::vector<std::string> all{"a://1", "a://2", "a://3"};
  BOOST_TEST(book.watched_at({{}, nobody, nullptr}) == all, boost::test_tools::per_element());
  const std::vector<std::string> own{"a://2", "a://3"};
  BOOST_TEST(book.watched_at({"p q", nobody, nullptr}) == own, boost::test_tools::per_element());
  BOOST_TEST(book.watched() == 4u);
}

BOOST_AUTO_TEST_CASE(an_announcer_tells_the_first_at_once_and_the_rest_together) {
  announcer one;
  const auto tools = mcp::list_kind::tools;
  announcer::time_point now{1h};
  BOOST_TEST(one.on_change(tools, now));
  BOOST_TEST(!one.next());
  BOOST_TEST(!one.on_change(tools, now + 10ms));
  BOOST_TEST(!one.on_change(tools, now + 20ms));
  BOOST_TEST(one.on_change(mcp::list_kind::prompts, now + 20ms));
  BOOST_TEST_REQUIRE(one.next().has_value());
  BOOST_TEST((*one.next() == now + 100ms));
  BOOST_TEST(one.on_timer(now + 99ms).empty());
  const auto due = one.on_timer(now + 100ms);
  BOOST_TEST_REQUIRE(due.size() == 1u);
  BOOST_TEST((due[0] == tools));
  BOOST_TEST(!one.next());
  BOOST_TEST(!one.on_change(tools, now + 150ms)); // What was told last counts.
  BOOST_TEST(one.on_timer(now + 200ms).size() == 1u);
  BOOST_TEST(!one.on_change(tools, now + 250ms));
  BOOST_TEST(one.on_change(tools, now + 300ms)); // The timer is late, and now has nothing to tell.
  BOOST_TEST(one.on_timer(now + 400ms).empty());
}

BOOST_AUTO_TEST_SUITE_END()
