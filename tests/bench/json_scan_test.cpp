#include "bench/json_scan.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(json_scan)

BOOST_AUTO_TEST_CASE(a_member_is_found_raw_wherever_it_stands) {
  struct row {
    std::string_view text;
    std::string_view id;
  };
  const std::array rows{
      row{R"({"id":7})", "7"},
      row{R"( { "x" : {"id":1} , "id" : "a" } )", R"("a")"},
      row{R"({"x":"\"id\":9","id":-3,"y":1})", "-3"},
      row{R"({"x":"\\","id":4})", "4"},
      row{R"({"x":[1,"]",{"id":2}],"id":null})", "null"},
      row{R"({"id":5,"id":6})", "5"},
      row{R"({"a":"}","id":"\\\"{"})", R"("\\\"{")"},
      row{"{\n\t\"id\" :\r\n 8\n}", "8"},
      row{R"({"params":{"a":{"b":["\u0022"]}},"id":"é"})", R"("é")"},
  };
  for (const auto& row : rows) {
    const auto found = find_member(row.text, "id");
    BOOST_REQUIRE_MESSAGE(found.has_value(), row.text);
    BOOST_TEST(*found == row.id);
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_is_no_object_or_has_no_such_member_gives_nothing) {
  for (const std::string_view text :
       {"", "7", "[]", "{", "{}", R"({"x":1})", R"({"x":{"id":1}})", R"({"id")", R"({"id":})",
        R"({"id" 7})", R"({"x":"open,"id":7)", R"({"x":[1,"id":7)", R"({x:1,"id":7})",
        R"({"ID":7})", R"("id":7)"})
    BOOST_TEST(!find_member(text, "id").has_value(), text);
}

BOOST_AUTO_TEST_CASE(all_wanted_members_come_from_one_walk_and_absent_ones_stay_empty) {
  std::array wanted{json_member{"id"}, json_member{"method"}, json_member{"params"}};
  BOOST_TEST(scan_object(R"({"jsonrpc":"2.0","method":"ping","id":1})", wanted));
  BOOST_TEST(wanted[0].value == "1");
  BOOST_TEST(wanted[1].value == R"("ping")");
  BOOST_TEST(wanted[2].value.empty());
}

BOOST_AUTO_TEST_CASE(only_a_whole_string_token_has_an_inside) {
  BOOST_TEST(unquoted(R"("a")") == "a");
  BOOST_TEST(unquoted(R"("")").empty());
  BOOST_TEST(unquoted("7").empty());
  BOOST_TEST(unquoted("\"").empty());
  BOOST_TEST(unquoted("").empty());
}

BOOST_AUTO_TEST_SUITE_END()
