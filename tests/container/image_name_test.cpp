#include "runners/container/image_name.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(image_name)

using namespace toolscore;

const std::string digest = "sha256:" + std::string(64, 'a');

BOOST_AUTO_TEST_CASE(each_part_is_found) {
  struct row {
    std::string text, name, tag, digest;
  };
  const std::vector<row> rows{
      {"redis", "redis", "latest", ""},
      {"redis:7", "redis", "7", ""},
      {"team/server", "team/server", "latest", ""},
      {"registry.example/team/server:1.2", "registry.example/team/server", "1.2", ""},
      {"localhost:5000/server", "localhost:5000/server", "latest", ""},
      {"localhost:5000/server:x", "localhost:5000/server", "x", ""},
      {"[::1]:5000/a/b:x", "[::1]:5000/a/b", "x", ""},
      {"a@" + digest, "a", "", digest},
      {"host.example/a:1@" + digest, "host.example/a", "1", digest},
      {"e/a-b__c.d", "e/a-b__c.d", "latest", ""},
  };
  for (const auto& row : rows) {
    const auto found = parse_image_name(row.text);
    BOOST_REQUIRE_MESSAGE(found, row.text + ": " + (found ? "" : found.failure().detail));
    BOOST_TEST(found->name == row.name);
    BOOST_TEST(found->tag == row.tag);
    BOOST_TEST(found->digest == row.digest);
  }
}

BOOST_AUTO_TEST_CASE(what_is_none_is_refused_with_its_reason) {
  struct row {
    std::string text, why;
  };
  const std::vector<row> rows{
      {"", "empty"},
      {"Upper", "name"},
      {"a b", "name"},
      {"a/", "name"},
      {"/a", "name"},
      {"a//b", "name"},
      {"-a", "name"},
      {"a-", "name"},
      {"../a", "name"},
      {"a/../b", "name"},
      {"a?x=1", "name"},
      {"a#b", "name"},
      {"a%2fb", "name"},
      {"a\nb", "name"},
      {std::string("a\0b", 3), "name"},
      {"a:", "tag"},
      {"a:-x", "tag"},
      {"a:x y", "tag"},
      {"a:" + std::string(129, 'x'), "tag"},
      {"a@sha256:abc", "digest"},
      {"a@" + std::string(64, 'a'), "digest"},
      {"a@md5:" + std::string(64, 'a'), "digest"},
      {"host.example:x/a", "name"},
      {"[::1/a", "name"},
      {std::string(256, 'a'), "255"},
  };
  for (const auto& row : rows) {
    const auto found = parse_image_name(row.text);
    BOOST_REQUIRE_MESSAGE(!found, row.text);
    BOOST_TEST(found.failure().detail.find(row.why) != std::string::npos, found.failure().detail);
    BOOST_TEST(found.failure().detail.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
