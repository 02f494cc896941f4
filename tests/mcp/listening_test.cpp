// What a client wants to hear of, what a server can tell, and how both are written.
#include "mcp/listening.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore::mcp;

BOOST_AUTO_TEST_SUITE(listening)

BOOST_AUTO_TEST_CASE(a_filter_is_read_as_it_stands) {
  const auto read = read_listen(
      R"({"_meta":{},"notifications":{"toolsListChanged":true,"promptsListChanged":false,)"
      R"("resourceSubscriptions":["b://\u0031","a://2","a://2"],"taskIds":["x"]}})");
  BOOST_TEST_REQUIRE(static_cast<bool>(read));
  BOOST_TEST((read->tools && !read->prompts && !read->resources));
  BOOST_TEST(read->uris == (std::vector<std::string>{"a://2", "b://1"}),
             boost::test_tools::per_element());
  BOOST_TEST(read->wants(std::string("b://1")));
  BOOST_TEST(!read->wants(std::string("b://2")));
}

BOOST_AUTO_TEST_CASE(what_is_no_filter_is_refused_in_one_line) {
  for (const char* wrong : {"", "[]", "{}", R"({"notifications":null})", R"({"notifications":[]})",
                            R"({"notifications":{"toolsListChanged":"yes"}})",
                            R"({"notifications":{"resourceSubscriptions":{}}})",
                            R"({"notifications":{"resourceSubscriptions":["a",null]}})"}) {
    const auto read = read_listen(wrong);
    BOOST_TEST_CONTEXT(wrong) {
      BOOST_TEST_REQUIRE(!read);
      BOOST_TEST(read.failure().detail.find("\"notifications") == 0u);
      BOOST_TEST(read.failure().detail.find('\n') == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(only_what_is_announced_is_honoured) {
  const auto offered = listenable_of(
      R"({"tools":{"listChanged":true},"prompts":{"listChanged":"yes"},"resources":{"listChanged":false,"subscribe":true}})");
  listen_filter all{true, true, true, {"a://1"}};
  BOOST_TEST((honoured(all, offered) == listen_filter{true, false, false, {"a://1"}}));
  BOOST_TEST(honoured(all, listenable_of("{}")).empty());
  BOOST_TEST(honoured(all, listenable_of("nonsense")).empty());
}

BOOST_AUTO_TEST_CASE(uris_are_kept_sorted_and_once) {
  listen_filter x;
  BOOST_TEST((x.add("b") && x.add("a") && !x.add("b")));
  BOOST_TEST(x.uris == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST((x.remove("a") && !x.remove("a") && !x.remove("c")));
}

BOOST_AUTO_TEST_CASE(lines_carry_the_id_as_it_was_sent) {
  BOOST_TEST(
      acknowledged_line("\"s\"", {false, false, true, {"a\"b"}}) ==
      R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"},"notifications":{"resourcesListChanged":true,"resourceSubscriptions":["a\"b"]}}})");
  BOOST_TEST(list_changed_line(list_kind::resources) ==
             R"({"jsonrpc":"2.0","method":"notifications/resources/list_changed"})");
  BOOST_TEST(
      resource_updated_line("a://1", "7") ==
      R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a://1","_meta":{"io.modelcontextprotocol/subscriptionId":7}}})");
  BOOST_TEST(subscribe_request_line(3, false, "a") ==
             R"({"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe","params":{"uri":"a"}})");
}

BOOST_AUTO_TEST_CASE(a_tag_is_an_integer_or_none) {
  const auto tagged = [](const std::string& id) {
    return subscription_of(R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" + id + "}}");
  };
  BOOST_TEST((tagged("12") == 12));
  for (const char* other : {"\"12\"", "1.5", "null", "{}", "99999999999999999999"})
    BOOST_TEST(!tagged(other).has_value(), other);
  BOOST_TEST(!subscription_of("").has_value());
  BOOST_TEST(!subscription_of(R"({"_meta":3})").has_value());
  BOOST_TEST(uri_of(R"({"uri":"a\u002f"})") == "a/");
  BOOST_TEST(uri_of("{}").empty());
}

BOOST_AUTO_TEST_SUITE_END()
