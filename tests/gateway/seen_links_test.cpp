#include "gateway/seen_resources.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

std::string server_of(const seen_resources& seen, const std::string& who, const std::string& uri) {
  const auto found = seen.find(who, uri);
  return found ? found->value : "";
}

} // namespace

BOOST_AUTO_TEST_SUITE(seen_links)

BOOST_AUTO_TEST_CASE(a_link_leads_only_who_was_told_of_it_and_to_who_told_it_last) {
  seen_resources seen;
  seen.note("ann", "x://1", {"a"});
  BOOST_TEST(server_of(seen, "ann", "x://1") == "a");
  BOOST_TEST(server_of(seen, "bob", "x://1") == "");
  seen.note("ann", "x://1", {"b"});
  BOOST_TEST(server_of(seen, "ann", "x://1") == "b");
  seen.note("ann", "", {"b"});
  BOOST_TEST(server_of(seen, "ann", "") == "");
}

BOOST_AUTO_TEST_CASE(the_oldest_links_of_a_principal_are_forgotten_and_no_others) {
  seen_resources seen;
  seen.note("bob", "old", {"a"});
  seen.note("ann", "first", {"a"});
  seen.note("ann", "second", {"a"});
  for (std::size_t i = 2; i < seen_resources::links_max; ++i)
    seen.note("ann", std::to_string(i), {"a"});
  seen.note("ann", "first", {"a"}); // Now it is the youngest.
  seen.note("ann", "one more", {"a"});
  BOOST_TEST(server_of(seen, "ann", "first") == "a");
  BOOST_TEST(server_of(seen, "ann", "second") == "");
  BOOST_TEST(server_of(seen, "ann", "2") == "a");
  BOOST_TEST(server_of(seen, "bob", "old") == "a");
}

BOOST_AUTO_TEST_CASE(principals_and_uris_have_limits) {
  seen_resources seen;
  for (std::size_t i = 0; i <= seen_resources::principals_max; ++i)
    seen.note("who" + std::to_string(i), "x", {"a"});
  BOOST_TEST(server_of(seen, "who0", "x") == "");
  BOOST_TEST(server_of(seen, "who1", "x") == "a");
  const std::string long_one(seen_resources::uri_bytes_max + 1, 'x');
  seen.note("who1", long_one, {"a"});
  BOOST_TEST(server_of(seen, "who1", long_one) == "");
}

BOOST_AUTO_TEST_SUITE_END()
