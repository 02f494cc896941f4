#include "actors/server_places.hpp"

#include "actors/definition.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

BOOST_AUTO_TEST_SUITE(server_places_rules)

BOOST_AUTO_TEST_CASE(what_is_added_comes_last_and_what_is_forgotten_has_no_place) {
  server_places places;
  places.set("b", 1);
  places.set("a", 2);
  const auto first = places.add("z");
  const auto second = places.add("y");
  BOOST_TEST(places.of("b") < places.of("a"));
  BOOST_TEST(places.of("a") < first);
  BOOST_TEST(first < second);
  places.forget("y");
  BOOST_TEST(!places.knows("y"));
  BOOST_TEST(places.of("y") > places.of("z"));
  places.forget("never there");
  // A place that was kept counts, so that the next node adds behind it.
  places.set("kept", first + 100);
  BOOST_TEST(places.add("w") == first + 101);
}

BOOST_AUTO_TEST_CASE(a_place_is_kept_with_the_definition_of_one_that_was_added) {
  const auto added =
      parse_definition(stored_definition(R"({"command":"x"})", false, 4'294'967'400));
  BOOST_TEST_REQUIRE(bool(added));
  BOOST_TEST(!added->from_file);
  BOOST_TEST(added->place == 4'294'967'400u);
  BOOST_TEST(added->config_json == R"({"command":"x"})");
  const auto of_file = parse_definition(stored_definition("{}", true));
  BOOST_TEST(of_file->from_file);
  BOOST_TEST(of_file->place == 0u);
  const auto older = parse_definition(R"({"from":"api","config":{}})");
  BOOST_TEST(older->place == server_places::first_added);
  const auto odd = parse_definition(R"({"from":"api","place":"x","config":{}})");
  BOOST_TEST(odd->place == server_places::first_added);
}

BOOST_AUTO_TEST_SUITE_END()
